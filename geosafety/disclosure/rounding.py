"""Round counts of people to a base, for tables that are to be looser than exact."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd

BASE = 5


def round_counts(
    counts: pd.Series, keys: pd.Series, *, to: int = BASE, seed: int = 0
) -> pd.Series:
    """Round counts up or down to a multiple, at random and right on average.

    What it protects: from a rounded number r alone, the count is r - 4 to r + 4 (to 5;
    0 to 4 where r is 0). Rounded tables do not add up, by design: totals are rounded
    by themselves, and differences of two of them say little. It does not take the
    place of hiding small groups: several rounded tables together narrow a number down.

    Parameters
    ----------
    counts
        0 or more; missing stays missing, and a multiple of `to` as it is.
    keys
        What each count is of. One key is always rounded the same way with one seed, in
        whatever table it stands, so that asking again tells nothing more; and of two
        counts with one key the smaller never comes out larger.

    References
    ----------
    Random rounding: Nargundkar and Saveland (1972). Repeatable by a key of the cell:
    Fraser and Wooton (2005).

    Examples
    --------
    >>> round_counts(pd.Series([0, 5, 40]), pd.Series(["a", "b", "c"])).tolist()
    [0.0, 5.0, 40.0]
    """
    draw = {key: _uniform(key, seed) for key in keys.astype("str").unique()}
    chance = keys.astype("str").map(draw).to_numpy(float)
    up = np.floor(counts.to_numpy(float) / to + chance)
    return pd.Series(to * up, index=counts.index)


def _uniform(key: str, seed: int) -> float:
    """Draw a number from 0 to under 1 that belongs to a key."""
    digest = blake2b(key.encode(), digest_size=8, salt=seed.to_bytes(8, "little"))
    return int.from_bytes(digest.digest(), "little") / 2**64


def round_shares(
    table: pd.DataFrame, keys: pd.Series, *, per: float, to: int = BASE, seed: int = 0
) -> pd.DataFrame:
    """Round the numerators and bases of a table and work the values out of them anew.

    Parameters
    ----------
    table
        `value, lower, upper, numerator, base`.
    per
        100 for shares, 1,000 for rates by residents.

    Returns
    -------
    DataFrame
        The same rows, with `rounded_to`. Values come from the rounded numbers, so that
        nothing finer stands beside them; there is no interval, which would say more
        than the numbers do; a share of a base that is rounded to 0 is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"value": [50.0], "numerator": [10.0], "base": [20.0]})
    >>> round_shares(table, pd.Series(["a"]), per=100)["value"].item()
    50.0
    """
    numerator = round_counts(table["numerator"], keys, to=to, seed=seed)
    base = round_counts(table["base"], keys, to=to, seed=seed)
    return table.assign(
        numerator=numerator,
        base=base,
        value=per * numerator / base.where(base > 0),
        lower=np.nan,
        upper=np.nan,
        rounded_to=to,
    )
