"""What the scorecard measures, of impact areas and of what stands beside them alike.

A unit is an impact area, a ward, or a group of small areas: a name and the codes whose
numbers are added up to it. A unit of which any code's number is hidden has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.measures.change import changes_pct
from geosafety.measures.comparison import compare_table
from geosafety.measures.differences import Floats
from geosafety.measures.intervals import Z_95, poisson_interval
from geosafety.pipeline.impact.catalog import Measure
from geosafety.pipeline.impact.ground import (
    CATEGORY,
    months_held,
    months_of,
    months_to_compare,
    period_of,
    sums,
)
from geosafety.settings import datasets, indicator

SHOWN = ("ok", "low base")
NUMBERS = ("value", "lower", "upper", "numerator", "base")
EARLIER = ("earlier_value", "change", "change_lower", "change_upper")
PER = 1000.0


@dataclass(frozen=True, kw_only=True)
class Units:
    """The units of one geography: by name, the codes that make it up."""

    geography: str
    codes: Mapping[str, Sequence[str]]

    def total(self, by_area: pd.Series) -> pd.Series:
        """Add a number of each area up to units; missing where any part is.

        Examples
        --------
        >>> two = Units(geography="lsoa", codes={"one": ["A", "B"], "other": ["C"]})
        >>> two.total(pd.Series({"A": 1.0, "B": 2.0})).tolist()
        [3.0, nan]
        """
        found = {
            unit: float(by_area.reindex(list(codes)).sum(skipna=False))
            for unit, codes in self.codes.items()
        }
        return pd.Series(found, index=pd.Index(list(self.codes)), dtype=float)


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """One measure of some units.

    Attributes
    ----------
    table
        By unit: `NUMBERS`, `status`, and where there is an earlier period `EARLIER`,
        `change_verdict` (in the words of `measures.verdicts`).
    period, earlier
        What the numbers and the earlier ones are of; empty where there are none.
    reason, change_reason
        Why there are none.
    """

    table: pd.DataFrame
    unit: str
    period: str = ""
    earlier: str = ""
    reason: str = ""
    change_reason: str = ""
    change_unit: str = "per cent"


def measure(folder: Path, what: Measure, units: Units) -> Measured:
    """Measure some units, or say why that cannot be."""
    steps = {
        "growth": _growth,
        "events": _events,
        "share": _share,
        "target": _target,
        "ratio": _ratio,
        "outcome": _share,
        "outcome_ratio": _outcome_ratio,
    }
    found = steps[what.kind](folder, what, units)
    table = found.table.reindex(
        columns=[*NUMBERS, "status", *EARLIER, "change_verdict"]
    )
    table = table.astype(dict.fromkeys((*NUMBERS, *EARLIER), float))
    none = table["value"].isna()
    given = table["status"].astype("object").where(table["status"].notna(), "ok")
    usable = given.isin(SHOWN)
    table["status"] = given.mask(none & usable, "not available")
    table["change_verdict"] = table["change_verdict"].astype("object").fillna("")
    return Measured(**{**vars(found), "table": table})


def _none(units: Units, unit: str, reason: str) -> Measured:
    table = pd.DataFrame({"value": np.nan}, index=pd.Index(list(units.codes)))
    return Measured(table=table, unit=unit, reason=reason, change_reason=reason)


def _people(folder: Path, units: Units) -> pd.Series:
    values = results.read_values(
        folder, geography=[units.geography], indicator=["population"], group=["all"]
    )
    by_area = values.set_index(values["area_code"].astype("str"))["value"]
    return units.total(by_area[~by_area.index.duplicated()])


def _events(folder: Path, what: Measure, units: Units) -> Measured:
    """Events per 1,000 residents, in the latest months and the same a year before."""
    unit = f"per {PER:,.0f} residents"
    now, before = months_to_compare(months_held(folder, what.indicator))
    if not now:
        held = months_held(folder, what.indicator)
        why = what.lacking or f"the results hold no {indicator(what.indicator).label}"
        if len(held):
            why = "no month is complete both now and a year before"
        return _none(units, unit, why)
    n, variance = _counted(folder, what, units, now)
    old, old_variance = _counted(folder, what, units, before)
    people = _people(folder, units)
    counted = what.indicator == "crime_count"
    limits = poisson_interval(n) if counted else _normal(n, variance)
    table = pd.DataFrame(
        {
            "value": PER * n / people,
            "lower": PER * limits[0] / people.to_numpy(float),
            "upper": PER * limits[1] / people.to_numpy(float),
            "numerator": n,
            "base": people,
            "earlier_value": PER * old / people,
        }
    )
    changed = _change(n, old, None if counted else (variance, old_variance))
    table = table.join(changed)
    if counted:
        table["change_verdict"] = _rate_verdicts(n, old, people, what.minimum_effect)
    return Measured(
        table=table, unit=unit, period=period_of(now), earlier=period_of(before)
    )


def _counted(
    folder: Path, what: Measure, units: Units, months: Sequence[str]
) -> tuple[pd.Series, pd.Series]:
    """Return what was counted in some months, by unit, and its variance."""
    groups = [CATEGORY + name for name in what.groups] or ["all"]
    found = sums(folder, units.geography, what.indicator, groups, months)
    return units.total(found["value"]), units.total(found["variance"])


def _normal(n: pd.Series, variance: pd.Series) -> tuple[Floats, Floats]:
    half = Z_95 * np.sqrt(variance.to_numpy(float))
    value = n.to_numpy(float)
    return np.maximum(value - half, 0.0), value + half


def _change(
    now: pd.Series,
    before: pd.Series,
    variances: tuple[pd.Series, pd.Series] | None,
) -> pd.DataFrame:
    """Change in per cent: exact for counts, on the log scale for weighted sums."""
    both = pd.DataFrame({"n": now, "n_before": before})
    table = changes_pct(both, events=True).set_index(now.index)
    if variances is not None:
        ratio = now / before.where(before > 0)
        error = np.sqrt(variances[0] / now**2 + variances[1] / before**2)
        table["lower"] = 100 * (ratio * np.exp(-Z_95 * error) - 1)
        table["upper"] = 100 * (ratio * np.exp(Z_95 * error) - 1)
    names = {"value": "change", "lower": "change_lower", "upper": "change_upper"}
    return table[list(names)].rename(columns=names)


def _rate_verdicts(
    now: pd.Series, before: pd.Series, people: pd.Series, minimum_effect: float
) -> pd.Series:
    """Say whether the change may be said; the areas are read together."""
    pair = pd.DataFrame(
        {
            "first_count": now,
            "first_base": people,
            "first_per": PER,
            "second_count": before,
            "second_base": people,
            "second_per": PER,
        }
    )
    for side in ("first", "second"):
        known = pair[[f"{side}_count", f"{side}_base"]].notna().all(axis=1)
        pair[f"{side}_status"] = np.where(known, "ok", "not available")
    family = pd.Series("all", index=pair.index)
    found = compare_table(
        pair, "rate", minimum_effect=minimum_effect, family=family, worded=False
    )
    return found["verdict"].where(pair["first_count"].notna(), "")


def _growth(folder: Path, what: Measure, units: Units) -> Measured:
    """Members at the latest date, and how many per cent more than at the first."""
    values = results.read_values(
        folder, geography=[units.geography], indicator=[what.indicator], group=["all"]
    )
    dates = sorted(values["period"].astype("str").unique())
    if not dates:
        return _none(units, "members", f"no members by {units.geography} are held")
    now, status = _of_date(values, dates[-1], units)
    table = pd.DataFrame({"value": now, "numerator": now, "status": status})
    if len(dates) < 2:
        why = f"members are held for {dates[-1]} only"
        return Measured(
            table=table, unit="members", period=dates[-1], change_reason=why
        )
    before, _ = _of_date(values, dates[0], units)
    table["earlier_value"] = before
    table["change"] = 100 * (now - before) / before.where(before > 0)
    return Measured(table=table, unit="members", period=dates[-1], earlier=dates[0])


def _of_date(
    values: pd.DataFrame, period: str, units: Units
) -> tuple[pd.Series, pd.Series]:
    """Return the numbers of one period by unit, and their status."""
    rows = values[values["period"] == period]
    rows = rows.set_index(rows["area_code"].astype("str"))
    rows = rows[~rows.index.duplicated()]
    total = units.total(rows["value"])
    order = ["suppressed", "incomplete", "not available", "low base"]
    said = rows["status"].astype("str")
    found = {
        unit: next((s for s in order if (said.reindex(list(codes)) == s).any()), "ok")
        for unit, codes in units.codes.items()
    }
    return total, pd.Series(found, index=total.index, dtype="object")


def _share(folder: Path, what: Measure, units: Units) -> Measured:
    """Take the latest share as the results have it, and the one before, if any."""
    values = results.read_values(
        folder, geography=[units.geography], indicator=[what.indicator], group=["all"]
    )
    waves = sorted(values["period"].astype("str").unique(), key=_ends)
    if not waves:
        return _none(units, "per cent", f"no {what.label.lower()} are held")
    table = _rows_of(values, waves[-1], units)
    if len(waves) < 2 or what.kind == "outcome":
        why = f"held for {waves[-1]} only"
        if what.kind == "outcome":
            why = "the source's labels changed between the years"
        return Measured(
            table=table, unit="per cent", period=waves[-1], change_reason=why
        )
    old = _rows_of(values, waves[-2], units)
    table["earlier_value"] = old["value"]
    table["change"] = table["value"] - old["value"]
    return Measured(
        table=table,
        unit="per cent",
        period=waves[-1],
        earlier=waves[-2],
        change_unit="points",
    )


def _ends(period: str) -> tuple[str, int]:
    """Sort periods by their end, the longer of two last; waves by their year."""
    last = period.split("/")[-1].split("_")[-1]
    return last, len(period)


def _rows_of(values: pd.DataFrame, period: str, units: Units) -> pd.DataFrame:
    """Take the finished rows of one period; each unit is one area here."""
    rows = values[values["period"] == period]
    rows = rows.set_index(rows["area_code"].astype("str"))
    wanted = [next(iter(codes)) for codes in units.codes.values()]
    found = rows[~rows.index.duplicated()].reindex(wanted)[[*NUMBERS, "status"]]
    return found.astype({"status": "object"}).set_axis(pd.Index(list(units.codes)))


def _target(folder: Path, what: Measure, units: Units) -> Measured:
    values = results.read_values(
        folder,
        geography=[units.geography],
        indicator=[what.indicator],
        period=[what.period],
        group=["all"],
    )
    if values.empty:
        return _none(units, "responses", f"the results hold no survey {what.period}")
    table = _rows_of(values, what.period, units)
    why = "a number is set beside a target, not beside an earlier one"
    return Measured(
        table=table, unit="responses", period=what.period, change_reason=why
    )


def _ratio(folder: Path, what: Measure, units: Units) -> Measured:
    """Events of one kind per 1,000 of another, where both have the same period."""
    unit = f"per {PER:,.0f} crimes"
    pair = [
        results.read_values(
            folder, geography=[units.geography], indicator=[name], group=["all"]
        )
        for name in (what.indicator, what.per_indicator)
    ]
    periods = [
        set(v.loc[v["status"].isin(SHOWN), "period"].astype("str")) for v in pair
    ]
    both = [p for p in sorted(periods[0] & periods[1], key=_ends) if "/" in p]
    if not both:
        return _none(units, unit, _no_overlap(folder, what, pair))
    n, base = (_rows_of(v, both[-1], units) for v in pair)
    count, crimes = n["value"], base["value"].where(base["value"] > 0)
    lower, upper = poisson_interval(count)
    table = pd.DataFrame(
        {
            "value": PER * count / crimes,
            "lower": PER * lower / crimes,
            "upper": PER * upper / crimes,
            "numerator": count,
            "base": crimes,
            "status": n["status"].where(~n["status"].isin(SHOWN), base["status"]),
        }
    )
    why = "one period in common only"
    return Measured(table=table, unit=unit, period=both[-1], change_reason=why)


def _no_overlap(folder: Path, what: Measure, pair: list[pd.DataFrame]) -> str:
    """Say which periods the two have, that do not meet."""
    said = []
    for name, values in zip((what.indicator, what.per_indicator), pair, strict=True):
        held = months_held(folder, name)
        word = indicator(name).label.lower()
        if values.empty or held.empty:
            return f"the results hold no {word}"
        said.append(f"{word} from {held.index[0]} to {held.index[-1]}")
    return f"no whole period in common: {said[0]}, {said[1]}"


def _outcome_ratio(folder: Path, what: Measure, units: Units) -> Measured:
    """Share with a positive outcome of some groups together over the reference's."""
    unit = f"times that of {what.reference}"
    names = [*what.groups, what.reference]
    values = results.read_values(
        folder,
        geography=[units.geography],
        indicator=[what.indicator],
        group=[f"ethnicity={name}" for name in names],
    )
    if values.empty:
        return _none(units, unit, "the results hold no stops by ethnicity")
    period = sorted(values["period"].astype("str").unique(), key=_ends)[-1]
    parts = {
        name: _rows_of(values[values["group"] == f"ethnicity={name}"], period, units)
        for name in names
    }
    k, m = (
        sum(
            (parts[name][c] for name in what.groups),
            start=pd.Series(0.0, parts[names[0]].index),
        )
        for c in ("numerator", "base")
    )
    one = parts[what.reference]
    table = _ratio_of_shares(k, m, one["numerator"], one["base"])
    table["status"] = "ok"
    hidden = [parts[name]["status"] == "suppressed" for name in names]
    table.loc[np.logical_or.reduce(hidden), "status"] = "suppressed"
    small = pd.concat([m, one["base"]], axis=1).min(axis=1)
    low = (table["status"] == "ok") & (small < datasets()["stop_search"].low_base_below)
    table.loc[low, "status"] = "low base"
    why = "the source's labels changed between the years"
    return Measured(table=table, unit=unit, period=period, change_reason=why)


def _ratio_of_shares(
    k: pd.Series, m: pd.Series, k0: pd.Series, m0: pd.Series
) -> pd.DataFrame:
    from geosafety.measures.disparity import share_ratios

    found = share_ratios(k, m, k0, m0).rename(columns={"ratio": "value"})
    return found.assign(numerator=k, base=m)


def baseline(folder: Path, what: Measure, units: Units) -> tuple[pd.Series, str]:
    """Return the rate of the plan's baseline period, or why there is none."""
    empty = pd.Series(np.nan, index=pd.Index(list(units.codes)))
    if not what.baseline:
        return empty, "the plan names no baseline for it"
    months = months_of(what.baseline)
    held = months_held(folder, what.indicator)
    if not all(held.get(month, False) for month in months):
        span = f"{held.index[0]} to {held.index[-1]}" if len(held) else "nothing"
        return empty, f"the results hold {span}, not the whole of {what.baseline}"
    n, _ = _counted(folder, what, units, months)
    return PER * n / _people(folder, units), ""
