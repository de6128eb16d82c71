"""Whether values cluster at all: one number for the whole map, and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from geosafety.errors import MethodError
from geosafety.spatial.neighbours import sample_of

if TYPE_CHECKING:
    from libpysal.graph import Graph

Floats = NDArray[np.float64]

COLUMNS = [
    "statistic",
    "value",
    "expected",
    "z_score",
    "p_value",
    "smallest_p",
    "permutations",
    "seed",
    "areas",
    "not_tested",
    "words",
]
MORAN, GEARY, GENERAL_G = "Moran's I", "Geary's c", "Getis-Ord G"
RATE_MORAN, BIVARIATE = "Empirical-Bayes Moran's I", "Bivariate Moran's I"
# Said in the sentence; tests of single areas control the false discovery rate instead.
ALPHA = 0.05
# Permutations handled at a time: 200 maps of 1,719 areas fit a processor's cache.
CHUNK = 200
# Sums that are equal on paper differ by some 1e-15 of their size.
SAME = 1e-10


@dataclass(frozen=True)
class Map:
    """The areas that can be tested: their positions and their links, twofold.

    Attributes
    ----------
    shares
        Row-standardised weights, as Moran and Geary use them.
    links
        Zeros and ones, as Getis and Ord use them.
    """

    where: NDArray[np.int64]
    total: int
    shares: csr_array
    links: csr_array


@dataclass(frozen=True)
class Found:
    """One statistic of one map, before it is put in words."""

    statistic: str
    value: float
    expected: float
    z_score: float
    p_value: float


def global_statistics(
    values: pd.Series, graph: Graph, *, permutations: int = 9999, seed: int = 0
) -> pd.DataFrame:
    """Test whether neighbouring areas are alike, and whether high values adjoin.

    Moran's I (Moran, 1950) and Geary's c (Geary, 1954) with row-standardised weights,
    the general G (Getis and Ord, 1992) with binary ones.

    Parameters
    ----------
    values
        By area code. Areas without a value, or without a neighbour that has one, are
        left out and counted in `not_tested`.
    permutations
        How often the values are dealt out anew over the areas.

    Returns
    -------
    DataFrame
        A row per statistic. `expected` and `z_score` are the mean and the standardised
        value under randomisation (Cliff and Ord, 1981); `p_value` is two-sided, of the
        permutations, and `smallest_p` the least they could have given; `words` says in
        a sentence what was found.

    Raises
    ------
    MethodError
        Fewer than 30 areas have a value and a neighbour with one.
    """
    x = values.to_numpy(float, na_value=np.nan)
    found_map = _map(x, values.index, graph)
    x = x[found_map.where]
    if constant(x):
        found = [_untestable(name) for name in (MORAN, GEARY, GENERAL_G)]
    else:
        found = _three(x, found_map, permutations, seed)
    return _frame(found, found_map, permutations, seed)


def rate_moran(
    numerator: pd.Series,
    base: pd.Series,
    graph: Graph,
    *,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Test rates with bases of different sizes: Assunção and Reis (1999).

    The rate of a small area varies much by chance alone, and breaks the assumption that
    any value could have been anywhere. Each rate is first standardised by what its base
    lets expect.

    Returns
    -------
    DataFrame
        One row, as in `global_statistics`. An area without a positive base is left out.
    """
    count = numerator.to_numpy(float, na_value=np.nan)
    below = base.reindex(numerator.index).to_numpy(float, na_value=np.nan)
    usable = np.where(below > 0, count, np.nan)
    found_map = _map(usable, numerator.index, graph)
    z = eb_standardised(count[found_map.where], below[found_map.where])
    if constant(z):
        found = _untestable(RATE_MORAN)
    else:
        found = _three(z, found_map, permutations, seed)[0]
    named = Found(RATE_MORAN, found.value, found.expected, found.z_score, found.p_value)
    return _frame([named], found_map, permutations, seed)


