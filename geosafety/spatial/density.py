"""Surfaces from points, risk from two surfaces, and surfaces summed back to areas.

A surface is an array with the northernmost row first, laid on a `Grid`. Missing is NaN
and never 0. Crimes are not residents: a surface says where points are dense, and only
`dual_density` sets that against how many people live there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.settings import CRS

if TYPE_CHECKING:
    import geopandas as gpd

Kernel = Literal["gaussian", "quartic"]
SQUARE_METRES = 1e6  # in a square kilometre

# Great Britain on the National Grid; what lies outside is degrees or null island.
NATIONAL_GRID = (0.0, 0.0, 700_000.0, 1_300_000.0)
# The force area is 54 km wide: a surface four times as wide hints at a stray point.
MAX_SIDE = 200_000.0
MAX_CELLS = 10_000_000  # 80 MB; the force area at 25 m has 3 million
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

# Below this share of places with a point, a surface would show where points are known.
ENOUGH_POINTS = 0.95
CENTROID = 5.0  # metres: six decimal places and a datum shift without its grid file
MANY_CENTROIDS = 0.5
# exactextract's coverage fractions are 32-bit: a smaller remainder is rounding.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Grid:
    """Square cells in EPSG:27700.

    Attributes
    ----------
    west, north
        The north-western corner, metres.
    cell
        The side of a cell, metres.
    columns, rows
        How many cells; at most `MAX_CELLS` in all.

    Examples
    --------
    >>> Grid(400_000, 300_000, 100, 20, 10).bounds
    (400000, 299000, 402000, 300000)
    """

    west: float
    north: float
    cell: float
    columns: int
    rows: int

    def __post_init__(self) -> None:
        """Refuse a grid that cannot be one."""
        _check_cell(self.cell)
        if self.columns < 1 or self.rows < 1:
            problem = f"A grid of {self.columns} by {self.rows} cells holds nothing."
            raise MethodError(problem, hint="Give bounds that span an area.")
        if self.columns * self.rows > MAX_CELLS:
            problem = f"A grid of {self.columns:,} by {self.rows:,} cells is too large."
            hint = f"Use larger cells than {self.cell:g} m, or look for a stray point."
            raise MethodError(problem, hint=hint)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as an array's shape."""
        return self.rows, self.columns

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, metres."""
        east = self.west + self.columns * self.cell
        return self.west, self.north - self.rows * self.cell, east, self.north

    @property
    def cell_km2(self) -> float:
        """The area of a cell, square kilometres."""
        return self.cell**2 / SQUARE_METRES

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the eastings of the columns and the northings of the rows."""
        x = self.west + (np.arange(self.columns) + 0.5) * self.cell
        y = self.north - (np.arange(self.rows) + 0.5) * self.cell
        return x, y


@dataclass(frozen=True, kw_only=True, eq=False)
class Raster:
    """Values in cells of any coordinate reference system, such as an outside raster.

    Attributes
    ----------
    values
        Rows by columns, the northernmost row first; NaN is missing.
    west, north
        The north-western corner, in units of `crs`.
    width, height
        The size of a cell, in units of `crs`.
    crs
        As PROJ understands it.
    notes
        What a reader of the file should know.
    """

    values: np.ndarray
    west: float
    north: float
    width: float
    height: float
    crs: str
    notes: tuple[str, ...] = ()

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, in units of `crs`."""
        rows, columns = self.values.shape
        south = self.north - rows * self.height
        return self.west, south, self.west + columns * self.width, self.north

    def points(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return easting, northing and value of every cell that holds more than 0.

        With `kernel_density` and the values as weights this smooths a raster of
        residents as the crimes are smoothed, whatever its cells are.
        """
        from pyproj import Transformer

        row, column = np.nonzero(self.values > 0)
        x = self.west + (column + 0.5) * self.width
        y = self.north - (row + 0.5) * self.height
        project = Transformer.from_crs(self.crs, CRS, always_xy=True)
        easting, northing = project.transform(x, y)
        return easting, northing, self.values[row, column]


