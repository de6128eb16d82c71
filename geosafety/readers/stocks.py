"""Read what stands at a date by area: WMNow members, residents; and venues."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from geosafety.errors import CatalogError, InputError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.tables import read_headings, read_table, reject, sha256
from geosafety.settings import geographies
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    no_rejects,
    number_places,
)

AGE = re.compile(r"^(?:age_?)?(\d{1,3})(?:\+|_plus)?$", re.IGNORECASE)
DENOMINATORS = ("population", "population_16plus")
ADULT = 16


def read_members(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[wmnow]]` block: members by area and date.

    `columns` names the area's column by its geography (`npu = "NPU"`), and `date` and
    `members`; `population_16plus`, where given, is the denominator that goes with them.

    Returns
    -------
    Observations
        Rows by area and date (`period`, a month), with the denominators.
    """
    level = _level(source, {"date", "members", "population_16plus"})
    need = {level, "date", "members"}
    frame, rejects, files = _read(source, project, progress, need)
    frame, bad = _numbers(
        frame, [str(c) for c in frame if c not in (level, "date", "file", "row")]
    )
    month = frame["date"].str.extract(r"^(\d{4}-(?:0[1-9]|1[0-2]))", expand=False)
    bad.append(
        _bad(frame, month.isna(), "date", "not a date (wanted 2022-03 or 2022-03-31)")
    )
    frame = frame.assign(period=month)[month.notna()]
    twice = frame.duplicated([level, "period"])
    if twice.any():
        first = frame[twice].iloc[0]
        problem = f"{first['file']} gives {first[level]!r} twice for {first['period']}."
        raise InputError(problem, hint="Each area and date stands once.")
    carried = [c for c in DENOMINATORS if c in frame]
    return _by_area(
        source, "wmnow", frame, level, "members", carried, [*rejects, *bad], files
    )


