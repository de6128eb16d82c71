"""Find each part of the gap sheet in finished results, in one period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.gap import mean_part, rate_part, share_part
from geosafety.engagement.gap_rules import Part, gap_rules
from geosafety.errors import InputError, nearest
from geosafety.pipeline.gap.periods import FORCE as FORCE
from geosafety.pipeline.gap.periods import find_survey, period_of
from geosafety.pipeline.plan.need import inside
from geosafety.pipeline.survey.estimates import PARENTS
from geosafety.publish.words import lower_first
from geosafety.settings import FORCE_CODE, geographies, indicator, weakest


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """One part in one period.

    Attributes
    ----------
    table
        `engagement.gap.COLUMNS` and `kind`, by area.
    force
        What areas are set against, in the part's unit.
    denominator
        The vintage of what the base counts; empty where it counts answers.
    """

    part: Part
    period: str
    table: pd.DataFrame
    force: float
    denominator: str


def find_parts(
    folder: Path, geography: str, periods: Mapping[str, str]
) -> tuple[list[Found], dict[str, str]]:
    """Read every part that the results hold for a geography.

    Parameters
    ----------
    periods
        By part, and under "" for all that have no own: see `gap_periods`.

    Returns
    -------
    list of Found, dict
        The parts, and for each that is not there the reason.
    """
    parts = gap_rules().parts
    for name in periods:
        if name and name not in parts:
            problem = f"There is no part {name!r} to give a period for."
            raise InputError(problem, hint=nearest(name, parts))
    parent = parents_of(folder, geography)
    survey = find_survey(folder, geography, periods)
    found: list[Found] = []
    lacking: dict[str, str] = {}
    for part in parts.values():
        values = _values(folder, geography, part.indicator)
        here = values[values["geography"] == geography]
        why = _why_not(folder, here, part, geography)
        if why:
            lacking[part.name] = why
            continue
        period = period_of(part, here, periods, survey)
        chosen = values[values["period"] == period]
        found.append(_one(folder, part, chosen, parent, period))
    return found, lacking


def _values(folder: Path, geography: str, name: str) -> pd.DataFrame:
    """Read one indicator, of everyone, for the areas and for the Force."""
    values = results.read_values(
        folder, geography=[geography, FORCE], indicator=[name], group=["all"]
    )
    text = ["geography", "area_code", "period", "kind", "status", "vintage"]
    return results.as_text(values, text)


def _why_not(folder: Path, here: pd.DataFrame, part: Part, geography: str) -> str:
    """Say why a part cannot be made, or nothing."""
    where = lower_first(geographies()[geography].label)
    if here.empty:
        return f"these results hold no such figure by {where} ({part.indicator})"
    if here["value"].isna().all():
        words = ", ".join(sorted(here["status"].unique()))
        return f"no figure by {where} may be shown ({part.indicator}: {words})"
    if part.denominator and people(folder, geography, part.denominator).empty:
        return f"these results hold no {part.denominator} by {where}"
    share = indicator(part.indicator).measure == "share"
    if share and _estimates(folder, part, "", geography).empty:
        return f"these results hold no estimates by {where} ({part.indicator})"
    return ""


def people(folder: Path, geography: str, name: str) -> pd.DataFrame:
    """Read residents by area: `value, kind, vintage`; nothing where there are none."""
    values = _values(folder, geography, name)
    own = values[(values["geography"] == geography) & values["value"].notna()]
    own = own.drop_duplicates("area_code").set_index("area_code")
    return own[["value", "kind", "vintage"]]


def parents_of(folder: Path, geography: str) -> pd.Series:
    """Return by area the larger area that its value is drawn towards."""
    areas = results.read_geometry(folder, geography)
    above = PARENTS[geography]
    if above == FORCE:
        return pd.Series(FORCE_CODE, index=areas.index)
    points = gpd.GeoDataFrame(geometry=areas.representative_point(), crs=areas.crs)
    return inside(points, results.read_geometry(folder, above)).fillna(FORCE_CODE)


def _one(
    folder: Path, part: Part, values: pd.DataFrame, parent: pd.Series, period: str
) -> Found:
    """Make one part: a count over people, a share, harm, or a rate as it stands."""
    values = values.rename(columns={"numerator": "count"})
    own = values[values["geography"] != FORCE].set_index("area_code")
    areas = own.reindex(parent.index).assign(parent=parent)
    unknown = {"status": "not available", "kind": "observed", "vintage": ""}
    areas = areas.fillna(unknown)
    force = _force(values)
    known = indicator(part.indicator)
    limit = gap_rules().limits.minimum_effect
    if known.measure == "share":
        return _share(folder, part, areas, period)
    if part.denominator:
        areas, whole = _over_people(folder, part, areas, period)
        per = part.per
    else:
        whole, per = (force["count"], force["base"]), known.per
    if known.weighted:
        mean = (force["value"], force["upper"] - force["lower"], whole[1])
        table = mean_part(areas, mean, minimum_effect=limit)
    else:
        table = rate_part(areas, whole, per=per, minimum_effect=limit)
    return Found(
        part=part,
        period=period,
        table=table.assign(kind=areas["kind"]),
        force=per * whole[0] / whole[1],
        denominator=", ".join(v for v in areas["vintage"].unique() if v),
    )


def _force(values: pd.DataFrame) -> dict[str, float]:
    """Return the Force's numbers, missing where its value is (incomplete, say)."""
    own = values[(values["geography"] == FORCE) & values["value"].notna()]
    numbers = ["value", "lower", "upper", "count", "base"]
    return {c: float(own[c].iloc[0]) if len(own) else np.nan for c in numbers}


