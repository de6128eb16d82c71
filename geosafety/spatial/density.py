"""Surfaces from points: how dense they are, by kernels.

Crimes are not residents: a surface says where points are dense, and only
`risk.dual_density` sets that against how many people live there.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from geosafety.errors import MethodError
from geosafety.spatial.grid import SQUARE_METRES, Grid, check_shape

Kernel = Literal["gaussian", "quartic"]
MAX_NODES = 60_000_000

# Bandwidth over the spacing of the bins at which the errors that `kernel_density`
# states hold even for one point alone; coarser grids are binned more finely. Linear
# binning would need twice as many bins along each axis for a Gaussian, and be worse.
FINENESS = {"gaussian": 5.0, "quartic": 24.0}
# How far a kernel reaches, in bandwidths. Beyond 6 a Gaussian is below 2e-8 of its top.
REACH = {"gaussian": 6.0, "quartic": 1.0}
# The quartic kernel of radius R has the variance R^2/8 along each axis.
QUARTIC_VARIANCE = 1 / 8
# Quadratic binning spreads a point with the variance h^2/4 along each axis wherever it
# lies between the nodes; linear binning with 0 to h^2/4, which no kernel can make up.
BINNING_VARIANCE = 1 / 4


def choose_bandwidth(
    x: np.ndarray,
    y: np.ndarray,
    *,
    kernel: Kernel = "gaussian",
    weights: np.ndarray | None = None,
) -> float:
    """Choose a bandwidth by the normal-reference rule, from the points alone.

    `s * n^(-1/6)`, where `s` is the geometric mean over the two axes of the lesser of
    the standard deviation and the interquartile range over 1.349. For the quartic
    kernel the radius with the same variance (sqrt(8) times that). The rule suits one
    cloud of points and smooths many separate clusters too much: it is a start.

    Parameters
    ----------
    x, y
        Metres, shape (n,).
    kernel
        Which kernel it is for.
    weights
        How many incidents stand at each point. (Harm is not that: choose by the
        incidents and hand the answer to `kernel_density`.)

    Returns
    -------
    float
        Metres: the standard deviation of the Gaussian, or the quartic's radius.

    Raises
    ------
    MethodError
        All points lie on one spot or line.

    References
    ----------
    Scott (1992), Multivariate Density Estimation, section 6.3.2, for the rule;
    Silverman (1986), Density Estimation, section 3.4, for the robust spread.
    """
    _check_kernel(kernel)
    x, y, w = _checked(x, y, weights)
    spread = math.sqrt(_spread(x, w) * _spread(y, w)) if len(x) else 0.0
    if spread <= 0:
        problem = f"{len(x):,} points on one spot or line give no bandwidth."
        raise MethodError(problem, hint="Give a bandwidth in metres.")
    sigma = spread / math.pow(float(w.sum()), 1 / 6)
    return sigma if kernel == "gaussian" else sigma / math.sqrt(QUARTIC_VARIANCE)


def _spread(values: np.ndarray, weights: np.ndarray) -> float:
    """Return the lesser of the two measures of spread that is not 0."""
    middle = np.average(values, weights=weights)
    deviation = math.sqrt(np.average((values - middle) ** 2, weights=weights))
    lower, upper = np.quantile(
        values, [0.25, 0.75], weights=weights, method="inverted_cdf"
    )
    robust = float(upper - lower) / 1.349
    return min(deviation, robust) if robust > 0 else deviation


def kernel_density(  # noqa: PLR0913 - points, where, and how
    x: np.ndarray,
    y: np.ndarray,
    grid: Grid,
    *,
    bandwidth: float | None = None,
    kernel: Kernel = "gaussian",
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Estimate how dense points are at the centre of every cell.

    Points are binned on to a lattice that holds the cells' centres (finer than the
    cells where the bandwidth is short of `FINENESS` cells), then convolved. Binning
    widens the kernel by a known variance, which is taken off beforehand. The Gaussian
    is within 0.5 % of the exact sum wherever that exceeds 0.1 % of its top. The quartic
    is within 0.3 % of its top everywhere, and within 1 % of the exact sum where that
    exceeds a tenth of its top: at the rim, where it falls to 0, no share is bounded.

    The quartic kernel is `3 / (pi R^2) * (1 - d^2 / R^2)^2` up to the radius R and 0
    beyond; the Gaussian is `exp(-d^2 / 2 s^2) / (2 pi s^2)`.

    Parameters
    ----------
    x, y
        Metres of EPSG:27700, shape (n,). Points outside the grid count as far as their
        kernel reaches into it.
    grid
        Where to estimate.
    bandwidth
        Metres: the Gaussian's standard deviation, the quartic's radius. At least one
        cell (quartic: two). None: `choose_bandwidth`.
    kernel
        "gaussian" or "quartic".
    weights
        How much each point counts, 0 or more: incidents or harm.

    Returns
    -------
    ndarray
        (rows, columns), points (or weight) per square kilometre, 0 where no kernel
        reaches. Its sum times `grid.cell_km2` is the number of points as long as they
        lie farther from the edge than the kernel reaches (within 1 % for a quartic of
        two cells, whose centres sample it coarsely; far better for longer bandwidths).
        There is no edge correction, so near the grid's edge mass leaves it: take a grid
        wider than the area.

    Raises
    ------
    MethodError
        A point is missing, a weight negative, or the bandwidth too short for the cells.

    References
    ----------
    Silverman (1986), Density Estimation, chapter 4; Wand (1994), Fast computation of
    multivariate kernel estimators, JCGS 3, 433-445, for binning.
    """
    _check_kernel(kernel)
    x, y, w = _checked(x, y, weights)
    if len(x) == 0:
        return np.zeros(grid.shape)
    if bandwidth is None:
        bandwidth = choose_bandwidth(x, y, kernel=kernel, weights=weights)
    fine = _fineness(bandwidth, grid, kernel)
    step = grid.cell / fine
    pad = math.ceil(REACH[kernel] * bandwidth / step) + 1
    lattice = _bins(x, y, w, grid, (fine, pad))
    smooth = _convolve(lattice, bandwidth / step, kernel)
    inner = smooth[pad : -pad or None : fine, pad : -pad or None : fine]
    return np.asarray(np.maximum(inner, 0.0) * (SQUARE_METRES / step**2))


