"""Shares of answers by area, plain and weighted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.measures.intervals import Floats, wilson_interval
from geosafety.measures.weighting import design_effect, kish


def shares(yes: pd.Series, base: pd.Series) -> pd.DataFrame:
    """Per cent of a base, with a Wilson 95 % interval, in the same row order.

    The base is everyone shown the question who chose any option, "don't know" and
    "prefer not to say" included. A base of zero gives no share. The interval speaks of
    those who answered: nobody drew these people by chance.

    Parameters
    ----------
    yes, base
        Numbers of answers.
    """
    k, n = yes.to_numpy(float), base.to_numpy(float)
    lower, upper = wilson_interval(k, n)
    value = 100 * k / np.where(n > 0, n, np.nan)
    return pd.DataFrame(
        {
            "value": value,
            "lower": 100 * lower,
            "upper": 100 * upper,
            "numerator": k,
            "base": n,
        }
    )


def weighted_shares(
    yes: pd.Series,
    base: pd.Series,
    *,
    weight_yes: pd.Series,
    weight_base: pd.Series,
    weight_squares: pd.Series,
) -> pd.DataFrame:
    """Unweighted and weighted shares side by side, each with a 95 % interval.

    The weighted interval is Wilson's on Kish's (1965) effective number of answers. It
    allows for unequal weights as though they had nothing to do with the answers. So it
    ignores what raking gains where the weighted groups answer alike (then it is wider
    than it need be), what it loses where the heaviest weights sit on the most divided
    groups, and that the weights themselves are estimated. In the simulated surveys of
    `scripts/evidence coverage` it holds the truth in 94 to 98 % of cases, from 100
    answers and shares of 5 % on. It falls far below that where people of the same group
    take part because of their answer: no weighting sees that.

    Parameters
    ----------
    yes, base
        Numbers of answers.
    weight_yes, weight_base, weight_squares
        Sums of weights of the yeses and of all, and of squared weights of all; where a
        respondent is shared out over areas, each times their part.

    Returns
    -------
    DataFrame
        The columns of `shares`, then `weighted, weighted_lower, weighted_upper` in per
        cent, `effective_n` and `design_effect`; missing where the base is zero.

    Examples
    --------
    >>> one = pd.Series([1.0])
    >>> sums = {"weight_yes": 10 * one, "weight_base": 50 * one}
    >>> table = weighted_shares(20 * one, 50 * one, **sums, weight_squares=100 * one)
    >>> table[["value", "weighted", "effective_n", "design_effect"]].iloc[0].tolist()
    [40.0, 20.0, 25.0, 2.0]
    """
    effective = kish(weight_base, weight_squares)
    share = _share(weight_yes.to_numpy(float), weight_base.to_numpy(float))
    lower, upper = wilson_interval(share * effective, effective)
    return shares(yes, base).assign(
        weighted=100 * share,
        weighted_lower=100 * lower,
        weighted_upper=100 * upper,
        effective_n=effective,
        design_effect=design_effect(base, weight_base, weight_squares),
    )


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide sums; one that all but reaches 0 or 1 misses it by rounding alone."""
    share = part / np.where(whole > 0, whole, np.nan)
    share = np.where(np.abs(share) < 1e-12, 0.0, share)
    return np.where(np.abs(share - 1) < 1e-12, 1.0, share)
