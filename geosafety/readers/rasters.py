"""Read a raster, such as one of residents (WorldPop, GHSL), as it is.

It is not resampled: whoever needs it in other areas or another reference system
projects the areas (`spatial.zonal.zonal`), so that every resident counts once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geosafety.errors import InputError
from geosafety.settings import CRS
from geosafety.spatial.grid import Raster

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from rasterio.windows import Window

MARGIN = 2  # cells about the bounds, so that the outermost areas are covered
MAX_CELLS = 100_000_000  # 800 MB
# More people than this live in no square kilometre, and in no cell however small:
# such a number means "no data".
TOO_DENSE, TOO_MANY = 1_000_000, 20_000


def read_raster(
    path: Path, within: tuple[float, float, float, float] | None = None
) -> tuple[Raster, dict[str, str]]:
    """Read any raster of one band, and its tags.

    Parameters
    ----------
    path, within
        As for `read_population`; the numbers may be anything.

    Returns
    -------
    Raster, dict
        The cells (NaN: no data), and what the file says of itself.

    Raises
    ------
    InputError
        As for `read_population`, but for what is said of residents.
    """
    raster, tags, _ = _opened(path, within)
    return raster, tags


def read_population(
    path: Path, within: tuple[float, float, float, float] | None = None
) -> Raster:
    """Read residents per cell.

    Parameters
    ----------
    path
        A raster of one band that GDAL reads: residents per cell, in any reference
        system, north up. What the file declares as no data becomes missing.
    within
        West, south, east, north in EPSG:27700: read no more than this part (a raster
        of the world has billions of cells).

    Returns
    -------
    Raster
        With `notes`: how much is missing, and whether the raster ends inside `within`.

    Raises
    ------
    InputError
        The file is not there or no raster, has several bands, no reference system or a
        rotated one; lies elsewhere; holds nothing; or holds negative residents, which
        is a value for "no data" that the file does not declare.
    """
    raster, _, nodata = _opened(path, within)
    return _sensible(path.name, raster, nodata)


def _opened(
    path: Path, within: tuple[float, float, float, float] | None
) -> tuple[Raster, dict[str, str], float | None]:
    """Return the cells, the tags, and what the file declares as no data."""
    import rasterio
    from rasterio.errors import RasterioIOError

    if not path.is_file():
        problem = f"There is no file {path.name}."
        raise InputError(problem, hint=f"Looked in {path.parent}.")
    try:
        with rasterio.open(path) as source:
            _check(path.name, source)
            raster = _read(path.name, source, within)
            return raster, dict(source.tags()), source.nodata
    except RasterioIOError as error:
        problem = f"{path.name} cannot be read as a raster."
        raise InputError(problem, hint=str(error)) from error


def _check(name: str, source: DatasetReader) -> None:
    if source.crs is None:
        problem = f"{name} does not say its coordinate reference system."
        raise InputError(problem, hint="Save it again with one, such as EPSG:27700.")
    if source.count != 1:
        problem = f"{name} has {source.count} bands."
        raise InputError(problem, hint="Save the band that is wanted by itself.")
    turn = source.transform
    if turn.b or turn.d or turn.a <= 0 or turn.e >= 0:
        problem = f"{name} is rotated or upside down."
        raise InputError(problem, hint="Warp it north up first, as gdalwarp does.")


def _read(
    name: str, source: DatasetReader, within: tuple[float, float, float, float] | None
) -> Raster:
    window, notes = _window(name, source, within)
    if window.width * window.height > MAX_CELLS:
        problem = f"{name} has {int(window.width * window.height):,} cells."
        raise InputError(problem, hint="Give the bounds of the part that is needed.")
    values = source.read(1, window=window, masked=True).astype(float).filled(np.nan)
    values = values * source.scales[0] + source.offsets[0]
    values[~np.isfinite(values)] = np.nan
    transform = source.transform
    return Raster(
        values=values,
        west=transform.c + window.col_off * transform.a,
        north=transform.f + window.row_off * transform.e,
        width=transform.a,
        height=-transform.e,
        crs=source.crs.to_wkt(),
        notes=tuple(notes),
    )


def _window(
    name: str, source: DatasetReader, within: tuple[float, float, float, float] | None
) -> tuple[Window, list[str]]:
    """Return the part to read, and a note where the raster ends inside it."""
    from rasterio.warp import transform_bounds
    from rasterio.windows import Window

    if within is None:
        return Window(0, 0, source.width, source.height), []
    west, south, east, north = transform_bounds(CRS, source.crs, *within)
    t = source.transform
    left, right = (west - t.c) / t.a, (east - t.c) / t.a
    top, bottom = (north - t.f) / t.e, (south - t.f) / t.e
    inside = left < source.width and right > 0 and top < source.height and bottom > 0
    if not inside:
        problem = f"{name} does not reach the area."
        hint = f"It covers {tuple(round(b, 3) for b in source.bounds)} of {source.crs}."
        raise InputError(problem, hint=hint)
    ends = left < 0 or top < 0 or right > source.width or bottom > source.height
    notes = [f"{name} does not cover the whole area."] if ends else []
    first_column = max(0, int(np.floor(left)) - MARGIN)
    first_row = max(0, int(np.floor(top)) - MARGIN)
    last_column = min(source.width, int(np.ceil(right)) + MARGIN)
    last_row = min(source.height, int(np.ceil(bottom)) + MARGIN)
    width, height = last_column - first_column, last_row - first_row
    return Window(first_column, first_row, width, height), notes


def _sensible(name: str, raster: Raster, nodata: float | None) -> Raster:
    """Refuse what cannot be residents, and note what is missing."""
    values = raster.values
    missing = np.isnan(values)
    if missing.all() or np.nansum(values) == 0:
        problem = f"{name} holds no residents here."
        raise InputError(problem, hint="It may be of another place, or all no data.")
    if (values < 0).any():
        first = float(values[values < 0][0])
        problem = f"{name} holds negative residents (first: {first:g})."
        declared = "none" if nodata is None else f"{nodata:g}"
        hint = f"That may mean no data; the file declares {declared}. Declare it."
        raise InputError(problem, hint=hint)
    if np.nanmax(values) > max(TOO_MANY, TOO_DENSE * _cell_km2(raster)):
        problem = f"{name} holds {np.nanmax(values):g} residents in one cell."
        raise InputError(problem, hint="That may mean no data; declare it in the file.")
    if not missing.any():
        return raster
    note = f"{name}: {100 * missing.mean():.1f}% of the cells have no value."
    return Raster(**{**vars(raster), "notes": (*raster.notes, note)})


def _cell_km2(raster: Raster) -> float:
    """Return about how large a cell is; a degree is taken at its longest."""
    from pyproj import CRS as PROJ_CRS  # noqa: N811 - the name CRS is taken

    metre = 111_320.0 if PROJ_CRS.from_user_input(raster.crs).is_geographic else 1.0
    return raster.width * raster.height * metre**2 / 1e6
