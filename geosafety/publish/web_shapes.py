"""Polygons for a web map: few points, longitude and latitude. PURE."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd

_TOLERANCE = 35.0  # metres: below what a screen shows of the whole Force


def lean(layer: gpd.GeoDataFrame, *, coverage: bool) -> dict[str, Any]:
    """Return GeoJSON with few points: shared borders stay shared."""
    lean = with_few_points(layer, _TOLERANCE, coverage=coverage).to_crs(4326)
    lean = lean.set_geometry(lean.geometry.set_precision(1e-5))
    text: dict[str, Any] = json.loads(lean.to_json(drop_id=True))
    return {"type": "FeatureCollection", "features": text["features"]}


def lean_edge(layer: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the edge of all areas together, along the borders that `lean` draws."""
    import geopandas as gpd
    import shapely

    areas = with_few_points(layer, _TOLERANCE, coverage=True)
    whole = shapely.union_all(areas.geometry.to_numpy())
    edge = gpd.GeoSeries([whole], crs=layer.crs).to_crs(4326).set_precision(1e-5)
    text: dict[str, Any] = json.loads(edge.to_json(drop_id=True))
    return text


def with_few_points(
    layer: gpd.GeoDataFrame, tolerance: float, *, coverage: bool
) -> gpd.GeoDataFrame:
    """Simplify polygons, with nothing beside them but `code`.

    Parameters
    ----------
    tolerance
        Metres.
    coverage
        Whether borders are shared, and have to stay so.
    """
    import geopandas as gpd
    import shapely

    shapes = layer.geometry.to_numpy()
    simplify = shapely.coverage_simplify if coverage else shapely.simplify
    lean = layer[[]].assign(code=[str(code) for code in layer.index])
    series = gpd.GeoSeries(
        simplify(shapes, tolerance), index=layer.index, crs=layer.crs
    )
    return lean.set_geometry(series)
