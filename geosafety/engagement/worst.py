"""How likely an area is among the few with the widest gap, instead of a bare rank.

Ranks of uncertain values mislead (Goldstein and Spiegelhalter, 1996, Journal of the
Royal Statistical Society A 159, 385-443): two areas whose intervals overlap swap places
by chance, and with many areas the one that looks worst mostly stands on little.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.errors import InputError, MethodError

DRAWS = 10_000
# So many numbers at a time: 16 MB.
AT_ONCE = 2_000_000


def among_worst(  # noqa: PLR0913
    value: pd.Series,
    error: pd.Series,
    *,
    k: int,
    widest: str,
    seed: int,
    draws: int = DRAWS,
) -> pd.Series:
    """Estimate how likely each area is among the `k` with the widest gap.

    True values are drawn around the best guesses, each by itself and normally, and it
    is counted how often an area is among the `k`. Values come best smoothed, on a scale
    where the error does not hang on the value (the root of a rate): the error is then
    that of the true value, and the probabilities are calibrated where the smoothing's
    model holds (`tests/engagement/test_worst.py`). They add up to `k`.

    Parameters
    ----------
    value, error
        Best guesses and their standard errors (above 0), by area. An area without a
        value (hidden, incomplete, on a low base) is not in the race.
    k
        How many areas are "the widest", from 1.
    widest
        Which end the gap is at: `low` or `high`.
    seed, draws
        The same seed gives the same answer. 10,000 draws leave at most a point of
        simulation error (two standard errors).

    Returns
    -------
    Series
        Per cent, with the index of `value`. Missing for areas not in the race, and for
        all where no more than `k` are: each would be among them.

    Raises
    ------
    InputError
        `k` is under 1, or `widest` is neither end.
    MethodError
        An error is missing or not above 0.

    Examples
    --------
    >>> value = pd.Series({"A": 10.0, "B": 10.0, "C": 50.0, "D": None})
    >>> error = pd.Series({"A": 1.0, "B": 1.0, "C": 1.0, "D": None})
    >>> found = among_worst(value, error, k=1, widest="low", seed=1)
    >>> found.round(-1).tolist()
    [50.0, 50.0, 0.0, nan]
    """
    if k < 1 or widest not in ("low", "high"):
        problem = f"The {k} widest gaps at the {widest!r} end cannot be looked for."
        raise InputError(problem, hint='Give 1 or more, and "low" or "high".')
    racing = value.notna().to_numpy()
    found = np.full(len(value), np.nan)
    if racing.sum() > k:
        centre = value.to_numpy(float)[racing]
        spread = _checked(error, racing)
        sign = 1.0 if widest == "low" else -1.0
        found[racing] = 100 * _frequency(sign * centre, spread, k, seed, draws)
    return pd.Series(found, index=value.index)


def _checked(error: pd.Series, racing: np.ndarray) -> np.ndarray:
    spread: np.ndarray = error.to_numpy(float)[racing]
    if not (spread > 0).all():
        where = error.index[racing][~(spread > 0)][0]
        problem = f"The area {where} has a value and the error {error[where]}."
        raise MethodError(problem, hint="A simulation needs an error above 0.")
    return spread


def _frequency(
    centre: np.ndarray, spread: np.ndarray, k: int, seed: int, draws: int
) -> np.ndarray:
    """Return the share of draws in which each is among the k lowest."""
    rng = np.random.default_rng(seed)
    hits = np.zeros(len(centre))
    left = draws
    while left > 0:
        rows = min(left, max(1, AT_ONCE // len(centre)))
        drawn = centre + spread * rng.standard_normal((rows, len(centre)))
        lowest = np.argpartition(drawn, k - 1, axis=1)[:, :k]
        hits += np.bincount(lowest.ravel(), minlength=len(centre))
        left -= rows
    return hits / draws
