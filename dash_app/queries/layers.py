"""The areas of each layer: their polygons, names and codes."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from dash_app.queries import postcodes
from dash_app.queries.choices import choices
from dash_app.queries.source import folder, frame_at, source
from geosafety import results, settings
from geosafety.errors import InputError, nearest

VENUES = "venues"
Bounds = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class WebLayer:
    """The polygons of a geography, as the page fetches them."""

    packed: bytes
    digest: str
    # Both by code, in the order of the polygons; each area as GeoJSON, which takes
    # twenty times the memory when parsed.
    names: dict[str, str]
    texts: dict[str, str]
    bounds: Bounds

    def feature(self, code: str) -> dict[str, Any]:
        """Return one area as GeoJSON."""
        found: dict[str, Any] = json.loads(self.texts[code])
        return found


@dataclass(frozen=True)
class Venue:
    """A place where a visit could be held; its position is in degrees."""

    name: str
    postcode: str
    kind: str
    longitude: float
    latitude: float


def layer_of(geography: str) -> WebLayer:
    """Return the polygons of one geography that has values."""
    if geography not in choices():
        text = f"There is no layer called {geography!r}."
        raise InputError(text, hint=nearest(geography, choices()))
    return outline_of(geography)


def has_layer(geography: str) -> bool:
    """Say whether the results hold the polygons of a geography."""
    known = geography in settings.geographies()
    return known and (folder() / "geometry" / f"{geography}.geojson.gz").exists()


def outline_of(geography: str) -> WebLayer:
    """Return the polygons of a geography, whether or not it has values."""
    if not has_layer(geography):
        text = f"These results hold no layer called {geography!r}."
        raise InputError(text, hint=nearest(geography, settings.geographies()))
    return layer_at(*source(), geography)


def bounds() -> Bounds:
    """Return the corners of everything there is, south-west and north-east."""
    return outline_of("force" if has_layer("force") else next(iter(choices()))).bounds


def overlays() -> list[str]:
    """Return what can be laid over the map: the boundaries of a layer, and venues.

    The boroughs are always drawn, and with them the edge of the Force.
    """
    drawn = ("force", "local_authority")
    found = [g for g in settings.geographies() if g not in drawn and has_layer(g)]
    return [*found, VENUES] if venues() else found


def venues() -> tuple[Venue, ...]:
    """Return the places where a visit could be held."""
    return _venues(*source())


def labels(geography: str) -> dict[str, Any]:
    """Return a point inside each area with its name, as GeoJSON."""
    return _labels(*source(), geography)


def find(geography: str, text: str) -> tuple[str, str]:
    """Look an area up by name, code or postcode: its code, and a sentence.

    The code is empty where there is none or more than one; the sentence says why.
    """
    if postcodes.looks_like_one(text):
        return postcodes.find(geography, text)
    wanted = text.strip().casefold()
    names = layer_of(geography).names
    exact = [c for c, n in names.items() if wanted in (n.casefold(), c.casefold())]
    exact = exact or [c for c, n in names.items() if wanted == f"{n} ({c})".casefold()]
    found = exact or [c for c, n in names.items() if wanted in n.casefold()]
    if len(found) == 1:
        return found[0], ""
    if not found:
        return "", f"No area here has “{text.strip()}” in its name."
    some = ", ".join(sorted(names[c] for c in found)[:4])
    return "", f"{len(found)} areas match: {some}{' …' if len(found) > 4 else ''}"


@lru_cache(maxsize=16)
def layer_at(path: Path, _stamp: int, geography: str) -> WebLayer:
    """Return the polygons of a layer of one build (`source`)."""
    packed = results.read_web_geometry(path, geography)
    features = json.loads(gzip.decompress(packed))["features"]
    points = [p for f in features for p in _points(f["geometry"]["coordinates"])]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return WebLayer(
        packed=packed,
        digest=hashlib.sha256(packed).hexdigest()[:16],
        names={f["properties"]["code"]: f["properties"]["name"] for f in features},
        texts={f["properties"]["code"]: json.dumps(f) for f in features},
        bounds=((min(lats), min(lons)), (max(lats), max(lons))),
    )


@lru_cache(maxsize=2)
def _venues(path: Path, stamp: int) -> tuple[Venue, ...]:
    table = frame_at(path, stamp, "venues")
    if table.empty:
        return ()
    points = gpd.points_from_xy(table["x"], table["y"], crs=settings.CRS)
    degrees = points.to_crs("EPSG:4326")
    rows = zip(table["name"], table["postcode"], table["kind"], degrees, strict=True)
    return tuple(
        Venue(str(name), str(postcode), str(kind), float(at.x), float(at.y))
        for name, postcode, kind, at in rows
        if not at.is_empty
    )


@lru_cache(maxsize=4)
def _labels(path: Path, stamp: int, geography: str) -> dict[str, Any]:
    layer = layer_at(path, stamp, geography)
    inside = shapely.point_on_surface(shapely.from_geojson([*layer.texts.values()]))
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Point", "coordinates": [point.x, point.y]},
        }
        for name, point in zip(layer.names.values(), inside, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _points(nested: list[Any]) -> list[list[float]]:
    if nested and isinstance(nested[0], (int, float)):
        return [nested]
    return [point for part in nested for point in _points(part)]
