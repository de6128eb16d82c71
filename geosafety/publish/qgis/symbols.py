"""How QGIS draws an area: the looks of the maps on web pages, in QGIS's own words.

A symbol is written as QGIS 3 stores it in a style file: layers of fill, each a list of
properties. Lengths are millimetres on paper or screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as Xml

from geosafety.publish.classes import (
    INCOMPLETE,
    LOW_BASE,
    LOW_ZERO,
    SUPPRESSED,
    ZERO,
    hatch_line,
)

_WHITE, _EDGE, _DOT, _MISSING = "#ffffff", "#8b929c", "#4a4f57", "#b4b9c1"
_HATCH = {"angle": "45", "distance": "1.5", "distance_unit": "MM"}
_DOTS = {"distance_x": "1.8", "distance_y": "1.8"}
_DOTS |= {"distance_x_unit": "MM", "distance_y_unit": "MM"}


def symbol_xml(symbol: str, name: str, colours: tuple[str, ...]) -> Xml.Element:
    """Return how QGIS draws one symbol of `classes`, as an element `<symbol>`.

    Parameters
    ----------
    symbol
        The one character that says how an area is drawn.
    name
        By what the rules of the style call it.
    colours
        The colours of the classes, lowest first.

    Examples
    --------
    >>> made = symbol_xml("s", "0", ("#fdf0b5",))
    >>> options = {o.get("name"): o.get("value") for o in made.iter("Option")}
    >>> options["style"], options["outline_style"]
    ('no', 'dash')
    """
    made = Xml.Element("symbol", type="fill", name=name, alpha="1", clip_to_extent="1")
    if symbol == SUPPRESSED:
        _fill(made, _WHITE, edge=_DOT, solid=False)
    elif symbol == ZERO:
        _fill(made, _WHITE, edge=_EDGE)
    elif symbol == INCOMPLETE:
        _fill(made, _WHITE, edge=_EDGE)
        _dots(made, f"@{name}@1")
    elif symbol == LOW_ZERO or symbol in LOW_BASE:
        none = symbol == LOW_ZERO
        colour = _WHITE if none else colours[LOW_BASE.index(symbol)]
        _fill(made, colour, edge=_EDGE if none else _WHITE)
        _hatch(made, f"@{name}@1", hatch_line(colour))
    elif symbol.isdigit():
        _fill(made, colours[int(symbol)], edge=_WHITE)
    else:
        _fill(made, _MISSING, edge=_WHITE)
    return made


def _fill(symbol: Xml.Element, colour: str, *, edge: str, solid: bool = True) -> None:
    look = {"color": _rgba(colour), "style": "solid" if solid else "no"}
    look |= {"outline_color": _rgba(edge), "joinstyle": "bevel"}
    look |= {"outline_style": "solid" if solid else "dash"}
    look |= {"outline_width": "0.2" if solid else "0.35", "outline_width_unit": "MM"}
    # A dark edge goes over the white edges of its neighbours.
    _layer(symbol, "SimpleFill", look, over=edge != _WHITE)


def _hatch(symbol: Xml.Element, name: str, colour: str) -> None:
    line = {"line_color": _rgba(colour), "line_width": "0.3", "line_style": "solid"}
    within = _layer(symbol, "LinePatternFill", {**_HATCH, "color": _rgba(colour)})
    _layer(_symbol(within, "line", name), "SimpleLine", line)


def _dots(symbol: Xml.Element, name: str) -> None:
    dot = {"name": "circle", "color": _rgba(_DOT), "outline_style": "no"}
    within = _layer(symbol, "PointPatternFill", _DOTS)
    made = _symbol(within, "marker", name)
    _layer(made, "SimpleMarker", {**dot, "size": "0.7", "size_unit": "MM"})


def _symbol(parent: Xml.Element, kind: str, name: str) -> Xml.Element:
    return Xml.SubElement(parent, "symbol", type=kind, name=name, alpha="1")


def _layer(
    symbol: Xml.Element, kind: str, look: Mapping[str, str], *, over: bool = True
) -> Xml.Element:
    keys = {"class": kind, "enabled": "1", "locked": "0", "pass": "1" if over else "0"}
    layer = Xml.SubElement(symbol, "layer", keys)
    options = Xml.SubElement(layer, "Option", type="Map")
    for name, value in look.items():
        Xml.SubElement(options, "Option", name=name, value=value, type="QString")
    return layer


def _rgba(colour: str) -> str:
    """Write a colour as QGIS does: `#fdf0b5` is `253,240,181,255`."""
    parts = [str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)]
    return ",".join([*parts, "255"])
