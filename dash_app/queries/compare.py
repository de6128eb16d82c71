"""Which areas are to be set beside each other, and one area through the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dash_app.queries import area, maps
from dash_app.queries.area import Place
from dash_app.queries.choices import choices
from dash_app.queries.source import Source, frame, records, source, where
from dash_app.table import Row
from dash_app.view import BETWEEN, months_in
from geosafety import settings
from geosafety.errors import nearest
from geosafety.publish import words

MOST = 4  # areas beside each other
_YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a link asks for, as far as there is such a thing.

    Attributes
    ----------
    notes
        What was not found, in words.
    """

    geography: str
    places: tuple[Place, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Course:
    """One measure of one area through time.

    Attributes
    ----------
    periods, rows, said
        The periods, oldest first; the figure in each; and what may be said of it
        against the one before.
    """

    indicator: str
    periods: tuple[str, ...]
    rows: tuple[Row, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One answer in two surveys that share a question, in per cent."""

    answer: str
    later: str
    earlier: str
    later_value: float
    earlier_value: float
    said: str
    assumption: str
    kind: str


def resolve(asked_for: str, wanted: Sequence[str]) -> Asked:
    """Turn what a link asks for into areas of one layer, each once, in that order.

    Parameters
    ----------
    asked_for
        A layer; without one, the first that people look for.
    wanted
        Codes or names; empty ones are left out.
    """
    layers = area.layers()
    notes: list[str] = []
    geography = asked_for if asked_for in layers else _first(layers)
    if asked_for not in ("", geography):
        hint = nearest(asked_for, layers)
        notes.append(f"There is no layer called {asked_for!r}. {hint}")
    found: dict[str, Place] = {}
    for text in filter(None, (text.strip() for text in wanted)):
        matched = area.find(text, geography)
        if len(matched) == 1:
            found[matched[0].code] = matched[0]
        elif matched:
            some = ", ".join(p.name for p in matched[:3])
            notes.append(f"“{text}” could be {len(matched)} areas: {some} …")
        else:
            notes.append(f"No area of this kind is called “{text}”.")
    if len(found) > MOST:
        notes.append(f"Only the first {MOST} areas are shown.")
    places = tuple(found.values())[:MOST]
    return Asked(geography=geography, places=places, notes=tuple(notes))


def _first(layers: Sequence[str]) -> str:
    return "npu" if "npu" in layers else layers[0]


def courses(geography: str, code: str) -> tuple[Course, ...]:
    """Return every measure that an area has in more than one year."""
    return _courses(source(), geography, code)


@lru_cache(maxsize=64)
def _courses(_source: Source, geography: str, code: str) -> tuple[Course, ...]:
    found = []
    for name in choices().get(geography, {}):
        known = settings.indicator(name)
        if known.measure not in ("rate", "share") or known.weighted:
            continue
        view, _ = maps.resolve(g=geography, i=name, a=code)
        periods = _alike(maps.history(view), settings.datasets()[known.dataset].counts)
        if len(periods) > 1:
            found.append(_course(name, periods, geography, code))
    return tuple(found)


def _alike(history: list[tuple[str, Row]], counts: str) -> list[tuple[str, Row]]:
    """Keep whole years; of people counted on a date, the dates."""
    length = 1 if counts == "stock" else _YEAR
    return [(key, row) for key, row in history if months_in(key) == length]


def _course(
    name: str, periods: list[tuple[str, Row]], geography: str, code: str
) -> Course:
    keys = [key for key, _ in periods]
    said = [""]
    for before, key in zip(keys, keys[1:], strict=False):
        said.append(_change(name, geography, code, f"{key}{BETWEEN}{before}"))
    return Course(
        indicator=name,
        periods=tuple(words.period_text(key) for key in keys),
        rows=tuple(row for _, row in periods),
        said=tuple(said),
    )


def _change(name: str, geography: str, code: str, period: str) -> str:
    """Say what the results found of a change between two periods."""
    known = settings.indicator(name)
    other = f"{known.dataset}_change_pct"
    if period not in choices()[geography].get(other, {}):
        return "not compared in these results"
    view, _ = maps.resolve(g=geography, i=other, p=period, a=code)
    row = maps.table(view).row(code)
    if row is None or row.status not in ("ok", "low base"):
        return "no change can be given: a figure is missing"
    change = settings.indicator(other)
    amount = words.value_text(row.value, change)
    if settings.datasets()[known.dataset].counts == "stock":
        row_name = settings.datasets()[known.dataset].row
        return f"{amount} in number; {row_name}s are counted in full: not tested"
    interval = words.interval_text(row.lower, row.upper, change)
    verdict = words.verdict_words(row.verdict, change) or "not judged"
    return f"{verdict} ({amount} in number, 95% interval {interval})"


def waves(geography: str, code: str) -> dict[str, tuple[Wave, ...]]:
    """Return the answers that two surveys share, by question."""
    rows = where(
        frame("comparisons"), comparison="waves", geography=geography, area_code=code
    )
    found: dict[str, tuple[Wave, ...]] = {}
    for row in records(rows):
        label = words.period_text(str(row["indicator"]))
        found[label] = (*found.get(label, ()), _wave(row))
    return found


def _wave(row: dict[str, Any]) -> Wave:
    names = {name: words.period_text(name) for name in (row["first"], row["second"])}
    said = str(row["words"])
    for name, text in names.items():
        said = said.replace(name, text)
    return Wave(
        answer=str(row["by"]),
        later=names[row["first"]],
        earlier=names[row["second"]],
        later_value=float(row["first_value"]),
        earlier_value=float(row["second_value"]),
        said=said,
        assumption=str(row["assumption"]),
        kind=str(row["kind"]),
    )
