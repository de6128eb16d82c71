"""Where it clusters, since when, and how concentrated it is: events on small areas.

Only layers with enough connected areas are tested (`local_statistics` in the
catalogue); the others are refused with the reason. Months that the source does not
cover are left out, never taken for zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.tallies import ALL
from geosafety.pipeline.concentrated import concentration_tables
from geosafety.pipeline.events import Coverage
from geosafety.pipeline.inputs import Placed, Progress
from geosafety.pipeline.monthly import (
    Events,
    for_each_group,
    monthly_events,
    row_keys,
)
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import Dataset, geographies

if TYPE_CHECKING:
    from geosafety.spatial.local import Statistic

LOCAL: tuple[Statistic, ...] = ("gi_star", "moran", "moran_rate")
PERMUTATIONS = 99_999
# A global test needs no correction across areas, so fewer do.
GLOBAL_PERMUTATIONS = 2_499
# Four mixtures of neighbours and smoothing, at three discovery rates each.
STABILITY_RUNS = 12
MONTHLY_PERMUTATIONS = 9_999
ALPHA = 0.05
TABLES = ("clusters", "autocorrelation", "trends", "concentration")


def pattern_tables(  # noqa: PLR0913
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    denominators: Denominators,
    coverage: Coverage,
    *,
    seed: int,
    progress: Progress,
) -> dict[str, pd.DataFrame]:
    """Make the tables of `TABLES` for one dataset of events."""
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for geography in geographies().values():
        if not geography.local_statistics:
            made["autocorrelation"].append(
                _refusal(dataset, atlas.layers[geography.name])
            )
            continue
        events = monthly_events(
            dataset, inputs, atlas, denominators, coverage, geography.name, seed
        )
        if events is None:
            continue
        progress(f"testing patterns of {dataset.label.lower()} by {geography.name}")
        found = list(cluster_tables(events))
        made["clusters"] += [
            _with_impact_areas(t, atlas, geography.name) for t in found
        ]
        made["autocorrelation"] += list(global_tables(events))
        made["trends"] += list(trend_tables(events))
        made["concentration"] += list(concentration_tables(events))
    return {
        name: pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
        for name, frames in made.items()
    }


def _with_impact_areas(
    table: pd.DataFrame, atlas: Atlas, geography: str
) -> pd.DataFrame:
    """Say which impact area each area lies in; blank for none."""
    if "impact_area" not in geographies()[geography].up_to:
        return table.assign(impact_area="")
    inside = atlas.lookup(geography, "impact_area")["parent"]
    codes = inside.reindex(pd.Index(table["area_code"]))
    return table.assign(impact_area=codes.fillna("").to_numpy(dtype=object))


def _refusal(dataset: Dataset, layer: Layer) -> pd.DataFrame:
    """Say why a layer is not tested."""
    words = (
        f"Not tested: {len(layer.areas)} areas are too few, or too scattered, for a "
        "test of neighbours to mean anything. Test LSOAs, MSOAs or wards and lay these "
        "areas over them."
    )
    row = {"geography": layer.name, "indicator": f"{dataset.name}_rate", "group": ALL}
    return pd.DataFrame([row | {"statistic": "refused", "words": words}])


def cluster_tables(events: Events) -> Iterator[pd.DataFrame]:
    """Find local clusters of every group, with q-values across the groups too."""
    from geosafety.spatial import hotspots

    counts = events.counts(events.last_year)
    rates = events.rates(counts)

    def stable(group: str) -> pd.Series:
        return hotspots.stability(
            rates[group],
            events.layer.areas,
            numerator=counts[group],
            base=events.base,
            runs=STABILITY_RUNS,
            permutations=PERMUTATIONS,
            seed=events.seed,
            graphs=events.graphs,
        )

    def local(statistic: Statistic, group: str) -> pd.DataFrame:
        rated = statistic == "moran_rate"
        return hotspots.clusters(
            counts[group] if rated else rates[group],
            events.graph,
            statistic=statistic,
            alpha=ALPHA,
            permutations=PERMUTATIONS,
            seed=events.seed,
            base=events.base if rated else None,
        )

    kept = for_each_group(events, stable)
    for statistic in LOCAL:
        tables = for_each_group(events, partial(local, statistic))
        for group, table in hotspots.adjust_family(tables, alpha=ALPHA).items():
            share = kept[group] if statistic == "gi_star" else np.nan
            yield _described(events, table, group, statistic, share)


def _described(
    events: Events, table: pd.DataFrame, group: str, statistic: str, share: object
) -> pd.DataFrame:
    """Give a table of clusters its keys."""
    from geosafety.spatial.hotspots import stability_word

    table = (
        table.rename_axis("area_code")
        .reset_index()
        .assign(
            geography=events.layer.name,
            area_name=events.layer.areas["area_name"].to_numpy(),
            period=events.period,
            months=len(events.last_year),
            indicator=events.indicator,
            group=group,
            statistic=statistic,
            stability=np.asarray(share, dtype=float),
            permutations=PERMUTATIONS,
            seed=events.seed,
            kind=events.kind,
        )
    )
    words = [stability_word(s) for s in table["stability"]]
    columns = ["geography", "area_code", "area_name", "period", "months", "indicator"]
    columns += ["group"]
    columns += ["statistic", "value", "z_score", "p_value", "q_value", "smallest_p"]
    columns += ["label", "reason", "stability", "stability_word", "permutations"]
    return table.assign(stability_word=words)[[*columns, "seed", "kind"]]


def global_tables(events: Events) -> Iterator[pd.DataFrame]:
    """Test the whole map of every group for clustering."""
    from geosafety.spatial import autocorrelation

    counts = events.counts(events.last_year)
    rates = events.rates(counts)
    options = {"permutations": GLOBAL_PERMUTATIONS, "seed": events.seed}

    def whole(group: str) -> pd.DataFrame:
        found = [
            autocorrelation.global_statistics(rates[group], events.graph, **options),
            autocorrelation.rate_moran(
                counts[group], events.base, events.graph, **options
            ),
        ]
        return pd.concat(found, ignore_index=True).assign(**row_keys(events, group))

    yield from for_each_group(events, whole).values()


def trend_tables(events: Events) -> Iterator[pd.DataFrame]:
    """Class every area by its months as a hotspot, and test its change on the year."""
    for group in events.tested:
        yield _emerging(events, group)
        yield from _changed(events, group)


def _emerging(events: Events, group: str) -> pd.DataFrame:
    """Follow Gi* through the covered months of the last two years."""
    from geosafety.spatial import trends
    from geosafety.spatial.hotspots import clusters

    scores, hot = {}, {}
    for month in events.months[-24:]:
        rates = events.rates(events.counts((month,)))[group]
        table = clusters(
            rates,
            events.graph,
            alpha=ALPHA,
            permutations=MONTHLY_PERMUTATIONS,
            seed=events.seed,
        )
        scores[month], hot[month] = table["z_score"], table["label"] == "hot"
    found = trends.emerging(pd.DataFrame(scores), pd.DataFrame(hot), alpha=ALPHA)
    period = f"{next(iter(scores))}/{events.months[-1]}"
    keys = row_keys(events, group) | {"period": period, "trend": "emerging hot spots"}
    return found.rename_axis("area_code").reset_index().assign(**keys)


def _changed(events: Events, group: str) -> Iterator[pd.DataFrame]:
    """Compare covered months of the last year with the same a year before."""
    from geosafety.spatial import trends

    def year_before(month: str) -> str:
        return f"{int(month[:4]) - 1}{month[4:]}"

    later = [m for m in events.months if year_before(m) in events.months][-12:]
    if not later:
        return
    earlier = tuple(year_before(m) for m in later)
    before = events.counts(earlier)[group].round()
    after = events.counts(tuple(later))[group].round()
    found = trends.change_test(before, after, alpha=ALPHA)
    keys = row_keys(events, group) | {
        "period": f"{later[0]}/{later[-1]}",
        "compared_with": f"{earlier[0]}/{earlier[-1]}",
        "trend": f"change, the same {len(later)} months",
    }
    yield found.rename_axis("area_code").reset_index().assign(**keys)
