"""What is inside impact areas, and how much two choices of them have in common."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geosafety.measures.intervals import Z_95

PEOPLE = "population"


def shares_inside(
    amounts: pd.DataFrame, layers: Mapping[str, pd.Series]
) -> pd.DataFrame:
    """Say how much of several amounts lies inside each of several layers.

    Parameters
    ----------
    amounts
        Indexed by small area: one column per amount (crimes, harm, ...), `population`
        (residents) among them; missing values count as nothing.
    layers
        By name, true for the small areas inside, with the same index.

    Returns
    -------
    DataFrame
        `layer, small_areas` (how many are inside), `amount, inside, whole, share` (per
        cent of the whole) and `times` (the share over the share of the residents: 1
        would be as much as the residents alone would bring; missing without any).

    Examples
    --------
    >>> amounts = pd.DataFrame(
    ...     {"population": [100.0, 300], "crimes": [30.0, 30]}, index=["A", "B"]
    ... )
    >>> inside = pd.Series([True, False], index=["A", "B"])
    >>> found = shares_inside(amounts, {"ours": inside}).set_index("amount")
    >>> found.loc["crimes", ["share", "times"]].tolist()
    [50.0, 2.0]
    """
    rows = []
    for name, inside in layers.items():
        mask = inside.reindex(amounts.index).to_numpy(bool)
        totals = amounts.sum()
        within = amounts[mask].sum()
        share = 100 * within / totals.where(totals > 0)
        people = float(share[PEOPLE])
        for amount in map(str, amounts):
            rows.append(
                {
                    "layer": name,
                    "small_areas": int(mask.sum()),
                    "amount": amount,
                    "inside": float(within[amount]),
                    "whole": float(totals[amount]),
                    "share": float(share[amount]),
                    "times": float(share[amount]) / people if people > 0 else np.nan,
                }
            )
    return pd.DataFrame(rows)


def overlap(one: pd.Series, other: pd.Series, people: pd.Series) -> float:
    """Return the residents inside both over those inside either (Jaccard's index).

    0: nothing in common; 1: the same people. Missing where nobody is inside either.

    Parameters
    ----------
    one, other
        True for the small areas inside.
    people
        Residents, with the same index.

    Examples
    --------
    >>> people = pd.Series([100.0, 100, 200])
    >>> overlap(pd.Series([True, True, False]), pd.Series([True, False, True]), people)
    0.25
    """
    either = float(people[one | other].sum())
    return float(people[one & other].sum()) / either if either > 0 else float("nan")


def most_dense(density: pd.Series, number: int) -> list[str]:
    """Return the codes of the `number` densest areas; ties go to the lower code.

    Examples
    --------
    >>> most_dense(pd.Series([5.0, 9, 5], index=["B", "A", "C"]), 2)
    ['A', 'B']
    """
    ordered = density.dropna().sort_index().sort_values(ascending=False, kind="stable")
    return [str(code) for code in ordered.index[:number]]


def growth_gap(inside: pd.DataFrame, outside: pd.DataFrame) -> pd.DataFrame:
    """Compare growth inside with growth outside, from parts of both.

    Members are a full count, with no sampling error. The interval says how much growth
    differs from part to part (a ratio estimator with the parts as clusters): whether a
    gap stands out from the ordinary unevenness between neighbourhoods.

    Parameters
    ----------
    inside, outside
        One row per part: `before` and `after`, missing where not known; a part that
        lacks one is left out.

    Returns
    -------
    DataFrame
        One row: `inside, outside` (growth, per cent of `before`), `gap` (points),
        `lower, upper` (95 %), `inside_parts, outside_parts`. Without members before
        there is no growth; under two parts there is no interval.

    References
    ----------
    Cochran (1977), Sampling techniques, third edition, chapter 6.

    Examples
    --------
    >>> inside = pd.DataFrame({"before": [100, 100], "after": [120, 130]})
    >>> outside = pd.DataFrame({"before": [100, 200], "after": [110, 220]})
    >>> found = growth_gap(inside, outside)
    >>> found[["inside", "outside", "gap"]].round(6).iloc[0].tolist()
    [25.0, 10.0, 15.0]
    """
    one, one_error, many = _growth(inside)
    other, other_error, more = _growth(outside)
    gap, half = one - other, Z_95 * np.hypot(one_error, other_error)
    row = {"inside": one, "outside": other, "gap": gap}
    row |= {"lower": gap - half, "upper": gap + half}
    return pd.DataFrame([{**row, "inside_parts": many, "outside_parts": more}])


def _growth(parts: pd.DataFrame) -> tuple[float, float, int]:
    """Return the growth of all parts together, its standard error, and how many."""
    known = parts[["before", "after"]].dropna()
    before, after = (known[c].to_numpy(float) for c in ("before", "after"))
    n, whole = len(known), before.sum()
    if not whole > 0:
        return np.nan, np.nan, n
    growth = after.sum() / whole - 1
    left = after - before - growth * before
    error = np.sqrt(n / (n - 1) * (left**2).sum()) / whole if n > 1 else np.nan
    return 100 * growth, 100 * float(error), n
