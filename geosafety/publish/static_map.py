"""A map as a picture to put in a report: PNG or SVG, with all that it needs to say.

`draw` takes the same sheet as the web page: title, notes, key, base and sources stand
on the picture, so that it can be torn out of the report and still be read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geosafety.errors import MethodError
from geosafety.publish.drawing import (
    INK,
    Circle,
    Drawing,
    Part,
    Shape,
    Text,
    svg_bytes,
    wrapped,
)
from geosafety.publish.map_frame import SMALL, Frame, picture_part, scale_bar
from geosafety.publish.map_patterns import EDGE_GREY, look, pattern_parts, rings_of
from geosafety.publish.map_sheet import (
    CONTEXT,
    DOT,
    GROUND,
    OUTLINE,
    KeyLine,
    MapSheet,
    Mark,
)

if TYPE_CHECKING:
    pass

WIDTH, EDGE, KEY = 1280.0, 24.0, 300.0
MAP = WIDTH - 3 * EDGE - KEY
TITLE, BODY, LABEL = 22.0, 13.0, 11.0
SOFT = "#4a5058"
OVERLAY = "#b0006a"
INSIDE = 0.75  # of a label, on its own area
MOST_LABELS = 40  # areas; with more of them names would cover the map


def draw(sheet: MapSheet, form: Literal["png", "svg"] | str = "png") -> bytes:
    """Draw a map as a picture.

    The same sheet gives the same bytes. North is up: grid north, or that of Web
    Mercator where a surface lies under the areas.

    Parameters
    ----------
    sheet
        As for `map_page.page_html`.
    form
        `png` (two pixels for each of the layout's) or `svg` (text stays text).

    Raises
    ------
    MethodError
        It is neither.
    """
    drawing = layout(sheet)
    if form == "svg":
        return svg_bytes(drawing)
    if form != "png":
        problem = f"A picture of a map is not written as {form!r}."
        raise MethodError(problem, hint="Use png or svg.")
    from geosafety.publish.drawing_png import png_bytes

    return png_bytes(drawing)


def layout(sheet: MapSheet) -> Drawing:
    """Lay a map out: title and notes, map and key, base and sources."""
    top, parts = _paragraphs([sheet.title], EDGE, 18.0, size=TITLE, bold=True)
    top, notes = _paragraphs(sheet.notes, EDGE, top + 2, size=BODY)
    frame = Frame.of(sheet, left=EDGE, top=top + 8, wide=MAP)
    foot, key = _key(sheet, EDGE * 2 + MAP, frame.top)
    foot = max(foot, frame.top + frame.height) + 6
    foot, sources = _paragraphs(sheet.sources, EDGE, foot, size=SMALL, colour=SOFT)
    return Drawing(
        width=WIDTH,
        height=math.ceil(foot + 10),
        title=sheet.title,
        about=_about(sheet),
        parts=(*parts, *notes, *_map(sheet, frame), *key, *sources),
    )


def _about(sheet: MapSheet) -> str:
    """Say the map in words: notes, key with counts, base."""
    lines = [
        f"{line.label}: {line.count:,}" if line.count is not None else line.label
        for line in sheet.key
    ]
    return " ".join(
        [*sheet.notes, f"{sheet.key_title}. {'; '.join(lines)}.", sheet.base]
    )


def _paragraphs(  # noqa: PLR0913
    texts: Iterable[str],
    left: float,
    top: float,
    *,
    size: float,
    width: float = WIDTH - 2 * EDGE,
    bold: bool = False,
    colour: str = INK,
) -> tuple[float, list[Text]]:
    """Set paragraphs below each other; return where the next may begin."""
    lines = []
    for text in texts:
        room = width / 1.1 if bold else width
        for line in wrapped(text, room, size):
            top += size * 1.35
            lines.append(
                Text(x=left, y=top, text=line, size=size, bold=bold, colour=colour)
            )
        top += size * 0.25
    return top, lines


def _map(sheet: MapSheet, frame: Frame) -> Iterator[Part]:
    yield _box(EDGE, frame.top, MAP, frame.height, GROUND)
    if sheet.picture:
        yield picture_part(sheet.picture, frame)
    if sheet.context is not None:
        for shape in frame.shapes(sheet.context, coverage=True).values():
            rings = rings_of(shape)
            yield Shape(rings=rings, fill=CONTEXT, line=EDGE_GREY, width=0.8)
    shapes = frame.shapes(sheet.geometry, coverage=True)
    yield from _areas(sheet, shapes)
    for layer in sheet.outlines.values():
        for shape in frame.shapes(layer, coverage=False).values():
            rings = rings_of(shape)
            yield Shape(rings=rings, line="#ffffff", width=3.6)  # to be seen on dark
            yield Shape(rings=rings, line=OVERLAY, width=2.0, dash=(7, 4))
    if len(shapes) <= MOST_LABELS and not sheet.marks:
        yield from _labels(sheet, shapes)
    for mark in sheet.marks:
        yield from _mark(mark, frame)
    yield from scale_bar(frame)


def _areas(sheet: MapSheet, shapes: dict[str, Any]) -> Iterator[Part]:
    """Draw every area; those with a line of their own last, patterns over all."""
    import shapely

    by_symbol: dict[str, list[str]] = {}
    for code in shapes:
        by_symbol.setdefault(sheet.tips[code].symbol, []).append(code)
    looks = {symbol: look(symbol, sheet.colours) for symbol in by_symbol}
    order = sorted(by_symbol, key=lambda s: (looks[s].fill == "", s))
    for symbol in order:
        one = looks[symbol]
        for code in by_symbol[symbol]:
            tip = sheet.tips[code]
            yield Shape(
                rings=rings_of(shapes[code]),
                fill=one.fill,
                line=one.line,
                width=one.width,
                dash=one.dash,
                title=f"{tip.name}: {sheet.said(tip)}",
            )
        if one.pattern:
            whole = shapely.union_all([shapes[code] for code in by_symbol[symbol]])
            yield from pattern_parts(whole, one)
    rings = rings_of(shapely.union_all(list(shapes.values())))
    yield Shape(rings=rings, line=SOFT, width=1.0)


def _labels(sheet: MapSheet, shapes: dict[str, Any]) -> Iterator[Text]:
    """Write name and value on the areas where they fit, the largest first."""
    taken: list[Any] = []
    for code, shape in sorted(shapes.items(), key=lambda one: (-one[1].area, one[0])):
        tip = sheet.tips[code]
        # Over a surface the value would be read as that of the colour below it.
        lines = [tip.name] if sheet.picture else [tip.name, tip.text]
        for middle in _middles(shape):
            room = _room(middle, lines)
            fits = room.intersection(shape).area > INSIDE * room.area
            if fits and not any(room.intersects(other) for other in taken):
                taken.append(room)
                yield from _label(middle, lines)
                break


def _middles(shape: Any) -> list[Any]:
    """Return where a label may stand: the widest place of the area first."""
    import shapely

    ring = shapely.maximum_inscribed_circle(shape, tolerance=2.0)
    return [shapely.Point(ring.coords[0]), shape.representative_point()]


def _room(middle: Any, lines: list[str]) -> Any:
    import shapely

    half = max(len(line) for line in lines) * LABEL * 0.3
    return shapely.box(
        middle.x - half, middle.y - LABEL, middle.x + half, middle.y + LABEL * 1.4
    )


def _label(middle: Any, lines: list[str]) -> Iterator[Text]:
    for row, line in enumerate(lines):
        yield Text(
            x=middle.x,
            y=middle.y + row * LABEL * 1.25,
            text=line,
            size=LABEL,
            bold=row == 1,
            anchor="middle",
            halo=True,
        )


def _mark(mark: Mark, frame: Frame) -> Iterator[Part]:
    x, y = frame.pixels(np.array([[mark.x, mark.y]]))[0].tolist()
    if mark.reach:
        reach = mark.reach * frame.scale * frame.metre
        yield Circle(x=x, y=y, radius=reach, line=mark.colour, width=1.2, dash=(5, 4))
    yield Circle(x=x, y=y, radius=mark.size, fill=mark.colour, line="#ffffff")
    if mark.number:
        yield Text(
            x=x,
            y=y + 4,
            text=str(mark.number),
            size=LABEL,
            bold=True,
            anchor="middle",
            colour="#ffffff",
        )


def _key(sheet: MapSheet, left: float, top: float) -> tuple[float, list[Part]]:
    parts: list[Part] = []
    heading = [sheet.key_title]
    top, lines = _paragraphs(heading, left, top, size=BODY, width=KEY, bold=True)
    parts += lines
    for line in sheet.key:
        parts += _swatch(line, sheet.colours, left, top + 6)
        count = "" if line.count is None else f"{line.count:,}"
        if count:
            parts.append(
                Text(x=left + KEY, y=top + 18, text=count, size=BODY, anchor="end")
            )
        room = KEY - 34 - 9 * len(count)
        top, said = _paragraphs([line.label], left + 32, top, size=BODY, width=room)
        parts += said
        top += 3
    below = [sheet.base] if sheet.base else []
    top, lines = _paragraphs(
        below, left, top + 4, size=SMALL + 1, width=KEY, colour=SOFT
    )
    return top, [*parts, *lines]


def _swatch(
    line: KeyLine, colours: tuple[str, ...], left: float, top: float
) -> Iterator[Part]:
    import shapely

    if line.symbol == OUTLINE:
        ends = np.array([[left, top + 8], [left + 22, top + 8]])
        yield Shape(rings=(ends,), line=OVERLAY, width=2.0, dash=(7, 4), closed=False)
    elif line.symbol == DOT:
        yield Circle(x=left + 11, y=top + 8, radius=7, fill=line.colour)
    elif line.colour:
        yield _box(left, top, 22, 16, line.colour, line="#8b929c")
    else:
        one = look(line.symbol, colours)
        edge = one.line if one.dash else "#8b929c"
        box = _box(left, top, 22, 16, one.fill or GROUND, line=edge)
        yield Shape(rings=box.rings, fill=box.fill, line=edge, dash=one.dash)
        yield from pattern_parts(shapely.box(left, top, left + 22, top + 16), one)


def _box(  # noqa: PLR0913
    x: float, y: float, width: float, height: float, fill: str, *, line: str = ""
) -> Shape:
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]]
    return Shape(rings=(np.array(corners),), fill=fill, line=line)
