"""The form that says which areas to set beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import html

from dash_app.components import fields
from dash_app.components.attributes import aria
from dash_app.queries.area import Place
from dash_app.queries.compare import MOST, Asked
from geosafety import settings

_FEW = 60  # areas that a list shows at once; of more, names are typed
_LABELS = ("First area", "Second area", "Third area", "Fourth area")


def kinds(layers: Sequence[str], chosen: str) -> html.Nav:
    """Return a link to each kind of area that can be compared."""
    path = dash.get_relative_path("/compare")
    links = [
        html.A(
            settings.geography(name).plural,
            href=f"{path}?g={name}",
            **(aria(current="true") if name == chosen else {}),
        )
        for name in layers
    ]
    return html.Nav(links, className="links", **aria(label="Kinds of area"))


def chooser(asked: Asked, offered: Sequence[Place]) -> html.Form:
    """Return the form: up to four areas of one kind."""
    chosen = [place.code for place in asked.places]
    codes = [*chosen, *[""] * (MOST - len(chosen))]
    few = len(offered) <= _FEW
    make = _list if few else _typed
    controls = [make(i, code, offered) for i, code in enumerate(codes)]
    names = [] if few else [_names(offered)]
    return html.Form(
        [
            dbc.Input(type="hidden", name="g", value=asked.geography, id="compare-g"),
            html.Div(controls, className="fields"),
            *names,
            html.Button("Compare", type="submit", className="button"),
        ],
        action=dash.get_relative_path("/compare"),
        method="get",
    )


def _list(i: int, code: str, offered: Sequence[Place]) -> html.Div:
    options = [{"value": "", "label": "None"}]
    options += [{"value": place.code, "label": place.name} for place in offered]
    target = f"compare-{i}"
    control: Any = dbc.Select(id=target, name="a", options=options, value=code)
    return fields.field(_LABELS[i], target, control)


def _typed(i: int, code: str, offered: Sequence[Place]) -> html.Div:
    name = next((place.name for place in offered if place.code == code), "")
    target = f"compare-{i}"
    control = dbc.Input(
        id=target,
        name="a",
        type="text",
        value=name,
        list="compare-names",
        autocomplete="off",
    )
    return fields.field(_LABELS[i], target, control)


def _names(offered: Sequence[Place]) -> html.Datalist:
    options = [html.Option(value=place.name) for place in offered]
    return html.Datalist(options, id="compare-names")
