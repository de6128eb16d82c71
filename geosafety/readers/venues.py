"""Read venues: places where people could be met, from a table or a file of points."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety.errors import CatalogError, InputError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.stocks import bad_rows, headed, read_block
from geosafety.readers.tables import join_rejects, new_file, to_number
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    folded,
    number_places,
)

WHERE = ("postcode", "longitude", "latitude", "easting", "northing")
ABOUT = ("name", "kind", "capacity", "cost", "accessible", "open_from", "open_to")
POINT_FILES = (".geojson", ".json", ".gpkg", ".shp")
YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
# Rounded percentages may add up to a little more.
WHOLE = 101.0


def read_venues(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[venues]]` block.

    A venue is known by `postcode`, by `longitude` and `latitude`, or by `easting` and
    `northing`; a GeoJSON or GeoPackage of points brings its own. `columns` may also
    name `kind`, `capacity` (people), `cost`, `accessible` (yes or no), `open_from` and
    `open_to` (2026-09-30), and the audience in per cent by group: `"age=18-24"`, or
    its range as `"age=18-24 low"` and `"age=18-24 high"`. What is blank is not known.

    A venue with anything in `closed` is rejected as closed, one that stands twice (the
    same name and postcode, or the same name and point) as given twice.

    Returns
    -------
    Observations
        `rows` has, beside the counts, the columns that were named, `kind` as
        `venue_kind`.
    """
    _check_columns(source)
    paths = find_files(project, source.files)
    of_points = [path.suffix.lower() in POINT_FILES for path in paths]
    if any(of_points):
        frame, rejects, files = _read_points(source, paths, progress)
    else:
        if not {"postcode", "longitude", "easting"} & set(source.columns):
            problem = "[[venues]] columns does not say where a venue is."
            hint = 'Such as columns = { postcode = "Postcode" }.'
            raise CatalogError(problem, hint=hint)
        frame, rejects, files = read_block(source, project, progress, set())
    bad: list[pd.DataFrame] = []
    frame = _open_ones(frame, bad)
    frame, grid = _placed(frame, bad)
    frame = _once(_audience(_described(frame, bad), bad), bad)
    number, places = number_places(frame, ["longitude", "latitude", "postcode"])
    about = [c for c in frame if c in ABOUT or "=" in str(c)]
    rows = pd.DataFrame({"place": number, "rows": 1, "n": 1.0})
    kept = frame[about].rename(columns={"kind": "venue_kind"})
    return Observations(
        dataset="venues",
        name=source.name or "venues",
        kind=source.kind,
        source=source.source,
        places=complete_places(places.assign(grid=grid)),
        rows=pd.concat([rows, kept], axis=1).reset_index(drop=True),
        rejects=join_rejects([*rejects, *headed(bad, source.columns)]),
        files=tuple(files),
    )


def tidy_postcode(text: object) -> str | None:
    """Write a postcode in normal form, or None where there is nothing.

    Examples
    --------
    >>> tidy_postcode("b178ls")
    'B17 8LS'
    """
    if not isinstance(text, str):
        return None
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    return f"{bare[:-3]} {bare[-3:]}" if len(bare) > 3 else bare or None


def _check_columns(source: InputSource) -> None:
    known = {*WHERE, *ABOUT, "closed"}
    for name in source.columns:
        if name not in known and "=" not in name:
            problem = f"[[venues]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, sorted(known)))


def _read_points(
    source: InputSource, paths: list[Path], progress: Callable[[str], None]
) -> tuple[pd.DataFrame, list[pd.DataFrame], list[FileRecord]]:
    """Read files of points; every property is text, as in any other table."""
    import pyogrio
    from pyogrio.errors import DataSourceError

    frames: list[pd.DataFrame] = []
    files: list[FileRecord] = []
    for path in paths:
        progress(f"reading {path.name}")
        digest = new_file(path, files)
        try:
            layer = pyogrio.read_dataframe(path)
        except DataSourceError as error:
            problem = f"{path.name} cannot be read as a file of points."
            raise InputError(problem, hint=str(error)) from error
        lost = [c for c in source.columns.values() if c not in layer]
        if lost or layer.crs is None or not (layer.geom_type == "Point").all():
            problem = f"{path.name}: no column {lost[0]!r}." if lost else path.name
            problem += (
                "" if lost else " holds what is no point, or names no projection."
            )
            raise InputError(problem, hint=f"It has {', '.join(map(str, layer))}.")
        points = layer.to_crs("EPSG:4326").geometry
        table = pd.DataFrame(
            {
                name: layer[column].astype("str")
                for name, column in source.columns.items()
            }
        )
        table = table.mask(layer[list(source.columns.values())].isna().to_numpy())
        table["longitude"] = points.x.astype("str")
        table["latitude"] = points.y.astype("str")
        frames.append(table.assign(file=path.name, row=np.arange(1, len(table) + 1)))
        files.append(FileRecord(path.name, digest, len(table)))
    return pd.concat(frames, ignore_index=True), [], files


