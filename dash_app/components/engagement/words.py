"""The engagement page in sentences: which gaps are likely, and which cannot be told."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dash_app.jobs.gaps import Cell, Gaps, Growth, Part
from geosafety.publish.classes import number
from geosafety.publish.words import STATUS_WORDS

SURE, LIKELY = 95.0, 66.0  # per cent
MOST_NAMED = 5
HEADLINES = ("members", "answers")  # who is not heard; the others say what it is like
_WIDEST = {
    "members": "the fewest WMNow members",
    "answers": "the fewest survey answers",
}


def sentence(sheet: Gaps, areas: str) -> str:
    """Say which areas are probably among the widest gaps, or that one cannot tell."""
    named = [part for part in sheet.parts if part.name in HEADLINES]
    if not named:
        return (
            f"These figures cannot say who is not heard: they hold neither members nor "
            f"survey answers by {areas}."
        )
    told = [_likely(sheet, part, areas) for part in named]
    unsure = [part for part, said in zip(named, told, strict=True) if not said]
    if unsure:
        most = " or ".join(_WIDEST[part.name] for part in unsure)
        k = count(sheet.widest)
        told.append(f"One cannot tell which {k} {areas} have {most} for their people.")
    return " ".join(filter(None, told))


def _likely(sheet: Gaps, part: Part, areas: str) -> str:
    """Name the areas that are likely among the widest gaps; nothing without any."""
    found = sorted(
        (
            (cell.chance, area.name)
            for area in sheet.areas
            if (cell := area.cells[part.name]).chance >= LIKELY
        ),
        reverse=True,
    )
    if not found:
        return ""
    how = "very likely" if found[-1][0] >= SURE else "likely"
    names = joined([name for _, name in found])
    are = "is" if len(found) == 1 else "are"
    k, what = count(sheet.widest), _WIDEST[part.name]
    return f"{names} {are} {how} among the {k} {areas} with {what} for their people."


def count(number_: int) -> str:
    """Write a small number as a word.

    Examples
    --------
    >>> count(3), count(12)
    ('three', '12')
    """
    small = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return small[number_ - 1] if 1 <= number_ <= len(small) else str(number_)


def verdict(says: str) -> str:
    """Say what a verdict of the sheet is about, and why there is none, in full.

    Examples
    --------
    >>> verdict("cannot tell")
    'cannot tell if it differs enough from the Force to matter'
    >>> verdict("suppressed")
    'hidden: too few to show'
    """
    if says.startswith("cannot tell"):
        rest = says.removeprefix("cannot tell")
        return f"cannot tell if it differs enough from the Force to matter{rest}"
    return STATUS_WORDS.get(says, says)


def joined(names: Sequence[str]) -> str:
    """List names as people say them.

    Examples
    --------
    >>> joined(["Walsall", "Dudley", "Coventry"])
    'Walsall, Dudley and Coventry'
    """
    shown = list(names[:MOST_NAMED])
    if len(names) > len(shown):
        return f"{', '.join(shown)} and {len(names) - len(shown)} more"
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def chance_word(chance: float) -> str:
    """Say a probability in words.

    Examples
    --------
    >>> [chance_word(c) for c in (99.0, 70.0, 50.0, 10.0, 1.0, float("nan"))]
    ['very likely', 'likely', 'cannot tell', 'unlikely', 'very unlikely', '']
    """
    if math.isnan(chance):
        return ""
    steps = (
        (SURE, "very likely"),
        (LIKELY, "likely"),
        (100 - LIKELY, "cannot tell"),
        (100 - SURE, "unlikely"),
    )
    return next((word for least, word in steps if chance >= least), "very unlikely")


def chance_text(chance: float) -> str:
    """Say a probability in per cent, never as quite certain.

    Examples
    --------
    >>> [chance_text(c) for c in (0.2, 12.4, 99.7, float("nan"))]
    ['under 1 %', '12 %', 'over 99 %', '']
    """
    if math.isnan(chance):
        return ""
    if chance < 1 or chance > 99:
        return "under 1 %" if chance < 1 else "over 99 %"
    return f"{number(chance, 0)} %"


def figure(value: float, places: int = 1) -> str:
    """Write a number for reading; nothing where there is none."""
    return number(value, places) if math.isfinite(value) else ""


def interval(cell: Cell) -> str:
    """Write a cell's 95 % interval; nothing where there is none."""
    if not math.isfinite(cell.lower + cell.upper):
        return ""
    return f"{figure(cell.lower)} to {figure(cell.upper)}"


def growth_detail(growth: Growth) -> str:
    """Say the difference of the two growths with its interval."""
    ends = f"{figure(growth.lower)} to {figure(growth.upper)}"
    return (
        f"The difference is {figure(growth.difference)} points "
        f"(95 % interval {ends}), {growth.period}."
    )
