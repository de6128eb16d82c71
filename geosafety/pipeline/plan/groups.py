"""Whom a survey hears too little: a group of its people as the need of a plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.publish.words import group_text

# The finest areas whose residents are known by group.
BY = "local_authority"
OF_GROUP = "survey:"
UNDER_25 = "under25"


def group_need(
    folder: Path, group: str
) -> tuple[pd.DataFrame, str, str, tuple[str, ...]]:
    """Read how many answers of one group each borough is short of its share.

    Returns
    -------
    DataFrame, str, str, tuple
        `area_code, deficit, group`; what areas they are; what is counted; and what to
        know of it.

    Raises
    ------
    InputError
        The results know nothing of such a group.
    """
    table = _table(folder)
    mine = table[table["group"] == group]
    if mine.empty:
        problem = f"These results hold no need of a group called {group!r}."
        hint = nearest(group, table["group"].unique()) if len(table) else ""
        raise InputError(problem, hint=hint or "Choose wmnow, survey or residents.")
    known = mine.dropna(subset=["more_for_share"])
    hidden = sorted(mine.loc[mine["more_for_share"].isna(), "area_name"].astype(str))
    label = group_text(group)
    notes = [
        f"Answers to {mine['survey'].iloc[0]} of the group “{label}” short of its "
        "share of the residents, by borough."
    ]
    if hidden:
        notes.append(f"Left out, for the group is hidden there: {', '.join(hidden)}.")
    if (mine["kind"] == "synthetic").any():
        notes.append("The answers are synthetic.")
    need = known[["area_code"]].astype("str").assign(deficit=known["more_for_share"])
    unit = f"answers short of the group “{label}”"
    return need.assign(group="all").reset_index(drop=True), BY, unit, tuple(notes)


def _table(folder: Path) -> pd.DataFrame:
    """Read the boroughs' rows of the largest survey that asked who people are."""
    columns = ["group", "survey", "area_code", "area_name", "more_for_share", "kind"]
    try:
        table = results.read_table(folder, "responses_needed")
    except FileNotFoundError:
        return pd.DataFrame(columns=columns)
    table = table[table["geography"] == BY] if len(table) else table
    if table.empty:
        return pd.DataFrame(columns=columns)
    largest = table.groupby("survey")["n"].sum().idxmax()
    mine = table[table["survey"] == largest]
    group = mine["dimension"].astype(str) + "=" + mine["category"].astype(str)
    return mine.assign(group=group)[columns]
