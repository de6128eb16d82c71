"""Work out of published tables what they do not print: the attacker's side.

What a reader knows of a hidden number is its *feasible range*: the least and the most
that it can be, given every printed number and that counts are whole and not below 0
(Fischetti and Salazar-Gonzalez, 2001). Ranges come from linear programmes. A linear
programme lets people be cut in halves, so its range is never narrower than the true
one: fine for proving a leak, not for proving safety. A range therefore counts as wide
only where two sets of *whole* numbers that fit all tables show it to be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from geosafety.disclosure.layout import TOLERANCE
from geosafety.disclosure.reader import Seen, fitting, in_whole, minimise, unfolded

SPREADS = 8  # programmes that each widen many ranges, before one goes to each target,
MANY = 30  # where there are more targets than this
BLOCK = 3_000  # unknowns of one programme, which is then some targets side by side


@dataclass(frozen=True, eq=False)
class Ranges:
    """Feasible ranges of some targets, and what holds them there.

    Attributes
    ----------
    lower, upper
        Where a range is wide enough these are two values that it is known to reach;
        else its ends, by linear programme.
    pull_up, pull_down
        By target that is too narrow: how its greatest and least value move with each
        row of `Seen`.
    """

    lower: np.ndarray
    upper: np.ndarray
    pull_up: dict[int, np.ndarray]
    pull_down: dict[int, np.ndarray]

    @property
    def width(self) -> np.ndarray:
        """The greatest value less the least."""
        width: np.ndarray = self.upper - self.lower
        return width


def ranges(
    known: Seen,
    targets: csr_array,
    enough: float | np.ndarray = np.inf,
    *,
    pool: list[np.ndarray] | None = None,
    stop: int = 0,
) -> Ranges:
    """Find the feasible ranges of some sums of unknowns.

    Parameters
    ----------
    targets
        Targets by unknowns.
    enough
        A range that is seen to be as wide as this is looked into no further; of all
        others both ends are found. A number, or one for each target.
    pool
        Counts found by earlier attacks; those that fit save programmes, and those
        found now are added.
    stop
        Stop once so many ranges are known to be too narrow; 0: look at all.

    Raises
    ------
    MethodError
        No counts whatsoever fit the tables.
    """
    reach = _Reach.of(known, targets, enough, [] if pool is None else pool)
    if np.isfinite(reach.enough).all():
        reach.spread()
    up: dict[int, np.ndarray] = {}
    down: dict[int, np.ndarray] = {}
    tried = np.zeros(len(reach.base), dtype=bool)
    while len(left := np.flatnonzero(reach.narrow & ~tried)):
        left = left[: stop or len(left)][: reach.at_once]
        pulls = reach.probe(left)
        tried[left] = True
        still = reach.narrow[left]
        up |= dict(zip(left[still], pulls[0][still], strict=True))
        down |= dict(zip(left[still], pulls[1][still], strict=True))
        if stop and len(up) >= stop:
            break
    lower, upper = reach.lower + reach.base, reach.upper + reach.base
    return Ranges(lower=lower, upper=upper, pull_up=up, pull_down=down)


@dataclass(frozen=True, eq=False)
class _Reach:
    """How far each target is known to reach, over all counts found so far.

    Attributes
    ----------
    most, fewest
        What a unit of each class adds to each target at most and at least, for people
        may stand on any unknown of their class: targets by classes.
    base
        What each target has of the floors.
    """

    known: Seen
    most: np.ndarray
    fewest: np.ndarray
    base: np.ndarray
    enough: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    pool: list[np.ndarray]

    @classmethod
    def of(
        cls,
        known: Seen,
        targets: csr_array,
        enough: float | np.ndarray,
        pool: list[np.ndarray],
    ) -> _Reach:
        """Begin with the counts of the pool that fit, or with any."""
        most, fewest = _worth(known, targets)
        base = targets @ known.floor
        wide = np.broadcast_to(np.asarray(enough, float), base.shape)
        ends = np.full(len(base), np.inf), np.full(len(base), -np.inf)
        reach = cls(known, most, fewest, base, wide, *ends, pool)
        points = fitting(known, pool)
        if not len(points):
            points = reach._solved(np.zeros((1, known.matrix.shape[1])))[0]
        reach._take(points)
        return reach

    @property
    def narrow(self) -> np.ndarray:
        """Which ranges are not known to be wide enough."""
        still: np.ndarray = self.upper - self.lower < self.enough - TOLERANCE
        return still

    @property
    def at_once(self) -> int:
        """How many targets go into one programme."""
        return int(max(1, BLOCK // max(self.known.matrix.shape[1], 1)))

    def spread(self) -> None:
        """Send some targets up and the others down: few programmes, many ranges."""
        narrow = np.flatnonzero(self.narrow)
        if len(narrow) <= MANY:
            return
        turn = np.arange(len(narrow)) >> np.arange(SPREADS // 2)[:, None] & 1
        sign = np.concatenate([1.0 - 2 * turn, 2.0 * turn - 1])
        self._take(self._solved(sign @ self.most[narrow])[0])

    def probe(self, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find both ends of some ranges, and how they move with each row."""
        costs = np.concatenate([-self.most[which], self.fewest[which]])
        points, marginals = self._solved(costs)
        self._take(points)
        return -marginals[: len(which)], marginals[len(which) :]

    def _solved(self, costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Minimise costs; return whole counts, put into the pool too, and marginals."""
        points, marginals = minimise(self.known, costs)
        points = in_whole(self.known, points, costs)
        self.pool.extend(unfolded(self.known, points))
        return points, marginals

    def _take(self, points: np.ndarray) -> None:
        """Widen the ranges to what some counts reach."""
        if len(points):
            np.maximum(self.upper, (self.most @ points.T).max(axis=1), out=self.upper)
            np.minimum(self.lower, (self.fewest @ points.T).min(axis=1), out=self.lower)


def _worth(known: Seen, targets: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return what a unit of each class adds to each target at most and at least."""
    shape = (targets.shape[0], known.matrix.shape[1])
    most, fewest = np.full(shape, -np.inf), np.full(shape, np.inf)
    dense = targets.toarray()
    np.maximum.at(most.T, known.of_class, dense.T)
    np.minimum.at(fewest.T, known.of_class, dense.T)
    return most, fewest
