"""Disparity: how one group's rate compares with another's, as a ratio and a difference.

A disparity says that two rates differ. It does not say why, and it is only as good as
its benchmark: residents are not those who were there to be stopped, or who had a crime
to report. The benchmark is therefore named in every row.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import beta

from geosafety.errors import InputError, MethodError, nearest
from geosafety.measures.intervals import (
    Z_95,
    Floats,
    poisson_interval,
    wilson_interval,
)

# Under this many in either group the words say so: ratios of small numbers jump about.
FEW = 10
USABLE = ("ok", "low base")
ITSELF = "the group that the others are compared with"
LIMITS = ("difference_lower", "difference_upper")


def disparity(  # noqa: PLR0913
    table: pd.DataFrame,
    *,
    reference_group: str,
    benchmark: str,
    counts: Literal["events", "people"],
    per: float,
    few: int = FEW,
) -> pd.DataFrame:
    """Compare each group's rate with the reference group's.

    Parameters
    ----------
    table
        Indexed by group: `n` (events, or people of whom it is true), `base` (the
        benchmark: residents, or people asked) and, where something is hidden or not
        covered, `status`. A status other than `ok` or `low base` passes through with no
        number; so does a missing number, as `not available`.
    reference_group
        The group that all others are compared with.
    benchmark
        What `base` is, by name and date, such as `residents, Census 2021`.
    counts
        `events` can happen to one person twice (stops): counts are taken as Poisson,
        and the ratio has an exact interval. `people` are counted once (the dissatisfied
        among those asked): the ratio has Katz's log interval.
    per
        Rates are per so many: 1,000 residents, or 100 for per cent.
    few
        Below this many the words warn.

    Returns
    -------
    DataFrame
        By group: `n, base, rate, ratio, lower, upper` (95 %), `difference,
        difference_lower, difference_upper` (group less reference, in units of `rate`),
        `reference_group, benchmark, status, basis, words`. The reference group has
        the ratio 1, the difference 0 and no interval. `basis`, for disclosure, is
        `base` for people and `n` for events. A ratio gives the reference's rate away:
        where it is to be hidden, say so in its `status`, and no row has a number.

    Raises
    ------
    InputError
        A group stands twice, or has more people than were asked.
    MethodError
        There is no such reference group.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika 31, 313-323 (exact ratio of two Poisson
    rates). Katz, Baptista, Azen and Pike (1978), Biometrics 34, 469-474. Newcombe
    (1998), Statistics in Medicine 17, 873-890, and Zou and Donner (2008), Statistics in
    Medicine 27, 1693-1702 (difference from the limits of the two rates).

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"n": [20, 30], "base": [100, 300]}, index=["Asian", "White"]
    ... )
    >>> found = disparity(
    ...     table, reference_group="White", benchmark="people asked", counts="people",
    ...     per=100,
    ... )
    >>> found.loc["Asian", ["ratio", "lower", "upper"]].round(2).tolist()
    [2.0, 1.19, 3.36]
    >>> found["words"].iloc[0]
    '2.0 times the rate for White (1.2 to 3.4)'
    """
    _checked(table, reference_group, counts)
    at = int(np.flatnonzero(table.index == reference_group)[0])
    n, base, status = _known(table)
    numbers = _compared(n, base, at, counts).set_axis(table.index)
    for name in ("rate", "difference", *LIMITS):
        numbers[name] = per * numbers[name]
    status = _without_reference(status, reference_group)
    numbers.loc[~_usable(status)] = np.nan
    whole = numbers.assign(
        reference_group=reference_group,
        benchmark=benchmark,
        status=status,
        basis=numbers["base" if counts == "people" else "n"],
    )
    words = [_words(row, n[at], few) for _, row in whole.iterrows()]
    words[at] = ITSELF if status.iloc[at] in USABLE else str(status.iloc[at])
    return whole.assign(words=words)


def _checked(table: pd.DataFrame, reference_group: str, counts: str) -> None:
    if reference_group not in table.index:
        problem = f"There is no group {reference_group!r} to compare with."
        raise MethodError(problem, hint=nearest(reference_group, table.index))
    if table.index.has_duplicates:
        first = table.index[table.index.duplicated()][0]
        problem = f"The group {first!r} stands twice."
        raise InputError(problem, hint="Compare within one area and period at a time.")
    wrong = (table["n"] < 0) | (table["base"] < 0)
    if counts == "people":
        wrong |= table["n"] > table["base"]
    if wrong.any():
        first = table.index[wrong][0]
        n, base = table.loc[first, ["n", "base"]]
        problem = f"The group {first!r} has {n} of {base}."
        raise InputError(problem, hint="Is the base that of the same people?")


def _known(table: pd.DataFrame) -> tuple[Floats, Floats, pd.Series]:
    """Take the numbers, and the status that each row comes with or earns."""
    n, base = (table[c].to_numpy(float) for c in ("n", "base"))
    given = table.get("status", pd.Series("ok", index=table.index)).astype("object")
    none = np.isnan(n) | ~(base > 0)
    return n, base, given.mask(_usable(given) & none, "not available")


def _usable(status: pd.Series) -> pd.Series:
    return status.isin(USABLE)


def _without_reference(status: pd.Series, reference_group: str) -> pd.Series:
    """Without the reference there is nothing to compare with."""
    if _usable(status).loc[reference_group]:
        return status
    return status.mask(_usable(status), "not available")


def _compared(n: Floats, base: Floats, at: int, counts: str) -> pd.DataFrame:
    """Every row against the row `at`, by the same formulae for all."""
    base = np.where(base > 0, base, np.nan)
    rate, n0, base0 = n / base, n[at], base[at]
    rate0 = rate[at]
    if counts == "events":
        limits = [end / base for end in poisson_interval(n)]
        lower, upper = _exact_ratio(n, base, n0, base0)
    else:
        limits = list(wilson_interval(n, base))
        lower, upper = _katz(n, base, n0, base0)
    difference = rate - rate0
    low, high = limits
    low0, high0 = low[at], high[at]
    columns = {
        "n": n,
        "base": base,
        "rate": rate,
        "ratio": rate / (rate0 if rate0 > 0 else np.nan),
        "lower": lower,
        "upper": upper,
        "difference": difference,
        "difference_lower": difference - np.hypot(rate - low, high0 - rate0),
        "difference_upper": difference + np.hypot(high - rate, rate0 - low0),
    }
    for name in ("lower", "upper", *LIMITS):
        columns[name][at] = np.nan
    columns["ratio"][at] = 1.0
    return pd.DataFrame(columns)


def _exact_ratio(
    n: Floats, base: Floats, n0: float, base0: float
) -> tuple[Floats, Floats]:
    """Given both counts together, one of them is binomial; its limits are exact."""
    alpha = 0.025
    low = np.where(n > 0, beta.ppf(alpha, np.maximum(n, 1e-9), n0 + 1), 0.0)
    high = beta.ppf(1 - alpha, n + 1, n0) if n0 > 0 else np.full(n.shape, np.nan)
    scale = base0 / base
    return scale * low / (1 - low), scale * high / (1 - high)


def _katz(
    n: Floats, base: Floats, n0: Floats | float, base0: Floats | float
) -> tuple[Floats, Floats]:
    """Take limits on the log scale; there are none where either group has nobody."""
    some = (n > 0) & (np.asarray(n0) > 0)
    k, k0 = np.where(some, n, np.nan), np.where(some, n0, np.nan)
    ratio = (k / base) / (k0 / base0)
    # A share of all may come out a hair above its base.
    error = np.sqrt(np.maximum(1 / k - 1 / base + 1 / k0 - 1 / base0, 0))
    return ratio * np.exp(-Z_95 * error), ratio * np.exp(Z_95 * error)


def share_ratios(
    n: pd.Series, base: pd.Series, reference_n: pd.Series, reference_base: pd.Series
) -> pd.DataFrame:
    """Divide many shares by those of their reference group, row by row.

    As `disparity` does for `people` of one area: Katz's log interval. Missing where
    either side is, or where the reference group has nobody.

    Parameters
    ----------
    n, base
        People of whom it is true, and people asked (or effective numbers of them).

    Returns
    -------
    DataFrame
        `ratio, lower, upper`.

    Examples
    --------
    >>> numbers = [pd.Series([float(x)]) for x in (20, 100, 30, 300)]
    >>> share_ratios(*numbers).round(2).iloc[0].tolist()
    [2.0, 1.19, 3.36]
    """
    k, m, k0, m0 = (x.to_numpy(float) for x in (n, base, reference_n, reference_base))
    m, m0 = np.where(m > 0, m, np.nan), np.where(m0 > 0, m0, np.nan)
    lower, upper = _katz(k, m, k0, m0)
    ratio = (k / m) / np.where(k0 > 0, k0 / m0, np.nan)
    columns = {"ratio": ratio, "lower": lower, "upper": upper}
    return pd.DataFrame(columns, index=n.index)


def _words(row: pd.Series, reference_n: float, few: int) -> str:
    """Say the ratio, and whether the numbers are too small to lean on."""
    if row["status"] not in USABLE:
        return str(row["status"])
    small = min(row["n"], reference_n) < few
    warn = (
        f"; fewer than {few} cases in one of the two: read with care" if small else ""
    )
    reference = row["reference_group"]
    if np.isnan(row["ratio"]):
        return f"no ratio: {reference} has none{warn}"
    if np.isnan(row["lower"]) or np.isnan(row["upper"]):
        return f"too few to give a range{warn}"
    said = f"{row['ratio']:.1f} times the rate for {reference}"
    said = f"{said} ({row['lower']:.1f} to {row['upper']:.1f})"
    if row["lower"] <= 1 <= row["upper"]:
        said = f"cannot tell from {reference}: {said}"
    return f"{said}{warn}"
