"""The gap sheet of a geography, as plain rows: made once for each build and wish."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from dash_app.queries.source import Source, source
from geosafety.errors import GeosafetyError

if TYPE_CHECKING:
    from geosafety.pipeline.gap.sheet import Sheet

SHORT = {
    "members": ("members_short_of_force", "Members short of the Force’s rate"),
    "answers": ("answers_short_of_share", "Answers short of its share"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the sheet: what it is, of when, and what areas are set against."""

    name: str
    label: str
    period: str
    force: float
    low: str
    high: str
    widest: str
    note: str
    kinds: tuple[str, ...]
    short: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One part of one area. Numbers are NaN where there are none.

    Attributes
    ----------
    says
        What may be said against the Force, or why nothing is there.
    level
        `low`, `high`, `alike`, `cannot tell` or `not known`.
    chance
        Of being among the areas with the widest gap, per cent.
    short
        How many people are lacking.
    """

    value: float
    lower: float
    upper: float
    smoothed: float
    base: float
    status: str
    says: str
    level: str
    chance: float
    short: float = math.nan


@dataclass(frozen=True, kw_only=True)
class Area:
    """One area of the sheet."""

    code: str
    name: str
    type: str
    reading: str
    under25: float
    under25_share: float
    missed: str
    score: float
    score_words: str
    kind: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """The sheet. `lacking` says of each part that is not there why."""

    parts: tuple[Part, ...]
    lacking: Mapping[str, str]
    areas: tuple[Area, ...]
    widest: int
    weights: Mapping[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Membership inside the impact areas and outside, in per cent and points."""

    words: str
    known: bool
    period: str = ""
    definition: str = ""
    inside: float = math.nan
    outside: float = math.nan
    difference: float = math.nan
    lower: float = math.nan
    upper: float = math.nan


Weights = tuple[tuple[str, float], ...]


def gaps(geography: str, widest: int, weights: Weights) -> Gaps:
    """Return the sheet of a geography.

    The first of a wish takes about a second, of 1,719 small areas three (`ready`).

    Raises
    ------
    InputError
        The results hold no part of the sheet by this geography.
    """
    made = _gaps(source(), geography, widest, weights)
    _made.add((source(), geography, widest, weights))
    return made


def ready(geography: str, widest: int, weights: Weights) -> bool:
    """Say whether a sheet can be had at once."""
    return (source(), geography, widest, weights) in _made


def growth() -> Growth:
    """Set the growth of members inside the impact areas beside that outside."""
    return _growth(source())


def as_file(geography: str, widest: int, weights: Weights, form: str) -> bytes:
    """Return the whole sheet as `csv` or `xlsx`."""
    from geosafety.pipeline.gap.files import write_sheet

    sheet = _sheet(source(), geography, widest, weights)
    with TemporaryDirectory() as there:
        file = Path(there) / f"gap.{form}"
        write_sheet(source()[0], sheet, form=form, out=str(file), decimals=None)
        return file.read_bytes()


_made: set[tuple[Source, str, int, Weights]] = set()


@lru_cache(maxsize=8)
def _sheet(source: Source, geography: str, widest: int, weights: Weights) -> Sheet:
    # These load what no other page needs.
    from geosafety.pipeline.gap.sheet import Wish, make_sheet

    # A weight of a part that is not there would be refused.
    here = set(_parts(source, geography)) if weights else set()
    mine = {name: weight for name, weight in weights if name in here}
    wish = Wish(geography=geography, widest=widest, weights=mine)
    return make_sheet(source[0], wish)


@lru_cache(maxsize=16)
def _parts(source: Source, geography: str) -> tuple[str, ...]:
    from geosafety.pipeline.gap.parts import find_parts

    found, _lacking = find_parts(source[0], geography, {})
    return tuple(one.part.name for one in found)


@lru_cache(maxsize=16)
def _gaps(source: Source, geography: str, widest: int, weights: Weights) -> Gaps:
    from geosafety.pipeline.gap.text import says

    sheet = _sheet(source, geography, widest, weights)
    names = [found.part.name for found in sheet.parts]
    wholes = sheet.table.to_dict("records")
    rows = [{str(k): v for k, v in whole.items()} for whole in wholes]
    areas = [
        Area(
            code=row["area_code"],
            name=row["area_name"],
            type=row["type"],
            reading=row["reading"],
            under25=float(row["population_under25"]),
            under25_share=float(row["population_under25_share"]),
            missed=row["groups_missed"],
            score=float(row["score"]),
            score_words=row["score_words"],
            kind=row["kind"],
            cells={name: _cell(row, name, says(whole, name)) for name in names},
        )
        for row, whole in zip(rows, wholes, strict=True)
    ]
    return Gaps(
        parts=tuple(_part(found) for found in sheet.parts),
        lacking=dict(sheet.lacking),
        areas=tuple(areas),
        widest=widest,
        weights=dict(sheet.weights),
        notes=tuple(sheet.notes),
    )


def _part(found: Any) -> Part:
    part = found.part
    return Part(
        name=part.name,
        label=part.label,
        period=found.period,
        force=float(found.force),
        low=part.low,
        high=part.high,
        widest=part.widest,
        note=part.note,
        kinds=tuple(sorted(set(found.table["kind"].astype(str)))),
        short=SHORT.get(part.name, ("", ""))[1],
    )


def _cell(row: dict[str, Any], name: str, says: str) -> Cell:
    numbers = ("value", "lower", "upper", "smoothed", "base")
    short = row.get(SHORT.get(name, ("", ""))[0], math.nan)
    return Cell(
        **{column: float(row[f"{name}_{column}"]) for column in numbers},
        status=row[f"{name}_status"],
        says=says,
        level=row[f"{name}_level"],
        chance=float(row[f"{name}_among_widest"]),
        short=float(short),
    )


@lru_cache(maxsize=4)
def _growth(source: Source) -> Growth:
    from geosafety.pipeline.gap.inside import growth_words
    from geosafety.pipeline.impact.score import growth_inside

    try:
        found = growth_inside(source[0]).to_dict("records")[0]
    except GeosafetyError as error:
        return Growth(words=error.problem, known=False)
    row = {str(name): value for name, value in found.items()}
    if row["status"] != "ok":
        return Growth(words=growth_words(row), known=False)
    return Growth(
        words=growth_words(row),
        known=True,
        period=str(row["period"]),
        definition=str(row["definition"]),
        inside=float(row["value"]),
        outside=float(row["comparator_mean"]),
        difference=float(row["difference"]),
        lower=float(row["difference_lower"]),
        upper=float(row["difference_upper"]),
    )
