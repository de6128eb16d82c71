"""The map: any figure on any layer, a ranked list beside it, an area's numbers."""

from __future__ import annotations

from typing import Any

import dash
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

from dash_app.auth import who
from dash_app.components import shell
from dash_app.components.attributes import aria
from dash_app.components.map import controls, leaflet, stage, surfaces
from dash_app.components.map.parts import changes, parts
from dash_app.queries import choices, layers, maps, patterns, source

dash.register_page(
    __name__, path="/", name="Map", title="Map: geosafety", order=1, in_menu=True
)

CHOICES = ("g", "i", "p", "grp", "v", "s")
OFFERED = ("g", "i", "p", "grp", "v")
STEPPED = {
    "to": ("step", "value"),
    "back": ("step-back", "n_clicks"),
    "on": ("step-on", "n_clicks"),
}
PARTS = ("heading", "unit", "key", "card", "listed", "ranking", "links", "about")


def layout(**asked: str) -> html.Div:
    """Build the page for the view in the URL (`?g=&i=&p=&grp=&a=&v=&s=`)."""
    if error := choices.problem():
        return shell.page("/", *shell.stopped(error))
    view, notes = maps.resolve(**(asked or _own_unit()))
    shown = surfaces.laid_over(view, parts(view, order="highest"))
    tested = patterns.spots(view)[0] is not None
    return shell.page(
        "/",
        shell.notices(notes),
        html.Div(shown["heading"], id="heading", **aria(live="polite")),
        controls.pickers(view, fixed=tested),
        stage.map_and_key(view, shown, tested=tested),
        stage.side(shown, tested=tested),
        dcc.Store(id="area", data=view.area),
        dcc.Store(id="search", data=view.search()),
        html.Div([html.Span(id="pushed"), html.Span(id="painted")], hidden=True),
        synthetic=bool(source.manifest().get("synthetic")),
    )


def _own_unit() -> dict[str, str]:
    """Return the view that somebody meets first: their own unit among the others."""
    return {"g": "npu", "a": who().npu} if who().npu else {}


@callback(
    {
        **{name: Output(f"pick-{name}", "options") for name in OFFERED},
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
        "step": Output("step", "value"),
        "step_max": Output("step", "max"),
        "step_says": Output("step-says", "children"),
        "timeless": Output("time", "hidden"),
        **{name: Output(name, "children") for name in PARTS},
    },
    {name: Input(f"pick-{name}", "value") for name in CHOICES},
    Input("area", "data"),
    Input("order", "value"),
    Input("overlays", "value"),
    {name: Input(*one) for name, one in STEPPED.items()},
    prevent_initial_call=True,
)
def show(
    asked: dict[str, str], area: str, order: str, over: list[str], step: dict[str, Any]
) -> dict[str, Any]:
    """Show another view; what the new layer does not have falls back to a default."""
    named = {name: value or "" for name, value in asked.items()}
    view, _ = maps.resolve(**named, a=area or "", o=",".join(over or []))
    moved = {"step": 0, "step-back": -1, "step-on": 1}.get(str(ctx.triggered_id))
    if moved is not None:
        view = controls.moved(view, step["to"], by=moved)
    return surfaces.changes(view, changes(view, order=order))


@callback(
    Output("area", "data"),
    Output("find-says", "children"),
    Input("areas", "n_clicks"),
    Input("find", "value"),
    Input({"type": "area", "code": ALL}, "n_clicks"),
    Input({"type": "alike", "code": ALL}, "n_clicks"),
    State("areas", "clickData"),
    State("pick-g", "value"),
    prevent_initial_call=True,
)
def choose(
    _map: int,
    text: str,
    _list: list[int],
    _alike: list[int],
    clicked: Any,
    geography: str,
) -> tuple[Any, str]:
    """Choose an area: on the map, by name, in the list or of those alike; or none."""
    if ctx.triggered_id == "areas" and clicked:
        return clicked["properties"]["code"], ""
    if ctx.triggered_id == "find" and text:
        code, said = layers.find(geography, text)
        return code or dash.no_update, said
    if isinstance(ctx.triggered_id, dict) and ctx.triggered[0]["value"]:
        return ctx.triggered_id["code"], ""
    return dash.no_update, ""


@callback(
    Output("overlay", "children"),
    Input("overlays", "value"),
    prevent_initial_call=True,
)
def show_overlay(chosen: list[str]) -> list[Any]:
    """Lay outlines and venues over the map, or take them away."""
    known = layers.overlays()
    return leaflet.overlays(name for name in known if name in (chosen or []))


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
