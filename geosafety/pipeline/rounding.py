"""Round numbers of people on their way out, for a table that is to be looser."""

from __future__ import annotations

import pandas as pd

from geosafety.disclosure.rounding import round_shares
from geosafety.settings import datasets, indicators

# What is one number of people over another. Changes, indexes and the like would be
# worked out of two rounded numbers and say nothing, so they are left out.
_PLAIN = ("count", "rate", "share", "answer_count", "answer_share")


def rounded(values: pd.DataFrame, *, to: int, seed: int = 0) -> pd.DataFrame:
    """Round the numbers of people in finished values at random to a base.

    Open data (crime) and figures that a paper printed stay as they are.

    Parameters
    ----------
    values
        `settings.VALUE_COLUMNS`.
    to
        The base, such as 5.
    seed
        The same seed rounds the same number of an area, period and group alike in
        every table.

    Returns
    -------
    DataFrame
        The rows that can be rounded, with `rounded_to` (missing where a row stays as it
        is). Values come from the rounded numbers and have no interval and no verdict.
    """
    known, kinds = indicators(), datasets()
    # A name that the catalogue lacks is a figure somebody gave, not a count of ours.
    names = values["indicator"].astype("object")
    measure = names.map({n: i.measure for n, i in known.items()}).astype("object")
    secret = names.map(
        {n: kinds[i.dataset].suppress_below > 0 for n, i in known.items()}
    )
    people = secret.eq(True) & (values["kind"].astype("str") != "published")
    stays = values[~people].assign(rounded_to=float("nan"))
    loose = values[people & measure.isin(_PLAIN)]
    if loose.empty:
        return stays
    per = names[loose.index].map({n: _per(i.measure, i.per) for n, i in known.items()})
    cell = ["geography", "area_code", "period", "group"]
    keys = loose[cell].astype("str").agg("|".join, axis=1)
    made = round_shares(loose, keys, per=1.0, to=to, seed=seed)
    counted = measure[loose.index].str.endswith("count").astype(bool)
    made["value"] = (made["value"] * per.astype(float)).where(
        ~counted, made["numerator"]
    )
    made["verdict"] = ""
    return pd.concat([made, stays]).sort_index()


def _per(measure: str, per: int) -> float:
    return 100.0 if measure.endswith("share") else float(per)
