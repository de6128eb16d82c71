"""The rows of the scorecard: one measure of every impact area, beside areas alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.comparators import beside
from geosafety.measures.comparison import within_families
from geosafety.measures.verdicts import with_verdict
from geosafety.pipeline.impact.catalog import Measure
from geosafety.pipeline.impact.ground import PRESENT
from geosafety.pipeline.impact.values import Units, baseline, measure

SCORE_COLUMNS = (
    "area_code",
    "area_name",
    "measure",
    "label",
    "period",
    "value",
    "unit",
    "lower",
    "upper",
    "numerator",
    "base",
    "status",
    "reason",
    "target",
    "met",
    "earlier",
    "earlier_value",
    "change",
    "change_unit",
    "change_lower",
    "change_upper",
    "change_verdict",
    "change_reason",
    "baseline",
    "baseline_value",
    "baseline_reason",
    "comparator_kind",
    "comparators",
    "comparator_mean",
    "comparator_lower",
    "comparator_upper",
    "difference",
    "difference_lower",
    "difference_upper",
    "difference_verdict",
    "comparator_change",
    "comparator_change_lower",
    "comparator_change_upper",
    "change_difference",
    "change_difference_lower",
    "change_difference_upper",
    "change_difference_verdict",
    "comparator_reason",
    "higher_is",
    "wanted",
    "definition",
    "proxy",
    "kind",
)
NOTHING_BEFORE = "nothing was counted before, or one of the two is hidden"
RELATIVE = ("events", "ratio", "outcome_ratio")  # the smallest effect is in per cent


def score_rows(
    folder: Path,
    what: Measure,
    names: Mapping[str, str],
    others: tuple[Units, Mapping[str, list[str]]],
) -> pd.DataFrame:
    """Measure every impact area, and set it beside its comparators.

    Parameters
    ----------
    names
        Of the impact areas, by code.
    others
        The comparators as units, and by impact area the names of its own.

    Returns
    -------
    DataFrame
        `SCORE_COLUMNS`, one row per impact area. What is not known is missing, and the
        columns ending in `reason` say why.
    """
    units = Units(geography=PRESENT, codes={code: [code] for code in names})
    found = measure(folder, what, units)
    old, why = baseline(folder, what, units)
    table = found.table.assign(
        area_code=list(names),
        area_name=list(names.values()),
        measure=what.name,
        label=what.label,
        period=found.period,
        unit=found.unit,
        reason=_reasons(found.table["status"], found.reason),
        target=what.target,
        met=_met(found.table["value"], what),
        earlier=found.earlier,
        change_unit=np.where(found.table["change"].notna(), found.change_unit, ""),
        change_reason=np.where(
            found.table["change"].notna(),
            "",
            found.change_reason or found.reason or NOTHING_BEFORE,
        ),
        baseline=what.baseline,
        baseline_value=old,
        baseline_reason=why,
        higher_is=what.higher_is,
        wanted=what.wanted,
        definition=what.definition,
        proxy=what.proxy,
        kind=_kind(folder, what),
    )
    table = table.join(_compared(folder, what, found.table, others))
    return table.reindex(columns=list(SCORE_COLUMNS)).reset_index(drop=True)


def _reasons(status: pd.Series, whole: str) -> pd.Series:
    """Say why a row has no number: the measure's reason, or the row's own."""
    own = {
        "suppressed": "hidden: it stands on too few people",
        "incomplete": "the source does not cover the area and period",
        "not available": whole or "nothing to compute it from in this area",
    }
    return status.map(own).fillna("")


def _met(value: pd.Series, what: Measure) -> pd.Series:
    """Say whether a target is reached."""
    if np.isnan(what.target):
        return pd.Series("", index=value.index)
    words = pd.Series(np.where(value >= what.target, "yes", "no"), index=value.index)
    return words.mask(value.isna(), "")


def _kind(folder: Path, what: Measure) -> str:
    values = results.read_values(
        folder, geography=[PRESENT], indicator=[what.indicator], group=["all"]
    )
    return str(values["kind"].iloc[0]) if len(values) else ""


def _compared(
    folder: Path,
    what: Measure,
    mine: pd.DataFrame,
    others: tuple[Units, Mapping[str, list[str]]],
) -> pd.DataFrame:
    """Set the values and the changes beside the comparators'."""
    units, whose = others
    kinds = {"groups": "groups of small areas", "wards": "wards"}
    table = pd.DataFrame(
        {"comparator_kind": kinds.get(what.comparators, "")}, mine.index
    )
    if not what.comparators:
        return table.assign(comparator_reason="set beside a target or another group")
    if not units.codes:
        return table.assign(comparator_reason="no areas alike were found")
    theirs = measure(folder, what, units)
    level, moved = (
        _beside(mine[column], theirs.table[column], whose)
        for column in ("value", "change")
    )
    level, moved = (_verdicts(one, what) for one in (level, moved))
    names = {
        "mean_lower": "comparator_lower",
        "mean_upper": "comparator_upper",
        "mean": "comparator_mean",
        "lower": "difference_lower",
        "upper": "difference_upper",
        "verdict": "difference_verdict",
    }
    changed = {
        "mean": "comparator_change",
        "mean_lower": "comparator_change_lower",
        "mean_upper": "comparator_change_upper",
        "difference": "change_difference",
        "lower": "change_difference_lower",
        "upper": "change_difference_upper",
        "verdict": "change_difference_verdict",
    }
    if what.kind == "growth":  # numbers of members say how large areas are
        level = level.drop(columns=[c for c in level if c != "comparators"])
    kept = [c for c in ("comparators", "difference", *names) if c in level]
    table = table.join(level[kept].rename(columns=names))
    table = table.join(moved[list(changed)].rename(columns=changed))
    why = theirs.reason or "their numbers are hidden or missing"
    return table.assign(comparator_reason=np.where(table["comparators"] > 0, "", why))


def _beside(
    mine: pd.Series, theirs: pd.Series, whose: Mapping[str, list[str]]
) -> pd.DataFrame:
    rows = {
        code: beside(float(value), theirs.reindex(whose.get(str(code), [])).tolist())
        for code, value in mine.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").reindex(mine.index)


def _verdicts(found: pd.DataFrame, what: Measure) -> pd.DataFrame:
    """Say which differences may be said; the areas of a measure are read together."""
    relative = what.kind in RELATIVE and what.kind != "growth"
    unit = found["mean"].abs() / 100 if relative else 1.0
    p = within_families(
        found["p"].to_numpy(float), np.full(len(found), "all", dtype="object")
    )
    table = found.assign(minimum_effect=what.minimum_effect * unit, p=p)
    said = pd.Series("ok", index=table.index)
    verdict = with_verdict(table, said, said)["verdict"]
    return found.assign(verdict=verdict.where(found["p"].notna(), ""))
