"""Geometry for a page: simplified as a coverage, so that neighbours keep one border."""

from __future__ import annotations

import geopandas as gpd
import shapely

SIMPLIFY = 30.0  # metres; 5 decimal places of a degree are about 1 m


def for_the_web(areas: gpd.GeoDataFrame) -> str:
    """Return small GeoJSON (longitude, latitude) with `code` and `name` of each area.

    Parameters
    ----------
    areas
        Indexed by `area_code`, with `area_name`, in EPSG:27700.
    """
    shapes = areas.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_simplify(shapes, SIMPLIFY)
    else:
        shapes = shapely.simplify(shapes, SIMPLIFY)
    slim = gpd.GeoDataFrame(
        {"code": areas.index.astype(str), "name": areas["area_name"].to_numpy()},
        geometry=shapes,
        crs=areas.crs,
    ).to_crs("EPSG:4326")
    slim["geometry"] = shapely.set_precision(
        slim.geometry.to_numpy(), 1e-5, mode="pointwise"
    )
    text: str = slim.to_json(drop_id=True, separators=(",", ":"))
    return text
