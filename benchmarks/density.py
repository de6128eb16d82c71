"""What a surface costs, and how wrong it is, beside what a user would write instead.

Run `python benchmarks/density.py`. Every way runs in turn in one process on the same
synthetic points; read the ratios and the errors, not the seconds. The error is the
largest against the exact sum, over 300 cells that hold more than 0.1 % of the top.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

import geopandas as gpd
import numpy as np
import shapely
from scipy.ndimage import gaussian_filter
from scipy.stats import gaussian_kde

from geosafety.spatial.density import kernel_density
from geosafety.spatial.grid import grid_for, on_grid
from geosafety.spatial.zonal import zonal

POINTS, FEW, BANDWIDTH, RUNS = 1_000_000, 4_000, 500.0, 3
BOUNDS = (386_000, 272_000, 440_000, 308_000)
GRID = grid_for(BOUNDS, 100)
SMALL = grid_for(BOUNDS, 600)


def points(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw points about twelve centres, some of them close to the map's edge."""
    rng = np.random.default_rng(1)
    centre = rng.uniform((390_000, 273_000), (438_000, 307_000), (12, 2))
    at = centre[rng.integers(0, 12, n)] + rng.normal(0, 2500, (n, 2))
    return at[:, 0], at[:, 1]


def ours(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bin by quadratic splines, pad, correct the variance, convolve."""
    return kernel_density(x, y, GRID, bandwidth=BANDWIDTH)


def filtered(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Count points in cells and blur the counts, as one would write it first."""
    west, south, east, north = GRID.bounds
    counts, _, _ = np.histogram2d(
        -y, x, bins=GRID.shape, range=[[-north, -south], [west, east]]
    )
    blurred: np.ndarray = gaussian_filter(
        counts, BANDWIDTH / GRID.cell, mode="constant"
    )
    return np.asarray(blurred / GRID.cell_km2)


def few_ours(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Make the surface on few coarse cells."""
    return kernel_density(x, y, SMALL, bandwidth=600)


def few_scipy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Make about the same surface by scipy's gaussian_kde."""
    columns, rows = SMALL.centres()
    at = np.vstack([a.ravel() for a in np.meshgrid(columns, rows)])
    estimate = gaussian_kde(np.vstack([x, y]), bw_method=600 / x.std())
    return np.asarray(estimate(at)).reshape(SMALL.shape) * len(x) * 1e6


def error(surface: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """Compare with the exact sum at cells drawn at random, the edge's included."""
    rng = np.random.default_rng(2)
    row, column = np.nonzero(surface > 0.001 * surface.max())
    some = rng.choice(len(row), 300, replace=False)
    columns, rows = GRID.centres()
    worst = 0.0
    for i, j in zip(row[some], column[some], strict=True):
        d2 = ((x - columns[j]) ** 2 + (y - rows[i]) ** 2) / BANDWIDTH**2
        exact = np.exp(-d2 / 2).sum() / (2 * np.pi * BANDWIDTH**2) * 1e6
        worst = max(worst, abs(surface[i, j] / exact - 1))
    return worst


def squares(surface: np.ndarray) -> np.ndarray:
    """Sum a surface over 1,944 squares by exactextract."""
    cells = gpd.GeoDataFrame(
        geometry=[
            shapely.box(x, y, x + 1000, y + 1000)
            for x in range(386_000, 440_000, 1000)
            for y in range(272_000, 308_000, 1000)
        ],
        crs="EPSG:27700",
    )
    return zonal(on_grid(surface, GRID), cells)["sum"].to_numpy()


def timed(work: Callable[..., np.ndarray], *given: np.ndarray) -> float:
    """Return the median seconds of some runs, after one to warm up."""
    work(*given)
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work(*given)
        taken.append(time.perf_counter() - start)
    return median(taken)


def main() -> None:
    """Time every way in turn, and print the ratios."""
    x, y = points(POINTS)
    seconds = {f.__name__: timed(f, x, y) for f in (ours, filtered)}
    few = tuple(part[:FEW] for part in (x, y))
    seconds |= {f.__name__: timed(f, *few) for f in (few_ours, few_scipy)}
    seconds["squares"] = timed(squares, ours(x, y))
    times = seconds["few_scipy"] / seconds["few_ours"]
    lines = [
        f"{POINTS:,} points, {GRID.rows} x {GRID.columns} cells, {BANDWIDTH:g} m:",
        f"  ours                  {seconds['ours']:.3f} s, "
        f"error {100 * error(ours(x, y), x, y):.2f}%",
        f"  histogram and filter  {seconds['filtered']:.3f} s, "
        f"error {100 * error(filtered(x, y), x, y):.2f}%",
        f"{FEW:,} points, {SMALL.rows} x {SMALL.columns} cells: scipy's gaussian_kde "
        f"takes {times:,.0f} times as long as ours",
        f"1,944 squares of a surface by exactextract: {seconds['squares']:.3f} s",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
