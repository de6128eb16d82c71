"""Hand results on: read what was asked for, and let `publish` write it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.pipeline.rounding import rounded
from geosafety.publish import tables
from geosafety.publish.about import facts
from geosafety.publish.descriptor import ENDING, csvw_text
from geosafety.publish.dictionary import table_words
from geosafety.publish.notes import notes
from geosafety.publish.whole_workbook import ACCOUNTS, write_whole_workbook


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a table is written.

    Attributes
    ----------
    wide
        Values only: one row per area, indicators and periods across.
    decimals
        Round half up to so many places; None leaves numbers as they are.
    bom
        CSV only: begin with the mark by which Excel knows UTF-8.
    describe
        CSV only: write a description in the CSVW vocabulary beside the file.
    people_to
        Values only: round numbers of people at random to this base, such as 5.
    """

    wide: bool = False
    decimals: int | None = None
    bom: bool = False
    describe: bool = False
    people_to: int | None = None


def export(
    folder: Path,
    wanted: Mapping[str, Sequence[str]],
    *,
    table: str = "values",
    form: str,
    out: str,
    layout: Layout | None = None,
) -> int:
    """Write a table of the results to a file, or to standard output where out is "-".

    Parameters
    ----------
    folder
        The results.
    wanted
        Filters by column: geography, indicator, period, group. Empty lets all through.
    table
        `values`, or another table of the results by its name, as csv or xlsx.
    form
        csv, xlsx, gpkg, geoparquet or geojson.

    Returns
    -------
    int
        The number of rows written.

    Raises
    ------
    InputError
        There is no such table, or nothing in it for what is wanted.
    """
    layout = layout or Layout()
    manifest = results.read_manifest(folder)
    path = None if out == "-" else Path(out)
    values = None
    if table == "values":
        values = _values(folder, wanted)
        if layout.people_to:
            values = rounded(values, to=layout.people_to)
        make = tables.wide_table if layout.wide else tables.long_table
        made = make(values, layout.decimals)
    else:
        made = tables.any_table(_other(folder, table, wanted), layout.decimals)
    if form == "csv":
        _write_csv(made, manifest, table, path, layout)
    elif form == "xlsx" and path:
        write_whole_workbook(
            made,
            manifest,
            path,
            name=table,
            values=values,
            accounts=read_accounts(folder),
            decimals=layout.decimals,
        )
    else:
        _write_layer(folder, made, manifest, form, path)
    return len(made)


def table_names(folder: Path) -> list[str]:
    """List the tables that `export` can write, values first."""
    known = {path.stem for path in folder.glob("*.parquet")} - {"values", "choices"}
    return ["values", *sorted(known)]


def _values(folder: Path, wanted: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    values = results.read_values(folder, **wanted)
    if values.empty:
        raise nothing_for(folder, wanted)
    return values


def _other(
    folder: Path, name: str, wanted: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    known = table_names(folder)
    if name not in known:  # looked up, so that no name reaches another file
        problem = f"These results hold no table called {name!r}."
        raise InputError(problem, hint=nearest(name, known))
    return tables.chosen(results.read_table(folder, name), wanted, name=name)


def read_accounts(folder: Path) -> dict[str, pd.DataFrame]:
    """Read what accounts for the rows behind any table: ledger and coverage."""
    return {
        name: tables.any_table(results.read_table(folder, name), None)
        for name in ACCOUNTS
    }


def _write_csv(
    table: pd.DataFrame,
    manifest: dict[str, Any],
    name: str,
    path: Path | None,
    layout: Layout,
) -> None:
    with _opened(path) as file:
        tables.write_csv(table, layout.decimals, file, bom=layout.bom)
    if layout.describe and path:
        words = table_words(name)
        what = f"{words.title}. {words.row}."
        said = facts(table, manifest, what=what, method=words.method)
        text = csvw_text(
            table, file=path.name, name=name, facts=said, notes=notes(manifest)
        )
        _write_text(text, path.with_name(path.name + ENDING))


def _write_layer(
    folder: Path,
    table: pd.DataFrame,
    manifest: dict[str, Any],
    form: str,
    path: Path | None,
) -> None:
    if "geography" not in table:
        problem = f"A table without areas cannot be written as {form}."
        raise InputError(problem, hint="Use csv or xlsx.")
    names = list(dict.fromkeys(table["geography"]))
    shapes = {name: results.read_geometry(folder, name) for name in names}
    layer = tables.with_geometry(table, shapes)
    if form == "geojson":
        _write_text(tables.geojson_text(layer, manifest), path)
    elif form == "gpkg" and path:
        tables.write_geopackage(layer, manifest, path)
    elif path:
        tables.write_geoparquet(layer, path, manifest)


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Open a file for text, or lend standard output."""
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _write_text(text: str, path: Path | None) -> None:
    with _opened(path) as file:
        file.write(text)


def nothing_for(folder: Path, wanted: Mapping[str, Sequence[str]]) -> InputError:
    """Say which filter let nothing through, and what there is."""
    choices = results.read_choices(folder)
    for column, names in wanted.items():
        known = sorted(choices[column].unique()) if names else []
        missing = [name for name in names if name not in known]
        if missing:
            problem = f"These results hold no {column} {missing[0]!r}."
            return InputError(problem, hint=nearest(missing[0], known))
        if names:
            choices = choices[choices[column].isin(list(names))]
    problem = "These results hold no values for that combination."
    return InputError(problem, hint="Leave out a filter; `geosafety export` lists all.")


def latest_period(values: pd.DataFrame) -> str:
    """Choose the period to show first: the last that has a value, ranges before months.

    A range (a year) says more than a month of it.
    """
    known = values[values["value"].notna()]
    periods = sorted((known if len(known) else values)["period"].astype(str).unique())
    ranges = [p for p in periods if "/" in p]
    return str(max(ranges or periods, key=lambda p: (p.split("/")[-1], p)))
