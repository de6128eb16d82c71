"""The strokes that drawings are made of, as SVG, and what their axes share. PURE.

Only paths, lines, circles and text, which browsers and the PDF writer draw alike; no
ids, so that many drawings may stand in one page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from geosafety.publish.words import period_text

TOPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10)
INK, MIDDLE, PALE, PAPER = "#111111", "#767676", "#dcdee1", "#ffffff"
RULE = "#c5cad1"
FONT = 'font-family="Helvetica"'


def svg(width: float, height: float, parts: Iterable[str]) -> str:
    """Put parts on a sheet, in pixels from its top left corner."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg>'
    )


def line(  # noqa: PLR0913
    x1: float, y1: float, x2: float, y2: float, colour: str, wide: float
) -> str:
    """Draw a straight line."""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{wide}"/>'


def rect(x: float, y: float, wide: float, high: float, fill: str) -> str:
    """Draw a filled box."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"'
    return f'<rect {place} fill="{fill}"/>'


def text(x: float, y: float, words: str, size: float, anchor: str = "start") -> str:
    """Write a line of text; `y` is its base line."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" '
        f'text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'
    )


def dotted_path(points: Sequence[tuple[float, float]]) -> Iterable[str]:
    """Draw a line through points, and a dot on each."""
    ends = "L".join(f"{x:.1f},{y}" for x, y in points)
    yield f'<path d="M{ends}" fill="none" stroke="{INK}" stroke-width="1.8"/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y}" r="2" fill="{INK}"/>'


def runs(values: Sequence[float]) -> list[list[int]]:
    """Return the positions of known values, a list for each unbroken run.

    Examples
    --------
    >>> runs([1.0, float("nan"), 2.0, 3.0])
    [[0], [2, 3]]
    """
    found: list[list[int]] = []
    for i, value in enumerate(values):
        if not math.isfinite(value):
            continue
        if found and found[-1][-1] == i - 1:
            found[-1].append(i)
        else:
            found.append([i])
    return found


def ceiling(value: float) -> float:
    """Return a round number at or above a value, for the top of an axis.

    Examples
    --------
    >>> ceiling(463), ceiling(0.013)
    (500.0, 0.015)
    """
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    # 0.3 / 0.1 is a little under 3.
    return next(round(m * power, 12) for m in TOPS if m * power >= value * (1 - 1e-9))


def gap(x: float, step: float, high: float, base: float) -> str:
    """Mark a month that is not covered: a pale band, and a cross at the foot."""
    cross = 2.6
    return (
        rect(x - step / 2, high, step, base - high, "#eceef0")
        + line(x - cross, base - 9, x + cross, base - 3, INK, 1)
        + line(x - cross, base - 3, x + cross, base - 9, INK, 1)
    )


def month_labels(
    periods: Sequence[str], where: Sequence[float], base: float, *, size: float = 10
) -> Iterable[str]:
    """Name the first and last month, and each January that is not too near to them."""
    last = len(periods) - 1
    for i, period in enumerate(periods):
        end = i in (0, last)
        room = 6 * size
        clear = where[i] - where[0] > room and where[-1] - where[i] > room
        if not end and not (period.endswith("-01") and clear):
            continue
        anchor = "start" if i == 0 else "end" if i == last else "middle"
        yield line(where[i], base, where[i], base + 4, INK, 1)
        name, _, year = period_text(period).partition(" ")
        # A name of one's own (a quarter, say) stays as it is.
        yield text(
            where[i], base + 5 + size, f"{name[:3]} {year}".strip(), size, anchor
        )
