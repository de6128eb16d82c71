"""Where the cells of a surface lie: our own grids, and rasters of other systems.

A surface is an array with the northernmost row first, laid on a `Grid`. Missing is NaN
and never 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geosafety.errors import MethodError
from geosafety.settings import CRS

SQUARE_METRES = 1e6  # in a square kilometre

# Great Britain on the National Grid; what lies outside is degrees or null island.
NATIONAL_GRID = (0.0, 0.0, 700_000.0, 1_300_000.0)
# The force area is 54 km wide: a surface four times as wide hints at a stray point.
MAX_SIDE = 200_000.0
MAX_CELLS = 10_000_000  # 80 MB; the force area at 25 m has 3 million


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
    check_shape(surface, grid)
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


def check_shape(surface: np.ndarray, grid: Grid) -> None:
    """Refuse a surface that does not fit its grid."""
    if np.shape(surface) != grid.shape:
        problem = f"A surface of {np.shape(surface)} does not fit a grid {grid.shape}."
        raise MethodError(problem, hint="Shapes are (rows, columns).")
