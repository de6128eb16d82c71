"""Counts, rates, shares of the Force, the index against it, and the gap to it.

Every function takes the long form of counts (`area_code, period, group, n, complete`),
one row per combination, and returns `NUMBERS` in the same row order. A count stays in
`numerator` where it is known; nothing is computed from a rounded number.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.measures.intervals import poisson_interval

KEYS = ["period", "group"]


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many. A full count has no sampling interval."""
    n = table["n"]
    return _numbers(n, np.nan, np.nan, n, np.nan)


def rates(table: pd.DataFrame, denominator: pd.Series, *, per: int) -> pd.DataFrame:
    """Events or people per `per` of the denominator.

    The interval (Byar's, exact under 10) treats the number as a Poisson count and the
    denominator as known. A denominator of zero, or none, gives no rate.

    Parameters
    ----------
    table
        Long counts.
    denominator
        In the same row order.
    """
    base = denominator.to_numpy(float)
    base = np.where(base > 0, base, np.nan)
    lower, upper = poisson_interval(table["n"])
    n = table["n"].to_numpy(float)
    return _numbers(per * n / base, per * lower / base, per * upper / base, n, base)


def shares_of_force(table: pd.DataFrame, force: pd.DataFrame) -> pd.DataFrame:
    """Per cent of the Force's number in the same period and group.

    Parameters
    ----------
    force
        The Force's long counts.
    """
    total = _force_values(table, force, "n")
    n = table["n"].to_numpy(float)
    return _numbers(_ratio(100 * n, total), np.nan, np.nan, n, total)


def index(
    table: pd.DataFrame, denominator: pd.Series, force_rate: pd.Series
) -> pd.DataFrame:
    """100 times the number over the number expected at the Force rate.

    `base` is the expected number. The interval is that of the number alone: the Force
    rate is taken as known.

    Parameters
    ----------
    force_rate
        The Force's number over its denominator, in the same row order, unrounded.
    """
    expected = denominator.to_numpy(float) * force_rate.to_numpy(float)
    lower, upper = poisson_interval(table["n"])
    n = table["n"].to_numpy(float)
    return _numbers(
        _ratio(100 * n, expected),
        _ratio(100 * lower, expected),
        _ratio(100 * upper, expected),
        n,
        expected,
    )


def needed(
    table: pd.DataFrame, denominator: pd.Series, force_rate: pd.Series
) -> pd.DataFrame:
    """How many more would bring the area to the Force rate: max(0, ceil(F x P - n)).

    The Force rate is held fixed, although new members would raise it too.
    """
    n, base = table["n"].to_numpy(float), denominator.to_numpy(float)
    short = base * force_rate.to_numpy(float) - n
    # 1e-9 forgives a product such as 12.000000000000002 before rounding up.
    value = np.maximum(0.0, np.ceil(short - 1e-9))
    return _numbers(value, np.nan, np.nan, n, base)


def force_rates(
    table: pd.DataFrame, force: pd.DataFrame, force_denominator: pd.Series
) -> pd.Series:
    """Return the Force's unrounded rate (per one) for each row's period and group."""
    rate = force.assign(
        rate=_ratio(force["n"].to_numpy(float), force_denominator.to_numpy(float))
    )
    return pd.Series(_force_values(table, rate, "rate"), index=table.index)


def _force_values(table: pd.DataFrame, force: pd.DataFrame, column: str) -> np.ndarray:
    known = force.astype(dict.fromkeys(KEYS, "object")).set_index(KEYS)[column]
    wanted = pd.MultiIndex.from_frame(table[KEYS].astype("object"))
    return known.reindex(wanted).to_numpy(float)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    below = np.where(below > 0, below, np.nan)
    ratio: np.ndarray = above / below
    return ratio


def _numbers(
    value: object, lower: object, upper: object, numerator: object, base: object
) -> pd.DataFrame:
    columns = {
        "value": value,
        "lower": lower,
        "upper": upper,
        "numerator": numerator,
        "base": base,
    }
    rows = len(np.atleast_1d(np.asarray(value)))
    return pd.DataFrame(
        {
            name: np.broadcast_to(np.asarray(c, dtype=float), rows)
            for name, c in columns.items()
        }
    )
