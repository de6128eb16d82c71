"""The map: canvas polygons fetched once, coloured by one character per area."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dash
import dash_leaflet as dl
from dash import html

from dash_app.components.attributes import aria
from dash_app.components.map import surfaces
from dash_app.queries import layers
from dash_app.table import Table
from dash_app.view import View
from geosafety.publish import words
from geosafety.publish.classes import CLUSTER_COLOURS, EMERGING_COLOURS
from geosafety.publish.spots import Spots
from geosafety.settings import Indicator

_OUTLINE = {"color": "#1f2933", "weight": 1.6, "fill": False, "opacity": 0.75}
# As in map.css, where the key draws the same lines.
_OVERLAYS = {
    "impact_area": {"color": "#b0006a", "weight": 2.4, "dashArray": "7 4"},
    "npu": {"color": "#0b0c0c", "weight": 2.8},
    "ward": {"color": "#5b2a86", "weight": 1.3},
    "msoa": {"color": "#6b3d00", "weight": 1.2, "dashArray": "4 3"},
    "lsoa": {"color": "#4a5058", "weight": 0.6},
}
_HALO = {"color": "#ffffff", "weight": 7, "fill": False}
_CHOSEN = {"color": "#0b0c0c", "weight": 3.5, "fill": False}
_HOVER = {"weight": 2.5, "color": "#0b0c0c", "dashArray": None}


def leaflet(view: View, drawn: dict[str, Any]) -> html.Div:
    """Return the whole map: areas, borough outlines and names, overlay, choice."""
    return html.Div(
        canvas(
            [
                areas(view, drawn),
                dl.Pane(
                    surfaces.image(view), id="surface", name="surface", style=_pane(350)
                ),
                *_boroughs(),
                dl.Pane(
                    overlays(view.overlays),
                    id="overlay",
                    name="overlay",
                    style=_pane(440),
                ),
                dl.Pane(name="venues", style={"zIndex": 445}),
                dl.Pane(chosen(view), id="chosen", name="chosen", style=_pane(450)),
            ],
            layers.bounds(),
        ),
        className="map",
        role="region",
        **aria(label="Map; every area is also in the list and in the table"),
    )


def canvas(content: list[Any], bounds: layers.Bounds) -> dl.MapContainer:
    """Return a map with a scale and nothing from outside; its script fits the bounds.

    Centre and zoom, not `bounds`, which dash-leaflet 1.1 cannot be given at first.
    """
    (south, west), (north, east) = bounds
    return dl.MapContainer(
        [
            *content,
            dl.ScaleControl(imperial=True, metric=True, position="bottomright"),
        ],
        center=[(south + north) / 2, (west + east) / 2],
        zoom=9.6,
        zoomSnap=0.05,
        zoomDelta=0.5,
        minZoom=8,
        maxZoom=16,
        preferCanvas=True,
        attributionControl=False,
        className="leaflet-map",
    )


def _pane(height: int) -> dict[str, Any]:
    return {"zIndex": height, "pointerEvents": "none"}


def areas(view: View, drawn: dict[str, Any]) -> dl.GeoJSON:
    """Return the coloured areas of one geography."""
    return dl.GeoJSON(
        id="areas",
        url=layer_url(view.geography),
        hideout=drawn,
        style={"variable": "geosafety.style"},
        onEachFeature={"variable": "geosafety.each"},
        hoverStyle=_HOVER,
    )


def layer_url(geography: str) -> str:
    """Return where the page fetches a layer: the digest makes it safe to keep."""
    digest = layers.outline_of(geography).digest
    return str(dash.get_relative_path(f"/geo/{geography}/{digest}.json"))


def hideout(table: Table, indicator: Indicator) -> dict[str, Any]:
    """Return what the browser needs to colour and label every area, in file order."""
    return {
        "first": table.rows[0].code if table.rows else "",
        "symbols": "".join(row.symbol for row in table.rows),
        "verdicts": "".join(row.verdict[:1] or "." for row in table.rows),
        "texts": words.value_texts([row.value for row in table.rows], indicator),
        "colours": list(table.scale.colours),
        "unit": words.unit_text(indicator),
        "bounds": layers.bounds(),
    }


def hideout_of_spots(spots: Spots, texts: list[str]) -> dict[str, Any]:
    """Return the same for a map of clusters: `plain` says that texts are whole."""
    late = spots.look == "emerging"
    return {
        "first": spots.rows[0].code if spots.rows else "",
        "symbols": "".join(row.symbol for row in spots.rows),
        "verdicts": "",
        "texts": texts,
        "colours": list(EMERGING_COLOURS if late else CLUSTER_COLOURS),
        "unit": "",
        "bounds": layers.bounds(),
        "plain": True,
    }


def chosen(view: View) -> list[Any]:
    """Return the outline of the chosen area, dark on a light halo."""
    layer = layers.layer_of(view.geography)
    if view.area not in layer.names:
        return []
    feature = layer.feature(view.area)
    shared: dict[str, Any] = {"data": feature, "interactive": False}
    return [
        dl.GeoJSON(style=_HALO, onEachFeature={"variable": "geosafety.fly"}, **shared),
        dl.GeoJSON(style=_CHOSEN, **shared),
    ]


def overlays(names: Iterable[str]) -> list[Any]:
    """Return what is laid over the map: outlines by address, and venues."""
    return [
        _venues()
        if name == layers.VENUES
        else dl.GeoJSON(
            id={"type": "overlay", "name": name},
            url=layer_url(name),
            style={"fill": False, **_OVERLAYS[name]},
            interactive=False,
        )
        for name in names
    ]


def _venues() -> dl.GeoJSON:
    features = [
        {
            "type": "Feature",
            "properties": {"name": v.name, "code": "", "postcode": v.postcode},
            "geometry": {"type": "Point", "coordinates": [v.longitude, v.latitude]},
        }
        for v in layers.venues()
    ]
    return dl.GeoJSON(
        id={"type": "overlay", "name": layers.VENUES},
        data={"type": "FeatureCollection", "features": features},
        pointToLayer={"variable": "geosafety.venue"},
    )


def _boroughs() -> list[Any]:
    if not layers.has_layer("local_authority"):
        return []
    outline = dl.GeoJSON(
        url=layer_url("local_authority"), style=_OUTLINE, interactive=False
    )
    names = dl.GeoJSON(
        data=layers.labels("local_authority"),
        pointToLayer={"variable": "geosafety.place"},
        interactive=False,
    )
    return [
        dl.Pane(outline, name="boroughs", style=_pane(430)),
        dl.Pane(names, name="names", style=_pane(460)),
    ]