def on_grid(surface: np.ndarray, grid: Grid) -> Raster:
    """Lay a surface on its grid, as `zonal` and `dasymetric` take it."""
    _check_shape(surface, grid)
    return Raster(
        values=np.asarray(surface, dtype=float),
        west=grid.west,
        north=grid.north,
        width=grid.cell,
        height=grid.cell,
        crs=CRS,
    )


def grid_for(bounds: Sequence[float], cell: float) -> Grid:
    """Make the grid that covers some bounds, its lines on multiples of `cell`.

    Two surfaces of the same cell therefore always share their cells.

    Parameters
    ----------
    bounds
        West, south, east, north in metres of EPSG:27700, as `GeoDataFrame.total_bounds`
        gives them. Take the force area's rather than the points', so that one wrong
        point cannot stretch the map.
    cell
        Metres.

    Raises
    ------
    MethodError
        The cell is not above 0; the bounds are missing, the wrong way round, look like
        degrees, lie outside Great Britain (null island) or are more than 200 km wide.

    Examples
    --------
    >>> grid_for((400_010, 280_020, 400_990, 281_000), 100)
    Grid(west=400000, north=281000, cell=100, columns=10, rows=10)
    """
    _check_cell(cell)
    west, south, east, north = _check_bounds(bounds)
    first_column, first_row = math.floor(west / cell), math.floor(south / cell)
    last_column, last_row = math.ceil(east / cell), math.ceil(north / cell)
    columns = max(1, last_column - first_column)
    rows = max(1, last_row - first_row)
    return Grid(first_column * cell, (first_row + rows) * cell, cell, columns, rows)


def _check_cell(cell: float) -> None:
    if not (math.isfinite(cell) and cell > 0):
        problem = f"A cell of {cell} m cannot be drawn."
        raise MethodError(problem, hint="Give the side in metres, such as 100.")


