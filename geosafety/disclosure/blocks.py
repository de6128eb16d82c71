"""Take tables apart into blocks that have nothing to do with one another.

Where the total of a borough is printed and stays so, what is hidden in it can be told
from nothing outside it. Programmes of one borough each take a fraction of the time of
one of all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from geosafety.disclosure.layout import TOLERANCE, Tables
from geosafety.disclosure.primary import Groups


@dataclass(frozen=True, eq=False)
class Block:
    """Part of some tables.

    Attributes
    ----------
    tables, groups
        Its cells, of which each is a sum of its own unknowns; and its small groups.
    cells, remainders
        Which of all cells, and of all small groups, these are.
    """

    tables: Tables
    groups: Groups
    cells: np.ndarray
    remainders: np.ndarray


def blocks(tables: Tables, firm: np.ndarray, groups: Groups) -> list[Block]:
    """Take tables apart.

    Parameters
    ----------
    firm
        By cell: printed, and to stay so. A firm cell is put as what is left of it when
        the firm cells inside it are taken off, which says the same.
    groups
        Small groups, which hold what they are made of together.

    Returns
    -------
    list of Block
        Those with anything hidden or small, the cells in order. Firm cells that others
        add up to are in none.
    """
    sums, count = _left_of(tables, np.flatnonzero(firm))
    used = np.diff(sums.indptr) > 0
    rows = csr_array(vstack([sums, groups.sums]))
    of_row = _components(rows)
    hidden = tables.hidden
    busy = set(of_row[: len(used)][hidden & used]) | set(of_row[len(used) :])
    found = []
    for number in sorted(busy):
        cells = np.flatnonzero((of_row[: len(used)] == number) & used)
        own = np.flatnonzero(of_row[len(used) :] == number)
        columns = np.unique(rows[np.append(cells, own + len(used))].indices)
        some = tables.cells.iloc[cells].assign(count=count[cells])
        outer = dict(zip(cells, range(len(cells)), strict=True))
        small = groups.table.iloc[own]
        small = small.assign(outer=[outer.get(cell, 0) for cell in small["outer"]])
        found.append(
            Block(
                Tables(some.reset_index(drop=True), csr_array(sums[cells][:, columns])),
                Groups(small.reset_index(drop=True), groups.sums[own][:, columns]),
                cells,
                own,
            )
        )
    return found


def _left_of(tables: Tables, firm: np.ndarray) -> tuple[csr_array, np.ndarray]:
    """Take off each firm cell the firm cells inside it, the largest first."""
    sums = csr_array(tables.sums[firm])
    size = np.diff(sums.indptr)
    overlap = csr_array((sums @ sums.T).tocsr())
    plain = np.array([(row.data == 1).all() for row in _rows(sums)], dtype=bool)
    count = tables.count.copy()
    left = {}
    for at in np.argsort(-size, kind="stable"):
        if not plain[at]:
            continue
        part = slice(overlap.indptr[at], overlap.indptr[at + 1])
        inner, shared = overlap.indices[part], overlap.data[part]
        inside = inner[(shared == size[inner]) & plain[inner]]
        inside = inside[(size[inside] < size[at]) | _again(size, inside, at)]
        gone = np.zeros(sums.shape[1], dtype=bool)
        for other in inside[np.argsort(-size[inside], kind="stable")]:
            held = _indices(sums, other)
            if not gone[held].any():
                gone[held] = True
                count[firm[at]] -= tables.count[firm[other]]
        if gone.any():
            held = _indices(sums, at)
            left[int(firm[at])] = held[~gone[held]]
    return _with_rows(tables.sums, left), count


def _again(size: np.ndarray, inside: np.ndarray, at: int) -> np.ndarray:
    """Tell which are the same cell under an earlier number."""
    same: np.ndarray = (size[inside] == size[at]) & (inside < at)
    return same


def _rows(table: csr_array) -> list[csr_array]:
    return [table[[row]] for row in range(table.shape[0])]


def _indices(table: csr_array, row: int) -> np.ndarray:
    held: np.ndarray = table.indices[table.indptr[row] : table.indptr[row + 1]]
    return held


def _with_rows(sums: csr_array, left: dict[int, np.ndarray]) -> csr_array:
    """Put other rows in, of ones."""
    if not left:
        return sums
    by_row = sums.tolil()
    for row, held in left.items():
        by_row.rows[row] = sorted(held.tolist())
        by_row.data[row] = [1.0] * len(held)
    return csr_array(by_row.tocsr())


def _components(rows: csr_array) -> np.ndarray:
    """Give rows that share unknowns, directly or by others, one number."""
    by_unknown = csr_array((abs(rows) > TOLERANCE).astype(float))
    _, label = connected_components(by_unknown @ by_unknown.T, directed=False)
    numbers: np.ndarray = label
    return numbers
