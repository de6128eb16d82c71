"""Areas alike: find comparators for an area, and set the area beside them.

An area chosen for being high tends to be lower later by chance alone (regression to
the mean), and so do comparators chosen for being as high. They are therefore matched
on a period before the one that changes are counted from: what chance gave them then is
gone by that time (Daw and Hatfield, 2018, Health Services Research 53, 4138-4156).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from geosafety.engagement.regions import Floats, Integers
from geosafety.errors import MethodError

PROFILE = ("people", "rank", "rate")
SEEDS = 120  # starting points for each target: the small areas most like it
FAR = 1.0  # standard deviations of small areas: farther is not alike
FEWEST = 3  # comparators under which there is no interval worth the name
HALF = 0.5  # an event added to a rate, so that its logarithm is known at zero
Sums = tuple[float, float, float]


def matched_groups(
    small: pd.DataFrame,
    links: tuple[Integers, Integers],
    targets: pd.DataFrame,
    *,
    k: int,
) -> pd.DataFrame:
    """Grow, for each target, `k` connected groups of small areas that are alike.

    From the small areas most like the target, groups take in the neighbour that keeps
    them most alike in deprivation and rate, until they have as many residents. The
    groups of one target do not overlap; those of two targets may.

    Parameters
    ----------
    small
        The small areas that may be used, indexed by code: `people`, `events` (of the
        base period) and `rank` (all missing: deprivation is not compared). Without
        residents they are left out.
    links
        Positions in `small` that touch, one pair per link and direction.
    targets
        Indexed by area: `people`, `rank`, `rate` (events per resident).
    k
        Groups for each target, fewer where there are not so many.

    Returns
    -------
    DataFrame
        `area_code` (the target), `number` (1 is the most alike), `codes` (of the small
        areas, a tuple), `people, rank, rate`, and `distance`: the Euclidean distance of
        log residents, rank and log rate, in standard deviations of the small areas.

    Examples
    --------
    >>> small = pd.DataFrame(
    ...     {"people": 100.0, "events": [10.0, 10, 50, 50], "rank": 5.0},
    ...     index=list("ABCD"),
    ... )
    >>> ends = np.arange(3)
    >>> links = (np.append(ends, ends + 1), np.append(ends + 1, ends))
    >>> targets = pd.DataFrame(
    ...     {"people": [200.0], "rank": 5.0, "rate": 0.5}, index=["IA"]
    ... )
    >>> matched_groups(small, links, targets, k=1)["codes"].tolist()
    [('C', 'D')]
    """
    numbers = small[["people", "events", "rank"]].to_numpy(float)
    usable = numbers[:, 0] > 0
    touching: list[list[int]] = [[] for _ in range(len(small))]
    for one, other in zip(*links, strict=True):
        if usable[one] and usable[other]:
            touching[one].append(int(other))
    scale = scales(small[usable].assign(rate=_rate(small[usable])))
    parts = _parts(numbers)
    rows = []
    for code, target in targets.iterrows():
        wanted = target[list(PROFILE)].to_numpy(float)
        starts = _most_alike(numbers, usable, wanted, scale)
        groups = [_grown(int(s), parts, touching, wanted, scale) for s in starts]
        for number, group in enumerate(_apart(groups, numbers, wanted, scale, k), 1):
            profile = _profile(numbers, group)
            rows.append(
                {
                    "area_code": str(code),
                    "number": number,
                    "codes": tuple(str(c) for c in small.index[sorted(group)]),
                    **dict(zip(PROFILE, profile, strict=True)),
                    "distance": distance(profile, wanted, scale),
                }
            )
    columns = ["area_code", "number", "codes", *PROFILE, "distance"]
    return pd.DataFrame(rows, columns=columns)


def nearest_areas(
    pool: pd.DataFrame, targets: pd.DataFrame, scale: Floats, *, k: int
) -> pd.DataFrame:
    """Choose, for each target, the `k` whole areas of a pool that are most alike.

    Parameters
    ----------
    pool, targets
        Indexed by code: `people`, `rank`, `rate`. A code that is in both is the same
        area, and never its own comparator.
    scale
        As `scales` returns it.

    Returns
    -------
    DataFrame
        As `matched_groups`; `codes` holds one code. Of areas at the same distance the
        first of the pool comes first.

    Examples
    --------
    >>> columns = {"people": 1.0, "rank": [1.0, 4.0, 2.0], "rate": 0.1}
    >>> pool = pd.DataFrame(columns, index=list("ABC"))
    >>> found = nearest_areas(pool, pool.head(1), scales(pool), k=5)
    >>> found["codes"].tolist(), found["distance"].round(2).tolist()
    ([('C',), ('B',)], [0.65, 1.96])
    """
    values = pool[list(PROFILE)].to_numpy(float)
    codes = pool.index.astype("str").tolist()
    places = {code: place for place, code in enumerate(codes)}
    wanted = targets[list(PROFILE)].to_numpy(float)
    rows = []
    for code, profile in zip(targets.index.astype("str"), wanted, strict=True):
        far = distances(values, profile, scale)
        if code in places:
            far[places[code]] = np.inf
        chosen = np.argsort(far, kind="stable")[:k]
        kept = chosen[np.isfinite(far[chosen])].tolist()
        rows += [
            (code, number, (codes[i],), *values[i], far[i])
            for number, i in enumerate(kept, 1)
        ]
    columns = ["area_code", "number", "codes", *PROFILE, "distance"]
    return pd.DataFrame(rows, columns=columns)


def scales(small: pd.DataFrame) -> Floats:
    """Return the standard deviations of log residents, rank and log rate.

    One that is not known, or the same everywhere, is infinite: it then counts nothing.
    """
    logged = _logged(small[list(PROFILE)].to_numpy(float))
    if len(logged) < 2:
        problem = "There are fewer than two small areas to compare with."
        raise MethodError(
            problem, hint="Impact areas and their neighbours are left out."
        )
    spread = logged.std(axis=0, ddof=1)
    found: Floats = np.where(spread > 0, spread, np.inf)
    return found


def distance(one: Sequence[float] | Floats, other: Floats, scale: Floats) -> float:
    """Return how unlike two profiles are, in standard deviations of small areas.

    Examples
    --------
    >>> scale = np.array([1.0, 1000.0, 0.5])
    >>> float(distance([100, 3000, 0.1], np.array([100, 1000, 0.1]), scale))
    2.0
    """
    return float(distances(np.array([one], dtype=float), other, scale)[0])


def distances(profiles: Floats, wanted: Floats, scale: Floats) -> Floats:
    """Return how unlike each of many profiles is to one, as `distance` does.

    Parameters
    ----------
    profiles
        A row each: residents, rank, rate.
    wanted
        The one: the same three.
    """
    logged = _logged(np.vstack([profiles, wanted]))
    apart = (logged[:-1] - logged[-1]) / scale
    apart = np.where(np.isfinite(scale), apart, 0.0)
    found: Floats = np.sqrt((apart**2).sum(axis=1))
    return found


def _logged(profiles: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        people, rate = np.log(profiles[:, 0]), np.log(profiles[:, 2])
    return np.column_stack([people, profiles[:, 1], rate])


def _rate(small: pd.DataFrame) -> pd.Series:
    return (small["events"].fillna(0.0) + HALF) / small["people"]


def _profile(numbers: Floats, group: Sequence[int]) -> Floats:
    """Return the people, mean rank (by residents) and rate of a group."""
    people, events, rank = numbers[list(group)].T
    whole = people.sum()
    return np.array(
        [whole, (people * rank).sum() / whole, (np.nansum(events) + HALF) / whole]
    )


def _most_alike(
    numbers: Floats, usable: NDArray[np.bool_], wanted: Floats, scale: Floats
) -> Integers:
    """Return the small areas most like the target in deprivation and rate."""
    where = np.flatnonzero(usable)
    far = np.array([_unlike(_profile(numbers, [int(i)]), wanted, scale) for i in where])
    chosen: Integers = where[np.argsort(far, kind="stable")[:SEEDS]]
    return chosen


def _unlike(profile: Floats, wanted: Floats, scale: Floats) -> float:
    """Return the distance in deprivation and rate alone: size is seen to by growing."""
    return distance(np.append(wanted[0], profile[1:]), wanted, scale)


def _grown(
    start: int,
    parts: list[Sums],
    touching: list[list[int]],
    wanted: Floats,
    scale: Floats,
) -> list[int]:
    """Grow a group to as many residents as the target has, as near as can be."""
    group, sums = [start], parts[start]
    edge = set(touching[start])
    while edge and sums[0] < wanted[0]:
        best = min(edge, key=lambda i: (_off(sums, parts[i], wanted, scale), i))
        after = sums[0] + parts[best][0]
        if after - wanted[0] > wanted[0] - sums[0]:
            break
        group.append(best)
        one = parts[best]
        sums = (after, sums[1] + one[1], sums[2] + one[2])
        edge = (edge | set(touching[best])) - set(group)
    return group


def _parts(numbers: Floats) -> list[Sums]:
    """Return residents, residents times rank, and events of each small area."""
    people, events, rank = numbers.T
    table = np.column_stack(
        [people, people * np.nan_to_num(rank), np.nan_to_num(events)]
    )
    return [(float(a), float(b), float(c)) for a, b, c in table]


def _off(sums: Sums, more: Sums, wanted: Floats, scale: Floats) -> float:
    """Return how unlike the target a group is with one more: in plain numbers, fast."""
    people = sums[0] + more[0]
    rate = (sums[2] + more[2] + HALF) / people
    aim, reach = float(wanted[2]), float(scale[2])
    off = (math.log(rate) - math.log(aim)) / reach if aim > 0 else 0.0
    if not math.isfinite(scale[1]):
        return abs(off)
    rank = (sums[1] + more[1]) / people
    return math.hypot(off, (rank - wanted[1]) / scale[1])


def _apart(
    groups: list[list[int]], numbers: Floats, wanted: Floats, scale: Floats, k: int
) -> list[list[int]]:
    """Keep the most alike, of two that overlap the more alike one."""
    far = [distance(_profile(numbers, g), wanted, scale) for g in groups]
    kept: list[list[int]] = []
    taken: set[int] = set()
    for i in np.argsort(far, kind="stable"):
        if len(kept) < k and not taken & set(groups[i]):
            kept.append(groups[i])
            taken |= set(groups[i])
    return kept


def beside(value: float, others: Sequence[float]) -> dict[str, float]:
    """Set one area beside its comparators: their mean, and how far off the area is.

    The spread of the comparators stands for all that makes like areas differ, chance
    in their own numbers too: the test of one case against a small sample (Crawford and
    Howell, 1998).

    Parameters
    ----------
    value
        Of the area; may be missing.
    others
        Of the comparators; missing ones are left out.

    Returns
    -------
    dict
        `comparators` (how many have a value), `mean, mean_lower, mean_upper`,
        `difference, lower, upper` (area less mean) and `p` (two-sided). Intervals are
        95 %; missing under `FEWEST` comparators.

    Examples
    --------
    >>> found = beside(10.0, [4.0, 5.0, 6.0])
    >>> [round(found[name], 3) for name in ("mean", "difference", "lower", "p")]
    [5.0, 5.0, 0.032, 0.049]

    References
    ----------
    Crawford and Howell (1998), Comparing an individual's test score against norms
    derived from small samples, The Clinical Neuropsychologist 12, 482-486.
    """
    known = np.array([v for v in others if np.isfinite(v)], dtype=float)
    n = len(known)
    mean = float(known.mean()) if n else np.nan
    found = dict.fromkeys(("mean_lower", "mean_upper", "lower", "upper", "p"), np.nan)
    found |= {"comparators": float(n), "mean": mean, "difference": value - mean}
    if n < FEWEST:
        return found
    spread = float(known.std(ddof=1))
    reach = float(student.ppf(0.975, n - 1))
    one, both = spread / n**0.5, spread * ((n + 1) / n) ** 0.5
    found |= {"mean_lower": mean - reach * one, "mean_upper": mean + reach * one}
    gap = value - mean
    found |= {"lower": gap - reach * both, "upper": gap + reach * both}
    if both > 0 and np.isfinite(gap):
        found["p"] = float(2 * student.sf(abs(gap) / both, n - 1))
    return found
