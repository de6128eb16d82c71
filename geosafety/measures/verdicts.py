"""What a difference lets one say: the verdict, its words, how many more would tell.

The rule has two halves: a difference must be more than chance, and it must be large
enough to matter.

- `clear`: the 95 % interval of the difference lies beyond zero, and the difference is
  at least the smallest that matters. That the whole interval lie beyond that smallest
  difference is not asked: hardly any survey of a few hundred would pass, and the
  smallest difference that matters is a convention, not a cliff.
- `likely`: the same with the 80 % interval. Of pairs that are equal in truth, up to one
  in five passes its first half: it is a lead to follow, not a finding.
- `cannot tell`: everything else, in two kinds that differ (`finding`): `no meaningful
  difference`, where the whole 95 % interval is smaller than what matters, and `too few
  answers`, where it is not.
- `suppressed`: a side is hidden. Nothing is computed, nor how many more would tell.

A value on a low base never gets above `likely`. Where many rows are compared at once,
one in twenty equal pairs lies beyond zero by luck; `family` of `compare_table`
holds the expected share of those among all beyond zero (Benjamini and Hochberg, 1995).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from geosafety.measures.differences import Floats, Pair
from geosafety.measures.intervals import Z_95

CLEAR, LIKELY, CANNOT_TELL, SUPPRESSED = "clear", "likely", "cannot tell", "suppressed"
DIFFERENT, NOT_MEANINGFUL = "difference", "no meaningful difference"
TOO_FEW, MISSING = "too few answers", "not available"
CLEAR_P, LIKELY_P = 0.05, 0.20
Z_POWER = 0.8416212335729143  # 80 % power
FINDINGS = (DIFFERENT, NOT_MEANINGFUL, TOO_FEW)
SHOWN = ("ok", "low base")


def with_verdict(
    found: pd.DataFrame, first: pd.Series, second: pd.Series
) -> pd.DataFrame:
    """Add `verdict` and `finding`.

    Parameters
    ----------
    found
        `difference, lower, upper, minimum_effect, p`.
    first, second
        The statuses of the two sides, in the same row order.
    """
    status = np.where(first.isin(SHOWN), second, first)
    status = np.where(
        (first == SUPPRESSED) | (second == SUPPRESSED), SUPPRESSED, status
    )
    shown = pd.Series(status).isin(SHOWN).to_numpy()
    known = found["p"].notna().to_numpy()
    size, minimum = found["difference"].abs(), found["minimum_effect"]
    # 33 - 28 may come out as 4.999999999999999.
    matters = (size >= minimum * (1 - 1e-9)).to_numpy()
    low = ((first == "low base") | (second == "low base")).to_numpy()
    clear = matters & (found["p"] < CLEAR_P).to_numpy() & ~low
    likely = matters & (found["p"] < LIKELY_P).to_numpy()
    inside = ((found["lower"] > -minimum) & (found["upper"] < minimum)).to_numpy()
    verdict = np.select(
        [status == SUPPRESSED, clear, likely], [SUPPRESSED, CLEAR, LIKELY], CANNOT_TELL
    )
    finding = np.select(
        [~shown, ~known, clear | likely, inside],
        [status, MISSING, DIFFERENT, NOT_MEANINGFUL],
        TOO_FEW,
    )
    return found.assign(verdict=verdict, finding=finding)


def more_needed(pair: Pair, minimum: Floats, responses: pd.Series) -> Floats:
    """How many more responses would find a difference of just the minimum.

    In four of five surveys, at a two-sided 5 %, with the design effect of today. Where
    both sides are the same people, both grow together; else only the first does, since
    an earlier wave is over, and the Force is large already.

    Returns
    -------
    ndarray
        0 where there are enough, infinite where the second side alone is too uncertain,
        missing where `responses` are.
    """
    wanted = (minimum / (Z_95 + Z_POWER)) ** 2
    one, other = (pair.scale**2 * side.variance for side in (pair.first, pair.second))
    if pair.together:
        covariance = pair.correlation * np.sqrt(one * other)
        times = (one + other - 2 * covariance) / wanted
    else:
        room = np.where(wanted > other, wanted - other, np.where(other >= 0, 0, np.nan))
        with np.errstate(divide="ignore"):
            times = one / room
    more: Floats = np.ceil(
        np.maximum(responses.to_numpy(float) * (times - 1), 0) - 1e-6
    )
    return more + 0.0


def sentences(
    found: pd.DataFrame, first: pd.DataFrame, second: pd.DataFrame
) -> list[str]:
    """Say each row in a sentence or two.

    Parameters
    ----------
    found
        `Comparison` up to `more_needed`.
    first, second
        `name`, `status`, `unit`, `responses` and `population`.
    """
    few = (first["status"] == "low base") | (second["status"] == "low base")
    rows = found.assign(
        first=first["name"].replace("", "the first"),
        second=second["name"].replace("", "the second"),
        unit=first["unit"],
        few=few,
        left=first["population"] - first["responses"],
    )
    return [_sentence(row) for row in rows.to_dict("records")]


def _sentence(row: dict[Hashable, Any]) -> str:
    finding = row["finding"]
    if finding == SUPPRESSED:
        return "Suppressed: one of the two values is hidden to protect people."
    if not np.isfinite(row["difference"]) or finding not in FINDINGS:
        return f"Cannot tell: one of the two values is {finding}."
    text, smallest = _difference(row), _amount(row["minimum_effect"], row)
    if finding == NOT_MEANINGFUL:
        return f"No meaningful difference: {text}; {smallest} would matter."
    if finding == DIFFERENT:
        start = "Clear" if row["verdict"] == CLEAR else "Likely, not certain"
        return f"{start}: {text}" + (", on few answers." if row["few"] else ".")
    return f"Cannot tell: {text}{_why(row, smallest)}.{_more(row, smallest)}"


def _difference(row: dict[Hashable, Any]) -> str:
    number = f"{abs(row['difference']):.{_decimals(row)}f}"
    how = "higher than" if row["difference"] > 0 else "lower than"
    how = f"{number} {row['unit']}".rstrip() + f" {how}"
    if float(number) == 0:
        how = "level with"
    ends = (f"{row[end]:.{_decimals(row)}f}" for end in ("lower", "upper"))
    interval = f"95 % interval {' to '.join(ends)}"
    return f"{row['first']} is {how} {row['second']} ({interval})"


def _amount(number: float, row: dict[Hashable, Any]) -> str:
    return f"{number:.{_decimals(row)}f} {row['unit']}".rstrip()


def _decimals(row: dict[Hashable, Any]) -> int:
    """One decimal, or as many as show what matters to two digits."""
    smallest = row["minimum_effect"]
    return (
        1 if smallest >= 1 or smallest <= 0 else 1 - int(np.floor(np.log10(smallest)))
    )


def _why(row: dict[Hashable, Any], smallest: str) -> str:
    beyond = row["lower"] > 0 or row["upper"] < 0
    if beyond and row["p"] >= CLEAR_P:
        return "; among so many comparisons, chance alone brings some like it"
    if beyond:
        return f"; hardly chance, but it may be less than the {smallest} that matter"
    return "; it may be chance"


def _more(row: dict[Hashable, Any], smallest: str) -> str:
    """Say how many more answers would find a difference that just matters."""
    more, left = row["more_needed"], row["left"]
    if np.isnan(more) or more == 0:
        return ""
    if np.isinf(more):
        return f" More answers of {row['first']} alone would not tell {smallest}."
    # Two digits, upwards: the number is a plan, not a count.
    step = 10 ** max(len(str(int(more))) - 2, 0)
    about = f"{int(np.ceil(more / step) * step):,}"
    if more > left:
        return f" It would take about {about} more answers, more than there are people."
    return f" About {about} more answers would tell {smallest}."
