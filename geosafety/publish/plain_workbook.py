"""A workbook of two sheets, for a table that is not one of the results' own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from geosafety.errors import InputError
from geosafety.publish.inert import would_run
from geosafety.publish.notes import notes

EXCEL_ROWS = 1_048_575
# Text is text: nothing in a cell becomes a formula or a link.
INERT = {"strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(table: pd.DataFrame, manifest: dict[str, Any], path: Path) -> None:
    """Write a workbook: the values on one sheet, what they are on another."""
    import xlsxwriter

    if len(table) > EXCEL_ROWS:
        problem = f"{len(table):,} rows do not fit on a sheet ({EXCEL_ROWS:,})."
        raise InputError(problem, hint="Choose fewer indicators or periods, or CSV.")
    with xlsxwriter.Workbook(str(path), {**INERT, "nan_inf_to_errors": False}) as book:
        bold = book.add_format({"bold": True})
        quoted = book.add_format({"quote_prefix": True})
        sheet = book.add_worksheet("Values")
        sheet.freeze_panes(1, 3)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, str(name), bold)
            for row, cell in enumerate(table[name].tolist(), start=1):
                write_cell(sheet, (row, column), cell, quoted=quoted)
        sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
        sheet.set_column(0, 3, 18)
        about = book.add_worksheet("Notes")
        about.set_column(0, 0, 26)
        about.set_column(1, 1, 100, book.add_format({"text_wrap": True}))
        for row, (name, line) in enumerate(notes(manifest)):
            about.write_string(row, 0, name, bold)
            write_cell(about, (row, 1), line, quoted=quoted)


def write_cell(
    sheet: Any,
    at: tuple[int, int],
    cell: object,
    *,
    quoted: Any,
    number: Any = None,
    text: Any = None,
) -> None:
    """Write one cell: a number as a number, nothing where it is missing, else text.

    Parameters
    ----------
    at
        Row and column, from 0.
    quoted
        The format of text that begins like a formula: it stays text even where someone
        opens the cell and presses Enter.
    number, text
        The formats of numbers and of other text.
    """
    if isinstance(cell, float):
        if cell in (float("inf"), float("-inf")):
            sheet.write_string(*at, "INF" if cell > 0 else "-INF", quoted)
        elif cell == cell:  # a missing number is an empty cell
            sheet.write_number(*at, cell, number)
    elif cell is not None and cell != "":
        said = str(cell)[:32_767]  # what a cell holds
        sheet.write_string(*at, said, quoted if would_run(said) else text)
