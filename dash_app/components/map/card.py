"""The chosen area's figures."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from dash_app.queries import maps
from dash_app.table import Row, Table
from dash_app.view import View, months_in, period_text
from geosafety.publish import words
from geosafety.publish.classes import number
from geosafety.settings import Indicator, datasets

NONE_CHOSEN = "Choose an area on the map, in the list or by name to see its figures."
EARLIER = 6  # periods in the small table


def card(view: View, table: Table, row: Row | None, indicator: Indicator) -> list[Any]:
    """Return the chosen area's figures, or how to choose one."""
    if row is None:
        return [html.P(NONE_CHOSEN, className="hint")]
    value = words.value_text(row.value, indicator)
    return [
        html.H2(row.name),
        html.P(
            [
                html.Span(value or "No figure", className="big"),
                " ",
                _unit(indicator, value),
            ]
        ),
        html.Dl([part for term in _terms(row, table, indicator) for part in term]),
        *_earlier(view, indicator),
        clear(),
    ]


def clear() -> html.Button:
    """Return the button that takes the choice back."""
    return html.Button(
        "Clear the choice",
        id={"type": "area", "code": ""},
        type="button",
        className="link",
    )


def _unit(indicator: Indicator, value: str) -> str:
    return words.unit_text(indicator) if value else ""


def _terms(row: Row, table: Table, indicator: Indicator) -> list[tuple[Any, Any]]:
    interval = words.interval_text(row.lower, row.upper, indicator)
    ranked = len([r for r in table.rows if r.rank])
    found = {
        "Can it be said?": words.verdict_words(row.verdict, indicator),
        "95% interval": interval,
        "Counted": _plain(row.numerator),
        "Out of": _base(row, indicator),
        "Rank": f"{row.rank:,} of {ranked:,} ranked, highest first" if row.rank else "",
        "Note": words.STATUS_WORDS[row.status].capitalize(),
        "Figures": words.KIND_WORDS.get(row.kind, ""),
        "Code": row.code,
    }
    return [(html.Dt(term), html.Dd(text)) for term, text in found.items() if text]


def _plain(value: float) -> str:
    return number(value, 0) if math.isfinite(value) else ""


def _base(row: Row, indicator: Indicator) -> str:
    if not math.isfinite(row.base):
        return ""
    named = words.denominator_text(row.denominator or indicator.denominator)
    return f"{number(row.base, 0)} {named or datasets()[indicator.dataset].row + 's'}"


def _earlier(view: View, indicator: Indicator) -> list[Any]:
    """Return the same figure in other periods of the same length."""
    periods = [
        (key, row) for key, row in maps.history(view) if _alike(key, view.period)
    ]
    if len(periods) < 2:
        return []
    rows = [
        html.Tr(
            [
                html.Th(period_text(key), scope="row"),
                html.Td(_cell(row, indicator), className="number"),
            ]
        )
        for key, row in periods[-EARLIER:]
    ]
    return [
        html.Table([html.Caption("Over time"), html.Tbody(rows)], className="small")
    ]


def _cell(row: Row, indicator: Indicator) -> str:
    value = words.value_text(row.value, indicator)
    note = "" if row.status == "ok" else f" ({row.status})"
    return f"{value}{note}".strip()


def _alike(one: str, other: str) -> bool:
    return months_in(one) == months_in(other)
