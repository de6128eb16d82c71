"""Attack published tables: our own exports, or anybody's counts by area."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety.disclosure.layout import KEY
from geosafety.disclosure.leaks import HIDDEN, leaks
from geosafety.disclosure.primary import Policy
from geosafety.errors import InputError, MethodError, nearest
from geosafety.pipeline.disclosure.finished import (
    ALL,
    columns_of,
    dimensions_of,
    people_of,
    tables_of,
)
from geosafety.pipeline.disclosure.pieces import read_pieces
from geosafety.readers.tables import read_headings, read_table, to_number
from geosafety.settings import VALUE_COLUMNS

PLAIN = ("geography", "area_code", "group", "count")
TOTALS = ("", "all", "total")
COLUMNS = ["period", "people", *KEY, "what", "lower", "upper", "exact", "how"]


def check_tables(
    files: Sequence[Path], policy: Policy, *, results: Path, lookup: Path | None = None
) -> tuple[list[str], pd.DataFrame]:
    """List what can be worked out of tables that is not printed in them.

    Parameters
    ----------
    files
        All that is published together, in one or several files: exports, or counts by
        area as docs/reference.md describes.
    results, lookup
        Which areas overlap: the results folder whose layers are used, or a CSV with a
        column for each geography and a row for each piece of ground.

    Returns
    -------
    list of str, DataFrame
        Sentences; and every number that too much can be said of, with `COLUMNS`.
    """
    cells = pd.concat([_read(path) for path in files], ignore_index=True)
    pieces = _read_lookup(lookup) if lookup else read_pieces(results)
    found, words = [], []
    for key, table in cells.groupby(["period", "people"], sort=True):
        period, people = map(str, key)
        for dimension in dimensions_of(table):
            name = " ".join(part for part in (people, period, dimension) if part)
            try:
                tables = tables_of(table, dimension, pieces, policy)
                listed = leaks(tables, policy)
            except MethodError as error:
                words.append(f"Not checked, {name}: {error.problem}")
                continue
            found.append(listed.assign(period=period, people=people))
    table = pd.concat([pd.DataFrame(columns=COLUMNS), *[f for f in found if len(f)]])
    table = table[COLUMNS].drop_duplicates(COLUMNS[:6]).reset_index(drop=True)
    return [*_summary(cells, table, policy), *words], table


def _read(path: Path) -> pd.DataFrame:
    """Read one file's cells: `period, people, part, geography, area_code, count`."""
    headings = read_headings(path)
    if {"indicator", "numerator", "base", "status"} <= set(headings):
        wanted = {name: name for name in VALUE_COLUMNS if name in headings}
        return _of_export(_read_all(path, wanted))
    return _of_counts(path, headings)


def _read_all(path: Path, columns: dict[str, str]) -> pd.DataFrame:
    return pd.concat([chunk.frame for chunk in read_table(path, columns)])


def _of_export(table: pd.DataFrame) -> pd.DataFrame:
    """Find the numbers of people in rows of the one table shape."""
    text = [c for c in VALUE_COLUMNS if c in table]
    values = table.assign(**{c: table[c].fillna("") for c in text})
    for column in ("value", "numerator", "base"):
        values[column] = to_number(table[column])
    return columns_of(people_of(values.reset_index(drop=True)))


def _of_counts(path: Path, headings: list[str]) -> pd.DataFrame:
    """Read counts by area; a note beside the file may say what its columns are."""
    note = _note(path)
    columns = {name: note["columns"].get(name, name) for name in PLAIN}
    constant = {n: note[n] for n in ("geography", "group") if n in note}
    constant.setdefault("group", ALL)
    wanted = {name: c for name, c in columns.items() if c in headings}
    for name in ("geography", "area_code", "count"):
        if name not in wanted and name not in constant:
            problem = f"{path.name} has no column {columns[name]!r}."
            hint = f"Name it in {path.with_suffix('.toml').name}, under [columns]. "
            raise InputError(problem, hint=hint + nearest(columns[name], headings))
    table = _read_all(path, wanted)
    for name, value in constant.items():
        table[name] = table.get(name, value)
    group = table["group"].fillna(ALL)
    total = group.str.lower().isin(TOTALS)
    named = group.where(group.str.contains("="), "group=" + group)
    count = to_number(table["count"])
    return table.assign(
        period=str(note.get("period", "")),
        people=str(note.get("people", "people")),
        part=named.mask(total, ALL),
        count=count,
        hidden=count.isna(),
        fixed=False,
    ).dropna(subset=["area_code"])


def _note(path: Path) -> dict[str, Any]:
    """Read the note beside a file, of the same name and ending in .toml."""
    beside = path.with_suffix(".toml")
    if not beside.exists():
        return {"columns": {}}
    try:
        note = tomllib.loads(beside.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        problem = f"{beside.name} cannot be read: {error}."
        raise InputError(problem, hint="docs/reference.md shows its form.") from error
    known = ("columns", "geography", "group", "people", "period")
    for key in note:
        if key not in known:
            problem = f"{beside.name} has an unknown key {key!r}."
            raise InputError(problem, hint=nearest(key, known))
    return {"columns": {}, **note}


def _read_lookup(path: Path) -> pd.DataFrame:
    """Read which areas overlap: a column for each geography, a row a piece."""
    table = _read_all(path, {name: name for name in read_headings(path)})
    return table.astype("object").where(table.notna(), None).reset_index(drop=True)


def _summary(cells: pd.DataFrame, table: pd.DataFrame, policy: Policy) -> Iterator[str]:
    """Say how many there are, and each of them."""
    yield (
        f"{len(cells):,} numbers of people, {int(cells['hidden'].sum()):,} of them"
        f" hidden. Asked for: nothing known within {policy.width:g}."
    )
    for what, plural in ((HIDDEN, "hidden numbers"), ("remainder", "small remainders")):
        rows = table[table["what"] == what]
        exact = int(rows["exact"].astype(bool).sum())
        yield f"{len(rows):,} {plural} can be worked out, {exact:,} of them exactly."
    for row in table.itertuples():
        part = "" if row.part == ALL else f" {row.part}"
        where = f"{row.geography} {row.area_code}{part}"
        if row.what != HIDDEN:
            where = f"part of {where}"
        number = f"{row.upper:g}" if row.exact else f"{row.lower:g} to {row.upper:g}"
        yield f"- {where}: {number}. {row.how}"
