"""An area's months: a drawing with its intervals, and the same as a table."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from dash_app.components.pictures import picture
from dash_app.components.tables import folded, table
from dash_app.queries.area_figures import Trend
from dash_app.table import Row
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.charts import Point, band_picture
from geosafety.publish.classes import number

_HEADS = ("Month", "Value", "95% interval", "Crimes", "Note")


def drawing(trend: Trend, *, top: float = math.nan) -> html.Img:
    """Draw an area's months; several share a scale when they share `top`."""
    places = 0 if trend.indicator.endswith("_count") else 1
    drawn = band_picture(trend.points, what=trend.label, top=top, places=places)
    return picture(drawn, name="trend")


def by_month(trend: Trend | None) -> list[Any]:
    """Return the section on an area's months; without any, why."""
    if trend is None:
        text = "These results hold no crimes by month for this area."
        return [html.H2("Recorded crime by month"), html.P(text)]
    return [
        html.H2("Recorded crime by month"),
        html.P(f"{trend.label}.", className="hint"),
        drawing(trend),
        html.P(_reading(trend), className="hint"),
        folded("The months as a table", months(trend)),
    ]


def _reading(trend: Trend) -> str:
    text = "One month alone says little: it may rise and fall by chance as far as the "
    text += "band is wide."
    if any(not math.isfinite(p.value) for p in trend.points):
        text += " A month with a cross has no figure: it is left out, and is not zero."
    return text


def months(trend: Trend) -> html.Div:
    """Return a trend's months as a table, the latest first."""
    pairs = zip(trend.points, trend.rows, strict=True)
    rows = [_row(point, row, trend.indicator) for point, row in pairs]
    caption = f"{trend.label}, by month"
    return table(caption, _HEADS, rows[::-1], numbers=(1, 2, 3), named=True)


def _row(point: Point, row: Row | None, name: str) -> tuple[str, ...]:
    known = settings.indicator(name)
    shown = row is not None and math.isfinite(row.value)
    return (
        words.period_text(point.period),
        words.value_text(point.value, known),
        words.interval_text(point.lower, point.upper, known),
        # What is counted of a month that is not wholly covered is no count of it.
        number(row.numerator, 0) if row and shown else "",
        words.STATUS_WORDS[row.status if row else "not available"],
    )
