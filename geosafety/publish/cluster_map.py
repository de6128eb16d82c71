"""The clusters of one layer: their map, before it is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import (
    CLUSTER_COLOURS,
    EMERGING_COLOURS,
    EMERGING_SYMBOLS,
    number,
)
from geosafety.publish.cluster_words import (
    KEY_WORDS,
    View,
    about_all,
    class_text,
    definition_texts,
    label_text,
    months_text,
    short_class,
    tip_text,
    title,
)
from geosafety.publish.map_sheet import (
    KeyLine,
    MapSheet,
    Table,
    Tip,
    input_sources,
    outline_lines,
    source_lines,
)
from geosafety.publish.spots import Spot, Spots

if TYPE_CHECKING:
    import geopandas as gpd

HEADS: tuple[str, ...] = ("Area", "Code", "Label", "Stability", "Gi* z-score")
HEADS += ("q-value", "Through time", "Impact area", "Reason")


def cluster_sheet(  # noqa: PLR0913 - what one map is of
    spots: Spots,
    geometry: gpd.GeoDataFrame,
    *,
    view: View,
    indicator: settings.Indicator,
    manifest: Mapping[str, Any],
    overlays: Mapping[str, gpd.GeoDataFrame],
) -> MapSheet:
    """Make the map of what the tests found on one layer.

    Parameters
    ----------
    spots
        What every area of `geometry` is called.
    view
        Which layer and group.
    indicator
        What was tested.
    overlays
        Outlines to lay over, by the name the key gives them.
    """
    late = spots.look == "emerging"
    kinds = words.kinds_text(list(spots.kinds))
    said = " ".join(about_all(spots, view, indicator))
    when = months_text(spots) if late else spots.period
    what = "hot spots through time" if late else "clusters"
    figures = input_sources(manifest, [indicator.dataset, "population"], spots.kinds)
    return MapSheet(
        title=title(spots, view, indicator),
        notes=tuple(text for text in (said, f"{kinds}." if kinds else "") if text),
        geometry=geometry,
        tips={row.code: _tip(row, spots) for row in spots.rows},
        colours=EMERGING_COLOURS if late else CLUSTER_COLOURS,
        key_title=f"Key: {what}, {when}",
        key=(*_key(spots), *outline_lines(overlays)),
        base=_base(spots, indicator),
        sources=tuple(
            line for line in (figures, *source_lines(manifest, view.geography)) if line
        ),
        outlines=overlays,
        table=_table(spots),
        about=tuple(definition_texts(spots, indicator)),
    )


def _tip(spot: Spot, spots: Spots) -> Tip:
    late = spots.look == "emerging"
    inside = spots.impact_areas.get(spot.impact_area, spot.impact_area)
    share = words.share_text(spot.stability)
    runs = f"Keeps this label in {share} of runs with other fair choices"
    more = (
        label_text(spot) + f" ({spots.period})" if late else "",
        runs if share and not late else "",
        f"{class_text(spot)}" if spots.months and not late else "",
        spot.change,
        f"Impact area: {inside}" if inside else "",
    )
    return Tip(
        name=spot.name,
        text=tip_text(spot, late=late),
        symbol=spot.symbol,
        more=tuple(text for text in more if text),
    )


def _key(spots: Spots) -> list[KeyLine]:
    """Return a line for each way that some area is drawn."""
    counts = spots.counts()
    shown = KEY_WORDS
    if spots.look == "emerging":
        names = words.EMERGING_WORDS
        shown = {EMERGING_SYMBOLS[name]: short_class(name) for name in names}
    return [
        KeyLine(symbol=symbol, label=label, count=counts[symbol])
        for symbol, label in shown.items()
        if counts[symbol]
    ]


def _base(spots: Spots, indicator: settings.Indicator) -> str:
    """Say what was tested, and how."""
    late = spots.look == "emerging"
    untested = sum(row.symbol in "ut" for row in spots.rows)
    tested = len(spots.rows) - untested
    row = settings.datasets()[indicator.dataset].row
    draws = "" if late else f"; {spots.permutations:,} random rearrangements"
    return (
        f"Base: {row}s per resident in {tested:,} of {len(spots.rows):,} areas that "
        f"could be tested; Gi*{draws}; false discovery rate 5%."
    )


def _table(spots: Spots) -> Table:
    caption = "Every area on the map, what was found first"
    rows = tuple(_cells(spot, spots) for spot in spots.listed())
    return Table(caption=caption, heads=HEADS, rows=rows)


def _cells(spot: Spot, spots: Spots) -> tuple[str, ...]:
    share = words.share_text(spot.stability)
    through = f"{class_text(spot)} ({spot.hot_months} of {spot.months} months)"
    return (
        spot.name,
        spot.code,
        words.CLUSTER_WORDS[spot.label],
        f"{spot.stability_word}, {share} of runs" if share else "",
        number(spot.z, 2) if math.isfinite(spot.z) else "",
        _small(spot.q),
        through if spots.months else "",
        spots.impact_areas.get(spot.impact_area, spot.impact_area),
        spot.reason,
    )


def _small(q: float) -> str:
    if not math.isfinite(q):
        return ""
    return "under 0.001" if q < 0.001 else number(q, 3)
