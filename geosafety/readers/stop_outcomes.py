"""What became of a stop, and the group that people said they belong to, in few words.

The labels of police.uk changed in 2017-18 ("Suspect arrested" became "Arrest"); both
sets are in `catalog/lookups/stop_outcomes.csv`.
"""

from __future__ import annotations

import io

import pandas as pd

from geosafety.settings import catalog_text
from geosafety.tidy import folded

NOT_STATED = "not stated"
POSITIVE, NOTHING = "positive", "none"
# The broad groups of the census, as the labels of self-defined ethnicity begin.
GROUPS = {
    "white": "White",
    "asian": "Asian",
    "black": "Black",
    "mixed": "Mixed",
    "other": "Other",
}


def outcomes(said: pd.Series) -> pd.Series:
    """Say of each stop whether something was found or some action followed.

    Returns
    -------
    Series
        `positive`, `none` (no further action), or `not stated`: blank, or a label that
        is not known, of which nothing is guessed.

    Examples
    --------
    >>> labels = ["Arrest", "A no further action disposal", None, "Something new"]
    >>> outcomes(pd.Series(labels, dtype="object")).tolist()
    ['positive', 'none', 'not stated', 'not stated']
    """
    table = pd.read_csv(
        io.StringIO(catalog_text("lookups/stop_outcomes.csv")), dtype="str"
    )
    keys = [folded(label) for label in table["label"]]
    known = dict(zip(keys, table["outcome"], strict=True))
    found = {label: known.get(folded(label)) for label in said.dropna().unique()}
    return said.map(found).astype("object").fillna(NOT_STATED)


def ethnicities(said: pd.Series) -> pd.Series:
    """Put self-defined ethnicity into the broad groups of the census.

    Examples
    --------
    >>> labels = ["White - Irish", "Asian/Asian British - Indian", None]
    >>> labels += ["Other ethnic group - Not stated"]
    >>> ethnicities(pd.Series(labels, dtype="object")).tolist()
    ['White', 'Asian', 'not stated', 'not stated']
    """

    def group(label: str) -> str:
        text = folded(label)
        if text.endswith(NOT_STATED):
            return NOT_STATED
        return next(
            (g for key, g in GROUPS.items() if text.startswith(key)), NOT_STATED
        )

    found = {label: group(str(label)) for label in said.dropna().unique()}
    return said.map(found).astype("object").fillna(NOT_STATED)
