"""The gap sheet as a workbook: one sheet to read, one for each part, and all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety.pipeline.export import read_accounts
from geosafety.pipeline.gap.sheet import PART_COLUMNS, Sheet
from geosafety.publish.dictionary import column_words
from geosafety.publish.marks import shorthand
from geosafety.publish.sheets import BLANKS, ONE_TABLE, dense, number_formats
from geosafety.publish.sheets import Sheet as Page
from geosafety.publish.whole_workbook import write_whole_workbook
from geosafety.publish.words import period_text

# What is read of a part, and what the heading calls it.
READ = {
    "value": "Value",
    "lower": "Lower end, 95 %",
    "upper": "Upper end, 95 %",
    "count": "Counted",
    "base": "Over",
    "difference": "Less the Force",
    "verdict": "Verdict",
    "finding": "Finding",
    "among_widest": "Among the widest, per cent",
    "kind": "Kind",
}


def write_book(  # noqa: PLR0913 - what a workbook is made of
    folder: Path,
    sheet: Sheet,
    table: pd.DataFrame,
    manifest: dict[str, Any],
    path: Path,
    *,
    decimals: int | None,
) -> None:
    """Write the workbook of a gap sheet.

    Parameters
    ----------
    folder
        The results, for the ledger and the coverage.
    table
        The sheet's, with numbers as floats and text as text.
    """
    write_whole_workbook(
        table,
        manifest,
        path,
        name="gap",
        accounts=read_accounts(folder),
        decimals=decimals,
        readable=_pages(sheet, table, decimals),
        meanings=_meanings(sheet),
    )


def _meanings(sheet: Sheet) -> dict[str, str]:
    """Say what each part's columns are, which begin with its name."""
    said = column_words("gap", [*PART_COLUMNS, "period"])
    return {
        f"{found.part.name}_{column}": f"{found.part.label}. {meaning}"
        for found in sheet.parts
        for column, meaning in said.items()
    }


def _pages(sheet: Sheet, table: pd.DataFrame, decimals: int | None) -> Iterator[Page]:
    yield _overview(sheet, table, decimals)
    for found in sheet.parts:
        name, label = found.part.name, found.part.label
        columns = {text: table[f"{name}_{column}"] for column, text in READ.items()}
        part = _areas(table).assign(**columns)
        at = list(part.columns).index("Verdict")
        part.insert(at, "Shorthand", shorthand(table[f"{name}_status"]).to_numpy())
        title = f"{label}, {period_text(found.period)}"
        lines = (found.part.note,) if found.part.note else ()
        yield _page(name.capitalize(), title, part, decimals, lines)


def _overview(sheet: Sheet, table: pd.DataFrame, decimals: int | None) -> Page:
    """Set the values of all parts side by side, each with its mark."""
    page = _areas(table)
    for found in sheet.parts:
        name, label = found.part.name, found.part.label
        page[label] = table[f"{name}_value"]
        page[f"{label}: shorthand"] = shorthand(table[f"{name}_status"]).to_numpy()
    last = {
        "type": "Type of gap",
        "reading": "In words",
        "score": "Score",
        "score_words": "What the rank depends on",
        "kind": "Kind",
    }
    page = page.assign(**{text: table[name] for name, text in last.items()})
    lines = ("A score is one way to add up; read the parts beside it.",)
    return _page("Side by side", "The parts side by side", page, decimals, lines)


def _areas(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"Area code": table["area_code"], "Area": table["area_name"]})


def _page(
    name: str,
    title: str,
    table: pd.DataFrame,
    decimals: int | None,
    lines: tuple[str, ...],
) -> Page:
    kept, gone = dense(table)
    said = (*lines, f"{ONE_TABLE} {BLANKS} Notes are on the sheet Notes.", gone)
    return Page(
        name=name[:31],
        title=title,
        lines=tuple(line for line in said if line),
        table=kept,
        formats=number_formats(kept, decimals),
        keys=2,
    )
