"""The pictures of a briefing as SVG: where an area is, its months, its intervals.

Black, white and greys alone, told apart by shape, line and words as well, so that a
photocopy says as much as the screen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geosafety.publish.briefing import Picture, short
from geosafety.publish.classes import number
from geosafety.publish.svg import (
    INK,
    MIDDLE,
    PALE,
    PAPER,
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

if TYPE_CHECKING:
    import geopandas as gpd

MAP, SIDE = 230.0, 18.0  # the map, and room beside it for a name
LETTER = 5.4  # the mean width of a letter in a name on the map
# Half widths to the right, and upwards: where a name is tried.
MOVES = ((0, 0), (-0.5, 0), (0.5, 0), (0, 12), (0, -12), (0, 26), (0, -26), (0, 40))
HALO = f'fill="{PAPER}" stroke="{PAPER}" stroke-width="3" stroke-linejoin="round"'
MOST_NAMED = 6  # neighbours, in words
SPAN = 5.0  # times what matters, to either side of an interval picture
SMALL_PART = 0.08  # of the map's width: a smaller area gets a ring around it


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month and its count; missing where the source does not cover it."""

    period: str
    count: float


def interval_picture(
    figure: tuple[float, float, float], beside: float, matters: float, *, alt: str
) -> Picture | None:
    """Draw a value as a dot on its interval, beside what it is set against.

    The scale is the same for every figure in what matters: `SPAN` times as much to
    either side, or as far as the interval reaches. A scale of each figure's own would
    show a difference that does not matter as large as one that does.

    Parameters
    ----------
    figure
        Value, lower and upper end.
    beside
        The Force's value, or 0 of a change; missing draws neither line nor band.
    matters
        The smallest difference that matters, in the unit of the value.

    Returns
    -------
    Picture or None
        None where there is no value.
    """
    if not math.isfinite(figure[0]):
        return None
    ends = [x for x in figure if math.isfinite(x)]
    middle = beside if math.isfinite(beside) else figure[0]
    known = matters if math.isfinite(matters) and matters > 0 else 0.1 * abs(middle)
    reach = max([SPAN * known, *(1.05 * abs(x - middle) for x in ends)]) or 1.0

    def x(at: float) -> float:
        return 80 + 76 * (at - middle) / reach

    parts = []
    if math.isfinite(beside):
        near = x(beside - known)
        parts.append(rect(near, 1, x(beside + known) - near, 20, PALE))
        parts.append(line(x(beside), 1, x(beside), 21, INK, 2.2))
    parts.append(line(2, 11, 158, 11, MIDDLE, 0.7))
    if len(ends) == 3:
        wide = max(x(figure[2]) - x(figure[1]), 1.0)
        parts.append(rect(x(figure[1]), 8, wide, 6, MIDDLE))
    parts.append(f'<circle cx="{x(figure[0]):.1f}" cy="11" r="4.4" fill="{INK}"/>')
    return Picture(svg=svg(160, 22, parts), alt=alt)


def trend_picture(months: Sequence[Month], *, width: float = 420) -> Picture:
    """Draw counts by month; a month that is not covered is left out and marked.

    Parameters
    ----------
    months
        In order, without gaps: a month without a count stays in, as missing.
    """
    known = [m for m in months if math.isfinite(m.count)]
    if not known:
        words = "No month of recorded crime is wholly covered."
        parts = [text(4, 20, words, 11)]
        return Picture(svg=svg(width, 30, parts), alt=words)
    top = ceiling(max(m.count for m in known))
    left, right, high, base = 44.0, width - 6, 12.0, 104.0
    step = (right - left) / max(len(months) - 1, 1)
    where = [left + step * i for i in range(len(months))]

    def y(count: float) -> float:
        return round(base - (base - high) * count / top, 1)

    parts = [_axis(left, right, base, high, top)]
    for x, month in zip(where, months, strict=True):
        if not math.isfinite(month.count):
            parts.append(gap(x, max(step, 4), high, base))
    for run in runs([m.count for m in months]):
        parts += dotted_path([(where[i], y(months[i].count)) for i in run])
    parts += month_labels([m.period for m in months], where, base)
    if len(known) < len(months):
        words = "x  not wholly covered: left out, not zero"
        parts.append(text(where[0], base + 28, words, 9))
    return Picture(svg=svg(width, 134, parts), alt=_trend_words(months, known))


def _axis(left: float, right: float, base: float, high: float, top: float) -> str:
    return (
        line(left, base, right, base, INK, 1)
        + line(left, high, right, high, RULE, 0.7)
        + text(left - 8, base + 4, "0", 10, "end")
        + text(left - 8, high + 4, number(top, 0), 10, "end")
    )


