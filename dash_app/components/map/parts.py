"""Every part of the map page that follows the view."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash
from dash import html

from dash_app.components.map import (
    card,
    clusters,
    controls,
    key,
    leaflet,
    ranking,
    sentence,
)
from dash_app.queries import maps, patterns, source
from dash_app.table import Table
from dash_app.view import VALUE, View, period_text
from geosafety import settings
from geosafety.publish import words


def parts(view: View, *, order: str) -> dict[str, Any]:
    """Return what the page shows of a view, by the name of its place on the page."""
    table = maps.table(view)
    indicator = settings.indicator(view.indicator)
    row = table.row(view.area) if view.area else None
    spots, why = patterns.spots(view)
    if spots is not None:
        return {
            **clusters.parts(view, spots, row, indicator),
            "links": links(view),
        }
    highest = order != "lowest"
    return {
        "heading": [*heading(view, table), *_notice(why)],
        "hideout": leaflet.hideout(table, indicator),
        "key": key.key(table, row, indicator),
        "unit": f"Key: {words.unit_text(indicator) or indicator.unit}",
        "card": card.card(view, table, row, indicator),
        "listed": "Areas in order",
        "ranking": ranking.ranking(view, table, indicator, highest=highest),
        "links": links(view),
        "about": about(view, indicator),
    }


def changes(view: View, *, order: str) -> dict[str, Any]:
    """Return everything that changes when the view does: parts and controls."""
    chosen = {
        "g_value": view.geography,
        "i_value": view.indicator,
        "p_value": view.period,
        "grp_value": view.group,
        "v_value": view.look or VALUE,
    }
    tested = patterns.spots(view)[0] is not None
    return {
        **controls.options(view),
        **chosen,
        **parts(view, order=order),
        "no_looks": not patterns.has_spots(view.indicator),
        "fixed": tested,
        "unordered": tested,
        "url": leaflet.layer_url(view.geography),
        "chosen": leaflet.chosen(view),
        "area": view.area,
        "search": view.search(),
    }


def _notice(why: str) -> list[html.P]:
    return [html.P(why, className="notice")] if why else []


def heading(view: View, table: Table) -> list[Any]:
    """Return the view's name, its kind of figures and its sentence."""
    indicator = settings.indicator(view.indicator)
    layer = settings.geography(view.geography)
    row = table.row(view.area) if view.area else None
    said = (
        sentence.about_area(row, table, indicator, view.group)
        if row
        else sentence.about_all(table, indicator, layer)
    )
    period = period_text(view.period)
    return [
        html.H1(sentence.title(indicator, layer, period, view.group)),
        html.P(said, className="sentence"),
        html.P(_tags(table, indicator), className="tags"),
    ]


def _tags(table: Table, indicator: settings.Indicator) -> list[html.Span]:
    tags = [
        html.Span(words.KIND_WORDS.get(kind, kind), className=f"tag {kind}")
        for kind in table.kinds
    ]
    force = table.force
    other = force and indicator.measure in words.COMPARABLE
    if force and other and force.kind and force.kind not in table.kinds:
        text = f"Force figure: {force.kind}"
        tags.append(html.Span(text, className=f"tag {force.kind}"))
    return tags


def links(view: View) -> list[Any]:
    """Return the ways to take this view away."""
    search = view.search()
    name = quote(file_name(view))
    return [
        html.A("Show as table", href=dash.get_relative_path("/table") + search),
        html.A(
            "Download this view (CSV)",
            href=dash.get_relative_path("/view.csv") + search,
            download=name,
        ),
    ]


def file_name(view: View) -> str:
    """Name the file of a view."""
    tested = patterns.spots(view)[0] is not None
    return f"{view.indicator}_{view.geography}{'_clusters' if tested else ''}.csv"


def about(view: View, indicator: settings.Indicator) -> list[Any]:
    """Return what the areas are, and what the figure needs said about it."""
    layer = source.manifest().get("layers", {}).get(view.geography, {})
    known = settings.geography(view.geography)
    vintage = layer.get("vintage") or known.vintage
    note = layer.get("note") or known.note
    lines = [f"Areas: {known.plural} ({vintage}).", note, indicator.note]
    return [html.P(line) for line in lines if line]
