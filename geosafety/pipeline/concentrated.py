"""How concentrated events are, and whether last year's hotspots held on."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geosafety.measures.tallies import ALL
from geosafety.pipeline.monthly import Events, row_keys


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
    return whole.assign(area_code="", **row_keys(events, group))


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
        keys = row_keys(events, group) | {"period": f"{past[0]}/{past[-1]}"}
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
    keys = {k: v for k, v in row_keys(events, "").items() if k != "group"}
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
