"""Compute a stored value anew from stored counts, as an independent check."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geosafety import results
from geosafety.settings import Indicator, indicators

Row = Mapping[str, Any]
CLOSE = 1e-9  # of the value: what floating point may lose
# 100 times the numerator over the base; a rate has its own factor.
_PER_CENT = ("share", "answer_share", "share_of_force", "index", "change_pct")
_COUNTS = ("count", "answer_count")
_PAIRS = {"change": "count", "rate_change": "rate", "share_change": "share_of_force"}


@dataclass(frozen=True, kw_only=True)
class Recomputed:
    """What came of it: steps in words, whether it agrees, whether counts are shown."""

    rows: tuple[tuple[str, str], ...]
    agrees: bool | None
    shown: bool


def recomputed(folder: Path, row: Row, indicator: Indicator) -> Recomputed:
    """Compute a value anew.

    Parameters
    ----------
    row
        The stored row, in the shape of `VALUE_COLUMNS`.

    Returns
    -------
    Recomputed
        `agrees` is None where there is nothing to compute it from: a value that is
        hidden, missing, or given by its source.
    """
    shown = bool(math.isfinite(row["numerator"])) and row["status"] != "suppressed"
    if not math.isfinite(row["value"]):
        said = f"There is no value: {row['status']}."
        if shown:
            said += f" What was counted stays: {row['numerator']:,.10g}."
        return Recomputed(rows=(("Not computed", said),), agrees=None, shown=shown)
    formula, value = _formula(folder, row, indicator)
    if math.isnan(value):
        return Recomputed(rows=(("Not computed", formula),), agrees=None, shown=shown)
    agrees = math.isclose(value, row["value"], rel_tol=CLOSE, abs_tol=CLOSE)
    verdict = "They agree." if agrees else "THEY DIFFER: please report this."
    rows = (
        ("Formula", formula),
        ("Computed", repr(float(value))),
        ("Stored", repr(float(row["value"]))),
        ("Comparison", verdict),
    )
    return Recomputed(rows=rows, agrees=agrees, shown=shown)


def _formula(folder: Path, row: Row, indicator: Indicator) -> tuple[str, float]:
    n, base, measure = row["numerator"], row["base"], indicator.measure
    if measure in _COUNTS:
        return f"{n:,.10g}", n
    if measure == "rate":
        return _over(indicator.per, n, base)
    if measure in _PER_CENT:
        return _over(100, n, base)
    if measure in _PAIRS:
        return _difference(folder, row, indicator)
    if measure == "needed":
        return _needed(folder, row, indicator)
    return "Given by its source: nothing to compute it from.", math.nan


def _over(per: float, n: float, base: float) -> tuple[str, float]:
    if not base > 0:
        return "Its base is not stored.", math.nan
    return f"{per:,} x {n:,.10g} / {base:,.10g}", per * n / base


def _difference(folder: Path, row: Row, indicator: Indicator) -> tuple[str, float]:
    """Take the value of the earlier period from that of the later, both anew."""
    other = _like(indicator, _PAIRS[indicator.measure])
    if other is None:
        return "The values of the two periods are not stored.", math.nan
    parts = []
    for period in (row["period"], row["compared_with"]):
        found = _stored(folder, row, other.name, str(period), str(row["area_code"]))
        if found is None:
            return f"There is no {other.name} of {period}.", math.nan
        parts.append(_formula(folder, found, other))
    (late, after), (early, before) = parts
    return f"({late}) - ({early})", after - before


def _needed(folder: Path, row: Row, indicator: Indicator) -> tuple[str, float]:
    """Compute how many are short of the Force rate, rounded up."""
    other = _like(indicator, "rate")
    found = other and _stored(folder, row, other.name, str(row["period"]), "", "force")
    if not found or not found["base"] > 0:
        return "The Force rate is not stored.", math.nan
    short = row["base"] * found["numerator"] / found["base"] - row["numerator"]
    formula = (
        f"{row['base']:,.10g} x {found['numerator']:,.10g} / {found['base']:,.10g} "
        f"(the Force rate) - {row['numerator']:,.10g}, rounded up, not below 0"
    )
    return formula, max(0.0, float(math.ceil(short - CLOSE)))


def _like(indicator: Indicator, measure: str) -> Indicator | None:
    """Return the indicator of the same dataset that has another measure."""
    for one in indicators().values():
        alike = one.dataset == indicator.dataset and one.measure == measure
        if alike and one.weighted == indicator.weighted:
            return one
    return None


def _stored(  # noqa: PLR0913 - the keys of a value
    folder: Path,
    row: Row,
    indicator: str,
    period: str,
    code: str,
    geography: str = "",
) -> Row | None:
    found = results.read_values(
        folder,
        geography=[geography or str(row["geography"])],
        indicator=[indicator],
        period=[period],
        group=[str(row["group"])],
        area_code=[code] if code else [],
    )
    if len(found) != 1:
        return None
    return {str(name): part for name, part in found.iloc[0].items()}
