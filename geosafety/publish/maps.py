"""One indicator on one layer: its map, before it is drawn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from geosafety import settings
from geosafety.errors import MethodError
from geosafety.publish import against_force, words
from geosafety.publish.base_words import Area, base_text, based_text
from geosafety.publish.classes import (
    INCOMPLETE,
    LOW_BASE,
    LOW_ZERO,
    MISSING,
    NOT_SIGNIFICANT,
    SUPPRESSED,
    SYMBOL_WORDS,
    ZERO,
    Scale,
)
from geosafety.publish.map_sheet import (
    LOW,
    KeyLine,
    MapSheet,
    Table,
    Tip,
    input_sources,
    outline_lines,
    source_lines,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

HEADS = ("Area", "Code", "Value", "95% interval", "Based on", "In words")
_KEY_WORDS = {**SYMBOL_WORDS, NOT_SIGNIFICANT: against_force.ALIKE}


def indicator_sheet(  # noqa: PLR0913 - what one map is of
    values: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    *,
    indicator: settings.Indicator,
    manifest: Mapping[str, Any],
    geography: str,
    period: str,
    against: bool = False,
    overlays: Mapping[str, gpd.GeoDataFrame] | None = None,
    context: gpd.GeoDataFrame | None = None,
) -> MapSheet:
    """Make the map of one indicator on one layer.

    Parameters
    ----------
    values
        Rows in the shape of `VALUE_COLUMNS` of one group. Rows of the geography
        `force`, if any, give the Force value to show beside it.
    geometry
        The polygons, indexed by `area_code`, with `area_name`; every one is drawn.
    indicator
        What is mapped.
    manifest
        The results' manifest: says whether there are synthetic figures.
    geography, period
        Which rows to draw.
    against
        Set the areas beside the Force: classes on both sides of its value, and grey
        where an area cannot be told from it.
    overlays
        Outlines to lay over, by the name the key gives them.
    context
        Larger areas to draw below, where the layer does not cover the Force.

    Raises
    ------
    MethodError
        There are no values for the map, or they are of more than one group; or they
        cannot be set `against` the Force, or it has no value to be set against.
    """
    areas, force = _areas(values, geometry, indicator, geography, period)
    rows = list(areas.values())
    if against:
        against_force.refuse(indicator, force, period)
    beside = force if against else math.nan
    scale = _classed(rows, indicator, beside)
    for area in rows:
        _describe(area, indicator)
    outlines = overlays or {}
    unit = words.unit_text(indicator)
    about = (unit or indicator.unit) + (", set beside the Force" if against else "")
    read = [against_force.how_to_read([a["symbol"] for a in rows])] if against else []
    return MapSheet(
        title=_title(rows, indicator, settings.geography(geography), period)
        + against_force.beside_text(beside, indicator),
        notes=(
            *_illustrative(manifest, geography),
            *_notes(rows, force, indicator),
            *read,
        ),
        geometry=geometry,
        tips={code: _tip(area) for code, area in areas.items()},
        colours=scale.colours,
        key_title=f"Key: {about}" if about else "Key",
        key=(*_key(rows, scale, beside), *outline_lines(outlines)),
        base=base_text(rows, indicator),
        sources=_sources(manifest, geography, indicator, rows),
        unit=unit,
        outlines=outlines,
        context=context,
        table=_table(rows),
    )


def _areas(
    values: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    indicator: settings.Indicator,
    geography: str,
    period: str,
) -> tuple[dict[str, dict[str, Any]], float]:
    """Return every polygon's row, by code, and the Force value."""
    columns = [c for c in settings.VALUE_COLUMNS if c not in settings.NUMBERS]
    frame = values.astype(dict.fromkeys(columns, "str"))
    frame = frame[(frame["indicator"] == indicator.name) & (frame["period"] == period)]
    own = frame[frame["geography"] == geography]
    if own.empty:
        text = f"There are no {indicator.name} values for {geography} in {period!r}."
        raise MethodError(text, hint="`geosafety areas` and the data page list them.")
    if own["area_code"].duplicated().any():
        text = f"The {indicator.name} values for {geography} are of several groups."
        raise MethodError(text, hint="Choose one group.")
    found: dict[str, dict[str, Any]] = {
        str(row["area_code"]): {str(name): part for name, part in row.items()}
        for row in own.to_dict("records")
    }
    forces = frame.loc[frame["geography"] == "force", "value"]
    names = geometry["area_name"].astype(str)
    return (
        {str(c): found.get(str(c)) or _no_row(str(c), n) for c, n in names.items()},
        float(forces.iloc[0]) if len(forces) else math.nan,
    )


