"""Marks and notes of a workbook: shorthand for a status, and numbered notes. PURE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from geosafety.publish.notes import STATUS_NOTES, notes
from geosafety.settings import Indicator

# [c], [u] and [x] as the Government Analysis Function has them ("Symbols in tables:
# definitions and help"): confidential, low reliability, not available. It has none for
# figures that the source does not cover, and lets a workbook add its own: [i].
SHORTHAND = {
    "ok": "",
    "low base": "[u]",
    "suppressed": "[c]",
    "incomplete": "[i]",
    "not available": "[x]",
}
# What stands on the cover or the sheet of sources is no note.
_ELSEWHERE = ("Title", "Built", "Demonstration", "Licence of the boundaries")


def shorthand(status: pd.Series) -> pd.Series:
    """Return the mark of each status; a row that is not there is not available.

    Examples
    --------
    >>> shorthand(pd.Series(["ok", "suppressed", None])).tolist()
    ['', '[c]', '[x]']
    """
    known = status.astype("object").map({**SHORTHAND, "complete": ""})
    return known.fillna("[x]")


def numbered_notes(
    manifest: dict[str, Any], indicators: Iterable[Indicator]
) -> pd.DataFrame:
    """Return the notes of a workbook, numbered from 1: `Note, About, Text`.

    Shorthand first, then intervals, kinds of figures, layers, what is to be known of an
    indicator, and the notes of the build.
    """
    marks = [
        (f"Shorthand {mark}", f"{status}: {STATUS_NOTES[status]}")
        for status, mark in SHORTHAND.items()
        if mark
    ]
    rest = [
        (name, line)
        for name, line in notes(manifest)
        if name not in _ELSEWHERE and not name.startswith(("Input: ", "Status: "))
    ]
    own = [(f"Indicator: {one.label}", one.note) for one in indicators if one.note]
    pairs = [*marks, *rest, *own]
    table = pd.DataFrame(pairs, columns=["About", "Text"])
    table.insert(0, "Note", [f"note {n}" for n in range(1, len(pairs) + 1)])
    return table


def note_mark(table: pd.DataFrame, about: str) -> str:
    """Return the mark by which a heading points at a note; nothing if there is none.

    Examples
    --------
    >>> table = pd.DataFrame({"Note": ["note 1"], "About": ["Intervals"]})
    >>> note_mark(table, "Intervals"), note_mark(table, "Elsewhere")
    (' [note 1]', '')
    """
    found = table.loc[table["About"] == about, "Note"]
    return f" [{found.iloc[0]}]" if len(found) else ""
