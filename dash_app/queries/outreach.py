"""What a plan of visits can be asked for, and what a page's address asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
from shapely.geometry import shape

from dash_app.queries import layers
from dash_app.queries.choices import choices
from dash_app.queries.source import Source, frame, frame_at, records, source, where
from geosafety import results, settings
from geosafety.errors import nearest
from geosafety.publish.survey_words import FEWER
from geosafety.publish.words import group_text

WHOLE = "force"
PATCHES = ("npu", "local_authority", "impact_area")
OBJECTIVES = {
    "most": "Reach the most people",
    "fairest": "Be fairest: the worst-served areas first",
}
MOST_VISITS, MOST_WALK, MOST_WEEKS = 25, 5000, 26
_OF_GROUP = "survey:"
_ROUND = 0.03  # degrees of latitude around the visits of a map: some 3 km


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A plan that is asked for: every name in it was looked up in the results.

    Attributes
    ----------
    patch
        `GEOGRAPHY:CODE`, or `WHOLE`.
    walk
        Metres in a straight line.
    fixed, out
        Keys of venues that are booked already, and ruled out.
    first
        The first day of a visit (2026-12-07).
    """

    audience: str
    patch: str = WHOLE
    visits: int = 5
    walk: int = 800
    objective: str = "most"
    fixed: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    first: str = ""
    weeks: int = 8

    def search(self, **more: str | list[str]) -> str:
        """Write the wish as the end of a URL."""
        return "?" + urlencode({**asdict(self), **more}, doseq=True)


@dataclass(frozen=True, kw_only=True)
class Venue:
    """A place that a visit may go to; what is not known of it is empty."""

    key: str
    name: str
    kind: str
    postcode: str
    area: str
    accessible: str
    synthetic: bool


def audiences() -> dict[str, str]:
    """Return who can be planned for in these results, and what that is called."""
    return _audiences(source())


def patches() -> dict[str, str]:
    """Return the areas that a plan can be made for, the Force first."""
    found = {WHOLE: "The whole Force"}
    for geography in PATCHES:
        if not layers.has_layer(geography):
            continue
        label = _kind(geography)
        names = layers.outline_of(geography).names
        for code, name in sorted(names.items(), key=lambda pair: pair[1]):
            found[f"{geography}:{code}"] = f"{name} ({label})"
    return found


def venues() -> tuple[Venue, ...]:
    """Return every venue there is, by area and name."""
    return _venues(source())


def outline_of(patch: str) -> dict[str, Any] | None:
    """Return a patch as GeoJSON; None for the whole Force."""
    geography, _, code = patch.partition(":")
    if patch == WHOLE or not layers.has_layer(geography):
        return None
    layer = layers.outline_of(geography)
    return layer.feature(code) if code in layer.names else None


def bounds_of(plan: dict[str, Any], patch: str) -> layers.Bounds:
    """Return the corners of what a plan's map shows, south-west and north-east.

    The patch; of the whole Force, where the visits and booked events are.
    """
    feature = outline_of(patch)
    if feature is not None:
        west, south, east, north = shape(feature["geometry"]).bounds
        return (south, west), (north, east)
    shown = [venue for venue in plan["venues"] if venue["state"] != "other"]
    if not shown:
        return layers.bounds()
    lats = [venue["latitude"] for venue in shown]
    lons = [venue["longitude"] for venue in shown]
    return (
        (min(lats) - _ROUND, min(lons) - 1.6 * _ROUND),
        (max(lats) + _ROUND, max(lons) + 1.6 * _ROUND),
    )


def next_first(today: date) -> date:
    """Return the Monday after next."""
    return today + timedelta(14 - today.weekday())


def resolve(today: date, **given: str | list[str]) -> tuple[Asked, tuple[str, ...]]:
    """Turn what a URL asks for into a plan that can be made; say what was changed."""
    notes: list[str] = []
    asked = {k: v if isinstance(v, str) else v[-1] for k, v in given.items()}
    first, text = next_first(today), asked.get("first", "")
    if text:
        first = _day(text, first, notes)
    wish = Asked(
        audience=_one_of("audience", asked, audiences(), notes),
        patch=_one_of("patch", asked, patches(), notes),
        objective=_one_of("objective", asked, OBJECTIVES, notes),
        visits=_whole("visits", asked, (5, 1, MOST_VISITS), notes),
        walk=_whole("walk", asked, (800, 100, MOST_WALK), notes),
        weeks=_whole("weeks", asked, (8, 1, MOST_WEEKS), notes),
        fixed=_keys(given.get("fixed", []), notes),
        out=_keys(given.get("out", []), notes),
        first=first.isoformat(),
    )
    both = sorted(set(wish.fixed) & set(wish.out))
    if both:
        name = next(v.name for v in venues() if v.key == both[0])
        notes.append(f"{name} is both booked and ruled out: take one of them back.")
    return wish, tuple(notes)


