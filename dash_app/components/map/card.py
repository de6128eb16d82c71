"""The chosen area's figures."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import urlencode

import dash
from dash import html

from dash_app.components.attributes import aria
from dash_app.components.map.similar import similar
from dash_app.queries import maps, parents
from dash_app.table import Row, Table
from dash_app.view import AGAINST, BETWEEN, View, months_in, period_text
from geosafety.publish import words
from geosafety.publish.classes import number
from geosafety.settings import Indicator, datasets

NONE_CHOSEN = "Choose an area on the map, in the list or by name to see its figures."
AREA_PAGE = "/area"
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
        _back(view),
        clear(),
    ]


def _back(view: View) -> html.P:
    """Return the link to where the number comes from."""
    period, _, earlier = view.period.partition(BETWEEN)
    parts = {"i": view.indicator, "g": view.geography, "a": view.area, "p": period}
    parts |= {"grp": view.group, "c": earlier}
    search = urlencode({key: part for key, part in parts.items() if part})
    address = f"{dash.get_relative_path('/data')}?{search}#number"
    return html.P(html.A("Where does this number come from?", href=address))


def with_ways(view: View, shown: list[Any]) -> list[Any]:
    """Put the way down to the chosen area above its card; areas alike below it."""
    if not view.area:
        return shown
    return [breadcrumb(view), *shown, *similar(view), *_way_on(view)]


def breadcrumb(view: View) -> html.Nav:
    """Return the way from the Force down to the chosen area, each step a link."""
    home = str(dash.get_relative_path("/"))
    # Other layers may not have been tested, or have no change of this figure.
    look = view.look if view.look == AGAINST else ""
    items = [html.Li(html.A("Force", href=home + view.search(a="")))]
    for step in parents.way_to(view.geography, view.area):
        search = view.search(g=step.geography, a=step.code, v=look)
        link = html.A(step.name, href=home + search)
        items.append(html.Li(["mostly ", link] if step.mostly else link))
    return html.Nav(html.Ol(items), className="way", **aria(label="Part of"))


def _way_on(view: View) -> list[Any]:
    """Return the link to the area's own page, where the app has one."""
    if not any(page["path"] == AREA_PAGE for page in dash.page_registry.values()):
        return []
    search = urlencode({"g": view.geography, "a": view.area})
    address = f"{dash.get_relative_path(AREA_PAGE)}?{search}"
    return [html.P(html.A("Everything about this area", href=address))]


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
    found = {
        "Can it be said?": words.verdict_words(row.verdict, indicator),
        "95% interval": interval,
        "Counted": _plain(row.numerator),
        "Out of": _base(row, indicator),
        "Place": _place(row, table),
        "Note": words.STATUS_WORDS[row.status].capitalize(),
        "Figures": words.KIND_WORDS.get(row.kind, ""),
        "Code": row.code,
    }
    return [(html.Dt(term), html.Dd(text)) for term, text in found.items() if text]


def _place(row: Row, table: Table) -> str:
    """Say an area's place among those ranked: a range where there are intervals."""
    if not row.rank:
        return ""
    of = f"{len([r for r in table.rows if r.rank]):,}, highest first"
    ends = table.rank_range(row)
    if ends is None:
        return f"{words.ordinal(row.rank)} of {of}; no intervals say how firm that is"
    first, last = (words.ordinal(end) for end in ends)
    return (
        f"{first} of {of}" if first == last else f"between {first} and {last} of {of}"
    )


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
