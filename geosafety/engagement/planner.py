"""Choose the venues that close most of what is lacking, and prove each choice."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geosafety.engagement.location import Distances, choose
from geosafety.engagement.model import Model, make_model
from geosafety.engagement.problem import BY_DISTANCE, Problem, Request, make_problem
from geosafety.engagement.solver import Solution, evaluate, keeps, solve
from geosafety.errors import MethodError

# Below this share of all there is to close, a visit adds nothing.
NOTHING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A plan, and its proof.

    Attributes
    ----------
    picks
        One row per venue with new visits, the one that adds most first: `venue, name,
        zone, visits, reached` (weighted deficit within its reach), `adds` (what it
        closes beyond the booked events and the picks above it; these sum to the plan),
        `lost` (what is no longer closed if it falls out and nothing takes its place),
        `lost_replaced` (the same if the other visits stay and the best other venue
        takes its place; missing where none can), `replaced_by` (its name), `responses`
        (at most; missing without capacities).
    by_group
        `venue, group, reached, closed`: for each pick, what of each group's deficit is
        within its reach, and what this plan closes there that no booked event does.
    cells
        The deficits with `booked` (closed by booked events) and `closed` (by the plan
        and them).
    zones
        By zone: `size, deficit, closed, remaining` (per cent of `size`).
    by_distance
        Of a plan by distance: `venue, before, after, without` (see `location.choose`),
        in the order of the picks, whose other numbers still speak of `request.walk`.
    """

    problem: Problem
    solution: Solution
    picks: pd.DataFrame
    by_group: pd.DataFrame
    cells: pd.DataFrame
    zones: pd.DataFrame
    by_distance: pd.DataFrame | None = None

    @property
    def closed(self) -> float:
        """Weighted deficit that the new visits close."""
        return float(self.picks["adds"].sum())


def plan(
    need: pd.DataFrame,
    venues: pd.DataFrame,
    reach: pd.DataFrame,
    request: Request,
    *,
    distances: Distances | None = None,
) -> Plan:
    """Choose venues exactly, and prove each choice.

    Parameters
    ----------
    need, venues, reach
        As `make_problem` takes them.
    request
        What is asked.
    distances
        From every place to every venue: what `nearest` and `furthest` choose by.

    Returns
    -------
    Plan
        With no more visits than add something: a visit that closes nothing new is left
        out, unless a minimum of accessible venues needs it.

    Raises
    ------
    InputError, MethodError
        The tables do not fit, or no plan can fulfil the request.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem, Papers of the
    Regional Science Association 32, 101-118; Karsu and Morton (2015), Inequity averse
    optimization in operational research, European Journal of Operational Research 245,
    343-359, for convex losses as fairness.

    Examples
    --------
    >>> need = pd.DataFrame(
    ...     {"area_code": ["A", "B"], "group": "all", "deficit": [10, 30]}
    ... )
    >>> venues = pd.DataFrame({"venue": ["hall", "library"]})
    >>> reach = pd.DataFrame(
    ...     {"venue": ["hall", "library"], "area_code": ["A", "B"], "distance": 1.0}
    ... )
    >>> found = plan(need, venues, reach, Request(walk=1, visits=1))
    >>> found.picks["venue"].tolist(), found.closed, found.solution.proved
    (['library'], 30.0, True)
    """
    model = make_model(make_problem(need, venues, reach, request))
    if request.objective in BY_DISTANCE:
        return _plan_by_distance(model, distances)
    solution = solve(model)
    visits = without_idle(model, solution.visits)
    return _made(model, solution, visits, _order(model, visits))


