"""Response rates: of those who were asked, how many answered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geosafety.measures.intervals import wilson_interval

NUMBERS = ["responses", "invited", "rate", "lower", "upper"]
MORE = "more answers than people asked"


def response_rates(
    counts: pd.DataFrame, *, suppress_below: int = 0, low_base_below: int = 0
) -> pd.DataFrame:
    """Divide responses by people asked, group by group.

    Parameters
    ----------
    counts
        `responses` and `invited`, one row per group of one breakdown. Missing is not
        known, never zero.
    suppress_below
        Groups of 1 to fewer responses than this are hidden with the number asked: a
        rate and its base give the count away. Where it would be the only one hidden,
        the group with the next fewest responses goes too, since the total is shown.
    low_base_below
        Groups of fewer people asked are flagged.

    Returns
    -------
    DataFrame
        `counts` with `rate` (per cent), `lower, upper` (95 %, Wilson), `status` (as in
        the values) and `words`. More answers than people asked is `not available`: the
        two do not count the same people.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> counts = pd.DataFrame({"responses": [100, 4], "invited": [1000, 50]})
    >>> response_rates(counts)["words"].iloc[0]
    '100 of 1,000 asked answered: 10.0 % (8.3 % to 12.0 %)'
    >>> response_rates(counts, suppress_below=10)["status"].tolist()
    ['suppressed', 'suppressed']
    """
    table = counts.astype({"responses": float, "invited": float})
    n, asked = table["responses"].to_numpy(), table["invited"].to_numpy()
    fits = (asked > 0) & (n <= asked)
    base = np.where(fits, asked, np.nan)
    lower, upper = wilson_interval(np.where(fits, n, np.nan), base)
    table = table.assign(rate=100 * n / base, lower=100 * lower, upper=100 * upper)
    hidden = _hidden(n, suppress_below)
    low = asked < low_base_below
    status = np.select(
        [hidden, ~fits, low], ["suppressed", "not available", "low base"], "ok"
    )
    table = table.assign(status=status)
    table.loc[hidden, NUMBERS] = np.nan
    return table.assign(words=[_words(row) for row in table.to_dict("records")])


def _hidden(n: np.ndarray, below: int) -> np.ndarray:
    """Hide small groups, and the next smallest where one alone would be hidden."""
    small = (n > 0) & (n < below)
    rest = np.where((n > 0) & ~small, n, np.inf)
    if small.sum() == 1 and np.isfinite(rest).any():
        small[int(rest.argmin())] = True
    return small


def _words(row: dict[Any, Any]) -> str:
    if row["status"] == "suppressed":
        return "hidden: too few answers to show, here or in a group beside it"
    if row["status"] == "not available":
        if row["responses"] > row["invited"]:
            return f"not available: {MORE}"
        unknown = "answered" if np.isnan(row["responses"]) else "were asked"
        return f"not available: it is not known how many {unknown}"
    said = (
        f"{row['responses']:,.0f} of {row['invited']:,.0f} asked answered: "
        f"{row['rate']:.1f} % ({row['lower']:.1f} % to {row['upper']:.1f} %)"
    )
    return f"{said}; few were asked" if row["status"] == "low base" else said
