"""Local statistics with exact conditional permutation tests, without a compiler.

The test of one area asks: if its own value stayed and all others were dealt out anew,
how often would its neighbours be as extreme? (Anselin, 1995.) Where a statistic needs
only the sum over `k` neighbours, every area with `k` neighbours can share one sorted
list of sums of `k` random areas. Such a list holds sums with the area itself in them,
which the test forbids: in those draws (`k` in `n`) another area takes its place. A draw
of `k + 1` different areas in random order, of which the last steps in for the area
itself, leaves a random `k` of the other `n - 1`: the correction is exact for any `n`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import hypergeom

from geosafety.errors import MethodError, nearest
from geosafety.spatial.autocorrelation import SAME, constant, eb_standardised
from geosafety.spatial.neighbours import Sample, sample_of

if TYPE_CHECKING:
    from libpysal.graph import Graph

Statistic = Literal[
    "gi_star", "moran", "geary", "moran_rate", "join_counts", "bivariate_moran"
]
STATISTICS = (
    "gi_star",
    "moran",
    "geary",
    "moran_rate",
    "join_counts",
    "bivariate_moran",
)
COLUMNS = ["value", "z_score", "p_value", "smallest_p", "tail", "quadrant", "reason"]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Up to so many areas it is quicker to count for each than to sort the draws.
FEW = 30


def local_statistics(  # noqa: PLR0913
    values: pd.Series,
    graph: Graph,
    *,
    statistic: Statistic = "gi_star",
    permutations: int = 99_999,
    seed: int = 0,
    base: pd.Series | None = None,
    other: pd.Series | None = None,
) -> pd.DataFrame:
    """Compute a local statistic for every area, with a two-sided p-value.

    Parameters
    ----------
    values
        By area code. A missing value is "not tested". For `moran_rate` the numbers of
        events; for `join_counts` 1 for areas of the category and 0 for others.
    statistic
        - `gi_star`: share of the total in the area and its neighbours (binary weights,
          the area included); `z_score` of Ord and Getis (1995).
        - `moran`: local Moran's I, row-standardised, sample variance (Anselin, 1995).
        - `geary`: local Geary's c, row-standardised, sample variance (Anselin, 2019):
          small where an area is like its neighbours.
        - `moran_rate`: local Moran of empirical-Bayes standardised rates of `base`
          (Assunção and Reis, 1999).
        - `join_counts`: for areas of the category, the neighbours that are of it too
          (Anselin and Li, 2019); its permutation distribution is known exactly, so
          nothing is drawn.
        - `bivariate_moran`: `values` here with `other` next door (Lee, 2001; Anselin,
          Syabri and Smirnov, 2002).
    permutations
        Random arrangements for each number of neighbours.
    seed
        Same seed, same answer, on any number of cores.
    base, other
        By area code.

    Returns
    -------
    DataFrame
        Indexed like `values`:

        - `value`, and `z_score` (except for Gi*, against the exact mean and variance
          under the permutations);
        - `p_value`, two-sided: twice the smaller tail, ties counted in both; and
          `smallest_p`, the least that could have been reached. That of Gi* judges the
          neighbours and takes the area's own value as given, as in GeoDa and esda;
        - `tail` in which the neighbours lie, "upper" or "lower" (of c for `geary`);
        - `quadrant`: the area, then its neighbours, above ("high") or below the mean;
        - `reason`: empty where tested, or why not.

    Raises
    ------
    MethodError
        Fewer than 30 areas have a value and a neighbour with one.
    """
    x, y, reason = _inputs(values, statistic, base, other)
    sample, reason = _sample(values.index, graph, reason)
    if constant(x[sample.where]) or constant(y[sample.where]):
        reason[sample.where] = "all values are equal"
        return _table(values.index, sample, {}, reason)
    x, y = x[sample.where], y[sample.where]
    if statistic == "join_counts":
        columns, reason = _join_counts(x, sample, reason)
        return _table(values.index, sample, columns, reason)
    compute = {"gi_star": _gi_star, "geary": _geary}.get(statistic, _moran)
    columns = compute(x, y, sample)
    count = _geary_tails if statistic == "geary" else _sum_tails
    tails = count(
        _standard(x) if statistic == "geary" else y, sample, permutations, seed
    )
    return _table(values.index, sample, columns | _p_values(sample, *tails), reason)


def _inputs(
    values: pd.Series,
    statistic: str,
    base: pd.Series | None,
    other: pd.Series | None,
) -> tuple[Floats, Floats, NDArray[np.object_]]:
    """Return what is tested at an area, what next door, and why some cannot be."""
    if statistic not in STATISTICS:
        problem = f"There is no local statistic called {statistic!r}."
        raise MethodError(problem, hint=nearest(statistic, STATISTICS))
    x = values.to_numpy(float, na_value=np.nan)
    reason = np.where(np.isfinite(x), "", "missing").astype(object)
    y = x
    if statistic == "moran_rate":
        below = _beside(values, base, "moran_rate", "base")
        reason[~(below > 0) & (reason == "")] = "no base"
        x = y = eb_standardised(x, np.where(reason == "", below, np.nan))
    if statistic == "bivariate_moran":
        y = _beside(values, other, "bivariate_moran", "other")
        reason[~np.isfinite(y) & (reason == "")] = "missing"
    if statistic == "join_counts" and not np.isin(x[reason == ""], [0, 1]).all():
        problem = "Join counts need 1 for areas of the category and 0 for others."
        raise MethodError(problem, hint='Give (categories == "x").astype(float).')
    return x, y, reason


def _beside(
    values: pd.Series, given: pd.Series | None, statistic: str, name: str
) -> Floats:
    if given is None:
        problem = f"The statistic {statistic!r} needs `{name}`."
        raise MethodError(problem, hint=f"Give {name}=..., by area code.")
    aligned: Floats = given.reindex(values.index).to_numpy(float, na_value=np.nan)
    return aligned


def _sample(
    index: pd.Index, graph: Graph, reason: NDArray[np.object_]
) -> tuple[Sample, NDArray[np.object_]]:
    sample = sample_of(reason == "", graph, index)
    reason = np.where(sample.alone, "no neighbour has a value", reason)
    reason = np.where(sample.island & (reason == ""), "island", reason)
    return sample, reason


def _table(
    index: pd.Index,
    sample: Sample,
    columns: dict[str, NDArray[np.generic]],
    reason: NDArray[np.object_],
) -> pd.DataFrame:
    tested = reason == ""
    whole: dict[str, NDArray[np.generic]] = {}
    for name in COLUMNS[:-1]:
        number = name in COLUMNS[:4]
        empty = np.full(
            len(index), np.nan if number else "", dtype=None if number else object
        )
        if name in columns:
            empty[sample.where] = columns[name]
        empty[~tested] = np.nan if number else ""
        whole[name] = empty
    return pd.DataFrame(whole | {"reason": reason}, index=index)[COLUMNS]


# --- the statistics ------------------------------------------------------------------


def _standard(x: Floats) -> Floats:
    z: Floats = (x - x.mean()) / x.std(ddof=1)
    return z


def _quadrant(own: Floats, lag: Floats) -> NDArray[np.str_]:
    words = [np.where(a > 0, "high", "low") for a in (own, lag)]
    return np.char.add(np.char.add(words[0], "-"), words[1])


def _gi_star(x: Floats, _: Floats, sample: Sample) -> dict[str, NDArray[np.generic]]:
    """Ord and Getis (1995), equation for G* with binary weights."""
    n, size = sample.n, sample.degree + 1.0
    local = sample.lag(x) + x
    spread = x.std() * np.sqrt((n * size - size**2) / (n - 1))
    total = x.sum()
    z = _divide(local - size * x.mean(), spread)
    return {
        "value": local / total if total else np.full(n, np.nan),
        "z_score": z,
        "quadrant": _quadrant(x - x.mean(), sample.lag(x - x.mean())),
    }


def _moran(x: Floats, y: Floats, sample: Sample) -> dict[str, NDArray[np.generic]]:
    """Plain and bivariate; the moments are those of `k` draws from the other areas."""
    own, beside = _standard(x), _standard(y)
    k, n = sample.degree.astype(float), sample.n
    lag = sample.lag(beside) / k
    mean = -beside / (n - 1)
    square = (np.sum(beside**2) - beside**2) / (n - 1) - mean**2
    z = _divide(lag - mean, np.sqrt(_variance_of_mean(square, k, n - 1)))
    return {
        "value": own * lag,
        "z_score": np.sign(own) * z,
        "quadrant": _quadrant(own, lag),
    }


def _geary(x: Floats, _: Floats, sample: Sample) -> dict[str, NDArray[np.generic]]:
    """Mean squared difference from the neighbours, in units of the variance."""
    z = _standard(x)
    k, others = sample.degree.astype(float), sample.n - 1
    c = z**2 - 2 * z * sample.lag(z) / k + sample.lag(z**2) / k
    s1, s2, s3, s4 = (np.sum(z**power) for power in (1, 2, 3, 4))
    # Mean of (z_i - z_j)^2 and of its square over all j; j = i adds zero to both sums.
    mean = (sample.n * z**2 - 2 * z * s1 + s2) / others
    fourth = sample.n * z**4 - 4 * z**3 * s1 + 6 * z**2 * s2 - 4 * z * s3 + s4
    square = fourth / others - mean**2
    return {
        "value": c,
        "z_score": _divide(c - mean, np.sqrt(_variance_of_mean(square, k, others))),
        "quadrant": _quadrant(z, sample.lag(z)),
    }


def _join_counts(
    x: Floats, sample: Sample, reason: NDArray[np.object_]
) -> tuple[dict[str, NDArray[np.generic]], NDArray[np.object_]]:
    """Exact: the neighbours of the category are `k` draws from an urn."""
    n, k, count = sample.n, sample.degree, sample.lag(x)
    urn = hypergeom(n - 1, int(x.sum()) - 1, k)
    # Written out: scipy's own moments go on to a kurtosis that one area has not.
    share = (x.sum() - 1) / (n - 1)
    mean, spread = k * share, np.sqrt(_variance_of_count(share, k, n - 1))
    low, high = np.maximum(0, k - (n - int(x.sum()))), np.minimum(k, int(x.sum()) - 1)
    upper, lower = urn.sf(count - 1), urn.cdf(count)
    reason = reason.copy()
    reason[sample.where[x == 0]] = "not of the category"
    more = count > mean
    return {
        "value": count,
        "z_score": _divide(count - mean, spread),
        "p_value": np.minimum(1, 2 * np.minimum(upper, lower)),
        "smallest_p": np.minimum(1, 2 * np.minimum(urn.pmf(low), urn.pmf(high))),
        "tail": np.where(upper <= lower, "upper", "lower"),
        "quadrant": np.where(more, "high-high", "high-low"),
    }, reason


def _variance_of_count(share: float, k: Integers, others: int) -> Floats:
    """Variance of how many of `k` draws without replacement are of the category."""
    result: Floats = k * share * (1 - share) * (others - k) / max(others - 1, 1)
    return result


def _variance_of_mean(variance: Floats, k: Floats, others: int) -> Floats:
    """Variance of the mean of `k` draws without replacement from `others`."""
    left = np.maximum(others - k, 0) / max(others - 1, 1)
    result: Floats = np.maximum(variance, 0) / k * left
    return result


def _divide(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(below > 0, above / below, 0.0)
    return ratio


# --- the permutation engine ----------------------------------------------------------


@lru_cache(maxsize=1)
def _draws(n: int, most: int, permutations: int, seed: int) -> NDArray[np.int32]:
    """Draw `most` different areas of `n`, in random order, in each column.

    The last call is kept: the indicators of one map share their random numbers.
    """
    rng = np.random.default_rng(seed)
    rows = np.empty((most, permutations), dtype=np.int32)
    if 4 * most > n:
        for start in range(0, permutations, 10_000):
            part = rows[:, start : start + 10_000]
            deck = np.tile(np.arange(n, dtype=np.int32), (part.shape[1], 1))
            part[:] = rng.permuted(deck, axis=1)[:, :most].T
    else:
        for r in range(most):
            rows[r] = rng.integers(n, size=permutations, dtype=np.int32)
            again = _repeated(rows, r, np.arange(permutations))
            while len(again):
                rows[r, again] = rng.integers(n, size=len(again), dtype=np.int32)
                again = again[_repeated(rows[:, again], r, np.arange(len(again)))]
    rows.setflags(write=False)
    return rows


def _repeated(rows: NDArray[np.int32], r: int, columns: Integers) -> Integers:
    """Return the columns whose row `r` holds an area that an earlier row holds."""
    found = np.zeros(len(columns), dtype=bool)
    for earlier in range(r):
        found |= rows[earlier] == rows[r]
    return np.flatnonzero(found)


@dataclass(frozen=True)
class Null:
    """Sums over `k` random areas, and those that had to be mended for one area each.

    Attributes
    ----------
    sites
        Areas with `k` neighbours.
    sums
        Of shape (variables, permutations).
    site, column
        Draws in which an area with `k` neighbours was drawn for itself.
    mended
        The sums of those draws with another area in its place: (variables, pairs).
    """

    sites: Integers
    sums: Floats
    site: Integers
    column: Integers
    mended: Floats


def _nulls(x: Floats, sample: Sample, permutations: int, seed: int) -> Iterator[Null]:
    """Go through the numbers of neighbours, smallest first.

    Parameters
    ----------
    x
        Of shape (variables, areas).
    """
    classes = np.unique(sample.degree)
    most = min(int(classes[-1]) + 1, sample.n)
    draws = _draws(sample.n, most, permutations, seed)
    site, column, degree = _drawn_for_itself(
        sample.degree.tobytes(), most, permutations, seed
    )
    sums = np.zeros((len(x), permutations))
    for k in range(1, most):
        sums += x[:, draws[k - 1]]
        if k in classes:
            pair = slice(*np.searchsorted(degree, [k, k + 1]))
            i, c = site[pair], column[pair]
            mended = sums[:, c] - x[:, i] + x[:, draws[k, c]]
            yield Null(np.flatnonzero(sample.degree == k), sums, i, c, mended)


@lru_cache(maxsize=1)
def _drawn_for_itself(
    degrees: bytes, most: int, permutations: int, seed: int
) -> tuple[Integers, Integers, Integers]:
    """List where an area is among its own draws, by number of neighbours."""
    degree = np.frombuffer(degrees, dtype=np.int64)
    draws = _draws(len(degree), most, permutations, seed)
    sites, columns = [], []
    for r in range(len(draws) - 1):
        column = np.flatnonzero(degree[draws[r]] > r)
        columns.append(column)
        sites.append(draws[r, column].astype(np.int64))
    site, column = np.concatenate(sites), np.concatenate(columns)
    order = np.argsort(degree[site].astype(np.int16), kind="stable")
    return site[order], column[order], degree[site[order]]


def _sum_tails(
    x: Floats, sample: Sample, permutations: int, seed: int
) -> tuple[Integers, Integers, int]:
    """Count draws whose sum is at most, and at least, the sum over the neighbours."""
    z = x - x.mean()
    seen, same = sample.lag(z), SAME * np.abs(z).max()
    lower, upper = np.zeros(sample.n, np.int64), np.zeros(sample.n, np.int64)
    for null in _nulls(z[None], sample, permutations, seed):
        here = seen[null.sites]
        if len(here) < FEW:
            lower[null.sites] = [np.count_nonzero(null.sums <= v + same) for v in here]
            upper[null.sites] = [np.count_nonzero(null.sums >= v - same) for v in here]
        else:
            ordered = np.sort(null.sums[0])
            lower[null.sites] = np.searchsorted(ordered, here + same, side="right")
            upper[null.sites] = permutations - np.searchsorted(ordered, here - same)
        bounds = seen[null.site] + same, seen[null.site] - same
        for sums, sign in ((null.sums[0, null.column], -1), (null.mended[0], 1)):
            below, above = sums <= bounds[0], sums >= bounds[1]
            lower += sign * np.bincount(null.site[below], minlength=sample.n)
            upper += sign * np.bincount(null.site[above], minlength=sample.n)
    return lower, upper, permutations


def _geary_tails(
    z: Floats, sample: Sample, permutations: int, seed: int
) -> tuple[Integers, Integers, int]:
    """Count in the same way for sums of squared differences.

    These depend on the area's own value, so each area has its own list; but all lists
    of one class are made of the same two sums, of values and of squares.
    """
    seen = sample.lag(z**2) - 2 * z * sample.lag(z)
    same = SAME * np.max(np.abs(z)) ** 2
    lower, upper = np.zeros(sample.n, np.int64), np.zeros(sample.n, np.int64)
    for null in _nulls(np.stack([z, z**2]), sample, permutations, seed):
        for i in null.sites:
            g = null.sums[1] - (2 * z[i]) * null.sums[0]
            lower[i] = np.count_nonzero(g <= seen[i] + same)
            upper[i] = np.count_nonzero(g >= seen[i] - same)
        own = 2 * z[null.site]
        for sums, sign in ((null.sums[:, null.column], -1), (null.mended, 1)):
            g = sums[1] - own * sums[0]
            below, above = g <= seen[null.site] + same, g >= seen[null.site] - same
            lower += sign * np.bincount(null.site[below], minlength=sample.n)
            upper += sign * np.bincount(null.site[above], minlength=sample.n)
    return lower, upper, permutations


def _p_values(
    sample: Sample, lower: Integers, upper: Integers, permutations: int
) -> dict[str, NDArray[np.generic]]:
    least = np.minimum(lower, upper) + 1
    n, k = sample.n - 1.0, sample.degree.astype(float)
    # With few neighbours there are few arrangements, however many are drawn.
    arrangements = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)  # logarithm
    smallest = np.maximum(1 / (permutations + 1), np.exp(-arrangements))
    return {
        "p_value": np.minimum(1.0, 2 * least / (permutations + 1)),
        "smallest_p": np.minimum(1.0, 2 * smallest),
        "tail": np.where(upper <= lower, "upper", "lower"),
    }
