"""Everything that is known of an area, in the order of a reader's questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import dash
from dash import html

from dash_app.components.area import figures, trend
from dash_app.components.area.choose import area_link
from dash_app.components.attributes import aria
from dash_app.components.pictures import picture
from dash_app.components.tables import folded, table
from dash_app.queries.area import Place
from dash_app.queries.area_figures import Trend
from dash_app.queries.parents import Step
from geosafety.publish.briefing import Briefing, Listing, Picture

WAITING = (
    "The verdicts, what people said and the most similar areas are being worked out. "
    "This takes a few seconds for the first area of its kind, then none."
)


def way(place: Place, steps: Sequence[Step]) -> html.Nav:
    """Return the way to an area, each step a link."""
    areas = dash.get_relative_path("/areas")
    items = [
        html.Li(html.A("Areas", href=areas)),
        html.Li(html.A(place.kind, href=f"{areas}?g={place.geography}")),
    ]
    for step in steps:
        above = Place(geography=step.geography, code=step.code, name=step.name)
        mostly = ["mostly "] if step.mostly else []
        items.append(html.Li([*mostly, area_link(above)]))
    return html.Nav(html.Ol(items), className="way", **aria(label="Part of"))


def links(place: Place) -> html.Nav:
    """Return the ways on from an area: the map, a comparison, the printed page."""
    query = urlencode({"g": place.geography, "a": place.code})
    name = f"/briefing/{place.geography}/{place.code}"
    ways = {
        "Show on the map": f"/?{query}",
        "Compare with other areas": f"/compare?{query}",
        "Print the briefing (PDF, one A4 page)": f"{name}.pdf",
        "The briefing as a web page": f"{name}.html",
    }
    anchors = [
        html.A(
            text, href=_relative(to), className="button plain" if ".pdf" in to else ""
        )
        for text, to in ways.items()
    ]
    return html.Nav(anchors, className="links", **aria(label="This area elsewhere"))


def waiting(months: Trend | None, map_: Picture | None) -> list[Any]:
    """Return what is known at once, while the rest is worked out."""
    return [
        html.P(WAITING, className="hint waiting", role="status"),
        _pair(months, map_),
    ]


def body(
    place: Place,
    briefing: Briefing,
    months: Trend | None,
    map_: Picture | None,
    codes: Mapping[str, str],
) -> list[Any]:
    """Return the whole profile.

    Parameters
    ----------
    codes
        By name, the codes of areas of the same kind, for links.
    """
    return [
        *(html.P(text, className="banner") for text in briefing.banners),
        *figures.sentences(briefing.sentences),
        *figures.tiles(briefing.figures),
        html.P([f"{briefing.hot} ", _spots()], className="hot"),
        _pair(months, map_),
        html.Div(
            [
                html.Section([html.H2("What people said"), *listing(briefing.said)]),
                html.Section(_alike(place, briefing.alike, codes)),
            ],
            className="halves",
        ),
        html.H2("Gaps: who is not heard, what is short"),
        html.Ul([html.Li(line) for line in briefing.gaps], className="prose"),
        folded(
            "Where these figures come from, and how to read them",
            html.Div([html.P(line) for line in briefing.sources], className="sources"),
        ),
    ]


def _pair(months: Trend | None, map_: Picture | None) -> html.Div:
    where = (
        [] if map_ is None else [html.H2("Where it is"), picture(map_, name="where")]
    )
    return html.Div(
        [html.Section(trend.by_month(months)), html.Section(where)], className="halves"
    )


def listing(found: Listing) -> list[Any]:
    """Return a small table with what has to be said of it; without rows, the reason."""
    said = [html.P(line, className="hint") for line in found.words]
    if not found.rows:
        return said
    right = range(1, len(found.heads))
    return [
        table(found.caption, found.heads, found.rows, numbers=right, named=True),
        *said,
    ]


def _alike(place: Place, found: Listing, codes: Mapping[str, str]) -> list[Any]:
    """Return the most similar areas, what makes them so, and the way to compare."""
    known = {row[0]: codes[row[0]] for row in found.rows if row[0] in codes}
    linked = tuple((_link(place, row[0], known), *row[1:]) for row in found.rows)
    shown = Listing(
        caption=found.caption, heads=found.heads, rows=linked, words=found.words
    )
    asked = [
        ("g", place.geography),
        ("a", place.code),
        *(("a", c) for c in known.values()),
    ]
    href = f"{_relative('/compare')}?{urlencode(asked)}"
    compare = html.P(html.A(f"Compare {place.name} with these", href=href))
    return [
        html.H2("Most similar areas"),
        *listing(shown),
        compare if known else None,
    ]


def _link(place: Place, name: str, known: Mapping[str, str]) -> Any:
    if name not in known:
        return name
    return area_link(Place(geography=place.geography, code=known[name], name=name))


def _spots() -> html.A:
    query = urlencode({"g": "lsoa", "i": "crime_rate", "v": "clusters"})
    return html.A("Hot and cold spots on the map", href=f"{_relative('/')}?{query}")


def _relative(path: str) -> str:
    return str(dash.get_relative_path(path))