def _one_of(
    name: str, asked: dict[str, str], known: dict[str, str], notes: list[str]
) -> str:
    wanted = asked.get(name, "")
    if wanted and wanted not in known:
        notes.append(f"There is no {name} called {wanted!r}. {nearest(wanted, known)}")
    return wanted if wanted in known else next(iter(known))


def _whole(
    name: str, asked: dict[str, str], bounds: tuple[int, int, int], notes: list[str]
) -> int:
    default, low, high = bounds
    text = asked.get(name, "")
    if text and text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    if text:
        said = f"{low:,} to {high:,}"
        notes.append(f"{name.capitalize()} must be a whole number, {said}.")
    return default


def _day(text: str, otherwise: date, notes: list[str]) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        notes.append(f"{text!r} is no day. Write it as 2026-12-07.")
        return otherwise


def _keys(given: str | list[str], notes: list[str]) -> tuple[str, ...]:
    wanted = {given} if isinstance(given, str) else set(given)
    known = {venue.key for venue in venues()}
    if lost := sorted(wanted - known - {""}):
        notes.append(f"There is no venue with the key {lost[0]!r}.")
    return tuple(sorted(wanted & known))


@lru_cache(maxsize=4)
def _audiences(source: Source) -> dict[str, str]:
    del source  # the key of the cache
    held = {name for found in choices().values() for name in found}
    small = set(choices().get("lsoa", ()))
    offered = {
        "wmnow": ("WMNow members short of the Force’s rate", "wmnow_needed" in held),
        "survey": (
            "Survey answers short of an area’s share",
            "survey_responses" in held,
        ),
        "residents": ("Everyone aged 16 and over", True),
        "under25": ("Everyone under 25", "population_under25" in small),
    }
    here = {name: label for name, (label, known) in offered.items() if known}
    return here | _groups()


def _groups() -> dict[str, str]:
    """Return the groups that the largest survey hears less than their share."""
    table = where(frame("representation"), geography="force", word=FEWER)
    areas = ("npu", "local_authority")
    found = [row for row in records(table) if row["dimension"] not in areas]
    if not found:
        return {}
    largest = max(found, key=lambda row: float(row["basis"]))["survey"]
    keys = [
        f"{r['dimension']}={r['category']}" for r in found if r["survey"] == largest
    ]
    return {f"{_OF_GROUP}{key}": f"Survey answers: {group_text(key)}" for key in keys}


@lru_cache(maxsize=4)
def _venues(source: Source) -> tuple[Venue, ...]:
    table = frame_at(*source, "venues")
    if table.empty:
        return ()
    area = _areas(source[0], records(table))
    said = {"True": "yes", "False": "no"}
    found = [
        Venue(
            key=row["venue"],
            name=row["name"],
            kind=_text(row.get("venue_kind")),
            postcode=_text(row.get("postcode")),
            area=area[row["venue"]],
            accessible=said.get(str(row.get("accessible")), ""),
            synthetic=row.get("kind") == "synthetic",
        )
        for row in records(table)
    ]
    return tuple(sorted(found, key=lambda v: (v.area, v.name, v.key)))


def _areas(folder: Path, rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the unit that each venue lies in."""
    units = results.read_geometry(folder, "npu")[["area_name", "geometry"]]
    keys = [row["venue"] for row in rows]
    points = gpd.points_from_xy(
        [row["x"] for row in rows], [row["y"] for row in rows], crs=units.crs
    )
    where_ = gpd.GeoDataFrame(geometry=points, index=keys)
    found = where_.sjoin(units.reset_index(drop=True), how="left")["area_name"]
    first = found.groupby(level=0).first()
    return {key: _text(first.get(key)) for key in keys}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _kind(geography: str) -> str:
    label = settings.geographies()[geography].label.split(" (")[0]
    return label[:1].lower() + label[1:]
