"""Shares of answers by area, with Wilson intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.measures.intervals import wilson_interval


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


def answers_by_area(homes: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Count answers in each area.

    Parameters
    ----------
    homes
        `respondent`, `area_code`, `n` (their part, where a place is shared out).
    chosen
        True and false by respondent, one column per answer.

    Returns
    -------
    DataFrame
        Indexed by `area_code`, one column per answer; areas without rows are absent.
    """
    said = chosen.loc[homes["respondent"]].astype(float)
    weighted = said.mul(homes["n"].to_numpy(float), axis=0)
    return (
        weighted.groupby(homes["area_code"].to_numpy()).sum().rename_axis("area_code")
    )
