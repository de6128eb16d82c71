"""How alike two patterns of counts are: the S index, area by area.

It does not say that one thing causes the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.errors import MethodError

SAMPLE = 0.85  # of the test's events in every run (Andresen 2009)
TRIM = 0.025  # of the runs, at either end: a 95 % interval
NULL_RUNS = 499  # maps of two draws from one pattern, to tell what S is by chance
FAR = 2.0  # standard deviations from what chance gives


@dataclass(frozen=True, kw_only=True, eq=False)
class Similarity:
    """How alike two patterns of counts are, base against test.

    Attributes
    ----------
    s
        Share of all areas (0 to 1) where the base's share of events lies inside the
        interval of the test's.
    s_robust
        The same over the areas with an event of either kind (missing if none).
    expected, spread
        Mean and standard deviation of `s_robust` over pairs of patterns drawn from one
        and the same distribution over areas, with these numbers of events.
    standardised
        `(s_robust - expected) / spread`: below -2, less alike than two draws from one
        pattern. Missing where the draws do not vary.
    p_value
        Share of such pairs at most as alike as these, the observed one counted.
    areas, areas_used, base_events, test_events
        Numbers behind them; `areas_used` have an event of either kind.
    local
        By area: `base`, `test` (counts), `base_share`, `test_share` (per cent),
        `lower`, `upper` (of the test's share) and `verdict`: "similar", "more in test",
        "less in test" or "no events".
    words
        A sentence.
    """

    s: float
    s_robust: float
    expected: float
    spread: float
    standardised: float
    p_value: float
    areas: int
    areas_used: int
    base_events: int
    test_events: int
    local: pd.DataFrame
    words: str


def s_index(
    base_counts: pd.Series,
    test_counts: pd.Series,
    *,
    runs: int = 999,
    seed: int = 0,
    replace: bool = True,
    names: tuple[str, str] = ("the base", "the test"),
) -> Similarity:
    """Compare two patterns area by area: Andresen's spatial point pattern test.

    Every run samples 85 % of the test's events; an area's interval is what is left of
    its shares in the runs after the lowest and the highest 2.5 % of them. The area is
    similar where the base's share is inside. The answer depends on which is the base:
    see `s_index_both_ways`.

    S falls as events become many and rises where most areas are empty, so it means
    little alone. `standardised` compares it with pairs of maps drawn from one pattern.

    Parameters
    ----------
    base_counts, test_counts
        Whole numbers by area, the same areas in both, 0 where there are none.
    runs
        Samples of the test.
    seed
        Same seed, same answer.
    replace
        True: a bootstrap. False: subsamples, as some software has it, whose intervals
        are some 0.4 times as wide and so call more areas different.
    names
        What the two are, for the words.

    Raises
    ------
    MethodError
        The areas differ, a count is not a whole number from 0, or a pattern is empty.

    References
    ----------
    Andresen (2009), Testing for similarity in area-based spatial patterns: a
    nonparametric Monte Carlo approach, Applied Geography 29, 333-345; Wheeler,
    Steenbeek and Andresen (2018), Testing for similarity in area-based spatial
    patterns, Transactions in GIS 22, 808-831, for the areas without events.
    """
    base, test = _paired(base_counts, test_counts, names)
    rng = np.random.default_rng(seed)
    lower, upper = _sampled_limits(test, runs, rng, replace=replace)
    base_share = base / base.sum()
    inside = (base_share >= lower) & (base_share <= upper)
    used = base + test > 0
    robust = float(inside[used].mean())
    null = _null(base, test, rng, replace=replace)
    expected, spread = float(null.mean()), float(null.std(ddof=1))
    far = (robust - expected) / spread if spread > 0 else float("nan")
    p_value = float((1 + (null <= robust + 1e-12).sum()) / (1 + len(null)))
    local = _local(base_counts.index, (base, test), (lower, upper), inside)
    return Similarity(
        s=float(inside.mean()),
        s_robust=robust,
        expected=expected,
        spread=spread,
        standardised=far,
        p_value=p_value,
        areas=len(base),
        areas_used=int(used.sum()),
        base_events=int(base.sum()),
        test_events=int(test.sum()),
        local=local,
        words=_similarity_words(local, robust, expected, far, names),
    )


def s_index_both_ways(
    first: pd.Series,
    second: pd.Series,
    *,
    runs: int = 999,
    seed: int = 0,
    names: tuple[str, str] = ("the first", "the second"),
) -> pd.DataFrame:
    """Compare two patterns with either of them as the base.

    Returns
    -------
    DataFrame
        Two rows: `base`, `test` and the numbers and words of `Similarity`.
    """
    rows = []
    for base, test, said in ((first, second, names), (second, first, names[::-1])):
        found = s_index(base, test, runs=runs, seed=seed, names=said)
        numbers = {k: v for k, v in vars(found).items() if k != "local"}
        rows.append({"base": said[0], "test": said[1], **numbers})
    return pd.DataFrame(rows)


def _paired(
    base: pd.Series, test: pd.Series, names: tuple[str, str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return both as whole numbers in the base's order of areas."""
    if base.index.has_duplicates or set(base.index) != set(test.index):
        problem = "The two patterns are not counted on the same areas, each once."
        raise MethodError(problem, hint="Give every area a count; 0 is a count.")
    pair = []
    for counts, name in ((base, names[0]), (test.reindex(base.index), names[1])):
        values = counts.to_numpy(float)
        if not (np.isfinite(values) & (values >= 0) & (values % 1 == 0)).all():
            problem = f"The counts of {name} are not all whole numbers from 0 up."
            raise MethodError(problem, hint="Leave areas that are not covered out.")
        if values.sum() == 0:
            problem = f"There are no events of {name}."
            raise MethodError(problem, hint="Choose a period that has some.")
        pair.append(values.astype(np.int64))
    return pair[0], pair[1]


def _sampled_limits(
    test: np.ndarray, runs: int, rng: np.random.Generator, *, replace: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of each area's share over the sampled runs."""
    if runs < 1 / TRIM:
        problem = f"{runs} runs leave nothing to trim."
        raise MethodError(problem, hint="Use 199 or more.")
    m = _sample_size(test)
    if replace:
        drawn = rng.multinomial(m, test / test.sum(), size=runs)
    else:
        drawn = rng.multivariate_hypergeometric(test, m, size=runs)
    cut = int(TRIM * runs)
    ordered = np.sort(drawn, axis=0)
    return ordered[cut] / m, ordered[-1 - cut] / m


def _sample_size(test: np.ndarray) -> int:
    return max(1, round(SAMPLE * int(test.sum())))


def _null(
    base: np.ndarray, test: np.ndarray, rng: np.random.Generator, *, replace: bool
) -> np.ndarray:
    """Return S over the used areas for pairs of maps drawn from the pooled pattern.

    The limits here are the exact quantiles that sampled limits tend to: a sample of
    events has a binomial (or hypergeometric) number in every area.
    """
    pooled = (base + test) / (base + test).sum()
    first = rng.multinomial(base.sum(), pooled, size=NULL_RUNS)
    second = rng.multinomial(test.sum(), pooled, size=NULL_RUNS)
    counts, number = np.unique(second, return_inverse=True)
    lower, upper = _exact_limits(counts, int(test.sum()), replace=replace)
    number = number.reshape(second.shape)
    share = first / base.sum()
    inside = (share >= lower[number]) & (share <= upper[number])
    used = first + second > 0
    return np.asarray((inside & used).sum(axis=1) / used.sum(axis=1))


def _exact_limits(
    counts: np.ndarray, total: int, *, replace: bool
) -> tuple[np.ndarray, np.ndarray]:
    from scipy import stats

    m = _sample_size(np.array([total]))
    if replace:
        limits = stats.binom.ppf([[TRIM], [1 - TRIM]], m, counts / total)
    else:
        limits = stats.hypergeom.ppf([[TRIM], [1 - TRIM]], total, counts, m)
    return np.maximum(limits[0], 0) / m, np.maximum(limits[1], 0) / m


def _local(
    index: pd.Index,
    pair: tuple[np.ndarray, np.ndarray],
    limits: tuple[np.ndarray, np.ndarray],
    inside: np.ndarray,
) -> pd.DataFrame:
    (base, test), (lower, upper) = pair, limits
    share = base / base.sum()
    verdict = np.select(
        [base + test == 0, inside, share < lower],
        ["no events", "similar", "more in test"],
        "less in test",
    )
    columns = {
        "base": base,
        "test": test,
        "base_share": 100 * share,
        "test_share": 100 * test / test.sum(),
        "lower": 100 * lower,
        "upper": 100 * upper,
        "verdict": verdict,
    }
    return pd.DataFrame(columns, index=index)


def _similarity_words(
    local: pd.DataFrame,
    robust: float,
    expected: float,
    far: float,
    names: tuple[str, str],
) -> str:
    used = local["verdict"] != "no events"
    alike = local["verdict"] == "similar"
    said = (
        f"{names[1]} and {names[0]} take a similar share of their totals in "
        f"{int(alike.sum()):,} of {int(used.sum()):,} areas with either "
        f"({100 * robust:.0f}%); two draws from one pattern would in "
        f"{100 * expected:.0f}%."
    )
    said = said[0].upper() + said[1:]
    if np.isnan(far):
        return f"{said} There are too few events to judge by."
    if far < -FAR:
        return f"{said} The two patterns differ by more than chance would make them."
    return f"{said} That is no more different than chance would make them."
