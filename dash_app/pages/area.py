"""The profile of one area: what may be said of it, and what that rests on."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, callback, dcc, html

from dash_app.components import shell
from dash_app.components.area import profile
from dash_app.jobs import briefings
from dash_app.queries import area, area_figures, choices, parents, source
from dash_app.queries.area import Place
from geosafety.errors import GeosafetyError

dash.register_page(
    __name__, path="/area", name="Area", title="Area: geosafety", in_menu=False
)


def layout(**asked: Any) -> html.Div:
    """Build the page of an area (`?g=&a=`)."""
    if error := choices.problem():
        return shell.page("/areas", *shell.stopped(error))
    g, a = (str(asked.get(name, "")) for name in ("g", "a"))
    place = area.place(g, a)
    if place is None:
        return shell.page("/areas", *_unknown(g, a))
    synthetic = bool(source.manifest().get("synthetic"))
    return shell.page(
        "/areas",
        profile.way(place, parents.way_to(g, a)),
        html.H1(f"{place.name}: {place.kind}, {place.code}"),
        profile.links(place),
        *_profile(place),
        synthetic=synthetic,
    )


def _unknown(geography: str, code: str) -> list[Any]:
    asked = f"with the code {code!r} of the kind {geography!r}"
    return [
        html.H1("There is no such area"),
        html.P(f"These results hold no area {asked}."),
        html.P(html.A("Choose an area", href=dash.get_relative_path("/areas"))),
    ]


def _profile(place: Place) -> list[Any]:
    """Return the profile, or a promise of it where it takes a while to make."""
    if briefings.ready(place.geography):
        return [html.Div(_body(place), id="profile")]
    months, map_ = _at_once(place)
    return [
        dcc.Store(id="profile-of", data=[place.geography, place.code]),
        html.Div(profile.waiting(months, map_), id="profile"),
    ]


def _at_once(place: Place) -> tuple[Any, Any]:
    return (
        area_figures.trend(place.geography, place.code),
        area_figures.locator(place.geography, place.code),
    )


def _body(place: Place) -> list[Any]:
    try:
        briefing = briefings.briefing(place.geography, place.code)
    except GeosafetyError as error:
        return [html.P(error.problem, className="notice"), html.P(error.hint)]
    names = area.codes_by_name(place.geography)
    return profile.body(place, briefing, *_at_once(place), names)


@callback(Output("profile", "children"), Input("profile-of", "data"))
def work_out(of: list[str]) -> list[Any]:
    """Fill the page in, once the first briefing of a layer is made."""
    place = area.place(*of)
    return _body(place) if place else []
