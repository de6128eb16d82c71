"""Change between two periods, always from unrounded numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import beta

from geosafety.measures.intervals import Z_95


def pairs_of_dates(periods: list[str]) -> list[tuple[str, str]]:
    """Pair each date with the one before it, and with the same month a year before.

    Examples
    --------
    >>> pairs_of_dates(["2020-11", "2021-03", "2022-03"])
    [('2020-11', '2021-03'), ('2021-03', '2022-03')]
    """
    dates = sorted(periods)
    pairs = dict.fromkeys(pairwise(dates))
    for date in dates:
        before = f"{int(date[:4]) - 1}{date[4:]}"
        if before in dates:
            pairs[(before, date)] = None
    return list(pairs)


def pairs_of_years(periods: list[str]) -> list[tuple[str, str]]:
    """Pair each April-to-March year with the one before."""
    years = {
        p: int(p[:4]) for p in periods if p[4:].startswith("-04/") and p.endswith("-03")
    }
    starts = {start: p for p, start in years.items() if int(p[8:12]) == start + 1}
    return [(starts[s - 1], p) for s, p in sorted(starts.items()) if s - 1 in starts]


def two_periods(table: pd.DataFrame, earlier: str, later: str) -> pd.DataFrame:
    """Lay the numbers of two periods side by side.

    Returns
    -------
    DataFrame
        The rows of the later period, with `n_before` and `complete` for both, in the
        order of area and group.
    """
    keys = ["area_code", "group"]
    before = table[table["period"] == earlier].set_index(keys)
    after = table[table["period"] == later]
    old = before.reindex(pd.MultiIndex.from_frame(after[keys]))
    whole = after["complete"].to_numpy(bool) & old["complete"].fillna(
        value=False
    ).to_numpy(bool)
    return after.assign(n_before=old["n"].to_numpy(float), complete=whole)


def changes(both: pd.DataFrame, *, events: bool) -> pd.DataFrame:
    """Later minus earlier. Events get a normal interval for the difference of counts.

    A stock (members at a date) is a full count of people, many of them the same at both
    dates: its change has no sampling interval.
    """
    after, before = both["n"].to_numpy(float), both["n_before"].to_numpy(float)
    value = after - before
    half = Z_95 * np.sqrt(after + before) if events else np.full(len(value), np.nan)
    return _table(value, value - half, value + half, value, before)


def changes_pct(both: pd.DataFrame, *, events: bool) -> pd.DataFrame:
    """Change in per cent of the earlier number; none where that is zero.

    For events the interval is that of the ratio of two Poisson counts, exact by the
    binomial distribution of the later count given the sum (Clopper and Pearson, 1934;
    Przyborowski and Wilenski, 1940).
    """
    after, before = both["n"].to_numpy(float), both["n_before"].to_numpy(float)
    base = np.where(before > 0, before, np.nan)
    value = 100 * (after - before) / base
    if not events:
        return _table(value, np.nan, np.nan, after - before, before)
    low = np.where(after > 0, beta.ppf(0.025, after, before + 1), 0.0)
    high = beta.ppf(0.975, after + 1, np.where(before > 0, before, np.nan))
    return _table(
        value,
        100 * (low / (1 - low) - 1),
        100 * (high / (1 - high) - 1),
        after - before,
        before,
    )


def rate_changes(
    both: pd.DataFrame, after_base: pd.Series, before_base: pd.Series, *, per: int
) -> pd.DataFrame:
    """Difference of two unrounded rates, each on its own denominator."""
    after = per * both["n"].to_numpy(float) / _positive(after_base)
    before = per * both["n_before"].to_numpy(float) / _positive(before_base)
    gain = both["n"].to_numpy(float) - both["n_before"].to_numpy(float)
    return _table(after - before, np.nan, np.nan, gain, after_base.to_numpy(float))


def share_changes(both: pd.DataFrame, force: pd.DataFrame) -> pd.DataFrame:
    """Difference, in points, of two shares of the Force's number.

    Parameters
    ----------
    force
        The Force's numbers in the same two periods, by group.
    """
    total = force.set_index("group").reindex(both["group"])
    after = 100 * both["n"].to_numpy(float) / _positive(total["n"])
    before = 100 * both["n_before"].to_numpy(float) / _positive(total["n_before"])
    gain = both["n"].to_numpy(float) - both["n_before"].to_numpy(float)
    return _table(after - before, np.nan, np.nan, gain, total["n"].to_numpy(float))


def _positive(base: pd.Series) -> np.ndarray:
    values = base.to_numpy(float)
    positive: np.ndarray = np.where(values > 0, values, np.nan)
    return positive


def _table(
    value: np.ndarray, lower: object, upper: object, numerator: object, base: object
) -> pd.DataFrame:
    table = {"value": value, "lower": lower, "upper": upper, "numerator": numerator}
    return pd.DataFrame({**table, "base": base}, index=range(len(value)), dtype=float)
