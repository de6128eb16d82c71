"""Funnel limits: which areas differ from a target by more than areas mostly differ.

Plain limits ask whether an area could be at the target but for chance. With hundreds of
thousands of residents nearly every area fails, because areas differ: that is true, and
no news. Limits with overdispersion take the usual spread between areas into account
(Spiegelhalter, 2005, Funnel plots for comparing institutional performance, Statistics
in Medicine 24, 1185-1202; 2005, Handling over-dispersion of performance indicators,
Quality and Safety in Health Care 14, 347-351).

Which kind: `additive` says that the true values of areas scatter, of large ones as much
as of small ones. It fits areas that differ for lasting reasons, and is the one to use
for neighbourhoods. `multiplicative` stretches chance itself, so that what it allows
shrinks away in large areas: for counts that come in clusters, such as repeat calls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from geosafety.errors import MethodError, nearest

Floats = NDArray[np.float64]
Spread = Literal["additive", "multiplicative", "none"]
Kind = Literal["rate", "share"]
ABOVE, BELOW, USUAL = "above", "below", "within what is usual"
NOT_MEANINGFUL, MISSING = "no meaningful difference", "not available"
# Fewer areas say little about the usual spread, and the note says so ...
FEW_AREAS = 20
# ... and fewer than these say nothing: of two areas one is always unusual, or none.
LEAST_AREAS = 5


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How limits are made and what matters.

    Attributes
    ----------
    level
        Of the limits, such as 0.95 or 0.998 (two and three standard deviations).
    minimum_effect
        The smallest difference from the target that matters, in per cent of it.
    spread
        `additive`, `multiplicative` or `none` (see the module).
    winsorise
        The share of z-scores on each side that is pulled in to the rest before the
        spread is estimated, so that what is unusual does not pass for usual.
    """

    level: float
    minimum_effect: float
    spread: Spread = "additive"
    winsorise: float = 0.1


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """A funnel and the areas in it.

    Attributes
    ----------
    target
        What areas are set against, in the unit of the values.
    phi
        Mean square of the winsorised z-scores: about 1 if areas differ by chance alone.
    tau
        Standard deviation between areas on the scale of `z` (see `funnel`).
    areas
        By area: `value`, `base`, `z` (distance from the target in plain standard
        errors), `lower`, `upper`, `plain_lower`, `plain_upper` (limits with and without
        overdispersion, at the area's base), `relative` (per cent above the target) and
        `verdict`.
    note
        What to know before it is trusted, or nothing.
    """

    kind: Kind
    per: float
    rule: Rule
    target: float
    phi: float
    tau: float
    areas: pd.DataFrame
    note: str


def funnel(
    areas: pd.DataFrame,
    rule: Rule,
    *,
    kind: Kind,
    per: float,
    target: float | None = None,
) -> Funnel:
    """Set areas against a target, with limits that know how much areas mostly differ.

    Z-scores are on the scale where chance is the same whatever the rate: the root of a
    rate, the arcsine of the root of a share. The usual target is the value of all areas
    together, in which each area has its own part.

    Parameters
    ----------
    areas
        `count` and `base`, one row an area. For shares of answers: the effective number
        of answers, and of those that said yes. A missing number, or a base of 0, gives
        `not available`; so must hidden values come in.
    kind, per
        `rate` and 1,000 for a rate per 1,000; `share` and 100 for per cent.
    target
        In the unit of the values; that of all areas together unless given.

    Returns
    -------
    Funnel
        `verdict` is `above` or `below` outside the limits by at least what matters, `no
        meaningful difference` outside them by less, and `within what is usual` inside.

    Raises
    ------
    MethodError
        There are fewer than five areas, or a count is negative, or more than a share's
        base.

    Examples
    --------
    >>> table = pd.DataFrame({"count": [480, 520, 500, 495, 700], "base": 10_000})
    >>> rule = Rule(level=0.95, minimum_effect=10, spread="none")
    >>> funnel(table, rule, kind="rate", per=1000).areas["verdict"].tolist()[-2:]
    ['within what is usual', 'above']
    """
    count, base = _numbers(areas, kind)
    known = np.isfinite(count)
    if known.sum() < LEAST_AREAS:
        problem = f"A funnel of {known.sum()} areas cannot tell what is usual."
        raise MethodError(
            problem, hint=f"Give {LEAST_AREAS} or more, or `compare` them."
        )
    pooled = per * np.nansum(count) / np.nansum(base)
    target = float(pooled if target is None else target)
    y0, y = _forward(target / per, kind), _forward(count / base, kind)
    z = (y - y0) * 2 * np.sqrt(base)
    phi, tau = dispersion(z[known], base[known], winsorise=rule.winsorise)
    note = _note(z[known], phi, rule)
    made = Funnel(
        kind=kind,
        per=per,
        rule=rule,
        target=target,
        phi=phi,
        tau=tau,
        areas=areas,
        note=note,
    )
    table = limits(made, base).assign(value=per * count / base, z=z)
    table = _with_verdict(table.set_axis(areas.index), made)
    return replace(made, areas=table)


