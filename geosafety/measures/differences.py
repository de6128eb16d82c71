"""Intervals and p-values of a difference of two estimates, many rows at once.

Every interval here comes from one formula, the "method of variance estimates
recovery": the limits of the two sides, squared and added, with their correlation
(Zou and Donner, 2008, Construction of confidence limits about effect measures: a
general approach, Statistics in Medicine 27, 1693-1702). With score limits it is
method 10 of Newcombe (1998, Statistics in Medicine 17, 873-890 for independent shares,
2635-2650 for paired ones). What relates the two sides only changes the correlation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, ndtr

from geosafety.errors import MethodError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Given = tuple[Floats, Floats]
# A normal deviate beyond which a p-value (1e-33) says no more.
FARTHEST = 12.0
# Halvings of 0 to FARTHEST: the deviate is then right to 2e-7.
HALVINGS = 26
# Points by which the rest of a whole may miss 0 or 100 %: published values are rounded.
SLACK = 0.5


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes
    ----------
    value
        Estimates.
    limits
        Gives the lower and upper limits for a normal deviate (1.96 for 95 %).
    variance
        Of the estimate; for planning only, the intervals do not use it.
    """

    value: Floats
    limits: Callable[[Floats], tuple[Floats, Floats]]
    variance: Floats


@dataclass(frozen=True)
class Pair:
    """Two sides and what relates them.

    Attributes
    ----------
    correlation
        Of the two estimates.
    scale
        What the difference is multiplied by: 1, or, where the second side was replaced
        by the rest of a whole, the share of the rest in the whole.
    together
        Whether the two sides are the same people, so that more answers add to both.
    """

    first: Side
    second: Side
    correlation: Floats
    scale: Floats
    together: bool


def share_side(value: Floats, n: Floats) -> Side:
    """Give shares in per cent their score limits (Wilson, 1927).

    Parameters
    ----------
    value, n
        Shares in per cent, and the (effective) number of answers, which need not be
        whole; none, or a missing one, gives missing limits.
    """
    n = np.where(n > 0, n, np.nan)
    p = value / 100

    def limits(z: Floats) -> tuple[Floats, Floats]:
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        spread = np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        half = z * spread / (1 + z**2 / n)
        # At 0 and 100 % the limit is the share itself, but for the last bit.
        lower = np.where(p <= 0, 0.0 * n, np.maximum(middle - half, 0))
        upper = np.where(p >= 1, 1.0 + 0.0 * n, np.minimum(middle + half, 1))
        return 100 * lower, 100 * upper

    # One answer of either kind more, so that 0 of 20 is not taken as certain.
    likely = (p * n + 1) / (n + 2)
    return Side(value, limits, 1e4 * likely * (1 - likely) / n)


def rate_side(count: Floats, base: Floats, per: Floats) -> Side:
    """Give rates the exact limits of a Poisson count (Garwood, 1936)."""
    factor = per / np.where(base > 0, base, np.nan)

    def limits(z: Floats) -> tuple[Floats, Floats]:
        tail = ndtr(-z)
        with np.errstate(invalid="ignore"):
            lower = np.where(count > 0, gammaincinv(np.maximum(count, 1), tail), 0.0)
        return factor * lower, factor * gammainccinv(count + 1, tail)

    return Side(factor * count, limits, factor**2 * (count + 1))


def mean_side(value: Floats, se: Floats) -> Side:
    """Give means (or indices) normal limits from their standard errors."""

    def limits(z: Floats) -> tuple[Floats, Floats]:
        return value - z * se, value + z * se

    return Side(value, limits, se**2)


def difference_limits(
    first: Side, second: Side, correlation: Floats, *, z: Floats
) -> tuple[Floats, Floats]:
    """Return the limits of first minus second for a normal deviate.

    Examples
    --------
    Newcombe's (1998) first example, 56 of 70 and 48 of 80:

    >>> first = share_side(np.array([80.0]), np.array([70.0]))
    >>> second = share_side(np.array([60.0]), np.array([80.0]))
    >>> low, high = difference_limits(first, second, np.zeros(1), z=np.array([1.96]))
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([5.24], [33.39])
    """
    low1, high1 = first.limits(z)
    low2, high2 = second.limits(z)
    gap = first.value - second.value
    below = _added(first.value - low1, high2 - second.value, correlation)
    above = _added(high1 - first.value, second.value - low2, correlation)
    return gap - below, gap + above


def _added(one: Floats, other: Floats, correlation: Floats) -> Floats:
    square = one**2 - 2 * correlation * one * other + other**2
    added: Floats = np.sqrt(np.maximum(square, 0))
    return added


def p_values(first: Side, second: Side, correlation: Floats) -> Floats:
    """Two-sided p-values that agree with the intervals.

    A p-value is under .05 just where the 95 % interval leaves out zero, and under .20
    where the 80 % interval does: the deviate at which the interval reaches zero is
    found by halving. Equal sides have 1, missing ones a missing value.
    """
    gap = first.value - second.value
    low, high = np.zeros(gap.shape), np.full(gap.shape, FARTHEST)
    for _ in range(HALVINGS):
        z = (low + high) / 2
        lower, upper = difference_limits(first, second, correlation, z=z)
        apart = np.where(gap > 0, lower > 0, upper < 0)
        low, high = np.where(apart, z, low), np.where(apart, high, z)
    p: Floats = np.where(gap == 0, 1.0, 2 * ndtr(-low))
    known = np.isfinite(difference_limits(first, second, correlation, z=np.ones(1))[0])
    return np.where(known, p, np.nan)


