"""A surface as a file for a GIS, and as a picture to lay over a web map."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geosafety.errors import InputError, MethodError
from geosafety.publish.classes import SEQUENTIAL
from geosafety.settings import CRS
from geosafety.spatial.grid import Grid

NODATA = -9999.0
BLOCK = 256
SOURCE_TAGS = ("units", "bandwidth_m", "kernel")
WEB_MERCATOR = "EPSG:3857"
OPACITY = 190  # of 255: borders stay legible
# What is known to be little is washed in white; what is missing stays clear.
LITTLE, LITTLE_OPACITY = "#ffffff", 150


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlay:
    """A picture for Leaflet's image overlay.

    Attributes
    ----------
    png
        The picture; white where there is little, clear where nothing is known.
    bounds
        ((south, west), (north, east)) in degrees, as Leaflet takes them.
    legend
        (words, colour) from the lowest class to the highest.
    """

    png: bytes
    bounds: tuple[tuple[float, float], tuple[float, float]]
    legend: tuple[tuple[str, str], ...]


def write_cog(  # noqa: PLR0913 - a surface, and all that its tags say
    surface: np.ndarray,
    grid: Grid,
    path: Path,
    *,
    units: str,
    bandwidth: float,
    kernel: str,
    provenance: Mapping[str, str],
) -> None:
    """Write a surface as a Cloud-Optimised GeoTIFF in EPSG:27700.

    The same surface and tags give the same bytes: nothing is stamped with a time.

    Parameters
    ----------
    surface
        (rows, columns), the northernmost row first; NaN becomes "no data".
    grid
        Where it lies.
    path
        The file; its folder is there.
    units
        Such as "crimes per square kilometre".
    bandwidth, kernel
        How it was smoothed.
    provenance
        More tags: input, hash, period, version.

    Raises
    ------
    MethodError
        The surface does not fit its grid, or a tag of provenance is taken.
    """
    if np.shape(surface) != grid.shape:
        problem = f"A surface of {np.shape(surface)} does not fit a grid {grid.shape}."
        raise MethodError(problem, hint="Shapes are (rows, columns).")
    own = {"units": units, "bandwidth_m": f"{bandwidth:g}", "kernel": kernel}
    if taken := sorted(set(own) & set(provenance)):
        problem = f"The tag {taken[0]!r} of provenance is taken."
        raise MethodError(problem, hint="Give it another name.")
    said = {str(k): str(v) for k, v in sorted(provenance.items())}
    path.write_bytes(_cog_bytes(surface, grid, {**own, **said}))


def _cog_bytes(surface: np.ndarray, grid: Grid, tags: dict[str, str]) -> bytes:
    from affine import Affine
    from rasterio.io import MemoryFile

    filled = np.where(np.isnan(surface), NODATA, surface).astype("float32")
    options = {
        "driver": "COG",
        "width": grid.columns,
        "height": grid.rows,
        "count": 1,
        "dtype": "float32",
        "crs": CRS,
        "transform": Affine(grid.cell, 0, grid.west, 0, -grid.cell, grid.north),
        "nodata": NODATA,
        "compress": "DEFLATE",
        "predictor": 3,
        "blocksize": BLOCK,
        "overview_resampling": "AVERAGE",
        "num_threads": 1,  # more would not change the bytes, but need not be trusted
    }
    with MemoryFile() as memory:
        with memory.open(**options) as target:
            target.write(filled, 1)
            target.update_tags(**tags)
            target.set_band_description(1, tags["units"])
        return bytes(memory.read())


def read_cog(path: Path) -> tuple[np.ndarray, Grid, dict[str, str]]:
    """Read back what `write_cog` wrote.

    Returns
    -------
    ndarray, Grid, dict
        The surface (NaN: no data), where it lies, and its tags.

    Raises
    ------
    InputError
        The file is not one of those.
    """
    import rasterio
    from rasterio.errors import RasterioIOError

    try:
        with rasterio.open(path) as source:
            tags = {k: v for k, v in source.tags().items() if k != "AREA_OR_POINT"}
            ours = source.crs == CRS and set(SOURCE_TAGS) <= set(tags)
            surface = source.read(1, masked=True).astype(float).filled(np.nan)
            transform = source.transform
    except RasterioIOError as error:
        problem = f"{path.name} cannot be read as a raster."
        raise InputError(problem, hint=str(error)) from error
    if not ours or transform.a != -transform.e:
        problem = f"{path.name} is not a surface of geosafety."
        raise InputError(problem, hint="For other rasters use read_population.")
    rows, columns = surface.shape
    grid = Grid(transform.c, transform.f, transform.a, columns, rows)
    return surface, grid, tags


def overlay_png(
    surface: np.ndarray, grid: Grid, *, unit: str = "", classes: int = len(SEQUENTIAL)
) -> Overlay:
    """Draw a surface as a picture that lies straight on a web map.

    Leaflet stretches a picture evenly between its corners in Web Mercator, in which
    the National Grid is neither straight nor evenly scaled. The surface is therefore
    warped to Web Mercator first (bilinear), and the bounds are those of the warped
    picture, not the corners of the grid: what is left is the warp's resampling, below
    one cell, and some 2 m where the national grid-shift file is not installed.

    The breaks are round numbers, each about twice the last, from near the top down.
    What is below the lowest is a wash of white, and what is missing is clear: little
    is not unknown. Colours run from light to dark, which greyscale and colour-blind
    eyes keep in order.

    Parameters
    ----------
    surface, grid
        As for `write_cog`; 0 or more.
    unit
        For the legend.
    classes
        How many colours, 1 to 5.

    Returns
    -------
    Overlay
        With an empty legend where the surface is 0 or missing throughout.
    """
    if not 1 <= classes <= len(SEQUENTIAL):
        problem = f"There are no {classes} classes."
        raise MethodError(problem, hint=f"Choose 1 to {len(SEQUENTIAL)}.")
    warped, (west, south, east, north) = _to_web_mercator(surface, grid)
    breaks = _breaks(float(np.nanmax(surface, initial=0.0)), classes)
    colours = (LITTLE, *SEQUENTIAL[len(SEQUENTIAL) - len(breaks) :]) if breaks else ()
    return Overlay(
        png=_png_bytes(warped, breaks, colours),
        bounds=((south, west), (north, east)),
        legend=tuple(zip(_labels(breaks, unit), colours, strict=True)),
    )


def _to_web_mercator(
    surface: np.ndarray, grid: Grid
) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """Return the warped surface and its bounds in degrees."""
    from affine import Affine
    from rasterio.warp import Resampling, reproject, transform_bounds

    west, south, east, north = transform_bounds(CRS, WEB_MERCATOR, *grid.bounds)
    # Square pixels, so many that none is larger than a cell in either direction.
    least, most = grid.bounds[:2], grid.bounds[2:]
    side = min(
        (east - west) / ((most[0] - least[0]) / grid.cell),
        (north - south) / ((most[1] - least[1]) / grid.cell),
    )
    columns, rows = math.ceil((east - west) / side), math.ceil((north - south) / side)
    warped = np.full((rows, columns), np.nan)
    reproject(
        np.asarray(surface, dtype=float),
        warped,
        src_transform=Affine(grid.cell, 0, grid.west, 0, -grid.cell, grid.north),
        src_crs=CRS,
        src_nodata=np.nan,
        dst_transform=Affine(side, 0, west, 0, -side, north),
        dst_crs=WEB_MERCATOR,
        dst_nodata=np.nan,
        resampling=Resampling.bilinear,
    )
    box = (west, north - rows * side, west + columns * side, north)
    return warped, transform_bounds(WEB_MERCATOR, "EPSG:4326", *box)


def _breaks(top: float, classes: int) -> list[float]:
    """Return round breaks below `top`, each about twice the last.

    Examples
    --------
    >>> _breaks(137.0, 5)
    [5.0, 10.0, 20.0, 50.0, 100.0]
    """
    if top <= 0 or not math.isfinite(top):
        return []
    power = math.floor(math.log10(top))
    series = [m * 10.0**p for p in range(power - 3, power + 1) for m in (1, 2, 5)]
    return [float(f"{b:.6g}") for b in series if b < top][-classes:]


def _labels(breaks: list[float], unit: str) -> list[str]:
    said = f" {unit}" if unit else ""
    if not breaks:
        return []
    ends = zip(breaks, [*breaks[1:], None], strict=True)
    return [f"under {breaks[0]:,g}{said}"] + [
        f"{low:,g} and over{said}" if high is None else f"{low:,g} to {high:,g}{said}"
        for low, high in ends
    ]


def _png_bytes(
    values: np.ndarray, breaks: list[float], colours: tuple[str, ...]
) -> bytes:
    """Write a picture of one byte a pixel, whose palette holds the colours.

    GDAL writes pictures too, but only of four bytes a pixel, and warns that a picture
    has no place on earth.
    """
    rows, columns = values.shape
    classed = np.searchsorted(breaks, np.nan_to_num(values, nan=0.0), side="right") + 1
    classed[np.isnan(values) | (not breaks)] = 0
    # Each row begins with its filter: 0, none.
    lines = np.zeros((rows, columns + 1), dtype="uint8")
    lines[:, 1:] = classed
    palette = bytes(3) + b"".join(bytes.fromhex(c[1:]) for c in colours)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", palette),
        (
            b"tRNS",
            bytes(
                [0, LITTLE_OPACITY, *[OPACITY] * (len(colours) - 1)][: len(colours) + 1]
            ),
        ),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_part(*part) for part in parts)


def _png_part(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
