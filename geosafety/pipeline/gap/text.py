"""The gap sheet as lines that a person reads on a screen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from geosafety.engagement.gap import SHOWN
from geosafety.engagement.typology import ALIKE, HIGH, LOW
from geosafety.measures.verdicts import CANNOT_TELL, LIKELY, NOT_MEANINGFUL
from geosafety.pipeline.gap.parts import Found
from geosafety.pipeline.gap.sheet import Sheet
from geosafety.publish.rounding import rounded

Row = Mapping[Hashable, Any]
# More areas than fill a screen: those with the widest gaps, and how many are left.
MOST = 30
SAYS = {
    LOW: "below the Force",
    HIGH: "above the Force",
    ALIKE: NOT_MEANINGFUL,
    CANNOT_TELL: CANNOT_TELL,
}
SHORT = {
    "members_short_of_force": "short of Force",
    "members_short_of_target": "of target",
    "answers_short_of_share": "short of share",
    "answers_short_for_precision": "for precision",
}


def sheet_lines(sheet: Sheet) -> list[str]:
    """Return the sheet as text: a table per part, each area in words, the notes."""
    lines: list[str] = []
    for found in sheet.parts:
        lines += [*_part_lines(sheet, found), ""]
    lines += [*_area_lines(sheet), "", *sheet.notes]
    return lines


def _part_lines(sheet: Sheet, found: Found) -> list[str]:
    name = found.part.name
    k = sheet.wish.widest
    short = [c for c in SHORT if c in sheet.table and c.startswith(name)]
    head = ["area", "value", "95 %", "smoothed", "base", "against the Force"]
    head += [SHORT[c] for c in short] + [f"among {k} widest"]
    table, more = _foremost(sheet.table, f"{name}_among_widest")
    rows = [_cells(row, name, short) for row in table.to_dict("records")]
    force = _number(found.force) or "not available"
    title = f"{found.part.label}, {found.period}: Force {force}"
    return [title, *_aligned([head, *rows]), *more]


def _foremost(table: pd.DataFrame, by: str) -> tuple[pd.DataFrame, list[str]]:
    """Keep what fills a screen, and say how much is left."""
    if len(table) <= MOST:
        return table, []
    order = table.sort_values(by, ascending=False, kind="stable", na_position="last")
    return order.head(MOST), [f"  and {len(table) - MOST:,} more: see --out"]


def _cells(row: Row, part: str, short: list[str]) -> list[str]:
    interval = [_number(row[f"{part}_{end}"]) for end in ("lower", "upper")]
    return [
        str(row["area_name"]),
        _number(row[f"{part}_value"]),
        " to ".join(interval) if all(interval) else "",
        _number(row[f"{part}_smoothed"]),
        _number(row[f"{part}_base"], 0),
        says(row, part),
        *(_number(row[column], 0) for column in short),
        chance_words(row[f"{part}_among_widest"]),
    ]


def says(row: Row, part: str) -> str:
    """Say what may be said against the Force, or why nothing is there."""
    status, level = row[f"{part}_status"], row[f"{part}_level"]
    if status not in SHOWN:
        return str(status)
    words = SAYS.get(level, str(row[f"{part}_finding"]))
    unsure = level in (LOW, HIGH) and row[f"{part}_verdict"] == LIKELY
    words = f"likely {words}" if unsure else words
    return f"{words} (low base)" if status == "low base" else words


def chance_words(chance: float) -> str:
    """Say a probability in per cent, never as quite certain.

    Examples
    --------
    >>> [chance_words(x) for x in (0.0, 0.4, 12.4, 99.8, float("nan"))]
    ['<1 %', '<1 %', '12 %', '>99 %', '']
    """
    if pd.isna(chance):
        return ""
    if chance < 1 or chance > 99:
        return "<1 %" if chance < 1 else ">99 %"
    return f"{rounded(chance, 0):.0f} %"


def _number(value: float, decimals: int = 1) -> str:
    return "" if pd.isna(value) else f"{rounded(value, decimals):,.{decimals}f}"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Set the first column and the words to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    left = (0, rows[0].index("against the Force"))
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines


def _area_lines(sheet: Sheet) -> list[str]:
    table, more = _foremost(sheet.table, "score")
    lines = []
    for row in table.to_dict("records"):
        lines.append(f"{row['area_name']}: {row['type']}")
        lines.append(f"  {row['reading']}")
        young = _number(row["population_under25"], 0)
        if young:
            share = _number(row["population_under25_share"], 0)
            lines.append(f"  under 25: {young} ({share} % of residents)")
        if not str(row["groups_missed"]).startswith("not available"):
            lines.append(f"  missed by the survey: {row['groups_missed']}")
        score = _number(row["score"])
        shown = f"score {score}, {row['score_words']}" if score else row["score_words"]
        lines.append(f"  {shown}" if score else f"  score {shown}")
    return [*lines, *more]
