"""The arithmetic of raking: numbers in, numbers out, on the distinct cells.

Raking with an upper bound is the multiplicative method of Deville and Sarndal (1992):
of all weights from 0 to `cap` times the design weights that meet the margins, those
nearest to the design weights in the sense of Kullback and Leibler. Every step meets one
margin exactly, cap included, which climbs a concave function one block at a time: the
limit is the same whatever the order of the margins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
# Where the margins cannot all be met, multipliers run off for ever; this keeps them
# within what floating point can hold and changes nothing else.
FARTHEST = 1e100


def fit(
    codes: Sequence[Codes],
    targets: Sequence[Floats],
    weight: Floats,
    *,
    cap: float,
    tolerance: float,
    iterations: int,
) -> tuple[Floats, int]:
    """Find what each row's weight is multiplied by so that every margin is met.

    Parameters
    ----------
    codes
        By dimension, the category of each row, from 0.
    targets
        By dimension, the share of each category, above zero wherever a row has it. Each
        must add to 1 and be `within_reach` of the cap.
    weight
        Design weights, all positive, adding to 1.
    cap
        The largest multiplier; infinity for none.
    tolerance, iterations
        The largest distance of a weighted share from its target that will do; how many
        times round the dimensions at most.

    Returns
    -------
    ratio, rounds
        Multipliers by row; times round the dimensions.
    """
    row_cell, first = distinct_cells(codes)
    cells = [c[first] for c in codes]
    held: Floats = np.bincount(row_cell, weights=weight).astype(float)
    ratio, rounds, gap = np.ones(len(held)), 0, np.inf
    while gap > tolerance and rounds < iterations:
        for cell_codes, target in zip(cells, targets, strict=True):
            ratio = ratio * _factors(cell_codes, target, held, ratio, cap)[cell_codes]
            ratio = np.clip(ratio, 1 / FARTHEST, FARTHEST)
        after = held * np.minimum(ratio, cap)
        gap = max(
            float(np.abs(np.bincount(c, after, len(t)) - t).max())
            for c, t in zip(cells, targets, strict=True)
        )
        rounds += 1
    return np.minimum(ratio, cap)[row_cell], rounds


def distinct_cells(codes: Sequence[Codes]) -> tuple[Codes, Codes]:
    """Give each distinct combination of categories a number, in order of appearance.

    Returns
    -------
    row_cell, first
        The cell of each row; the first row of each cell.

    Examples
    --------
    >>> row_cell, first = distinct_cells([np.array([2, 0, 2]), np.array([1, 1, 1])])
    >>> row_cell.tolist(), first.tolist()
    ([0, 1, 0], [0, 1])
    """
    flat = np.zeros(len(codes[0]), dtype=np.int64)
    for dimension in codes:
        # Numbering anew each time keeps the product of many dimensions in an integer.
        flat, _ = pd.factorize(flat * (int(dimension.max()) + 1) + dimension)
    return flat, np.flatnonzero(~pd.Series(flat).duplicated().to_numpy())


def within_reach(targets: Floats, held: Floats, cap: float) -> Floats:
    """Lower targets to what the cap allows, and spread the rest over the others.

    Parameters
    ----------
    targets, held
        Target shares and design shares by category, each adding to 1.
    cap
        Above 1, so that the others always have room.

    Examples
    --------
    >>> within_reach(np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.5, 0.4]), 2).round(2)
    array([0.2 , 0.48, 0.32])
    """
    full = np.zeros(len(targets), dtype=bool)
    # A category that receives from another may then be too much itself: look again.
    while (over := ~full & (targets > cap * held)).any():
        full |= over
        rest = np.where(full, 0.0, targets)
        spread = (1 - cap * held[full].sum()) * rest / rest.sum()
        targets = np.where(full, cap * held, spread)
    return targets


def _factors(
    codes: Codes, target: Floats, held: Floats, ratio: Floats, cap: float
) -> Floats:
    """Find what multiplies each category to meet its target once the cap is applied.

    The share reached grows with the factor, with a bend where a cell meets the cap.
    Each pass adds the cells that the factor pushes over the cap, from below: the set
    only grows, and the last factor is exact.
    """
    size = len(target)
    capped = np.zeros(len(held), dtype=bool)
    while True:
        full = np.bincount(codes, np.where(capped, held * cap, 0.0), size)
        free = np.bincount(codes, np.where(capped, 0.0, held * ratio), size)
        # Where every cell is capped, stay; where there is none, it does not matter.
        factor = np.divide(target - full, free, out=np.ones(size), where=free > 0)
        over = ~capped & (ratio * factor[codes] > cap)
        if not over.any():
            break
        capped |= over
    np.maximum.at(factor, codes[capped], cap / ratio[capped])
    return factor
