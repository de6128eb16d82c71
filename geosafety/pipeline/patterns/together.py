"""Set two things on one map: stop and search and crime, feeling unsafe and crime."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geosafety.errors import MethodError
from geosafety.geography.atlas import Atlas
from geosafety.measures.tallies import placed_rows
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.patterns.clusters import described
from geosafety.settings import geographies, indicators, weakest

SMALL = "lsoa"
# What may go with what next door. Both are rates or shares, never raw counts.
PAIRS = (("feels_unsafe_home", "crime_rate"), ("wmnow_rate", "crime_rate"))
PERMUTATIONS = 9_999
# An area takes part where at least this share of it lies where both were recorded.
INSIDE = 0.5


def similarity(
    base: list[Placed], test: list[Placed], atlas: Atlas, *, seed: int
) -> pd.DataFrame:
    """Compare two patterns of events on the months and the ground that both cover.

    The ground is the hull around the points of each, where they have points: a file
    that covers one mile around a centre says nothing of what lies outside it.

    Returns
    -------
    DataFrame
        Rows for the `concentration` table; empty where no month is shared.
    """
    from geosafety.spatial.similarity import s_index_both_ways

    months = _months(base) & _months(test)
    areas = _common_ground([*base, *test], atlas)
    if not months or len(areas) < 2:
        return pd.DataFrame()
    counts = [_counts(side, months, areas) for side in (base, test)]
    names = (base[0].data.dataset, test[0].data.dataset)
    words = tuple(name.replace("_", " and ") for name in names)
    try:
        table = s_index_both_ways(*counts, seed=seed, names=(words[0], words[1]))
    except MethodError:
        return pd.DataFrame()
    return pd.DataFrame(
        {
            "measure": "similarity, " + table["base"] + " as the base",
            "value": table["s_robust"],
            "by_chance": table["expected"],
            "places": table["areas_used"],
            "words": table["words"],
            "geography": SMALL,
            "period": f"{min(months)}/{max(months)}",
            "indicator": f"{names[0]}_count",
            "group": "all",
            "area_code": "",
            "kind": weakest([p.data.kind for p in (*base, *test)]),
        }
    )


def _months(inputs: list[Placed]) -> set[str]:
    found = [placed_rows(p.data.rows, p.homes["force"])["period"] for p in inputs]
    return set(pd.concat(found)) if found else set()


def _counts(inputs: list[Placed], months: set[str], areas: pd.Index) -> pd.Series:
    rows = pd.concat([placed_rows(p.data.rows, p.homes[SMALL]) for p in inputs])
    rows = rows[rows["period"].isin(months)]
    n = rows.groupby("area_code")["n"].sum().round()
    return n.reindex(areas, fill_value=0.0)


def _common_ground(inputs: list[Placed], atlas: Atlas) -> pd.Index:
    """List the small areas that lie mostly where every input has points."""
    areas = atlas.layers[SMALL].areas
    shapes = areas.geometry.to_numpy()
    inside = np.ones(len(areas), dtype=bool)
    for placed in inputs:
        home = placed.homes["force"].set_index("place")["area_code"]
        here = placed.places[home.reindex(placed.places.index).notna()]
        points = gpd.points_from_xy(here["x"], here["y"])[here["x"].notna()]
        if len(points) < 3:
            continue
        hull = shapely.convex_hull(shapely.multipoints(np.asarray(points)))
        share = shapely.area(shapely.intersection(shapes, hull)) / shapely.area(shapes)
        inside &= share >= INSIDE
    codes: pd.Index = areas.index[inside]
    return codes


LOCAL_PERMUTATIONS = 99_999


def bivariate(
    values: dict[tuple[str, str], pd.DataFrame], atlas: Atlas, *, seed: int
) -> Iterator[pd.DataFrame]:
    """Test whether one indicator goes with another in the areas next door.

    Parameters
    ----------
    values
        By indicator and geography, finished values of the group `all`.

    Yields
    ------
    DataFrame
        Rows for the `autocorrelation` table. Where too few areas have a value that may
        be shown and a base that is not low, the row says so.
    """
    for geography in geographies().values():
        if not geography.local_statistics:
            continue
        for first, second in PAIRS:
            pair = [values.get((name, geography.name)) for name in (first, second)]
            if pair[0] is not None and pair[1] is not None:
                yield _one_pair(first, second, pair[0], pair[1], atlas, seed)


def local_bivariate(
    values: dict[tuple[str, str], pd.DataFrame], atlas: Atlas, *, seed: int
) -> Iterator[pd.DataFrame]:
    """Test every area for one indicator here with another next door.

    Parameters
    ----------
    values
        As for `bivariate`.

    Yields
    ------
    DataFrame
        Rows for the `clusters` table: the label "high-low" says high here in the first
        indicator and low next door in the second. The q-values are across the areas and
        the pairs of a layer. Nothing where too few areas have a value that may be
        shown: `bivariate` says so.
    """
    for geography in geographies().values():
        layer = geography.name
        pairs = [p for p in PAIRS if all((name, layer) in values for name in p)]
        if geography.local_statistics and pairs:
            yield from _local_pairs(values, pairs, atlas, layer, seed)


def _local_pairs(
    values: dict[tuple[str, str], pd.DataFrame],
    pairs: list[tuple[str, str]],
    atlas: Atlas,
    layer: str,
    seed: int,
) -> Iterator[pd.DataFrame]:
    from geosafety.spatial.hotspots import adjust_family, clusters
    from geosafety.spatial.neighbours import build_graph

    areas = atlas.layers[layer].areas
    graph, found = build_graph(areas), {}
    for pair in pairs:
        x, y = (_shown(values[name, layer], areas.index) for name in pair)
        with suppress(MethodError):
            found[" with ".join(pair)] = clusters(
                x,
                graph,
                statistic="bivariate_moran",
                permutations=LOCAL_PERMUTATIONS,
                seed=seed,
                other=y,
            )
    for name, table in adjust_family(found).items():
        both = [values[part, layer] for part in name.split(" with ")]
        yield table.assign(
            geography=layer,
            period=" with ".join(_period(one) for one in both),
            months=None,
            indicator=name,
            group="all",
            seed=seed,
            kind=weakest([str(k) for one in both for k in one["kind"].unique()]),
        ).pipe(
            described,
            atlas,
            statistic="bivariate_moran",
            permutations=LOCAL_PERMUTATIONS,
        )


def _one_pair(  # noqa: PLR0913
    first: str,
    second: str,
    one: pd.DataFrame,
    other: pd.DataFrame,
    atlas: Atlas,
    seed: int,
) -> pd.DataFrame:
    from geosafety.spatial.autocorrelation import bivariate_moran
    from geosafety.spatial.neighbours import build_graph

    geography = str(one["geography"].iloc[0])
    areas = atlas.layers[geography].areas
    x, y = _shown(one, areas.index), _shown(other, areas.index)
    labels = [indicators()[name].label for name in (first, second)]
    try:
        found = bivariate_moran(
            x, y, build_graph(areas), permutations=PERMUTATIONS, seed=seed
        )
        words = found["words"].iloc[0]
    except MethodError as refused:
        found = pd.DataFrame([{"statistic": "refused"}])
        words = refused.problem
    return found.assign(
        geography=geography,
        period=f"{_period(one)} with {_period(other)}",
        indicator=f"{first} with {second}",
        group="all",
        words=f"{labels[0]}, and {labels[1].lower()} next door: {words}",
        kind=weakest([*one["kind"].astype(str), *other["kind"].astype(str)]),
    )


def _period(table: pd.DataFrame) -> str:
    return str(table["period"].iloc[0])


def _shown(table: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Take the values that stand: not hidden, not incomplete, not of a low base."""
    stands = table[table["status"].astype(str) == "ok"]
    known = pd.Series(
        stands["value"].to_numpy(float), index=stands["area_code"].astype("object")
    )
    return known.reindex(index)
