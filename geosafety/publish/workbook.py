"""Write sheets as an Excel workbook that a screen reader and a program can read.

Follows the Government Analysis Function's guidance, "Releasing statistics in
spreadsheets" and "Making spreadsheets accessible: checklist of the basics": one table a
sheet, marked as a table, from the left edge, with a title in A1, no merged cells, no
meaning in colour alone. It advises against frozen panes; headings are frozen here all
the same, because tables of 1,680 areas are not read without. `accessible.read_faults`
checks a file against it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geosafety.errors import InputError
from geosafety.publish.plain_workbook import EXCEL_ROWS, INERT, write_cell
from geosafety.publish.sheets import Sheet

WIDEST, NARROWEST = 70, 9  # columns, in characters
PAGE = 190.0  # characters that can still be read on one page across
LINE, MOST_LINES = 15.0, 27  # height of a line in points; Excel stops at 409 points
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def write_sheets(
    sheets: Iterable[Sheet], path: Path, *, title: str, built: str, about: str
) -> None:
    """Write a workbook; the same sheets give the same bytes.

    Parameters
    ----------
    title, about
        Properties of the document.
    built
        When the results were built (ISO 8601): the date of the document too.

    Raises
    ------
    InputError
        A table has more rows than a sheet.
    """
    import xlsxwriter

    named = unique(list(sheets))
    for sheet in named:
        if len(sheet.table) > EXCEL_ROWS - 20:
            problem = f"{len(sheet.table):,} rows do not fit on a sheet."
            hint = "Choose fewer indicators, periods or groups, or CSV."
            raise InputError(problem, hint=hint)
    with xlsxwriter.Workbook(str(path), dict(INERT)) as book:
        book.set_properties(_properties(title, built, about))
        book.set_custom_property("Language", "en-GB")
        looks = _looks(book)
        for sheet in named:
            _write(book, sheet, looks)


def _properties(title: str, built: str, about: str) -> dict[str, Any]:
    when = datetime.fromisoformat(built).replace(tzinfo=None)
    return {
        "title": title,
        "subject": "Community safety by area",
        "author": "geosafety",
        "comments": about,
        "created": when,
    }


def unique(sheets: list[Sheet]) -> list[Sheet]:
    """Give every sheet a name that Excel takes and no other sheet has."""
    taken: set[str] = set()
    named = []
    for sheet in sheets:
        plain = _FORBIDDEN.sub(" ", sheet.name).strip("' ")[:31] or "Sheet"
        name, number = plain, 2
        while name.lower() in taken:
            ending = f" {number}"
            name, number = plain[: 31 - len(ending)] + ending, number + 1
        taken.add(name.lower())
        named.append(replace(sheet, name=name))
    return named


def _looks(book: Any) -> dict[str, Any]:
    wrap = {"text_wrap": True, "valign": "top"}
    # A little room, so that text does not touch the number before it.
    aside = {"indent": 1, "align": "left", **wrap}
    heads = {"bold": True, "bottom": 1, **wrap}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "line": book.add_format({}),
        "head": book.add_format({**heads, **aside}),
        "number head": book.add_format({**heads, "align": "right"}),
        "text": book.add_format(aside),
        "quoted": book.add_format({"quote_prefix": True, **aside}),
        "link": book.add_format({"underline": 1, **aside}),
        "number": {},
        "book": book,
    }


def _write(book: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    page = book.add_worksheet(sheet.name)
    page.write_string(0, 0, sheet.title, looks["title"])
    for row, line in enumerate(sheet.lines, start=1):
        page.write_string(row, 0, line, looks["line"])
    head, last = len(sheet.lines) + 1, len(sheet.table.columns) - 1
    heads = [
        {
            "header": name,
            "header_format": looks[
                "number head" if cells.dtype.kind == "f" else "head"
            ],
        }
        for name, cells in sheet.table.items()
    ]
    options: dict[str, Any] = {"columns": heads, "style": None, "autofilter": False}
    options["name"] = "t_" + re.sub(r"\W+", "_", sheet.name)
    page.add_table(head, 0, head + max(len(sheet.table), 1), last, options)
    widths = [_width(sheet, str(name)) for name in sheet.table]
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
        _column(page, sheet, column, head, looks)
    for row, height in enumerate(_heights(sheet.table, widths), start=head):
        if height > 1:
            page.set_row(row, LINE * height)
    page.freeze_panes(head + 1, min(sheet.keys, last))
    _print(page, sheet, head, sum(widths))


def _print(page: Any, sheet: Sheet, head: int, width: float) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(head)
    if width <= PAGE:
        page.fit_to_pages(1, 0)
    else:  # shrunk to one page it could not be read
        page.repeat_columns(0, max(sheet.keys - 1, 0))


def _heights(table: pd.DataFrame, widths: list[float]) -> list[int]:
    """Return the lines that the headings and each row take.

    Excel works heights out when it opens a file; other programs do not.
    """
    lines = np.ones(len(table) + 1, dtype=int)
    for (name, cells), width in zip(table.items(), widths, strict=True):
        lines[0] = max(lines[0], _lines(str(name), width))
        if cells.dtype.kind != "f":
            codes, known = pd.factorize(cells)
            taken = np.array([_lines(str(cell), width) for cell in known], dtype=int)
            lines[1:] = np.maximum(lines[1:], taken[codes])
    return [min(int(n), MOST_LINES) for n in lines]


def _lines(text: str, width: float) -> int:
    """Return how many lines text takes between the edges of a column."""
    room = max(int(width) - 2, 1)
    return sum(len(textwrap.wrap(part, room)) or 1 for part in text.split("\n"))


def _column(
    page: Any, sheet: Sheet, column: int, head: int, looks: dict[str, Any]
) -> None:
    name = str(sheet.table.columns[column])
    number = _number_look(sheet.formats.get(name, "General"), looks)
    for row, cell in enumerate(sheet.table.iloc[:, column].tolist(), start=head + 1):
        if sheet.links and column == 0:
            goal = str(cell).replace("'", "''")
            page.write_url(row, 0, f"internal:'{goal}'!A1", looks["link"], str(cell))
            continue
        write_cell(
            page,
            (row, column),
            cell,
            quoted=looks["quoted"],
            number=number,
            text=looks["text"],
        )


def _number_look(shown: str, looks: dict[str, Any]) -> Any:
    if shown not in looks["number"]:
        look = {"num_format": shown, "valign": "top"}
        looks["number"][shown] = looks["book"].add_format(look)
    return looks["number"][shown]


def _width(sheet: Sheet, name: str) -> float:
    """Return a column's width: its widest cell, within reason; headings may wrap."""
    cells = sheet.table[name]
    if cells.dtype.kind == "f":
        widest = max((len(f"{x:,.1f}") for x in cells.dropna()), default=0)
    else:
        widest = max((len(str(cell)) for cell in cells.unique()), default=0)
    word = max(len(part) for part in name.split() or [""])
    return float(min(max(widest + 3, word + 3, NARROWEST), WIDEST))
