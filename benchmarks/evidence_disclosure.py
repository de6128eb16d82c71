"""How safe tables are after disclosure control, and what that costs.

Run `python benchmarks/evidence_disclosure.py [BOARDS]` (1,000 unless told; a second or
so each). Each board is a random force area: policing units, wards that may lie across
their borders, impact areas scattered over both, two waves of a count that is also
printed by group, and a table of changes. All is printed after `hide`. An attack that
shares nothing with the library's own (one variable for every piece, group and wave;
nothing put together) then takes every hidden number and every small group that
subtraction tells of, and asks for the least and the greatest it can be, in whole
people. One board in ten is attacked with another solver, CBC by way of PuLP. The same
attack goes over the same tables with nothing hidden but what is under the threshold.
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
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array, vstack

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
    units, wards, impact = rng.integers(2, 4), rng.integers(4, 8), rng.integers(1, 3)
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
    """How far apart two readings of the same tables can be, by CBC."""

    def __init__(self, tables: Tables, hidden: np.ndarray, *, whole: bool) -> None:
        kind = "Integer" if whole else "Continuous"
        size = range(tables.sums.shape[1])
        self.readings = [
            [pulp.LpVariable(f"{name}{n}", lowBound=0, cat=kind) for n in size]
            for name in ("high", "low")
        ]
        cells = tables.cells
        least, count = cells["least"].to_numpy(), cells["count"].to_numpy()
        self.rules = []
        for reading in self.readings:
            for row in range(len(cells)):
                total = _sum(reading, tables.sums[[row]])
                if not hidden[row]:
                    self.rules.append(total == float(count[row]))
                elif np.isfinite(least[row]):
                    self.rules.append(total >= float(least[row]))

    def width(self, target: csr_array) -> float:
        """Return the greatest less the least; infinite where nothing holds it."""
        problem = pulp.LpProblem("width", pulp.LpMaximize)
        high, low = self.readings
        problem += _sum(high, target) - _sum(low, target)
        for rule in self.rules:
            problem += rule
        status = pulp.LpStatus[problem.solve(pulp.PULP_CBC_CMD(msg=False))]
        return float(pulp.value(problem.objective)) if status == "Optimal" else np.inf


def _sum(reading: list[pulp.LpVariable], row: csr_array) -> pulp.LpAffineExpression:
    entries = zip(row.indices, row.data, strict=True)
    return pulp.lpSum(float(times) * reading[at] for at, times in entries)


class Plain:
    """The same question of every unknown, nothing put together, by HiGHS."""

    def __init__(self, tables: Tables, hidden: np.ndarray, *, whole: bool) -> None:
        least, count = (tables.cells[c].to_numpy(float) for c in ("least", "count"))
        lower = np.where(hidden, least, count)
        upper = np.where(hidden, np.inf, count)
        self.rules = LinearConstraint(tables.sums, lower, upper)
        self.whole = np.full(tables.sums.shape[1], int(whole))

    def width(self, target: csr_array) -> float:
        """Return the greatest less the least; infinite where nothing holds it."""
        cost = target.toarray()[0]
        low, high = (
            milp(sign * cost, integrality=self.whole, constraints=self.rules)
            for sign in (1, -1)
        )
        if low.x is None or high.x is None:
            return np.inf
        return float(-high.fun - low.fun)


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
    targets_plain: int
    narrow_plain: int
    known_plain: int
    seconds: float


def targets_of(tables: Tables, pattern: Pattern, hidden: np.ndarray) -> csr_array:
    """List what a reader must not know: hidden cells, then small remainders."""
    return csr_array(vstack([tables.sums[hidden], pattern.remainders.sums]))


def widths(
    tables: Tables, hidden: np.ndarray, targets: csr_array, *, whole: bool, cbc: bool
) -> np.ndarray:
    """Attack each target."""
    make = Attacker if cbc else Plain
    attacker = make(tables, hidden, whole=whole)
    rows = range(targets.shape[0])
    return np.array([attacker.width(targets[[row]]) for row in rows])


def study(seed: int, *, cbc: bool | None = None) -> Outcome:
    """Make a board, hide what must be, and attack it; one board in ten with CBC.

    After control the attack is in whole people: a range that is wide in them is at
    least as wide in halves. Before it, in halves: what is narrow then is a leak.
    """
    tables = board(seed)
    cbc = seed % 10 == 0 if cbc is None else cbc
    start = time.perf_counter()
    pattern = hide(tables, POLICY)
    seconds = time.perf_counter() - start
    targets = targets_of(tables, pattern, pattern.hidden)
    found = widths(tables, pattern.hidden, targets, whole=True, cbc=cbc)
    before = targets_of(tables, pattern, pattern.primary)
    plain = widths(tables, pattern.primary, before, whole=False, cbc=cbc)
    return Outcome(
        cells=len(tables.cells),
        primary=int(pattern.primary.sum()),
        secondary=int(pattern.secondary.sum()),
        proved=pattern.proved,
        unreachable=int((pattern.wanted < POLICY.width - 1e-6).sum()),
        targets=len(found),
        narrow=int((found < pattern.wanted - 1e-6).sum()),
        targets_plain=len(plain),
        narrow_plain=int((plain < POLICY.width - 1e-6).sum()),
        known_plain=int((plain < 1e-6).sum()),
        seconds=seconds,
    )


def main(boards: int = 1000) -> None:
    """Say the figures."""
    warnings.simplefilter("ignore", DeprecationWarning)  # of PuLP, about its own future
    with ProcessPoolExecutor() as workers:
        done: list[Outcome] = []
        for outcome in workers.map(study, range(boards), chunksize=5):
            done.append(outcome)
            if len(done) % 50 == 0:
                narrow = sum(one.narrow for one in done)
                sys.stderr.write(f"{len(done)} of {boards} boards, {narrow} narrower\n")
                sys.stderr.flush()
    sys.stdout.write("\n".join(figures(done)) + "\n")


def figures(done: list[Outcome]) -> list[str]:
    """Say what was found on all boards."""
    table, boards = pd.DataFrame([vars(outcome) for outcome in done]), len(done)
    total = table.sum()
    cells, hidden = total["cells"], total["primary"] + total["secondary"]
    slowest = table["seconds"].max()
    return [
        f"{boards} boards, {cells:,.0f} printed numbers, policy width {POLICY.width:g}",
        f"under the threshold alone: {total['primary'] / cells:.1%} hidden;"
        f" of {total['targets_plain']:,.0f} hidden numbers and small groups"
        f" {total['narrow_plain']:,.0f} are narrower than the policy,"
        f" {total['known_plain']:,.0f} known exactly",
        f"with control: {hidden / cells:.1%} hidden; of {total['targets']:,.0f}"
        f" {total['narrow']:,.0f} are narrower",
        f"cannot be as wide whatever is hidden: {total['unreachable']:,.0f}",
        f"proved the fewest: {table['proved'].mean():.1%} of boards;"
        f" {table['seconds'].median():.2f} s a board (most {slowest:.1f})",
    ]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