def _open_ones(frame: pd.DataFrame, bad: list[pd.DataFrame]) -> pd.DataFrame:
    if "closed" not in frame:
        return frame
    bad.append(bad_rows(frame, frame["closed"].notna(), "closed", "closed"))
    return frame[frame["closed"].isna()]


def _placed(frame: pd.DataFrame, bad: list[pd.DataFrame]) -> tuple[pd.DataFrame, bool]:
    """Turn the two coordinates into numbers, and the postcode into its normal form."""
    grid = "easting" in frame
    lon, lat = ("easting", "northing") if grid else ("longitude", "latitude")
    for name in (lon, lat):
        said = frame.get(name, pd.Series(None, index=frame.index, dtype="str"))
        number = to_number(said)
        unread = number.isna() & said.notna()
        bad.append(bad_rows(frame, unread, name, "not a number"))
        frame = frame.assign(**{name: number})[~unread]
    postcode = frame["postcode"].map(tidy_postcode) if "postcode" in frame else None
    frame = frame.assign(longitude=frame[lon], latitude=frame[lat], postcode=postcode)
    return frame, grid


def _described(frame: pd.DataFrame, bad: list[pd.DataFrame]) -> pd.DataFrame:
    """Read numbers, yes or no, and dates; a row with another word is rejected."""
    parsers = {
        "capacity": (_not_negative, "not a number of people"),
        "cost": (_not_negative, "not an amount"),
        "accessible": (_yes_or_no, "not yes or no"),
        "open_from": (_day, "not a date (wanted 2026-09-30)"),
        "open_to": (_day, "not a date (wanted 2026-09-30)"),
    }
    for name, (parse, reason) in parsers.items():
        if name in frame:
            read = parse(frame[name])
            wrong = read.isna() & frame[name].notna()
            bad.append(bad_rows(frame, wrong, name, reason))
            frame = frame.assign(**{name: read})[~wrong]
    if {"open_from", "open_to"} <= set(frame):
        wrong = (frame["open_to"] < frame["open_from"]).fillna(False).astype(bool)
        bad.append(bad_rows(frame, wrong, "open_to", "closes before it opens"))
        frame = frame[~wrong]
    return frame


def _not_negative(text: pd.Series) -> pd.Series:
    number = to_number(text)
    return number.where(number >= 0)


def _yes_or_no(text: pd.Series) -> pd.Series:
    said = text.map(lambda word: folded(word) if isinstance(word, str) else None)
    read = said.map(lambda word: True if word in YES else False if word in NO else None)
    return read.astype("object").where(read.notna(), None)


def _day(text: pd.Series) -> pd.Series:
    """Read days, as text that sorts: 2026-09-30."""
    read = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    return read.dt.strftime("%Y-%m-%d").astype("object").where(read.notna(), None)


def _audience(frame: pd.DataFrame, bad: list[pd.DataFrame]) -> pd.DataFrame:
    """Read shares of the audience: 0 to 100, low below high, together 100 at most."""
    columns = [str(c) for c in frame if "=" in str(c)]
    for name in columns:
        share = to_number(frame[name])
        wrong = (share.isna() & frame[name].notna()) | (share < 0) | (share > 100)
        bad.append(bad_rows(frame, wrong, name, "not a percentage (0 to 100)"))
        frame = frame.assign(**{name: share})[~wrong]
    for low in [c for c in columns if c.endswith(" low")]:
        high = low.removesuffix("low") + "high"
        if high in frame:
            wrong = frame[low] > frame[high]
            bad.append(bad_rows(frame, wrong, low, "above its high"))
            frame = frame[~wrong]
    ends = (" low", " high")
    for dimension in sorted({c.partition("=")[0] for c in columns}):
        own = [c for c in columns if c.startswith(f"{dimension}=")]
        own = [c for c in own if not c.endswith(ends)]
        wrong = frame[own].sum(axis=1) > WHOLE
        if wrong.any():
            reason = f"the shares of {dimension} add up to more than 100"
            bad.append(bad_rows(frame, wrong, own[0], reason))
            frame = frame[~wrong]
    return frame


def _once(frame: pd.DataFrame, bad: list[pd.DataFrame]) -> pd.DataFrame:
    """Keep the first of venues of one name at one postcode or point."""
    if "name" not in frame:
        return frame
    key = frame.assign(folded=frame["name"].map(folded, na_action="ignore"))
    twice = pd.Series(False, index=frame.index)
    for place in (["postcode"], ["longitude", "latitude"]):
        known = key[["folded", *place]].notna().all(axis=1)
        twice |= known & key[known].duplicated(["folded", *place]).reindex(
            frame.index, fill_value=False
        )
    bad.append(bad_rows(frame, twice, "name", "venue given twice"))
    return frame[~twice]
