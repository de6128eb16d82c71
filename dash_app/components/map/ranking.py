"""The list beside the map: figures with their intervals, not a league table."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from dash import html

from dash_app.components.attributes import aria
from dash_app.components.whisker import whisker
from dash_app.table import Row, Table
from dash_app.view import View
from geosafety.publish import words
from geosafety.settings import Indicator

Reach = tuple[float, float, float]  # the ends of the axis, and the Force on it
LONGEST = 15  # rows beside the map; the table page holds every area


def ranking(
    view: View, table: Table, indicator: Indicator, *, highest: bool
) -> list[Any]:
    """Return the ranked list, what its order is worth, and who is not in it."""
    rows = table.ranked(highest=highest)
    shown = rows[:LONGEST]
    reach = _reach(shown, table.force, indicator)
    body = [_row(row, view, indicator, reach) for row in shown]
    return [
        html.P(worth(rows), className="hint"),
        html.Table(
            [
                html.Caption("Ranked areas", className="unseen"),
                _head(indicator, intervals=reach is not None),
                html.Tbody(body),
            ],
            className="ranked",
        )
        if body
        else None,
        _more(len(rows)),
        *not_ranked(table),
    ]


def worth(rows: list[Row]) -> str:
    """Say how many areas cannot be told apart from the first."""
    known = [row for row in rows if math.isfinite(row.lower)]
    if len(known) < 2:
        return "" if known else "These figures come without an interval."
    first = known[0]
    alike = sum(
        row.lower <= first.upper and row.upper >= first.lower for row in known[1:]
    )
    if not alike:
        return "The first area’s interval overlaps no other: its place is clear."
    areas = "area’s interval overlaps" if alike == 1 else "areas’ intervals overlap"
    return f"{alike:,} other {areas} that of the first: their order is not certain."


def _head(indicator: Indicator, *, intervals: bool) -> html.Thead:
    unit = words.unit_text(indicator)
    columns = [
        html.Th(html.Span("Rank", className="unseen"), scope="col"),
        html.Th("Area", scope="col"),
        html.Th(
            ["Value", html.Span(f" {unit}", className="unseen")],
            scope="col",
            className="number",
        ),
    ]
    if intervals:
        columns.append(
            html.Th(
                ["95% interval, ", html.Span("Force", className="mark force")],
                scope="col",
            )
        )
    return html.Thead(html.Tr(columns))


def _row(row: Row, view: View, indicator: Indicator, reach: Reach | None) -> html.Tr:
    said = words.SHORT_VERDICTS.get(row.verdict, "")
    chosen = row.code == view.area
    button = choose(row.code, row.name, chosen=chosen)
    cells = [
        html.Td(f"{row.rank:,}", className="number"),
        html.Th([button, html.Span(said, className="verdict")], scope="row"),
        html.Td(words.value_text(row.value, indicator), className="number"),
    ]
    if reach:
        cells.append(html.Td(_whisker(row, indicator, reach)))
    return html.Tr(cells, className="chosen" if chosen else "")


def choose(
    code: str, name: str, *, chosen: bool = False, beside: bool = False
) -> html.Button:
    """Return the button that chooses an area: of the list, or of those `beside` one."""
    more = html.Span(", a similar area", className="unseen") if beside else None
    return html.Button(
        [name, more] if beside else name,
        id={"type": "alike" if beside else "area", "code": code},
        type="button",
        className="link",
        **(aria(pressed="true") if chosen else {}),
    )


def _reach(rows: list[Row], force: Row | None, indicator: Indicator) -> Reach | None:
    """Return the ends of the whiskers' common axis, and the Force value on it."""
    known = [row for row in rows if math.isfinite(row.lower + row.upper)]
    if not known:
        return None
    comparable = force is not None and indicator.measure in words.COMPARABLE
    middle = force.value if force and comparable else math.nan
    values = [v for row in known for v in (row.lower, row.upper)]
    values += [middle] if math.isfinite(middle) else []
    return min(values), max(values), middle


def _whisker(row: Row, indicator: Indicator, reach: Reach) -> list[Any]:
    low, high, force = reach
    drawn = whisker((row.value, row.lower, row.upper), (low, high), force)
    if drawn is None:
        return ["none"]
    said = words.interval_text(row.lower, row.upper, indicator)
    return [drawn, html.Span(said, className="interval")]


def _more(count: int) -> html.P | None:
    if count <= LONGEST:
        return None
    return html.P(
        f"The first {LONGEST} of {count:,}. “Show as table” holds every area."
    )


def not_ranked(table: Table) -> list[Any]:
    """List the areas left out of the ranking, by reason."""
    left = table.unranked()
    if not left:
        return []
    counts = Counter(row.status for row in left)
    return [
        html.H3("Not ranked"),
        html.Ul(
            [
                html.Li(
                    f"{words.STATUS_WORDS[status].capitalize()}: {_names(left, status)}"
                )
                for status in words.STATUS_WORDS
                if counts[status]
            ],
            className="left-out",
        ),
    ]


def _names(rows: list[Row], status: str) -> str:
    names = [row.name for row in rows if row.status == status]
    if len(names) <= 6:
        return ", ".join(names) + "."
    return f"{len(names):,} areas, among them {', '.join(names[:3])}."
