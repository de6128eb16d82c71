"""What is known of areas at once: sayings for a list, the months, where they lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd

from dash_app.queries import maps
from dash_app.queries.area import places
from dash_app.queries.choices import choices
from dash_app.queries.layers import has_layer
from dash_app.queries.source import Source, records, source
from dash_app.table import Row
from dash_app.view import View, period_order
from geosafety import results, settings
from geosafety.publish import words
from geosafety.publish.briefing import Picture
from geosafety.publish.briefing_drawings import locator_picture
from geosafety.publish.charts import Point

# What a list of areas says of each, where there is a figure.
LISTED = ("crime_rate", "wmnow_rate", "feels_safe_home")
# What is drawn by month: the first that there is. Without residents there is no rate.
MONTHLY = ("crime_rate", "crime_count")
MOST_MONTHS = 36
_MONTH = len("2024-03")


@dataclass(frozen=True, kw_only=True)
class Trend:
    """One area's figures by month, oldest first and without gaps between.

    Attributes
    ----------
    label
        What is counted, out of what.
    rows
        What stands behind each point: `None` where the results say nothing.
    """

    label: str
    indicator: str
    points: tuple[Point, ...]
    rows: tuple[Row | None, ...]

    @property
    def known(self) -> bool:
        """Say whether any month has a figure."""
        return any(math.isfinite(point.value) for point in self.points)


def verdicts(geography: str) -> tuple[tuple[View, ...], dict[str, tuple[str, ...]]]:
    """Return by what a layer's areas are judged, and what was found of each.

    Shares are judged after weighting, as on the briefing.

    Returns
    -------
    tuple of View, dict
        A view for each figure, of the latest year that has one; and by area a saying
        for each of them.
    """
    shown = [name for name in LISTED if name in choices().get(geography, {})]
    views = tuple(_latest(geography, name) for name in shown)
    found = {view: _sayings(view) for view in views}
    kept = tuple(view for view in views if found[view])
    unknown = words.STATUS_WORDS["not available"]
    said = {
        p.code: tuple(found[view].get(p.code, unknown) for view in kept)
        for p in places(geography)
    }
    return kept, said


def _latest(geography: str, name: str) -> View:
    """Return the view of the latest year in which any area has a figure."""
    periods = sorted(choices()[geography][name], key=period_order)
    views = [maps.resolve(g=geography, i=name, p=period)[0] for period in periods]
    return next((v for v in views if maps.table(v).ranked()), views[0])


def _sayings(view: View) -> dict[str, str]:
    if settings.indicator(view.indicator).measure == "share":
        return _shares(source(), view)
    rows = maps.table(view).rows
    return {row.code: _saying(row.status, row.verdict) for row in rows}


def _saying(status: str, verdict: str) -> str:
    if status not in ("ok", "low base"):
        return words.STATUS_WORDS[status]
    few = " (few cases)" if status == "low base" else ""
    return words.SHORT_VERDICTS.get(verdict, "not compared") + few


@lru_cache(maxsize=16)
def _shares(source: Source, view: View) -> dict[str, str]:
    """Say what was found of each area's weighted share; nothing where none was made."""
    if not (source[0] / "estimates.parquet").exists():
        return {}
    found = results.read_table(
        source[0],
        "estimates",
        indicator=view.indicator,
        geography=view.geography,
        by="",
        survey=view.period,
    )
    return {
        str(row["area_code"]): _saying(str(row["status"]), _judged(row))
        for row in records(found)
    }


def _judged(row: dict[str, Any]) -> str:
    """Return an estimate's verdict as pages write it."""
    verdict, side = row["verdict"], "higher" if row["difference"] > 0 else "lower"
    if verdict in ("clear", "likely"):
        return words.VERDICT_CODES[f"{verdict}: {side}"]
    return "same" if row["finding"] == "no meaningful difference" else "unsure"


def trend(geography: str, code: str) -> Trend | None:
    """Return an area's recorded crime by month; nothing where it is not known at all.

    A month between the first and the last that the results leave out stays in, as
    missing.
    """
    for name in MONTHLY:
        if name not in choices().get(geography, {}):
            continue
        view, _ = maps.resolve(g=geography, i=name, a=code)
        found = {p: row for p, row in maps.history(view) if len(p) == _MONTH}
        if not found:
            continue
        every = _months(min(found), max(found))[-MOST_MONTHS:]
        rows = tuple(found.get(month) for month in every)
        points = tuple(map(_point, every, rows))
        known = settings.indicator(name)
        per = words.unit_text(known) if known.per > 1 else ""
        label = f"Recorded crimes {per}".strip()
        return Trend(label=label, indicator=name, points=points, rows=rows)
    return None


def _point(period: str, row: Row | None) -> Point:
    if row is None:
        return Point(period=period, value=math.nan)
    return Point(period=period, value=row.value, lower=row.lower, upper=row.upper)


def _months(first: str, last: str) -> list[str]:
    """Return every month from the first to the last."""
    start, end = (12 * int(m[:4]) + int(m[5:]) - 1 for m in (first, last))
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(start, end + 1)]


def locator(geography: str, code: str) -> Picture | None:
    """Draw where an area lies; nothing where there are no polygons to draw it by."""
    wanted = (geography, "force", "local_authority")
    if not all(has_layer(name) for name in wanted):
        return None
    if code not in _shapes(source(), geography).index:
        return None
    return _locator(source(), geography, code)


@lru_cache(maxsize=4)
def _shapes(source: Source, geography: str) -> gpd.GeoDataFrame:
    return results.read_geometry(source[0], geography)


@lru_cache(maxsize=64)
def _locator(source: Source, geography: str, code: str) -> Picture:
    areas, force, boroughs = (
        _shapes(source, name) for name in (geography, "force", "local_authority")
    )
    return locator_picture(areas, code, force, boroughs)
