"""How areas are filled on a picture: colours, hatching, dots, grids, outlines. PURE.

The looks are those of patterns.js, so that a pattern means the same on the page, on the
standalone map and on a picture of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geosafety.publish.classes import (
    INCOMPLETE,
    LOW_BASE,
    LOW_ZERO,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    PLAIN_GREY,
    SUPPRESSED,
    TOO_FEW,
    ZERO,
    hatch_line,
)
from geosafety.publish.drawing import Circle, Part, Ring, Shape
from geosafety.publish.map_sheet import EDGE, LOW

if TYPE_CHECKING:
    import shapely

WHITE, GREY, EDGE_GREY, DARK = "#ffffff", "#b4b9c1", "#8b929c", "#4a4f57"
STEP = 7.0  # pixels between lines, and between dots


@dataclass(frozen=True, kw_only=True)
class Look:
    """The paint of an area, and the pattern over it: "", hatch, dots or grid."""

    fill: str = WHITE
    line: str = WHITE
    width: float = 0.7
    dash: tuple[float, ...] = ()
    pattern: str = ""


def look(symbol: str, colours: Sequence[str]) -> Look:
    """Return how an area is drawn.

    Examples
    --------
    >>> look("0", ["#aabbcc"]).fill, look("a", ["#aabbcc"]).pattern
    ('#aabbcc', 'hatch')
    >>> look("s", []).dash
    (3, 3)
    """
    if symbol.isdigit():
        return Look(fill=colours[int(symbol)])
    if symbol in LOW_BASE:
        return Look(fill=colours[LOW_BASE.index(symbol)], pattern="hatch")
    return _OTHERS.get(symbol, Look(fill=GREY))


_OTHERS = {
    ZERO: Look(line=EDGE_GREY),
    LOW_ZERO: Look(line=EDGE_GREY, pattern="hatch"),
    LOW: Look(line=EDGE_GREY, pattern="hatch"),
    SUPPRESSED: Look(fill="", line=DARK, width=1.3, dash=(3, 3)),
    INCOMPLETE: Look(line=EDGE_GREY, pattern="dots"),
    TOO_FEW: Look(line=EDGE_GREY, pattern="dots"),
    NOT_TESTED: Look(line=EDGE_GREY, pattern="grid"),
    NOT_SIGNIFICANT: Look(fill=PLAIN_GREY),
    EDGE: Look(fill="", line=DARK, width=0.9),
}


def pattern_parts(shape: shapely.Geometry, one: Look) -> Iterable[Part]:
    """Draw the pattern of a look over polygons, in pixels."""
    if one.pattern == "hatch":
        yield from _lines(shape, hatch_line(one.fill), 1.1, _diagonals)
    elif one.pattern == "grid":
        yield from _lines(shape, "#6b7280", 1.0, _grid)
    elif one.pattern == "dots":
        yield from _dots(shape)


def _lines(shape: Any, colour: str, width: float, make: Any) -> Iterable[Shape]:
    """Cut lines across the whole to the areas that they fill."""
    import shapely

    west, north, east, south = shape.bounds
    cut = shapely.intersection(shapely.multilinestrings(make(shape.bounds)), shape)
    parts = [part for part in shapely.get_parts(cut) if part.geom_type == "LineString"]
    if parts:
        rings = tuple(shapely.get_coordinates(part) for part in parts)
        yield Shape(rings=rings, line=colour, width=width, closed=False)


def _diagonals(bounds: tuple[float, ...]) -> list[list[tuple[float, float]]]:
    """Lines of 45 degrees; on whole steps, so that neighbours' lines meet."""
    west, north, east, south = bounds
    first = np.floor((west + north) / STEP) * STEP
    sums = np.arange(first, east + south + STEP, STEP)
    return [[(s - south, south), (s - north, north)] for s in sums]


def _grid(bounds: tuple[float, ...]) -> list[list[tuple[float, float]]]:
    west, north, east, south = bounds
    down = [[(x, north), (x, south)] for x in _steps(west, east, STEP)]
    return down + [[(west, y), (east, y)] for y in _steps(north, south, STEP)]


def _steps(start: float, end: float, step: float) -> np.ndarray:
    steps: np.ndarray = np.arange(np.floor(start / step) * step, end + step, step)
    return steps


def _dots(shape: Any) -> Iterable[Circle]:
    import shapely

    west, north, east, south = shape.bounds
    x, y = np.meshgrid(
        _steps(west, east, STEP) + STEP / 2, _steps(north, south, STEP) + STEP / 2
    )
    inside = shapely.contains_xy(shape, x, y)
    for across, down in zip(x[inside], y[inside], strict=True):
        yield Circle(x=float(across), y=float(down), radius=1.3, fill=DARK)


def rings_of(shape: shapely.Geometry) -> tuple[Ring, ...]:
    """Return the rings of polygons; holes run the other way round than outer rings."""
    import shapely

    turned = shapely.orient_polygons(shape)
    rings: list[Ring] = []
    for part in shapely.get_parts(turned):
        if part.geom_type == "Polygon":
            found = (part.exterior, *part.interiors)
            rings += [shapely.get_coordinates(ring) for ring in found]
    return tuple(rings)
