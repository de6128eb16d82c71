"""Hide further cells, as few as can be, so that nothing hidden can be worked out.

Which cells to hide is a whole-number programme with one yes-or-no a cell. What protects
a hidden cell is found as the attack finds ranges: where the cells hidden so far leave
one too narrow, the attacker's own linear programme says which shown cells hold it
there, and at least one of them must go. That requirement is added and the programme
solved again, until no range is too narrow (Fischetti and Salazar-Gonzalez, 2001).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, vstack

from geosafety.disclosure.attack import Ranges, ranges
from geosafety.disclosure.blocks import blocks
from geosafety.disclosure.layout import TOLERANCE, Tables
from geosafety.disclosure.primary import Groups, Policy, small_remainders, too_small
from geosafety.disclosure.reader import Seen, seen

ROUNDS = 60  # of looking for fewer cells; small tables take three or four
EXACT_UNKNOWNS = 600  # of one block; above, the quick method decides
# Ranges that are widened before the attack is made anew: so many, or one in so many.
AT_ONCE, SHARE = 8, 20
NODES = 5_000  # of one programme's search; a count, as a clock would not repeat itself
# Sets of counts kept from one attack to the next: of the first attack, and the last.
FIRST, POOL = 10, 300
# Between patterns of equally many cells, the one of smaller numbers is taken.
TIE = 1e-3


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which cells of some tables are hidden, and how well that does.

    Attributes
    ----------
    hidden, primary
        By cell: hidden at all; hidden for being too small itself (or before).
    remainders
        The small groups that subtraction told of, now protected too.
    width, wanted
        By hidden cell, then by remainder: how wide its feasible range is known to be,
        and had to be. Where even hiding everything that may be hidden leaves a range
        under the policy's width, that is all that can be wanted.
    bound
        No safe pattern hides fewer cells, as far as the search could tell.
    proved
        Whether this pattern is proved to hide the fewest.
    """

    hidden: np.ndarray
    primary: np.ndarray
    remainders: Groups
    width: np.ndarray
    wanted: np.ndarray
    bound: int
    proved: bool

    @property
    def secondary(self) -> np.ndarray:
        """The cells that are hidden for the sake of others."""
        more: np.ndarray = self.hidden & ~self.primary
        return more

    @property
    def gap(self) -> float:
        """How many of the secondary cells may be too many, as a share of them."""
        more = int(self.secondary.sum())
        return (more - self.bound) / more if more else 0.0


@dataclass(eq=False)
class _Search:
    """The state of a search: the tables, what is asked, the requirements found."""

    tables: Tables
    primary: np.ndarray
    groups: Groups
    able: np.ndarray
    wanted: np.ndarray  # by cell, then by group
    pool: list[np.ndarray] = field(default_factory=list)
    cuts: list[np.ndarray] = field(default_factory=list)
    at_least: list[float] = field(default_factory=list)

    def targets(self, hidden: np.ndarray) -> tuple[np.ndarray, csr_array]:
        """Return which cells and groups must be wide, and their sums."""
        cells = np.flatnonzero(hidden)
        groups = np.arange(len(self.groups.table)) + len(hidden)
        sums = csr_array(vstack([self.tables.sums[cells], self.groups.sums]))
        return np.concatenate([cells, groups]), sums

    def look(
        self, hidden: np.ndarray, *, stop: int = 0
    ) -> tuple[np.ndarray, Ranges, Seen]:
        """Attack a pattern: return what was attacked, the ranges, and what is seen."""
        which, sums = self.targets(hidden)
        known = seen(self.tables.hiding(hidden))
        found = ranges(known, sums, self.wanted[which], pool=self.pool, stop=stop)
        # The first were found with least hidden, and so fit whatever is hidden.
        del self.pool[FIRST:-POOL]
        return which, found, known


