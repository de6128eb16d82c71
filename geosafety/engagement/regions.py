"""Connected groups of small areas: the ground, one group, and many drawn at once.

A choice of groups is an array of labels: the number of each small area's group, or -1.
The search is a heuristic; `proposal.upper_bound` says how far from the best it can be.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FREE = -1
# Ground without residents still has a place in the order: its need per person is that
# of one person.
SOMEBODY = 1.0
ROUND = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The small areas, by position: need, people, zone, and who touches whom."""

    need: Floats
    people: Floats
    zone: Integers
    neighbours: tuple[tuple[int, ...], ...]

    @property
    def density(self) -> Floats:
        """Need per person."""
        per: Floats = self.need / np.maximum(self.people, SOMEBODY)
        return per

    def with_need(self, need: Floats) -> Ground:
        """Return the same ground with another need."""
        return replace(self, need=need)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What groups must keep to.

    Attributes
    ----------
    n
        How many groups.
    people
        Residents inside all of them together, at most.
    least, most
        Residents of one group.
    zone_least, zone_most
        Groups in each zone.
    """

    n: int
    people: float
    least: float
    most: float
    zone_least: int = 0
    zone_most: int | None = None


def connected(members: Collection[int], ground: Ground) -> bool:
    """Tell whether small areas hang together.

    Examples
    --------
    >>> row = Ground(
    ...     need=np.ones(3), people=np.ones(3), zone=np.zeros(3, dtype=int),
    ...     neighbours=((1,), (0, 2), (1,)),
    ... )
    >>> connected({0, 1}, row), connected({0, 2}, row)
    (True, False)
    """
    left = set(members)
    if not left:
        return False
    queue = [left.pop()]
    while queue and left:
        for other in ground.neighbours[queue.pop()]:
            if other in left:
                left.remove(other)
                queue.append(other)
    return not left


def grow(
    start: int, ground: Ground, taken: NDArray[np.bool_], *, least: float, size: float
) -> list[int]:
    """Grow a group from a small area by the neighbour of the greatest need per person.

    It stays in the zone of its start and off what is taken, and ends when the next
    neighbour would bring it over `size`. Empty where it cannot reach `least`.
    """
    if taken[start] or ground.people[start] > size:
        return []
    density, group = ground.density, [start]
    total, seen = float(ground.people[start]), {start}
    edge: list[tuple[float, int]] = []
    while True:
        for other in ground.neighbours[group[-1]]:
            if other not in seen:
                seen.add(other)
                if not taken[other] and ground.zone[other] == ground.zone[start]:
                    heapq.heappush(edge, (-density[other], other))
        while edge and total + ground.people[edge[0][1]] > size + ROUND:
            heapq.heappop(edge)  # too large to fit now, and so later
        if not edge:
            return group if total >= least - ROUND else []
        group.append(heapq.heappop(edge)[1])
        total += float(ground.people[group[-1]])


def first_draft(ground: Ground, limits: Limits) -> Integers:
    """Take the best group from any start, then the best of the rest, and so on.

    Zones that must have some come first. Fewer groups than asked where no more fit.
    """
    size = min(limits.people / limits.n, limits.most)
    label = np.full(len(ground.need), FREE)
    if limits.zone_least:
        for zone in np.unique(ground.zone):
            starts = np.flatnonzero(ground.zone == zone)
            _take(label, ground, limits, starts, limits.zone_least, size)
    rest = limits.n - groups(label)
    _take(label, ground, limits, np.arange(len(label)), rest, size)
    return label


def groups(label: Integers) -> int:
    """Return how many groups there are."""
    return int(label.max(initial=FREE)) + 1


def _take(  # noqa: PLR0913 - what to change, on what ground, from where, how much
    label: Integers,
    ground: Ground,
    limits: Limits,
    starts: Integers,
    number: int,
    size: float,
) -> None:
    """Label the best groups that grow from some starts, until there are `number`."""
    queue: list[tuple[float, int, list[int]]] = []

    def offer(start: int) -> None:
        group = grow(start, ground, label != FREE, least=limits.least, size=size)
        if group:
            heapq.heappush(queue, (-float(ground.need[group].sum()), start, group))

    for start in starts:
        offer(int(start))
    while queue and number > 0:
        _, start, group = heapq.heappop(queue)
        if full(int(ground.zone[start]), label, ground, limits):
            continue
        if (label[group] != FREE).any():
            offer(start)
            continue
        label[group] = groups(label)
        number -= 1


def full(zone: int, label: Integers, ground: Ground, limits: Limits) -> bool:
    """Tell whether a zone has as many groups as it may."""
    if limits.zone_most is None:
        return False
    return len(set(label[(ground.zone == zone) & (label != FREE)])) >= limits.zone_most


@dataclass(frozen=True)
class _Moves:
    """What may be done next, as positions and groups: take in, or let go."""

    add: Integers
    to: Integers
    drop: Integers
    of: Integers


def climb(label: Integers, ground: Ground, limits: Limits) -> Integers:
    """Take in, let go or exchange small areas while that raises the need inside."""
    label = label.copy()
    loose: dict[int, list[int]] = {}
    while True:
        moves = _moves(label, ground, limits, loose)
        for add, to, drop, of in _best(moves, label, ground, limits):
            if _try(label, ground, (add, to), (drop, of)):
                loose.pop(to, None)
                loose.pop(of, None)
                break
        else:
            return label


def _moves(
    label: Integers, ground: Ground, limits: Limits, loose: dict[int, list[int]]
) -> _Moves:
    people = ground.people
    sums = np.bincount(label[label != FREE], people[label != FREE], groups(label))
    pairs = sorted(
        {
            (other, int(label[one]))
            for one in np.flatnonzero(label != FREE)
            for other in ground.neighbours[one]
            if label[other] == FREE and ground.zone[other] == ground.zone[one]
        }
    )
    add, to = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    for group in range(len(sums)):
        if group not in loose:
            loose[group] = _loose(set(np.flatnonzero(label == group)), ground)
    drop = np.array([one for g in range(len(sums)) for one in loose[g]], dtype=np.int64)
    of = label[drop]
    # Where an exchange is within one group, `_try` looks at its size again.
    stays = sums[of] - people[drop] >= limits.least - ROUND
    return _Moves(add, to, drop[stays], of[stays])


def _loose(members: set[int], ground: Ground) -> list[int]:
    """List the members without which the others still hang together."""
    return [one for one in sorted(members) if connected(members - {one}, ground)]


def _best(
    moves: _Moves, label: Integers, ground: Ground, limits: Limits
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the moves that raise the need and fit, those of the greatest gain first."""
    inside = label != FREE
    room = limits.people - float(ground.people[inside].sum())
    sums = np.bincount(label[inside], ground.people[inside], groups(label))
    # A last row of nothing let go: plain taking in.
    drop = np.append(moves.drop, FREE)
    of = np.append(moves.of, FREE)
    out_need = np.append(ground.need[moves.drop], 0.0)
    out_people = np.append(ground.people[moves.drop], 0.0)
    gain = ground.need[moves.add][:, None] - out_need[None, :]
    grown = ground.people[moves.add][:, None] - out_people[None, :]
    same = moves.to[:, None] == of[None, :]
    size = sums[moves.to][:, None] + np.where(
        same, grown, ground.people[moves.add][:, None]
    )
    fits = (grown <= room + ROUND) & (size <= limits.most + ROUND) & (gain > ROUND)
    rows, columns = np.nonzero(fits)
    order = np.lexsort([columns, rows, -gain[rows, columns]])
    for i in order:
        a, d = rows[i], columns[i]
        yield int(moves.add[a]), int(moves.to[a]), int(drop[d]), int(of[d])


def _try(
    label: Integers, ground: Ground, add: tuple[int, int], drop: tuple[int, int]
) -> bool:
    """Make a move, unless its group would fall apart."""
    if add[1] == drop[1]:
        inside = {int(one) for one in np.flatnonzero(label == add[1])}
        members = inside - {drop[0]} | {add[0]}
        if not connected(members, ground):
            return False
    if drop[0] != FREE:
        label[drop[0]] = FREE
    label[add[0]] = add[1]
    return True