def bivariate_moran(
    x: pd.Series,
    y: pd.Series,
    graph: Graph,
    *,
    permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Test whether `x` in an area goes with `y` in the areas next to it.

    The slope of the neighbours' mean of `y` on `x`, both standardised (Anselin, Syabri
    and Smirnov, 2002); `y` is dealt out anew. It is not the correlation of `x` and `y`
    in the same places, and not free of it.

    Returns
    -------
    DataFrame
        One row, as in `global_statistics`; mean and variance are exact.
    """
    own = x.to_numpy(float, na_value=np.nan)
    beside = y.reindex(x.index).to_numpy(float, na_value=np.nan)
    found_map = _map(own + beside, x.index, graph)
    own, beside = own[found_map.where], beside[found_map.where]
    if constant(own) or constant(beside):
        found = _untestable(BIVARIATE)
    else:
        found = _bivariate(own, beside, found_map, permutations, seed)
    return _frame([found], found_map, permutations, seed)


def eb_standardised(count: ArrayLike, base: ArrayLike) -> Floats:
    """Standardise rates by the variance that their bases let expect.

    Assunção and Reis (1999), with Marshall's (1991) moment estimates. A negative
    estimate of the variance between areas is taken as none, as in R's spdep. Missing
    stays missing.

    Examples
    --------
    >>> eb_standardised([5, 10, 30], [100, 100, 200]).round(3).tolist()
    [-1.398, -0.28, 0.989]
    """
    rate, p, mean, between = _marshall(count, base)
    variance = between + mean / p
    with np.errstate(divide="ignore", invalid="ignore"):
        z: Floats = np.where(variance > 0, (rate - mean) / np.sqrt(variance), 0.0)
    return np.where(np.isnan(rate), np.nan, z)


def eb_rates(count: ArrayLike, base: ArrayLike) -> Floats:
    """Shrink rates towards the rate of all areas together (Marshall, 1991).

    Examples
    --------
    >>> eb_rates([5, 10, 30], [100, 100, 200]).round(4).tolist()
    [0.0852, 0.107, 0.1353]
    """
    rate, p, mean, between = _marshall(count, base)
    weight = between / (between + mean / p) if mean > 0 else np.zeros(len(p))
    shrunk: Floats = weight * rate + (1 - weight) * mean
    return shrunk


def _marshall(count: ArrayLike, base: ArrayLike) -> tuple[Floats, Floats, float, float]:
    """Return rates, bases (missing together), the mean, the variance between areas."""
    n, p = np.asarray(count, float), np.asarray(base, float)
    known = np.isfinite(n) & (p > 0)
    n, p = np.where(known, n, np.nan), np.where(known, p, np.nan)
    rate, total = n / p, np.nansum(p)
    mean = np.nansum(n) / total
    spread = np.nansum(p * (rate - mean) ** 2) / total
    between = spread - mean / (total / known.sum())
    return rate, p, float(mean), max(float(between), 0.0)


# --- the statistics ------------------------------------------------------------------


def _map(x: Floats, index: pd.Index, graph: Graph) -> Map:
    sample = sample_of(np.isfinite(x), graph, index)
    ends = (sample.focal, sample.neighbour)
    shape = (sample.n, sample.n)
    ones = np.ones(len(sample.focal))
    shares = csr_array((ones / sample.degree[sample.focal], ends), shape=shape)
    return Map(sample.where, len(x), shares, csr_array((ones, ends), shape=shape))


def constant(x: Floats) -> bool:
    """Tell whether all values are the same but for rounding."""
    return bool(np.ptp(x) <= SAME * np.abs(x).max())


def _untestable(statistic: str) -> Found:
    return Found(statistic, np.nan, np.nan, np.nan, np.nan)


def _three(x: Floats, on: Map, permutations: int, seed: int) -> list[Found]:
    """Moran, Geary and G of the same permutations."""
    z = x - x.mean()
    shares, links = _half(on.shares), _half(on.links)
    ends = np.asarray(on.shares.sum(axis=0)).ravel() + 1.0  # every row sums to 1
    touched = np.asarray(on.links.sum(axis=0) + on.links.sum(axis=1)).ravel() / 2
    m2, mean, weight = np.sum(z**2), x.mean(), on.links.sum()
    cross_all = x.sum() ** 2 - np.sum(x**2)

    def compute(maps: Floats) -> Floats:
        cross = _pairs(shares, maps)
        moran = cross / m2
        squares = np.einsum("i,ij->j", ends, maps**2)
        geary = (len(z) - 1) * (squares - 2 * cross) / (2 * len(z) * m2)
        joint = _pairs(links, maps) + 2 * mean * np.einsum("i,ij->j", touched, maps)
        with np.errstate(divide="ignore", invalid="ignore"):
            general = (joint + mean**2 * weight) / cross_all
        return np.stack([moran, geary, general])

    seen, p = _permute(z, compute, permutations, seed)
    moments = [_moran_moments(z, on.shares), _geary_moments(z, on.shares)]
    found = [
        Found(name, seen[i], mean, _z(seen[i], mean, variance), p[i])
        for i, (name, (mean, variance)) in enumerate(
            zip((MORAN, GEARY), moments, strict=True)
        )
    ]
    if x.min() < 0 or cross_all <= 0:
        return [*found, _untestable(GENERAL_G)]
    mean, variance = _general_moments(x, on.links)
    return [*found, Found(GENERAL_G, seen[2], mean, _z(seen[2], mean, variance), p[2])]


def _half(weights: csr_array) -> csr_array:
    """Fold a matrix so that each pair of areas stands in it once."""
    upper = csr_array(weights + weights.T).tocoo()
    once = upper.row < upper.col
    return csr_array(
        (upper.data[once], (upper.row[once], upper.col[once])), shape=weights.shape
    )


def _pairs(half: csr_array, maps: Floats) -> Floats:
    """Sum weight times both ends over all pairs, for each column.

    Not by a matrix library that splits sums over cores: the last digit would then
    depend on their number.
    """
    sums: Floats = np.einsum("ij,ij->j", maps, half @ maps)
    return sums


def _bivariate(
    own: Floats, beside: Floats, on: Map, permutations: int, seed: int
) -> Found:
    own = (own - own.mean()) / own.std(ddof=1)
    beside = (beside - beside.mean()) / beside.std(ddof=1)
    pull = np.asarray(on.shares.T @ own) / (len(own) - 1)

    def compute(maps: Floats) -> Floats:
        sums: Floats = np.einsum("i,ij->j", pull, maps)
        return sums[None]

    seen, p = _permute(beside, compute, permutations, seed)
    # Hoeffding (1951): sum of a fixed list times a shuffled one, the latter centred.
    # `beside` has variance 1 with n - 1, so its sum of squares over n - 1 is 1.
    variance = float(np.sum((pull - pull.mean()) ** 2))
    return Found(BIVARIATE, seen[0], 0.0, _z(seen[0], 0.0, variance), p[0])


def _permute(
    z: Floats, compute: Callable[[Floats], Floats], permutations: int, seed: int
) -> tuple[list[float], list[float]]:
    """Return statistics and two-sided p-values; ties count in both tails."""
    seen = compute(z[:, None])[:, 0]
    same = SAME * np.maximum(1.0, np.abs(seen))
    lower, upper = np.zeros(len(seen)), np.zeros(len(seen))
    for maps in _shuffled(z, permutations, seed):
        drawn = compute(maps)
        lower += np.sum(drawn <= (seen + same)[:, None], axis=1)
        upper += np.sum(drawn >= (seen - same)[:, None], axis=1)
    p = np.minimum(1.0, 2 * (np.minimum(lower, upper) + 1) / (permutations + 1))
    return seen.tolist(), p.tolist()


def _shuffled(z: Floats, permutations: int, seed: int) -> Iterator[Floats]:
    rng = np.random.default_rng(seed)
    for start in range(0, permutations, CHUNK):
        count = min(CHUNK, permutations - start)
        deck = np.tile(z, (count, 1))
        yield np.ascontiguousarray(rng.permuted(deck, axis=1).T)


# --- moments under randomisation (Cliff and Ord, 1981; Getis and Ord, 1992) -----------


def _sums(weights: csr_array) -> tuple[float, float, float]:
    both = weights + weights.T
    ends = np.asarray(weights.sum(axis=0) + weights.sum(axis=1)).ravel()
    return (
        float(weights.sum()),
        float((both.multiply(both)).sum() / 2),
        float(np.sum(ends**2)),
    )


def _moran_moments(z: Floats, weights: csr_array) -> tuple[float, float]:
    n, (s0, s1, s2) = len(z), _sums(weights)
    b2 = n * np.sum(z**4) / np.sum(z**2) ** 2
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = b2 * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    mean = -1 / (n - 1)
    square = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return mean, float(square - mean**2)


def _geary_moments(z: Floats, weights: csr_array) -> tuple[float, float]:
    n, (s0, s1, s2) = len(z), _sums(weights)
    b2 = n * np.sum(z**4) / np.sum(z**2) ** 2
    first = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * b2)
    second = (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * b2) / 4
    third = s0**2 * (n**2 - 3 - (n - 1) ** 2 * b2)
    return 1.0, float((first - second + third) / (n * (n - 2) * (n - 3) * s0**2))


def _general_moments(x: Floats, weights: csr_array) -> tuple[float, float]:
    n, (s0, s1, s2) = len(x), _sums(weights)
    m1, m2, m3, m4 = (float(np.sum(x**power)) for power in (1, 2, 3, 4))
    b0 = (n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    above = b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
    below = (m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    mean = s0 / (n * (n - 1))
    return mean, above / below - mean**2


def _z(value: float, mean: float, variance: float) -> float:
    return float((value - mean) / np.sqrt(variance)) if variance > 0 else np.nan


# --- words ---------------------------------------------------------------------------

# What is true of a significant value above, and below, the expected one.
SAID = {
    MORAN: (
        "Areas next to each other have more similar values than chance would give",
        "Areas next to each other have more different values than chance would give",
    ),
    GEARY: (
        "Areas next to each other differ more than chance would give",
        "Areas next to each other differ less than chance would give",
    ),
    GENERAL_G: (
        "High values lie next to high values more than chance would give",
        "High values lie next to high values less than chance would give",
    ),
    RATE_MORAN: (
        "Areas next to each other have more similar rates than chance would give, with "
        "the size of each area's base allowed for",
        "Areas next to each other have less similar rates than chance would give, with "
        "the size of each area's base allowed for",
    ),
    BIVARIATE: (
        "Where the first is high, the second tends to be high in the areas next to it, "
        "more than chance would give",
        "Where the first is high, the second tends to be low in the areas next to it, "
        "more than chance would give",
    ),
}


def _frame(found: list[Found], on: Map, permutations: int, seed: int) -> pd.DataFrame:
    if permutations < 1:
        problem = f"{permutations} permutations are not a test."
        raise MethodError(problem, hint="Use 9999.")
    smallest = min(1.0, 2 / (permutations + 1))
    rows = [
        {
            **vars(one),
            "smallest_p": smallest,
            "permutations": permutations,
            "seed": seed,
            "areas": len(on.where),
            "not_tested": on.total - len(on.where),
            "words": _words(one, smallest, permutations),
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _words(found: Found, smallest: float, permutations: int) -> str:
    if np.isnan(found.value):
        negative = "a value is negative or all are equal"
        why = negative if found.statistic == GENERAL_G else "all values are equal"
        return f"Not tested: {why}."
    if smallest > ALPHA:
        return (
            f"Too few permutations: {permutations:,} cannot give a p-value under "
            f"{smallest:.2g}."
        )
    how = (
        f"({found.statistic} {found.value:.3f} against {found.expected:.3f} expected; "
        f"p = {found.p_value:.2g}, two-sided, {permutations:,} random arrangements)"
    )
    if found.p_value > ALPHA:
        return f"No pattern that chance alone would not often give {how}."
    above, below = SAID[found.statistic]
    said = above if found.value > found.expected else below
    return f"{said} {how}. This says that there is a pattern, not why."