def hide(
    tables: Tables,
    policy: Policy,
    *,
    rounds: int = ROUNDS,
    exact_unknowns: int = EXACT_UNKNOWNS,
    kin: np.ndarray | None = None,
) -> Pattern:
    """Hide what is too small, and as few further cells as make that safe.

    Parameters
    ----------
    tables
        Every table at once: what is not in it is not protected against. Cells hidden
        already stay so. A cell that shows 0 people is never hidden, for readers take a
        hidden cell to be 1 at least.
    rounds, exact_unknowns
        How long the exact method goes on in a block (`blocks`), and of how many
        unknowns at most; beyond, and with 0 rounds, the quick one decides alone.
    kin
        What `small_remainders` takes.

    Returns
    -------
    Pattern
        The same tables give the same pattern.

    Examples
    --------
    >>> import pandas as pd
    >>> from geosafety.disclosure.layout import lay_out
    >>> wards = pd.DataFrame({"npu": "A", "ward": ["W1", "W2", "W3"]})
    >>> cells = pd.DataFrame(
    ...     {
    ...         "geography": ["npu", "ward", "ward", "ward"],
    ...         "area_code": ["A", "W1", "W2", "W3"],
    ...         "part": "all",
    ...         "count": [100, 4, 26, 70],
    ...     }
    ... )
    >>> found = hide(lay_out(cells, wards), Policy())
    >>> found.hidden.tolist(), found.primary.tolist()
    ([False, True, True, False], [False, True, False, False])
    """
    small = too_small(tables.cells["count"], policy).to_numpy()
    small = small & np.isfinite(tables.cells["least"].to_numpy())
    fixed = tables.cells["fixed"].to_numpy(bool)
    primary = tables.hidden | (small & ~fixed)
    before = tables.hiding(primary)
    groups = small_remainders(before, policy, kin)
    of_cells = np.full((2, len(primary)), np.inf)
    of_groups = np.full((2, len(groups.table)), np.inf)
    hidden, bound, proved = primary.copy(), 0, True
    for block in blocks(before, fixed & ~primary, groups):
        some = rounds if block.tables.sums.shape[1] <= exact_unknowns else 0
        own = _hide_block(block.tables, block.groups, policy, some)
        hidden[block.cells] = own.hidden
        split = int(own.hidden.sum())
        found = np.array([own.width, own.wanted])
        of_cells[:, block.cells[own.hidden]] = found[:, :split]
        of_groups[:, block.remainders] = found[:, split:]
        bound, proved = bound + own.bound, proved and own.proved
    width, wanted = np.concatenate([of_cells[:, hidden], of_groups], axis=1)
    return Pattern(hidden, primary, groups, width, wanted, bound, proved)


def _hide_block(tables: Tables, groups: Groups, policy: Policy, rounds: int) -> Pattern:
    """Hide as few cells of one block as make it safe."""
    primary = tables.hidden
    search = _begin(tables, primary, groups, policy)
    hidden, bound = _best(search, rounds)
    more = int((hidden & ~primary).sum())
    if more > bound:
        hidden = _tidied(search, hidden)
        more = int((hidden & ~primary).sum())
    which, found, _ = search.look(hidden)
    return Pattern(
        hidden=hidden,
        primary=primary,
        remainders=groups,
        width=found.width,
        wanted=search.wanted[which],
        bound=bound,
        proved=more <= bound,
    )


def _begin(
    tables: Tables, primary: np.ndarray, groups: Groups, policy: Policy
) -> _Search:
    """Find what could be hidden, and how wide each range could be at all."""
    cells, count = tables.cells, tables.count
    able = ~primary & ~cells["fixed"].to_numpy(bool)
    able &= count >= cells["least"].to_numpy(float) - TOLERANCE
    wanted = np.full(len(cells) + len(groups.table), policy.width)
    search = _Search(tables, primary, groups, able, wanted)
    search.look(primary, stop=1)
    while True:
        which, found, _ = search.look(primary | search.able)
        short = which[found.width < policy.width - TOLERANCE]
        never = short[(short < len(cells))]
        never = never[search.able[never]]
        if not len(never):
            wanted[which] = np.minimum(wanted[which], found.width)
            return search
        # A cell that would be too narrow however much is hidden is better shown.
        search.able[never] = False


def _best(search: _Search, rounds: int) -> tuple[np.ndarray, int]:
    """Take turns: widen a pattern until it is safe; see what fewest cells would do.

    Returns
    -------
    ndarray, int
        The safe pattern of fewest cells found, and how many no safe pattern goes under.
    """
    best, bound = _widened(search, search.primary), 0
    for _ in range(rounds):
        if not search.cuts:
            break
        fewest, bound = _fewest(search)
        safe = _widened(search, fewest)
        if (_weights(search) @ safe) < (_weights(search) @ best):
            best = safe
        if int((best & ~search.primary).sum()) <= bound:
            break
    return best, bound


