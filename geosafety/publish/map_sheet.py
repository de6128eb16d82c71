"""What one map shows, apart from how it is drawn: a web page, a PNG or an SVG. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geosafety.publish.notes import LICENCE
from geosafety.settings import KINDS

if TYPE_CHECKING:
    import geopandas as gpd

OUTLINE = "line"  # in a key: a dashed line that is laid over
LOW = "low"  # in a key: hatching, whatever the colour below
EDGE = "o"  # an area that is only outlined, because a surface fills it
DOT = "dot"  # in a key: a mark at a place
GROUND = "#e2e7ec"  # what lies around the areas, as in map_page.css
CONTEXT = "#f2f4f6"  # what larger areas below are filled with
SILENT = "sin"  # symbols of areas that have no value for the unit to follow


@dataclass(frozen=True, kw_only=True)
class KeyLine:
    """One line of a key.

    Attributes
    ----------
    symbol
        How the areas are drawn, as `classes` has it, or one of the above.
    count
        How many there are; None where that says nothing.
    colour
        Of a mark or a class that is not one of the sheet's colours.
    """

    symbol: str
    label: str
    count: int | None = None
    colour: str = ""


@dataclass(frozen=True, kw_only=True)
class Tip:
    """What one area says: its name, its value, and more lines."""

    name: str
    text: str
    symbol: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place that is marked, and what is within reach of it, in metres."""

    x: float
    y: float
    colour: str
    size: float
    number: int = 0
    reach: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A surface that lies under the areas, straight in Web Mercator.

    Attributes
    ----------
    bounds
        ((south, west), (north, east)) in degrees.
    """

    png: bytes
    bounds: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """The map in words: its alternative for who does not see it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class MapSheet:
    """One map.

    Attributes
    ----------
    notes
        What has to be known before the map is read: kinds of figures, the Force.
    base
        Out of what the figures are, in a sentence, beside the key.
    tips
        What every area says, by code; every polygon of `geometry` has one.
    outlines
        Layers to lay over, by the name the key gives them.
    context
        Larger areas to find one's way by, under areas that do not cover the Force.
    sources
        Whose figures and borders these are.
    about
        What the words mean; on the page below the table, not on a picture.
    """

    title: str
    notes: tuple[str, ...]
    geometry: gpd.GeoDataFrame
    tips: Mapping[str, Tip]
    colours: tuple[str, ...]
    key_title: str
    key: tuple[KeyLine, ...]
    base: str
    sources: tuple[str, ...]
    unit: str = ""
    outlines: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    context: gpd.GeoDataFrame | None = None
    marks: tuple[Mark, ...] = ()
    picture: Picture | None = None
    table: Table | None = None
    about: tuple[str, ...] = ()

    @property
    def extent(self) -> gpd.GeoDataFrame:
        """The layer that the map has to show the whole of."""
        return self.geometry if self.context is None else self.context

    def said(self, tip: Tip) -> str:
        """Return the value of an area with its unit, where it has one."""
        silent = not self.unit or tip.symbol in SILENT
        return tip.text if silent else f"{tip.text} {self.unit}"


def source_lines(manifest: Mapping[str, Any], geography: str) -> tuple[str, ...]:
    """Return where the figures and the areas come from."""
    layer = manifest.get("layers", {}).get(geography, {})
    lines = [
        f"{manifest.get('title', '')}. Built {str(manifest.get('built', ''))[:10]} "
        f"with geosafety {manifest.get('version', '')}.",
        f"Areas: {layer.get('label', geography)}, {layer.get('vintage', '')}.",
        str(layer.get("note", "")),
        LICENCE,
    ]
    return tuple(line for line in lines if line.strip())


def input_sources(
    manifest: Mapping[str, Any], datasets: Iterable[str], kinds: Iterable[str]
) -> str:
    """Name the sources of some kinds of input; nothing where none is stated.

    Parameters
    ----------
    kinds
        What the figures shown are: published ones were not made of synthetic inputs.
    """
    weakest = max((KINDS.index(kind) for kind in kinds if kind), default=len(KINDS))
    wanted = set(datasets)
    found = [
        str(one.get("source", ""))
        for one in manifest.get("inputs", [])
        if one.get("dataset") in wanted and KINDS.index(one["kind"]) <= weakest
    ]
    said = "; ".join(dict.fromkeys(text for text in found if text))
    return f"Figures: {said}." if said else ""


def outline_lines(outlines: Iterable[str]) -> list[KeyLine]:
    """Return the lines of a key for what is laid over."""
    return [KeyLine(symbol=OUTLINE, label=name) for name in outlines]
