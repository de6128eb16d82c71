"""The map: any figure on any layer, a ranked list beside it, an area's numbers."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
)

from dash_app.components import shell
from dash_app.components.attributes import aria
from dash_app.components.map import controls, leaflet, surfaces
from dash_app.components.map.parts import changes, parts
from dash_app.queries import choices, layers, maps, patterns, source
from dash_app.view import View

dash.register_page(
    __name__, path="/", name="Map", title="Map: geosafety", order=1, in_menu=True
)

CHOICES = ("g", "i", "p", "grp", "v", "s")
PARTS = ("heading", "unit", "key", "card", "listed", "ranking", "links", "about")


def layout(**asked: str) -> html.Div:
    """Build the page for the view in the URL (`?g=&i=&p=&grp=&a=&v=&s=`)."""
    if error := choices.problem():
        return shell.page("/", *shell.stopped(error))
    view, notes = maps.resolve(**asked)
    shown = surfaces.laid_over(view, parts(view, order="highest"))
    tested = patterns.spots(view)[0] is not None
    return shell.page(
        "/",
        shell.notices(notes),
        html.Div(shown["heading"], id="heading", **aria(live="polite")),
        controls.pickers(view, fixed=tested),
        _map_and_key(view, shown),
        _side(shown, tested=tested),
        dcc.Store(id="area", data=view.area),
        dcc.Store(id="search", data=view.search()),
        html.Div([html.Span(id="pushed"), html.Span(id="painted")], hidden=True),
        synthetic=bool(source.manifest().get("synthetic")),
    )


def _map_and_key(view: View, shown: dict[str, Any]) -> html.Section:
    overlay = {"label": "Outline the impact areas (illustrative)", "value": "impact"}
    tools = [
        dbc.Checklist([overlay], [], id="overlays"),
        surfaces.picker(view),
        html.Button("Whole Force", id="whole", type="button", className="link"),
        html.Div(shown["links"], id="links"),
    ]
    return html.Section(
        [
            leaflet.leaflet(view, shown["hideout"]),
            html.Div(
                [
                    html.H2(shown["unit"], id="unit"),
                    html.Div(shown["key"], id="key"),
                ],
                className="key",
            ),
            html.Div(tools, className="tools"),
            html.Div(shown["about"], id="about"),
        ],
        className="stage",
        **aria(label="Map and key"),
    )


def _side(shown: dict[str, Any], *, tested: bool) -> html.Section:
    return html.Section(
        [
            controls.search(),
            html.Div(shown["card"], id="card", className="card", role="status"),
            html.H2(shown["listed"], id="listed"),
            controls.order(hidden=tested),
            html.Div(shown["ranking"], id="ranking"),
        ],
        className="side",
        **aria(label="Areas"),
    )


@callback(
    {
        **{name: Output(f"pick-{name}", "options") for name in ("g", "i", "p", "grp")},
        **{f"{n}_value": Output(f"pick-{n}", "value") for n in CHOICES},
        "no_looks": Output("looks", "hidden"),
        "fixed": Output("pick-p", "disabled"),
        "unordered": Output("order-field", "hidden"),
        "url": Output("areas", "url"),
        "hideout": Output("areas", "hideout"),
        "chosen": Output("chosen", "children"),
        "surface": Output("surface", "children"),
        "area": Output("area", "data", allow_duplicate=True),
        "search": Output("search", "data"),
        **{name: Output(name, "children") for name in PARTS},
    },
    {name: Input(f"pick-{name}", "value") for name in CHOICES},
    Input("area", "data"),
    Input("order", "value"),
    prevent_initial_call=True,
)
def show(asked: dict[str, str], area: str, order: str) -> dict[str, Any]:
    """Show another view; what the new layer does not have falls back to a default."""
    named = {name: value or "" for name, value in asked.items()}
    view, _ = maps.resolve(**named, a=area or "")
    return surfaces.changes(view, changes(view, order=order))


@callback(
    Output("area", "data"),
    Output("find-says", "children"),
    Input("areas", "n_clicks"),
    Input("find", "value"),
    Input({"type": "area", "code": ALL}, "n_clicks"),
    State("areas", "clickData"),
    State("pick-g", "value"),
    prevent_initial_call=True,
)
def choose(
    _map: int, text: str, _list: list[int], clicked: Any, geography: str
) -> tuple[Any, str]:
    """Choose an area: on the map, by name or in the list; or none."""
    if ctx.triggered_id == "areas" and clicked:
        return clicked["properties"]["code"], ""
    if ctx.triggered_id == "find" and text:
        code, why = layers.find(geography, text)
        return (dash.no_update if why else code), why
    if isinstance(ctx.triggered_id, dict) and ctx.triggered[0]["value"]:
        return ctx.triggered_id["code"], ""
    return dash.no_update, ""


@callback(
    Output("overlay", "children"),
    Input("overlays", "value"),
    prevent_initial_call=True,
)
def show_overlay(chosen: list[str]) -> list[Any]:
    """Lay the impact areas over the map, or take them away."""
    return leaflet.impact_areas(shown="impact" in chosen)


for name, function, trigger in (
    ("pushed", "push", Input("search", "data")),
    ("painted", "latest", Input("areas", "hideout")),
):
    clientside_callback(
        ClientsideFunction("geosafety", function),
        Output(name, "children"),
        trigger,
        prevent_initial_call=True,
    )
