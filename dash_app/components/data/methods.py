"""How the figures are made, in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from dash import html

from dash_app.components.tables import folded

_PLAIN = (
    "A rate is the number of cases per 1,000 people of the area. A larger area’s rate "
    "is made from its own counts, never from a mean of rates.",
    "A share is of those who chose any answer to the question.",
    "An interval says how far chance alone could move a figure: 95 times in 100 it "
    "holds the true one.",
    "An area is called clearly higher or lower than the Force only where chance does "
    "not explain the difference, for so many areas, and where it is large enough to "
    "matter: 5 points of a share, a tenth of a rate.",
    "An area’s place in an order is a range. Only areas whose whole interval is above "
    "count as certainly above it, so the range is on the wide side.",
    "On a map against the Force, areas that cannot be told from it are grey, however "
    "far off their figure looks.",
    "A hot spot is a place with more than chance would put there, beside neighbours "
    "that have more too. It says where, not why.",
    "Few cases (low base): fewer than 30. The figure is shown, marked, not ranked.",
    "Hidden: fewer than 10 in survey, membership and stop and search figures. The "
    "figure, its interval, its number and its base are all left out.",
    "Incomplete: the source does not cover the area or the period. It is not zero.",
    "A postcode is placed as a whole by its middle, though it may cross a border.",
)
_SHOWN = (
    "How it is made",
    "Unit",
    "Out of",
    "From",
    "Hidden under",
    "Flagged under",
    "Higher is",
    "Remark",
)


def methods(indicators: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Say how figures are made: in general, then each of them."""
    points = [html.Li(line) for line in _PLAIN]
    return [
        html.H2("How the figures are made"),
        html.Ul(points, className="prose"),
        html.H2("Each figure"),
        *(_one(row) for row in indicators),
    ]


def _one(row: Mapping[str, Any]) -> html.Details:
    terms = [(name, _text(row.get(name))) for name in _SHOWN]
    made = [part for n, text in terms if text for part in (html.Dt(n), html.Dd(text))]
    return folded(str(row["What it is"]), html.Dl(made))


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if math.isfinite(value) and value else ""
    return str(value or "")