def _widened(search: _Search, hidden: np.ndarray) -> np.ndarray:
    """Hide more cells, one for each range that is too narrow, until none is."""
    hidden = hidden.copy()
    while new := _require(search, hidden):
        for row, need in zip(search.cuts[-new:], search.at_least[-new:], strict=True):
            gain = np.where(search.able & ~hidden, row, 0.0)
            done = row[search.able & hidden].sum() >= need - TOLERANCE
            if not done and gain.max(initial=0.0) > 0:
                hidden[int(np.argmax(gain / _weights(search)))] = True
    return hidden


def _require(search: _Search, hidden: np.ndarray) -> int:
    """Attack a pattern; add what it takes to widen some ranges that are too narrow."""
    at_once = max(AT_ONCE, int(hidden.sum()) // SHARE)
    which, found, known = search.look(hidden, stop=at_once)
    free = search.able & ~hidden
    for target in found.pull_up:
        cell = which[target]
        need = search.wanted[cell] - found.width[target]
        row = _cut(search, hidden, _pulls(known, found, target), need)
        if not (row[free] > 0).any():
            # Only halves of people make the range wide: something else must go too.
            row, need = np.where(free, 1.0, 0.0), 1.0
        if cell < len(hidden) and not search.primary[cell]:
            # Asked only as long as this cell is hidden itself.
            row[cell] -= need
            need = 0.0
        search.cuts.append(row)
        search.at_least.append(need)
    return len(found.pull_up)


def _pulls(known: Seen, found: Ranges, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Return by cell how a range's ends move with what is printed there."""
    up, down = np.zeros(known.cells), np.zeros(known.cells)
    up[known.rows], down[known.rows] = found.pull_up[target], found.pull_down[target]
    return up, down


def _cut(
    search: _Search,
    hidden: np.ndarray,
    pulls: tuple[np.ndarray, np.ndarray],
    short: float,
) -> np.ndarray:
    """Say how much hiding each shown cell could widen one range, at most."""
    up, down = pulls
    # A hidden cell may be any number more, but less only down to the least it can be.
    room = search.tables.count - search.tables.cells["least"].to_numpy(float)
    more = (up > TOLERANCE) | (down < -TOLERANCE)
    fewer = np.maximum(-up, 0.0) + np.maximum(down, 0.0)
    fewer = np.where(fewer > TOLERANCE, fewer, 0.0)
    room = np.where(fewer > 0, room, 0.0)
    gain = np.where(more, np.inf, fewer * room)
    cut: np.ndarray = np.where(search.able & ~hidden, np.minimum(gain, short), 0.0)
    return cut


def _weights(search: _Search) -> np.ndarray:
    """Weigh each cell 1, and a trifle more the larger its number is."""
    order = np.argsort(np.argsort(search.tables.count, kind="stable"), kind="stable")
    weights: np.ndarray = 1 + TIE * order / max(len(order), 1)
    return weights


def _fewest(search: _Search) -> tuple[np.ndarray, int]:
    """Hide the fewest cells that do all that has been required; return a bound too."""
    at = np.flatnonzero(search.able)
    found = milp(
        _weights(search)[at],
        integrality=np.ones(len(at)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            csr_array(np.vstack(search.cuts)[:, at]), np.array(search.at_least), np.inf
        ),
        options={"node_limit": NODES, "mip_rel_gap": 0.0},
    )
    hidden = search.primary.copy()
    if found.x is None:  # out of nodes: nothing is known but what is hidden anyway
        return hidden, 0
    hidden[at[found.x > 0.5]] = True
    bound = 0.0 if found.mip_dual_bound is None else found.mip_dual_bound
    return hidden, int(np.ceil(bound / (1 + TIE) - TOLERANCE))


def _tidied(search: _Search, hidden: np.ndarray) -> np.ndarray:
    """Show again what need not have been hidden, the largest numbers first."""
    more = np.flatnonzero(hidden & ~search.primary)
    for cell in more[np.argsort(-search.tables.count[more], kind="stable")]:
        without = hidden.copy()
        without[cell] = False
        _, found, _ = search.look(without, stop=1)
        if not found.pull_up:
            hidden = without
    return hidden