def _check_bounds(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = (float(side) for side in bounds)
    said = f"The bounds ({west:.6g}, {south:.6g}, {east:.6g}, {north:.6g})"
    if not all(map(math.isfinite, (west, south, east, north))):
        problem = f"{said} are not numbers."
        raise MethodError(problem, hint="There may be no points, or missing ones.")
    if west > east or south > north:
        problem = f"{said} are the wrong way round."
        raise MethodError(problem, hint="Give west, south, east, north.")
    if max(map(abs, (west, south, east, north))) <= 180:
        problem = f"{said} look like degrees."
        raise MethodError(problem, hint="Project them to EPSG:27700 (metres) first.")
    least_x, least_y, most_x, most_y = NATIONAL_GRID
    if west < least_x or south < least_y or east > most_x or north > most_y:
        problem = f"{said} reach outside Great Britain."
        hint = "A point may lie at 0, 0 or have its coordinates swapped: leave it out."
        raise MethodError(problem, hint=hint)
    if max(east - west, north - south) > MAX_SIDE:
        problem = f"{said} are more than {MAX_SIDE / 1000:g} km wide or high."
        raise MethodError(problem, hint="Look for a stray point far from the force.")
    return west, south, east, north


def _check_shape(surface: np.ndarray, grid: Grid) -> None:
    if np.shape(surface) != grid.shape:
        problem = f"A surface of {np.shape(surface)} does not fit a grid {grid.shape}."
        raise MethodError(problem, hint="Shapes are (rows, columns).")


def require_points(
    places: pd.DataFrame, areas: gpd.GeoDataFrame | None = None
) -> pd.Series:
    """Refuse places that are areas: centroids would draw dots, not a surface.

    Parameters
    ----------
    places
        What `geography.placing.locate` returns: `x`, `y` (missing: no point) and
        `code` (an area's code where there is one).
    areas
        Polygons in EPSG:27700 whose centroids the points must not be.

    Returns
    -------
    Series
        True for each place that has a point. Places with neither a point nor a code
        are no evidence of anything and are simply False.

    Raises
    ------
    MethodError
        More than 5 % of the places are known by an area alone, none has a point, or
        most of the points are centroids of `areas`.
    """
    known = places["x"].notna() & places["y"].notna()
    area_only = ~known & places["code"].notna()
    if known.sum() < ENOUGH_POINTS * (known.sum() + area_only.sum()) or not known.any():
        problem = (
            f"Only {int(known.sum()):,} of {len(places):,} places are points; "
            f"{int(area_only.sum()):,} are areas."
        )
        hint = "A surface needs points; for counts by area use a map of rates or Gi*."
        raise MethodError(problem, hint=hint)
    if areas is not None:
        _refuse_centroids(places[known], areas)
    return known


def _refuse_centroids(places: pd.DataFrame, areas: gpd.GeoDataFrame) -> None:
    from scipy.spatial import KDTree

    at = places[["x", "y"]].drop_duplicates().to_numpy(float)
    kinds = (areas.geometry.centroid, areas.geometry.representative_point())
    middles = np.concatenate([np.column_stack([p.x, p.y]) for p in kinds])
    distance, _ = KDTree(middles).query(at)
    close = int((distance <= CENTROID).sum())
    if close > MANY_CENTROIDS * len(at):
        problem = f"{close:,} of {len(at):,} distinct points are centroids of areas."
        hint = "A surface needs the points themselves; map the areas instead."
        raise MethodError(problem, hint=hint)


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
    _check_shape(cells, grid)
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


def dual_density(
    events_surface: np.ndarray, population_surface: np.ndarray, *, floor: float
) -> np.ndarray:
    """Divide events by residents: the risk, where enough people live to say.

    Parameters
    ----------
    events_surface, population_surface
        Per square kilometre, on one grid, and smoothed alike.
    floor
        Residents per square kilometre below which the risk is missing, not 0: in parks
        and on motorways few residents make any number of events look huge.

    Returns
    -------
    ndarray
        Events per 1,000 residents; NaN below the floor or where either is missing.

    Raises
    ------
    MethodError
        The shapes differ, or the floor is not above 0.

    Examples
    --------
    >>> dual_density(np.array([[8.0, 8.0]]), np.array([[4000.0, 3.0]]), floor=100)
    array([[ 2., nan]])
    """
    if np.shape(events_surface) != np.shape(population_surface):
        shapes = f"{np.shape(events_surface)} and {np.shape(population_surface)}"
        problem = f"The surfaces have shapes {shapes}."
        raise MethodError(problem, hint="Make both on the same grid.")
    if not (math.isfinite(floor) and floor > 0):
        problem = f"The floor is {floor}."
        raise MethodError(problem, hint="Give residents per square km, above 0.")
    risk = np.full(np.shape(events_surface), np.nan)
    enough = np.asarray(population_surface) >= floor
    np.divide(events_surface, population_surface, out=risk, where=enough)
    return risk * 1000


def surface_words(surface: np.ndarray, grid: Grid, *, what: str) -> str:
    """Say in a sentence where a surface is densest.

    Examples
    --------
    >>> surface_words(np.array([[1.0, 3]]), Grid(4e5, 3e5, 100, 2, 1), what="crimes")
    'crimes are densest near easting 400150, northing 299950: 3 per square kilometre, \
1.5 times the average of this map. It shows where they were recorded, not why.'
    """
    _check_shape(surface, grid)
    if not np.nansum(surface) > 0:
        return f"There are no {what} on this map."
    row, column = np.unravel_index(np.nanargmax(surface), grid.shape)
    x, y = grid.centres()
    top = float(surface[row, column])
    return (
        f"{what} are densest near easting {x[column]:.0f}, northing {y[row]:.0f}: "
        f"{top:,.0f} per square kilometre, {top / np.nanmean(surface):.1f} times the "
        "average of this map. It shows where they were recorded, not why."
    )


def zonal(raster: Raster, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sum a raster up by area; a cell counts as far as the area covers it.

    The areas are projected to the raster, never the raster to the areas, because cells
    of residents cannot be resampled without inventing some.

    Parameters
    ----------
    raster
        `on_grid(surface, grid)`, or what `readers.rasters.read_population` returns.
    areas
        Polygons, indexed by `area_code`.

    Returns
    -------
    DataFrame
        Indexed like `areas`: `mean` (in the raster's unit), `sum` of the cells (of
        residents per cell: residents; of a density: times `cell_km2` it is a number)
        and `covered`, the share (0 to 1) of the area that lies on cells with a value.
        Mean and sum are missing, not 0, where nothing is covered.
    """
    import shapely

    if areas.crs is None:
        problem = "The areas do not say their coordinate reference system."
        raise MethodError(problem, hint="Set it, such as EPSG:27700.")
    shapes = areas.geometry.to_crs(raster.crs)
    if len(shapes) == 0:
        return pd.DataFrame({c: [] for c in ("mean", "sum", "covered")}, dtype=float)
    found = _extract(raster, shapes, ["mean", "sum", "count"])
    # Planar on purpose, also in degrees: the cells are counted in the same plane.
    size = shapely.area(shapes.to_numpy()) / (raster.width * raster.height)
    count = found["count"].to_numpy(float)
    covered = np.divide(count, size, out=np.zeros(len(size)), where=size > 0)
    covered[covered > 1 - ROUNDING] = 1.0
    table = found[["mean", "sum"]].astype(float)
    table[count == 0] = np.nan
    return table.assign(covered=covered).set_axis(areas.index)


def _extract(
    raster: Raster, shapes: gpd.GeoSeries, operations: list[str]
) -> pd.DataFrame:
    """Call exactextract: the only place that does."""
    import geopandas as gpd
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource
    from pyproj import CRS as PROJ_CRS  # noqa: N811 - the name CRS is taken

    wkt = PROJ_CRS.from_user_input(raster.crs).to_wkt()
    west, south, east, north = raster.bounds
    source = NumPyRasterSource(
        np.ascontiguousarray(raster.values, dtype=float),
        xmin=west,
        ymin=south,
        xmax=east,
        ymax=north,
        nodata=np.nan,
        srs_wkt=wkt,
    )
    # Both sides get the same text: it compares texts, and warns where they differ.
    plain = gpd.GeoDataFrame(geometry=shapes.to_numpy(), crs=wkt)
    found: pd.DataFrame = exact_extract(source, plain, operations, output="pandas")
    return found


def spread(totals: pd.Series, areas: gpd.GeoDataFrame, grid: Grid) -> np.ndarray:
    """Spread each area's total evenly over the cells that it covers.

    What an area has outside the grid is left outside: the sum of the cells is the sum
    of the totals times the shares of the areas inside the grid.

    Parameters
    ----------
    totals
        Such as residents, indexed by `area_code`; a missing one leaves no residents.
    areas
        Polygons in EPSG:27700, indexed by `area_code`.

    Returns
    -------
    ndarray
        (rows, columns): a number per cell, 0 where no area is.
    """
    import shapely

    raster = on_grid(np.zeros(grid.shape), grid)
    shapes = areas.geometry.to_crs(CRS)
    found = _extract(raster, shapes, ["cell_id", "coverage"])
    number = totals.reindex(areas.index).fillna(0.0).to_numpy(float)
    per_cell = number * grid.cell**2 / shapely.area(shapes.to_numpy())
    sizes = [len(ids) for ids in found["cell_id"]]
    value = np.repeat(per_cell, sizes) * np.concatenate(found["coverage"].to_list())
    cells = np.concatenate(found["cell_id"].to_list()).astype(np.intp)
    return np.bincount(cells, value, minlength=grid.rows * grid.columns).reshape(
        grid.shape
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Reallocation:
    """Totals moved from one set of areas to another.

    Attributes
    ----------
    values
        By target area; missing where no source area reaches the target.
    ledger
        By source area: `total`, `placed`, `outside` (in no target), `no_population`
        (the raster has nobody there to go by) and `covered`, the share of the area on
        cells with a value. The three parts make up the total, to 1e-9 of it.
    words
        The same in a sentence.
    """

    values: pd.Series
    ledger: pd.DataFrame
    words: str


def dasymetric(
    totals: pd.Series,
    areas: gpd.GeoDataFrame,
    raster: Raster,
    targets: gpd.GeoDataFrame,
) -> Reallocation:
    """Move area totals to other areas, by where a raster says that people live.

    Parameters
    ----------
    totals
        Counts (never rates), one for each of `areas`, 0 or more and none missing.
    areas
        The polygons that the totals are of, indexed by `area_code`.
    raster
        Residents per cell, in any coordinate reference system.
    targets
        The polygons that totals are wanted for; they do not overlap.

    Returns
    -------
    Reallocation
        Nothing is lost: what cannot be placed stands in the ledger.

    Raises
    ------
    MethodError
        A total is missing or negative, or the targets overlap.

    References
    ----------
    Eicher and Brewer (2001), Dasymetric mapping and areal interpolation, Cartography
    and Geographic Information Science 28, 125-138.
    """
    known = _check_totals(totals, areas)
    pieces = _pieces(areas, targets.to_crs(areas.crs))
    whole = zonal(raster, areas)
    weight = zonal(raster, pieces)["sum"].fillna(0.0).to_numpy()
    in_pieces = pd.Series(weight).groupby(pieces["source"].to_numpy()).sum()
    in_pieces = in_pieces.reindex(areas.index, fill_value=0.0)
    people = whole["sum"].fillna(0.0).clip(lower=in_pieces)
    # 32-bit coverage fractions: a remainder this small is rounding, not people.
    rounding = people - in_pieces < ROUNDING * people
    people = people.mask(rounding, in_pieces)
    share = weight / people.reindex(pieces["source"]).replace(0.0, np.nan).to_numpy()
    moved = np.nan_to_num(share) * known.reindex(pieces["source"]).to_numpy()
    values = pd.Series(moved).groupby(pieces["target"].to_numpy()).sum()
    placed = pd.Series(moved).groupby(pieces["source"].to_numpy()).sum()
    placed = placed.reindex(areas.index, fill_value=0.0)
    nobody = known.where(people == 0, 0.0)
    ledger = pd.DataFrame(
        {
            "total": known,
            "placed": placed,
            "outside": (known - placed - nobody).mask(rounding, 0.0).clip(lower=0.0),
            "no_population": nobody,
            "covered": whole["covered"],
        }
    )
    return Reallocation(
        values=values.reindex(targets.index), ledger=ledger, words=_told(ledger)
    )


def _check_totals(totals: pd.Series, areas: gpd.GeoDataFrame) -> pd.Series:
    known = totals.reindex(areas.index).astype(float)
    if stray := sorted(set(totals.index) - set(areas.index)):
        problem = f"{len(stray)} totals are of no area (first: {stray[0]!r})."
        raise MethodError(problem, hint="The codes may be of another vintage.")
    bad = ~(np.isfinite(known) & (known >= 0))
    if bad.any():
        problem = (
            f"{int(bad.sum())} areas have no total (first: {known.index[bad][0]})."
        )
        raise MethodError(problem, hint="Leave them out of both: missing is not 0.")
    return known


def _pieces(areas: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut the areas by the targets: polygons with their `source` and `target` codes."""
    import geopandas as gpd
    import shapely

    left, right = targets.sindex.query(areas.geometry, predicate="intersects")
    cut = shapely.intersection(
        areas.geometry.to_numpy()[left], targets.geometry.to_numpy()[right]
    )
    real = shapely.area(cut) > 0
    pieces = gpd.GeoDataFrame(
        {
            "source": areas.index.to_numpy()[left[real]],
            "target": targets.index.to_numpy()[right[real]],
        },
        geometry=cut[real],
        crs=areas.crs,
    )
    taken = pd.Series(shapely.area(cut[real])).groupby(pieces["source"]).sum()
    own = pd.Series(shapely.area(areas.geometry.to_numpy()), areas.index)
    own = own.reindex(taken.index)
    over = taken > own * (1 + ROUNDING)
    if over.any():
        problem = f"The targets overlap (first: inside {taken.index[over][0]})."
        raise MethodError(problem, hint="Each resident can go to one target only.")
    return pieces


def _told(ledger: pd.DataFrame) -> str:
    total, placed, outside, nobody = (
        float(ledger[c].sum()) for c in ("total", "placed", "outside", "no_population")
    )
    thin = int((ledger["covered"] < 1).sum())
    told = (
        f"Of {total:,.0f}, {placed:,.0f} were shared out by where people live, "
        f"{outside:,.0f} lie outside every target and {nobody:,.0f} are in areas where "
        "the raster has nobody."
    )
    return f"{told} The raster does not fully cover {thin} areas." if thin else told
