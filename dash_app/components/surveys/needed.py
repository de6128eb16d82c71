"""How many more answers are needed, and how evenly people answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dash_app.components.surveys.heard import is_area
from dash_app.components.surveys.hints import hints
from dash_app.components.tables import folded, table
from dash_app.queries.survey_choices import dimension_text
from dash_app.queries.surveys import Record
from geosafety.publish.cells import cell, figure, span, status_of, told
from geosafety.publish.words import lower_first, share_text


def needed(rows: Sequence[Record], where: str) -> list[Any]:
    """Say how many more answers each group needs, for precision and for its share."""
    title = html.H2("How many more answers are needed?", id="needed")
    if not rows:
        text = f"Not known for {where}: it takes figures of the people who live there."
        return [title, html.P(text)]
    width = figure(rows[0], "half_width", places=0)
    heads = (
        "By",
        "Group",
        "Answers now",
        "Firm to within, now",
        f"More for ±{width} points",
        "More for its share",
    )
    body = [
        (
            dimension_text(str(row["dimension"])),
            row["name"],
            told(row, "n"),
            cell(_points(row), status_of(row)),
            told(row, "more_for_precision"),
            told(row, "more_for_share"),
        )
        for row in rows
    ]
    said = (
        f"For a share that is firm to within {width} points, and for each group to be "
        "as large a part of the answers as of the people. 0: enough already."
    )
    people = [r for r, row in zip(body, rows, strict=True) if not _of_area(row)]
    areas = [r for r, row in zip(body, rows, strict=True) if _of_area(row)]
    numbers = (2, 3, 4, 5)
    first = table(f"Answers needed in {where}", heads, people, numbers=numbers)
    second = table("Answers needed by area", heads, areas, numbers=numbers)
    return [
        title,
        html.P(said),
        first if people else None,
        folded("The same by borough and neighbourhood unit", second) if areas else None,
        *hints(rows),
    ]


def by_area(rows: dict[str, list[Record]], group: str) -> html.Details | None:
    """Lay out how many more answers each group of each borough needs."""
    if not rows:
        return None
    names = list(
        dict.fromkeys(str(r["name"]) for found in rows.values() for r in found)
    )
    body = [
        (area, *(_more(found, name) for name in names)) for area, found in rows.items()
    ]
    width = figure(next(iter(rows.values()))[0], "half_width", places=0)
    caption = f"More answers needed for ±{width} points, by borough and {group.lower()}"
    numbers = range(1, len(names) + 1)
    shown = table(caption, ("Borough", *names), body, numbers=numbers, named=True)
    said = hints(row for found in rows.values() for row in found)
    return folded(f"Every borough, by {group.lower()}", html.Div([shown, *said]))


def _more(found: Sequence[Record], name: str) -> str:
    row = next((r for r in found if r["name"] == name), None)
    return told(row, "more_for_precision") if row else "not available"


def _of_area(row: Record) -> bool:
    return is_area(str(row["dimension"]))


def _points(row: Record) -> str:
    text = figure(row, "half_width_now", places=1)
    return f"±{text} points" if text else ""


def evenness(rows: Sequence[Record], rates: Sequence[Record]) -> list[Any]:
    """Say how evenly groups answered, and how many answered of those asked."""
    title = html.H2("How evenly did people answer?", id="even")
    none = "Not known: it takes figures of the people who live there."
    heads = ("By", "Rates vary, of their mean", "A share could be off by up to")
    body = [
        (
            _by(row),
            _spread(row),
            told(row, "max_bias", places=0, unit=" points"),
        )
        for row in rows
    ]
    caption = "How much answering differs between groups, in the whole force area"
    r = [(_by(row), _r(row)) for row in rows]
    hint = "It is near 1 whenever few answer: read the table above instead."
    return [
        title,
        table(caption, heads, body, named=True) if rows else html.P(none),
        html.P("As far as these groups tell.", className="hint") if rows else None,
        folded(
            "The R-indicator",
            html.Div([table("R-indicator", ("By", "R"), r), html.P(hint)]),
        )
        if rows
        else None,
        *_rates(rates),
    ]


def _by(row: Record) -> str:
    """Name what a row is by, also where it is by two things."""
    first, *more = (dimension_text(p) for p in str(row["dimension"]).split(" and "))
    return " and ".join([first, *(lower_first(text) for text in more)])


def _spread(row: Record) -> str:
    cv, low, high = (share_text(float(row[c])) for c in ("cv", "cv_lower", "cv_upper"))
    return cell(f"{cv} ({low} to {high})" if low and high else cv, status_of(row))


def _r(row: Record) -> str:
    ends = span(row, "r_lower", "r_upper", places=3)
    text = figure(row, "r", places=3)
    return cell(f"{text} ({ends})" if ends else text, status_of(row))


def _rates(rates: Sequence[Record]) -> list[Any]:
    title = html.H3("Response rate")
    if not rates:
        text = (
            "Not known: nobody counted whom the survey was offered to. Where anyone "
            "may answer, there is no such number."
        )
        return [title, html.P(text)]
    heads = ("Group", "Answers", "Asked", "Answered, of those asked", "95% interval")
    body = [
        (
            "Everyone" if row["category"] == "all" else row["category"],
            told(row, "responses"),
            told(row, "invited"),
            told(row, "rate", places=1, unit="%"),
            cell(span(row, "lower", "upper", unit="%"), status_of(row)),
        )
        for row in rates
    ]
    shown = table("Response rates", heads, body, numbers=(1, 2, 3), titled=True)
    return [title, shown, *hints(rates)]
