"""95 % intervals of counts and shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

Z_95 = 1.959963984540054
# Byar's approximation is good to 0.1 % from here on; below, the exact interval is used
# (as in the Public Health England technical guide, 2018).
EXACT_BELOW = 10

Floats = NDArray[np.float64]


def poisson_interval(count: ArrayLike) -> tuple[Floats, Floats]:
    """95 % interval of the mean of a Poisson count.

    Exact (Garwood, 1936) below 10, Byar's approximation from 10 on (Breslow and Day,
    1987). Missing counts give missing limits.

    Examples
    --------
    >>> lower, upper = poisson_interval([0, 5, 100])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.0, 1.623, 81.362], [3.689, 11.668, 121.628])
    """
    n = np.asarray(count, dtype=float)
    lower, upper = np.full(n.shape, np.nan), np.full(n.shape, np.nan)
    big = n >= EXACT_BELOW
    c = n[big]
    lower[big] = c * (1 - 1 / (9 * c) - Z_95 / (3 * np.sqrt(c))) ** 3
    d = c + 1
    upper[big] = d * (1 - 1 / (9 * d) + Z_95 / (3 * np.sqrt(d))) ** 3
    small = n < EXACT_BELOW
    if small.any():
        # There are few distinct small counts, and the quantile is slow.
        values, back = np.unique(n[small], return_inverse=True)
        lower[small] = np.where(values > 0, chi2.ppf(0.025, 2 * values) / 2, 0.0)[back]
        upper[small] = (chi2.ppf(0.975, 2 * values + 2) / 2)[back]
    return lower, upper


def wilson_interval(yes: ArrayLike, base: ArrayLike) -> tuple[Floats, Floats]:
    """95 % score interval of a share, from 0 to 1 (Wilson, 1927).

    A base of zero, or a missing one, gives missing limits.

    Examples
    --------
    >>> lower, upper = wilson_interval([8], [10])
    >>> round(float(lower[0]), 3), round(float(upper[0]), 3)
    (0.49, 0.943)
    """
    k, n = np.asarray(yes, dtype=float), np.asarray(base, dtype=float)
    n = np.where(n > 0, n, np.nan)
    p = k / n
    middle = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 * np.sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2)) / (1 + Z_95**2 / n)
    # The limits at 0 and n are exactly 0 and 1; floating point may miss them by 1e-17.
    lower = np.where(k == 0, 0.0, np.clip(middle - half, 0, 1))
    upper = np.where(k == n, 1.0, np.clip(middle + half, 0, 1))
    return np.where(np.isnan(n), np.nan, lower), np.where(np.isnan(n), np.nan, upper)
