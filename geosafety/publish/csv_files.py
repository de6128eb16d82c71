"""Write a table as CSV: numbers as numbers, text inert, same table same bytes."""

from __future__ import annotations

import re
from typing import TextIO

import pandas as pd

from geosafety.publish.inert import safe_text
from geosafety.publish.rounding import as_text

BOM = "\ufeff"
_QUOTED = (",", '"', ";", "\t", "|")
# Where the computer's language has decimal commas, a spreadsheet splits this file at
# semicolons, and quotes no longer hold a cell together: neither a line break nor a
# separator in a name may then begin a formula.
_BREAKS = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_SEPARATORS = re.compile(r"([;\t|])")
_ROWS = 100_000  # that are turned into text together


def write_csv(
    table: pd.DataFrame, decimals: int | None, out: TextIO, *, bom: bool = False
) -> None:
    """Write a table as CSV to an open text file; same results, same bytes.

    Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers
    never do, negative ones neither. A line break in text becomes a blank. Lines end
    with LF (RFC 4180 has CR LF; every common program takes both).

    Parameters
    ----------
    decimals
        Places that the numbers were rounded to; None writes them as they are.
    bom
        Put the mark first by which Excel knows UTF-8.
    """
    out.write(BOM if bom else "")
    out.write(",".join(_cell(str(name)) for name in table.columns) + "\n")
    for start in range(0, len(table), _ROWS):
        part = table.iloc[start : start + _ROWS]
        columns = [_column(part[name], decimals) for name in part]
        rows = zip(*columns, strict=True)
        out.writelines(f"{','.join(row)}\n" for row in rows)


def _column(cells: pd.Series, decimals: int | None) -> list[str]:
    if pd.api.types.is_bool_dtype(cells):
        return cells.map({True: "true", False: "false"}).fillna("").tolist()
    if pd.api.types.is_numeric_dtype(cells):
        return numbers_text(cells, decimals)
    # A name stands in many rows: make it safe once.
    codes, known = pd.factorize(cells, use_na_sentinel=False)
    texts = [_cell(cell) for cell in known]
    return [texts[code] for code in codes]


def numbers_text(cells: pd.Series, decimals: int | None) -> list[str]:
    """Write numbers out; what has no end as `INF`, as the CSVW standard spells it.

    Examples
    --------
    >>> numbers_text(pd.Series([-5.0, 0.5, float("inf"), None]), None)
    ['-5', '0.5', 'INF', '']
    """
    number = cells.astype(float)
    endless = number.isin([float("inf"), float("-inf")])
    text = pd.Series(as_text(number.mask(endless), decimals), index=number.index)
    text[endless] = number[endless].map({float("inf"): "INF", float("-inf"): "-INF"})
    return list(text)


def _cell(cell: object) -> str:
    """Write one cell of text: on one line, and between quotes where it needs them."""
    parts = _SEPARATORS.split(_BREAKS.sub(" ", safe_text(cell)))
    # Every other part is a separator.
    parts[2::2] = [safe_text(part) for part in parts[2::2]]
    text = "".join(parts)
    if any(mark in text for mark in _QUOTED):
        return '"' + text.replace('"', '""') + '"'
    return text
