"""Patterns compared: two sets of counts, points in space and time, maps and months.

None of these says that one thing causes another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.errors import MethodError

SAMPLE = 0.85  # of the test's events in every run (Andresen 2009)
TRIM = 0.025  # of the runs, at either end: a 95 % interval
NULL_RUNS = 499  # maps of two draws from one pattern, to tell what S is by chance
FAR = 2.0  # standard deviations from what chance gives
SIMILAR = 0.8  # Andresen's rule of thumb, which knows nothing of how few events are

MAX_PAIRS = 30_000_000  # near pairs in a Knox test: about 0.5 GB
DAYS_NEEDED = 0.5  # share of events on one day of their month that means "month only"
AREA_SHARES = (1.0, 5.0, 10.0, 20.0)  # per cent of the area called hot


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


def knox(  # noqa: PLR0913 - where, when, and how finely
    x: np.ndarray,
    y: np.ndarray,
    day: np.ndarray,
    *,
    distances: Sequence[float] = (100.0, 200.0, 300.0, 400.0),
    days: Sequence[int] = (7, 14, 21, 28),
    permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Count pairs of events near in space and time, and compare with shuffled days.

    The near-repeat table. Shuffling the days over the events keeps every place and
    every day as busy as it was, so that only their coming together is tested. Rows of
    one incident (several people searched together) are pairs at 0 m and 0 days: give
    each incident once if that is not what is asked.

    Parameters
    ----------
    x, y
        Metres, shape (n,), none missing.
    day
        Dates (in local time: a stamp near midnight in UTC is of another day half the
        year), or whole numbers of days, shape (n,).
    distances
        Upper ends of the bands, metres, each included in its band. The first band of
        the table is always "same place" (0 m): snapped points make many such pairs.
    days
        Upper ends of the bands, days, included; the first band begins at 0 days.
    permutations, seed
        Shuffles of the days; same seed, same answer.

    Returns
    -------
    DataFrame
        One row for each band of distance and of days, by name, so that they cannot be
        swapped: `distance_over` (missing: same place), `distance_to`, `days_from`,
        `days_to`, `pairs`, `expected` (mean of the shuffles), `ratio`, `p_value` (share
        of shuffles with at least as many pairs, the observed counted; one-sided) and
        `words`. `knox_grid` spreads it out.

    Raises
    ------
    MethodError
        Bands not rising, points or days missing, days that are months (all on one day
        of the month), or more near pairs than can be held.

    References
    ----------
    Knox (1964), The detection of space-time interactions, Applied Statistics 13, 25-29;
    Ratcliffe and Rengert (2008), Near-repeat patterns in Philadelphia shootings,
    Security Journal 21, 58-76.
    """
    edges, ends = _bands(distances, "distances"), _bands(days, "days")
    if permutations < 1:
        problem = f"{permutations} permutations cannot give a p-value."
        raise MethodError(problem, hint="Use 999 or more.")
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    when = _whole_days(day)
    if not (len(x) == len(y) == len(when)):
        problem = f"x, y and day have {len(x)}, {len(y)} and {len(when)} values."
        raise MethodError(problem, hint="Give one of each per event.")
    first, second, band = _near_pairs(x, y, edges)
    size = (len(edges) + 1, len(ends))
    rng = np.random.default_rng(seed)
    observed = _cross(when, (first, second, band), ends, size)
    total, as_many = np.zeros(size), np.ones(size)
    for _ in range(permutations):
        shuffled = _cross(rng.permutation(when), (first, second, band), ends, size)
        total += shuffled
        as_many += shuffled >= observed
    return _knox_table(
        edges,
        ends,
        observed,
        total / permutations,
        as_many / (permutations + 1),
    )


