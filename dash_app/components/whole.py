"""A table of every area, ranked ones first."""

from __future__ import annotations

import math

import dash
from dash import html

from dash_app.components.attributes import aria
from dash_app.table import Row, Table
from dash_app.view import View
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number

_NUMBERS = ("Rank", "Value", "Counted", "Out of")
_HEADS = ("Rank", "Area", "Value", "95% interval", "Counted", "Out of", "In words")


def whole_table(view: View, table: Table) -> html.Div:
    """Return the table; each name leads to that area on the map."""
    rows = [*table.ranked(), *table.unranked()]
    heads = [
        html.Th(head, scope="col", className="number" if head in _NUMBERS else "")
        for head in _HEADS
    ]
    return html.Div(
        html.Table(
            [
                html.Caption(f"Every area: {len(rows):,}"),
                html.Thead(html.Tr(heads)),
                html.Tbody([_row(row, view) for row in rows]),
            ],
            className="whole",
        ),
        className="scroll",
        tabIndex="0",
        role="region",
        **aria(label="Table of every area"),
    )


def _row(row: Row, view: View) -> html.Tr:
    indicator = settings.indicator(view.indicator)
    href = dash.get_relative_path("/") + view.search(a=row.code)
    said = words.VERDICT_WORDS.get(row.verdict, "")
    state = words.STATUS_WORDS[row.status]
    return html.Tr(
        [
            html.Td(f"{row.rank:,}" if row.rank else "", className="number"),
            html.Th(html.A(row.name, href=href), scope="row"),
            html.Td(words.value_text(row.value, indicator), className="number"),
            html.Td(words.interval_text(row.lower, row.upper, indicator)),
            html.Td(_plain(row.numerator), className="number"),
            html.Td(_plain(row.base), className="number"),
            html.Td("; ".join(text for text in (said, state) if text)),
        ]
    )


def _plain(value: float) -> str:
    return number(value, 0) if math.isfinite(value) else ""
