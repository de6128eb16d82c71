"""Areas: find one by name or postcode, or in the list of its kind."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.components import shell
from dash_app.components.area import choose
from dash_app.queries import area, area_figures, choices, source

dash.register_page(
    __name__,
    path="/areas",
    name="Areas",
    title="Areas: geosafety",
    order=10,
    in_menu=True,
)

MOST_LISTED = 400


def layout(**asked: Any) -> html.Div:
    """Build the page: a kind of area (`?g=`), or what a text stands for (`?q=`)."""
    if error := choices.problem():
        return shell.page("/areas", *shell.stopped(error))
    layers = area.layers()
    wanted, text = str(asked.get("g", "")), str(asked.get("q", "")).strip()
    places = {name: area.places(name) for name in layers}
    few = [
        place
        for name in layers
        if len(places[name]) <= choose.MOST_SUGGESTED
        for place in places[name]
    ]
    found, said = area.search(text)
    shown = (
        [wanted]
        if wanted in layers
        else [name for name in layers if name in area.FIRST]
    )
    return shell.page(
        "/areas",
        html.H1("Areas"),
        html.P("Choose an area to read what is known of it.", className="sentence"),
        choose.search(few, text),
        *choose.matches(text, found, said),
        choose.layer_links(layers, [len(places[name]) for name in layers]),
        choose.about_the_words(),
        *(part for name in shown for part in _kind(name, places[name])),
        synthetic=bool(source.manifest().get("synthetic")),
    )


def _kind(name: str, places: tuple[area.Place, ...]) -> list[Any]:
    if len(places) > MOST_LISTED:
        return choose.too_many(name, len(places))
    return choose.listed(name, places, *area_figures.verdicts(name))
