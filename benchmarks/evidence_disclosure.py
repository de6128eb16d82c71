"""How safe tables are after disclosure control, and what that costs.

Run `python benchmarks/evidence_disclosure.py [BOARDS]` (1,000 unless told; a second or
so each). Each board is a random force area: policing units, wards that may lie across
their borders, impact areas scattered over both, two waves of a count that is also
printed by group, and a table of changes. All is printed after `hide`. An attack that
shares nothing with the library's own (PuLP and CBC; one variable for every piece, group
and wave; nothing put together) then takes every hidden number and every small group
that subtraction tells of, and asks for the least and the greatest it can be, in halves
of people and in whole people. The same attack goes over the same tables with nothing
hidden but what is under the threshold.
"""

from __future__ import annotations

import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pulp

from geosafety.disclosure.layout import KEY, Parts, Tables, distinct_pieces, lay_out
from geosafety.disclosure.primary import Policy
from geosafety.disclosure.secondary import Pattern, hide

LAYERS = ["force", "npu", "impact_area", "ward"]
WAVES, GROUPS = ("2021", "2022"), ("a", "b")
POLICY = Policy()


def board(seed: int) -> Tables:
    """Make a random force area and print tables of it."""
    rng = np.random.default_rng(seed)
    pieces = _pieces(rng)
    finest = [f"{wave} {group}" for wave in WAVES for group in GROUPS]
    parts = _parts()
    mean = rng.gamma(0.8, rng.uniform(4, 25), (len(pieces), 1))
    people = pd.DataFrame(rng.poisson(mean, (len(pieces), len(finest))), columns=finest)
    rows = []
    for layer in pieces:
        for code, on in pieces.groupby(layer).groups.items():
            held = people.loc[on].sum()
            for part, made in parts.items():
                count = sum(times * held[name] for name, times in made.items())
                rows.append((layer, code, part, float(count)))
    cells = pd.DataFrame(rows, columns=[*KEY, "count"])
    return lay_out(cells, pieces, parts)


def _pieces(rng: np.random.Generator) -> pd.DataFrame:
    """Make wards in units, some across two; and impact areas across both."""
    units, wards, impact = rng.integers(2, 4), rng.integers(4, 9), rng.integers(1, 4)
    table = pd.DataFrame({"ward": [f"W{n}" for n in range(wards)], "force": "F"})
    table["npu"] = [f"N{n}" for n in np.sort(rng.integers(0, units, wards))]
    torn = table[rng.random(wards) < 0.2]
    torn = torn.assign(npu=[f"N{n}" for n in rng.integers(0, units, len(torn))])
    table = pd.concat([table, torn], ignore_index=True)
    inside = table[rng.random(len(table)) < 0.4]
    codes = [f"I{n}" for n in rng.integers(0, impact, len(inside))]
    table = pd.concat(
        [table.assign(impact_area=None), inside.assign(impact_area=codes)]
    )
    return distinct_pieces(table, LAYERS)


def _parts() -> Parts:
    """Say what is printed: each wave, its groups, and the change."""
    parts: dict[str, dict[str, float]] = {}
    for wave in WAVES:
        parts[wave] = {f"{wave} {group}": 1.0 for group in GROUPS}
        parts |= {f"{wave} {group}": {f"{wave} {group}": 1.0} for group in GROUPS}
    later, earlier = parts[WAVES[1]], parts[WAVES[0]]
    parts["change"] = dict(later) | {name: -times for name, times in earlier.items()}
    return parts