def _no_row(code: str, name: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(settings.VALUE_COLUMNS, "")
    row |= dict.fromkeys(settings.NUMBERS, math.nan)
    return row | {"area_code": code, "area_name": name, "status": "not available"}


def _classed(areas: list[Area], indicator: settings.Indicator, force: float) -> Scale:
    """Choose the classes, and add to every area its symbol."""
    values, statuses, verdicts = (
        [area[name] for area in areas] for name in ("value", "status", "verdict")
    )
    scale, drawn = against_force.classed(
        values, statuses, verdicts, measure=indicator.measure, force=force
    )
    for area, symbol in zip(areas, drawn, strict=True):
        area["symbol"] = symbol
    return scale


def _describe(area: Area, indicator: settings.Indicator) -> None:
    """Add to an area what it says."""
    status = area["status"]
    value = words.value_text(area["value"], indicator)
    code = words.VERDICT_CODES.get(area["verdict"], "")
    area["verdict"] = words.verdict_words(code, indicator)
    area["interval"] = words.interval_text(area["lower"], area["upper"], indicator)
    area["state"] = words.STATUS_WORDS[status]
    area["shown"] = value if status in ("ok", "low base") else ""
    area["tip"] = area["shown"] or area["state"]
    area["based"] = based_text(area, indicator)
    more = [
        area["verdict"],
        f"95% interval {area['interval']}" if area["interval"] else "",
        area["based"],
        area["state"] if area["shown"] else "",
    ]
    area["more"] = tuple(text for text in more if text)


def _tip(area: Area) -> Tip:
    return Tip(
        name=area["area_name"],
        text=area["tip"],
        symbol=area["symbol"],
        more=area["more"],
    )


def _key(areas: Iterable[Area], scale: Scale, beside: float) -> list[KeyLine]:
    """Return the lines of the key, with how many areas look like each."""
    counts = Counter(area["symbol"] for area in areas)
    force = "" if scale.centre is None else scale.symbol(beside, "ok")
    lines = [
        KeyLine(
            symbol=str(n),
            label=f"{label} (the Force)" if str(n) == force else label,
            count=counts[str(n)] + counts[LOW_BASE[n]],
        )
        for n, label in enumerate(scale.labels)
    ]
    if zeros := counts[ZERO] + counts[LOW_ZERO]:
        line = KeyLine(symbol=ZERO, label=SYMBOL_WORDS[ZERO], count=zeros)
        lines.insert(0, line)
    low = sum(counts[symbol] for symbol in (*LOW_BASE, LOW_ZERO))
    for symbol in (NOT_SIGNIFICANT, LOW, SUPPRESSED, INCOMPLETE, MISSING):
        if found := low if symbol == LOW else counts[symbol]:
            label = _KEY_WORDS[symbol]
            lines.append(KeyLine(symbol=symbol, label=label, count=found))
    return lines


def _table(areas: list[Area]) -> Table:
    """Return every area as a row, in order of name."""
    rows = []
    for area in sorted(areas, key=lambda a: str(a["area_name"])):
        said = "; ".join(text for text in (area["verdict"], area["state"]) if text)
        cells = area["area_name"], area["area_code"], area["shown"], area["interval"]
        rows.append((*cells, area["based"], said))
    return Table(caption="Every area on the map", heads=HEADS, rows=tuple(rows))


def _sources(
    manifest: Mapping[str, Any],
    geography: str,
    indicator: settings.Indicator,
    areas: list[Area],
) -> tuple[str, ...]:
    inputs = [indicator.dataset, *(["population"] if indicator.denominator else [])]
    figures = input_sources(manifest, inputs, {area["kind"] for area in areas})
    lines = source_lines(manifest, geography)
    return tuple(line for line in (figures, *lines) if line)


def _notes(
    areas: Iterable[Area], force: float, indicator: settings.Indicator
) -> list[str]:
    """Return what is said above the map."""
    comparable = indicator.measure in words.COMPARABLE and math.isfinite(force)
    value = words.value_text(force, indicator)
    unit = words.unit_text(indicator)
    said = [
        f"{words.kinds_text([area['kind'] for area in areas])}.",
        f"The Force: {value} {unit}".strip() + "." if comparable else "",
        indicator.note,
    ]
    return [text for text in said if text]


def _illustrative(manifest: Mapping[str, Any], geography: str) -> list[str]:
    layer = manifest.get("layers", {}).get(geography, {})
    if "illust" not in str(layer.get("vintage", "")):
        return []
    return ["Illustrative areas: these are not the real ones."]


def _title(
    areas: Iterable[dict[str, Any]],
    indicator: settings.Indicator,
    layer: settings.Geography,
    period: str,
) -> str:
    first = next(area for area in areas if area["group"])
    when = words.period_text(period, first["compared_with"])
    part = "" if first["group"] == "all" else f" ({words.group_text(first['group'])})"
    return f"{indicator.label}{part}, by {words.lower_first(layer.label)}, {when}"
