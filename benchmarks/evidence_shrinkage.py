"""How much nearer to the truth small-area values come when they are shrunk.

Run `python benchmarks/evidence_shrinkage.py [SURVEYS]` (500 unless told). Each survey
is of 192 wards in 8 NPUs: the true shares of the wards scatter around their NPU's by a
planted standard deviation, and the number of answers by ward is uneven (negative
binomial), so that some wards have none. The direct share, the NPU's own share for all
its wards, and the smoothed share are set against the truth: root mean squared errors
in points, over wards with an answer. Coverage is that of the smoothed 95 % interval,
over all wards. REML stands beside the adjusted likelihood that is used, and the arcsine
scale beside the per cent scale. The last lines are of fewer areas with one parent.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.measures import smoothing
from geosafety.measures.smoothing import Areas, between_variance, shrink, shrink_shares


@dataclass(frozen=True)
class Setting:
    """What is planted: areas, their parents, spread in points, answers an area."""

    areas: int
    parents: int
    spread: float
    answers: int


SETTINGS = [
    Setting(192, 8, spread, answers)
    for spread in (2, 5, 8)
    for answers in (10, 30, 100)
]
FEW = [
    Setting(19, 1, 5, 30),
    Setting(19, 1, 5, 200),
    Setting(8, 1, 5, 30),
    Setting(8, 1, 5, 700),
]


@dataclass(frozen=True)
class Survey:
    """One survey: the truth, the shares in per cent, their bases, the parents."""

    truth: np.ndarray
    value: pd.Series
    base: pd.Series
    parent: pd.Series


def survey(setting: Setting, rng: np.random.Generator) -> Survey:
    """Plant a truth and ask about it."""
    parent = np.repeat(np.arange(setting.parents), setting.areas // setting.parents)
    centre = rng.uniform(15, 45, setting.parents)[parent]
    truth = np.clip(centre + rng.normal(0, setting.spread, len(parent)), 1, 99)
    base = rng.negative_binomial(2, 2 / (2 + setting.answers), len(parent))
    yes = rng.binomial(base, truth / 100)
    value = np.where(base > 0, 100 * yes / np.maximum(base, 1), np.nan)
    columns = pd.Series(value), pd.Series(base, dtype=float), pd.Series(parent)
    return Survey(truth, *columns)


def arcsine(asked: Survey) -> np.ndarray:
    """Shrink on the arcsine scale, and take the mean of what that stands for."""
    known = asked.base > 0
    angle = np.arcsin(np.sqrt(asked.value / 100))
    variance = 1 / (4 * asked.base.where(known))
    table = shrink(angle, variance, asked.parent)
    shrunk = np.exp(-2 * table["mse"]) * np.cos(2 * table["smoothed"])
    mean: np.ndarray = 50 * (1 - shrunk).to_numpy()
    return mean


def reml(asked: Survey) -> pd.DataFrame:
    """Shrink by plain restricted likelihood."""
    used = smoothing.between_variance

    def plain(areas: Areas) -> float:
        return between_variance(areas, adjusted=False)

    smoothing.between_variance = plain  # type: ignore[assignment]
    try:
        return shrink_shares(asked.value, asked.base, asked.parent)
    finally:
        smoothing.between_variance = used


def pooled(asked: Survey) -> np.ndarray:
    """Give each area the share of its parent."""
    yes = (asked.value.fillna(0) * asked.base).groupby(asked.parent).transform("sum")
    return (yes / asked.base.groupby(asked.parent).transform("sum")).to_numpy()


def measured(asked: Survey) -> dict[str, float]:
    """Set one survey's values against the truth."""
    known = (asked.base > 0).to_numpy()
    table, plain = shrink_shares(asked.value, asked.base, asked.parent), reml(asked)
    few = known & (asked.base < 10).to_numpy()

    def error(value: np.ndarray) -> float:
        return float(np.mean((value - asked.truth)[known] ** 2))

    held = table["lower"].le(asked.truth) & table["upper"].ge(asked.truth)
    held_reml = plain["lower"].le(asked.truth) & plain["upper"].ge(asked.truth)
    return {
        "direct": error(asked.value.to_numpy()),
        "parent": error(pooled(asked)),
        "smoothed": error(table["smoothed"].to_numpy()),
        "reml": error(plain["smoothed"].to_numpy()),
        "arcsine": error(arcsine(asked)),
        "claimed": float(table["mse"][known].mean()),
        "coverage": float(held.mean()),
        "few": float(held[few].mean()) if few.any() else np.nan,
        "coverage_reml": float(held_reml.mean()),
        "at_zero": float((plain["own_share"] < 1e-4).all()),
    }


def study(setting: Setting, *, surveys: int, seed: int = 0) -> dict[str, float]:
    """Average over surveys; errors come as roots of mean squares, in points."""
    rows = []
    for number in range(surveys):
        asked = survey(setting, np.random.default_rng([seed, number]))
        # The odd survey of eight areas has too few with an answer.
        if (asked.base > 0).sum() >= setting.parents + smoothing.SPARE:
            rows.append(measured(asked))
    found = pd.DataFrame(rows).mean()
    roots = ["direct", "parent", "smoothed", "reml", "arcsine", "claimed"]
    found[roots] = np.sqrt(found[roots])
    return {str(name): float(number) for name, number in found.items()}


def say(sentence: str) -> None:
    """Write a line at once: the whole takes minutes."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main(surveys: int = 500) -> None:
    """Say the figures."""
    say(f"{surveys} surveys a line; root mean squared errors in points")
    say(
        "areas parents spread answers | direct parent smoothed  less | reml arcsine |"
        " claimed | cover few-answers reml | reml at 0"
    )
    for s in SETTINGS + FEW:
        f = study(s, surveys=surveys)
        less = 1 - (f["smoothed"] / f["direct"]) ** 2
        say(
            f"{s.areas:5} {s.parents:7} {s.spread:6} {s.answers:7} |"
            f" {f['direct']:6.2f} {f['parent']:6.2f} {f['smoothed']:8.2f} {less:5.0%} |"
            f" {f['reml']:4.2f} {f['arcsine']:7.2f} | {f['claimed']:7.2f} |"
            f" {f['coverage']:5.1%} {f['few']:11.1%} {f['coverage_reml']:.1%} |"
            f" {f['at_zero']:.0%}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
