"""The areas most like the chosen one, each with its figure of the map's indicator."""

from __future__ import annotations

from typing import Any

from dash import html

from dash_app.components.map.ranking import choose
from dash_app.queries import looks, maps
from dash_app.queries.alike import Alike, alike
from dash_app.table import Row
from dash_app.view import View, period_text
from geosafety import settings
from geosafety.publish import words
from geosafety.settings import Indicator

HEADING = "Most similar areas"
# Where what is shown is what areas were picked by, being close is no finding.
PICKED_BY = {
    "crime": "crime rate",
    "deprivation": "deprivation",
    "population": "residents",
}


def similar(view: View) -> list[Any]:
    """Return the areas most like the chosen one, or why there are none."""
    found = alike(view.geography, view.area)
    if found is None:
        text = f"{HEADING}: not in these results. Build them again to have them."
        return [html.P(text, className="hint")]
    if not found.codes:
        text = f"{HEADING}: none can be named, because {found.reason}."
        return [html.P(text, className="hint")]
    shown, _ = looks.drawn(view)
    indicator = settings.indicator(shown.indicator)
    wanted = set(found.codes)
    rows = {row.code: row for row in maps.table(shown).rows if row.code in wanted}
    body = [
        _row(rows[code], indicator, like=place < found.like)
        for place, code in enumerate(found.codes)
    ]
    return [
        html.Table([html.Caption(HEADING), _head(indicator), html.Tbody(body)]),
        html.P(_words(found, indicator), className="hint"),
    ]


def _head(indicator: Indicator) -> html.Thead:
    unit = html.Span(f" {words.unit_text(indicator)}", className="unseen")
    value = html.Th(["Value", unit], scope="col", className="number")
    return html.Thead(html.Tr([html.Th("Area", scope="col"), value]))


def _row(row: Row, indicator: Indicator, *, like: bool) -> html.Tr:
    button = choose(row.code, row.name, beside=True)
    mark = "" if like else "nearest, not alike"
    return html.Tr(
        [
            html.Th([button, html.Span(mark, className="verdict")], scope="row"),
            html.Td(_figure(row, indicator), className="number"),
        ]
    )


def _figure(row: Row, indicator: Indicator) -> list[Any]:
    """Write a figure with its interval, and with what has to be said of it."""
    status = "" if row.status == "ok" else words.SHORT_STATUS[row.status]
    said = [words.interval_text(row.lower, row.upper, indicator), status]
    value = words.value_text(row.value, indicator)
    return [value, *(html.Span(one, className="interval") for one in said if one)]


def _words(found: Alike, indicator: Indicator) -> str:
    """Say what similar means, how far it goes, and where it says nothing."""
    kind = "" if found.kind == "observed" else f", {found.kind}"
    lines = [
        f"Similar by {found.compared_by} (crimes of {period_text(found.period)}{kind}),"
        " and by nothing else."
    ]
    if not found.like:
        lines.append("None is alike: these are only the nearest there are.")
    picked = PICKED_BY.get(indicator.dataset, "")
    if picked and picked in found.compared_by:
        lines.append(f"They were picked by {picked}, so close figures are no finding.")
    return " ".join(lines)
