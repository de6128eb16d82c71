"""The whole workbook: cover, contents, notes, data, dictionary, methods, sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety.publish.about import facts, input_files, methods, sources
from geosafety.publish.dictionary import NO_WORDS, column_words, table_words
from geosafety.publish.marks import numbered_notes
from geosafety.publish.sheets import (
    BLANKS,
    MOST_SHEETS,
    ONE_TABLE,
    Sheet,
    dense,
    number_formats,
    value_sheets,
    with_shorthand,
)
from geosafety.publish.tables import any_table
from geosafety.publish.workbook import unique, write_sheets
from geosafety.settings import Indicator, indicators

# What accounts for the rows behind any table.
ACCOUNTS = ("ledger", "coverage")
_LAYOUT = "Numbers are not rounded in the cells; they are shown rounded half up."


def write_whole_workbook(  # noqa: PLR0913 - what a workbook is made of
    table: pd.DataFrame,
    manifest: dict[str, Any],
    path: Path,
    *,
    name: str = "values",
    values: pd.DataFrame | None = None,
    accounts: Mapping[str, pd.DataFrame],
    decimals: int | None = None,
    readable: Iterable[Sheet] = (),
    meanings: Mapping[str, str] | None = None,
) -> None:
    """Write one table of results with everything that explains it.

    Before the table stand readable ones, a sheet for each layer and indicator, where it
    is values in the long form and there would be no more than `MOST_SHEETS` of them;
    the cover says where they were left out.

    Parameters
    ----------
    table
        What is exported, whole, on a sheet of its own; numbers as floats, text as text.
    manifest
        What went into the results.
    name
        Which table it is: `values`, `estimates`, ...
    values
        Where the table is made from values, their rows (`VALUE_COLUMNS`).
    accounts
        `ledger` and `coverage`, where there are any.
    decimals
        Places shown.
    readable
        Sheets to stand before the table, of one that is not values.
    meanings
        What its columns mean that `columns.toml` does not know by name.
    """
    rows = table if values is None else values
    measured = _measured(rows, manifest)
    notes = numbered_notes(manifest, measured.values())
    longer, remark = _readable(table, name)
    data = readable
    if len(longer):
        data = value_sheets(
            longer,
            measured=measured,
            manifest=manifest,
            notes=notes,
            decimals=decimals,
        )
    shown = {name: table, **{k: t for k, t in accounts.items() if k != name}}
    words = table_words(name)
    what = f"{words.title}. {words.row}: {len(table):,} rows."
    about = facts(rows, manifest, what=what, method=words.method)
    sheets = [
        *_front(about, remark, notes),
        *data,
        _whole(table, name, decimals),
        _dictionary(shown, measured, meanings or {}),
        *_methods(name, measured.values()),
        *_sources(manifest),
        *_accounts(shown, name),
    ]
    _write(path, sheets, manifest, about)


def _readable(table: pd.DataFrame, name: str) -> tuple[pd.DataFrame, str]:
    """Return the rows for readable tables, and what is said where there are none."""
    if name != "values" or "indicator" not in table:
        return table.head(0), ""
    pairs = len(table[["geography", "indicator"]].drop_duplicates())
    if pairs <= MOST_SHEETS:
        return table, ""
    remark = f"Readable tables are left out, because there would be {pairs:,}: "
    return table.head(0), remark + "choose fewer layers or indicators."


def _measured(table: pd.DataFrame, manifest: Mapping[str, Any]) -> dict[str, Indicator]:
    """Return what each indicator of a table is, a project's own among them."""
    names = list(table["indicator"].unique()) if "indicator" in table else []
    own = {
        one["indicator"]: one
        for part in ("series", "area_values")
        for one in manifest.get(part, [])
    }
    found = {}
    for name in names:
        said = own.get(name, {})
        found[str(name)] = indicators().get(name) or Indicator(
            name=str(name),
            label=str(said.get("label", name)),
            dataset="given by the project",
            measure="given",
            unit=str(said.get("unit", "")),
            higher_is=said.get("higher_is", "neither"),
        )
    return found