class Attacker:
    """The range of any sum of unknowns, by CBC."""

    def __init__(self, tables: Tables, hidden: np.ndarray, *, whole: bool) -> None:
        kind = "Integer" if whole else "Continuous"
        self.unknowns = [
            pulp.LpVariable(f"x{n}", lowBound=0, cat=kind)
            for n in range(tables.sums.shape[1])
        ]
        self.rules = []
        cells = tables.cells
        for row in range(len(cells)):
            total = self._sum(tables.sums[[row]])
            if not hidden[row]:
                self.rules.append(total == float(cells["count"].iloc[row]))
            elif np.isfinite(cells["least"].iloc[row]):
                self.rules.append(total >= float(cells["least"].iloc[row]))

    def _sum(self, row: object) -> pulp.LpAffineExpression:
        entries = zip(row.indices, row.data, strict=True)  # type: ignore[attr-defined]
        return pulp.lpSum(float(times) * self.unknowns[at] for at, times in entries)

    def range(self, target: object) -> tuple[float, float]:
        """Return the least and the greatest; infinite where nothing holds it."""
        ends = []
        for sense, far in ((pulp.LpMinimize, -np.inf), (pulp.LpMaximize, np.inf)):
            problem = pulp.LpProblem("range", sense)
            problem += self._sum(target)
            for rule in self.rules:
                problem += rule
            status = problem.solve(pulp.PULP_CBC_CMD(msg=False))
            solved = pulp.LpStatus[status] == "Optimal"
            ends.append(pulp.value(problem.objective) if solved else far)
        return ends[0], ends[1]


@dataclass(frozen=True)
class Outcome:
    """What became of one board."""

    cells: int
    primary: int
    secondary: int
    proved: bool
    unreachable: int
    targets: int
    narrow: int
    narrow_whole: int
    targets_plain: int
    narrow_plain: int
    known_plain: int
    seconds: float


def targets_of(tables: Tables, pattern: Pattern, hidden: np.ndarray) -> list[object]:
    """List what a reader must not know: hidden cells, and small remainders."""
    rows = [tables.sums[[at]] for at in np.flatnonzero(hidden)]
    more = pattern.remainders.sums
    return rows + [more[[at]] for at in range(more.shape[0])]


def widths(
    tables: Tables, hidden: np.ndarray, targets: list[object], *, whole: bool
) -> np.ndarray:
    """Attack each target."""
    attacker = Attacker(tables, hidden, whole=whole)
    ends = [attacker.range(target) for target in targets]
    return np.array([most - least for least, most in ends])


def study(seed: int, *, whole: bool = True) -> Outcome:
    """Make a board, hide what must be, and attack it."""
    tables = board(seed)
    start = time.perf_counter()
    pattern = hide(tables, POLICY)
    seconds = time.perf_counter() - start
    wide = pattern.wanted - 1e-6
    targets = targets_of(tables, pattern, pattern.hidden)
    found = widths(tables, pattern.hidden, targets, whole=False)
    in_whole = widths(tables, pattern.hidden, targets, whole=True) if whole else found
    plain = targets_of(tables, pattern, pattern.primary)
    naive = widths(tables, pattern.primary, plain, whole=False)
    return Outcome(
        cells=len(tables.cells),
        primary=int(pattern.primary.sum()),
        secondary=int(pattern.secondary.sum()),
        proved=pattern.proved,
        unreachable=int((pattern.wanted < POLICY.width - 1e-6).sum()),
        targets=len(targets),
        narrow=int((found < wide).sum()),
        narrow_whole=int((in_whole < wide).sum()),
        targets_plain=len(plain),
        narrow_plain=int((naive < POLICY.width - 1e-6).sum()),
        known_plain=int((naive < 1e-6).sum()),
        seconds=seconds,
    )


def main(boards: int = 1000) -> None:
    """Say the figures."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of PuLP, about its own future
    with ProcessPoolExecutor() as workers:
        outcomes = workers.map(study, range(boards), chunksize=5)
        table = pd.DataFrame([vars(outcome) for outcome in outcomes])
    total = table.sum()
    cells = total["cells"]
    hidden = total["primary"] + total["secondary"]
    lines = [
        f"{boards} boards, {cells:,.0f} printed numbers, policy width {POLICY.width:g}",
        f"under the threshold alone: {total['primary'] / cells:.1%} hidden;"
        f" of {total['targets_plain']:,.0f} hidden numbers and small groups"
        f" {total['narrow_plain']:,.0f} narrower than the policy,"
        f" {total['known_plain']:,.0f} known exactly",
        f"with control: {hidden / cells:.1%} hidden; of {total['targets']:,.0f}"
        f" {total['narrow']:,.0f} narrower (linear programme),"
        f" {total['narrow_whole']:,.0f} narrower in whole people",
        f"cannot be as wide whatever is hidden: {total['unreachable']:,.0f}",
        f"proved the fewest: {table['proved'].mean():.1%} of boards;"
        f" {table['seconds'].median():.2f} s a board (most {table['seconds'].max():.1f})",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
