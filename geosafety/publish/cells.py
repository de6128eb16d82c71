"""One way to write a cell of a survey table, on every page. PURE.

Hidden, few answers, not asked, not available and no figure are different things.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from geosafety.publish.classes import number
from geosafety.publish.words import period_text

Row = Mapping[str, Any]
HIDDEN = "hidden"
CELL_WORDS = {
    "suppressed": HIDDEN,
    "incomplete": "incomplete",
    "not available": "not available",
    "not asked": "not asked",
}
CELL_NOTES = {
    "suppressed": "“Hidden”: too few people to show, or it would give away others "
    "that are hidden. It is not zero.",
    "low base": "“Few answers”: fewer than 30. Read with care; never ranked.",
    "incomplete": "“Incomplete”: the source does not cover it.",
    "not available": "“Not available”: these results hold no figure.",
    "not asked": "“Not asked”: the survey has no such question.",
}


def cell(text: str, status: str) -> str:
    """Write a cell: its figure, or why there is none.

    Examples
    --------
    >>> cell("41%", "ok"), cell("41%", "low base"), cell("", "suppressed")
    ('41%', '41% (few answers)', 'hidden')
    >>> cell("41%", "suppressed")  # a figure that is to be hidden never shows
    'hidden'
    """
    if status in CELL_WORDS:
        return CELL_WORDS[status]
    few = " (few answers)" if status == "low base" and text else ""
    return f"{text or 'no figure'}{few}"


def notes(statuses: Iterable[str]) -> list[str]:
    """Explain the words that stand in place of figures, where any does."""
    found = set(statuses)
    return [text for status, text in CELL_NOTES.items() if status in found]


def status_of(row: Row) -> str:
    """Return a row's status; rows of tables without one are as they are."""
    return str(row.get("status", "ok") or "ok")


def figure(row: Row, name: str, *, places: int = 0, unit: str = "") -> str:
    """Write one number of a row; empty where there is none.

    Examples
    --------
    >>> figure({"share": 41.26}, "share", places=1, unit="%")
    '41.3%'
    """
    value = float(row.get(name, math.nan))
    if math.isnan(value):
        return ""
    return "any number of" if math.isinf(value) else number(value, places) + unit


def told(row: Row, name: str, *, places: int = 0, unit: str = "") -> str:
    """Write one number of a row as a cell: with its status."""
    return cell(figure(row, name, places=places, unit=unit), status_of(row))


def span(row: Row, low: str, high: str, *, places: int = 1, unit: str = "") -> str:
    """Write an interval of a row; empty where there is none.

    Examples
    --------
    >>> span({"lower": -1.5, "upper": 16.9}, "lower", "upper")
    '−1.5 to 16.9'
    """
    ends = [figure(row, name, places=places, unit=unit) for name in (low, high)]
    return " to ".join(ends) if all(ends) else ""


def day_text(day: str) -> str:
    """Write a day, or a month where no day is known.

    Examples
    --------
    >>> day_text("2024-07-14"), day_text("2022-02")
    ('14 July 2024', 'February 2022')
    """
    try:
        known = date.fromisoformat(day)
    except ValueError:
        return period_text(day)
    return f"{known.day} {known:%B %Y}"
