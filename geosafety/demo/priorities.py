"""Question 3: up to ten of nineteen responsibilities, by local area and week.

Three sets of totals hold at once: overall, by local area (so that the paper's
statements about areas are true) and, for the two leading options, by week.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from geosafety.demo.allot import (
    Ints,
    Labels,
    Picks,
    joined,
    largest_remainder,
    level,
    top,
)
from geosafety.errors import MethodError

AREA = "local_area"
WEEK = "submitted"
MOST_PICKS = 10
KNIFE = "Preventing knife crime"
INVESTIGATING = "Investigating crimes and bringing offenders to justice"


def choose_priorities(
    answers: dict[str, Any], margins: dict[str, Any], rng: np.random.Generator
) -> dict[str, Labels]:
    """Choose everyone's priorities and the day they answered.

    Parameters
    ----------
    answers
        Holds the local area and age of each respondent.
    margins
        The tables under `[consultation]`: counts, lifts and weeks.
    rng
        The source of the noise.

    Returns
    -------
    dict
        `priorities` (joined by semicolons) and `submitted` (an ISO date).
    """
    counts, weeks = margins["counts"]["priorities"], margins["weeks"]
    areas = answers[AREA]
    week = _week_of(answers["age"], weeks["responses"], rng)
    picks = _by_area(areas, counts, margins["lifts"], rng)
    options = list(counts)
    leaders = {KNIFE: weeks["knife"], INVESTIGATING: weeks["investigating"]}
    for option, wanted in leaders.items():
        _hold_weeks(picks[:, options.index(option)], week, areas, np.array(wanted))
    # The two leaders already sit where they must; the rest may move between people.
    leading = [options.index(option) for option in leaders]
    others = np.delete(np.arange(len(options)), leading)
    held = picks[:, leading].sum(axis=1)
    cells = np.array([f"{area}, {n}" for area, n in zip(areas, held, strict=True)])
    for number in range(len(leading) + 1):
        mine = np.flatnonzero(held == number)
        part = picks[np.ix_(mine, others)]
        level(part, cells[mine].astype(object), 1, MOST_PICKS - number)
        picks[np.ix_(mine, others)] = part
    return {
        "priorities": np.array(joined(picks, options), dtype=object),
        WEEK: _day_of(week, weeks["starts"], rng),
    }


def _by_area(
    areas: Labels,
    counts: dict[str, int],
    lifts: dict[str, dict[str, float]],
    rng: np.random.Generator,
) -> Picks:
    """Split each option's total by area, then choose by noise within the area."""
    names = list(dict.fromkeys(areas.tolist()))
    sizes = np.array([(areas == name).sum() for name in names])
    keen = rng.normal(0, 0.4, len(areas))
    picks = np.zeros((len(areas), len(counts)), dtype=bool)
    for column, (option, total) in enumerate(counts.items()):
        lift = np.array([lifts.get(name, {}).get(option, 1.0) for name in names])
        score = keen + rng.normal(0, 1, len(areas))
        for name, number in zip(
            names, largest_remainder(sizes * lift, total), strict=True
        ):
            members = np.flatnonzero(areas == name)
            picks[members, column] = top(score[members], number)
    return picks


def _week_of(age: Labels, sizes: list[int], rng: np.random.Generator) -> Ints:
    """Put everyone in a week; the last was spent at universities and colleges."""
    young = np.isin(age, ["18-24"])
    score = rng.normal(0, 1, len(age)) + 1.2 * young
    week = np.empty(len(age), dtype=np.int64)
    week[np.argsort(score, kind="stable")] = np.repeat(np.arange(len(sizes)), sizes)
    return week


def _hold_weeks(chosen: Picks, week: Ints, areas: Labels, wanted: Ints) -> None:
    """Exchange an option between weeks, within an area, until each total holds."""
    while True:
        surplus = np.bincount(week[chosen], minlength=len(wanted)) - wanted
        if not surplus.any():
            return
        over, under = int(surplus.argmax()), int(surplus.argmin())
        moved = 0
        for area in dict.fromkeys(areas.tolist()):
            giver = np.flatnonzero(chosen & (week == over) & (areas == area))
            taker = np.flatnonzero(~chosen & (week == under) & (areas == area))
            moves = min(
                len(giver), len(taker), int(surplus[over]), -int(surplus[under])
            )
            # A tenth at a time, so that the exchange is spread over the areas.
            moves = min(moves, 1 + moves // 10)
            chosen[giver[:moves]], chosen[taker[:moves]] = False, True
            surplus[over] -= moves
            surplus[under] += moves
            moved += moves
        if not moved:
            problem = f"Week {under + 1} has too few respondents for its count."
            raise MethodError(problem, hint="Lower the count of that week.")


def _day_of(week: Ints, starts: list[date], rng: np.random.Generator) -> Labels:
    """Pick a day of the week; the last day of fieldwork is a Saturday."""
    day = rng.integers(0, 6, len(week))
    dates = [
        (starts[number] + timedelta(days=int(offset))).isoformat()
        for number, offset in zip(week, day, strict=True)
    ]
    return np.array(dates, dtype=object)