def smooth_cells(
    cells: np.ndarray, grid: Grid, *, bandwidth: float, kernel: Kernel = "gaussian"
) -> np.ndarray:
    """Smooth numbers per cell, such as residents, as `kernel_density` smooths points.

    Parameters
    ----------
    cells
        (rows, columns), a number in each cell; NaN counts as none.
    grid, bandwidth, kernel
        As for `kernel_density`.

    Returns
    -------
    ndarray
        Per square kilometre.
    """
    check_shape(cells, grid)
    row, column = np.nonzero(np.nan_to_num(cells) != 0)
    x, y = grid.centres()
    return kernel_density(
        x[column],
        y[row],
        grid,
        bandwidth=bandwidth,
        kernel=kernel,
        weights=cells[row, column],
    )


def effective_area(bandwidth: float, *, kernel: Kernel = "gaussian") -> float:
    """Return how large an evenly counted disc would be as firm as a kernel, in km2.

    The reciprocal of the integral of the squared kernel: a density times this is about
    how many points it stands on, as a base stands behind a rate.

    Examples
    --------
    >>> round(effective_area(500.0), 3)
    3.142
    """
    _check_kernel(kernel)
    square = 4 * math.pi if kernel == "gaussian" else 5 * math.pi / 9
    return square * bandwidth**2 / SQUARE_METRES


def _check_kernel(kernel: str) -> None:
    if kernel not in REACH:
        problem = f"There is no kernel called {kernel!r}."
        raise MethodError(problem, hint=f"Known: {', '.join(REACH)}.")