def _over_people(
    folder: Path, part: Part, areas: pd.DataFrame, period: str
) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Set counts over the people of their areas, and find the whole they are part of.

    The whole is the sum of the areas, if they cover the Force and none is hidden; else
    the sum of the boroughs or the units, so that what is hidden here counts there.
    """
    geography = str(areas["geography"].dropna().iloc[0])
    residents = people(folder, geography, part.denominator).reindex(areas.index)
    kinds = zip(areas["kind"], residents["kind"].fillna("observed"), strict=True)
    joined = areas.assign(
        count=areas["value"],
        base=residents["value"],
        kind=[weakest([str(k) for k in both]) for both in kinds],
        vintage=residents["vintage"].fillna(""),
    )
    known = joined["status"].isin(["ok", "low base"]) & ~(joined["base"] > 0)
    joined["status"] = joined["status"].mask(known, "not available")
    own = [geography] if geographies()[geography].covers_force else []
    for layer in (*own, "local_authority", "npu"):
        whole, hidden = _sum_of(folder, part, layer, period)
        if whole[1] > 0 and not hidden:
            return joined, whole
    return joined, _sum_of(folder, part, geography, period)[0]


def _sum_of(
    folder: Path, part: Part, layer: str, period: str
) -> tuple[tuple[float, float], bool]:
    """Add up count and people of areas that have both; say whether one is hidden."""
    values = _values(folder, layer, part.indicator)
    values = values[(values["geography"] == layer) & (values["period"] == period)]
    counted = values.set_index("area_code")
    base = people(folder, layer, part.denominator)["value"].reindex(counted.index)
    both = counted["value"].notna() & (base > 0)
    hidden = bool((counted["status"] == "suppressed").any())
    return (float(counted["value"][both].sum()), float(base[both].sum())), hidden


def _estimates(folder: Path, part: Part, period: str, geography: str) -> pd.DataFrame:
    """Read a question's estimates, of everyone; of every survey without a period."""
    try:
        table = results.read_table(folder, "estimates")
    except FileNotFoundError:
        return pd.DataFrame()
    if table.empty:
        return table
    keep = (table["indicator"] == part.indicator) & (table["by"] == "")
    keep &= table["geography"] == geography
    if period:
        keep &= table["survey"] == period
    found = table[keep].set_index("area_code")
    weighted = found["weighted"].notna().any()
    best = ("weighted", "weighted_lower", "weighted_upper")
    for name, column in zip(("value", "lower", "upper"), best, strict=True):
        found[name] = found[column] if weighted else found[name]
    return found.rename(columns={"numerator": "count"})


def _share(folder: Path, part: Part, areas: pd.DataFrame, period: str) -> Found:
    geography = str(areas["geography"].dropna().iloc[0])
    table = _estimates(folder, part, period, geography).reindex(areas.index)
    text = ["verdict", "finding", "status", "kind"]
    table[text] = table[text].astype("object")
    unknown = {"status": "not available", "finding": "not available"}
    table = table.fillna({**unknown, "verdict": "cannot tell", "kind": "observed"})
    force = _estimates(folder, part, period, FORCE)["value"]
    return Found(
        part=part,
        period=period,
        table=share_part(table).assign(kind=table["kind"]),
        force=float(force.iloc[0]) if len(force) else np.nan,
        denominator="",
    )