def _trend_words(months: Sequence[Month], known: Sequence[Month]) -> str:
    most, least = (pick(known, key=lambda m: m.count) for pick in (max, min))
    first, last = period_text(months[0].period), period_text(months[-1].period)
    text = (
        f"Recorded crimes by month, {first} to {last}: most in "
        f"{period_text(most.period)} ({number(most.count, 0)}), fewest in "
        f"{period_text(least.period)} ({number(least.count, 0)})."
    )
    if missing := len(months) - len(known):
        text += f" {missing} of {len(months)} months are not wholly covered: left out."
    return text


def locator_picture(
    areas: gpd.GeoDataFrame,
    code: str,
    force: gpd.GeoDataFrame,
    boroughs: gpd.GeoDataFrame,
) -> Picture:
    """Draw where an area lies: filled, its neighbours shaded, in the force area.

    Parameters
    ----------
    areas, force, boroughs
        Polygons indexed by `area_code`, with `area_name`, in metres; `boroughs` are
        outlines and names to find one's way by.
    code
        The area, one of `areas`.
    """
    own = areas.loc[[code]]
    near = areas[areas.intersects(own.geometry.iloc[0].buffer(5))].drop(index=code)
    west, south, east, north = force.total_bounds
    scale = MAP / (east - west)

    def at(x: float, y: float) -> tuple[float, float]:
        return round((x - west) * scale + SIDE, 1), round((north - y) * scale + 3, 1)

    parts = [_shape(g, at, PAPER, INK, 1.6) for g in force.geometry]
    parts += [_shape(g, at, PALE, MIDDLE, 0.7) for g in near.geometry]
    parts += [_shape(g, at, "none", MIDDLE, 0.7) for g in boroughs.geometry]
    parts += [_shape(g, at, "#3a3f47", INK, 1) for g in own.geometry]
    parts += _ring(own.total_bounds, at, scale)
    parts += _names(boroughs, own.geometry.iloc[0], at, scale)
    height = round((north - south) * scale + 6, 1)
    name = str(own["area_name"].iloc[0])
    words = _locator_words(name, [str(n) for n in near["area_name"]])
    return Picture(svg=svg(MAP + 2 * SIDE, height, parts), alt=words)


def _ring(bounds: Sequence[float], at: Any, scale: float) -> Iterable[str]:
    """Put a ring around an area that would be overlooked."""
    west, south, east, north = bounds
    extent = max(east - west, north - south) * scale
    if extent < SMALL_PART * MAP:
        x, y = at((west + east) / 2, (south + north) / 2)
        yield (
            f'<circle cx="{x}" cy="{y}" r="{extent / 2 + 9:.1f}" fill="none" '
            f'stroke="{INK}" stroke-width="1.6"/>'
        )


def _locator_words(name: str, near: Sequence[str]) -> str:
    words = f"Map: {name} is filled dark within the force area."
    if not near:
        return words
    more = f" and {len(near) - MOST_NAMED} more" if len(near) > MOST_NAMED else ""
    return f"{words} Shaded beside it: {', '.join(near[:MOST_NAMED])}{more}."


def _names(
    boroughs: gpd.GeoDataFrame, own: Any, at: Any, scale: float
) -> Iterable[str]:
    """Name the boroughs, moved where the dark area would swallow a name.

    A name for which there is no room is left out.
    """
    from shapely import box

    points = boroughs.representative_point()
    for name, point in zip(boroughs["area_name"], points, strict=True):
        label = short(str(name), 16)
        half = LETTER * len(label) / 2 / scale
        for right, up in MOVES:
            x, y = point.x + right * half, point.y + up / scale
            room = box(x - half, y - 6 / scale, x + half, y + 6 / scale)
            if not room.intersects(own):
                across, down = at(x, y)
                name = text(across, down + 3, label, 10, "middle")
                # Once more in white below it, so that no border strikes it through.
                yield name.replace(f'fill="{INK}"', HALO)
                yield name
                break


def _shape(shape: Any, at: Any, fill: str, edge: str, wide: float) -> str:
    """Draw a polygon, holes and all, as coarse as a small map allows."""
    drawn = shape.simplify(120, preserve_topology=True)
    rings = [
        ring
        for part in getattr(drawn, "geoms", [drawn])
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    path = "".join(
        "M" + "L".join(f"{x},{y}" for x, y in (at(*c[:2]) for c in ring.coords)) + "Z"
        for ring in rings
    )
    return (
        f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="{edge}" '
        f'stroke-width="{wide}"/>'
    )
