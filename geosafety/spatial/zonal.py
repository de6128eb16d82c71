"""Surfaces and rasters summed to areas, and area totals shared out by a raster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.settings import CRS
from geosafety.spatial.grid import Grid, Raster, on_grid

if TYPE_CHECKING:
    import geopandas as gpd

# exactextract's coverage fractions are 32-bit: a smaller remainder is rounding.
ROUNDING = 1e-6
STATISTICS = ("mean", "sum", "max")


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
        residents per cell: residents; of a density: times `cell_km2` it is a number),
        `max` (the highest cell that the area touches) and `covered`, the share (0 to
        1) of the area that lies on cells with a value. All but `covered` are missing,
        not 0, where nothing is covered.
    """
    import shapely

    if areas.crs is None:
        problem = "The areas do not say their coordinate reference system."
        raise MethodError(problem, hint="Set it, such as EPSG:27700.")
    shapes = areas.geometry.to_crs(raster.crs)
    if len(shapes) == 0:
        return pd.DataFrame({c: [] for c in (*STATISTICS, "covered")}, dtype=float)
    found = _extract(raster, shapes, [*STATISTICS, "count"])
    # Planar on purpose, also in degrees: the cells are counted in the same plane.
    size = shapely.area(shapes.to_numpy()) / (raster.width * raster.height)
    count = found["count"].to_numpy(float)
    covered = np.divide(count, size, out=np.zeros(len(size)), where=size > 0)
    covered[covered > 1 - ROUNDING] = 1.0
    table = found[list(STATISTICS)].astype(float)
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
    # Where borders also touch, lines come with the polygons; a buffer of 0 drops them.
    mixed = shapely.get_type_id(cut) == shapely.GeometryType.GEOMETRYCOLLECTION
    cut[mixed] = shapely.buffer(cut[mixed], 0)
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