def read_population(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[population]]` block: residents by area.

    Either `population` and/or `population_16plus` are named in `columns`, or the file
    has single years of age as headings (`0`, `1`, ... `90`, with or without a `+`), and
    both are added up from them.

    Returns
    -------
    Observations
        Rows by area, `n` residents of all ages (0 where the file has only adults), with
        the denominators that are known.
    """
    level = _level(source, {*DENOMINATORS})
    paths = find_files(project, source.files)
    ages = (
        {}
        if set(DENOMINATORS) & set(source.columns)
        else _ages(read_headings(paths[0]))
    )
    if not ages and not set(DENOMINATORS) & set(source.columns):
        problem = f"{paths[0].name} has no single years of age."
        raise InputError(
            problem, hint='Name a total: columns = { population = "..." }.'
        )
    extra = {f"age {age}": heading for heading, age in ages.items()}
    frame, rejects, files = _read(source, project, progress, {level}, extra)
    frame, bad = _numbers(
        frame, [str(c) for c in frame if c not in (level, "file", "row")]
    )
    if ages:
        frame = frame.assign(
            population=frame[list(extra)].sum(axis=1),
            population_16plus=frame[
                [f"age {a}" for a in ages.values() if a >= ADULT]
            ].sum(axis=1),
        )
    carried = [c for c in DENOMINATORS if c in frame]
    counted = "population" if "population" in frame else ""
    return _by_area(
        source, "population", frame, level, counted, carried, [*rejects, *bad], files
    )


def read_venues(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[venues]]` block: places where people could be met.

    A venue is known by `postcode`, by `longitude` and `latitude`, or by `easting` and
    `northing`. One with a closing year (`closed`) is rejected as closed.
    """
    allowed = {"name", "postcode", "longitude", "latitude", "easting", "northing"}
    allowed |= {"closed", "capacity", "kind"}
    for name in source.columns:
        if name not in allowed:
            problem = f"[[venues]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, sorted(allowed)))
    frame, rejects, files = _read(source, project, progress, set())
    if "closed" in frame:
        rejects.append(_bad(frame, frame["closed"].notna(), "closed", "closed"))
        frame = frame[frame["closed"].isna()]
    grid = "easting" in frame
    lon, lat = ("easting", "northing") if grid else ("longitude", "latitude")
    for name in (lon, lat):
        given = frame[name] if name in frame else pd.Series(None, index=frame.index)
        frame = frame.assign(**{name: pd.to_numeric(given, errors="coerce")})
    postcode = frame["postcode"].map(tidy_postcode) if "postcode" in frame else None
    frame = frame.assign(longitude=frame[lon], latitude=frame[lat], postcode=postcode)
    number, places = number_places(frame, ["longitude", "latitude", "postcode"])
    return Observations(
        dataset="venues",
        name=source.name or "venues",
        kind=source.kind,
        source=source.source,
        places=complete_places(places.assign(grid=grid)),
        rows=pd.DataFrame({"place": number, "rows": 1, "n": 1.0}),
        rejects=pd.concat([no_rejects(), *[r for r in rejects if len(r)]]),
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


def _level(source: InputSource, others: set[str]) -> str:
    """Find which geography the area column belongs to."""
    levels = [name for name in source.columns if name in geographies()]
    for name in source.columns:
        if name not in others and name not in geographies():
            problem = f"[[{source.dataset}]] columns has an unknown name {name!r}."
            raise CatalogError(problem, hint=nearest(name, [*others, *geographies()]))
    if len(levels) != 1:
        problem = (
            f"[[{source.dataset}]] must name one area column, and names {len(levels)}."
        )
        raise CatalogError(
            problem, hint='Such as columns = { lsoa = "LSOA11CD", ... }.'
        )
    return levels[0]


def _ages(headings: list[str]) -> dict[str, int]:
    """Find the headings that are single years of age."""
    found = {h: AGE.match(h) for h in headings}
    return {h: int(m[1]) for h, m in found.items() if m and int(m[1]) <= 120}


def _read(
    source: InputSource,
    project: Project,
    progress: Callable[[str], None],
    need: set[str],
    extra: dict[str, str] | None = None,
) -> tuple[pd.DataFrame, list[pd.DataFrame], list[FileRecord]]:
    """Read all files of a block into one frame of text."""
    for name in sorted(need - set(source.columns)):
        problem = f"[[{source.dataset}]] columns does not say which column is {name!r}."
        raise CatalogError(problem, hint=f'Such as columns = {{ {name} = "..." }}.')
    frames, rejects, files = [], [], []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        chunks = list(read_table(path, {**source.columns, **(extra or {})}))
        frames += [chunk.frame.assign(file=path.name) for chunk in chunks]
        rejects += [chunk.rejects for chunk in chunks if len(chunk.rejects)]
        rows = sum(len(chunk.frame) + len(chunk.rejects) for chunk in chunks)
        files.append(FileRecord(path.name, sha256(path), rows))
    whole = pd.concat(frames).rename_axis("row").reset_index()
    return whole, rejects, files


def _numbers(
    frame: pd.DataFrame, columns: list[str]
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Turn text into numbers (commas allowed); anything else is rejected."""
    bad = []
    for name in columns:
        number = pd.to_numeric(frame[name].str.replace(",", ""), errors="coerce")
        wrong = number.isna() | (number < 0)
        bad.append(_bad(frame, wrong, name, "not a number of people"))
        frame = frame.assign(**{name: number})[~wrong]
    return frame, bad


def _bad(
    frame: pd.DataFrame, wrong: pd.Series, column: str, reason: str
) -> pd.DataFrame:
    """Describe wrong rows, file by file."""
    rows = []
    for file, part in frame[wrong.to_numpy()].groupby("file", sort=False):
        numbered = part.set_index("row")
        every = pd.Series(True, index=numbered.index)
        rows.append(
            reject(numbered, every, file=str(file), column=column, reason=reason)
        )
    return pd.concat(rows) if rows else no_rejects()


def _by_area(  # noqa: PLR0913
    source: InputSource,
    dataset: str,
    frame: pd.DataFrame,
    level: str,
    counted: str,
    carried: list[str],
    rejects: list[pd.DataFrame],
    files: list[FileRecord],
) -> Observations:
    """Make observations of a table with one row per area (and date)."""
    frame = frame.assign(code=frame[level], level=level)
    number, places = number_places(frame, ["code", "level"])
    rows = pd.DataFrame({"place": number, "rows": 1}, index=frame.index)
    rows["n"] = frame[counted].astype(float) if counted else 0.0
    rows["period"] = frame.get("period", "")
    for name in carried:
        rows[name] = frame[name].astype(float)
    return Observations(
        dataset=dataset,
        name=source.name or f"{dataset} by {level}",
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        denominator_vintage=source.denominator_vintage or _own_vintage(source),
        places=complete_places(places),
        rows=rows.reset_index(drop=True),
        rejects=pd.concat([no_rejects(), *[r for r in rejects if len(r)]]),
        files=tuple(files),
    )


def _own_vintage(source: InputSource) -> str:
    """Take a population's vintage to be that of its people."""
    return source.vintage if source.dataset == "population" else ""
