"""Choose venues by distance: the least mean, or the least greatest, with PySAL's spopt.

Everyone is taken to go to the nearest chosen venue. The least weighted mean distance is
the p-median problem; the least greatest distance is the p-centre problem, solved by
looking for the smallest radius within which so many venues cover every place.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geosafety.engagement.problem import NEAREST
from geosafety.errors import InputError, MethodError

if TYPE_CHECKING:
    from collections.abc import Callable

# Places times venues. Spopt builds its model in Python, row by row: 192 wards x 60
# venues take 1 to 3 seconds on two cores; 1,700 small areas x 500 venues took 20
# seconds and 1.45 GB before the search had begun.
MOST_PAIRS = 60_000
SOLVERS = ("HiGHS", "PULP_CBC_CMD", "COIN_CMD")  # the first that is installed
STOPPED, HOPELESS = 0, -1  # as PuLP numbers them


@dataclass(frozen=True, kw_only=True, eq=False)
class Distances:
    """How far every place is from every venue.

    Attributes
    ----------
    table
        Indexed by place, one column per venue: metres or minutes, nothing missing.
    need
        By place, in the same order: the weighted deficit there, above 0.
    """

    table: pd.DataFrame
    need: pd.Series


def nearest(
    distance: np.ndarray,
    weight: np.ndarray,
    p: int,
    *,
    fixed: np.ndarray | None = None,
    time_limit: float = 60.0,
) -> np.ndarray:
    """Choose `p` venues so that the weighted mean distance to the nearest is least.

    Parameters
    ----------
    distance
        Places by venues, 0 or more, nothing missing.
    weight
        By place, 0 or more and not all 0: how much need there is.
    p
        How many venues, the fixed ones among them.
    fixed
        By venue: true where it must be chosen.
    time_limit
        Seconds of search. A search that does not end is an error, not a plan.

    Returns
    -------
    ndarray of bool
        By venue: whether it is chosen. `p` are.

    Raises
    ------
    InputError
        A distance or a weight is missing or below 0.
    MethodError
        More venues are asked for, or fixed, than there can be; there are too many
        places and venues; or the search did not end.

    References
    ----------
    ReVelle and Swain (1970), Central facilities location, Geographical Analysis 2,
    30-42; Feng and others (2022), spopt: a Python package for solving spatial
    optimization problems in PySAL, Journal of Open Source Software 7, 3330.

    Examples
    --------
    >>> metres = np.array([[0, 900.0], [900, 0], [800, 100]])
    >>> nearest(metres, np.array([1.0, 1, 1]), 1).tolist()
    [False, True]
    """
    held = _checked(distance, p, fixed)
    if (
        weight.shape != distance.shape[:1]
        or not (weight >= 0).all()
        or not weight.any()
    ):
        problem = "The weights do not fit the distances: one per place, 0 or more."
        raise InputError(problem, hint="At least one of them is above 0.")
    from spopt.locate import PMedian

    # Weights that sum to 1 keep the solver's tolerances away from large numbers.
    args = (distance, weight / weight.sum(), p)
    model = _solved(PMedian, args, held, time_limit)
    chosen = _chosen(model, held)
    if chosen.sum() != p:
        problem = f"The solver chose {chosen.sum()} venues where {p} were asked for."
        raise MethodError(problem, hint="Please report it with the input files.")
    return chosen


def furthest(
    distance: np.ndarray,
    p: int,
    *,
    fixed: np.ndarray | None = None,
    time_limit: float = 60.0,
) -> np.ndarray:
    """Choose at most `p` venues so that nobody is farther from one than need be.

    The answer is one of the distances in the table. It is found by halving: for each
    one tried, a set-covering model says how many venues are needed for every place to
    have one so near. That is exact, as the p-centre model is, and much faster.

    Parameters
    ----------
    distance, p, fixed
        As `nearest` takes them.
    time_limit
        Seconds of search, for each distance tried.

    Returns
    -------
    ndarray of bool
        By venue: whether it is chosen. No more are than bring the greatest distance
        down, and the fixed ones.

    Raises
    ------
    InputError, MethodError
        As `nearest`.

    References
    ----------
    Minieka (1970), The m-center problem, SIAM Review 12, 138-139; Toregas and others
    (1971), The location of emergency service facilities, Operations Research 19,
    1363-1373.

    Examples
    --------
    >>> metres = np.array([[0, 900.0, 500], [900, 0, 450], [800, 100, 400]])
    >>> furthest(metres, 1).tolist()
    [False, False, True]
    """
    held = _checked(distance, p, fixed)
    tried = np.unique(distance)
    tried = tried[tried >= distance.min(axis=1).max()]  # every place needs some venue
    low, high, best = 0, len(tried) - 1, None
    while low <= high:
        middle = (low + high) // 2
        chosen = _covering(distance, tried[middle], held, time_limit)
        if chosen.sum() <= p:
            best, high = chosen, middle - 1
        else:
            low = middle + 1
    if best is None:
        problem = "No choice of venues was found."
        raise MethodError(problem, hint="Please report it with the input files.")
    return best


def _covering(
    distance: np.ndarray, radius: float, held: np.ndarray, time_limit: float
) -> np.ndarray:
    """Return the fewest venues that have every place within a radius."""
    from spopt.locate import LSCP

    if distance[:, held].size and (distance[:, held].min(axis=1) <= radius).all():
        return held
    # Near and far alone count, so that an edge does not hang on rounding.
    far = (distance > radius).astype(float)
    return _chosen(_solved(LSCP, (far, 0.5), held, time_limit), held)


def _checked(distance: np.ndarray, p: int, fixed: np.ndarray | None) -> np.ndarray:
    """Return the fixed venues as a mask, or say why there is no choosing."""
    places, venues = distance.shape
    check_size(places, venues)
    if not (np.isfinite(distance) & (distance >= 0)).all() or not distance.size:
        problem = "A distance is missing or below 0, or there is none."
        raise InputError(problem, hint="Give one for each place and venue.")
    held = np.zeros(venues, bool) if fixed is None else np.asarray(fixed, bool)
    if not max(1, held.sum()) <= p <= venues:
        problem = (
            f"{p} venues are to be chosen of {venues}, {held.sum()} of which are fixed."
        )
        hint = f"Ask for {max(1, held.sum())} to {venues} in all."
        raise MethodError(problem, hint=hint)
    return held


def check_size(places: int, venues: int) -> None:
    """Refuse what would take minutes and gigabytes to build.

    Raises
    ------
    MethodError
        There are more than `MOST_PAIRS` pairs of a place and a venue.

    Examples
    --------
    >>> check_size(192, 300)
    """
    if places * venues > MOST_PAIRS:
        problem = (
            f"{places:,} areas and {venues:,} venues are {places * venues:,} "
            f"distances: this objective takes at most {MOST_PAIRS:,}."
        )
        hint = "Use wards (`--geography ward`), or rule out venues with --exclude."
        raise MethodError(problem, hint=hint)


def _solved(
    kind: Any, args: tuple[Any, ...], held: np.ndarray, time_limit: float
) -> Any:
    """Build a model of spopt, solve it, and stop unless it is proved to be the best."""
    import pulp

    with warnings.catch_warnings():  # spopt 0.7 writes PuLP 3 the way of PuLP 2
        warnings.simplefilter("ignore", DeprecationWarning)
        known = held.astype(int) if held.any() else None
        model = kind.from_cost_matrix(*args, predefined_facilities_arr=known)
        model.problem.solve(_solver(time_limit))
    # A search cut short has a good status too; only the solution's own tells.
    if model.problem.sol_status != pulp.LpSolutionOptimal:
        status = pulp.LpSolution[model.problem.sol_status].lower()
        problem = f"The choice by distance is not proved ({status})."
        hint = "Ask for fewer visits, use wards (`--geography ward`), or fewer venues."
        raise MethodError(problem, hint=hint)
    return model


def _solver(time_limit: float) -> Any:
    import pulp

    there = set(pulp.listSolvers(onlyAvailable=True))
    for name in SOLVERS:
        if name in there:
            return pulp.getSolver(name, msg=False, timeLimit=time_limit, gapRel=0.0)
    problem = "PuLP finds no solver for the choice by distance."
    raise MethodError(problem, hint="Install PuLP anew: it comes with CBC.")


def _chosen(model: Any, held: np.ndarray) -> np.ndarray:
    """Return the chosen venues; a fixed one that is not among them is never a plan."""
    chosen = np.array([y.value() > 0.5 for y in model.fac_vars])
    if (held & ~chosen).any():
        problem = "The solver left out a venue that is booked."
        raise MethodError(problem, hint="Please report it with the input files.")
    return chosen


def choose(
    distances: Distances,
    objective: str,
    visits: int,
    *,
    fixed: np.ndarray,
    time_limit: float,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Choose new venues, and say what each does for the distance.

    Parameters
    ----------
    objective
        `nearest` or `furthest`.
    visits
        New venues, at most; the fixed ones come on top.

    Returns
    -------
    chosen
        By venue. One that changes nothing is left out.
    picks
        `venue, before, after, without`, the one that changes most first: the mean (or
        greatest) distance with the booked events and the picks above it, with it too,
        and with all of the plan but it. Missing where there would be no venue at all.
    """
    metres, need = distances.table.to_numpy(float), distances.need.to_numpy(float)
    p = int(visits + fixed.sum())
    if objective == NEAREST:
        chosen = nearest(metres, need, p, fixed=fixed, time_limit=time_limit)
    else:
        chosen = furthest(metres, p, fixed=fixed, time_limit=time_limit)

    def far(those: np.ndarray) -> float:
        return how_far(metres, need, those, objective=objective)

    for at in np.flatnonzero(chosen & ~fixed).tolist():
        without = _but(chosen, at)
        if without.any() and far(without) <= far(chosen):
            chosen = without
    return chosen, _proof(chosen, fixed, distances.table.columns, far)


