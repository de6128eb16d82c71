"""What is wished of a plan, and what is said of it when it is made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.engagement.planner import Plan
from geosafety.engagement.problem import BY_DISTANCE, FAIREST, FURTHEST, NEAREST
from geosafety.engagement.sensitivity import Sensitivity
from geosafety.pipeline.plan.need import Need
from geosafety.publish.plan_brief import About
from geosafety.publish.words import lower_first
from geosafety.settings import geographies


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks of a plan, in their words.

    Attributes
    ----------
    need
        `wmnow`, `survey`, `residents`, or a CSV file; see `read_need`.
    walk, detour, times
        Metres, and how much longer a walk is than a straight line; or a CSV of travel
        times (`venue` by name, `area_code`, `distance`); `walk` is then in its unit.
    fixed, excluded
        Names of venues.
    zones
        The areas that a fair plan compares, and that `per_zone` speaks of.
    geography
        For `nearest` and `furthest`: the areas that distances are measured from.
    patch
        `GEOGRAPHY:CODE` (`npu:BE`): only people short there count.
    first, weeks
        The first day of a visit (else the Monday after next), and over how many weeks
        visits are spread.
    """

    need: str = "wmnow"
    target: float | None = None
    walk: float = 1500.0
    detour: float = 1.0
    times: Path | None = None
    visits: int | None = None
    budget: float | None = None
    objective: str = "most"
    fixed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    accessible: int = 0
    per_zone: int | None = None
    minimums: Mapping[str, float] = field(default_factory=dict)
    response_share: float | None = None
    zones: str = "npu"
    geography: str = "lsoa"
    runs: int = 30
    weeks: int = 8
    patch: str = ""
    first: date | None = None
    time_limit: float = 60.0


def about_plan(  # noqa: PLR0913
    folder: Path,
    wish: Wish,
    need: Need,
    made: Plan,
    draws: Sensitivity | None,
    left_out: list[str],
) -> About:
    """Say of a whole plan what it is for, how sure it is, and what it rests on."""
    manifest = results.read_manifest(folder)
    label = lower_first(geographies()[wish.zones].label)
    by_area = geographies()[wish.geography].label
    made_for = {
        FAIREST: f"Made to be fairest: the worst-served {label} counts first.",
        NEAREST: f"Made to bring a venue nearest, on average, to {need.unit}.",
        FURTHEST: f"Made so that no {by_area} with {need.unit} is far from a venue.",
    }
    most = f"Made to cover the most {need.unit}."
    solution = made.solution
    proof = "Proved: no other choice among these venues is better."
    if not solution.proved:
        gap = f"{solution.gap:.1%}"
        proof = f"Stopped by the time limit: no plan is more than {gap} better."
    if wish.objective in BY_DISTANCE:
        what = _what(made)
        proof = f"Proved: no other choice among these venues has a lesser {what}."
    notes = [*need.notes, _reach_note(wish), *left_out, _share_note(wish)]
    if wish.objective in BY_DISTANCE:
        notes.append(
            f"Distances are from the middle of each {by_area} to the nearest venue of "
            "the plan, however far. What lies within the walk is told beside them. No "
            "runs with other walks were made: they would choose the same venues."
        )
    if draws is not None:
        unit = "" if wish.times else " m"
        mixed = " and audiences within their ranges" if draws.mixes else ""
        notes.append(
            f"Other assumptions: reach from {draws.low:,.0f} to {draws.high:,.0f}{unit}"
            f"{mixed}, {draws.runs} runs."
        )
    if manifest.get("synthetic"):
        notes.append("Synthetic: made up for demonstration, about nobody.")
    return About(
        title=f"Plan of visits: {manifest.get('title', '')}",
        unit=need.unit,
        walk=_walk_text(wish),
        objective=made_for.get(wish.objective, most) + _in_all(made, wish),
        proof=proof,
        runs=0 if draws is None else draws.runs,
        notes=[note for note in notes if note],
    )


def _walk_text(wish: Wish) -> str:
    if wish.times is not None:
        return f"{wish.walk:g} (travel-time table)"
    how = "in a straight line" if wish.detour == 1 else "on foot (estimated)"
    return f"{wish.walk:,.0f} m {how}"