def knox_grid(table: pd.DataFrame, value: str = "ratio") -> pd.DataFrame:
    """Spread a Knox table out: a row per band of distance, a column per band of days.

    Parameters
    ----------
    table
        What `knox` returns.
    value
        Which of its columns.
    """
    rows = ["same place" if pd.isna(d) else d for d in table["distance_over"]]
    labelled = table.assign(
        distance=[
            r if r == "same place" else f"over {r:g} to {t:g} m"
            for r, t in zip(rows, table["distance_to"], strict=True)
        ],
        days=[
            f"{a} to {b} days"
            for a, b in zip(table["days_from"], table["days_to"], strict=True)
        ],
    )
    return labelled.pivot_table(
        index="distance", columns="days", values=value, sort=False, dropna=False
    )


def _bands(ends: Sequence[float], name: str) -> np.ndarray:
    values = np.asarray(ends, dtype=float)
    rising = len(values) > 0 and (np.diff(values) > 0).all() and np.isfinite(values[-1])
    if not rising or values[0] < 0 or (name == "distances" and values[0] == 0):
        problem = f"The {name} {list(ends)} do not rise from above 0."
        raise MethodError(problem, hint="Give the upper end of each band.")
    return values


def _whole_days(day: np.ndarray) -> np.ndarray:
    """Return days as whole numbers, and refuse months dressed up as days."""
    values = pd.Series(np.asarray(day))
    if not (
        pd.api.types.is_datetime64_any_dtype(values)
        or pd.api.types.is_numeric_dtype(values)
    ):
        _refuse_months(values)
        values = pd.to_datetime(values, errors="coerce")
    if values.isna().any():
        problem = f"{int(values.isna().sum()):,} events have no day."
        raise MethodError(problem, hint="Leave them out, and say how many they are.")
    if pd.api.types.is_numeric_dtype(values):
        return np.asarray(np.floor(values.to_numpy(float)), dtype=np.int64)
    of_month = values.dt.day.value_counts(normalize=True)
    spans_months = values.dt.to_period("M").nunique() > 1
    if spans_months and of_month.iloc[0] > DAYS_NEEDED:
        _raise_months()
    return values.to_numpy("datetime64[D]").astype(np.int64)


def _refuse_months(values: pd.Series) -> None:
    if values.astype("str").str.fullmatch(r"\d{4}-\d{2}").any():
        _raise_months()


def _raise_months() -> None:
    problem = "These events know only their month; a near repeat is a matter of days."
    hint = "police.uk gives crimes by month only. Stop and search has days."
    raise MethodError(problem, hint=hint)


