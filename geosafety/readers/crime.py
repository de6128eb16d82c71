"""Read recorded crime: street-level files, API pulls, and counts by area.

Rows are grouped as they are read, by place, month and category, so that tens of
millions of rows never stand in memory at once. Identical rows are separate incidents
whose id is withheld: they are never dropped.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety.errors import CatalogError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.tables import (
    Chunk,
    join_rejects,
    new_file,
    read_headings,
    read_table,
    reject,
    to_month,
    to_number,
)
from geosafety.settings import catalog_text
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    number_places,
)

STREET = {
    "id": "Crime ID",
    "month": "Month",
    "force": "Falls within",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "code": "LSOA code",
    "category": "Crime type",
}
API = {
    "month": "month",
    "longitude": "longitude",
    "latitude": "latitude",
    "category": "category",
}
COUNTS = {"code": "lsoa_code", "category": "category", "month": "month", "n": "count"}
PLACE = ["longitude", "latitude", "code", "level", "force"]
KEYS = [*PLACE, "period", "group"]


@dataclass
class _Read:
    """What has been read of one input so far."""

    tallies: list[pd.DataFrame] = field(default_factory=list)
    rejects: list[pd.DataFrame] = field(default_factory=list)
    ids: list[np.ndarray] = field(default_factory=list)
    files: list[FileRecord] = field(default_factory=list)


def read_crime(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[crime]]` block.

    Parameters
    ----------
    source
        `format` is `street` (police.uk's 12 columns, the default), `api` (slugs and
        points) or `counts` (area, category, month, count). `columns` renames.
    project
        Where the files are.
    progress
        Called with a sentence per file.

    Returns
    -------
    Observations
        Rows by place, month (`period`) and category (`group`, "category=Burglary").

    Raises
    ------
    InputError
        No such file or column; the same file twice.
    """
    columns = _columns(source)
    done = _Read()
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        _read_file(path, columns, done)
    return _observations(source, done)


def _columns(source: InputSource) -> dict[str, str]:
    formats = {"street": STREET, "api": API, "counts": COUNTS}
    if (source.format or "street") not in formats:
        problem = f"[[crime]] has format {source.format!r}."
        raise CatalogError(problem, hint=nearest(source.format, formats))
    base = formats[source.format or "street"]
    allowed = {*base, "year", "force", "code"}
    for name in source.columns:
        if name not in allowed:
            problem = f"[[crime]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, sorted(allowed)))
    return {**base, **source.columns}


def _read_file(path: Path, columns: dict[str, str], done: _Read) -> None:
    """Read one file into `done`; the very same file twice is an error."""
    digest = new_file(path, done.files)
    present = _forgive_id(path, columns)
    rows = 0
    for chunk in read_table(path, present):
        good, bad = _check(path.name, chunk, present)
        rows += len(chunk.frame) + len(chunk.rejects)
        done.rejects += [chunk.rejects, bad]
        done.tallies.append(_tally(good))
        if "id" in good:
            ids = good["id"].dropna().astype(object).to_numpy()
            done.ids.append(pd.util.hash_array(ids, categorize=False))
    done.files.append(FileRecord(path.name, digest, rows))


def _forgive_id(path: Path, columns: dict[str, str]) -> dict[str, str]:
    """Leave out the id where the file has none: it only serves to count repeats."""
    headings = read_headings(path)
    return {k: v for k, v in columns.items() if k != "id" or v in headings}


def _check(
    file: str, chunk: Chunk, columns: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a chunk into rows that can be counted and rows that cannot."""
    frame = chunk.frame
    if "year" in frame:
        month = to_month(frame["year"] + "-" + frame["month"].str.zfill(2))
    else:
        month = to_month(frame["month"])
    tidy = {"period": month}
    checks = [("month", month.isna(), "not a month")]
    checks.append(("category", frame["category"].isna(), "no category"))
    if "n" in frame:
        tidy["n"] = to_number(frame["n"])
        whole = (tidy["n"] >= 0) & (tidy["n"] % 1 == 0)
        checks.append(("n", ~whole, "not a count"))
    for name in ("longitude", "latitude"):
        if name in frame:
            tidy[name] = to_number(frame[name])
            unread = tidy[name].isna() & frame[name].notna()
            checks.append((name, unread, "not a number"))
    rejects, good = [], pd.Series(True, index=frame.index)
    for name, bad, reason in checks:
        said = frame.loc[bad & good, name]
        rejects.append(reject(said, file=file, column=columns[name], reason=reason))
        good &= ~bad
    return frame.assign(**tidy)[good], join_rejects(rejects)


def _tally(good: pd.DataFrame) -> pd.DataFrame:
    """Group good rows by place, month and category."""
    absent = {"longitude": np.nan, "latitude": np.nan, "code": None, "force": None}
    good = good.assign(**{k: v for k, v in absent.items() if k not in good})
    # The same types in every chunk, whatever is missing from it.
    good = good.astype({"code": "str", "force": "str"})
    level = pd.Series("lsoa", index=good.index, dtype="str")
    counted = good.get("n", 1.0)
    tidy = good.assign(
        level=level.where(good["code"].notna()),
        group=good["category"],
        n=counted,
        rows=1,
    )
    grouped = tidy.groupby(KEYS, dropna=False, sort=False, as_index=False)
    tally: pd.DataFrame = grouped[["rows", "n"]].sum()
    return tally


def _observations(source: InputSource, done: _Read) -> Observations:
    """Bring the tallies of all files together."""
    whole = pd.concat(done.tallies, ignore_index=True)
    grouped = whole.groupby(KEYS, dropna=False, sort=False, as_index=False)
    whole = grouped[["rows", "n"]].sum()
    number, places = number_places(whole, PLACE)
    return Observations(
        dataset="crime",
        name=source.name or f"crime, {source.format or 'street'}",
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        places=complete_places(places),
        rows=pd.DataFrame(
            {
                "place": number,
                "rows": whole["rows"],
                "n": whole["n"].astype(float),
                "period": whole["period"].astype("str"),
                "group": "category=" + _labels(whole["group"]),
            }
        ),
        rejects=join_rejects(done.rejects),
        files=tuple(done.files),
        notes=_notes(whole, done),
    )


def _labels(category: pd.Series) -> pd.Series:
    """Turn API slugs into the labels of the street files; others stay as they are."""
    table = pd.read_csv(io.StringIO(catalog_text("lookups/crime_types.csv")))
    labels = dict(zip(table["slug"], table["label"], strict=True))
    number, distinct = pd.factorize(category)
    named = pd.Series([labels.get(slug, slug) for slug in distinct], dtype="str")
    return named.reindex(number).set_axis(category.index)


def _notes(whole: pd.DataFrame, done: _Read) -> tuple[str, ...]:
    notes = []
    table = pd.read_csv(io.StringIO(catalog_text("lookups/crime_types.csv")))
    strange = set(_labels(whole["group"]).unique()) - set(table["label"])
    if strange:
        notes.append(f"Categories not in the list, kept: {', '.join(sorted(strange))}.")
    if done.ids:
        ids = np.concatenate(done.ids)
        repeated = len(ids) - len(pd.unique(ids))
        if repeated:
            notes.append(
                f"{repeated:,} rows repeat an earlier crime id; they are kept."
            )
    return tuple(notes)
