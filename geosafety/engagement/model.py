"""A plan as a mixed-integer linear model.

Whole numbers say how often each venue is visited. Without capacities this is the
maximal covering location problem (Church and ReVelle, 1974): a deficit is closed once
any chosen venue reaches it. With capacities, responses flow from venues to the cells
within their reach, at most as many as the venue holds, the audience brings and the
cell lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array, diags_array, hstack

from geosafety.engagement.problem import Problem


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows of the model: `lower <= matrix @ (visits, flows) <= upper`."""

    name: str
    matrix: csr_array
    lower: np.ndarray | float
    upper: np.ndarray | float


@dataclass(frozen=True, eq=False)
class Model:
    """A plan's rows.

    Attributes
    ----------
    closed
        Cells by flows: what one unit of a flow closes of a cell.
    blocks
        The rows; those with a name were asked for and can be relaxed.
    least, most
        Bounds of the visits of each venue; flows are 0 to `limit`.
    pairs
        Where flows are responses: the venue and the cell of each, by number.
    """

    problem: Problem
    closed: csr_array
    blocks: tuple[Block, ...]
    least: np.ndarray
    most: np.ndarray
    limit: np.ndarray
    pairs: np.ndarray | None

    def without(self, name: str) -> Model:
        """Leave one block out."""
        blocks = tuple(block for block in self.blocks if block.name != name)
        return replace(self, blocks=blocks)

    @property
    def width(self) -> int:
        """The number of variables: visits, then flows."""
        return len(self.least) + len(self.limit)

    def over_flows(self, by_cell: np.ndarray) -> np.ndarray:
        """Return what each variable adds, from what each cell's closed deficit does."""
        return np.concatenate([np.zeros(len(self.least)), by_cell @ self.closed])


def make_model(problem: Problem) -> Model:
    """Write a problem as a linear model."""
    build = _responses if problem.in_responses else _coverage
    closed, structure, limit, pairs = build(problem)
    booked = problem.venues["booked"].to_numpy(bool)
    most = np.full(len(booked), float(problem.request.per_venue))
    most = np.maximum(most, booked)
    asked = _asked(problem, closed, booked)
    return Model(
        problem, closed, (*structure, *asked), booked.astype(float), most, limit, pairs
    )


def _coverage(
    problem: Problem,
) -> tuple[csr_array, list[Block], np.ndarray, np.ndarray | None]:
    """One flow per area: 1 where it is reached. All cells of an area share it."""
    codes, areas = pd.factorize(problem.cells["area_code"])
    first = np.unique(codes, return_index=True)[1]
    deficit = problem.cells["deficit"].to_numpy(float)
    cells = np.arange(len(codes))
    closed = csr_array((deficit, (cells, codes)), shape=(len(cells), len(areas)))
    covers = csr_array(problem.covers[:, first].T)
    rows = csr_array(hstack([-covers, diags_array(np.ones(len(areas)))]))
    block = Block("", rows, -np.inf, 0.0)
    return closed, [block], np.ones(len(areas)), None


def _responses(
    problem: Problem,
) -> tuple[csr_array, list[Block], np.ndarray, np.ndarray | None]:
    """One flow per venue and cell within its reach: responses."""
    covers = coo_array(problem.covers)
    venue, cell = covers.coords
    flows, (venues, cells) = np.arange(len(venue)), problem.covers.shape
    deficit = problem.cells["deficit"].to_numpy(float)
    group = problem.mix.columns.get_indexer(pd.Index(problem.cells["group"]))[cell]
    share = problem.request.response_share or 0.0
    holds = share * problem.venues["capacity"].to_numpy(float)
    brings = holds[:, None] * problem.mix.to_numpy(float)
    closed = csr_array((np.ones(len(flows)), (cell, flows)), shape=(cells, len(flows)))
    of_venue = csr_array((np.ones(len(flows)), (venue, flows)), (venues, len(flows)))
    blocks = [
        _block([-diags_array(holds), of_venue], -np.inf, 0.0),
        _block([csr_array((cells, venues)), closed], -np.inf, deficit),
    ]
    key = venue * brings.shape[1] + group
    known = np.isfinite(brings.ravel()[key])
    number, rows = pd.factorize(key[known])
    if len(rows):
        shape = (len(rows), len(flows))
        of_group = csr_array((np.ones(len(number)), (number, flows[known])), shape)
        at = (np.arange(len(rows)), rows // brings.shape[1])
        caps = csr_array((brings.ravel()[rows], at), (len(rows), venues))
        blocks.append(_block([-caps, of_group], -np.inf, 0.0))
    limit = np.minimum(deficit[cell], holds[venue] * problem.request.per_venue)
    return closed, blocks, limit, np.column_stack([venue, cell])


def _block(
    parts: list[csr_array], lower: np.ndarray | float, upper: np.ndarray | float
) -> Block:
    return Block("", csr_array(hstack(parts)), lower, upper)


def _asked(problem: Problem, closed: csr_array, booked: np.ndarray) -> list[Block]:
    """Write what was asked for, each under the name that an error will give it."""
    request, venues, flows = problem.request, problem.venues, closed.shape[1]
    n = len(venues)
    blocks = []

    def add(name: str, by_venue: np.ndarray, low: float, high: float) -> None:
        row = hstack([csr_array(by_venue.reshape(1, n)), csr_array((1, flows))])
        blocks.append(Block(name, csr_array(row), low, high))

    if request.visits is not None:
        add("visits", np.ones(n), -np.inf, request.visits + booked.sum())
    if request.budget is not None:
        cost = venues["cost"].to_numpy(float)
        add("budget", cost, -np.inf, request.budget + cost[booked].sum())
    if request.accessible:
        easy = venues["accessible"].eq(True).to_numpy(float)
        add("accessible", easy, request.accessible + easy[booked].sum(), np.inf)
    if request.per_zone is not None:
        for zone in sorted(venues["zone"].unique()):
            here = venues["zone"].eq(zone).to_numpy(float)
            add(f"per_zone {zone}", here, -np.inf, request.per_zone)
    for group, least in request.minimums.items():
        mine = problem.cells["group"].eq(group).to_numpy(float)
        row = csr_array((mine @ closed).reshape(1, flows))
        blocks.append(
            Block(
                f"minimum {group}",
                csr_array(hstack([csr_array((1, n)), row])),
                least,
                np.inf,
            )
        )
    return blocks
