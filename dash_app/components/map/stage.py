"""The two halves of the map page: the map with its key, and the areas beside it."""

from __future__ import annotations

from typing import Any

from dash import html

from dash_app.components.attributes import aria
from dash_app.components.map import controls, leaflet, surfaces
from dash_app.view import View


def map_and_key(view: View, shown: dict[str, Any], *, tested: bool) -> html.Section:
    """Return the map, its key and what belongs to them."""
    tools = [
        controls.stepper(view, fixed=tested),
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
            controls.overlays(view),
            html.Div(shown["about"], id="about"),
        ],
        className="stage",
        **aria(label="Map and key"),
    )


def side(shown: dict[str, Any], *, tested: bool) -> html.Section:
    """Return the search box, the chosen area's card and the list."""
    return html.Section(
        [
            controls.search(),
            # The heading above, which is read out, says the chosen area and its figure.
            html.Div(
                shown["card"],
                id="card",
                className="card",
                role="region",
                **aria(label="Chosen area"),
            ),
            html.H2(shown["listed"], id="listed"),
            controls.order(hidden=tested),
            html.Div(shown["ranking"], id="ranking"),
        ],
        className="side",
        **aria(label="Areas"),
    )
