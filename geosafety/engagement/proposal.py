"""Candidate impact areas from today's numbers. Inspectors decide; this only draws.

Whole small areas, connected, within limits of size, that hold as much of a stated need
(crimes, harm, or a number of one's own) as a given number of residents can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.engagement.redraw import search, worth
from geosafety.engagement.regions import (
    FREE,
    Floats,
    Ground,
    Integers,
    Limits,
)
from geosafety.errors import InputError, MethodError

ROUNDS = 600  # of drawing anew, for the proposal itself
QUICK = 40  # the same, for each run with other numbers
CORE = 0.8  # inside in at least this share of runs
STABLE, DEPENDS, OUTSIDE = "stable core", "depends", "outside"


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """Candidate areas, and how much hangs on chance.

    Attributes
    ----------
    areas
        By `area_code` of the small areas: `number` of the proposed area (from 1, the
        one of the most need first; 0 outside), `inside` (share of runs, 0 to 1; missing
        without runs) and `word` (`stable core`, `depends`, `outside`).
    need, people
        Inside the proposed areas together.
    bound
        No choice of small areas with so many people, connected or not, holds more.
    runs, jittered
        Runs with other starts, and whether the numbers were drawn anew in each.
    """

    areas: pd.DataFrame
    need: float
    people: float
    bound: float
    runs: int
    jittered: bool

    @property
    def gap(self) -> float:
        """How much more need there could be inside at most, as a share of the bound."""
        return 1 - self.need / self.bound if self.bound > 0 else 0.0


def propose(
    table: pd.DataFrame,
    links: tuple[Integers, Integers],
    limits: Limits,
    *,
    seed: int,
    runs: int = 20,
) -> Proposal:
    """Draw candidate areas: as much need inside as so many residents can hold.

    From a greedy draft, small areas are taken in, let go and exchanged while that
    helps; then areas are taken away at random and drawn anew. The best is not proved,
    but `bound` says how far off it can be.

    Parameters
    ----------
    table
        Indexed by `area_code`: `need` (0 or more; missing counts as 0), `people`
        (residents, 0 or more), `zone` (an area lies in one; a missing zone is a zone)
        and, where need comes from counted events, `events`: then each run draws them
        anew as chance would (Poisson), and need with them.
    links
        Positions in `table` of small areas that touch, one pair per link and direction.
    limits
        How many areas, and how large.
    runs
        Further runs, to tell the stable core from what depends on chance; 0 for none.

    Raises
    ------
    InputError
        An area code stands twice, a number is below 0, or there is no need at all.
    MethodError
        The limits contradict each other, or the ground has no room for so many areas.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"need": [1.0, 9, 8, 1, 7], "people": 100.0, "zone": "a"},
    ...     index=list("ABCDE"),
    ... )
    >>> ends = np.arange(4)
    >>> links = (np.append(ends, ends + 1), np.append(ends + 1, ends))
    >>> limits = Limits(n=1, people=200, least=100, most=200)
    >>> found = propose(table, links, limits, seed=1, runs=0)
    >>> found.areas.query("number > 0").index.tolist(), found.need, found.bound
    (['B', 'C'], 17.0, 17.0)
    """
    ground = make_ground(table, links)
    _check_limits(limits, ground)
    first, *others = np.random.SeedSequence(seed).spawn(runs + 1)
    label = search(ground, limits, rounds=ROUNDS, random=np.random.default_rng(first))
    _check_drawn(label, ground, limits)
    events = table["events"].to_numpy(float) if "events" in table else None
    inside = _inside(ground, limits, others, events)
    number = _numbered(label, ground)
    areas = pd.DataFrame({"number": number, "inside": inside}, index=table.index)
    return Proposal(
        areas=areas.assign(word=_words(number, inside)),
        need=worth(label, ground),
        people=float(ground.people[label != FREE].sum()),
        bound=upper_bound(ground.need, ground.people, limits.people),
        runs=runs,
        jittered=events is not None and runs > 0,
    )


def make_ground(table: pd.DataFrame, links: tuple[Integers, Integers]) -> Ground:
    """Check a table and make the ground of it."""
    if table.index.has_duplicates:
        code = table.index[table.index.duplicated()][0]
        problem = f"The small area {code!r} stands twice."
        raise InputError(problem, hint="Each small area stands once.")
    numbers = table[["need", "people"]].fillna(0.0).to_numpy(float)
    for name, values in zip(("need", "people"), numbers.T, strict=True):
        if (values < 0).any() or not np.isfinite(values).all():
            at = int(np.argmax((values < 0) | ~np.isfinite(values)))
            problem = f"{table.index[at]}: {name} is {values[at]}."
            raise InputError(problem, hint="It must be a number of 0 or more.")
    if not numbers[:, 0].sum() > 0:
        problem = "There is no need in any small area."
        raise InputError(problem, hint="Choose another period or category.")
    touching: list[set[int]] = [set() for _ in range(len(table))]
    for one, other in zip(*links, strict=True):
        touching[one].add(int(other))
    return Ground(
        need=numbers[:, 0],
        people=numbers[:, 1],
        zone=pd.factorize(table["zone"], use_na_sentinel=False)[0].astype(np.int64),
        neighbours=tuple(tuple(sorted(found)) for found in touching),
    )


def upper_bound(need: Floats, people: Floats, most: float) -> float:
    """Return the most need that `most` residents can hold, were nothing connected.

    The fractional knapsack: small areas by need per resident, the last one in part
    (Dantzig, 1957).

    Examples
    --------
    >>> upper_bound(np.array([10.0, 6.0, 1.0]), np.array([1.0, 2.0, 1.0]), 2)
    13.0

    References
    ----------
    Dantzig (1957), Discrete-variable extremum problems, Operations Research 5, 266-288.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.argsort(-np.where(need > 0, need / people, 0.0), kind="stable")
    before = np.cumsum(people[order]) - people[order]
    room = np.clip(most - before, 0, people[order])
    share = np.divide(
        room, people[order], out=np.ones(len(order)), where=people[order] > 0
    )
    return float((need[order] * share).sum())


