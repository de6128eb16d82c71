"""What the pages may ask for. Reads finished results; the only file that sees a frame.

Every name that comes from a URL is looked up in the results before it is used.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from flask import current_app
from shapely.geometry import mapping, shape

from dash_app.spots import Spots, make_spots
from dash_app.surfaces import NO_SURFACE, Mean, Surface, make_surface
from dash_app.table import COLUMNS, Row, Table, make_table
from dash_app.view import BETWEEN, Notes, View, pick, pick_look, pick_period
from geosafety import results, settings
from geosafety.errors import GeosafetyError, InputError, nearest
from geosafety.publish import words

# What the map shows first.
PREFERRED = ("wmnow_rate",)
Bounds = tuple[tuple[float, float], tuple[float, float]]
# geography -> indicator -> period -> group: what there are values for.
Choices = dict[str, dict[str, dict[str, tuple[str, ...]]]]


@dataclass(frozen=True, kw_only=True)
class WebLayer:
    """The polygons of a geography, as the page fetches them."""

    packed: bytes
    digest: str
    features: dict[str, dict[str, Any]]
    bounds: Bounds


def folder() -> Path:
    """Return the results folder this app was made for."""
    return Path(current_app.config["GEOSAFETY_RESULTS"])


def problem() -> GeosafetyError | None:
    """Say what keeps the results from being shown, if anything does."""
    try:
        results.read_manifest(folder())
        choices()
    except GeosafetyError as error:
        return error
    except (OSError, ValueError) as error:
        text = f"The results in {folder().name} cannot be read: {error}"
        return InputError(text, hint="Build them again with `geosafety build`.")
    return None


def manifest() -> dict[str, Any]:
    """Return what went into the results."""
    return results.read_manifest(folder())


def choices() -> Choices:
    """Return what there is to look at."""
    return _choices(*_source())


def layer_of(geography: str) -> WebLayer:
    """Return the polygons of one geography that has values."""
    if geography not in choices():
        text = f"There is no layer called {geography!r}."
        raise InputError(text, hint=nearest(geography, choices()))
    return outline_of(geography)


def has_layer(geography: str) -> bool:
    """Say whether the results hold the polygons of a geography."""
    known = geography in settings.geographies()
    return known and (folder() / "geometry" / f"{geography}.geojson.gz").exists()


def outline_of(geography: str) -> WebLayer:
    """Return the polygons of a geography, whether or not it has values."""
    if not has_layer(geography):
        text = f"These results hold no layer called {geography!r}."
        raise InputError(text, hint=nearest(geography, settings.geographies()))
    return _layer(*_source(), geography)


def bounds() -> Bounds:
    """Return the corners of everything there is, south-west and north-east."""
    return outline_of("force" if has_layer("force") else next(iter(choices()))).bounds


def labels(geography: str) -> dict[str, Any]:
    """Return a point inside each area with its name, as GeoJSON."""
    return _labels(*_source(), geography)


def resolve(**asked: str) -> tuple[View, Notes]:
    """Turn what a URL asks for into a view that exists, and say what was changed."""
    notes: list[str] = []
    known = choices()
    g = pick(asked.get("g", ""), known, ("npu", "local_authority"), "layer", notes)
    i = pick(_mapped(asked, notes), known[g], PREFERRED, "indicator here", notes)
    p = pick_period(asked.get("p", ""), known[g][i], notes)
    grp = pick(asked.get("grp", ""), known[g][i][p], ("all",), "group here", notes)
    a = asked.get("a", "")
    if a and a not in layer_of(g).features:
        notes.append(f"There is no area with the code {a!r} in this layer.")
        a = ""
    v = pick_look(asked.get("v", ""), tested=has_spots(i), notes=notes)
    s = asked.get("s", "")
    s = "" if s == NO_SURFACE else s
    if s and s not in surfaces():
        notes.append(f"These results hold no surface called {s!r}.")
        s = ""
    view = View(
        geography=g, indicator=i, period=p, group=grp, area=a, look=v, surface=s
    )
    return view, tuple(notes)


def _mapped(asked: Mapping[str, str], notes: list[str]) -> str:
    """Return the indicator asked for; of one that no map can show, say so instead."""
    found = settings.indicators().get(asked.get("i", ""))
    if found is None or not found.series:
        return asked.get("i", "")
    notes.append(f"“{found.label}” exists for the Force only: there is no map of it.")
    return ""


def table(view: View) -> Table:
    """Return the figures of a view."""
    # Every choice of area shares one table.
    return _table(_source(), replace(view, area="", look="", surface=""))


def has_spots(indicator: str) -> bool:
    """Say whether an indicator is of a kind that is tested for clusters."""
    known = settings.indicator(indicator)
    dataset = settings.datasets()[known.dataset]
    return bool(dataset.small_area) and known.measure in ("rate", "count")


def spots(view: View) -> tuple[Spots | None, str]:
    """Return what the tests found in a view; else nothing, and a sentence of why."""
    if not view.look:
        return None, ""
    tested = f"{settings.indicator(view.indicator).dataset}_rate"
    return _spots(_source(), view.geography, tested, view.group, view.look)


def spot_rows(view: View) -> list[dict[str, Any]]:
    """Return everything the tests found in a view, unrounded, for a file."""
    tested = f"{settings.indicator(view.indicator).dataset}_rate"
    wanted = {"geography": view.geography, "indicator": tested, "group": view.group}
    found = _where(_small(*_source(), "clusters"), **wanted)
    trends = _where(_small(*_source(), "trends"), **wanted, trend=_EMERGING)
    rows = _by_area(trends)
    return [
        row
        | {f"emerging_{k}": rows.get(code, {}).get(k, "") for k in _EMERGING_COLUMNS}
        for code, row in _by_area(found).items()
    ]


def surfaces() -> dict[str, Surface]:
    """Return the density surfaces that these results hold, by name."""
    return _surfaces(*_source())


def surface(view: View) -> Surface | None:
    """Return the surface of a view, if it has one."""
    return surfaces().get(view.surface)


def surface_means(view: View) -> list[Mean]:
    """Return the mean of a view's surface in each of its areas."""
    frame = _surface_areas(*_source())
    found = _where(frame, surface=view.surface, geography=view.geography)
    if found.empty:
        return []
    columns = found[["area_code", "area_name", "mean"]]
    return [Mean(*row) for row in columns.itertuples(index=False, name=None)]


