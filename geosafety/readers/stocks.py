"""Read what stands at a date by area: WMNow members and residents."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from geosafety.errors import CatalogError, InputError, nearest
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.tables import (
    join_rejects,
    new_file,
    read_headings,
    read_table,
    reject,
    to_month,
    to_number,
)
from geosafety.settings import geographies
from geosafety.tidy import (
    FileRecord,
    Observations,
    complete_places,
    number_places,
)

AGE = re.compile(
    r"(?:aged?[ _]?)?(\d{1,3})(?:\+|[ _](?:plus|and[ _]over|or[ _]over))?",
    re.IGNORECASE,
)
OLDEST = 120
DENOMINATORS = ("population", "population_16plus", "population_under25")
ADULT, YOUNG = 16, 25


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
    frame, rejects, files = read_block(source, project, progress, need)
    frame, bad = _numbers(
        frame, [str(c) for c in frame if c not in (level, "date", "file", "row")]
    )
    month = to_month(frame["date"])
    bad.append(
        bad_rows(
            frame, month.isna(), "date", "not a date (wanted 2022-03 or 2022-03-31)"
        )
    )
    frame = frame.assign(period=month)[month.notna()]
    twice = frame.duplicated([level, "period"]) & frame[level].notna()
    if twice.any():
        first = frame[twice].iloc[0]
        problem = f"{first['file']} gives {first[level]!r} twice for {first['period']}."
        raise InputError(problem, hint="Each area and date stands once.")
    carried = [c for c in DENOMINATORS if c in frame]
    return _by_area(
        source,
        "wmnow",
        frame,
        level,
        "members",
        carried,
        [*rejects, *headed(bad, source.columns)],
        files,
    )


def read_population(
    source: InputSource, project: Project, progress: Callable[[str], None]
) -> Observations:
    """Read one `[[population]]` block: residents by area.

    Either `population` and/or `population_16plus` are named in `columns`, or the file
    has single years of age as headings (`0`, `1`, ... `90`, with or without a `+`), and
    they are added up from them, and residents under 25 with them; of a file that begins
    above 0, adults alone.

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
        else _ages(paths[0].name, read_headings(paths[0]))
    )
    if not ages and not set(DENOMINATORS) & set(source.columns):
        problem = f"{paths[0].name} has no single years of age."
        raise InputError(
            problem, hint='Name a total: columns = { population = "..." }.'
        )
    extra = {f"age {age}": heading for heading, age in ages.items()}
    frame, rejects, files = read_block(source, project, progress, {level}, extra)
    frame, bad = _numbers(
        frame, [str(c) for c in frame if c not in (level, "file", "row")]
    )
    _each_area_once(frame, level)
    if ages:
        adults = [f"age {age}" for age in ages.values() if age >= ADULT]
        frame = frame.assign(population_16plus=frame[adults].sum(axis=1))
        if 0 in ages.values():
            young = [f"age {age}" for age in ages.values() if age < YOUNG]
            frame = frame.assign(
                population=frame[list(extra)].sum(axis=1),
                population_under25=frame[young].sum(axis=1),
            )
    carried = [c for c in DENOMINATORS if c in frame]
    counted = "population" if "population" in frame else ""
    rejects += headed(bad, {**source.columns, **extra})
    return _by_area(
        source, "population", frame, level, counted, carried, rejects, files
    )


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


def _ages(file: str, headings: list[str]) -> dict[str, int]:
    """Find the headings that are single years of age, each there once and none lacking.

    Raises
    ------
    InputError
        An age stands twice, or one between the first and the last is lacking: the
        total would be wrong, and nobody would see it.
    """
    found = [(heading, AGE.fullmatch(heading)) for heading in headings]
    pairs = [(heading, int(age[1])) for heading, age in found if age]
    pairs = [(heading, age) for heading, age in pairs if age <= OLDEST]
    ages = [age for _, age in pairs]
    for age in range(min(ages, default=0), max(ages, default=-1) + 1):
        if ages.count(age) != 1:
            said = "no" if age not in ages else "more than one"
            problem = f"{file} has {said} column for the age of {age}."
            hint = "Single years must follow each other, or name a total in `columns`."
            raise InputError(problem, hint=hint)
    return dict(pairs)


def _each_area_once(frame: pd.DataFrame, level: str) -> None:
    twice = frame.duplicated(level) & frame[level].notna()
    if twice.any():
        first = frame[twice].iloc[0]
        problem = f"{first['file']} gives {first[level]!r} twice."
        raise InputError(problem, hint="Each area stands once; add its parts up first.")


def read_block(
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
    frames, rejects = [], []
    files: list[FileRecord] = []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        digest = new_file(path, files)
        chunks = list(read_table(path, {**source.columns, **(extra or {})}))
        frames += [chunk.frame.assign(file=path.name) for chunk in chunks]
        rejects += [chunk.rejects for chunk in chunks]
        rows = sum(len(chunk.frame) + len(chunk.rejects) for chunk in chunks)
        files.append(FileRecord(path.name, digest, rows))
    whole = pd.concat(frames).rename_axis("row").reset_index()
    return whole, rejects, files


def _numbers(
    frame: pd.DataFrame, columns: list[str]
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Turn text into numbers (commas allowed); anything else is rejected."""
    bad = []
    for name in columns:
        number = to_number(frame[name])
        wrong = number.isna() | (number < 0)
        bad.append(bad_rows(frame, wrong, name, "not a number of people"))
        frame = frame.assign(**{name: number})[~wrong]
    return frame, bad


def headed(bad: list[pd.DataFrame], headings: dict[str, str]) -> list[pd.DataFrame]:
    """Call the columns of rejects what the file calls them."""
    return [part.assign(column=part["column"].replace(headings)) for part in bad]


def bad_rows(
    frame: pd.DataFrame, wrong: pd.Series, column: str, reason: str
) -> pd.DataFrame:
    """Describe wrong rows, file by file."""
    rows = []
    for file, part in frame[wrong.to_numpy()].groupby("file", sort=False):
        said = part.set_index("row")[column]
        rows.append(reject(said, file=str(file), column=column, reason=reason))
    return join_rejects(rows)


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
        rejects=join_rejects(rejects),
        files=tuple(files),
    )


def _own_vintage(source: InputSource) -> str:
    """Take a population's vintage to be that of its people."""
    return source.vintage if source.dataset == "population" else ""