def _plan_by_distance(model: Model, distances: Distances | None) -> Plan:
    """Choose by distance; then say of each pick what it brings within the walk too."""
    request, fixed = model.problem.request, model.least > 0
    if distances is None:
        problem = f"The objective {request.objective!r} needs distances."
        raise MethodError(problem, hint="Give them from every place to every venue.")
    kept = replace(distances, table=distances.table[list(model.problem.venues.index)])
    start = time.perf_counter()
    chosen, told = choose(
        kept,
        request.objective,
        request.visits or 0,
        fixed=fixed,
        time_limit=request.time_limit,
    )
    solution = Solution(
        visits=chosen.astype(int),
        flows=np.array([]),
        gap=0.0,
        proved=True,
        seconds=time.perf_counter() - start,
    )
    order, done = [], fixed.astype(int)
    for at in model.problem.venues.index.get_indexer(pd.Index(told["venue"])):
        before = _worth(model, done)
        done[at] = 1
        order.append((int(at), _worth(model, done) - before))
    return replace(_made(model, solution, solution.visits, order), by_distance=told)


def _made(
    model: Model,
    solution: Solution,
    visits: np.ndarray,
    order: list[tuple[int, float]],
) -> Plan:
    """Write a solution out as a plan with its proof."""
    problem = model.problem
    picks = pd.DataFrame(_proof(model, visits, order))
    booked = evaluate(model, model.least)[0]
    closed, flows = _finally(model, solution, visits)
    cells = problem.cells.assign(booked=booked, closed=closed)
    return Plan(
        problem=problem,
        solution=solution,
        picks=_described(picks, model, visits, flows),
        by_group=_by_group(problem, picks, cells),
        cells=cells,
        zones=_zones(problem, cells),
    )


def _worth(model: Model, visits: np.ndarray) -> float:
    """Return the weighted deficit that visits close."""
    closed = evaluate(model, visits)[0]
    return float(closed @ model.problem.cells["weight"].to_numpy(float))


def without_idle(model: Model, visits: np.ndarray) -> np.ndarray:
    """Leave out visits that close nothing which the others do not."""
    visits, least = visits.copy(), model.least.astype(int)
    easy = model.problem.venues["accessible"].eq(True).to_numpy()
    room = NOTHING * float(model.problem.value.sum())
    whole = _worth(model, visits)
    for at in np.flatnonzero(visits > least):
        fewer = visits.copy()
        fewer[at] -= 1
        short = (
            easy[at] and (fewer - least)[easy].sum() < model.problem.request.accessible
        )
        if not short and _worth(model, fewer) >= whole - room:
            visits = fewer
    return visits


def _order(model: Model, visits: np.ndarray) -> list[tuple[int, float]]:
    """Order the picks, each time the one that adds most; return what each adds."""
    least = model.least.astype(int)
    done, order = least.copy(), []
    left = list(np.flatnonzero(visits > least))
    now = _worth(model, done)
    while left:
        worth = {}
        for at in left:
            trial = done.copy()
            trial[at] = visits[at]
            worth[at] = _worth(model, trial)
        best = max(left, key=lambda at: (worth[at], -at))
        done[best] = visits[best]
        order.append((int(best), worth[best] - now))
        now = worth[best]
        left.remove(best)
    return order


def _proof(
    model: Model, visits: np.ndarray, order: list[tuple[int, float]]
) -> list[dict[str, object]]:
    """Say for each pick what it adds, and what is lost without it."""
    problem, whole = model.problem, _worth(model, visits)
    rows: list[dict[str, object]] = []
    for at, adds in order:
        without = visits.copy()
        without[at] = int(model.least[at])
        instead, by = _replaced(model, without, at)
        reached = problem.covers[[at]].toarray()[0] @ problem.value
        rows.append(
            {
                "venue": problem.venues.index[at],
                "reached": float(reached),
                "adds": adds,
                "lost": whole - _worth(model, without),
                "lost_replaced": whole - instead,
                "replaced_by": by,
            }
        )
    return rows