def surface_png(name: str) -> bytes:
    """Return the picture of a surface whose name `surfaces` lists."""
    return (folder() / "surfaces" / f"{surfaces()[name].name}.png").read_bytes()


def history(view: View) -> list[tuple[str, Row]]:
    """Return the chosen area's figures in every period there is, oldest first."""
    frame = _series(*_source(), view.geography, view.indicator, view.group)
    own = frame["geography"] == view.geography
    return sorted(
        _rows(frame[own & (frame["area_code"] == view.area)]), key=lambda pair: pair[0]
    )


def rows_of(view: View) -> list[dict[str, Any]]:
    """Return the view's rows with every column, unrounded, for a file."""
    frame = _values(_source(), view, view.geography)
    plain = results.as_text(frame, _TEXT_COLUMNS)
    return [{str(k): v for k, v in r.items()} for r in plain.to_dict("records")]


def find(geography: str, text: str) -> tuple[str, str]:
    """Look an area up by name or code: its code, or a sentence that says why not."""
    wanted = text.strip().casefold()
    features = layer_of(geography).features
    names = {code: str(f["properties"]["name"]) for code, f in features.items()}
    exact = [c for c, n in names.items() if wanted in (n.casefold(), c.casefold())]
    exact = exact or [c for c, n in names.items() if wanted == f"{n} ({c})".casefold()]
    found = exact or [c for c, n in names.items() if wanted in n.casefold()]
    if len(found) == 1:
        return found[0], ""
    if not found:
        return "", f"No area here has “{text.strip()}” in its name."
    some = ", ".join(sorted(names[c] for c in found)[:4])
    return "", f"{len(found)} areas match: {some}{' …' if len(found) > 4 else ''}"


def ledger() -> list[dict[str, Any]]:
    """Return what became of every input row."""
    return _records("ledger")


def coverage() -> list[dict[str, Any]]:
    """Return which borough and period each dataset covers only in part."""
    return [row for row in _records("coverage") if row.get("status") not in _WHOLE]


