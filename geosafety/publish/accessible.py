"""Check a workbook against what the guidance on accessible spreadsheets asks for.

The rules are those of the Government Analysis Function's "Making spreadsheets
accessible: checklist of the basics" that a program can judge, and two of this project:
headings stay in sight, and no cell holds a formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_faults(path: Path) -> list[str]:
    """Read a workbook and list what is wrong with it, sheet by sheet.

    Returns
    -------
    list of str
        Empty where nothing is wrong.
    """
    import openpyxl

    book = openpyxl.load_workbook(path)
    faults = [] if book.properties.title else ["The document has no title."]
    if book.active != book.worksheets[0]:
        faults.append("The workbook does not open on its first sheet.")
    for sheet in book.worksheets:
        found = [*_sheet(sheet), *_cells(sheet)]
        faults += [f"{sheet.title}: {fault}" for fault in found]
    return faults


def _sheet(sheet: Any) -> Iterator[str]:
    if len(sheet.title) > 31:
        yield "its name is longer than 31 characters."
    if sheet.sheet_state != "visible":
        yield "it is hidden."
    if not isinstance(sheet["A1"].value, str):
        yield "there is no title in A1."
    if sheet.merged_cells.ranges:
        yield f"cells are merged: {next(iter(sheet.merged_cells.ranges))}."
    if sheet.conditional_formatting:
        yield "colour may carry meaning: it has conditional formats."
    if sheet._images or sheet._charts:  # noqa: SLF001 - openpyxl has no other way
        yield "it has an image or a chart."
    for kind, lines in (
        ("row", sheet.row_dimensions),
        ("column", sheet.column_dimensions),
    ):
        hidden = [str(key) for key, line in lines.items() if line.hidden]
        if hidden:
            yield f"{kind} {hidden[0]} is hidden."
    if len(sheet.tables) != 1:
        yield f"it has {len(sheet.tables)} tables, not one."
        return
    yield from _table(sheet, next(iter(sheet.tables.values())))


def _table(sheet: Any, table: Any) -> Iterator[str]:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(table.ref)
    if left != 1:
        yield "its table does not begin at the left edge."
    if (sheet.max_row, sheet.max_column) != (bottom, right):
        yield "there is something outside its table."
    heads = [sheet.cell(top, column).value for column in range(1, right + 1)]
    if any(not isinstance(head, str) or not head.strip() for head in heads):
        yield "a heading is empty."
    if len({str(head).lower() for head in heads}) != len(heads):
        yield "two headings are the same."
    if sheet.freeze_panes is None or sheet[sheet.freeze_panes].row != top + 1:
        yield "its headings are not frozen."
    rows = list(sheet.iter_rows(1, bottom, 1, right, values_only=True))
    if empty := [n for n, row in enumerate(rows, 1) if all(c is None for c in row)]:
        yield f"row {empty[0]} is blank."
    for head, column in zip(heads, zip(*rows[top:], strict=True), strict=True):
        if all(cell is None for cell in column):
            yield f"the column {head!r} is blank."


def _cells(sheet: Any) -> Iterator[str]:
    """Look for formulas, and for colours: here colour never says anything."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                yield f"{cell.coordinate} holds a formula."
            if cell.fill.fill_type is not None:
                yield f"{cell.coordinate} has a background fill."
            colour = cell.font.color
            if colour is not None and colour.type == "rgb":
                yield f"{cell.coordinate} has text in a colour."
