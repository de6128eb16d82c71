"""Read margins: how many people of each group live in each area, as the files say it.

Two shapes are read. Long: one row per area and label (`columns` names `category` and
`population`). Wide: one row per area, the labels are headings; single years of age are
banded by `ages`. Nothing is guessed: a label that no group names is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety.errors import CatalogError, InputError, nearest
from geosafety.project import MarginSource, Project, find_files
from geosafety.readers.stocks import AGE, OLDEST
from geosafety.readers.tables import (
    join_rejects,
    new_file,
    read_headings,
    read_table,
    reject,
    to_number,
)
from geosafety.settings import geographies
from geosafety.tidy import FileRecord, folded

MARGIN_COLUMNS = (
    "dimension",
    "geography",
    "area_code",
    "category",
    "population",
    "source",
    "vintage",
    "kind",
    "reference",
)
# Areas that no layer has, but that a survey may be compared with.
BEYOND = ("region", "country")
LEFT_OUT = ""
# Published tables are rounded and perturbed, so parts may miss their total by this much
# of it; a part that is lacking is larger.
TOLERANCE = 0.001
_RANGE = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3})|(\+))?")


@dataclass(frozen=True)
class Margins:
    """The margins of one or more blocks, and what became of every row.

    Attributes
    ----------
    table
        `MARGIN_COLUMNS`, one row per dimension, area and group. A group with a part
        that is missing or unreadable has a missing population, never a smaller one.
    rejects
        Rows with a cell that is no number, or without an area.
    files
        Name, hash and rows.
    left_out
        By block, how many cells of labels mapped to "" were left out.
    """

    table: pd.DataFrame
    rejects: pd.DataFrame
    files: tuple[FileRecord, ...]
    left_out: dict[str, int]


@dataclass(frozen=True)
class _Cells:
    """One file as cells: `row, area_code, label, said` (text), and `total` (text)."""

    frame: pd.DataFrame
    rejects: pd.DataFrame
    rows: int


def read_margins(project: Project, progress: Callable[[str], None]) -> Margins:
    """Read every `[[margins]]` block of a project; none gives an empty table.

    Raises
    ------
    CatalogError
        A block names an unknown column, or a label or an age that its files do not have
        or that two groups claim.
    InputError
        A label that no group names, an area or a label twice, or parts that do not add
        up to the total named in `columns`.
    """
    read = [read_margin(source, project, progress) for source in project.margins]
    empty = pd.DataFrame({c: pd.Series(dtype="object") for c in MARGIN_COLUMNS})
    tables = [one.table for one in read]
    table = pd.concat(tables, ignore_index=True) if tables else empty
    keys = ["dimension", "geography", "area_code", "category"]
    if (twice := table.duplicated(keys)).any():
        first = table[twice].iloc[0]
        problem = f"Two [[margins]] give {first['category']!r} ({first['dimension']}) "
        problem += f"for {first['area_code']}."
        raise InputError(problem, hint="Leave one of the two out.")
    left_out: dict[str, int] = {}
    for one in read:
        for name, cells in one.left_out.items():
            left_out[name] = left_out.get(name, 0) + cells
    return Margins(
        table=table,
        rejects=join_rejects([one.rejects for one in read]),
        files=tuple(file for one in read for file in one.files),
        left_out=left_out,
    )


def read_margin(
    source: MarginSource, project: Project, progress: Callable[[str], None]
) -> Margins:
    """Read one `[[margins]]` block."""
    level = _level(source)
    frames, rejects = [], []
    files: list[FileRecord] = []
    for path in find_files(project, source.files):
        progress(f"reading {path.name}")
        digest = new_file(path, files)
        read = _long if "category" in source.columns else _wide
        one = read(path, source, level)
        files.append(FileRecord(path.name, digest, one.rows))
        rejects.append(one.rejects)
        frames.append(one.frame.assign(file=path.name))
    cells = pd.concat(frames, ignore_index=True)
    group = _grouped(source, cells)
    left_out = int((group == LEFT_OUT).sum())
    kept = cells.assign(category=group)[(group != LEFT_OUT).to_numpy()]
    number, bad = _numbers(kept, source)
    kept = kept.assign(population=number)
    _each_once(kept)
    table = _added_up(kept, list(source.ages or source.categories))
    _adds_to_total(kept, table)
    return Margins(
        table=_described(table, source, level),
        rejects=join_rejects([*rejects, *bad]),
        files=tuple(files),
        left_out={_name(source): left_out},
    )


def _name(source: MarginSource) -> str:
    return source.name or f"margins of {source.dimension}"


def _level(source: MarginSource) -> str:
    """Find which geography the areas belong to; every column has to be known."""
    levels = [*geographies(), *BEYOND]
    others = ["category", "population", "total", "name"]
    for name in source.columns:
        if name not in (*levels, *others):
            problem = f"[[margins]] {source.dimension}: unknown column name {name!r}."
            raise CatalogError(problem, hint=nearest(name, [*others, *levels]))
    named = [name for name in source.columns if name in levels]
    if len(named) != 1:
        problem = f"[[margins]] {source.dimension} names {len(named)} area columns."
        hint = 'Name one, such as columns = { local_authority = "LAD code" }.'
        raise CatalogError(problem, hint=hint)
    long = [name for name in ("category", "population") if name in source.columns]
    if len(long) == 1 or (long and source.ages):
        problem = f"[[margins]] {source.dimension} has a column for {long[0]!r} "
        problem += "and also `ages`." if source.ages else "alone."
        hint = "Long files need category and population; wide ones neither."
        raise CatalogError(problem, hint=hint)
    return named[0]


def _long(path: Path, source: MarginSource, level: str) -> _Cells:
    wanted = {level: "area_code", "category": "label", "population": "said"}
    wanted["total"] = "total"
    columns = {
        ours: source.columns[name]
        for name, ours in wanted.items()
        if name in source.columns
    }
    frame, rejects, rows = _read(path, columns)
    return _without_area(frame, rejects, rows, path, columns["area_code"])


def _wide(path: Path, source: MarginSource, level: str) -> _Cells:
    headings = read_headings(path)
    about = set(source.columns.values())
    labels = [h for h in headings if h and h not in about]
    if source.ages:
        labels = [h for h in labels if _age(h) is not None]
    columns = {"area_code": source.columns[level]}
    if "total" in source.columns:
        columns["total"] = source.columns["total"]
    # A label may be called like one of ours, so headings are read under a mark.
    marked = {f"label {h}": h for h in labels}
    frame, rejects, rows = _read(path, {**columns, **marked})
    keys = [c for c in frame if c not in marked]
    long = frame.melt(id_vars=keys, var_name="label", value_name="said")
    long["label"] = long["label"].str.removeprefix("label ")
    return _without_area(long, rejects, rows, path, columns["area_code"])


def _read(
    path: Path, columns: dict[str, str]
) -> tuple[pd.DataFrame, list[pd.DataFrame], int]:
    chunks = list(read_table(path, columns))
    rows = sum(len(chunk.frame) + len(chunk.rejects) for chunk in chunks)
    frame = pd.concat([c.frame for c in chunks]).rename_axis("row").reset_index()
    return frame, [chunk.rejects for chunk in chunks], rows


def _without_area(
    frame: pd.DataFrame,
    rejects: list[pd.DataFrame],
    rows: int,
    path: Path,
    heading: str,
) -> _Cells:
    """Take out rows that do not say where; once each, however wide the file is."""
    none = frame["area_code"].isna() | frame["label"].isna()
    said = frame[none].drop_duplicates("row").set_index("row")["area_code"]
    reason = "no area, or no label"
    bad = reject(said, file=path.name, column=heading, reason=reason)
    return _Cells(frame[~none], join_rejects([*rejects, bad]), rows)


def _grouped(source: MarginSource, cells: pd.DataFrame) -> pd.Series:
    """Say of every cell which group its label belongs to."""
    labels = list(dict.fromkeys(cells["label"]))
    groups = _bands(source, labels) if source.ages else _patterns(source, labels)
    for label in labels:
        if label not in groups:
            file = cells.loc[cells["label"] == label, "file"].iloc[0]
            problem = f"{file} has the label {label!r}, which no group of "
            problem += f"[[margins]] {source.dimension} names."
            known = [text for texts in source.categories.values() for text in texts]
            hint = nearest(label, known or source.ages.values())
            raise InputError(problem, hint=f'{hint} Map it to "" to leave it out.')
    return cells["label"].map(groups)


def _patterns(source: MarginSource, labels: list[str]) -> dict[str, str]:
    """Match labels with the texts of the groups; a whole text goes before a pattern."""
    found: dict[str, dict[str, bool]] = {label: {} for label in labels}
    for group, texts in source.categories.items():
        for text in texts:
            pattern = ".*".join(re.escape(part) for part in folded(text).split("*"))
            hits = [x for x in labels if re.fullmatch(pattern, folded(x))]
            if not hits:
                problem = f"[[margins]] {source.dimension}: no label is {text!r}."
                raise CatalogError(problem, hint=nearest(text, labels))
            for label in hits:
                found[label][group] = found[label].get(group, False) or "*" not in text
    return {label: _one(source, label, by) for label, by in found.items() if by}


def _one(source: MarginSource, label: str, claims: dict[str, bool]) -> str:
    named = [group for group, whole in claims.items() if whole] or list(claims)
    # What is left out by a pattern is "all the rest".
    named = [group for group in named if group != LEFT_OUT] or named
    if len(named) > 1:
        problem = f"[[margins]] {source.dimension}: {named[0]!r} and {named[1]!r} "
        problem += f"both name the label {label!r}."
        raise CatalogError(problem, hint="Each label belongs to one group.")
    return named[0]


def _age(heading: str) -> int | None:
    match = AGE.fullmatch(heading)
    return int(match[1]) if match and int(match[1]) <= OLDEST else None


def _bands(source: MarginSource, labels: list[str]) -> dict[str, str]:
    """Put single years of age into bands; each age in one, and none lacking."""
    ages = {label: age for label in labels if (age := _age(label)) is not None}
    oldest = max(ages.values(), default=-1)
    found: dict[str, str] = {}
    for group, text in source.ages.items():
        first, last = _range(source, text)
        wanted = set(range(first, min(last, oldest) + 1))
        lacks = wanted - set(ages.values())
        # The oldest heading is "90 and over": a band must not end inside it.
        if not wanted or lacks or (first <= oldest <= last < OLDEST):
            problem = f"[[margins]] {source.dimension}: the band {text!r} cannot be "
            problem += f"made of ages {min(ages.values(), default=0)} to {oldest}+."
            raise CatalogError(problem, hint=f'The last band is open, as "{oldest}+".')
        for label, age in ages.items():
            if age in wanted and label in found:
                problem = f"[[margins]] {source.dimension}: the age {age} is in "
                problem += f"{found[label]!r} and in {group!r}."
                raise CatalogError(problem, hint="Each age belongs to one band.")
            if age in wanted:
                found[label] = group
    return found


def _range(source: MarginSource, text: str) -> tuple[int, int]:
    match = _RANGE.fullmatch(text.strip())
    if not match:
        problem = f"[[margins]] {source.dimension}: {text!r} is no band of ages."
        raise CatalogError(problem, hint='Such as "18-24", "75+" or "30".')
    first = int(match[1])
    return first, OLDEST if match[3] else int(match[2] or first)


def _numbers(
    kept: pd.DataFrame, source: MarginSource
) -> tuple[pd.Series, list[pd.DataFrame]]:
    """Turn text into numbers; what is none is rejected, and missing from then on."""
    number = to_number(kept["said"])
    number = number.where(number >= 0)
    bad = []
    for file, part in kept[number.isna().to_numpy()].groupby("file", sort=False):
        for label, cells in part.groupby("label", sort=False):
            column = source.columns.get("population", str(label))
            said = cells.set_index("row")["said"]
            reason = "not a number of people"
            bad.append(reject(said, file=str(file), column=column, reason=reason))
    return number, bad


def _each_once(kept: pd.DataFrame) -> None:
    twice = kept.duplicated(["area_code", "label"])
    if twice.any():
        first = kept[twice].iloc[0]
        problem = f"{first['file']} gives {first['label']!r} twice for "
        problem += f"{first['area_code']}."
        raise InputError(problem, hint="Each area and label stands once.")


def _added_up(kept: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Add labels up to groups: areas by groups, in the order of the block."""
    wide = kept.pivot(index="area_code", columns="label", values="population")
    group = kept.drop_duplicates("label").set_index("label")["category"]
    whole = {
        name: wide[group.index[group == name]].sum(axis=1, skipna=False)
        for name in groups
        if name != LEFT_OUT
    }
    return pd.DataFrame(whole)


