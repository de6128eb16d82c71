"""The choices above the map, the search box and the order of the list."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dash_app.queries import choices, patterns
from dash_app.view import LOOKS, VALUE, View, period_order, period_text
from geosafety import settings
from geosafety.publish import words

Options = list[dict[str, str]]


def options(view: View) -> dict[str, Options]:
    """Return what each of the four lists offers in this view."""
    known = choices.choices()
    periods = known[view.geography][view.indicator]
    layers, measures = settings.geographies(), settings.indicators()
    labels = {
        "g": {g: layers[g].plural for g in known},
        "i": {i: measures[i].label for i in known[view.geography]},
        "p": {p: period_text(p) for p in sorted(periods, key=period_order)},
        "grp": {grp: words.group_text(grp) for grp in periods[view.period]},
    }
    return {name: _options(found) for name, found in labels.items()}


def _options(labels: dict[str, str]) -> Options:
    return [{"value": value, "label": label} for value, label in labels.items()]


def pickers(view: View, *, fixed: bool) -> html.Div:
    """Return the lists; a period that is `fixed` by the tests cannot be chosen."""
    offered = options(view)
    chosen = {
        "i": ("Show", view.indicator),
        "g": ("For each", view.geography),
        "p": ("Period", view.period),
        "grp": ("Group", view.group),
    }
    return html.Div(
        [
            _field(
                label,
                f"pick-{name}",
                dbc.Select(
                    id=f"pick-{name}",
                    options=offered[name],
                    value=value,
                    disabled=fixed and name == "p",
                ),
            )
            for name, (label, value) in chosen.items()
        ]
        + [_looks(view)],
        className="pickers",
    )


def _looks(view: View) -> html.Div:
    """Return what the map can be coloured by, where there is a choice."""
    select = dbc.Select(id="pick-v", options=_options(LOOKS), value=view.look or VALUE)
    return html.Div(
        _field("Colour by", "pick-v", select),
        id="looks",
        hidden=not patterns.has_spots(view.indicator),
    )


def _field(label: str, target: str, control: Any) -> html.Div:
    return html.Div([html.Label(label, htmlFor=target), control], className="field")


def search() -> html.Div:
    """Return the box that finds an area by name.

    The page's script fills the list of names from the polygons: as components, some
    1,700 names would slow down every change of the page.
    """
    return html.Div(
        [
            html.Label("Find an area by name", htmlFor="find"),
            dbc.Input(
                id="find",
                list="area-names",
                debounce=True,
                autocomplete="off",
                type="text",
            ),
            html.Datalist(id="area-names"),
            html.P(id="find-says", role="status", className="hint"),
        ],
        className="field find",
    )


def order(*, hidden: bool) -> html.Div:
    """Return the choice between the two ends of the list."""
    field = html.Fieldset(
        [
            html.Legend("Order of the list", className="unseen"),
            dbc.RadioItems(
                [
                    {"label": "Highest first", "value": "highest"},
                    {"label": "Lowest first", "value": "lowest"},
                ],
                "highest",
                id="order",
                inline=True,
            ),
        ]
    )
    return html.Div(field, id="order-field", hidden=hidden)