def _near_pairs(
    x: np.ndarray, y: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every pair within reach once, and its band of distance (0: same place)."""
    from scipy.spatial import KDTree

    if not (np.isfinite(x) & np.isfinite(y)).all():
        problem = "Some events have no coordinates."
        raise MethodError(problem, hint="Leave them out, and say how many they are.")
    tree = KDTree(np.column_stack([x, y]))
    expected = (int(tree.count_neighbors(tree, edges[-1])) - len(x)) // 2
    if expected > MAX_PAIRS:
        problem = f"{expected:,} pairs lie within {edges[-1]:g} m of each other."
        raise MethodError(problem, hint="Use shorter distances or a shorter period.")
    # A shade wider, because the tree may round a pair at just the last edge away.
    pairs = tree.query_pairs(edges[-1] * (1 + 1e-9), output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    distance = np.hypot(x[first] - x[second], y[first] - y[second])
    band = np.where(distance == 0, 0, 1 + np.searchsorted(edges, distance, "left"))
    near = band <= len(edges)
    return first[near], second[near], band[near]


def _cross(
    when: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray, np.ndarray],
    ends: np.ndarray,
    size: tuple[int, int],
) -> np.ndarray:
    """Count pairs by band of distance (rows) and of days (columns)."""
    first, second, band = pairs
    apart = np.abs(when[first] - when[second])
    column = np.searchsorted(ends, apart, side="left")
    # One column more takes the pairs too far apart in time.
    width = size[1] + 1
    counts = np.bincount(band * width + column, minlength=size[0] * width)
    return counts.reshape(size[0], width)[:, :-1]


def _knox_table(
    edges: np.ndarray,
    ends: np.ndarray,
    observed: np.ndarray,
    expected: np.ndarray,
    p_value: np.ndarray,
) -> pd.DataFrame:
    rows, columns = observed.shape
    over = np.concatenate([[np.nan, 0.0], edges[:-1]])
    start = np.concatenate([[0], ends[:-1] + 1])
    ratio = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    table = pd.DataFrame(
        {
            "distance_over": np.repeat(over, columns),
            "distance_to": np.repeat(np.concatenate([[0.0], edges]), columns),
            "days_from": np.tile(start, rows).astype(int),
            "days_to": np.tile(ends, rows).astype(int),
            "pairs": observed.ravel(),
            "expected": expected.ravel(),
            "ratio": ratio.ravel(),
            "p_value": p_value.ravel(),
        }
    )
    return table.assign(words=[_knox_words(row) for row in table.itertuples()])


def _knox_words(row: object) -> str:
    over, to = row.distance_over, row.distance_to  # type: ignore[attr-defined]
    where = "at the same place" if np.isnan(over) else f"over {over:g} to {to:g} m away"
    when = f"{row.days_from} to {row.days_to} days apart"  # type: ignore[attr-defined]
    if np.isnan(row.ratio):  # type: ignore[attr-defined]
        return f"No pairs {where} could be {when}."
    said = f"Pairs {where} and {when} are {row.ratio:.2f} times"  # type: ignore[attr-defined]
    p_value = row.p_value  # type: ignore[attr-defined]
    end = "more than chance gives" if p_value <= 0.05 else "cannot tell from chance"  # noqa: PLR2004
    return f"{said} as many as if days had nothing to do with places: {end}."


def predictive_accuracy(
    past: pd.Series | Collection[str],
    next_counts: pd.Series | pd.DataFrame,
    area: pd.Series,
    *,
    shares: Sequence[float] = AREA_SHARES,
) -> pd.DataFrame:
    """Say how much of the next months' crime last period's hotspots held.

    Parameters
    ----------
    past
        Counts (or a density) of the past by area: the densest areas are called hot, as
        many as fit into each of `shares`. Or the codes of the areas called hot.
    next_counts
        Counts by area of months that the hotspots were not made from; a frame has one
        column per month.
    area
        The size of every area in any one unit. All crime and all area count, also where
        nothing was predicted.
    shares
        Per cent of the area to call hot; not used for given hotspots.

    Returns
    -------
    DataFrame
        By share and month: `period` (the column's name), `areas` (how many hot),
        `area_share` (per cent of the area that they take), `hits`, `hit_rate` (per cent
        of the month's crime), `pai` (hit rate over area share: 1 is no better than
        chance), `pei` (PAI over the greatest possible on so much area, 0 to 1; the
        greatest is reckoned with a part of one area, so the index errs low), `rri` (how
        the hot areas' share compares with the past's: 1 is kept; missing for given
        codes) and `words`. A month without crime has no rates, nor has a share smaller
        than the densest area: missing.

    Raises
    ------
    MethodError
        Areas differ, a count is missing or negative, or no area fits into any share.

    References
    ----------
    Chainey, Tompson and Uhlig (2008), The utility of hotspot mapping for predicting
    spatial patterns of crime, Security Journal 21, 4-28 (PAI); Hunt (2016), Do crime
    hot spots move? (PEI); Levine (2008), Security Journal 21, 295-302 (RRI).
    """
    frame = pd.DataFrame(next_counts)
    if isinstance(next_counts, pd.Series):
        frame.columns = pd.Index(["next"])
    size = _checked_sizes(area, frame)
    rows = []
    for hot in _hot_sets(past, size, shares):
        for period in frame.columns:
            row = _accuracy(hot, frame[period].astype(float), size)
            row["rri"] = _kept(row["hit_rate"], hot, past)
            rows.append({"period": period, **row})
    table = pd.DataFrame(rows)
    return table.assign(words=[_accuracy_words(row) for row in table.itertuples()])


def _checked_sizes(area: pd.Series, frame: pd.DataFrame) -> pd.Series:
    if area.index.has_duplicates or set(area.index) != set(frame.index):
        problem = "The areas' sizes and the counts are not of the same areas."
        raise MethodError(problem, hint="Give every area both; 0 is a count.")
    size = area.reindex(frame.index).astype(float)
    values = frame.to_numpy(float)
    if not (np.isfinite(size) & (size > 0)).all():
        problem = f"The area {size.index[~(size > 0)][0]!r} has no size."
        raise MethodError(problem, hint="Give sizes above 0.")
    if not (np.isfinite(values) & (values >= 0)).all():
        problem = "A count is missing or below 0."
        raise MethodError(problem, hint="Leave out months that are not covered.")
    return size


def _hot_sets(
    past: pd.Series | Collection[str], size: pd.Series, shares: Sequence[float]
) -> list[pd.Index]:
    """Return the areas called hot, for each share of the area."""
    if not isinstance(past, pd.Series):
        hot = size.index[size.index.isin(list(past))]
        if len(hot) == 0 or len(hot) < len(set(past)):
            problem = f"{len(set(past)) - len(hot)} of the hotspots are no known areas."
            raise MethodError(problem, hint="Give codes of the same layer and vintage.")
        return [hot]
    if set(past.index) != set(size.index) or past.isna().any():
        problem = "The past does not have a number for each area."
        raise MethodError(problem, hint="Give every area a count; 0 is a count.")
    density = past.reindex(size.index) / size
    # Ties go by code, so that the order of rows never decides.
    order = (
        density.rename("d").to_frame().assign(code=density.index.astype(str))
    ).sort_values(["d", "code"], ascending=[False, True])
    cumulated = 100 * size.reindex(order.index).cumsum() / size.sum()
    sets = [order.index[(cumulated <= s * (1 + 1e-12)).to_numpy()] for s in shares]
    if not any(len(hot) for hot in sets):
        problem = f"The densest area alone is more than {max(shares):g}% of the area."
        raise MethodError(problem, hint="Use larger shares or smaller areas.")
    return sets


def _accuracy(hot: pd.Index, counts: pd.Series, size: pd.Series) -> dict[str, float]:
    if len(hot) == 0:
        unknown = dict.fromkeys(("hit_rate", "pai", "pei"), float("nan"))
        return {"areas": 0, "area_share": 0.0, "hits": 0.0, **unknown}
    total, hits = float(counts.sum()), float(counts.loc[hot].sum())
    room = float(size.loc[hot].sum())
    area_share = room / float(size.sum())
    rate = hits / total if total > 0 else np.nan
    best = _most_possible(counts, size, room)
    return {
        "areas": len(hot),
        "area_share": 100 * area_share,
        "hits": hits,
        "hit_rate": 100 * rate,
        "pai": rate / area_share,
        "pei": hits / best if best > 0 else np.nan,
    }


def _most_possible(counts: pd.Series, size: pd.Series, room: float) -> float:
    """Return the most crime that so much area could hold, the last area in part."""
    order = (counts / size).to_numpy().argsort(kind="stable")[::-1]
    sizes, numbers = size.to_numpy()[order], counts.to_numpy()[order]
    before = np.concatenate([[0.0], np.cumsum(sizes)[:-1]])
    part = np.clip((room - before) / sizes, 0.0, 1.0)
    return float(part @ numbers)


def _kept(hit_rate: float, hot: pd.Index, past: pd.Series | Collection[str]) -> float:
    """Compare the hot areas' share of crime with their share in the past."""
    if not isinstance(past, pd.Series) or past.sum() <= 0 or past[hot].sum() <= 0:
        return float("nan")
    return float(hit_rate / 100 / (past[hot].sum() / past.sum()))


def _accuracy_words(row: object) -> str:
    areas, share, period, rate, pai = (
        getattr(row, c) for c in ("areas", "area_share", "period", "hit_rate", "pai")
    )
    if areas == 0:
        return "The densest area alone is larger than this share of the area."
    if np.isnan(rate):
        return f"There is no crime in {period} to compare with."
    return (
        f"{areas:,} hot areas, {share:.1f}% of the area, held {rate:.0f}% of the crime "
        f"of {period}: {pai:.1f} times what the same area would hold by chance."
    )
