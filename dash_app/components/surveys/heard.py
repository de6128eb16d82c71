"""Who answered, against who lives there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dash_app.components.surveys.hints import hints
from dash_app.components.tables import folded, table
from dash_app.components.whisker import whisker
from dash_app.queries.survey_choices import dimension_text
from dash_app.queries.surveys import Record
from geosafety.publish.cells import cell, figure, span, status_of, told

AREAS = ("local_authority", "npu")
UNCOMPARED = "not available"


def is_area(dimension: str) -> bool:
    """Say whether people are grouped by where they live."""
    return dimension in AREAS


def by_dimension(rows: Iterable[Record]) -> dict[str, list[Record]]:
    """Sort rows by what people are grouped by, in the order they come."""
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(str(row["dimension"]), []).append(row)
    return found


def representation(rows: Sequence[Record], where: str) -> list[Any]:
    """Set who answered against who lives there, a table for each grouping."""
    title = html.H2("Who answered?", id="who")
    if not rows:
        text = f"These results do not say who answered in {where}."
        return [title, html.P(text)]
    groups = by_dimension(rows)
    compared = {d: g for d, g in groups.items() if any(_population(r) for r in g)}
    ends = (0.0, max([2.0, *(row["upper"] for row in rows if _finite(row))]))
    made = {d: _group(d, found, ends) for d, found in compared.items()}
    parts = [part for d in made if not is_area(d) for part in made[d]]
    areas = [part for d in made if is_area(d) for part in made[d]]
    rest = {d: found for d, found in groups.items() if d not in compared}
    return [
        title,
        html.P(
            "A group is heard less than its share if it is a smaller part of the "
            "answers than of the people who live there, by more than chance gives. At "
            "the upright line, 1, it is as large a part of both."
        ),
        *(parts or [html.P("No group could be set against the people living there.")]),
        folded("The same by borough and neighbourhood unit", html.Div(areas))
        if areas
        else None,
        _uncompared(rest),
        *hints([row for found in compared.values() for row in found]),
    ]


def _population(row: Record) -> bool:
    return math.isfinite(float(row.get("population_share", math.nan)))


def _finite(row: Record) -> bool:
    return math.isfinite(float(row.get("upper", math.nan)))


def _group(name: str, rows: list[Record], ends: tuple[float, float]) -> list[Any]:
    heads = (
        "Group",
        "Heard",
        "Part of answers over part of people",
        "Answers",
        "Of the answers",
        "Of the people",
    )
    body = [
        (
            row["name"],
            row["word"] if status_of(row) in ("ok", "low base") else _why(row),
            [_ratio(row), whisker(_ends(row), ends, 1.0)],
            told(row, "n"),
            told(row, "share", places=1, unit="%"),
            figure(row, "population_share", places=1, unit="%") or UNCOMPARED,
        )
        for row in rows
    ]
    reference = next((r["reference"] for r in rows if r["reference"] != "none"), "")
    shown = table(dimension_text(name), heads, body, numbers=(3, 4, 5), named=True)
    return [shown, html.P(f"People: {reference}.", className="hint")]


def _ratio(row: Record) -> str:
    text = figure(row, "ratio", places=2)
    ends = span(row, "lower", "upper", places=2)
    return cell(f"{text} ({ends})" if ends else text, status_of(row))


def _ends(row: Record) -> tuple[float, float, float]:
    return float(row["ratio"]), float(row["lower"]), float(row["upper"])


def _why(row: Record) -> str:
    return cell("", status_of(row))


def _uncompared(groups: dict[str, list[Record]]) -> html.Details | None:
    """List who answered where nobody knows who lives there."""
    if not groups:
        return None
    names = ", ".join(dimension_text(d) for d in groups)
    rows = [
        (
            dimension_text(d),
            row["name"],
            told(_shown(row), "n"),
            told(_shown(row), "share", places=1, unit="%"),
            str(row["reason"]) or "no figures of the people who live there",
        )
        for d, found in groups.items()
        for row in found
    ]
    heads = ("By", "Group", "Answers", "Of the answers", "Why it is not compared")
    shown = table("Groups not compared", heads, rows, numbers=(2, 3), titled=True)
    return folded(f"Not compared with the people who live there: {names}", shown)


def _shown(row: Record) -> Record:
    """Return a row whose answers are known though it cannot be compared."""
    known = status_of(row) == "not available" and math.isfinite(float(row["n"]))
    return row | {"status": "ok"} if known else row
