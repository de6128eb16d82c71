"""Solve a plan with HiGHS, through scipy, and say why where there is none."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from geosafety.engagement.model import Block, Model
from geosafety.engagement.problem import FAIREST
from geosafety.errors import MethodError

OPTIMAL, INFEASIBLE = 0, 2  # as scipy numbers them
# Fairness: the loss of a zone grows with this power of its remaining share. Power 1 is
# the sum, which knows no fairness; without end it would be the largest share alone,
# which is blind to every other zone, and to all where visits are fewer than zones.
POWER = 4
STEPS = 20  # straight lines that stand for the curve, per zone
TOLERANCE = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """What the solver found.

    Attributes
    ----------
    visits
        By venue, whole numbers, booked events included.
    flows
        By flow: areas reached (0 or 1), or responses.
    gap
        How far the plan may be from the best, as a share of the objective: 0 where it
        is proved to be the best.
    proved
        Whether the search came to its end.
    """

    visits: np.ndarray
    flows: np.ndarray
    gap: float
    proved: bool
    seconds: float


@dataclass(frozen=True, eq=False)
class _Found:
    """One answer of HiGHS: a maximum, and its bound."""

    x: np.ndarray | None
    value: float
    bound: float
    status: int


def solve(model: Model) -> Solution:
    """Solve a plan by its objective.

    The same model gives the same plan, unless the time limit cuts the search short.

    Raises
    ------
    MethodError
        There is no such plan (the hint says what to relax), or time ran out before the
        first was found.
    """
    start = time.perf_counter()
    if model.problem.request.objective == FAIREST:
        block, worth = _fairness(model)
        found = _run(model, worth, (block,))
    else:
        found = _run(model, _most(model))
    if found.x is None:
        raise _no_plan(model, found)
    visits, flows = np.split(found.x[: model.width], [len(model.least)])
    away = abs(found.bound - found.value)
    most = max(abs(found.bound), abs(found.value))
    proved = found.status == OPTIMAL
    return Solution(
        visits=np.rint(visits).astype(int),
        flows=np.clip(flows, 0.0, model.limit),
        gap=away / most if most > 0 and not proved else 0.0,
        proved=proved,
        seconds=time.perf_counter() - start,
    )


def _most(model: Model) -> np.ndarray:
    """Return what a unit of each variable adds to the weighted deficit closed."""
    return model.over_flows(model.problem.cells["weight"].to_numpy(float))


def _run(model: Model, worth: np.ndarray, extra: tuple[Block, ...] = ()) -> _Found:
    """Maximise `worth`; variables of `extra` beyond the model's own are 0 or more."""
    width = max([len(worth), *(block.matrix.shape[1] for block in extra)])
    worth = np.pad(worth, (0, width - len(worth)))
    free = width - model.width
    found = milp(
        -worth,
        integrality=np.arange(width) < len(model.least),
        bounds=Bounds(
            np.concatenate([model.least, np.zeros(len(model.limit) + free)]),
            np.concatenate([model.most, model.limit, np.full(free, np.inf)]),
        ),
        constraints=[
            LinearConstraint(_widened(block.matrix, width), block.lower, block.upper)
            for block in (*model.blocks, *extra)
        ],
        options={"time_limit": model.problem.request.time_limit, "mip_rel_gap": 0.0},
    )
    bound = np.nan if found.mip_dual_bound is None else -float(found.mip_dual_bound)
    if found.x is None:
        return _Found(None, np.nan, bound, found.status)
    _must_hold(model, found.x)
    value = float(worth @ found.x)
    # The dual bound stops within a hair of the value, on either side.
    return _Found(
        found.x, value, value if np.isnan(bound) else max(value, bound), found.status
    )


def _widened(matrix: csr_array, width: int) -> csr_array:
    lacks = width - matrix.shape[1]
    if not lacks:
        return matrix
    return csr_array(hstack([matrix, csr_array((matrix.shape[0], lacks))]))


def _must_hold(model: Model, x: np.ndarray) -> None:
    """Stop where the solver's answer breaks the model: that is never a plan."""
    for block in model.blocks:
        found = block.matrix @ x[: model.width]
        room = TOLERANCE * (1 + np.abs(np.nan_to_num(block.upper, posinf=0.0)))
        if (found > block.upper + room).any() or (found < block.lower - room).any():
            problem = f"The solver's plan breaks a rule ({block.name or 'reach'})."
            raise MethodError(problem, hint="Please report it with the input files.")


def _fairness(model: Model) -> tuple[Block, np.ndarray]:
    """Return the rows and the worth of a fair plan: the least sum of zones' losses.

    A zone's loss is its size times `POWER` of the share that remains; straight lines
    between points of that curve stand for it, so that the model stays linear.
    """
    closes, share, size = _remaining(model)
    # Beside the worst zone: the fourth power of a few in ten thousand would be lost
    # in the solver's tolerances, and fairness does not hang on the unit.
    closes, share = closes / share.max(), share / share.max()
    zones = len(share)
    rows, lower = [], []
    for at in range(zones):
        knots = share[at] * np.linspace(0, 1, STEPS + 1)
        loss = knots**POWER
        slope = np.diff(loss) / np.diff(knots)
        own = np.zeros((STEPS, zones))
        own[:, at] = 1.0
        rows.append(np.hstack([slope[:, None] * closes[at], own]))
        lower.append(loss[:-1] + slope * (share[at] - knots[:-1]))
    block = Block("", csr_array(np.vstack(rows)), np.concatenate(lower), np.inf)
    # Scaled, so that the solver's tolerances are small beside it.
    scale = model.problem.value.sum() / (size @ share**POWER)
    return block, np.concatenate([np.zeros(model.width), -scale * size])


