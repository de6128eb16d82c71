"""Every part of the map page that follows the view."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import dash
from dash import html

from dash_app.auth import EXPORT, who
from dash_app.components.map import (
    card,
    clusters,
    controls,
    key,
    leaflet,
    ranking,
    sentence,
)
from dash_app.components.tables import folded
from dash_app.components.tables import table as as_table
from dash_app.queries import layers, looks, maps, patterns, source
from dash_app.table import Table
from dash_app.view import AGAINST, VALUE, View, period_text
from geosafety import settings
from geosafety.publish import words


def parts(view: View, *, order: str) -> dict[str, Any]:
    """Return what the page shows of a view, by the name of its place on the page."""
    spots, why = patterns.spots(view)
    if spots is not None:
        row = maps.table(view).row(view.area) if view.area else None
        made = clusters.parts(view, spots, row, settings.indicator(view.indicator))
    else:
        made = _of_values(view, why, highest=order != "lowest")
    outlined = key.outlines(view.overlays, controls.OVERLAY_WORDS)
    return {
        **made,
        "card": card.with_ways(view, made["card"]),
        "key": [*made["key"], *outlined],
        "links": links(view),
    }


def _of_values(view: View, why: str, *, highest: bool) -> dict[str, Any]:
    """Return the parts of a map of values, of their change, or of their gap."""
    shown, instead = looks.drawn(view)
    table = maps.table(shown)
    indicator = settings.indicator(shown.indicator)
    row = table.row(view.area) if view.area else None
    unit = words.unit_text(indicator) or indicator.unit
    beside = ", set beside the Force" if shown.look == AGAINST else ""
    return {
        "heading": [*heading(shown, table), *_notice(why or instead)],
        "hideout": leaflet.hideout(table, indicator),
        "key": key.key(table, row, indicator),
        "unit": f"Key: {unit}{beside}",
        "card": card.card(shown, table, row, indicator),
        "listed": "Areas in order",
        "ranking": ranking.ranking(shown, table, indicator, highest=highest),
        "about": [*venue_list(view), *about(shown, indicator)],
    }


def changes(view: View, *, order: str) -> dict[str, Any]:
    """Return everything that changes when the view does: parts and controls."""
    tested = patterns.spots(view)[0] is not None
    time = controls.place_in_time(view)
    return {
        **controls.options(view),
        "g_value": view.geography,
        "i_value": view.indicator,
        "p_value": view.period,
        "grp_value": view.group,
        "v_value": view.look or VALUE,
        **parts(view, order=order),
        "step": time["box"]["value"],
        "step_max": time["box"]["max"],
        "step_says": time["said"],
        "timeless": tested or time["alone"],
        "no_looks": not controls.has_looks(view),
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
        )
        if who().may(EXPORT)
        else None,
        html.A(
            "Picture (PNG)",
            href=dash.get_relative_path("/view.png") + search,
            download=name.removesuffix(".csv") + ".png",
        ),
    ]


def file_name(view: View) -> str:
    """Name the file of a view."""
    tested = patterns.spots(view)[0] is not None
    name = looks.drawn(view)[0].indicator
    return f"{name}_{view.geography}{'_clusters' if tested else ''}.csv"


def venue_list(view: View) -> list[Any]:
    """Return the venues in words, where they are laid over the map."""
    if layers.VENUES not in view.overlays:
        return []
    rows = [
        (v.name, v.postcode, words.KIND_WORDS.get(v.kind, "")) for v in layers.venues()
    ]
    made = as_table("Venues", ("Venue", "Postcode", "Kind"), sorted(rows), named=True)
    return [folded(f"The {len(rows):,} venues as a list", made)]


def about(view: View, indicator: settings.Indicator) -> list[Any]:
    """Return what the areas are, and what the figure needs said about it."""
    layer = source.manifest().get("layers", {}).get(view.geography, {})
    known = settings.geography(view.geography)
    vintage = layer.get("vintage") or known.vintage
    note = layer.get("note") or known.note
    lines = [f"Areas: {known.plural} ({vintage}).", note, indicator.note]
    return [html.P(line) for line in lines if line]