_EMERGING = "emerging hot spots"
_EMERGING_COLUMNS = ("class", "period", "months", "hot_months", "reason")
_INSTEAD = "The map shows the value instead."


@lru_cache(maxsize=4)
def _surfaces(path: Path, _stamp: int) -> dict[str, Surface]:
    if not (path / "surfaces.parquet").exists():
        return {}
    rows = results.read_table(path, "surfaces").to_dict("records")
    made = [make_surface({str(k): v for k, v in row.items()}) for row in rows]
    return {
        one.name: one
        for one in made
        if (path / "surfaces" / f"{one.name}.png").exists()
    }


@lru_cache(maxsize=4)
def _surface_areas(path: Path, _stamp: int) -> pd.DataFrame:
    if not (path / "surface_areas.parquet").exists():
        return pd.DataFrame()
    return results.read_table(path, "surface_areas")


@lru_cache(maxsize=4)
def _small(path: Path, _stamp: int, name: str) -> pd.DataFrame:
    """Read a table of tests; with nothing in it where there is none."""
    if not (path / f"{name}.parquet").exists():
        return pd.DataFrame()
    frame = results.read_table(path, name)
    if "statistic" in frame and name == "clusters":
        frame = frame[frame["statistic"] == "gi_star"].reset_index(drop=True)
    texts = ("geography", "period", "indicator", "group", "label", "kind", "trend")
    return frame.astype({c: "category" for c in texts if c in frame})


def _where(frame: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    for column, value in wanted.items():
        if column not in frame:
            return frame.iloc[:0]
        frame = frame[frame[column] == value]
    return frame


def _by_area(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    rows = ({str(k): v for k, v in r.items()} for r in frame.to_dict("records"))
    return {row["area_code"]: row for row in rows}


@lru_cache(maxsize=32)
def _spots(
    source: tuple[Path, int], geography: str, indicator: str, group: str, look: str
) -> tuple[Spots | None, str]:
    wanted = {"geography": geography, "indicator": indicator}
    whole = _where(_small(*source, "autocorrelation"), **wanted)
    refused = _where(whole, statistic="refused")
    if len(refused):
        return None, f"{refused['words'].iloc[0]} {_INSTEAD}"
    found = _where(_small(*source, "clusters"), **wanted)
    if found.empty:
        text = "These results hold no test for clusters of these areas. "
        return None, f"{text}Build them again to have one. {_INSTEAD}"
    others = found["group"].unique()
    found = _where(found, group=group)
    trends = _where(_small(*source, "trends"), **wanted, group=group)
    emerging = _where(trends, trend=_EMERGING)
    # Emerging cold spots are rows of the same table that this page does not show.
    kept = [str(trend).startswith("change") for trend in trends.get("trend", [])]
    changes = trends[kept]
    if found.empty or (look == "emerging" and emerging.empty):
        what = words.lower_first(words.group_text(group))
        text = f"No such test was made of this group ({what}) on these areas. "
        if group not in others:
            text += f"Tested here: {', '.join(words.group_text(g) for g in others)}. "
        return None, f"{text}{_INSTEAD}"
    features = _layer(*source, geography).features
    rows = make_spots(
        _by_area(found),
        _by_area(emerging),
        _by_area(changes),
        order={code: f["properties"]["name"] for code, f in features.items()},
        look=look,
    )
    return Spots(
        rows=rows,
        look=look,
        period=words.period_text(str(found["period"].iloc[0])),
        months=str(emerging["period"].iloc[0]) if len(emerging) else "",
        permutations=int(found["permutations"].max()),
        kinds=tuple(sorted(found["kind"].astype(str).unique())),
        whole=_whole_words(_where(whole, group=group)),
        impact_areas=_impact_names(source),
        points=str(found["points"].iloc[0]) if "points" in found else "",
    ), ""


def _whole_words(tests: pd.DataFrame) -> str:
    found = _where(tests, statistic="Moran's I")
    return str(found["words"].iloc[0]) if len(found) else ""


def _impact_names(source: tuple[Path, int]) -> dict[str, str]:
    if not has_layer("impact_area"):
        return {}
    features = _layer(*source, "impact_area").features
    return {code: str(f["properties"]["name"]) for code, f in features.items()}


_TEXT_COLUMNS = tuple(c for c in settings.VALUE_COLUMNS if c not in settings.NUMBERS)


_WHOLE = ("ok", "complete")


def _records(name: str) -> list[dict[str, Any]]:
    if not (folder() / f"{name}.parquet").exists():
        return []
    frame = results.read_table(folder(), name)
    return [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]


def _source() -> tuple[Path, int]:
    """Return the folder and its manifest's time: the key of everything cached."""
    path = folder()
    file = path / "manifest.json"
    return path, file.stat().st_mtime_ns if file.exists() else 0


def period_key(period: str, compared_with: str) -> str:
    """Name a period, with the one it is compared with where there is one."""
    return f"{period}{BETWEEN}{compared_with}" if compared_with else period


def period_text(key: str) -> str:
    """Write a period's key as people say it."""
    return words.period_text(*key.split(BETWEEN))


@lru_cache(maxsize=4)
def _choices(path: Path, _stamp: int) -> Choices:
    frame = results.read_choices(path)
    columns = ["geography", "indicator", "period", "compared_with", "group"]
    frame = frame[columns].astype(str).drop_duplicates()
    found: Choices = {}
    known = settings.indicators()
    for g, i, p, c, grp in sorted(frame.itertuples(index=False, name=None)):
        if i in known and g != "force":
            periods = found.setdefault(g, {}).setdefault(i, {})
            periods[period_key(p, c)] = (*periods.get(period_key(p, c), ()), grp)
    if not found:
        text = "These results hold no values for any layer below the Force."
        raise InputError(text, hint="Build them again with at least one input.")
    return {
        g: {i: found[g][i] for i in known if i in found[g]}
        for g in settings.geographies()
        if g in found
    }


@lru_cache(maxsize=16)
def _layer(path: Path, _stamp: int, geography: str) -> WebLayer:
    packed = results.read_web_geometry(path, geography)
    features = json.loads(gzip.decompress(packed))["features"]
    points = [p for f in features for p in _points(f["geometry"]["coordinates"])]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return WebLayer(
        packed=packed,
        digest=hashlib.sha256(packed).hexdigest()[:16],
        features={f["properties"]["code"]: f for f in features},
        bounds=((min(lats), min(lons)), (max(lats), max(lons))),
    )


@lru_cache(maxsize=4)
def _labels(path: Path, stamp: int, geography: str) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {"name": feature["properties"]["name"]},
            "geometry": mapping(shape(feature["geometry"]).representative_point()),
        }
        for feature in _layer(path, stamp, geography).features.values()
    ]
    return {"type": "FeatureCollection", "features": features}