def _checked(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points and weights as arrays of one length, without weights of 0."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or x.shape != w.shape:
        problem = f"x, y and weights have shapes {x.shape}, {y.shape}, {w.shape}."
        raise MethodError(problem, hint="Give one number of each per point.")
    bad = ~(np.isfinite(x) & np.isfinite(y))
    if bad.any():
        problem = f"{int(bad.sum()):,} of {len(x):,} points have no coordinates."
        raise MethodError(problem, hint="Leave them out, and say how many they are.")
    if not (np.isfinite(w).all() and (w >= 0).all()):
        problem = "A weight is missing or below 0."
        raise MethodError(problem, hint="Weights are counts or harm: 0 or more.")
    return x[w > 0], y[w > 0], w[w > 0]


def _fineness(bandwidth: float, grid: Grid, kernel: Kernel) -> int:
    """Say how many times finer than the cells the bins must be."""
    least = grid.cell * (1 if kernel == "gaussian" else 2)
    if not (math.isfinite(bandwidth) and bandwidth >= least):
        problem = f"A bandwidth of {bandwidth:g} m is too short for {grid.cell:g} m."
        hint = f"Use at least {least:g} m, or smaller cells."
        raise MethodError(problem, hint=hint)
    fine = math.ceil(FINENESS[kernel] * grid.cell / bandwidth)
    reach = math.ceil(REACH[kernel] * bandwidth / grid.cell) + 1
    nodes = (grid.columns + 2 * reach) * (grid.rows + 2 * reach) * fine**2
    if nodes > MAX_NODES:
        problem = f"A bandwidth of {bandwidth:g} m on {grid.cell:g} m is too much work."
        raise MethodError(problem, hint="Use larger cells, or a smaller area.")
    return fine


def _bins(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, grid: Grid, fine_pad: tuple[int, int]
) -> np.ndarray:
    """Share each point among the nine nodes about it, by quadratic splines.

    Every `fine`-th node, from the one numbered `pad`, is a cell's centre.
    """
    fine, pad = fine_pad
    step = grid.cell / fine
    rows, columns = ((n - 1) * fine + 1 + 2 * pad for n in grid.shape)
    u = (x - grid.west - grid.cell / 2) / step + pad
    v = (grid.north - grid.cell / 2 - y) / step + pad
    # The nearest node must have one on either side.
    near = (u >= 0.5) & (u < columns - 1.5) & (v >= 0.5) & (v < rows - 1.5)
    u, v, w = u[near], v[near], w[near]
    column, row = (u + 0.5).astype(np.intp), (v + 0.5).astype(np.intp)
    middle = row * columns + column
    across, down = _thirds(u - column), _thirds(v - row)
    total = np.zeros(rows * columns)
    for i, part_down in enumerate(down):
        for j, part_across in enumerate(across):
            node = middle + (i - 1) * columns + (j - 1)
            part = w * part_down * part_across
            total += np.bincount(node, part, minlength=rows * columns)
    return total.reshape(rows, columns)


def _thirds(offset: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weigh the nodes before, at and after a point: mean kept, variance always 1/4."""
    return (0.5 - offset) ** 2 / 2, 0.75 - offset**2, (0.5 + offset) ** 2 / 2


def _convolve(lattice: np.ndarray, width: float, kernel: Kernel) -> np.ndarray:
    """Convolve with a kernel `width` nodes wide, less what binning has added."""
    if kernel == "gaussian":
        from scipy.ndimage import gaussian_filter

        sigma = math.sqrt(width**2 - BINNING_VARIANCE)
        smooth: np.ndarray = gaussian_filter(
            lattice, sigma, mode="constant", truncate=REACH["gaussian"]
        )
        return smooth
    from scipy.signal import fftconvolve

    radius2 = width**2 - BINNING_VARIANCE / QUARTIC_VARIANCE
    reach = math.ceil(math.sqrt(radius2))
    offset = np.arange(-reach, reach + 1) ** 2
    part = np.clip(1 - (offset[:, None] + offset[None, :]) / radius2, 0, None) ** 2
    convolved: np.ndarray = fftconvolve(lattice, part / part.sum(), mode="same")
    # What the transform leaves where no kernel reaches is noise, not density.
    convolved[np.abs(convolved) < 1e-12 * convolved.max()] = 0.0
    return convolved
