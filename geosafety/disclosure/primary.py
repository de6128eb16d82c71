"""Say which numbers are too small, or too much one contributor's, to be shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from geosafety.disclosure.layout import Tables


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What may be shown.

    Attributes
    ----------
    suppress_below
        A group of fewer people than this, and more than none, is hidden.
    protect_width
        How far apart the least and the greatest must be that a reader can make of a
        hidden number. The default is `suppress_below - 1`: at least as many values are
        possible as the threshold has, from 1 to 10 for a threshold of 10, so that
        nobody can tell whether a hidden number is under the threshold at all.
    layer_share
        Where more than this share of a layer's numbers are too small, the layer is
        hidden as a whole.
    """

    suppress_below: int = 10
    protect_width: float | None = None
    layer_share: float = 0.5

    @property
    def width(self) -> float:
        """How wide a hidden number's feasible range must be."""
        if self.protect_width is not None:
            return self.protect_width
        return float(self.suppress_below - 1)


def too_small(count: pd.Series, policy: Policy) -> pd.Series:
    """Tell which counts are of too few people; 0 is nobody, and may be shown.

    Examples
    --------
    >>> too_small(pd.Series([0, 1, 9, 10]), Policy()).tolist()
    [False, True, True, False]
    """
    return (count > 0) & (count < policy.suppress_below)


def dominated(
    total: pd.Series, largest: pd.Series, second: pd.Series, *, p: float = 10.0
) -> pd.Series:
    """Tell which sums give their largest contribution away: the p per cent rule.

    For amounts (weights, harm, money), not for counts of people. The second
    contributor, who knows his own part, learns the first's to within what all others
    add; that must be at least `p` per cent of it (Hundepool and others, 2012).

    Parameters
    ----------
    total, largest, second
        Sums and their two largest contributions, 0 or more; a missing total is not
        dominated, a missing contribution counts as 0.

    Examples
    --------
    >>> total, largest = pd.Series([100.0, 100.0]), pd.Series([80.0, 80.0])
    >>> dominated(total, largest, pd.Series([15.0, 5.0])).tolist()
    [True, False]
    """
    first, next_ = largest.fillna(0.0), second.fillna(0.0)
    return (total > 0) & (total - first - next_ < p / 100 * first)


COLUMNS = ["outer", "count"]


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of people that nobody printed, but that subtracting cells tells of.

    Attributes
    ----------
    table
        `outer`, the number of the cell that the group is a part of, and `count`.
    sums
        Groups by unknowns.
    """

    table: pd.DataFrame
    sums: csr_array


def small_remainders(
    tables: Tables, policy: Policy, kin: np.ndarray | None = None
) -> Groups:
    """Find what is left, of too few people, where cells are taken from a larger one.

    "NPU less its impact area" is printed nowhere, and any reader can do the sum. Looked
    at are a cell less one cell inside it, and a cell less all cells of one layer (or
    all groups of people) inside it. Changes between waves are not of groups of people
    and left out, as are cells whose count is not given.

    Parameters
    ----------
    kin
        By cell, a number: only cells of one number are taken from one another. Who did
        not answer a question, or says not where he lives, is no group to protect.
    """
    size = np.diff(tables.sums.indptr)
    plain = np.isfinite(tables.cells["least"]) & np.isfinite(tables.count)
    overlap = (tables.sums @ tables.sums.T).tocoo()
    outer, inner = overlap.row, overlap.col
    inside = (overlap.data == size[inner]) & (size[outer] > size[inner])
    inside &= (plain.to_numpy()[outer]) & (plain.to_numpy()[inner])
    inside &= kin is None or (kin[outer] == kin[inner])
    outer, inner = outer[inside], inner[inside]
    table = pd.DataFrame({"outer": outer, "inner": inner})
    found = pd.concat([table.assign(family=inner), *_families(tables, table)])
    sums, count = tables.sums, tables.count
    groups = found.groupby(["outer", "family"], sort=True)["inner"].agg(list)
    rows, labels = [], []
    for key, taken in groups.items():
        whole = key[0]  # type: ignore[index]
        rest = count[whole] - count[taken].sum()
        if not 0 < rest < policy.suppress_below:
            continue
        row = sums[[whole]] - csr_array(sums[taken].sum(axis=0)[None, :])
        if row.nnz and row.data.min() >= 0:
            rows.append(row)
            labels.append((whole, rest))
    if not rows:
        return Groups(pd.DataFrame(columns=COLUMNS), csr_array((0, sums.shape[1])))
    together = csr_array(vstack(rows))
    together.eliminate_zeros()
    keys = pd.Series([together[[i]].indices.tobytes() for i in range(len(rows))])
    once = ~keys.duplicated().to_numpy()
    named = pd.DataFrame(labels, columns=COLUMNS)[once].reset_index(drop=True)
    return Groups(named, together[once])


def _families(tables: Tables, table: pd.DataFrame) -> list[pd.DataFrame]:
    """Group the cells inside a cell: one layer's, and one area's groups of people."""
    cells = tables.cells
    same_part = (
        cells["part"].to_numpy()[table["outer"]]
        == cells["part"].to_numpy()[table["inner"]]
    )
    layer = -1 - cells["geography"].astype("category").cat.codes.to_numpy()
    areas = cells["geography"] + " " + cells["area_code"]
    area = areas.to_numpy()
    same_area = area[table["outer"]] == area[table["inner"]]
    people = np.iinfo(int).min
    return [
        table[same_part].assign(family=layer[table["inner"][same_part]]),
        table[same_area].assign(family=people),
    ]
