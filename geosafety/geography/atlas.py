"""The layers of one build, and how an area of one belongs to an area of another."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geosafety.settings import FORCE_CODE

# An area at least this far inside another counts as nested in it: simplified and
# generalised borders never coincide to the metre.
NESTED = 0.95


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One kind of area.

    Attributes
    ----------
    areas
        Polygons in EPSG:27700 indexed by `area_code`, with `area_name` and, where they
        are known, the codes of the areas above in columns named by geography.
    bundled
        True for the layers that come with the package, which the postcode table knows.
    """

    name: str
    areas: gpd.GeoDataFrame
    vintage: str
    approximate: bool = False
    bundled: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Crosswalk:
    """Shares of each old area that go to each new one: `from_code, to_code, share`."""

    geography: str
    table: pd.DataFrame
    weight: str


@dataclass(frozen=True, kw_only=True)
class Atlas:
    """Every layer by geography, the postcode table, and a crosswalk where there is one.

    Attributes
    ----------
    postcodes
        Indexed by postcode in normal form: `easting`, `northing` and, for the bundled
        layers, the area codes in columns named by geography.
    """

    layers: dict[str, Layer]
    postcodes: pd.DataFrame
    crosswalk: Crosswalk | None = None
    _lookups: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def lookup(self, child: str, parent: str) -> pd.DataFrame:
        """Say which `parent` area each `child` area belongs to.

        Returns
        -------
        DataFrame
            Indexed by the child's code: `parent` (missing where the child lies in
            none), `how` ("lookup" or "representative point") and `nested`, whether the
            child lies inside its parent as far as borders can tell.
        """
        key = (child, parent)
        if key not in self._lookups:
            self._lookups[key] = lookup(self.layers[child], self.layers[parent])
        return self._lookups[key]

    def only_child(self, parent: str, child: str) -> pd.Series:
        """Return, for each parent area that is one child area, that child's code."""
        parents = self.lookup(child, parent)["parent"].dropna()
        single = parents[~parents.duplicated(keep=False)]
        return pd.Series(
            single.index, index=pd.Index(single.to_numpy()), dtype="object"
        )


def lookup(child: Layer, parent: Layer) -> pd.DataFrame:
    """Say which `parent` area each `child` area belongs to; see `Atlas.lookup`."""
    areas = child.areas
    if parent.name == "force" and child.bundled and parent.bundled:
        return pd.DataFrame(
            {"parent": FORCE_CODE, "how": "lookup", "nested": True}, index=areas.index
        )
    codes = pd.Series(None, index=areas.index, dtype="object")
    if parent.name in areas:
        known = areas[parent.name].astype("object")
        codes = known.where(known.isin(parent.areas.index), None)
    how = np.where(codes.notna(), "lookup", "representative point")
    if codes.isna().any():
        left = areas[codes.isna().to_numpy()]
        codes[left.index] = _by_representative_point(left, parent.areas)
    nested = _nested(areas, parent.areas, codes)
    return pd.DataFrame({"parent": codes, "how": how, "nested": nested})


def _by_representative_point(
    areas: gpd.GeoDataFrame, parents: gpd.GeoDataFrame
) -> pd.Series:
    points = gpd.GeoDataFrame(geometry=areas.representative_point(), crs=areas.crs)
    joined = points.sjoin(
        parents[["geometry"]].sort_index().rename_axis("parent"), how="left"
    )
    codes: pd.Series = joined["parent"].groupby(level=0, sort=False).min()
    return codes.reindex(areas.index)


def _nested(
    areas: gpd.GeoDataFrame, parents: gpd.GeoDataFrame, codes: pd.Series
) -> np.ndarray:
    """Tell which areas lie (nearly) wholly inside the parent that `codes` names."""
    known = codes.notna().to_numpy()
    nested = np.zeros(len(areas), dtype=bool)
    inner = areas.geometry.to_numpy()[known]
    outer = parents.geometry.reindex(codes[known]).to_numpy()
    shapely.prepare(outer)
    inside = shapely.contains_properly(outer, inner)
    share = np.ones(len(inner))
    rest = ~inside
    cut = shapely.intersection(inner[rest], outer[rest])
    share[rest] = shapely.area(cut) / shapely.area(inner[rest])
    nested[known] = share >= NESTED
    return nested


def share_inside(areas: gpd.GeoDataFrame, outline: shapely.Geometry) -> np.ndarray:
    """Return the share of each area's surface that lies inside an outline."""
    shapes = areas.geometry.to_numpy()
    shapely.prepare(outline)
    share = np.asarray(shapely.contains_properly(outline, shapes), dtype=float)
    rest = share == 0
    cut = shapely.intersection(shapes[rest], outline)
    share[rest] = shapely.area(cut) / shapely.area(shapes[rest])
    return share


def crossing(atlas: Atlas, child: str, parent: str) -> int:
    """Count the `child` areas that lie across a border of the `parent` layer."""
    found = atlas.lookup(child, parent)
    known = found["parent"].notna()
    # One whose middle lies in no parent may still reach into one.
    areas = atlas.layers[child].areas[~known.to_numpy()]
    near, other = atlas.layers[parent].areas.sindex.query(
        areas.geometry, predicate="intersects"
    )
    shapes = areas.geometry.to_numpy()[near]
    whole = atlas.layers[parent].areas.geometry.to_numpy()[other]
    share = shapely.area(shapely.intersection(shapes, whole)) / shapely.area(shapes)
    reaching = pd.Series(share).groupby(near).sum() > 1 - NESTED
    return int((known & ~found["nested"]).sum() + reaching.sum())
