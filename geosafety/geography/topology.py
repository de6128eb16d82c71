"""Make a boundary layer usable: rings, dimensions, projection, codes, overlaps."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from geosafety.errors import BoundaryError
from geosafety.settings import CRS

# Overlaps smaller than this share of the smaller area are slivers of drawing.
SLIVER = 0.01


def clean_layer(
    layer: gpd.GeoDataFrame, where: str
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the layer in EPSG:27700 with valid polygons, and what had to be mended.

    Parameters
    ----------
    layer
        `area_code`, `area_name` and polygons in any coordinate reference system.
    where
        The file's name, for errors and notes.

    Returns
    -------
    GeoDataFrame, list of str
        Indexed by `area_code` in order; a sentence per kind of repair.

    Raises
    ------
    BoundaryError
        No coordinate reference system; no polygons; a code that is missing or stands
        twice.
    """
    _check_codes(layer, where)
    if layer.crs is None:
        problem = f"{where} does not say its coordinate reference system."
        raise BoundaryError(problem, hint="Save it again with one, such as EPSG:27700.")
    codes = layer["area_code"].astype("object")
    areas = layer.drop(columns="area_code").set_index(codes).sort_index()
    notes: list[str] = []
    areas["geometry"] = shapely.force_2d(areas.geometry.to_numpy())
    areas = areas.to_crs(CRS)
    areas, mended = _mend_rings(areas, where)
    notes += mended
    notes += _overlaps(areas, where)
    return areas, notes


def _check_codes(layer: gpd.GeoDataFrame, where: str) -> None:
    codes = layer["area_code"]
    if codes.isna().any():
        row = int(codes.isna().to_numpy().argmax()) + 1
        problem = f"{where}: feature {row} has no area code."
        raise BoundaryError(problem, hint="Every area needs a code of its own.")
    if codes.duplicated().any():
        twice = codes[codes.duplicated()].iloc[0]
        problem = f"{where} holds the area code {twice!r} twice."
        raise BoundaryError(problem, hint="Dissolve the layer by its code.")
    kinds = set(layer.geometry.geom_type.dropna().unique())
    if layer.geometry.isna().any() or not kinds <= {"Polygon", "MultiPolygon"}:
        bad = layer.index[~layer.geom_type.isin(["Polygon", "MultiPolygon"])][0]
        problem = f"{where}: area {codes[bad]!r} is not a polygon."
        raise BoundaryError(problem, hint="A layer of areas holds polygons only.")


def _mend_rings(
    areas: gpd.GeoDataFrame, where: str
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Repair rings that cross themselves, keeping polygons only."""
    broken = ~areas.geometry.is_valid
    if not broken.any():
        return areas, []
    reason = shapely.is_valid_reason(areas.geometry[broken].iloc[0])
    fixed = [_polygons_only(shapely.make_valid(g)) for g in areas.geometry[broken]]
    areas.loc[broken, "geometry"] = gpd.GeoSeries(
        fixed, index=areas.index[broken], crs=areas.crs
    )
    first = areas.index[broken][0]
    note = (
        f"{where}: mended {int(broken.sum())} invalid areas (first: {first}, {reason})."
    )
    return areas, [note]


def _polygons_only(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _overlaps(areas: gpd.GeoDataFrame, where: str) -> list[str]:
    """Say which areas overlap by more than a sliver; a point there has two homes."""
    shapes = areas.geometry.to_numpy()
    left, right = areas.sindex.query(shapes, predicate="overlaps")
    pairs = left < right
    left, right = left[pairs], right[pairs]
    if len(left) == 0:
        return []
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    smaller = pd.Series(shapely.area(shapes)).to_numpy()
    share = shared / pd.DataFrame({"l": smaller[left], "r": smaller[right]}).min(axis=1)
    real = (share > SLIVER).to_numpy()
    if not real.any():
        return []
    a, b = areas.index[left[real][0]], areas.index[right[real][0]]
    return [
        f"{where}: {int(real.sum())} pairs of areas overlap (first: {a} and {b}); "
        "a point in both goes to the lower code."
    ]


def dissolve(areas: gpd.GeoDataFrame, codes: pd.Series) -> gpd.GeoDataFrame:
    """Merge areas by a code; an area whose code is missing is left out.

    Returns
    -------
    GeoDataFrame
        `area_code` and geometry, one row per code.
    """
    kept = gpd.GeoDataFrame(
        {"area_code": codes.to_numpy()},
        geometry=areas.geometry.to_numpy(),
        crs=areas.crs,
    ).dropna(subset=["area_code"])
    return kept.dissolve(by="area_code").reset_index()[["area_code", "geometry"]]
