"""Local clusters of events on small areas: every statistic, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geosafety.geography.atlas import Atlas
from geosafety.measures.tallies import ALL
from geosafety.pipeline.patterns.monthly import ALPHA, Events, for_each_group, row_keys
from geosafety.settings import geographies

if TYPE_CHECKING:
    from geosafety.spatial.local import Statistic

RATED: tuple[Statistic, ...] = ("gi_star", "moran", "moran_rate")
# Of all events together: each of its areas has a list of its own, which takes time.
RATED_ONCE: tuple[Statistic, ...] = ("geary",)
PERMUTATIONS = 99_999
# Of each run of the stability, whose own reference is made with as many. One map alone
# is ranked in a run, so fewer reach the bar than where all maps are ranked together.
STABILITY_PERMUTATIONS = 49_999
# Every mixture of neighbours, smoothing and points as they are or put down anew, at
# three discovery rates each; without points half as many.
STABILITY_RUNS, RUNS_WITHOUT_POINTS = 36, 18
# On fewer events the interval of a share is too ready to lie above the rest: of rare
# categories two or three events would do.
STANDS_OUT_FROM = 5
COLUMNS = (
    *("geography", "area_code", "area_name", "period", "months", "indicator", "group"),
    *("statistic", "value", "z_score", "p_value", "q_value", "smallest_p"),
    *("label", "reason", "stability", "stability_word", "points"),
    *("permutations", "seed", "kind", "impact_area"),
)


def cluster_tables(events: Events, atlas: Atlas) -> Iterator[pd.DataFrame]:
    """Find local clusters of every group, with q-values across the groups too.

    Gi*, local Moran and (of all events together) local Geary test rates per resident;
    `moran_rate` the same rates standardised by empirical Bayes; join counts test the
    category that stands out. The stability is that of Gi*, which is what is mapped.
    """
    from geosafety.spatial import hotspots

    kept = _stability(events)
    for statistic in (*RATED, *RATED_ONCE):
        work = partial(_rated, events, statistic)
        once = statistic in RATED_ONCE
        tables = {ALL: work(ALL)} if once else for_each_group(events, work)
        for group, table in hotspots.adjust_family(tables, alpha=ALPHA).items():
            share = kept[group] if statistic == "gi_star" else np.nan
            points = events.moved.words if statistic == "gi_star" else ""
            yield _of_events(events, table, group).pipe(
                described,
                atlas,
                stability=share,
                statistic=statistic,
                points=points,
                permutations=PERMUTATIONS,
            )
    yield from _join_counts(events, atlas)


def _stability(events: Events) -> dict[str, pd.Series]:
    """Return the share of runs in which every area keeps its label, by group."""
    from geosafety.spatial.stability import Rates, stability_of_maps

    counts = events.counts(events.last_year)
    rates, moved = events.rates(counts), events.moved
    maps = {
        group: Rates(
            values=rates[group],
            numerator=counts[group],
            base=events.base,
            points=moved.of(group),
        )
        for group in events.tested
    }
    with ThreadPoolExecutor() as pool:
        return stability_of_maps(
            maps,
            events.graphs,
            alpha=ALPHA,
            permutations=STABILITY_PERMUTATIONS,
            runs=STABILITY_RUNS if moved.versions else RUNS_WITHOUT_POINTS,
            seed=events.seed,
            each=pool.map,
        )


def _rated(events: Events, statistic: Statistic, group: str) -> pd.DataFrame:
    from geosafety.spatial.hotspots import clusters

    counts = events.counts(events.last_year)
    eb = statistic == "moran_rate"
    return clusters(
        counts[group] if eb else events.rates(counts)[group],
        events.graph,
        statistic=statistic,
        alpha=ALPHA,
        permutations=PERMUTATIONS,
        seed=events.seed,
        base=events.base if eb else None,
    )


# --- join counts of the category that stands out --------------------------------------


def _join_counts(events: Events, atlas: Atlas) -> Iterator[pd.DataFrame]:
    """Test whether areas where the same category stands out lie side by side.

    Nothing where too few areas have events enough for a mix to speak of.
    """
    from geosafety.spatial.hotspots import adjust_family, clusters
    from geosafety.spatial.neighbours import FEWEST

    counts = events.counts(events.last_year)[list(events.tested)].drop(columns=ALL)
    known = counts.sum(axis=1) >= max(events.dataset.low_base_below, 1)
    if counts.shape[1] < 2 or known.sum() < FEWEST:
        return
    status = pd.Series(np.where(known, "ok", "low base"), index=counts.index)
    mine = standing_out(counts[known]).reindex(counts.index)
    tables = {
        str(group): clusters(
            (mine == group).astype(float),
            events.graph,
            statistic="join_counts",
            alpha=ALPHA,
            status=status,
        )
        for group in counts
    }
    for group, table in adjust_family(tables, alpha=ALPHA).items():
        yield _of_events(events, table, group).pipe(
            described, atlas, statistic="join_counts"
        )


def standing_out(counts: pd.DataFrame) -> pd.Series:
    """Name the category that stands out in each area's mix, if one does.

    Of the categories whose location quotient is clearly above 1, the one with the
    highest. Clearly: the interval, widened for the number of categories (Bonferroni),
    lies above 1, and it rests on `STANDS_OUT_FROM` events or more. A category can stand
    out where there is little crime: this is the mix and not the rate.

    Parameters
    ----------
    counts
        Areas by categories.

    Returns
    -------
    Series
        The category by area code; "" where none stands out.

    Examples
    --------
    >>> mix = pd.DataFrame({"Burglary": [90, 50], "Robbery": [10, 50]}, ["A", "B"])
    >>> standing_out(mix).tolist()
    ['Burglary', 'Robbery']
    """
    from geosafety.spatial.quotients import location_quotients

    level = 100 * (1 - ALPHA / max(counts.shape[1], 1))
    table = location_quotients(counts.rename_axis("area_code"), level=level)
    clear = (table["verdict"] == "higher") & (table["count"] >= STANDS_OUT_FROM)
    above = table[clear].sort_values(
        ["quotient", "category"], ascending=[False, True], kind="stable"
    )
    first = above.drop_duplicates("area_code").set_index("area_code")["category"]
    return first.astype(object).reindex(counts.index).fillna("")


# --- the form of the table ------------------------------------------------------------


def _of_events(events: Events, table: pd.DataFrame, group: str) -> pd.DataFrame:
    keys = row_keys(events, group) | {"seed": events.seed}
    return table.assign(**keys, months=len(events.last_year))


def described(  # noqa: PLR0913
    table: pd.DataFrame,
    atlas: Atlas,
    *,
    statistic: str,
    stability: object = np.nan,
    points: str = "",
    permutations: int | None = None,
) -> pd.DataFrame:
    """Give a table of clusters its columns.

    Parameters
    ----------
    table
        What `hotspots.clusters` returned, with `geography`, `period`, `months`,
        `indicator`, `group`, `seed` and `kind`.
    stability
        By area, or missing where it is not judged.
    permutations
        None where the distribution is known exactly, and nothing is drawn.
    """
    from geosafety.spatial.stability import stability_word

    geography = str(table["geography"].iloc[0])
    names = atlas.layers[geography].areas["area_name"]
    table = table.rename_axis("area_code").reset_index()
    share = np.broadcast_to(np.asarray(stability, dtype=float), len(table))
    table = table.assign(
        area_name=names.reindex(table["area_code"]).to_numpy(),
        statistic=statistic,
        stability=share,
        stability_word=[stability_word(s) for s in share],
        points=points,
        permutations=pd.array([permutations] * len(table), dtype="Int64"),
        months=table["months"].astype("Int64"),
        impact_area=_impact_areas(table["area_code"], atlas, geography),
    )
    return table[list(COLUMNS)]


def _impact_areas(
    codes: pd.Series, atlas: Atlas, geography: str
) -> NDArray[np.object_]:
    """Say which impact area each area lies in; blank for none."""
    if "impact_area" not in geographies()[geography].up_to:
        return np.full(len(codes), "", dtype=object)
    inside = atlas.lookup(geography, "impact_area")["parent"]
    return inside.reindex(pd.Index(codes)).fillna("").to_numpy(dtype=object)
