"""The map of a plan: who is still out of reach, the venues, and how far they reach."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
from dash import html

from dash_app.components.attributes import aria
from dash_app.components.map.leaflet import canvas, layer_url
from dash_app.queries import layers, outreach
from geosafety.publish.plan_map import STATES

_OUTLINE = {"color": "#1f2933", "weight": 1.6, "fill": False, "opacity": 0.75}
_PATCH = {"color": "#0b0c0c", "weight": 3, "fill": False}
_SMALL = "lsoa"
_SYMBOLS = dict(zip(STATES, "0123456789", strict=False))  # one character an area


def plan_map(plan: dict[str, Any], patch: str) -> html.Section:
    """Return the map and its key; the list beside it says the same in words."""
    chart = canvas(
        [
            _areas(plan, patch),
            *_outlines(patch),
            dl.Pane(_venues(plan), name="venues", style={"zIndex": 460}),
        ],
        outreach.bounds_of(plan, patch),
    )
    said = aria(label="Map of the plan; the list of visits says the same")
    return html.Section(
        [html.Div(chart, className="map", role="region", **said), key(plan, patch)],
        **aria(label="Map and key"),
    )


def _areas(plan: dict[str, Any], patch: str) -> dl.GeoJSON:
    order = layers.outline_of(_SMALL).names
    states = [_SYMBOLS[plan["areas"].get(code, "none")] for code in order]
    return dl.GeoJSON(
        url=layer_url(_SMALL),
        hideout={
            "states": "".join(states),
            "colours": {_SYMBOLS[s]: colour for s, (_, colour) in STATES.items()},
            "bounds": outreach.bounds_of(plan, patch),
        },
        style={"variable": "geosafety.planArea"},
        interactive=False,
    )


def _outlines(patch: str) -> list[Any]:
    found = []
    if layers.has_layer("local_authority"):
        url = layer_url("local_authority")
        found.append(dl.GeoJSON(url=url, style=_OUTLINE, interactive=False))
    feature = outreach.outline_of(patch)
    if feature is not None:
        found.append(dl.GeoJSON(data=feature, style=_PATCH, interactive=False))
    lines: list[Any] = [
        dl.Pane(found, name="lines", style={"zIndex": 430, "pointerEvents": "none"})
    ]
    return lines


def _venues(plan: dict[str, Any]) -> dl.GeoJSON:
    """Return every venue as a mark, the chosen ones last, so that they lie on top."""
    order = ("other", "booked", "pick")
    marks = sorted(plan["venues"], key=lambda venue: order.index(venue["state"]))
    features = [_point(venue, venue["state"], plan) for venue in marks]
    circles = [_point(v, "reach", plan) for v in marks if v["state"] != "other"]
    return dl.GeoJSON(
        data={
            "type": "FeatureCollection",
            "features": [*(circles if plan["radius"] else []), *features],
        },
        pointToLayer={"variable": "geosafety.planMark"},
        onEachFeature={"variable": "geosafety.planName"},
    )


def _point(venue: dict[str, Any], state: str, plan: dict[str, Any]) -> dict[str, Any]:
    number = f"{venue['rank']}. " if venue["rank"] else ""
    return {
        "type": "Feature",
        "geometry": {
            "type": "Point",
            "coordinates": [venue["longitude"], venue["latitude"]],
        },
        "properties": {
            "name": number + venue["name"],
            "state": state,
            "rank": venue["rank"],
            "metres": plan["radius"],
        },
    }


def key(plan: dict[str, Any], patch: str) -> html.Ul:
    """Return what the marks and the colours mean."""
    states = {venue["state"] for venue in plan["venues"]}
    areas = set(plan["areas"].values())
    lines = [
        (html.I(className="pick"), "a visit of this plan, with its number", "pick"),
        (html.I(className="booked"), "an event booked already", "booked"),
        (html.I(className="other"), "a venue not chosen", "other"),
    ]
    shown: list[Any] = [[mark, text] for mark, text, state in lines if state in states]
    if plan["radius"]:
        shown.append([html.I(className="round"), f"within {plan['walk']}"])
    labels = {state: label for state, (label, _) in STATES.items()}
    if patch != outreach.WHOLE:
        labels["none"] += ", or outside the patch"
    shown += [
        [html.I(style={"background": colour}), f"area: {labels[state]}"]
        for state, (_, colour) in STATES.items()
        if state in areas
    ]
    return html.Ul([html.Li(line) for line in shown], className="plan-key")