def dispersion(z: Floats, base: Floats, *, winsorise: float) -> tuple[float, float]:
    """Estimate how much more areas differ than by chance.

    Parameters
    ----------
    z
        Plain z-scores.
    base
        Bases: the sampling variance of an area is 1 / (4 base) on the scale of z.
    winsorise
        The share on each side that is set to the quantile there. With eight areas
        a tenth is less than one area: the outermost is pulled most of the way inwards.

    Returns
    -------
    phi, tau
        The mean of z squared; and the standard deviation between areas by moments
        (DerSimonian and Laird, 1986), 0 where they differ no more than by chance.
    """
    inner = np.clip(z, *np.quantile(z, [winsorise, 1 - winsorise]))
    phi, n, weight = float(np.mean(inner**2)), len(z), 4 * base
    scatter = n * phi - (n - 1)
    tau2 = scatter / (weight.sum() - (weight**2).sum() / weight.sum())
    return phi, float(np.sqrt(max(tau2, 0.0)))


def limits(made: Funnel, base: ArrayLike) -> pd.DataFrame:
    """Return the limits at any base, to draw the funnel.

    Returns
    -------
    DataFrame
        `base, lower, upper, plain_lower, plain_upper`, in the unit of the values.
    """
    n = np.asarray(base, dtype=float)
    chance = 1 / (2 * np.sqrt(n))
    wide = {
        "additive": np.sqrt(chance**2 + made.tau**2),
        # Areas more alike than chance would have them do not narrow it.
        "multiplicative": chance * np.sqrt(max(made.phi, 1.0)),
        "none": chance,
    }
    if made.rule.spread not in wide:
        problem = f'There is no kind of spread "{made.rule.spread}".'
        raise MethodError(problem, hint=nearest(made.rule.spread, get_args(Spread)))
    y0 = _forward(made.target / made.per, made.kind)
    z = ndtri((1 + made.rule.level) / 2)
    columns = {"base": n}
    for name, error in (("", wide[made.rule.spread]), ("plain_", chance)):
        columns[f"{name}lower"] = made.per * _back(y0 - z * error, made.kind)
        columns[f"{name}upper"] = made.per * _back(y0 + z * error, made.kind)
    return pd.DataFrame(columns)


def _numbers(areas: pd.DataFrame, kind: Kind) -> tuple[Floats, Floats]:
    if kind not in get_args(Kind):
        problem = f'There is no kind of funnel "{kind}".'
        raise MethodError(problem, hint=nearest(kind, get_args(Kind)))
    count, base = areas["count"].to_numpy(float), areas["base"].to_numpy(float)
    bad = (count < 0) | ((kind == "share") & (count > base * (1 + 1e-9)))
    if bad.any():
        where, a, b = areas.index[bad][0], count[bad][0], base[bad][0]
        problem = f"The area {where} has a count of {a:g} on a base of {b:g}."
        raise MethodError(problem, hint="Counts are 0 or more; of a share, up to all.")
    known = np.isfinite(count) & (base > 0)
    return np.where(known, count, np.nan), np.where(known, base, np.nan)


def _forward(value: ArrayLike, kind: Kind) -> Floats:
    root: Floats = np.sqrt(np.asarray(value, dtype=float))
    return root if kind == "rate" else np.arcsin(np.minimum(root, 1))


def _back(y: Floats, kind: Kind) -> Floats:
    if kind == "rate":
        return np.maximum(y, 0) ** 2
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


def _with_verdict(table: pd.DataFrame, made: Funnel) -> pd.DataFrame:
    value = table["value"]
    relative = 100 * (value / made.target - 1)
    outside = (value > table["upper"]) | (value < table["lower"])
    small = relative.abs() < made.rule.minimum_effect
    verdict = np.select(
        [value.isna(), ~outside, small, value > table["upper"]],
        [MISSING, USUAL, NOT_MEANINGFUL, ABOVE],
        BELOW,
    )
    names = ["value", "base", "z", "lower", "upper", "plain_lower", "plain_upper"]
    return table[names].assign(relative=relative, verdict=verdict)


def _note(z: Floats, phi: float, rule: Rule) -> str:
    if rule.spread == "none" or len(z) >= FEW_AREAS:
        return ""
    whole = float(np.mean(z**2))
    return (
        f"The usual spread is taken from {len(z)} areas only, and is itself unsure: "
        "pulling in the outermost makes the mean squared z-score "
        f"{phi:,.1f} instead of {whole:,.1f}."
    )
