"""Hotspots: is it real, is it new, is it here to stay, and how concentrated is it."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.components import fields, shell
from dash_app.components.attributes import aria
from dash_app.components.hotspots import change, found, spread
from dash_app.queries import choices, hotspots, source
from dash_app.queries.hotspots import Asked
from geosafety import settings

dash.register_page(
    __name__,
    path="/hotspots",
    name="Hotspots",
    title="Hotspots: geosafety",
    order=40,
    in_menu=True,
)

CONTENTS = {
    "which": "Which areas",
    "firm": "How firm",
    "time": "New or lasting",
    "change": "Rises and falls",
    "concentration": "How concentrated",
    "held": "Did it hold",
    "near": "Repeats nearby",
}


def layout(**asked: str) -> html.Div:
    """Build the page for the findings in the URL (`?g=&i=&grp=`)."""
    if error := choices.problem():
        return shell.page("/hotspots", *shell.stopped(error))
    chosen = hotspots.resolve(**asked)
    content = _untested() if chosen is None else _content(chosen)
    synthetic = bool(source.manifest().get("synthetic"))
    return shell.page("/hotspots", *content, synthetic=synthetic)


def _untested() -> list[Any]:
    return [
        html.H1("Hotspots"),
        html.P("These results hold no test for hot spots.", className="sentence"),
        html.P(
            "It takes events with a place and a date, such as recorded crime, and the "
            "residents of small areas. Add [[crime]] and [[population]] to the project "
            "file and build again."
        ),
    ]


def _content(asked: Asked) -> list[Any]:
    clusters, why = hotspots.spots(asked)
    held = hotspots.concentration(asked)
    near = spread.near_repeats(hotspots.near_repeats())
    if clusters is None:
        return [
            shell.notices(asked.notes),
            *_refused(asked, why),
            *spread.concentration(asked, held),
            *spread.held_on(held),
            *near,
        ]
    late, unknown = hotspots.spots(asked, "emerging")
    return [
        shell.notices(asked.notes),
        found.heading(asked, clusters),
        _choices(asked),
        found.links(asked),
        _contents(),
        *found.where(asked, clusters, late),
        *found.firm(asked, clusters),
        *change.through_time(asked, late, unknown),
        *change.on_the_year(hotspots.changes(asked)),
        *spread.whole_map(asked),
        *spread.concentration(asked, held),
        *spread.held_on(held),
        *spread.mix(asked),
        *near,
    ]


def _refused(asked: Asked, why: str) -> list[Any]:
    layer = settings.geography(asked.view.geography)
    here = dash.get_relative_path("/hotspots")
    tested = [
        html.A(name, href=f"{here}?g={key}")
        for key, name in asked.geographies.items()
        if not name.endswith(": not tested")
    ]
    return [
        html.Div(
            [
                html.H1(f"Hot and cold spots, by {layer.label}"),
                html.P(asked.refused or why, className="sentence"),
            ],
            id="heading",
        ),
        _choices(asked),
        html.P(["Tested here: ", *tested], className="links") if tested else None,
    ]


def _choices(asked: Asked) -> html.Form:
    view, measures = asked.view, settings.indicators()
    return fields.form(
        "/hotspots",
        fields.select("For each", "g", asked.geographies, view.geography),
        fields.select("Kind of crime", "grp", asked.groups, view.group),
        html.Div(f"Tested: {measures[view.indicator].label}", className="hint")
        if view.indicator in measures
        else None,
    )


def _contents() -> html.Nav:
    links = [html.A(text, href=f"#{name}") for name, text in CONTENTS.items()]
    return html.Nav(links, className="links contents", **aria(label="On this page"))
