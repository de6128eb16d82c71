"""Clusters through the months, and change against the same months a year before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from geosafety.pipeline.patterns.monthly import ALPHA, Events, row_keys

if TYPE_CHECKING:
    from geosafety.spatial.trends import Side

MONTHLY_PERMUTATIONS = 9_999
MOST_MONTHS = 24
SIDES: tuple[Side, ...] = ("hot", "cold")


def trend_tables(events: Events) -> Iterator[pd.DataFrame]:
    """Class every area by its months, hot and cold; test its change on the year.

    The column `trend` says which of the three a row is: "emerging hot spots", "emerging
    cold spots" or "change, ...". An area has one row of each.
    """
    # One after another: the many small tables of months hold each other up in threads.
    for group in events.tested:
        yield from _emerging(events, group)
        yield from _changed(events, group)


def _emerging(events: Events, group: str) -> Iterator[pd.DataFrame]:
    """Follow Gi* through the latest covered months, two years of them at most."""
    from geosafety.spatial import trends
    from geosafety.spatial.hotspots import clusters

    scores, labels = {}, {}
    for month in events.months[-MOST_MONTHS:]:
        rates = events.rates(events.counts((month,)))[group]
        table = clusters(
            rates,
            events.graph,
            alpha=ALPHA,
            permutations=MONTHLY_PERMUTATIONS,
            seed=events.seed,
        )
        scores[month], labels[month] = table["z_score"], table["label"]
    z, label = pd.DataFrame(scores), pd.DataFrame(labels)
    period = f"{next(iter(scores))}/{events.months[-1]}"
    for side in SIDES:
        found = trends.emerging(z, label, alpha=ALPHA, side=side)
        keys = {"period": period, "trend": f"emerging {side} spots"}
        keys = row_keys(events, group) | keys
        yield found.rename_axis("area_code").reset_index().assign(**keys)


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
        "side": "",
        "trend": f"change, the same {len(later)} months",
    }
    yield found.rename_axis("area_code").reset_index().assign(**keys)
