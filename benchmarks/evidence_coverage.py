"""How often the interval of a weighted share holds the truth.

Run `python benchmarks/evidence_coverage.py [SURVEYS]` (2,000 unless told). A synthetic
population of 560 cells (age 8 x sex 2 x ethnicity 5 x area 7) answers a question; who
takes part depends on all four. Each survey is raked back to the four margins, and it is
counted how often the 95 % intervals hold the population's share, unweighted and
weighted, for the whole and, on average, for the seven areas. The aim is 93 to 97 % for
the whole.

In every population the young say yes more often and take part less. Groups differ by
up to some 15 points in the first and the third and by some 35 in the second. In the
third, besides, whoever would say yes is a quarter likelier to take part within every
group, which no weighting can see.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import binom

from geosafety.measures.shares import weighted_shares
from geosafety.measures.weighting import rake

Floats = NDArray[np.float64]
# Synthetic, of the order of a large English city region; nobody's statistics.
POPULATION = {
    "age": [0.15, 0.18, 0.17, 0.15, 0.14, 0.11, 0.07, 0.03],
    "sex": [0.51, 0.49],
    "ethnicity": [0.23, 0.08, 0.035, 0.025, 0.63],
    "area": [0.38, 0.12, 0.11, 0.12, 0.075, 0.1, 0.095],
}
# How likely to take part, against the likeliest group of the dimension.
TAKING_PART = {
    "age": [0.2, 0.35, 0.5, 0.75, 1, 1, 0.8, 0.5],
    "sex": [1, 0.75],
    "ethnicity": [0.5, 0.5, 0.6, 0.6, 1],
    "area": [0.6, 0.9, 0.7, 0.9, 1, 0.6, 0.8],
}
SIZES, SHARES = (100, 200, 500, 1000, 2000), (0.05, 0.1, 0.2, 0.35, 0.5)
AIM, AREA = (0.93, 0.97), 3


@dataclass(frozen=True)
class Truth:
    """A population by cell, who takes part, and what they would answer.

    Attributes
    ----------
    codes
        Shape (cells, dimensions).
    people, taking_part
        Shares of the population; relative chance to take part.
    answers
        By share of the whole, the chance of a yes in each cell.
    keener
        How many times likelier a yes makes it to take part, within a cell.
    """

    codes: NDArray[np.int64]
    people: Floats
    taking_part: Floats
    answers: dict[float, Floats]
    keener: float = 1.0

    @classmethod
    def draw(cls, *, seed: int, spread: float = 0.5) -> Truth:
        """Draw answers; `spread` is how far groups differ, on the logit scale."""
        rng = np.random.default_rng(seed)
        sizes = [len(part) for part in POPULATION.values()]
        codes = np.stack(np.unravel_index(np.arange(np.prod(sizes)), sizes), axis=1)
        lean = spread / 2 * rng.normal(size=len(codes))  # what no margin explains
        for column, size in enumerate(sizes):
            lean += spread / 2 * rng.normal(size=size)[codes[:, column]]
        lean += spread * np.linspace(1, -1, sizes[0])[codes[:, 0]]
        people = _product(codes, POPULATION)
        answers = {s: expit(_level(lean, people, s) + lean) for s in SHARES}
        return cls(codes, people, _product(codes, TAKING_PART), answers)

    def by(self, column: int, share: float) -> Floats:
        """Return the true shares of the categories of one dimension, in per cent."""
        code = self.codes[:, column]
        yes = np.bincount(code, self.people * self.answers[share])
        return 100 * yes / np.bincount(code, self.people)

    def groups(self, cells: NDArray[np.int64]) -> pd.DataFrame:
        """Return the categories of people in these cells."""
        return pd.DataFrame(self.codes[cells], columns=list(POPULATION))


def _product(codes: NDArray[np.int64], parts: dict[str, list[float]]) -> Floats:
    columns = [np.array(part)[codes[:, i]] for i, part in enumerate(parts.values())]
    product: Floats = np.prod(columns, axis=0)
    return product / product.sum()


def _level(lean: Floats, people: Floats, share: float) -> float:
    level: float = brentq(lambda a: people @ expit(a + lean) - share, -30, 30)
    return level


def coverage(truth: Truth, *, size: int, surveys: int, seed: int) -> pd.DataFrame:
    """Share of surveys whose interval holds the truth.

    Returns
    -------
    DataFrame
        By share: `unweighted`, `weighted`, `areas` (weighted, the mean of the areas)
        and `design_effect` (its mean).
    """
    rng = np.random.default_rng(seed)
    each = [_one_survey(truth, size, rng) for _ in range(surveys)]
    whole, local, effect = (np.stack(part) for part in zip(*each, strict=True))
    wanted = 100 * np.array(SHARES)[:, None]
    in_areas = np.stack([truth.by(AREA, share) for share in SHARES])
    return pd.DataFrame(
        {
            "unweighted": _covered(whole, wanted, ""),
            "weighted": _covered(whole, wanted, "weighted_"),
            "areas": _covered(local, in_areas, "weighted_"),
            "design_effect": effect.mean(),
        },
        index=pd.Index(SHARES, name="share"),
    )


def _one_survey(
    truth: Truth, size: int, rng: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """Return the sums behind the shares of the whole and of the areas."""
    chance = truth.people * truth.taking_part
    cells = rng.choice(len(chance), size, p=chance / chance.sum())
    margins = {name: pd.Series(part) for name, part in POPULATION.items()}
    made = rake(truth.groups(cells), margins, tolerance=1e-8)
    p = np.stack([answer[cells] for answer in truth.answers.values()])
    yes = rng.random(p.shape) < p * truth.keener / (1 - p + p * truth.keener)
    local = _sums(yes, made.weights.to_numpy(float), truth.codes[cells, AREA])
    return local.sum(axis=2, keepdims=True), local, made.report.design_effect


def _sums(yes: NDArray[np.bool_], w: Floats, area: NDArray[np.int64]) -> Floats:
    """Tally the five sums of `weighted_shares`, by question and area."""
    areas = len(POPULATION["area"])
    row = np.add.outer(areas * np.arange(len(yes)), area).ravel()
    weight, said = np.tile(w, len(yes)), yes.ravel()
    columns = (said, np.ones(row.size), weight * said, weight, weight**2)
    sums = [np.bincount(row, column, areas * len(yes)) for column in columns]
    return np.reshape(sums, (len(sums), len(yes), areas))


def _covered(sums: Floats, truth: Floats, kind: str) -> Floats:
    """Share of intervals that hold the truth, by question; sums by survey first."""
    columns = np.moveaxis(sums, 1, 0)
    flat = [pd.Series(column.ravel()) for column in columns]
    table = weighted_shares(
        flat[0],
        flat[1],
        weight_yes=flat[2],
        weight_base=flat[3],
        weight_squares=flat[4],
    )
    low, high = (
        table[f"{kind}{limit}"].to_numpy().reshape(columns[0].shape)
        for limit in ("lower", "upper")
    )
    holds = np.where(np.isnan(low), np.nan, (low <= truth) & (truth <= high))
    return np.nanmean(holds, axis=(0, 2))


def verdict(covered: float, surveys: int) -> str:
    """Judge coverage against the aim, with the room that chance needs (1 in 1,000)."""
    low = binom.ppf(0.001, surveys, AIM[0]) / surveys
    high = binom.ppf(0.999, surveys, AIM[1]) / surveys
    if covered < low:
        return "TOO SELDOM"
    return "TOO OFTEN" if covered > high else "as it should be"


def say(sentence: str) -> None:
    """Write a line at once: the whole takes minutes."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main(surveys: int = 2000) -> None:
    """Say the figures."""
    like = Truth.draw(seed=1)
    populations = {
        "groups differ": like,
        "groups differ much": Truth.draw(seed=1, spread=1.2),
        "yes takes part a quarter more, groups differ": replace(like, keener=1.25),
    }
    for name, truth in populations.items():
        widest = max(np.ptp(truth.by(column, 0.35)) for column in range(4))
        say(f"{name} by up to {widest:.0f} points at 35%; {surveys:,} surveys each")
        for size in SIZES:
            start = time.perf_counter()
            table = coverage(truth, size=size, surveys=surveys, seed=size)
            spent = time.perf_counter() - start
            effect = table["design_effect"].iloc[0]
            say(f"  {size} answers, design effect {effect:.2f} ({spent:.0f} s)")
            for share, row in table.iterrows():
                inside = "in" if AIM[0] <= row["weighted"] <= AIM[1] else "OUTSIDE"
                say(
                    f"    {share:4.0%}: weighted {row['weighted']:.1%} ({inside} the "
                    f"aim), unweighted {row['unweighted']:.1%}, "
                    f"areas {row['areas']:.1%}"
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
