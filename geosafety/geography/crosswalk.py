"""Vintages of the same areas: shares of old areas that go to new ones, totals kept."""

from __future__ import annotations

import pandas as pd

from geosafety.errors import InputError
from geosafety.geography.atlas import Crosswalk


def make_crosswalk(
    pairs: pd.DataFrame, weights: pd.Series | None, *, geography: str, weight: str
) -> Crosswalk:
    """Turn pairs of codes into shares that add up to one for each old area.

    Parameters
    ----------
    pairs
        `from_code`, `to_code`, each pair once.
    weights
        A number for each new code, such as residents; None shares out equally.
    weight
        The weight's name, for the ledger.

    Raises
    ------
    InputError
        A new area that takes part in a split has no weight.

    Examples
    --------
    >>> pairs = pd.DataFrame({"from_code": ["A", "A", "B"], "to_code": ["X", "Y", "Z"]})
    >>> people = pd.Series({"X": 30, "Y": 10, "Z": 5})
    >>> walk = make_crosswalk(pairs, people, geography="lsoa", weight="residents")
    >>> walk.table["share"].tolist()
    [0.75, 0.25, 1.0]
    """
    table = pairs[["from_code", "to_code"]].dropna().drop_duplicates()
    size = table.groupby("from_code")["to_code"].transform("size")
    if weights is None:
        return Crosswalk(
            geography=geography,
            table=table.assign(share=1.0 / size),
            weight="equal parts",
        )
    value = table["to_code"].map(weights)
    lacking = table.loc[value.isna() & (size > 1), "to_code"]
    if len(lacking):
        problem = f"The crosswalk's weight has no number for {lacking.iloc[0]!r}."
        raise InputError(problem, hint="Every part of a split area needs one.")
    value = value.where(size > 1, 1.0)
    total = value.groupby(table["from_code"]).transform("sum")
    equal = 1.0 / size
    share = (value / total).where(total > 0, equal)
    return Crosswalk(
        geography=geography, table=table.assign(share=share), weight=weight
    )
