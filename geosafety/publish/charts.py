"""Values through time as SVG: a line, intervals as a band, a gap where none is known.

Greys alone, and shapes that differ, so that a photocopy says as much as the screen.
Several charts share a scale when they are given the same `top`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geosafety.publish.briefing import Picture
from geosafety.publish.classes import number
from geosafety.publish.svg import (
    INK,
    RULE,
    ceiling,
    dotted_path,
    gap,
    line,
    month_labels,
    rect,
    runs,
    svg,
    text,
)
from geosafety.publish.words import period_text

BAND = "#c9ced6"
LEFT, HIGH, SIZE = 40.0, 12.0, 12.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value at a time, with its 95 % interval; missing where it is not known.

    Attributes
    ----------
    period
        As in a table of results: `2024-03`.
    """

    period: str
    value: float
    lower: float = math.nan
    upper: float = math.nan


def top_of(*series: Sequence[Point]) -> float:
    """Return the round number that the axis of every one of these series reaches.

    Examples
    --------
    >>> top_of([Point(period="2024-01", value=3.1, upper=3.6)], [])
    4.0
    """
    highest = [
        end
        for points in series
        for point in points
        for end in (point.value, point.upper)
        if math.isfinite(end)
    ]
    return ceiling(max(highest, default=1.0))


def band_picture(
    points: Sequence[Point],
    *,
    what: str,
    top: float = math.nan,
    places: int = 0,
    size: tuple[float, float] = (440, 190),
) -> Picture:
    """Draw values by month, each on its interval; what is not known is left out.

    The axis begins at nothing. A value that is missing breaks line and band, and its
    month is marked with a cross; nothing is drawn across it.

    Parameters
    ----------
    points
        In order, without gaps: a month without a value stays in, as missing.
    what
        What the values are, to begin the words for who cannot see it.
    top
        Where the axis ends; without it, the round number above these points.
    places
        Decimals of the numbers in words.
    size
        Width and height, in pixels.
    """
    known = [p for p in points if math.isfinite(p.value)]
    if not known:
        words = f"{what}: there is no figure for any month."
        return Picture(svg=svg(size[0], 30, [text(4, 20, words, SIZE)]), alt=words)
    end = top if math.isfinite(top) else top_of(points)
    base, right = size[1] - 42, size[0] - 8
    step = (right - LEFT) / len(points)
    where = [LEFT + step * (i + 0.5) for i in range(len(points))]
    crossed = [
        x for x, p in zip(where, points, strict=True) if not math.isfinite(p.value)
    ]
    parts = [gap(x, step, HIGH, base) for x in crossed]
    parts += _axis(right, base, end)
    parts += _values(points, where, base, end)
    parts += month_labels([p.period for p in points], where, base, size=SIZE)
    parts.append(text(LEFT, base + 36, _key(points), SIZE - 1))
    return Picture(svg=svg(*size, parts), alt=_words(what, points, known, places))


def _values(
    points: Sequence[Point], where: Sequence[float], base: float, end: float
) -> Iterable[str]:
    """Draw the bands, and the lines over them; both break where there is no value."""

    def y(value: float) -> float:
        return round(base - (base - HIGH) * value / end, 1)

    for run in runs([p.upper - p.lower + p.value for p in points]):
        yield _band([(where[i], y(points[i].lower), y(points[i].upper)) for i in run])
    for run in runs([p.value for p in points]):
        yield from dotted_path([(where[i], y(points[i].value)) for i in run])


def _axis(right: float, base: float, end: float) -> Iterable[str]:
    """Draw nothing, a half and the end, and number them."""
    for part in (0.0, 0.5, 1.0):
        y = base - (base - HIGH) * part
        yield line(LEFT, y, right, y, RULE if part else INK, 0.7 if part else 1)
        value = part * end
        shown = number(value, 0) if value == round(value) else f"{value:g}"
        yield text(LEFT - 6, y + 4, shown, SIZE, "end")


def _band(ends: Sequence[tuple[float, float, float]]) -> str:
    """Draw the intervals of a run: a band, or a bar where a value stands alone."""
    if len(ends) == 1:
        x, low, high = ends[0]
        return rect(x - 2.5, high, 5, max(low - high, 1), BAND)
    there = "L".join(f"{x:.1f},{high}" for x, _, high in ends)
    back = "L".join(f"{x:.1f},{low}" for x, low, _ in reversed(ends))
    return f'<path d="M{there}L{back}Z" fill="{BAND}"/>'


def _key(points: Sequence[Point]) -> str:
    said = []
    if any(math.isfinite(p.upper - p.lower) for p in points):
        said.append("Band: 95 % interval.")
    if any(not math.isfinite(p.value) for p in points):
        said.append("x: no figure, left out; not zero.")
    return " ".join(said)


def _words(
    what: str, points: Sequence[Point], known: Sequence[Point], places: int
) -> str:
    most, least = (pick(known, key=lambda p: p.value) for pick in (max, min))
    first, last = period_text(points[0].period), period_text(points[-1].period)
    text = (
        f"{what}, {first} to {last}: highest in {period_text(most.period)} "
        f"({number(most.value, places)}), lowest in {period_text(least.period)} "
        f"({number(least.value, places)})."
    )
    if missing := len(points) - len(known):
        text += f" {missing} of {len(points)} months have no figure: left out."
    return text
