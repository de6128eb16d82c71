"""A drawing as PNG, by matplotlib's Agg: the same drawing, the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any

import numpy as np

from geosafety.publish.drawing import Circle, Drawing, Image, Part, Shape, Text, clean

DPI = 96
POINTS = 72 / DPI  # of a pixel


def png_bytes(drawing: Drawing, *, scale: float = 2.0) -> bytes:
    """Draw a drawing.

    Parameters
    ----------
    scale
        Pixels of the picture for each of the drawing's.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(drawing.width / DPI, drawing.height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, drawing.width)
    axes.set_ylim(drawing.height, 0)
    axes.set_axis_off()
    for order, part in enumerate(_joined(drawing.parts)):
        _draw(axes, part, order)
    out = BytesIO()
    # Without the name of the program, which holds its version.
    said = {"Title": drawing.title, "Description": drawing.about, "Software": None}
    kept = {name: clean(text) if text else text for name, text in said.items()}
    figure.savefig(out, format="png", dpi=DPI * scale, metadata=kept)
    return out.getvalue()


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Draw neighbours in the list that are painted alike at one go: it is faster."""
    for paint, run in groupby(parts, key=_alike):
        if paint is None:
            yield from run
            continue
        shapes = [part for part in run if isinstance(part, Shape)]
        rings = tuple(ring for shape in shapes for ring in shape.rings)
        yield replace(shapes[0], rings=rings, title="")


def _alike(part: Part) -> tuple[Any, ...] | None:
    if not isinstance(part, Shape):
        return None
    return part.fill, part.line, part.width, part.dash, part.closed


def _draw(axes: Any, part: Part, order: int) -> None:
    if isinstance(part, Shape):
        axes.add_artist(_patch(part, order))  # it measures nothing
    elif isinstance(part, Circle):
        axes.add_artist(_circle(part, order))
    elif isinstance(part, Image):
        _image(axes, part, order)
    else:
        _write(axes, part, order)


def _patch(part: Shape, order: int) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points = np.concatenate(part.rings)
    codes = np.concatenate([_codes(len(r), closed=part.closed) for r in part.rings])
    return PathPatch(Path(points, codes), zorder=order, **_paint(part))


def _codes(points: int, *, closed: bool) -> np.ndarray:
    from matplotlib.path import Path

    codes = np.full(points, Path.LINETO, dtype=Path.code_type)
    codes[0] = Path.MOVETO
    if closed:
        codes[-1] = Path.CLOSEPOLY
    return codes


def _circle(part: Circle, order: int) -> Any:
    from matplotlib.patches import Circle as Patch

    return Patch((part.x, part.y), part.radius, zorder=order, **_paint(part))


def _paint(part: Shape | Circle) -> dict[str, Any]:
    wide = part.width * POINTS
    dash = tuple(d / part.width for d in part.dash)  # it scales them by the width
    return {
        "facecolor": part.fill or "none",
        "edgecolor": part.line or "none",
        "linewidth": wide if part.line else 0.0,
        "linestyle": (0, dash) if dash else "solid",
    }


def _image(axes: Any, part: Image, order: int) -> None:
    from PIL import Image as Picture

    pixels = np.asarray(Picture.open(BytesIO(part.png)).convert("RGBA"))
    box = (part.x, part.x + part.width, part.y + part.height, part.y)
    # By hand, as `imshow` would set the limits of the axes anew.
    from matplotlib.image import AxesImage

    image = AxesImage(axes, extent=box, origin="upper", interpolation="nearest")
    image.set_data(pixels)
    image.set_zorder(order)
    axes.add_artist(image)


def _write(axes: Any, part: Text, order: int) -> None:
    from matplotlib.patheffects import withStroke

    where = {"start": "left", "middle": "center", "end": "right"}
    halo = [withStroke(linewidth=3 * POINTS, foreground="#ffffff")]
    axes.text(
        part.x,
        part.y,
        _known(clean(part.text)),
        size=part.size * POINTS,
        weight="bold" if part.bold else "normal",
        family="DejaVu Sans",
        color=part.colour,
        ha=where[part.anchor],
        va="baseline",
        zorder=order,
        parse_math=False,  # a name with two dollar signs is no formula
        path_effects=halo if part.halo else None,
    )


def _known(text: str) -> str:
    """Put "?" for letters that the font, which comes with matplotlib, does not have."""
    letters = _letters()
    return "".join(c if ord(c) in letters else "?" for c in text)


@cache
def _letters() -> frozenset[int]:
    from pathlib import Path

    import matplotlib
    from matplotlib.ft2font import FT2Font

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    fonts = [FT2Font(str(folder / f"DejaVuSans{w}.ttf")) for w in ("", "-Bold")]
    plain, bold = (frozenset(font.get_charmap()) for font in fonts)
    return plain & bold
