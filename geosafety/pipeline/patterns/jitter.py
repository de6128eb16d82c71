"""Put snapped crimes down anew, to see what hangs on where they were put.

police.uk moves every crime to the nearest of a list of anchor points, each with eight
addresses or more around it, so a crime may lie on the other side of a border than its
anchor. The list is not published. Of what lies around an anchor, the disc that reaches
half the way to the nearest other anchor is sure to belong to it; the true place may be
further off, so what is drawn here is a cautious lower bound of what snapping can do.
All crimes of an anchor move together, as they did when they were snapped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geosafety.geography.atlas import Layer
from geosafety.measures.tallies import ALL
from geosafety.pipeline.inputs import Placed

Floats = NDArray[np.float64]
Codes = NDArray[np.object_]

# One for each mixture of neighbours and smoothing that the stability goes through.
VERSIONS = 6
# Anchors at which nothing was recorded are not seen, so the nearest one that is seen
# may be far off: no crime is moved further than this. Where the list is seen nearly
# whole (a year within a mile of Birmingham centre: 493 anchors) half the way to the
# nearest is 34 m in the middle and under 68 m for 95 in 100; streets elsewhere are
# longer.
FARTHEST = 100.0  # metres


@dataclass(frozen=True)
class Moved:
    """Counts after the anchors were put down anew.

    Attributes
    ----------
    versions
        Counts by area code and group, one table a version; none without points.
    share
        How much of what is counted has a point, from 0 to 1.
    """

    versions: tuple[pd.DataFrame, ...]
    share: float

    def of(self, group: str) -> pd.DataFrame | None:
        """Return the counts of one group: areas by version; None without points."""
        if not self.versions:
            return None
        return pd.DataFrame({i: v[group] for i, v in enumerate(self.versions)})

    @property
    def words(self) -> str:
        """Say whether points were moved.

        Examples
        --------
        >>> Moved((), 0.0).words
        'points not moved: counts by area'
        """
        if not self.versions:
            return "points not moved: counts by area"
        if self.share > 0.9995:
            return "points moved"
        share = f"{min(max(self.share, 0.01), 0.99):.0%}"
        return f"points moved for {share} of the count; the rest has no points"


def moved_counts(
    inputs: Sequence[Placed],
    layer: Layer,
    counts: pd.DataFrame,
    months: Sequence[str],
    *,
    seed: int,
) -> Moved:
    """Count some months again, `VERSIONS` times, with every anchor put down anew.

    A moved anchor belongs to the area that now holds it. One that stays inside the area
    that held it before keeps the area that its rows were placed in (by a code, say); so
    does one that leaves every area, for nothing is known of what lies outside. Rows
    that are known by an area code alone, by a postcode, or that are shared out between
    areas, stay.

    Parameters
    ----------
    inputs
        Of one dataset.
    layer
        Where the points are put.
    counts
        What was counted in the `months`, by area code and group.
    seed
        Same seed, same places, whatever the order of rows and files.
    """
    points = _anchored(inputs, layer.name, counts.columns, months)
    whole = float(counts[ALL].sum())
    if points.empty or not whole:
        return Moved((), 0.0)
    n = points[list(counts.columns)].to_numpy(float)
    home = counts.index.get_indexer(pd.Index(points["area_code"]))
    still = counts.to_numpy(float) - _sums(home, n, len(counts))
    versions = []
    for now in _moved_homes(points, layer.areas, seed=seed):
        there = counts.index.get_indexer(pd.Index(now))
        # Shares of counts and sums of them differ in the last digits.
        again = (still + _sums(there, n, len(counts))).round(6)
        versions.append(pd.DataFrame(again, counts.index, counts.columns))
    return Moved(tuple(versions), float(points[ALL].sum()) / whole)


def _anchored(
    inputs: Sequence[Placed], geography: str, groups: pd.Index, months: Sequence[str]
) -> pd.DataFrame:
    """List the placed points with what was counted at each, by group."""
    found = []
    for placed in inputs:
        homes = placed.homes[geography]
        homes = homes[homes["area_code"].notna() & (homes["share"] == 1.0)]
        at = placed.places.loc[placed.places["at"] == "point", ["x", "y"]]
        here = homes.set_index("place")[["area_code"]].join(at, how="inner")
        rows = placed.data.rows
        rows = rows[rows["period"].isin(months) & rows["place"].isin(here.index)]
        n = rows.pivot_table(
            index="place", columns="group", values="n", aggfunc="sum", observed=True
        )
        n = n.reindex(columns=groups.drop(ALL)).fillna(0.0)
        found.append(here.join(n.assign(**{ALL: n.sum(axis=1)}), how="inner"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _sums(home: NDArray[np.intp], n: Floats, areas: int) -> Floats:
    total = np.zeros((areas, n.shape[1]))
    np.add.at(total, home, n)
    return total


def _moved_homes(
    points: pd.DataFrame, areas: gpd.GeoDataFrame, *, seed: int
) -> list[Codes]:
    """Return the area of every point, once for each version."""
    every = points[["x", "y"]].to_numpy(float)
    # In the order of their coordinates, so that the draws are those of the anchors.
    xy, anchor = np.unique(every, axis=0, return_inverse=True)
    far, before = reach(xy), area_of(xy, areas)
    homes = []
    for version in range(VERSIONS):
        after = area_of(displaced(xy, far, seed=(seed, version)), areas)
        change = (after != before) & (after != None)  # noqa: E711 - an array
        own = points["area_code"].to_numpy(object)
        homes.append(np.where(change[anchor.ravel()], after[anchor.ravel()], own))
    return homes


def reach(xy: Floats) -> Floats:
    """Return how far each anchor may be moved: half the way to the nearest other.

    Parameters
    ----------
    xy
        Different anchors, metres, of shape (anchors, 2).

    Returns
    -------
    array
        Metres, at most `FARTHEST`; that, too, for a lone anchor.

    Examples
    --------
    >>> reach(np.array([[0.0, 0.0], [60.0, 0.0], [900.0, 0.0]])).tolist()
    [30.0, 30.0, 100.0]
    """
    if len(xy) < 2:
        return np.full(len(xy), FARTHEST)
    nearest = KDTree(xy).query(xy, k=2)[0][:, 1]
    result: Floats = np.minimum(nearest / 2, FARTHEST)
    return result


def displaced(xy: Floats, far: Floats, *, seed: int | Sequence[int]) -> Floats:
    """Move every anchor to a place drawn evenly from the disc around it.

    Parameters
    ----------
    xy
        Metres, of shape (anchors, 2).
    far
        The radius of each disc, metres.
    """
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, len(xy))
    # The root makes it even over the disc, and not crowded in its middle.
    distance = far * np.sqrt(rng.uniform(0, 1, len(xy)))
    step = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    result: Floats = xy + distance[:, None] * step
    return result


def area_of(xy: Floats, areas: gpd.GeoDataFrame) -> Codes:
    """Return the code of the area that holds each point; None for none.

    A point on a shared edge belongs to the lowest code, as in `geography.placing`.
    """
    ordered = areas.sort_index()
    tree = shapely.STRtree(ordered.geometry.to_numpy())
    point, area = tree.query(shapely.points(xy), predicate="intersects")
    lowest = np.full(len(xy), len(ordered))
    np.minimum.at(lowest, point, area)
    codes = np.array([*ordered.index, None], dtype=object)
    result: Codes = codes[lowest]
    return result
