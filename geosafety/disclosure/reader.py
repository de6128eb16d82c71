"""What the reader of published tables knows, and the counts that fit it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csr_array, identity, kron

from geosafety.disclosure.layout import TOLERANCE, Tables
from geosafety.errors import MethodError

FAR = 1e7  # more people than any hidden cell holds: stands for "without end"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the reader of some tables knows, put as few numbers as it takes.

    Unknowns that no printed cell tells apart are one *class*; only its total matters.

    Attributes
    ----------
    cells
        How many cells there are.
    rows
        Which of them are printed, or known to be something at least.
    matrix
        Rows by classes.
    lower, upper
        Of each row, beyond the floors; equal where it is printed.
    floor
        By unknown: the least it is (a hidden cell of its own is not 0).
    of_class
        By unknown.
    whole
        Whether everything is in whole people; shared-out areas hold parts of them.
    """

    cells: int
    rows: np.ndarray
    matrix: csr_array
    lower: np.ndarray
    upper: np.ndarray
    floor: np.ndarray
    of_class: np.ndarray
    whole: bool


def seen(tables: Tables) -> Seen:
    """Put together what the reader of the tables knows."""
    hidden, least = tables.hidden, tables.cells["least"].to_numpy(float)
    size = np.diff(tables.sums.indptr)
    one = hidden & (size == 1) & (np.asarray(tables.sums.sum(axis=1)) == 1)
    floor = np.zeros(tables.sums.shape[1])
    np.maximum.at(floor, tables.sums[one].indices, least[one])
    above = tables.sums @ floor
    rows = np.flatnonzero(~hidden | (least > above + TOLERANCE))
    matrix = tables.sums[rows]
    of_class, first = _classes(matrix)
    count = np.where(hidden, least, tables.count)[rows] - above[rows]
    whole = bool(
        (np.abs(count - np.rint(count)) < TOLERANCE).all()
        and (np.abs(matrix.data - np.rint(matrix.data)) < TOLERANCE).all()
    )
    return Seen(
        cells=len(hidden),
        rows=rows,
        matrix=csr_array(matrix[:, first]),
        lower=count,
        upper=np.where(hidden[rows], np.inf, count),
        floor=floor,
        of_class=of_class,
        whole=whole,
    )


def _classes(matrix: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Give distinct columns numbers; return each column's, and the first of each."""
    by_column = matrix.tocsc()
    by_column.sort_indices()
    starts = by_column.indptr
    keys: dict[tuple[bytes, bytes], int] = {}
    number = np.zeros(matrix.shape[1], dtype=int)
    first: list[int] = []
    for column in range(matrix.shape[1]):
        part = slice(starts[column], starts[column + 1])
        key = (by_column.indices[part].tobytes(), by_column.data[part].tobytes())
        if key not in keys:
            keys[key] = len(first)
            first.append(column)
        number[column] = keys[key]
    return number, np.array(first, dtype=int)


def minimise(known: Seen, costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Minimise several costs, each over all counts that fit the tables.

    The programmes stand side by side in one, which takes a fraction of the time.

    Parameters
    ----------
    costs
        Programmes by classes.

    Returns
    -------
    ndarray, ndarray
        The counts beyond the floors, programmes by classes; and how each least cost
        moves with each row's number, programmes by rows.

    Raises
    ------
    MethodError
        No counts fit.
    """
    many, equal = len(costs), known.upper == known.lower
    side_by_side = identity(many)
    found = linprog(
        costs.reshape(-1),
        A_eq=kron(side_by_side, known.matrix[equal], format="csr"),
        b_eq=np.tile(known.lower[equal], many),
        A_ub=kron(side_by_side, -known.matrix[~equal], format="csr"),
        b_ub=np.tile(-known.lower[~equal], many),
        bounds=(0, FAR),
        method="highs",
    )
    if found.x is None:
        raise _contradiction()
    marginals = np.zeros((many, len(equal)))
    marginals[:, equal] = found.eqlin.marginals.reshape(many, -1)
    marginals[:, ~equal] = -found.ineqlin.marginals.reshape(many, -1)
    return found.x.reshape(many, -1), marginals


def in_whole(known: Seen, points: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Return counts of whole people at an end, or as near to it as can be."""
    if not known.whole:
        return points
    nearest: np.ndarray = np.rint(points)
    halves = np.abs(points - nearest).max(axis=1, initial=0.0) > TOLERANCE
    for at in np.flatnonzero(halves):
        found: OptimizeResult = milp(
            costs[at],
            integrality=np.ones(costs.shape[1]),
            bounds=Bounds(0, FAR),
            constraints=LinearConstraint(known.matrix, known.lower, known.upper),
        )
        if found.x is None:
            raise _contradiction()
        nearest[at] = np.rint(found.x)
    return nearest


def fitting(known: Seen, pool: list[np.ndarray]) -> np.ndarray:
    """Return those of some counts of the unknowns that fit, by class."""
    classes = known.matrix.shape[1]
    if not pool:
        return np.zeros((0, classes))
    beyond = np.array(pool) - known.floor
    unknowns = len(known.of_class)
    entries = np.ones(unknowns), (np.arange(unknowns), known.of_class)
    points = beyond @ csr_array(entries, (unknowns, classes))
    value = (known.matrix @ points.T).T
    fits = (value > known.lower - TOLERANCE) & (value < known.upper + TOLERANCE)
    kept: np.ndarray = points[fits.all(axis=1) & (beyond > -TOLERANCE).all(axis=1)]
    return kept


def unfolded(known: Seen, points: np.ndarray) -> list[np.ndarray]:
    """Turn counts by class into counts of the unknowns, all on the first of a class."""
    _, first = np.unique(known.of_class, return_index=True)
    counts = np.tile(known.floor, (len(points), 1))
    counts[:, first] += points
    return list(counts)


def _contradiction() -> MethodError:
    problem = "No counts of people fit these tables: they contradict one another."
    hint = "Check that all are of the same people, and that no number is rounded."
    return MethodError(problem, hint=hint)
