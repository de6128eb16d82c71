"""Beside the gaps: who lives there, and whom the survey does not hear."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.measures.representation import FEWER
from geosafety.pipeline.gap.parts import people
from geosafety.pipeline.gap.periods import FORCE

NO_AGES = "not available: the residents of these results have no ages"


def whom(
    folder: Path, name: str, codes: pd.Index, survey: str
) -> tuple[pd.DataFrame, list[str]]:
    """Say how many residents are under 25, and which groups the survey misses.

    Parameters
    ----------
    name, codes
        The geography, and its areas.
    survey
        The survey whose respondents are meant; nothing where there is none.

    Returns
    -------
    DataFrame, list of str
        `population_under25`, `population_under25_share` (per cent of all residents) and
        `groups_missed`, by area; and what to know of them.
    """
    known = people(folder, name, "population_under25").reindex(codes)
    everyone = people(folder, name, "population").reindex(codes)
    young = known["value"]
    # Of two files of different years there is no share.
    same = known["vintage"] == everyone["vintage"]
    missed = _missed(folder, name, survey)
    why = f"not available: no residents by the survey's groups and {name}"
    table = pd.DataFrame(
        {
            "population_under25": young,
            "population_under25_share": (100 * young / everyone["value"]).where(same),
            "groups_missed": missed.reindex(codes).fillna(why),
        }
    )
    notes = [] if young.notna().any() else [f"Residents under 25: {NO_AGES}."]
    force = _missed(folder, FORCE, survey)
    if missed.empty:
        notes.append(f"Groups missed: {why}.")
    if len(force):
        said = "Fewer than their share of the survey across the Force"
        notes.append(f"{said}: {force.iloc[0]}.")
    return table, notes


def _missed(folder: Path, name: str, survey: str) -> pd.Series:
    """List by area the groups that are fewer than their share, where it is known.

    A group that is hidden, or of which one cannot tell, is not called missed.
    """
    empty = pd.Series(dtype="object")
    try:
        table = results.read_table(folder, "representation")
    except FileNotFoundError:
        return empty
    if table.empty or not survey:
        return empty
    # Where people live is the part `answers` itself.
    keep = (table["survey"] == survey) & (table["geography"] == name)
    rows = table[keep & ~table["dimension"].isin(["npu", "local_authority"])]
    known = rows[~rows["word"].isin(["not available", "suppressed"])]
    lines = {str(code): _groups(area) for code, area in known.groupby("area_code")}
    return pd.Series(lines, dtype="object")


def _groups(area: pd.DataFrame) -> str:
    fewer = area[area["word"] == FEWER]
    by = fewer.groupby("dimension", sort=False)["category"].agg(", ".join)
    asked = ", ".join(area["dimension"].unique())
    said = "; ".join(f"{name}: {groups}" for name, groups in by.items())
    return said or f"none found (by {asked})"