def _points(nested: list[Any]) -> list[list[float]]:
    if nested and isinstance(nested[0], (int, float)):
        return [nested]
    return [point for part in nested for point in _points(part)]


@lru_cache(maxsize=24)
def _series(
    path: Path, _stamp: int, geography: str, indicator: str, group: str
) -> pd.DataFrame:
    """Read every period at once: stepping through time then needs no disk."""
    return results.read_values(
        path,
        geography=[geography, "force"],
        indicator=[indicator],
        group=[group],
    )


def _values(source: tuple[Path, int], view: View, geography: str) -> pd.DataFrame:
    period, _, compared_with = view.period.partition(BETWEEN)
    frame = _series(*source, view.geography, view.indicator, view.group)
    own = frame["geography"] == geography
    same = (frame["period"] == period) & (frame["compared_with"] == compared_with)
    return frame[own & same]


@lru_cache(maxsize=64)
def _table(source: tuple[Path, int], view: View) -> Table:
    forces = _rows(_values(source, view, "force"))
    features = _layer(*source, view.geography).features
    return make_table(
        {row.code: row for _, row in _rows(_values(source, view, view.geography))},
        order={code: f["properties"]["name"] for code, f in features.items()},
        force=forces[0][1] if forces else None,
        indicator=settings.indicator(view.indicator),
    )


_COLUMNS = ["period", "compared_with", *COLUMNS]


def _rows(frame: pd.DataFrame) -> list[tuple[str, Row]]:
    plain = results.as_text(frame[_COLUMNS], _TEXT_COLUMNS)
    return [
        (period_key(period, compared_with), Row(*values))
        for period, compared_with, *values in plain.itertuples(index=False, name=None)
    ]