def _reach_note(wish: Wish) -> str:
    if wish.times is not None:
        return (
            "Reach by the travel times given; a pair not in the table is out of reach."
        )
    said = "An area counts as a whole, by the middle of its postcodes."
    if wish.detour == 1:
        return f"{said} Straight lines are shorter than streets."
    return f"{said} A walk is taken to be {wish.detour:g} times the straight line."


def _share_note(wish: Wish) -> str:
    if wish.response_share is None:
        return "Who comes is not estimated: within reach is not the same as reached."
    return (
        f"Responses: {wish.response_share:.0%} of those a venue holds, by its expected "
        "audience; an upper limit, and given by you."
    )


def distance_words(made: Plan, wish: Wish) -> list[str]:
    """Say of each pick what it does for the distance; nothing in other plans."""
    if made.by_distance is None:
        return [""] * len(made.picks)
    what, unit = _what(made), "" if wish.times is not None else " m"
    said = []
    numbers = made.by_distance[["before", "after", "without"]].to_numpy(float)
    for before, after, lacking in numbers.tolist():
        falls = f"falls from {before:,.0f} to {after:,.0f}{unit}"
        if math.isnan(before):
            falls = f"is {after:,.0f}{unit} with this venue alone"
        elif before == after:
            falls = f"stays at {after:,.0f}{unit} until the next visits join it"
        without = f"without it, it would be {lacking:,.0f}{unit}"
        if math.isnan(lacking):
            without = "without it there would be no venue"
        said.append(f"The {what} {falls}; in the whole plan, {without}.")
    return said


def _in_all(made: Plan, wish: Wish) -> str:
    """Say how far it is with the whole plan."""
    if made.by_distance is None or made.by_distance.empty:
        return ""
    unit = "" if wish.times is not None else " m"
    far = made.by_distance["after"].iloc[-1]
    return f" With the plan the {_what(made)} to a venue is {far:,.0f}{unit}."


def _what(made: Plan) -> str:
    mean = made.problem.request.objective == NEAREST
    return "mean distance" if mean else "greatest distance"


def headline(made: Plan, picks: pd.DataFrame, need: Need, about: About) -> str:
    """Say in one sentence what the plan brings to whom."""
    whole = float(made.problem.value.sum())
    if picks.empty:
        return f"No venue here reaches any of the {whole:,.0f} {need.unit}."
    visits = int(picks["visits"].sum())
    share = f"{made.closed / whole:.0%}" if whole else "none"
    return (
        f"{visits} {'visit brings' if visits == 1 else 'visits bring'} a venue within "
        f"{about.walk} of {made.closed:,.0f} of the {whole:,.0f} {need.unit} ({share})."
    )


def summary(made: Plan, picks: pd.DataFrame, need: Need, about: About) -> list[str]:
    """Say a plan in sentences, one for each visit."""
    whole = float(made.problem.value.sum())
    share = made.closed / whole if whole else 0.0
    lines = [
        f"{len(picks)} venues would newly cover {made.closed:,.0f} of {whole:,.0f} "
        f"{need.unit} ({share:.0%})."
    ]
    if made.by_distance is None:
        lines[0] += f" {about.proof}"
    else:
        lines.insert(0, f"{about.objective} {about.proof}")
    asked = made.problem.request.visits
    if asked is not None and int(picks["visits"].sum()) < asked:
        none = "no further one would add anything."
        if made.by_distance is not None:
            none = "no further one would bring the distance down."
        lines.append(f"{asked} visits were allowed; {none}")
    proofs = picks["proof"].astype(str)
    for row, proof in zip(picks.itertuples(), proofs, strict=True):
        lines.append(
            f"{row.rank}. {row.name}, {row.postcode}, {row.zone_name}: adds "
            f"{row.adds:,.0f}; {row.people_new:,.0f} people newly within reach"
            + (f"; {row.word} ({row.kept:.0%} of runs)" if about.runs else "")
            + (f". {proof}" if proof else "")
        )
    return [*lines, *about.notes]
