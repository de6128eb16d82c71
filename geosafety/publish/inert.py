"""Text that a spreadsheet would run, made so that none does. PURE."""

from __future__ import annotations

import unicodedata
from numbers import Number

import pandas as pd

# What starts a formula, once wide and raised forms are read as the plain ones; U+2212
# is a minus that stays itself. "|" starts nothing, but stands inside a DDE call.
_STARTS = ("=", "+", "-", "@", "\u2212")
# A cell that begins with one of these is taken apart by some programs.
_CONTROL = ("\t", "\r", "\n", "\0")
# Blanks and marks that cannot be seen do not make what follows harmless.
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")


def would_run(text: str) -> bool:
    r"""Tell whether a spreadsheet could take text for a formula or a command.

    Wider than what one program does today: what looks like a sign of a formula in
    another width, or stands after blanks and invisible marks, counts too.

    References
    ----------
    MITRE, CWE-1236: Improper neutralization of formula elements in a CSV file.

    Examples
    --------
    >>> would_run("=1+1"), would_run(" \u200b\uff1d1+1"), would_run("Ladywood")
    (True, True, False)
    """
    if text.startswith(_CONTROL):
        return True
    seen = next((c for c in text if unicodedata.category(c) not in _UNSEEN), "")
    return unicodedata.normalize("NFKC", seen).startswith(_STARTS)


def safe_text(cell: object) -> str:
    """Write a text cell so that no spreadsheet runs it; nothing where it is missing.

    An apostrophe before it is the mark for "this is text". A number stays as it is: a
    negative one is no formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("Ladywood"), safe_text(None), safe_text(-5)
    ("'=1+1", 'Ladywood', '', '-5')
    """
    text = "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]
    return f"'{text}" if not isinstance(cell, Number) and would_run(text) else text
