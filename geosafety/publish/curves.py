"""How uneven a thing is, as a curve: drawn in lines that need no colour. PURE."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from geosafety.publish.briefing import Picture
from geosafety.publish.classes import number
from geosafety.publish.drawing import INK, Drawing, Shape, Text, svg_bytes

Point = tuple[float, float, float]
Line = Sequence[tuple[float, float]]
LEFT, TOP, SIDE = 46.0, 12.0, 280.0
GREY, PALE = "#6b7280", "#c5cad1"
MARKS = (0, 25, 50, 75, 100)
NAMED = (50, 80)  # per cent of places at which the words give the curve's height


def lorenz_picture(points: Sequence[Point], *, what: str = "crime") -> Picture | None:
    """Draw a Lorenz curve: what part of crime the quietest places hold.

    Parameters
    ----------
    points
        Per cent of places from the quietest on, per cent of crime they hold, and what
        they would hold were so few crimes spread as evenly as can be; in order, from
        0 to 100.
    what
        What is counted, inside a sentence.

    Returns
    -------
    Picture or None
        None where there are too few points for a curve.

    Notes
    -----
    Lorenz (1905), Publications of the American Statistical Association 9 (70).
    """
    known = [p for p in points if all(math.isfinite(x) for x in p)]
    if len(known) < 3:
        return None
    even = [(p[0], p[2]) for p in known]
    real = [(p[0], p[1]) for p in known]
    parts = [
        *_axes(what),
        _line(even, GREY, 1.4, (5, 4)),
        _line(real, INK, 2.6),
        *_names(even, real),
    ]
    words = lorenz_words(known, what=what)
    drawing = Drawing(
        width=LEFT + SIDE + 18,
        height=TOP + SIDE + 44,
        title=f"How unevenly {what} is spread",
        about=words,
        parts=tuple(parts),
    )
    return Picture(svg=svg_bytes(drawing).decode(), alt=words)


def lorenz_words(points: Sequence[Point], *, what: str = "crime") -> str:
    """Say where a Lorenz curve runs, at the points nearest to half and four fifths.

    Examples
    --------
    >>> lorenz_words([(0, 0, 0), (50, 20, 50), (80, 45, 80), (100, 100, 100)])
    'Curve: the quietest 50% of places hold 20% of crime, the quietest 80% hold 45%.'
    """
    found = [min(points, key=lambda p: abs(p[0] - at)) for at in NAMED]
    said = [(number(p[0], 0), number(p[1], 0)) for p in found]
    start = f"Curve: the quietest {said[0][0]}% of places hold {said[0][1]}% of {what}"
    if said[0] == said[1]:
        return f"{start}."
    return f"{start}, the quietest {said[1][0]}% hold {said[1][1]}%."


def _at(x: float, y: float) -> tuple[float, float]:
    return LEFT + SIDE * x / 100, TOP + SIDE * (1 - y / 100)


def _line(
    points: Line,
    colour: str,
    width: float,
    dash: tuple[float, ...] = (),
) -> Shape:
    ring = np.array([_at(x, y) for x, y in points])
    return Shape(rings=(ring,), line=colour, width=width, dash=dash, closed=False)


def _axes(what: str) -> list[Shape | Text]:
    parts: list[Shape | Text] = []
    for mark in MARKS:
        colour = GREY if mark == 0 else PALE
        parts.append(_line([(0, mark), (100, mark)], colour, 0.8))
        x, y = _at(0, mark)
        label = f"{mark}%"
        parts.append(Text(x=x - 6, y=y + 4, text=label, size=11, anchor="end"))
        x, y = _at(mark, 0)
        parts.append(Text(x=x, y=y + 16, text=label, size=11, anchor="middle"))
    x, y = _at(50, 0)
    along = "of places, the quietest first"
    parts.append(Text(x=x, y=y + 34, text=along, size=12, anchor="middle"))
    parts.append(Text(x=LEFT + 6, y=TOP + 13, text=f"of {what}", size=12))
    return parts


def _names(even: Line, real: Line) -> list[Text]:
    """Name the two lines: the even one above it, the real one below."""
    x, y = _at(*min(even, key=lambda p: abs(p[0] - 40)))
    text = "as even as can be"
    first = Text(x=x - 8, y=y - 4, text=text, size=12, anchor="end", colour=GREY)
    along, up = min(real, key=lambda p: abs(p[0] - 55))
    x, y = _at(min(along, 58), max(up - 10, 4))
    return [first, Text(x=x + 8, y=y, text="as it is", size=12, bold=True)]