def _whole(table: pd.DataFrame, name: str, decimals: int | None) -> Sheet:
    words = table_words(name)
    kept, gone = dense(with_shorthand(any_table(table, None)))
    lines = [
        f"{words.row}. The columns are explained in the data dictionary.",
        f"{ONE_TABLE} {BLANKS} Notes are on the sheet Notes.",
        gone,
    ]
    return Sheet(
        name=name.replace("_", " ").capitalize(),
        title=words.title,
        lines=tuple(line for line in lines if line),
        table=kept,
        formats=number_formats(kept, decimals),
        keys=min(3, len(kept.columns) - 1),
    )


def _dictionary(
    tables: Mapping[str, pd.DataFrame],
    measured: Mapping[str, Indicator],
    meanings: Mapping[str, str],
) -> Sheet:
    rows = []
    for name, table in tables.items():
        columns = [str(column) for column in with_shorthand(table).columns]
        for column, meaning in column_words(name, columns).items():
            number = column in table and table[column].dtype.kind == "f"
            own = meanings.get(column) or _of_indicator(column, measured)
            said = own if meaning == NO_WORDS else meaning
            rows.append((name, column, "number" if number else "text", said))
    table = pd.DataFrame(rows, columns=["Table", "Column", "Form", "Meaning"])
    title = "Data dictionary"
    return Sheet(name=title, title=title, table=table, lines=(ONE_TABLE,), keys=2)


def _of_indicator(column: str, measured: Mapping[str, Indicator]) -> str:
    """Say what a column of a wide table is, which is called by indicator and period."""
    name, _, when = column.partition(" ")
    return f"{measured[name].label}: {when}" if name in measured else NO_WORDS


def _methods(name: str, measured: Iterable[Indicator]) -> Iterator[Sheet]:
    made = methods(measured)
    if name != "values" or made.empty:
        words = table_words(name)
        made = pd.DataFrame(
            [("What it is", words.title), ("A row", words.row)]
            + [("How it is made", words.method or "See the notes")],
            columns=["About", "Method"],
        )
    table, _ = dense(made)
    yield Sheet(
        name="Methods",
        title="Methods",
        table=table,
        lines=(_LAYOUT, ONE_TABLE),
        formats=number_formats(table),
    )


def _sources(manifest: Mapping[str, Any]) -> Iterator[Sheet]:
    parts = {"Sources": ("Sources and licences", sources(manifest))}
    parts["Input files"] = ("The files that were read", input_files(manifest))
    for name, (title, whole) in parts.items():
        if len(whole):
            table, _ = dense(whole)
            shown = number_formats(table)
            lines = (ONE_TABLE,)
            yield Sheet(name=name, title=title, table=table, lines=lines, formats=shown)


def _accounts(tables: Mapping[str, pd.DataFrame], name: str) -> Iterator[Sheet]:
    for one, table in tables.items():
        if one in ACCOUNTS and one != name and len(table):
            yield _whole(table, one, None)


def _front(about: Mapping[str, str], remark: str, notes: pd.DataFrame) -> list[Sheet]:
    rows = [(key, line) for key, line in about.items() if line]
    rows.append(("Layout", f"{_LAYOUT} {BLANKS} {remark}".strip()))
    cover = pd.DataFrame(rows, columns=["About", "What it says"])
    title = about["Project"] or "Results"
    return [
        Sheet(name="Cover", title=title, table=cover, lines=(ONE_TABLE,)),
        Sheet(name="Notes", title="Notes", table=notes, lines=(ONE_TABLE,)),
    ]


def _write(
    path: Path, sheets: list[Sheet], manifest: Mapping[str, Any], about: dict[str, str]
) -> None:
    """Add the list of contents, and write."""
    cover, *rest = unique(sheets)
    listed = pd.DataFrame(
        {
            "Sheet": [one.name for one in rest],
            "What it holds": [one.title for one in rest],
            "Rows": [float(len(one.table)) for one in rest],
        }
    )
    contents = Sheet(
        name="Contents",
        title="Contents",
        table=listed,
        lines=("The names of the sheets are links.", ONE_TABLE),
        formats={"Rows": "#,##0"},
        links=True,
    )
    write_sheets(
        [cover, contents, *rest],
        path,
        title=about["Project"] or about["What"],
        built=str(manifest["built"]),
        about=f"{about['What']} {about['Synthetic figures']}",
    )
