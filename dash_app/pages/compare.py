"""Compare: two to four areas beside each other, or one area through the years."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.components import shell
from dash_app.components.area.choose import area_link
from dash_app.components.compare import beside, course, form, multiples
from dash_app.jobs import comparisons
from dash_app.queries import area, area_figures, choices, compare, source
from dash_app.queries.area import Place

dash.register_page(
    __name__,
    path="/compare",
    name="Compare",
    title="Compare: geosafety",
    order=50,
    in_menu=True,
)


def layout(**asked: Any) -> html.Div:
    """Build the page for the areas in the URL (`?g=&a=&a=…`)."""
    if error := choices.problem():
        return shell.page("/compare", *shell.stopped(error))
    wanted = asked.get("a", "")
    texts = wanted if isinstance(wanted, list) else [wanted]
    chosen = compare.resolve(str(asked.get("g", "")), texts)
    return shell.page(
        "/compare",
        shell.notices(chosen.notes),
        *_content(chosen.places),
        form.kinds(area.layers(), chosen.geography),
        form.chooser(chosen, area.places(chosen.geography)),
        *_figures(chosen.places),
        synthetic=bool(source.manifest().get("synthetic")),
    )


def _content(places: tuple[Place, ...]) -> list[Any]:
    """Return the heading and the first sentence."""
    if not places:
        said = "Choose two to four areas of one kind, or one to see its years."
        return [html.H1("Compare areas"), html.P(said, className="sentence")]
    if len(places) == 1:
        place = places[0]
        said = course.sentence(place, compare.courses(place.geography, place.code))
        return [
            html.H1(f"{place.name} through the years"),
            html.P(said, className="sentence"),
        ]
    names = ", ".join(place.name for place in places[:-1])
    found = comparisons.beside(places[0].geography, tuple(p.code for p in places))
    return [
        html.H1(f"{names} and {places[-1].name}"),
        html.P(beside.sentence(found, places), className="sentence"),
    ]


def _figures(places: tuple[Place, ...]) -> list[Any]:
    if not places:
        return []
    trends = [area_figures.trend(p.geography, p.code) for p in places]
    if len(places) == 1:
        place = places[0]
        return [
            html.P(["About: ", area_link(place)], className="links"),
            *course.years(compare.courses(place.geography, place.code)),
            *course.surveys(compare.waves(place.geography, place.code)),
            *multiples.months(places, trends),
        ]
    found = comparisons.beside(places[0].geography, tuple(p.code for p in places))
    maps = [area_figures.locator(p.geography, p.code) for p in places]
    return [
        *beside.together(found, places),
        *beside.each_with_each(found),
        *multiples.months(places, trends),
        *multiples.where(places, maps),
    ]
