"""A density surface: its map, before it is drawn, with means by area as its table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number
from geosafety.publish.map_sheet import (
    EDGE,
    GROUND,
    KeyLine,
    MapSheet,
    Picture,
    Table,
    Tip,
    input_sources,
    outline_lines,
    source_lines,
)
from geosafety.publish.surfaces import LITTLE, LITTLE_OPACITY, OPACITY

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

HEADS = ("Area", "Code", "Mean", "Part of the area with a value")
UNKNOWN = "not known here"


def surface_sheet(  # noqa: PLR0913 - what one map is of
    surface: Mapping[str, Any],
    png: bytes,
    means: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    *,
    manifest: Mapping[str, Any],
    geography: str,
    overlays: Mapping[str, gpd.GeoDataFrame],
) -> MapSheet:
    """Make the map of a surface.

    Parameters
    ----------
    surface
        Its row of `surfaces.parquet`.
    png
        Its picture, straight in Web Mercator.
    means
        The rows of `surface_areas.parquet` of this surface and layer.
    geometry
        The polygons of that layer, indexed by `area_code`, with `area_name`.
    overlays
        Outlines to lay over, by the name the key gives them.
    """
    rows = ({str(k): v for k, v in row.items()} for row in means.to_dict("records"))
    found = {str(row["area_code"]): row for row in rows}
    names = geometry["area_name"].astype(str)
    layer, label = settings.geography(geography), str(surface["label"])
    when = words.period_text(str(surface["period"]))
    south, west, north, east = (
        float(surface[side]) for side in ("south", "west", "north", "east")
    )
    figures = input_sources(manifest, [str(surface["dataset"])], [str(surface["kind"])])
    return MapSheet(
        title=f"{label[:1].upper()}{label[1:]}, {when}, with "
        f"{words.lower_first(layer.plural)}",
        notes=tuple(_notes(surface)),
        geometry=geometry,
        tips={
            str(code): _tip(name, found.get(str(code)), str(surface["units"]))
            for code, name in names.items()
        },
        colours=(),
        key_title=f"Key: {surface['units']}",
        key=(*_key(surface), *outline_lines(overlays)),
        base=_base(surface),
        sources=tuple(
            line for line in (figures, *source_lines(manifest, geography)) if line
        ),
        outlines=overlays,
        picture=Picture(png=png, bounds=((south, west), (north, east))),
        table=_table(names, found, str(surface["units"])),
    )


def _notes(surface: Mapping[str, Any]) -> list[str]:
    kind = words.KIND_WORDS.get(str(surface["kind"]), "")
    return [
        text for text in (f"{kind}." if kind else "", str(surface["words"])) if text
    ]


def _base(surface: Mapping[str, Any]) -> str:
    row = settings.datasets()[str(surface["dataset"])].row
    return (
        f"Base: {number(float(surface['points']), 0)} {row}s at points, smoothed over "
        f"{number(float(surface['bandwidth_m']), 0)} metres ({surface['kernel']}). "
        "Colours are estimates: no point is shown."
    )


def _key(surface: Mapping[str, Any]) -> list[KeyLine]:
    """Return the classes, the highest first as on a thermometer."""
    classes = [
        KeyLine(symbol=EDGE, label=str(label), colour=_seen(str(colour)))
        for label, colour in json.loads(str(surface["key"]))
    ]
    nothing = KeyLine(symbol=EDGE, label="Nothing known", colour=GROUND)
    return [*classes[::-1], nothing]


def _seen(colour: str) -> str:
    """Return a colour of the picture as it looks over the ground of a map.

    Examples
    --------
    >>> _seen("#173f6b")
    '#4b6a8c'
    """
    over = (LITTLE_OPACITY if colour == LITTLE else OPACITY) / 255
    mixed = [
        round(
            over * int(colour[i : i + 2], 16) + (1 - over) * int(GROUND[i : i + 2], 16)
        )
        for i in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _tip(name: str, row: Mapping[str, Any] | None, unit: str) -> Tip:
    known = row is not None and math.isfinite(row["mean"])
    text = f"mean {_mean(row['mean'])} {unit}" if row and known else UNKNOWN
    return Tip(name=name, text=text, symbol=EDGE)


def _mean(value: float) -> str:
    return number(value, 2 if 0 < abs(value) < 1 else 1)


def _table(
    names: pd.Series, found: Mapping[str, Mapping[str, Any]], unit: str
) -> Table:
    order = sorted(names.items(), key=lambda pair: (-_height(found, pair[0]), pair[1]))
    rows = []
    for code, name in order:
        row = found.get(str(code))
        known = row is not None and math.isfinite(row["mean"])
        mean = _mean(row["mean"]) if row is not None and known else UNKNOWN
        share = words.share_text(row["covered"]) if row is not None else ""
        rows.append((str(name), str(code), mean, share))
    caption = f"Mean by area, the highest first: {unit}"
    return Table(caption=caption, heads=HEADS, rows=tuple(rows))


def _height(found: Mapping[str, Mapping[str, Any]], code: object) -> float:
    mean = found.get(str(code), {}).get("mean", math.nan)
    return float(mean) if math.isfinite(mean) else -math.inf
