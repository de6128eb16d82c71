"""Which areas are hot or cold, how firm that is, and where they lie."""

from __future__ import annotations

import math
from typing import Any

import dash
from dash import html

from dash_app.auth import EXPORT, who
from dash_app.components.pictures import picture
from dash_app.components.tables import folded, table
from dash_app.queries import hotspots
from dash_app.queries.hotspots import Asked
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number
from geosafety.publish.cluster_words import about_all, definition_texts, title
from geosafety.publish.pattern_words import MOVED, VARIED, q_text
from geosafety.publish.spots import FOUND, Spot, Spots

SHOWN = 12  # areas of a list that are not folded


def heading(asked: Asked, found: Spots) -> html.Div:
    """Say what was found, the finding first."""
    indicator = settings.indicator(asked.view.indicator)
    first, *more = about_all(found, asked.view, indicator)
    kinds = [
        html.Span(words.KIND_WORDS.get(kind, kind), className=f"tag {kind}")
        for kind in found.kinds
    ]
    return html.Div(
        [
            html.H1(title(found, asked.view, indicator)),
            html.P(first, className="sentence"),
            html.P(kinds, className="tags"),
            html.P(" ".join(more), className="more"),
        ],
        id="heading",
    )


def links(asked: Asked) -> html.P:
    """Lead to the same findings on the map, as a table and as a file."""
    search, late = asked.view.search(), asked.view.search(v="emerging")
    on_map = dash.get_relative_path("/")
    return html.P(
        [
            html.A("See them on the map", href=on_map + search),
            html.A("By month on the map", href=on_map + late),
            html.A("Every area as a table", href=f"{on_map}table{search}"),
            html.A("Download every area (CSV)", href=f"{on_map}view.csv{search}")
            if who().may(EXPORT)
            else None,
        ],
        className="links",
    )


def where(asked: Asked, found: Spots, late: Spots | None) -> list[Any]:
    """List the hot and the cold areas beside a small map of them."""
    counts = [f"{len(found.labelled(label)):,} {label}" for label in FOUND]
    said = f"Map of the boroughs: {' and '.join(counts)} areas are marked; the tables "
    drawn = hotspots.picture(asked, found, f"{said}name them.")
    lists = [part for label in FOUND for part in _listed(label, asked, found, late)]
    shown = picture(drawn, name="spot-map") if drawn else None
    return [
        html.H2("Which areas", id="which"),
        html.Div([html.Div(lists), shown], className="drawn"),
        _statistics(found),
    ]


def _listed(label: str, asked: Asked, found: Spots, late: Spots | None) -> list[Any]:
    rows = found.labelled(label)
    heading = html.H3(f"{label.capitalize()}: {len(rows):,}")
    if not rows:
        return [heading, html.P(f"No area here is {label}.", className="hint")]
    inside = any(row.impact_area for row in found.rows)
    heads = ["Area", "How firm", *(["Impact area"] if inside else [])]
    heads += ["By month", "Against the same months before"]
    body = [_row(row, asked, found, late, inside=inside) for row in rows]
    name = f"{label.capitalize()} areas, the clearest first"
    parts = [heading, table(name, heads, body[:SHOWN], named=True, titled=True)]
    if rest := body[SHOWN:]:
        text = f"Show the other {len(rest):,} {label} areas"
        others = table(f"The other {label} areas", heads, rest, named=True, titled=True)
        parts.append(folded(text, others))
    return parts


def _row(
    spot: Spot, asked: Asked, found: Spots, late: Spots | None, *, inside: bool
) -> list[Any]:
    link = dash.get_relative_path("/") + asked.view.search(a=spot.code)
    sure = spot.stability_word or "not known"
    share = words.share_text(spot.stability)
    by_month = late.row(spot.code) if late else None
    cells = [
        html.A(spot.name, href=link),
        f"{sure}, {share} of runs" if share else sure,
    ]
    if inside:
        area = found.impact_areas.get(spot.impact_area, spot.impact_area)
        cells.append(area or "none")
    return [*cells, _months(by_month), spot.change or "not tested"]


def _months(spot: Spot | None) -> str:
    if spot is None or not spot.months:
        return "not tested"
    name = "not hot now" if spot.emerging == "none" else spot.emerging
    return f"{name}; hot in {spot.hot_months:,} of {spot.months:,} months"


def _statistics(found: Spots) -> html.Details | None:
    rows = [row for label in FOUND for row in found.labelled(label)]
    if not rows:
        return None
    body = [
        (row.name, row.label, number(row.z, 2), q_text(row.q))
        for row in rows
        if math.isfinite(row.z)
    ]
    heads = ("Area", "Finding", "Gi* z-score", "q-value")
    shown = table("The statistics", heads, body, numbers=(2, 3), named=True)
    return folded("The statistics behind these (z-score and q-value)", shown)


def firm(asked: Asked, found: Spots) -> list[Any]:
    """Say how many findings hold under other fair choices, and which these were."""
    counts = [
        (
            label.capitalize(),
            *(
                f"{sum(r.stability_word == w for r in found.labelled(label)):,}"
                for w in ("stable", "fragile")
            ),
        )
        for label in FOUND
    ]
    moved = found.points.startswith("points moved")
    varied = [*VARIED, MOVED] if moved else VARIED
    indicator = settings.indicator(asked.view.indicator)
    meaning = html.Div([html.P(text) for text in definition_texts(found, indicator)])
    text = (
        "The test was run again with other fair choices. A finding is stable if it "
        "holds in at least four of five runs, and fragile if not: go and look before "
        "relying on it."
    )
    return [
        html.H2("How firm are these findings?", id="firm"),
        html.P(text),
        table("Findings by how firm they are", ("Finding", "Stable", "Fragile"), counts)
        if any(found.labelled(label) for label in FOUND)
        else None,
        table("What was varied", ("Choice", "Tried"), varied),
        folded("What the words mean, and what they do not say", meaning),
    ]
