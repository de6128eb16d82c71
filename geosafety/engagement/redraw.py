"""Draw groups many times over: take some away, draw them anew, keep what is better."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from geosafety.engagement.regions import (
    FREE,
    Ground,
    Integers,
    Limits,
    climb,
    first_draft,
    full,
    groups,
    grow,
)

SEEDS = 25  # starting points tried for each area that is drawn anew
TOP = 300  # they are drawn from so many small areas of the greatest need per person


def search(
    ground: Ground, limits: Limits, *, rounds: int, random: np.random.Generator
) -> Integers:
    """Draw groups, then take one or two away at random and draw them anew, many times.

    What is no worse is kept (ruin and recreate: Schrimpf and others, 2000).

    References
    ----------
    Schrimpf, Schneider, Stamm-Wilbrandt and Dueck (2000), Record breaking optimization
    results using the ruin and recreate principle, Journal of Computational Physics
    159, 139-171.
    """
    best = climb(first_draft(ground, limits), ground, limits)
    if groups(best) == 0:
        return best
    for _ in range(rounds):
        tried = _drawn_anew(best, ground, limits, random)
        if tried is None:
            continue
        tried = climb(tried, ground, limits)
        if worth(tried, ground) >= worth(best, ground):
            best = tried
    return best


def worth(label: Integers, ground: Ground) -> float:
    """Return the need inside the groups."""
    return float(ground.need[label != FREE].sum())


def _drawn_anew(
    label: Integers, ground: Ground, limits: Limits, random: np.random.Generator
) -> Integers | None:
    label = label.copy()
    many = groups(label)
    gone = random.choice(
        many, size=min(many, int(random.integers(1, 3))), replace=False
    )
    label[np.isin(label, gone)] = FREE
    for number in gone:
        left = limits.people - float(ground.people[label != FREE].sum())
        waiting = int((~np.isin(gone, label)).sum()) - 1
        size = min(limits.most, left - waiting * limits.least)
        group = _one_more(label, ground, limits, random, size=size)
        if not group:
            return None
        label[group] = number
    return label if _zones_kept(label, ground, limits) else None


def _one_more(
    label: Integers,
    ground: Ground,
    limits: Limits,
    random: np.random.Generator,
    *,
    size: float,
) -> list[int]:
    """Grow one group from each of some starts, and take the one of the most need."""
    free = np.flatnonzero(label == FREE)
    dense = free[np.argsort(-ground.density[free], kind="stable")[:TOP]]
    starts: Iterable[int] = random.choice(
        dense, size=min(SEEDS, len(dense)), replace=False
    )
    taken = label != FREE
    # A group of another size may leave more for the others.
    size = float(random.uniform(limits.least, size)) if random.random() < 0.5 else size
    found: list[int] = []
    for start in starts:
        if full(int(ground.zone[start]), label, ground, limits):
            continue
        group = grow(int(start), ground, taken, least=limits.least, size=size)
        if group and ground.need[group].sum() > ground.need[found].sum():
            found = group
    return found


def _zones_kept(label: Integers, ground: Ground, limits: Limits) -> bool:
    if not limits.zone_least:
        return True
    each = [
        len(set(label[(ground.zone == zone) & (label != FREE)]))
        for zone in np.unique(ground.zone)
    ]
    return min(each) >= limits.zone_least
