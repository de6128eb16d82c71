"""Share out exact whole numbers: margins exact, individuals plausible.

Every synthetic answer is made in the same way: each person has a noisy score, people
are ranked by it, and the ranking is cut at the counts the paper published. The scores
carry the joint structure, the cuts carry the figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from geosafety.errors import MethodError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[np.object_]
Picks = npt.NDArray[np.bool_]


def largest_remainder(weights: npt.ArrayLike, total: int) -> Ints:
    """Share `total` out in proportion to `weights`, in whole numbers that sum to it.

    Parameters
    ----------
    weights
        One non-negative number per share, not all zero.
    total
        What to share out.

    Returns
    -------
    numpy.ndarray
        Whole numbers. Of equal remainders, the earlier share gets the unit.

    Examples
    --------
    >>> largest_remainder([1, 1, 1], 10).tolist()
    [4, 3, 3]
    """
    wanted = np.asarray(weights, dtype=np.float64)
    if not wanted.sum() > 0 or (wanted < 0).any():
        problem = "Weights must not be negative, nor all zero."
        raise MethodError(problem, hint="Give at least one positive weight.")
    wanted = wanted / wanted.sum() * total
    # 9.999999 is 10: without this, rounding noise would decide who gets a unit.
    whole: Ints = np.floor(wanted + 1e-9).astype(np.int64)
    order = np.argsort(-(wanted - whole).round(9), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def cut(score: Floats, counts: Mapping[str, int]) -> Labels:
    """Give the lowest scores the first label, the next the second, and so on.

    Parameters
    ----------
    score
        One per person.
    counts
        How many people get each label; they must sum to the number of people.

    Returns
    -------
    numpy.ndarray
        A label per person.

    Examples
    --------
    >>> cut(np.array([0.3, 0.1, 0.9]), {"low": 1, "high": 2}).tolist()
    ['high', 'low', 'high']
    """
    _check_total(len(score), counts)
    labels = np.repeat(np.array(list(counts), dtype=object), list(counts.values()))
    chosen = np.empty(len(score), dtype=object)
    chosen[np.argsort(score, kind="stable")] = labels
    return chosen


def claim(
    scores: Mapping[str, Floats], counts: Mapping[str, int], people: int
) -> Labels:
    """Let each label in turn claim its exact number of the people left.

    Parameters
    ----------
    scores
        How well each person suits a label. A label without scores claims last, and
        there may be one such label only.
    counts
        How many people get each label; they must sum to `people`.
    people
        How many people there are.

    Returns
    -------
    numpy.ndarray
        A label per person.

    Examples
    --------
    >>> fit = np.array([0.0, 2.0, 1.0])
    >>> claim({"a": fit}, {"a": 1, "b": 2}, 3).tolist()
    ['b', 'a', 'b']
    """
    _check_total(people, counts)
    (rest,) = [label for label in counts if label not in scores]
    chosen = np.full(people, rest, dtype=object)
    free = np.ones(people, dtype=bool)
    for label, fit in scores.items():
        best = np.argsort(-np.where(free, fit, -np.inf), kind="stable")
        taken = best[: counts[label]]
        chosen[taken], free[taken] = label, False
    return chosen


def top(score: Floats, count: int) -> Picks:
    """Mark the `count` highest scores."""
    marked = np.zeros(len(score), dtype=bool)
    marked[np.argsort(-score, kind="stable")[:count]] = True
    return marked


def level(picks: Picks, cells: Labels, least: int, most: int) -> None:
    """Move picks between people until everyone has `least` to `most` of them.

    Each move keeps the option and stays within a cell (an area, say), so that no
    total changes. `picks` (people by options) is changed in place.

    Parameters
    ----------
    picks
        Who chose what.
    cells
        The cell of each person.
    least, most
        Bounds on the number of picks per person.
    """
    for cell in dict.fromkeys(cells.tolist()):
        members = np.flatnonzero(cells == cell)
        part = picks[members]
        while True:
            held = part.sum(axis=1)
            giver, taker = int(held.argmax()), int(held.argmin())
            if held[giver] <= most and held[taker] >= least:
                break
            movable = np.flatnonzero(part[giver] & ~part[taker])
            if held[giver] - held[taker] < 2 or not len(movable):
                problem = f"Cell {cell!r} cannot hold {least} to {most} picks each."
                raise MethodError(problem, hint="Choose totals that fit the bounds.")
            option = movable[held[giver] % len(movable)]
            part[giver, option], part[taker, option] = False, True
        picks[members] = part


def joined(picks: Picks, options: list[str], separator: str = ";") -> list[str]:
    """Write each person's picks in one cell, as form software does."""
    names = np.array(options, dtype=object)
    return [separator.join(names[row]) for row in picks]


def standard(values: npt.NDArray[Any]) -> Floats:
    """Centre on 0 with spread 1; a constant becomes all zeros."""
    numbers = np.asarray(values, dtype=np.float64)
    spread = numbers.std()
    return (numbers - numbers.mean()) / spread if spread else numbers * 0.0


def _check_total(people: int, counts: Mapping[str, int]) -> None:
    if sum(counts.values()) != people:
        problem = f"The counts sum to {sum(counts.values())}, not to {people} people."
        raise MethodError(problem, hint="Correct the counts.")
