"""Ranks that say how sure they are: of options that the same people chose among.

A list of priorities by share invites reading its order. Two options a point apart may
change places with the next ten answers; who picks one also tends to pick, or to leave
out, another. Both are in the covariance of the shares, from which ranks are drawn.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LOW, HIGH = 0.05, 0.95
DRAWS = 4_000


def rank_options(
    chosen: Floats,
    together: Floats,
    base: float,
    *,
    top: int,
    seed: int,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Rank options by share, with the range of ranks and the chance of being on top.

    Parameters
    ----------
    chosen
        How many chose each option, shape (options,).
    together
        How many chose both of each two, shape (options, options), with `chosen` on the
        diagonal.
    base
        How many answered; at least 1.
    top
        How many places at the head of the list matter, such as 5.
    seed, draws
        Of the simulation: shares are drawn around those seen with their covariance
        (multinomial, by the central limit theorem: say nothing from under some 30).

    Returns
    -------
    DataFrame
        One row per option, in the given order: `share` (per cent), `rank` (1 = most;
        ties share the best), `rank_lower, rank_upper` (the middle 90 % of draws),
        `in_top` and `first`: the share of draws, from 0 to 1, in which it is among the
        `top`, or leads.

    Examples
    --------
    >>> chosen = np.array([60.0, 55.0, 10.0])
    >>> together = np.array([[60.0, 30.0, 5.0], [30.0, 55.0, 5.0], [5.0, 5.0, 10.0]])
    >>> table = rank_options(chosen, together, 100, top=2, seed=1)
    >>> table[["rank", "rank_lower", "rank_upper"]].to_numpy().tolist()
    [[1, 1, 2], [2, 1, 2], [3, 3, 3]]
    """
    share = chosen / base
    covariance = (together / base - np.outer(share, share)) / base
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal(share, covariance, draws, method="svd")
    order = np.argsort(-drawn, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, len(share) + 1)[None, :], axis=1)
    lower, upper = np.quantile(ranks, [LOW, HIGH], axis=0, method="inverted_cdf")
    return pd.DataFrame(
        {
            "share": 100 * share,
            "rank": pd.Series(-share).rank(method="min").astype(int),
            "rank_lower": lower.astype(int),
            "rank_upper": upper.astype(int),
            "in_top": (ranks <= top).mean(axis=0),
            "first": (ranks == 1).mean(axis=0),
        }
    )