def same_question(first: Floats, second: Floats) -> Floats:
    """Correlation of two options of one question: who chose one did not the other.

    Raises
    ------
    MethodError
        Two options of one question have more than all answers.
    """
    p, q = first / 100, second / 100
    over = p + q > 1 + 1e-9
    if over.any():
        a, b = first[over][0], second[over][0]
        problem = (
            f"Two options of one question have {a:g} % and {b:g} % of its answers."
        )
        hint = 'Where several options may be chosen, say relation="paired".'
        raise MethodError(problem, hint=hint)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = -np.sqrt(p * q / ((1 - p) * (1 - q)))
    # 0 over 0: one option has all answers, and the other none.
    return np.where(np.isfinite(r), np.maximum(r, -1), np.where(p + q >= 1, -1.0, 0.0))


def paired(first: Side, second: Side, discordant: Floats, n: list[Floats]) -> Floats:
    """Correlation of two shares of the same people.

    Where the two bases differ, the smaller is taken as part of the larger. Where the
    discordant share is missing, the answers of a person are taken as unrelated: people
    mostly answer alike twice, so that such an interval is too wide rather than too
    narrow.

    Parameters
    ----------
    discordant
        Per cent of the people with both answers who said yes to just one.
    n
        The (effective) numbers of answers of either side.

    Raises
    ------
    MethodError
        The discordant share cannot be, with the two shares.
    """
    p, q, d = first.value / 100, second.value / 100, discordant / 100
    same = np.isclose(n[0], n[1])
    bad = same & ((d < abs(p - q) - 1e-9) | (d > np.minimum(p + q, 2 - p - q) + 1e-9))
    if bad.any():
        a, b, c = first.value[bad][0], second.value[bad][0], discordant[bad][0]
        problem = f"Shares of {a:g} % and {b:g} % cannot differ in {c:g} % of people."
        hint = "It is at least their difference, and at most their sum."
        raise MethodError(problem, hint=hint)
    covariance = (p + q - d) / 2 - p * q
    # Newcombe's correction for continuity, only towards zero.
    fewer = np.minimum(n[0], n[1])
    shrunk = np.maximum(covariance - 0.5 / fewer, 0)
    covariance = np.where(covariance > 0, shrunk, covariance)
    spread = np.sqrt(p * (1 - p) * q * (1 - q))
    phi = covariance / np.where(spread > 0, spread, np.nan)
    overlap = np.sqrt(fewer / np.maximum(n[0], n[1]))
    return np.nan_to_num(np.clip(phi, -1, 1) * overlap)


def rest_of_shares(part: Floats, one: Given, whole: Given) -> Side:
    """Take a part out of a whole, and give the share among the rest.

    The part less the whole is the part less the rest, times the rest's share in the
    whole: the interval against the rest, made smaller by as much, is that against the
    whole.

    Parameters
    ----------
    part
        How much of the whole (of its weights) the part is, from 0 to 1.
    one, whole
        Share in per cent and effective number of answers of either.

    Raises
    ------
    MethodError
        The part does not fit into the whole.
    """
    rest = _rest_value(part, one[0], whole[0])
    _fits((part > 1) | (rest < -SLACK) | (rest > 100 + SLACK), one[0], whole[0])
    # Variances over p(1 - p): sums of squared weights add up.
    left = 1 / whole[1] - part**2 / one[1]
    _fits((part < 1) & (left <= 0), one[1], whole[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        n = (1 - part) ** 2 / left
    return share_side(np.clip(rest, 0, 100), np.where(part < 1, n, np.nan))


def rest_of_rates(one: Given, whole: Given, per: Floats) -> Side:
    """Take a part's count and base out of the whole's; else as `rest_of_shares`."""
    count, base = whole[0] - one[0], whole[1] - one[1]
    _fits((count < 0) | (base < 0), one[0], whole[0])
    return rate_side(count, base, per)


def rest_of_means(part: Floats, one: Given, whole: Given) -> Side:
    """Take a part's mean and standard error out; else as `rest_of_shares`."""
    left = whole[1] ** 2 - (part * one[1]) ** 2
    _fits((part > 1) | (left < 0), one[1], whole[1])
    error = np.sqrt(left) / np.where(part < 1, 1 - part, np.nan)
    return mean_side(_rest_value(part, one[0], whole[0]), error)


def _rest_value(part: Floats, one: Floats, whole: Floats) -> Floats:
    value: Floats = (whole - part * one) / np.where(part < 1, 1 - part, np.nan)
    return value


def _fits(bad: Mask, one: Floats, whole: Floats) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        sizes = f"with {one[row]:g} is not part of a whole with {whole[row]:g}"
        problem = f"A part {sizes} (row {row + 1})."
        hint = 'Are they of the same answers? If not, say relation="independent".'
        raise MethodError(problem, hint=hint)
