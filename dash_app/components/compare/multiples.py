"""Small pictures of several areas on one scale: their months, and where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dash_app.components.area import trend
from dash_app.components.pictures import picture
from dash_app.components.tables import folded, table
from dash_app.queries.area import Place
from dash_app.queries.area_figures import Trend
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.briefing import Picture
from geosafety.publish.charts import top_of


def months(places: Sequence[Place], trends: Sequence[Trend | None]) -> list[Any]:
    """Draw the months of each area on one scale, and put them into one table."""
    known = [found for found in trends if found is not None]
    if not known:
        return []
    top = top_of(*(found.points for found in known))
    drawn = [
        html.Section([html.H3(place.name), _drawing(found, top)])
        for place, found in zip(places, trends, strict=True)
    ]
    return [
        html.H2("Recorded crime by month"),
        html.P(f"{known[0].label}; all on one scale.", className="hint"),
        html.Div(drawn, className="multiples wide"),
        folded("The months as a table", _table(places, trends)),
    ]


def _drawing(found: Trend | None, top: float) -> Any:
    if found is None:
        return html.P("no crimes by month in these results", className="hint")
    return trend.drawing(found, top=top)


def _table(places: Sequence[Place], trends: Sequence[Trend | None]) -> html.Div:
    periods = sorted({p.period for t in trends if t for p in t.points}, reverse=True)
    cells = [_cells(found) for found in trends]
    rows = [
        [words.period_text(month), *(own.get(month, "") for own in cells)]
        for month in periods
    ]
    heads = ["Month", *(place.name for place in places)]
    caption = "Recorded crime by month, with 95% intervals"
    return table(caption, heads, rows, numbers=range(1, len(heads)), named=True)


def _cells(found: Trend | None) -> dict[str, str]:
    """Write each month's figure with its interval, or why there is none."""
    if found is None:
        return {}
    known = settings.indicator(found.indicator)
    made = {}
    for point, row in zip(found.points, found.rows, strict=True):
        value = words.value_text(point.value, known)
        interval = words.interval_text(point.lower, point.upper, known)
        why = words.SHORT_STATUS[row.status if row else "not available"]
        made[point.period] = f"{value} ({interval})" if interval else value or why
    return made


def where(places: Sequence[Place], maps: Sequence[Picture | None]) -> list[Any]:
    """Draw where each area lies."""
    shown = [
        html.Section([html.H3(place.name), picture(drawn, name="where")])
        for place, drawn in zip(places, maps, strict=True)
        if drawn is not None
    ]
    return [html.H2("Where they are"), html.Div(shown, className="multiples")]