def _check_limits(limits: Limits, ground: Ground) -> None:
    zones = len(np.unique(ground.zone))
    wrong = {
        f"{limits.n} areas are too few to draw.": limits.n < 1,
        f"An area of {limits.least:,.0f} to {limits.most:,.0f} people cannot be.": (
            not 0 <= limits.least <= limits.most
        ),
        f"{limits.n} areas of {limits.least:,.0f} people need more than the "
        f"{limits.people:,.0f} allowed in all.": limits.n * limits.least
        > limits.people,
        f"{zones} zones with {limits.zone_least} areas each are more than the "
        f"{limits.n} asked for.": zones * limits.zone_least > limits.n,
    }
    if limits.zone_most is not None:
        most = zones * limits.zone_most
        wrong[f"{zones} zones have room for {most} areas, not {limits.n}."] = (
            most < limits.n
        )
    for problem, is_wrong in wrong.items():
        if is_wrong:
            raise MethodError(problem, hint="Change the number or the limits.")


def _check_drawn(label: Integers, ground: Ground, limits: Limits) -> None:
    """Refuse a draft that lacks areas: the limits leave no room, as far as found."""
    drawn = len(set(label)) - int((label == FREE).any())
    zones = [
        len(set(label[(ground.zone == zone) & (label != FREE)]))
        for zone in np.unique(ground.zone)
    ]
    if drawn < limits.n or min(zones) < limits.zone_least:
        problem = f"Only {drawn} of {limits.n} areas could be drawn within the limits."
        hint = "Ask for fewer, smaller ones, or more people in all."
        raise MethodError(problem, hint=hint)


def _inside(
    ground: Ground,
    limits: Limits,
    seeds: list[np.random.SeedSequence],
    events: Floats | None,
) -> Floats:
    """Return the share of runs in which each small area is inside."""
    if not seeds:
        return np.full(len(ground.need), np.nan)
    counts = np.zeros(len(ground.need))
    for seed in seeds:
        random = np.random.default_rng(seed)
        other = ground if events is None else _drawn(ground, events, random)
        label = search(other, limits, rounds=QUICK, random=random)
        counts += label != FREE
    share: Floats = counts / len(seeds)
    return share


def _drawn(ground: Ground, events: Floats, random: np.random.Generator) -> Ground:
    """Draw the events anew; each keeps the mean weight of its small area's."""
    counted = np.nan_to_num(events)
    weight = np.divide(
        ground.need, counted, out=np.zeros(len(counted)), where=counted > 0
    )
    return ground.with_need(random.poisson(counted).astype(float) * weight)


def _numbered(label: Integers, ground: Ground) -> Integers:
    """Give each area its number, from 1 for the one of the most need."""
    inside = label != FREE
    need = np.bincount(label[inside], ground.need[inside])
    rank = np.empty(len(need), dtype=np.int64)
    rank[np.argsort(-need, kind="stable")] = np.arange(1, len(need) + 1)
    return np.where(inside, rank[label], 0)


def _words(number: Integers, inside: Floats) -> Integers:
    """Say of each small area whether it belongs whatever chance does."""
    known = ~np.isnan(inside)
    core = (inside >= CORE) & known
    some = ((inside > 0) & known) | (number > 0)
    words: Integers = np.select([core, some], [STABLE, DEPENDS], OUTSIDE)
    return words


__all__ = ["Limits", "Proposal", "propose", "upper_bound"]
