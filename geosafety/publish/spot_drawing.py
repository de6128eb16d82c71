"""A small picture of where hot and cold areas lie: marks over borough borders. PURE.

Hot points up and cold points down; filled is stable and open is fragile, so that the
picture says the same without colour. It shows where to look, not how large an area is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from geosafety.publish.briefing import Picture
from geosafety.publish.classes import CLUSTER_COLOURS
from geosafety.publish.drawing import Drawing, Shape, Text, svg_bytes
from geosafety.publish.spots import FOUND, Spot

WIDTH, EDGE, FOOT = 420.0, 8.0, 44.0
RADIUS = 5.2
KEY = (("hot", "stable"), ("hot", "fragile"), ("cold", "stable"), ("cold", "fragile"))
Rings = Sequence[Sequence[Sequence[float]]]


def spot_map(
    spots: Sequence[Spot],
    points: Mapping[str, tuple[float, float]],
    outlines: Sequence[Rings],
    *,
    words: str,
) -> Picture | None:
    """Mark the hot and cold areas on the outlines of boroughs.

    Parameters
    ----------
    spots
        What each area is; those neither hot nor cold are left out.
    points
        Longitude and latitude of a point inside each area, by its code.
    outlines
        The rings of each outline, in longitude and latitude.
    words
        What the picture shows, for who cannot see it.

    Returns
    -------
    Picture or None
        None where there is no outline to draw on.
    """
    ends = [point for rings in outlines for ring in rings for point in ring]
    if not ends:
        return None
    at, height = _fitted(ends)
    parts: list[Shape | Text] = [
        Shape(
            rings=tuple(np.array([at(*p[:2]) for p in ring]) for ring in rings),
            fill="#ffffff",
            line="#8b929c",
            width=0.8,
        )
        for rings in outlines
    ]
    found = [s for s in spots if s.label in FOUND and s.code in points]
    # The firm findings last, on top.
    for spot in sorted(found, key=lambda s: s.stability_word == "stable"):
        parts.append(_mark(at(*points[spot.code]), spot.label, spot.stability_word))
    parts += _key(height)
    drawing = Drawing(
        width=WIDTH,
        height=height + FOOT,
        title="Where the hot and cold areas are",
        about=words,
        parts=tuple(parts),
    )
    return Picture(svg=svg_bytes(drawing).decode(), alt=words)


def _fitted(points: Sequence[Sequence[float]]) -> tuple[Any, float]:
    """Return how degrees become pixels, and the height of the picture's map."""
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    west, north = min(lons), max(lats)
    squeeze = math.cos(math.radians((north + min(lats)) / 2))
    scale = (WIDTH - 2 * EDGE) / ((max(lons) - west) * squeeze or 1)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return EDGE + (lon - west) * squeeze * scale, EDGE + (north - lat) * scale

    return at, 2 * EDGE + (north - min(lats)) * scale


def _mark(place: tuple[float, float], label: str, sure: str) -> Shape:
    x, y = place
    up = -1 if label == "hot" else 1
    tip, foot = y + up * RADIUS * 1.25, y - up * RADIUS * 0.85
    ring = np.array([[x, tip], [x - RADIUS, foot], [x + RADIUS, foot]])
    colour = CLUSTER_COLOURS[FOUND.index(label)]
    fill = colour if sure == "stable" else "#ffffff"
    line = "#0b0c0c" if sure == "stable" else colour
    return Shape(
        rings=(ring,), fill=fill, line=line, width=0.7 if fill == colour else 2
    )


def _key(height: float) -> Iterable[Shape | Text]:
    for i, (label, sure) in enumerate(KEY):
        x, y = 16 + 190 * (i // 2), height + 10 + 20 * (i % 2)
        yield _mark((x, y), label, sure)
        text = f"{label.capitalize()}, {sure}"
        yield Text(x=x + 14, y=y + 5, text=text, size=13)
