"""Stops by outcome and by ethnicity: years only, in areas where that is nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.intervals import wilson_interval
from geosafety.measures.tallies import event_periods
from geosafety.pipeline.disclosure.numbers import HiddenNumbers
from geosafety.pipeline.events import event_cube, find_coverage
from geosafety.pipeline.finish import finish, without
from geosafety.pipeline.inputs import Placed
from geosafety.readers.stop_outcomes import NOTHING, POSITIVE
from geosafety.settings import Dataset, indicators, weakest

# A month of one group's stops in a ward is a handful of people.
PERIODS = ("financial_year", "all")
SPLIT = "|"


def stop_outcome_tables(
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    hidden: HiddenNumbers | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield stops by ethnicity and outcome, and the share with a positive outcome.

    The share is of stops whose outcome is stated. Inputs that know no outcomes are left
    out. Who was stopped is hidden where it is few; what came of it, an answer and no
    group, with all stops of the area or of the ethnicity.
    """
    known = [_grouped(p) for p in inputs if "outcome" in p.data.rows]
    coverage = find_coverage(dataset, known, atlas) if known else None
    if coverage is None:
        return
    periods = event_periods(coverage.months, coverage.of_force(), PERIODS)
    pairs = tuple(sorted({g for p in known for g in p.data.rows["group"].unique()}))
    kind = weakest([p.data.kind for p in known])
    for geography in dataset.geographies or tuple(atlas.layers):
        layer = atlas.layers[geography]
        cube = event_cube(known, geography, layer.areas.index, coverage.months, pairs)
        long = _long(cube, layer.areas.index, periods, pairs)
        for name, table in (
            ("stop_search_count", _counts(long)),
            ("stop_positive_share", _shares(long)),
        ):
            safe = without(table, hidden, layer)
            yield finish(safe, indicators()[name], dataset, layer, kind=kind)


def _grouped(placed: Placed) -> Placed:
    """Let each row's group be its ethnicity and outcome."""
    rows = placed.data.rows
    group = rows["ethnicity"] + SPLIT + rows["outcome"]
    return replace(placed, data=replace(placed.data, rows=rows.assign(group=group)))


def _long(
    cube: np.ndarray,
    areas: pd.Index,
    periods: dict[str, tuple[int, int]],
    pairs: tuple[str, ...],
) -> pd.DataFrame:
    """Lay counts out as rows: `area_code, period, ethnicity, outcome, n`."""
    parts = []
    for period, (first, last) in periods.items():
        sums = pd.DataFrame(cube[:, first : last + 1].sum(axis=1), areas, pairs)
        part = (
            sums.rename_axis("area_code")
            .reset_index()
            .melt("area_code", value_name="n")
        )
        parts.append(part.assign(period=period))
    whole = pd.concat(parts, ignore_index=True)
    split = whole.pop("variable").str.split(SPLIT, expand=True, regex=False)
    named: pd.DataFrame = whole.assign(ethnicity=split[0], outcome=split[1])
    return named


def _counts(long: pd.DataFrame) -> pd.DataFrame:
    """Count the stops of each ethnicity and of each outcome."""
    parts = []
    for by in ("ethnicity", "outcome"):
        sums = long.groupby(["area_code", "period", by], as_index=False)["n"].sum()
        keys = ["area_code", "period", *([by] if by == "ethnicity" else [])]
        basis = sums.groupby(keys)["n"].transform("sum")
        named = sums.assign(group=f"{by}=" + sums[by], basis=basis)
        parts.append(named.drop(columns=by))
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    for name in ("value", "numerator"):
        table[name] = table["n"]
    for name in ("lower", "upper", "base"):
        table[name] = np.nan
    return table.assign(complete=True, compared_with="")


def _shares(long: pd.DataFrame) -> pd.DataFrame:
    """Take the share of stated outcomes that are positive: of all, and by ethnicity."""
    whole = long.assign(group="all")
    each = long.assign(group="ethnicity=" + long["ethnicity"])
    every = pd.concat([whole, each], ignore_index=True)
    table = every[every["outcome"].isin([POSITIVE, NOTHING])].copy()
    table["yes"] = table["n"].where(table["outcome"] == POSITIVE, 0.0)
    keys = ["area_code", "period", "group"]
    sums = table.groupby(keys, as_index=False)[["n", "yes"]].sum()
    stops = every.groupby(keys, as_index=False)["n"].sum()
    stops = sums[keys].merge(stops, on=keys, how="left")["n"]
    lower, upper = wilson_interval(sums["yes"], sums["n"])
    base = sums["n"].where(sums["n"] > 0)
    return sums.assign(
        value=100 * sums["yes"] / base,
        lower=100 * lower,
        upper=100 * upper,
        numerator=sums["yes"],
        base=sums["n"],
        basis=stops,
        complete=True,
        compared_with="",
    )
