"""What is taken away: a preview, the files, the dictionary, and what is hidden."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dash
from dash import html

from dash_app.components.tables import folded, table
from dash_app.queries.downloads import SHOWN, VALUES, Asked, Preview
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.notes import STATUS_NOTES

# The columns of a preview of values; the file has every column.
_SHORT = (
    "area_name",
    "indicator",
    "period",
    "compared_with",
    "group",
    "value",
    "lower",
    "upper",
    "numerator",
    "base",
    "kind",
    "status",
)
_WITHHELD = ("suppressed", "incomplete", "not available", "low base")


def sentence(found: Preview, title: str) -> str:
    """Say what is about to be taken away."""
    if not found.count:
        return f"{title}: nothing stands here for that choice."
    text = f"{title}: {found.count:,} row{'' if found.count == 1 else 's'}."
    gone = sum(n for *_, status, n in found.statuses if status == "suppressed")
    if gone:
        text += f" {gone:,} of them {'is' if gone == 1 else 'are'} hidden to protect "
        text += "people: their numbers are blank, not zero."
    return text


def preview(asked: Asked, found: Preview) -> list[Any]:
    """Return the first rows, rounded to read; files are not rounded."""
    if not found.count:
        return [html.P("Choose other areas, figures or periods.")]
    names = [c for c in _SHORT if c in found.columns]
    columns = names if asked.table == VALUES else list(found.columns)
    at = [found.columns.index(column) for column in columns]
    rows = [[_cell(row[i]) for i in at] for row in found.rows]
    numbers = [
        k
        for k, i in enumerate(at)
        if columns[k] in settings.NUMBERS
        or any(isinstance(row[i], float) for row in found.rows)
    ]
    first = min(SHOWN, found.count)
    caption = f"The first {first:,} of {found.count:,} rows"
    more = f" and all {len(found.columns)} columns" if len(columns) < 18 else ""
    note = f"Rounded here to be read; the files hold unrounded numbers{more}."
    heads = [column.replace("_", " ") for column in columns]
    return [
        html.H2("What it looks like"),
        table(caption, heads, rows, numbers=numbers),
        html.P(note, className="hint"),
    ]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return ""
    if value.is_integer():
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def files(
    asked: Asked, labels: Mapping[str, str], why_not: Mapping[str, str], *, may: bool
) -> list[Any]:
    """Return a link for every kind of file, or why there is none."""
    if not may:
        text = "Your role here may look at tables, and not take them away."
        return [html.H2("Files"), html.P(text)]
    items = []
    for name, label in labels.items():
        if why := why_not.get(name, ""):
            items.append(html.Li([f"{label}: ", html.Span(why, className="hint")]))
            continue
        address = str(dash.get_relative_path(f"/download/{name}")) + asked.search()
        items.append(html.Li(html.A(label, href=address, download="")))
    note = "A workbook of many rows takes up to half a minute."
    return [
        html.H2("Files"),
        html.Ul(items, className="files"),
        html.P(note, className="hint"),
    ]


def dictionary(rows: Sequence[tuple[str, str]]) -> list[Any]:
    """Return what the columns mean."""
    made = table("What the columns mean", ("Column", "Meaning"), rows, named=True)
    return [html.H2("Dictionary"), folded(f"What the {len(rows)} columns mean", made)]


def withheld(found: Preview) -> list[Any]:
    """Return how many rows have no firm number, and why; by layer and indicator."""
    lines = [
        (_layer(g), _indicator(i), status, f"{n:,}", STATUS_NOTES.get(status, ""))
        for g, i, status, n in found.statuses
        if status in _WITHHELD
    ]
    title = html.H2("What is hidden, and why")
    if not found.statuses:
        text = "This table has no column that says whether a row is hidden."
        return [title, html.P(text)]
    if not lines:
        return [title, html.P("Nothing of this choice is hidden or left out.")]
    heads = ("Areas", "Figure", "Status", "Rows", "What that means")
    text = (
        "A hidden number is left out with everything it could be worked out from. "
        "Some rows are hidden only so that others cannot be found by taking away."
    )
    return [
        title,
        html.P(text),
        table("Rows without a firm number", heads, lines, numbers=[3], titled=True),
    ]


def account(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return what disclosure control did in the whole build."""
    if not rows:
        return []
    heads = [name.replace("_", " ") for name in columns]
    body = [[_cell(row[name]) for name in columns] for row in rows]
    made = table("What was hidden in the whole build", heads, body)
    return [folded("What was hidden in the whole build", made)]


def _layer(name: str) -> str:
    known = settings.geographies().get(name)
    return known.plural if known else name


def _indicator(name: str) -> str:
    known = settings.indicators().get(name)
    return known.label if known else words.lower_first(name)