def _replaced(model: Model, without: np.ndarray, gone: int) -> tuple[float, str]:
    """Return the most that the other picks and one other venue can close, and its name.

    The others stay where they are, and all that was asked for still holds. Where that
    is impossible, with or without another venue, the number is missing.
    """
    best, name = float("nan"), ""
    if keeps(model, without):
        best = _worth(model, without)
    room = NOTHING * float(model.problem.value.sum())
    for at, hope in _hopeful(model, without, gone):
        if np.isfinite(best) and hope <= best + room:
            break
        trial = without.copy()
        trial[at] += 1
        if not keeps(model, trial):
            continue
        worth = _worth(model, trial)
        if not worth <= best + room:
            best, name = worth, str(model.problem.venues["name"].iloc[at])
    return best, name


def _hopeful(model: Model, without: np.ndarray, gone: int) -> list[tuple[int, float]]:
    """List the venues that could be added, with the most that could then be closed."""
    problem = model.problem
    closed = evaluate(model, without)[0]
    weight = problem.cells["weight"].to_numpy(float)
    now = float(closed @ weight)
    left = problem.covers @ (problem.value - closed * weight)
    if problem.in_responses:
        # Responses may be shared out anew, but a venue adds no more than it holds.
        share = problem.request.response_share or 0.0
        holds = share * problem.venues["capacity"].to_numpy(float) * weight.max()
        left = np.minimum(problem.covers @ problem.value, holds)
    free = np.flatnonzero((without < model.most) & (np.arange(len(without)) != gone))
    order = free[np.argsort(-left[free], kind="stable")]
    return [(int(at), now + float(left[at])) for at in order]


def _finally(
    model: Model, solution: Solution, visits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the plan closes by cell, and its flows.

    Responses are those of the solution itself, which keeps minimums and fairness;
    areas within reach follow from the visits alone.
    """
    if model.problem.in_responses:
        return model.closed @ solution.flows, solution.flows
    return evaluate(model, visits)


def _described(
    picks: pd.DataFrame, model: Model, visits: np.ndarray, flows: np.ndarray
) -> pd.DataFrame:
    """Add names, numbers of visits and responses to the picks."""
    columns = ["venue", "name", "zone", "visits", "reached", "adds", "lost"]
    columns += ["lost_replaced", "replaced_by", "responses"]
    if picks.empty:
        return pd.DataFrame(columns=columns)
    venues = model.problem.venues
    at = venues.index.get_indexer(pd.Index(picks["venue"]))
    by_venue = np.full(len(venues), np.nan)
    if model.pairs is not None:
        by_venue = np.bincount(model.pairs[:, 0], flows, minlength=len(venues))
    return picks.assign(
        name=venues["name"].to_numpy()[at],
        zone=venues["zone"].to_numpy()[at],
        visits=(visits - model.least.astype(int))[at],
        responses=by_venue[at],
    )[columns]


def _by_group(
    problem: Problem, picks: pd.DataFrame, cells: pd.DataFrame
) -> pd.DataFrame:
    """Say for each pick and group what is within reach, and what of it is closed."""
    parts = []
    for venue in picks["venue"] if len(picks) else []:
        row = problem.venues.index.get_loc(venue)
        here = cells[problem.covers[[row]].toarray()[0] > 0]
        new = (here["closed"] - here["booked"]).clip(lower=0)
        table = here.assign(new=new).groupby("group")[["deficit", "new"]].sum()
        table = table.rename(columns={"deficit": "reached", "new": "closed"})
        parts.append(table.reset_index().assign(venue=venue))
    columns = ["venue", "group", "reached", "closed"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def _zones(problem: Problem, cells: pd.DataFrame) -> pd.DataFrame:
    """Add up by zone what was lacking and what remains."""
    weighted = cells[["deficit", "booked", "closed"]].mul(cells["weight"], axis=0)
    table = weighted.groupby(cells["zone"]).sum()
    size = problem.sizes.reindex(table.index)
    left = (table["deficit"] - table["closed"]) / size.where(size > 0)
    return table.assign(size=size, remaining=100 * left).reset_index()
