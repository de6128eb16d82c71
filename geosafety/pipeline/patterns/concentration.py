"""How concentrated events are, and whether last year's hotspots held on."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geosafety.measures.harm import Weights
from geosafety.measures.tallies import ALL
from geosafety.pipeline.patterns.monthly import Events, row_keys
from geosafety.settings import weakest

LORENZ = "lorenz"  # how the measures that draw a curve end
HARM = "harm: "  # how the measures of harm begin


def concentration_tables(
    events: Events, harm: Weights | None = None
) -> Iterator[pd.DataFrame]:
    """Say how concentrated events are, and whether last year's hotspots held on.

    Concentration is measured on the smallest areas, the mix of categories (location
    quotients) on wards, where the numbers carry it; harm is measured as crime is, and
    only where weights are given.
    """
    counts = events.counts(events.last_year)
    if events.layer.name == events.dataset.small_area:
        for group in events.tested:
            yield from _concentration(events, counts[group], group)
        yield from _accuracy(events)
    if events.layer.name == "ward":
        yield _quotients(events, counts)
    if harm is not None and events.dataset.groups == "category":
        yield from _harm_tables(events, counts, harm)


def _concentration(
    events: Events,
    counts: pd.Series | pd.DataFrame,
    group: str,
    weights: pd.Series | None = None,
) -> Iterator[pd.DataFrame]:
    """Make the 80-20 table, the Gini coefficient and the Lorenz curve of one group."""
    from geosafety.spatial import concentration

    counts, what = counts.round(), "crime" if weights is None else "harm"
    name = group.split("=", 1)[-1]
    what = what if group == ALL else name[:1].lower() + name[1:]
    table = concentration.shares_table(
        counts, weights=weights, what=what, seed=events.seed
    )
    shares = pd.DataFrame(
        {
            "measure": [f"places holding {s:g} %" for s in table["crime_share"]],
            "value": table["places_share"],
            "by_chance": table["chance_share"],
            "places": table["places"],
            "words": table["words"],
        }
    )
    gini = concentration.gini(counts, weights=weights)
    words = concentration.gini_words(gini)
    one = pd.DataFrame([{"measure": "gini", "value": gini, "words": words}])
    curve = _curve(concentration.lorenz(counts, weights=weights), what)
    for found in (shares, one, curve):
        yield found.assign(area_code="", **row_keys(events, group))


def _curve(curve: pd.DataFrame, what: str) -> pd.DataFrame:
    """Lay a Lorenz curve out in as few points as draw it."""
    from geosafety.spatial.concentration import lorenz_points

    points = lorenz_points(curve)
    pairs = zip(points["places_share"], points["crime_share"], strict=True)
    return pd.DataFrame(
        {
            "measure": LORENZ,
            "value": points["crime_share"],
            "places_share": points["places_share"],
            "most_even": points["even_share"],
            "words": [
                f"The quietest {p:.1f}% of places hold {v:.1f}% of {what}."
                for p, v in pairs
            ],
        }
    )


def _accuracy(events: Events) -> Iterator[pd.DataFrame]:
    """Test last year's densest areas on the three covered months after it."""
    from geosafety.spatial.accuracy import predictive_accuracy

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


def _quotients(
    events: Events, counts: pd.DataFrame, weights: pd.Series | None = None
) -> pd.DataFrame:
    """Compare each area's mix of categories with that of all areas."""
    from geosafety.spatial.quotients import location_quotients

    mix = _by_category(counts)
    table = location_quotients(
        mix[mix.sum(axis=1) > 0],
        weights=weights,
        what="crime" if weights is None else "harm",
    )
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


def _by_category(counts: pd.DataFrame) -> pd.DataFrame:
    """Drop the total, and call the columns by their categories alone."""
    mix = counts.drop(columns=ALL)
    return mix.rename(columns=lambda group: str(group).split("=", 1)[-1])


def _harm_tables(
    events: Events, counts: pd.DataFrame, harm: Weights
) -> Iterator[pd.DataFrame]:
    """Measure harm as crime is measured, or say which category lacks a weight."""
    finest = events.layer.name == events.dataset.small_area
    if not finest and events.layer.name != "ward":
        return
    mix = _by_category(counts)
    mix = mix.loc[:, mix.any()]
    whole: Iterator[pd.DataFrame] = iter(())
    if lacking := harm.lacking(mix):
        words = f"Harm is not available: no weight for {', '.join(lacking)}."
        none = pd.DataFrame([{"measure": "not available", "words": words}])
        whole = iter([none.assign(area_code="", **row_keys(events, ALL))])
    elif finest and (mix @ harm.of(mix)).any():
        whole = _concentration(events, mix, ALL, harm.of(mix))
    elif not finest:
        whole = iter([_quotients(events, mix.assign(**{ALL: 0}), harm.of(mix))])
    for table in whole:
        yield table.assign(
            measure=HARM + table["measure"],
            indicator=f"{events.dataset.name}_harm",
            kind=weakest([events.kind, "estimated"]),
        )
