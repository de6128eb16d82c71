"""Verdicts for whole maps of counts: against the Force, and against an earlier period.

The rule is that of `verdicts`; the p-values are exact and cheap, because a map has
thousands of areas and a build has hundreds of maps. Shares are compared by
`comparison.compare_table`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from geosafety.measures.comparison import within_families
from geosafety.measures.intervals import Z_95
from geosafety.measures.verdicts import CLEAR_P, LIKELY_P

Floats = NDArray[np.float64]
CANNOT_TELL, SAME = "cannot tell", "cannot tell: no meaningful difference"
NONE = ""


def rate_verdicts(  # noqa: PLR0913 - two counts over two bases, and how to judge
    n: Floats,
    base: Floats,
    whole_n: Floats,
    whole_base: Floats,
    *,
    family: pd.Series,
    low: NDArray[np.bool_],
    minimum_pct: float,
) -> NDArray[np.object_]:
    """Judge the rates of areas against that of the whole they are part of.

    Given the whole's count, an area's is binomial with its part of the base, if the
    rates are equal (Przyborowski and Wilenski, 1940); two-sided by doubling.

    Parameters
    ----------
    n, base, whole_n, whole_base
        Events or members, and residents, of each area and of the whole; missing gives
        no verdict.
    family
        Which rows make one map: p-values are adjusted within it (Benjamini and
        Hochberg, 1995).
    low
        Where the base is low: never above `likely`.
    minimum_pct
        The smallest difference that matters, per cent of the whole's rate.

    Returns
    -------
    ndarray
        "clear: higher", "clear: lower", "likely: ...", "cannot tell", "cannot tell: no
        meaningful difference", or empty.

    Examples
    --------
    WMNow members of Wolverhampton and Solihull, March 2022, against the Force:

    >>> one = np.ones(2)
    >>> rate_verdicts(
    ...     np.array([10_944.0, 12_407.0]), np.array([207_347.0, 174_712.0]),
    ...     121_028 * one, 2_310_560 * one,
    ...     family=pd.Series([0, 0]), low=np.zeros(2, bool), minimum_pct=10,
    ... ).tolist()
    ['cannot tell: no meaningful difference', 'clear: higher']
    """
    known = np.isfinite(n) & (base > 0) & (whole_n > 0) & (base < whole_base)
    part = np.where(known, base / np.where(known, whole_base, 1.0), 0.5)
    p = _two_sided(n, whole_n, part, known)
    expected = np.where(known, whole_n * part, np.nan)
    ratio = n / expected
    # Of the area against the rest of the whole, made smaller as the difference is.
    half = Z_95 * np.sqrt(np.maximum(n, 1) * (1 - part)) / expected
    return _said(p, ratio, half, family=family, low=low, minimum_pct=minimum_pct)


def change_verdicts(
    before: Floats,
    after: Floats,
    *,
    family: pd.Series,
    low: NDArray[np.bool_],
    minimum_pct: float,
) -> NDArray[np.object_]:
    """Judge counts of events against those of an earlier period of the same length.

    Given both together, the later count is binomial with one half.
    """
    known = np.isfinite(before) & np.isfinite(after) & (before + after > 0)
    total = np.where(known, before + after, 0.0)
    p = _two_sided(after, total, np.full(len(total), 0.5), known)
    base = np.where(before > 0, before, np.nan)
    ratio = after / base
    half = Z_95 * ratio * np.sqrt(1 / np.maximum(after, 1) + 1 / np.maximum(before, 1))
    return _said(p, ratio, half, family=family, low=low, minimum_pct=minimum_pct)


def _two_sided(
    count: Floats, total: Floats, part: Floats, known: NDArray[np.bool_]
) -> Floats:
    k, m = np.round(np.where(known, count, 0)), np.round(np.where(known, total, 0))
    tails = binom.cdf(k, m, part), binom.sf(k - 1, m, part)
    p: Floats = np.where(known, np.minimum(1.0, 2 * np.minimum(*tails)), np.nan)
    return p


def _said(  # noqa: PLR0913
    p: Floats,
    ratio: Floats,
    half: Floats,
    *,
    family: pd.Series,
    low: NDArray[np.bool_],
    minimum_pct: float,
) -> NDArray[np.object_]:
    """Turn p-values, and how many times the other value each is, into words."""
    q = within_families(p, family.to_numpy())
    effect = minimum_pct / 100
    matters = np.abs(ratio - 1) >= effect
    inside = (ratio - half > 1 - effect) & (ratio + half < 1 + effect)
    side = np.where(ratio > 1, "higher", "lower").astype(object)
    clear = (q < CLEAR_P) & matters & ~low
    likely = (q < LIKELY_P) & matters
    said = np.select(
        [np.isnan(q), clear, likely, inside],
        [NONE, "clear: " + side, "likely: " + side, SAME],
        CANNOT_TELL,
    )
    return said.astype(object)