def how_far(
    distance: np.ndarray, weight: np.ndarray, chosen: np.ndarray, *, objective: str
) -> float:
    """Return the mean (or greatest) distance to the nearest chosen venue.

    Infinite where none is chosen.

    Examples
    --------
    >>> metres, all_of_them = np.array([[0, 9.0], [9, 3]]), np.array([True, True])
    >>> how_far(metres, np.array([1.0, 2]), all_of_them, objective="nearest")
    2.0
    >>> how_far(metres, np.array([1.0, 2]), all_of_them, objective="furthest")
    3.0
    """
    if not chosen.any():
        return float("inf")
    near = distance[:, chosen].min(axis=1)
    if objective == NEAREST:
        return float(near @ weight / weight.sum())
    return float(near.max())


def _but(chosen: np.ndarray, at: int) -> np.ndarray:
    rest: np.ndarray = chosen & (np.arange(len(chosen)) != at)
    return rest


def _proof(
    chosen: np.ndarray,
    fixed: np.ndarray,
    venues: pd.Index,
    far: Callable[[np.ndarray], float],
) -> pd.DataFrame:
    """Order the new venues, and say how far it is before, after and without each."""
    done, left = fixed.copy(), np.flatnonzero(chosen & ~fixed).tolist()
    rows = []
    while left:
        best = min(left, key=lambda at: (far(done | (np.arange(len(done)) == at)), at))
        now = done | (np.arange(len(done)) == best)
        known = (far(done), far(now), far(_but(chosen, best)))
        rows.append((str(venues[best]), *known))
        done = now
        left.remove(best)
    table = pd.DataFrame(rows, columns=["venue", "before", "after", "without"])
    return table.replace(np.inf, np.nan)