def _adds_to_total(kept: pd.DataFrame, table: pd.DataFrame) -> None:
    """Refuse parts that do not sum to the file's own total.

    Raises
    ------
    InputError
        With both figures. An area with a missing part is not checked.
    """
    if "total" not in kept:
        return
    said = to_number(kept["total"]).groupby(kept["area_code"]).agg(["min", "max"])
    parts = table.sum(axis=1, skipna=False)
    high, low = said["max"].to_numpy(float), said["min"].to_numpy(float)
    gap = np.maximum(np.abs(parts - high), np.abs(parts - low))
    near = gap <= np.maximum(TOLERANCE * high, table.shape[1] / 2)
    wrong = (parts.notna() & ~near).to_numpy(bool)
    if wrong.any():
        at = int(np.argmax(wrong))
        problem = f"{kept['file'].iloc[0]}: the groups of {parts.index[at]} sum to "
        far = max(high[at], low[at], key=lambda total: abs(total - parts.iloc[at]))
        problem += f"{parts.iloc[at]:,.0f}, and its total is {far:,.0f}."
        hint = "A part is lacking, counted twice or left out; or use another file."
        raise InputError(problem, hint=hint)


def _described(table: pd.DataFrame, source: MarginSource, level: str) -> pd.DataFrame:
    long = table.rename_axis("area_code").reset_index()
    long = long.melt("area_code", var_name="category", value_name="population")
    return long.assign(
        dimension=source.dimension,
        geography=level,
        source=source.source,
        vintage=source.vintage,
        kind=source.kind,
        reference=source.reference,
    )[list(MARGIN_COLUMNS)]
