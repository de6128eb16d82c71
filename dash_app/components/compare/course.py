"""One area through the years, and its answers in two surveys."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dash_app.components.tables import folded, table
from dash_app.components.whisker import whisker
from dash_app.queries.area import Place
from dash_app.queries.compare import Course, Wave
from dash_app.table import Row
from geosafety import settings
from geosafety.publish import words
from geosafety.settings import Indicator

_HEADS = ("When", "Value", "95% interval", "Drawn", "Against the one before")


def sentence(place: Place, courses: Sequence[Course]) -> str:
    """Say what the last change of the first measure was."""
    for course in courses:
        if course.indicator == "crime_rate":
            said = course.said[-1].partition(" (")[0]
            return f"Recorded crimes in {place.name}, {course.periods[-1]}: {said}."
    return f"{place.name}: one year beside another."


def years(courses: Sequence[Course]) -> list[Any]:
    """Return a table for each measure, all its years on one scale."""
    if not courses:
        text = "These results hold no figure of this area in more than one year."
        return [html.H2("Year by year"), html.P(text)]
    parts: list[Any] = [html.H2("Year by year")]
    for course in courses:
        known = settings.indicator(course.indicator)
        parts.append(html.Div(_table(course, known), className="course"))
    return parts


def _table(course: Course, known: Indicator) -> html.Div:
    ends = _ends(course.rows)
    rows = [
        [period, *_cells(row, known, ends), said]
        for period, row, said in zip(
            course.periods, course.rows, course.said, strict=True
        )
    ]
    return table(known.label, _HEADS, rows, numbers=(1,), named=True)


def _cells(row: Row, known: Indicator, ends: tuple[float, float]) -> list[Any]:
    if not math.isfinite(row.value):
        return ["", words.STATUS_WORDS[row.status], ""]
    interval = words.interval_text(row.lower, row.upper, known)
    drawn = whisker((row.value, row.lower, row.upper), ends)
    few = words.STATUS_WORDS[row.status]
    said = "; ".join(text for text in (interval, few) if text)
    return [words.value_text(row.value, known), said, drawn]


def _ends(rows: Sequence[Row]) -> tuple[float, float]:
    ends = [x for row in rows for x in (row.value, row.lower, row.upper)]
    known = [x for x in ends if math.isfinite(x)]
    return (min(known), max(known)) if known else (0.0, 1.0)


def surveys(waves: Mapping[str, Sequence[Wave]]) -> list[Any]:
    """Return what two surveys say of the same thing, and how far they are the same."""
    parts: list[Any] = [html.H2("One survey beside another")]
    if not waves:
        text = "These results hold no two surveys of this area that share a question."
        return [*parts, html.P(text)]
    parts.append(
        html.P(
            "Other people were asked, often in other words and other places: a "
            "difference between two surveys need not be a change in what people think."
        )
    )
    for label, found in waves.items():
        parts += [_waves(label, found), _assumed(found)]
    return parts


def _waves(label: str, found: Sequence[Wave]) -> html.Div:
    some = found[0]
    kind = "" if some.kind == "observed" else f" ({some.kind})"
    rows = [
        [w.answer, _share(w.later_value), _share(w.earlier_value), w.said]
        for w in found
    ]
    heads = ("Answer", some.later, some.earlier, "In words")
    return table(f"{label}{kind}", heads, rows, numbers=(1, 2), named=True)


def _share(value: float) -> str:
    return f"{value:.1f}%" if math.isfinite(value) else "not shown"


def _assumed(found: Sequence[Wave]) -> html.Details:
    lines = dict.fromkeys(wave.assumption for wave in found)
    body = html.Div([html.P(line, className="hint") for line in lines])
    return folded("What this takes for granted", body)
