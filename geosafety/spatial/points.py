"""What may be drawn as a surface: points, and never centroids of areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geosafety.errors import MethodError

if TYPE_CHECKING:
    import geopandas as gpd

# Below this share of places with a point, a surface would show where points are known.
ENOUGH_POINTS = 0.95
CENTROID = 5.0  # metres: six decimal places and a datum shift without its grid file
MANY_CENTROIDS = 0.5


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