def _remaining(model: Model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return by zone what each variable closes, what is lacking, and its size.

    The first two are shares of the size.
    """
    problem = model.problem
    value = problem.cells.assign(value=problem.value).groupby("zone")["value"].sum()
    size = problem.sizes.reindex(value.index).fillna(0.0)
    size = size.where(size > 0, value)
    weight = problem.cells["weight"].to_numpy(float)
    closes = [
        model.over_flows(problem.cells["zone"].eq(zone).to_numpy() * weight)
        / size[zone]
        for zone in value.index
    ]
    return np.vstack(closes), (value / size).to_numpy(float), size.to_numpy(float)


def _no_plan(model: Model, found: _Found) -> MethodError:
    if found.status != INFEASIBLE:
        limit = model.problem.request.time_limit
        problem = f"No plan was found within {limit:g} s."
        return MethodError(problem, hint="Allow more time, or ask for less.")
    enough = [name for name in _names(model) if _feasible(model.without(name))]
    said = [_relax(model, name) for name in enough]
    problem = "No plan can fulfil all that was asked."
    if said:
        return MethodError(problem, hint=f"Relax one of these: {'; '.join(said)}.")
    names = ", ".join(in_words(name) for name in _names(model))
    hint = f"Relaxing one thing alone is not enough. Asked for: {names}."
    return MethodError(problem, hint=hint)


def _names(model: Model) -> list[str]:
    return [block.name for block in model.blocks if block.name]


def _feasible(model: Model) -> bool:
    return _run(model, np.zeros(model.width)).status != INFEASIBLE


def _relax(model: Model, name: str) -> str:
    """Say what to relax, and how far where that is a number."""
    block = next(block for block in model.blocks if block.name == name)
    rest, row = model.without(name), block.matrix.toarray()[0]
    if np.isfinite(block.lower):
        most = _run(rest, row).value
        least = float(np.min(block.lower))
        least, most = (n - _booked(block, model) for n in (least, most))
        return f"{in_words(name)}: {least:,.0f} asked, at most {most:,.0f} possible"
    least = -_run(rest, -row).value - _booked(block, model)
    upper = float(np.max(block.upper)) - _booked(block, model)
    return f"{in_words(name)}: at most {upper:,.0f} asked, {least:,.0f} needed"


def _booked(block: Block, model: Model) -> float:
    """Return what booked events take of a row that speaks of new visits alone."""
    if block.name.startswith("per_zone"):
        return 0.0
    return float(block.matrix.toarray()[0][: len(model.least)] @ model.least)


def in_words(name: str) -> str:
    """Name a part of a request as people say it.

    Examples
    --------
    >>> in_words("minimum age=18-24"), in_words("per_zone BE")
    ('the minimum for age=18-24', 'the most visits in BE')
    """
    kind, _, which = name.partition(" ")
    plain = {
        "visits": "the number of visits",
        "budget": "the budget",
        "accessible": "accessible venues",
        "per_zone": f"the most visits in {which}",
        "minimum": f"the minimum for {which}",
    }
    return plain[kind]


def evaluate(model: Model, visits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what given visits close of each cell, and the flows that do it.

    Without capacities a cell is closed where any visited venue reaches it; with them,
    the most that the venues can hold is closed (a linear programme).
    """
    if not model.problem.in_responses:
        reached = (model.problem.covers.T @ (visits > 0)) > 0
        return reached * model.problem.cells["deficit"].to_numpy(float), np.array([])
    small, kept = _restricted(model, visits)
    found = _run(small, _most(small))
    if found.x is None:
        raise _no_plan(small, found)
    flows = np.zeros(len(model.limit))
    flows[kept] = found.x[len(visits) :]
    return model.closed @ flows, flows


def keeps(model: Model, visits: np.ndarray) -> bool:
    """Tell whether given visits fulfil all that was asked for."""
    for block in model.blocks:
        if block.name and not block.name.startswith("minimum"):
            found = block.matrix[:, : len(visits)] @ visits
            room = TOLERANCE * (1 + np.abs(found))
            if (found > block.upper + room).any() or (found < block.lower - room).any():
                return False
    minimums = model.problem.request.minimums
    if not minimums:
        return True
    fixed = visits.astype(float)
    return _feasible(replace(model, least=fixed, most=fixed))


def _restricted(model: Model, visits: np.ndarray) -> tuple[Model, np.ndarray]:
    """Keep the flows of visited venues alone, and nothing that was asked for."""
    venues = len(visits)
    pairs = np.empty((0, 2), int) if model.pairs is None else model.pairs
    kept = np.flatnonzero(visits[pairs[:, 0]] > 0)
    columns = np.concatenate([np.arange(venues), venues + kept])
    blocks = tuple(
        Block("", csr_array(block.matrix[:, columns]), block.lower, block.upper)
        for block in model.blocks
        if not block.name
    )
    fixed = visits.astype(float)
    small = replace(
        model,
        blocks=blocks,
        closed=csr_array(model.closed[:, kept]),
        least=fixed,
        most=fixed,
        limit=model.limit[kept],
    )
    return small, kept
