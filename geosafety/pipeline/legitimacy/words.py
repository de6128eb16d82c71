"""Say the legitimacy score of each area from finished results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.pipeline.legitimacy.score import CAVEAT
from geosafety.settings import legitimacy_parts


def ask_legitimacy(
    folder: Path, *, geography: str, period: str | None
) -> tuple[list[str], pd.DataFrame]:
    """Say the score of each area in one period, the latest if none is named.

    Returns
    -------
    list of str, DataFrame
        A sentence for each area with its parts, the highest score first; and the rows.

    Raises
    ------
    InputError
        The results have no score of that layer or period.
    """
    path = folder / "legitimacy.parquet"
    whole = results.read_table(folder, "legitimacy") if path.exists() else None
    if whole is None or whole.empty:
        problem = "These results hold no legitimacy score."
        hint = "Add [legitimacy] to the project and build: docs/reference.md says how."
        raise InputError(problem, hint=hint)
    table = whole[whole["geography"] == geography]
    if table.empty:
        problem = f"There is no legitimacy score by {geography}."
        raise InputError(problem, hint=nearest(geography, whole["geography"].unique()))
    chosen = period or _latest(table)
    rows = table[table["period"] == chosen]
    if rows.empty:
        problem = f"There is no legitimacy score for {chosen}."
        raise InputError(problem, hint=nearest(chosen, table["period"].unique()))
    rows = rows.sort_values("score", ascending=False, kind="stable")
    said = [_sentence(row) for row in rows.to_dict("records")]
    year, made, kind = rows[["reference", "measured_by", "kind"]].iloc[0]
    head = f"Legitimacy score, {chosen}: 100 is the mean area of the year to {year}."
    return [f"{head} Here {made}. Figures: {kind}.", *said, CAVEAT], rows


def _latest(table: pd.DataFrame) -> str:
    """Choose the last period with a score, or the last of all where none has one."""
    scored = table[table["score"].notna()]
    return str((scored if len(scored) else table)["period"].max())


def _sentence(row: dict[Any, Any]) -> str:
    each = ", ".join(
        f"{name} {row[name]:.1f}" if row[name] == row[name] else f"{name} unknown"
        for name in legitimacy_parts()
    )
    score = f"{row['score']:.0f}, " if row["score"] == row["score"] else ""
    return f"{row['area_name']}: {score}{row['words']} ({each})"
