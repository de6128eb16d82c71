"""What to take away: a form of lists and boxes that any browser sends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import html

from dash_app.components.fields import select
from dash_app.queries import downloads
from dash_app.queries.downloads import Asked
from geosafety import settings
from geosafety.publish import words

_LEGENDS = {"g": "Areas", "i": "Figures", "p": "Periods", "grp": "Groups"}


def form(asked: Asked, tables: Mapping[str, str]) -> html.Form:
    """Return the choices: one table, and boxes for what to keep of it."""
    offered = downloads.offered(asked.table, dict(asked.wanted))
    boxes = [
        _boxes(part, names, asked.of(part)) for part, names in offered.items() if names
    ]
    return html.Form(
        [
            html.Div([select("Table", "t", tables, asked.table)], className="fields"),
            html.Div(boxes, className="choosing"),
            _wide(asked),
            html.Button("Show", type="submit", className="button"),
        ],
        action=str(dash.get_relative_path("/downloads")),
        method="get",
    )


def _boxes(part: str, names: Iterable[str], chosen: tuple[str, ...]) -> html.Details:
    offered = [{"value": name, "label": _label(part, name)} for name in names]
    said = f"{len(chosen):,} chosen" if chosen else f"all {len(offered):,}"
    legend = _LEGENDS[part]
    boxes = dbc.Checklist(offered, list(chosen), id=f"choose-{part}", name=part)
    return html.Details(
        [
            html.Summary(f"{legend}: {said}"),
            html.Fieldset([html.Legend(legend, className="unseen"), boxes]),
        ]
    )


def _label(part: str, name: str) -> str:
    if part == "g":
        known = settings.geographies().get(name)
        return known.plural if known else name
    if part == "i":
        found = settings.indicators().get(name)
        return found.label if found else name
    return words.period_text(name) if part == "p" else words.group_text(name)


def _wide(asked: Asked) -> Any:
    if asked.table != downloads.VALUES:
        return None
    box = [{"value": "1", "label": "One row an area, indicators and periods across"}]
    chosen = ["1"] if asked.wide else []
    return dbc.Checklist(box, chosen, id="choose-w", name="w")
