"""Plain shapes in pixels, and the same written as SVG. PURE.

A pattern is drawn as its own lines and dots, cut to the areas it fills: it then looks
alike in a browser, a word processor and a PNG, and needs no ids.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import numpy as np

INK = "#0b0c0c"
# Nearly as wide as each other: a line breaks in the same place whichever is there.
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"
Ring = np.ndarray  # (points, 2), pixels from the top left corner
# What XML may not hold is left out.
_FORBIDDEN: dict[int, str | None] = {
    **dict.fromkeys([*range(32), *range(0x7F, 0xA0), *range(0xD800, 0xE000)]),
    **dict.fromkeys([0xFFFE, 0xFFFF]),
    **dict.fromkeys([9, 10, 13], " "),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """Polygons (every ring closed, holes among them) or open lines, drawn alike."""

    rings: tuple[Ring, ...]
    fill: str = ""
    line: str = ""
    width: float = 1.0
    dash: tuple[float, ...] = ()
    closed: bool = True
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Circle:
    """A circle."""

    x: float
    y: float
    radius: float
    fill: str = ""
    line: str = ""
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Text:
    """One line of text; `y` is its base line."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    anchor: str = "start"
    colour: str = INK
    halo: bool = False


@dataclass(frozen=True, kw_only=True)
class Image:
    """A PNG, stretched over a box."""

    png: bytes
    x: float
    y: float
    width: float
    height: float


Part = Shape | Circle | Text | Image


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A finished drawing.

    Attributes
    ----------
    title, about
        What it is and what it says, for who cannot see it.
    """

    width: float
    height: float
    title: str
    about: str
    parts: tuple[Part, ...]


def clean(text: str) -> str:
    r"""Leave out what no text may hold: control characters, halves of characters.

    Examples
    --------
    >>> clean("Hall\x0b one\nIt")
    'Hall one It'
    """
    return text.translate(_FORBIDDEN)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit a width in pixels, by the mean letter."""
    import textwrap

    letters = max(int(width / (size * 0.56)), 8)
    return textwrap.wrap(clean(text), letters) or [""]


def svg_bytes(drawing: Drawing) -> bytes:
    """Write a drawing as SVG: text stays text, nothing is fetched, nothing runs."""
    size = f'width="{drawing.width:g}" height="{drawing.height:g}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" '
        f'xml:lang="en-GB" font-family="{FONTS}">\n'
        f"<title>{_text(drawing.title)}</title>\n<desc>{_text(drawing.about)}</desc>\n"
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n'
    )
    body = "\n".join(piece for part in drawing.parts for piece in _svg(part))
    return f"{head}{body}\n</svg>\n".encode()


def _svg(part: Part) -> Iterable[str]:
    if isinstance(part, Shape):
        yield _shape(part)
    elif isinstance(part, Circle):
        place = f'cx="{part.x:.1f}" cy="{part.y:.1f}" r="{part.radius:.1f}"'
        yield f"<circle {place} {_paint(part)}/>"
    elif isinstance(part, Image):
        data = base64.b64encode(part.png).decode()
        yield (
            f'<image x="{part.x:.1f}" y="{part.y:.1f}" width="{part.width:.1f}" '
            f'height="{part.height:.1f}" preserveAspectRatio="none" '
            f'href="data:image/png;base64,{data}"/>'
        )
    else:
        # A halo of its own below: not every program paints the line under the fill.
        halo = ' stroke="#ffffff" stroke-width="3" stroke-linejoin="round"'
        if part.halo:
            yield _line_of_text(part, halo)
        yield _line_of_text(part, "")


def _line_of_text(part: Text, more: str) -> str:
    weight = ' font-weight="bold"' if part.bold else ""
    return (
        f'<text x="{part.x:.1f}" y="{part.y:.1f}" font-size="{part.size:g}"{weight} '
        f'text-anchor="{part.anchor}" fill="{"#ffffff" if more else part.colour}"'
        f"{more}>{_text(part.text)}</text>"
    )


def _shape(part: Shape) -> str:
    end = "Z" if part.closed else ""
    path = "".join(
        "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in ring.tolist()) + end
        for ring in part.rings
    )
    start = f'<path d="{path}" fill-rule="evenodd" {_paint(part)}'
    if not part.title:
        return f"{start}/>"
    return f"{start}><title>{_text(part.title)}</title></path>"


def _paint(part: Shape | Circle) -> str:
    said = f'fill="{part.fill or "none"}"'
    if part.line:
        said += f' stroke="{part.line}" stroke-width="{part.width:g}"'
    if part.dash:
        said += f' stroke-dasharray="{" ".join(f"{d:g}" for d in part.dash)}"'
    return said


def _text(text: str) -> str:
    return escape(clean(text))
