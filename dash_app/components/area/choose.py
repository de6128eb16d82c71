"""Choose an area: by name, by postcode, or from the list of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import dash
import dash_bootstrap_components as dbc
from dash import html

from dash_app.components import fields
from dash_app.components.attributes import aria
from dash_app.components.tables import folded, table
from dash_app.queries.area import Place
from dash_app.view import View, period_text
from geosafety import settings

# Layers of more areas than this are not suggested while typing.
MOST_SUGGESTED = 250
_SHORT = {
    "crime_rate": "Recorded crime per resident",
    "wmnow_rate": "WMNow members per person aged 16 and over",
    "feels_safe_home": "Feel safe where they live",
}


def area_link(place: Place, text: str = "") -> html.A:
    """Return a link to the page of an area."""
    query = urlencode({"g": place.geography, "a": place.code})
    href = f"{dash.get_relative_path('/area')}?{query}"
    return html.A(text or place.name, href=href)


def search(suggested: Iterable[Place], text: str = "") -> html.Form:
    """Return the box that finds an area; it works without script too."""
    names = dict.fromkeys(place.name for place in suggested)
    box = dbc.Input(
        id="find-area",
        name="q",
        type="search",
        list="area-names",
        value=text,
        required=True,
        autocomplete="off",
    )
    hint = "A name, a code or a postcode. Part of a name is enough."
    control = fields.field("Find an area", "find-area", box, hint=hint)
    options = [html.Option(value=name) for name in names]
    return fields.form(
        "/area/find", control, html.Datalist(options, id="area-names"), button="Find"
    )


def matches(text: str, found: Sequence[Place], said: Sequence[str]) -> list[Any]:
    """Say what was found for a text: links, or why there are none."""
    if not text:
        return []
    if not found:
        why = said or [f"No area here has “{text}” in its name."]
        return [html.Div([html.P(line) for line in why], className="notice")]
    items = [html.Li([area_link(p), html.Span(f" {p.kind}")]) for p in found[:30]]
    more = len(found) - len(items)
    return [
        html.H2(f"Found for “{text}”: {len(found):,}"),
        html.Ul(items, className="found"),
        html.P(f"And {more:,} more: type more of the name.") if more else None,
        *(html.P(line, className="hint") for line in said),
    ]


def layer_links(layers: Sequence[str], counts: Sequence[int]) -> html.Nav:
    """Return a link to the list of each kind of area."""
    path = dash.get_relative_path("/areas")
    links = [
        html.A(f"{settings.geography(g).plural} ({n:,})", href=f"{path}?g={g}")
        for g, n in zip(layers, counts, strict=True)
    ]
    return html.Nav(links, className="links", **aria(label="Kinds of area"))


def listed(
    geography: str,
    places: Sequence[Place],
    views: Sequence[View],
    said: dict[str, tuple[str, ...]],
) -> list[Any]:
    """Return the areas of a kind by name, each with what was found of it."""
    layer = settings.geography(geography)
    heads = ["Area", *(_head(view) for view in views)]
    rows = [[area_link(p), *said.get(p.code, ())] for p in places]
    return [
        html.H2(layer.plural),
        html.P(layer.note, className="hint") if layer.note else None,
        html.Div(
            table(f"{layer.plural}, by name", heads, rows, named=True, titled=True),
            className="listed",
        ),
    ]


def too_many(geography: str, count: int) -> list[Any]:
    """Say how to come to an area of a kind that is too many to list."""
    layer = settings.geography(geography)
    href = f"{dash.get_relative_path('/')}?g={geography}"
    return [
        html.H2(layer.plural),
        html.P(
            [
                f"There are {count:,}, too many to list. Find one by name above, or ",
                html.A("choose it on the map", href=href),
                ".",
            ]
        ),
    ]


def about_the_words() -> html.Details:
    """Say what the words of the lists mean, one click away."""
    lines = [
        "Every saying sets the area against the whole Force, by its interval and by "
        "what is large enough to matter; all areas of a kind are read together.",
        "“Cannot tell” is not “the same”: too little is known to say. “No meaningful "
        "difference” is a finding: the area is known to be near the Force.",
        "The list is in order of name. An order by number would be mostly chance.",
    ]
    return folded("What these words mean", html.Div([html.P(line) for line in lines]))


def _head(view: View) -> str:
    label = _SHORT.get(view.indicator, settings.indicator(view.indicator).label)
    return f"{label}, {period_text(view.period)}"
