"""Where it clusters, since when, and how concentrated it is: events on small areas.

Only layers with enough connected areas are tested (`local_statistics` in the
catalogue); the others are refused with the reason. Months that the source does not
cover are left out, never taken for zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.tallies import ALL
from geosafety.pipeline.events import Coverage, event_cube, event_groups
from geosafety.pipeline.inputs import Placed, Progress
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import Dataset, geographies, weakest

if TYPE_CHECKING:
    from libpysal.graph import Graph

    from geosafety.spatial.local import Statistic

Result = TypeVar("Result")
LOCAL: tuple[Statistic, ...] = ("gi_star", "moran", "moran_rate")
PERMUTATIONS = 99_999
# A global test needs no correction across areas, so fewer do.
GLOBAL_PERMUTATIONS = 2_499
# Four mixtures of neighbours and smoothing, at three discovery rates each.
STABILITY_RUNS = 12
MONTHLY_PERMUTATIONS = 9_999
ALPHA = 0.05
TABLES = ("clusters", "autocorrelation", "trends", "concentration")


@dataclass(frozen=True)
class Events:
    """Monthly counts of one dataset in one layer, and who lives there.

    Attributes
    ----------
    cube
        Counts by area, covered month and group; the first group is `all`.
    months
        The covered months, in order.
    base
        Residents by area code.
    """

    dataset: Dataset
    layer: Layer
    cube: np.ndarray
    months: tuple[str, ...]
    groups: tuple[str, ...]
    base: pd.Series
    kind: str
    seed: int

    @property
    def indicator(self) -> str:
        """The indicator whose pattern is tested."""
        return f"{self.dataset.name}_rate"

    @cached_property
    def graphs(self) -> dict[str, Graph]:
        """Neighbours of every kind, by kind."""
        from geosafety.spatial.hotspots import all_graphs

        return all_graphs(self.layer.areas)

    @property
    def graph(self) -> Graph:
        """Queen neighbours: what is mapped. The other kinds only judge stability."""
        return self.graphs["queen"]

    @property
    def tested(self) -> tuple[str, ...]:
        """The groups to test: every category on the smallest areas, else all crime."""
        finest = self.layer.name == self.dataset.small_area
        groups = self.groups if finest else self.groups[:1]
        seen = self.counts(self.last_year)
        return tuple(group for group in groups if seen[group].any())

    @property
    def period(self) -> str:
        """The covered months that are tested together: the latest twelve, or all."""
        return f"{self.last_year[0]}/{self.last_year[-1]}"

    @property
    def last_year(self) -> tuple[str, ...]:
        """The latest twelve covered months."""
        return self.months[-12:]

    def counts(self, months: tuple[str, ...]) -> pd.DataFrame:
        """Add some months up: counts by area code and group."""
        wanted = [self.months.index(m) for m in months]
        n = self.cube[:, wanted].sum(axis=1).round(6)
        return pd.DataFrame(n, index=self.layer.areas.index, columns=self.groups)

    def rates(self, counts: pd.DataFrame) -> pd.DataFrame:
        """Rates per 1,000 residents; missing where nobody lives."""
        base = self.base.where(self.base > 0)
        return counts.mul(1000.0).div(base, axis=0)


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
        events = _events(
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


def _events(  # noqa: PLR0913
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    denominators: Denominators,
    coverage: Coverage,
    geography: str,
    seed: int,
) -> Events | None:
    """Count the covered months of one layer; None without residents or months."""
    stock = denominators.by_layer.get((geography, "population"))
    layer = atlas.layers[geography]
    covered = coverage.of_force()
    if stock is None or not covered.any():
        return None
    groups = event_groups(inputs)
    cube = event_cube(inputs, geography, layer.areas.index, coverage.months, groups)
    cube = cube[:, covered]
    whole = np.concatenate([cube.sum(axis=2, keepdims=True), cube], axis=2)
    base = stock.table.set_index("area_code")["population"].reindex(layer.areas.index)
    return Events(
        dataset=dataset,
        layer=layer,
        cube=whole,
        months=tuple(np.array(coverage.months)[covered]),
        groups=(ALL, *groups),
        base=base,
        kind=weakest([stock.kind, *(p.data.kind for p in inputs)]),
        seed=seed,
    )


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


def _each(events: Events, work: Callable[[str], Result]) -> dict[str, Result]:
    """Do the same work for every tested group, on all cores.

    Each group's work has its own seeded draws, so the answer is the same on any number
    of cores; sorting, which takes most of the time, runs beside other threads.
    """
    with ThreadPoolExecutor() as pool:
        return dict(zip(events.tested, pool.map(work, events.tested), strict=True))


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

    kept = _each(events, stable)
    for statistic in LOCAL:
        tables = _each(events, partial(local, statistic))
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
        return pd.concat(found, ignore_index=True).assign(**_keys(events, group))

    yield from _each(events, whole).values()


def _keys(events: Events, group: str) -> dict[str, str]:
    return {
        "geography": events.layer.name,
        "period": events.period,
        "indicator": events.indicator,
        "group": group,
        "kind": events.kind,
    }


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
    keys = _keys(events, group) | {"period": period, "trend": "emerging hot spots"}
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
    keys = _keys(events, group) | {
        "period": f"{later[0]}/{later[-1]}",
        "compared_with": f"{earlier[0]}/{earlier[-1]}",
        "trend": f"change, the same {len(later)} months",
    }
    yield found.rename_axis("area_code").reset_index().assign(**keys)


def concentration_tables(events: Events) -> Iterator[pd.DataFrame]:
    """Say how concentrated events are, and whether last year's hotspots held on.

    Concentration is measured on the smallest areas, the mix of categories (location
    quotients) on wards, where the numbers carry it.
    """
    counts = events.counts(events.last_year)
    if events.layer.name == events.dataset.small_area:
        for group in events.tested:
            yield _concentration(events, counts[group], group)
        yield from _accuracy(events)
    if events.layer.name == "ward":
        yield _quotients(events, counts)


def _concentration(events: Events, counts: pd.Series, group: str) -> pd.DataFrame:
    """Make the 80-20 table and the Gini coefficient of one group."""
    from geosafety.spatial import concentration

    counts = counts.round()
    table = concentration.shares_table(counts, seed=events.seed)
    gini = concentration.gini(counts)
    rows = pd.DataFrame(
        {
            "measure": [f"places holding {s:g} %" for s in table["crime_share"]],
            "value": table["places_share"],
            "by_chance": table["chance_share"],
            "places": table["places"],
            "words": table["words"],
        }
    )
    last = {"measure": "gini", "value": gini, "words": concentration.gini_words(gini)}
    whole = pd.concat([rows, pd.DataFrame([last])], ignore_index=True)
    return whole.assign(area_code="", **_keys(events, group))


def _accuracy(events: Events) -> Iterator[pd.DataFrame]:
    """Test last year's densest areas on the three covered months after it."""
    from geosafety.spatial.patterns import predictive_accuracy

    held_out, past = events.months[-3:], events.months[-15:-3]
    if len(past) < 12:
        return
    size = events.layer.areas.area / 1e6
    for group in events.tested:
        before = events.counts(past)[group]
        if not before.any():
            continue
        months = {m: events.counts((m,))[group] for m in held_out}
        table = predictive_accuracy(before, pd.DataFrame(months), size)
        keys = _keys(events, group) | {"period": f"{past[0]}/{past[-1]}"}
        yield pd.DataFrame(
            {
                "measure": "held out " + table["period"].astype(str),
                "value": table["hit_rate"],
                "area_share": table["area_share"],
                "places": table["areas"],
                "pai": table["pai"],
                "pei": table["pei"],
                "words": table["words"],
            }
        ).assign(area_code="", **keys)


def _quotients(events: Events, counts: pd.DataFrame) -> pd.DataFrame:
    """Compare each area's mix of categories with that of all areas."""
    from geosafety.spatial.concentration import location_quotients

    mix = counts.drop(columns=ALL)
    mix = mix[mix.sum(axis=1) > 0].rename(columns=lambda g: str(g).split("=", 1)[-1])
    table = location_quotients(mix)
    keys = {k: v for k, v in _keys(events, "").items() if k != "group"}
    return pd.DataFrame(
        {
            "measure": "location quotient",
            "area_code": table["area_code"],
            "group": f"{events.dataset.groups or 'group'}=" + table["category"],
            "value": table["quotient"],
            "lower": table["lower"],
            "upper": table["upper"],
            "words": table["words"],
        }
    ).assign(**keys)
