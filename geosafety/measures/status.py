"""Say of every value whether it stands, and why not where it does not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.settings import NUMBERS, Dataset

HIDDEN = list(NUMBERS)
SHOWN = ["value", "lower", "upper"]


def with_status(table: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Add `status`, and blank the numbers that may not or cannot be shown.

    Parameters
    ----------
    table
        `NUMBERS`, `complete`, and `basis`: how many people or events a value stands on;
        and `hidden` where it has been decided what else is hidden.

    Returns
    -------
    DataFrame
        The rows with `status`:

        - `suppressed`: a basis from 1 to under `dataset.suppress_below`, or hidden so
          that such a one cannot be worked out; every number is missing, the base too
          (for a count, the base is the count);
        - `incomplete`: the source does not cover the area and period; there is no
          value, but `numerator` keeps what was counted;
        - `not available`: there is nothing to compute it from (no answers, say);
        - `low base`: a base under `dataset.low_base_below`; shown, never ranked;
        - `ok`.
    """
    basis = table["basis"].to_numpy(float)
    base = table["base"].to_numpy(float)
    hidden = (basis > 0) & (basis < dataset.suppress_below)
    if "hidden" in table:
        hidden |= table["hidden"].to_numpy(bool)
    gap = ~table["complete"].to_numpy(bool)
    none = np.isnan(table["value"].to_numpy(float))
    low = base < dataset.low_base_below
    status = np.select(
        [hidden, gap, none, low],
        ["suppressed", "incomplete", "not available", "low base"],
        "ok",
    )
    table = table.assign(status=status)
    table.loc[hidden, HIDDEN] = np.nan
    table.loc[gap & ~hidden, SHOWN] = np.nan
    return table
