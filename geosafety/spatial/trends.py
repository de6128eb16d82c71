"""Clusters through the months, and whether a count really changed."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta, binom, norm

from geosafety.errors import MethodError
from geosafety.spatial.hotspots import COLD, HOT, NOT_TESTED, benjamini_hochberg

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Side = Literal["hot", "cold"]

CLASSES = (
    "new",
    "consecutive",
    "intensifying",
    "persistent",
    "diminishing",
    "sporadic",
    "oscillating",
    "historical",
    "none",
)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Hot in at least this share of months is "nearly always" (as in Esri's description).
NEARLY_ALWAYS = 0.9
# The normal approximation of Mann and Kendall's S is good from ten values on (Kendall,
# 1975); Esri's tool asks for ten steps as well.
FEWEST_MONTHS = 10


def mann_kendall(series: pd.DataFrame) -> pd.DataFrame:
    """Test each row for a steady rise or fall (Mann, 1945; Kendall, 1975).

    Parameters
    ----------
    series
        Areas x times, in order. Missing times are left out.

    Returns
    -------
    DataFrame
        `s`, concordant minus discordant pairs; `trend_z`, with the correction for
        continuity and for ties; `trend_p`, two-sided. Values that depend on the one
        before make the test too ready to find a trend.

    Examples
    --------
    >>> rising = pd.DataFrame([[1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]])
    >>> mann_kendall(rising).round(4).iloc[0].tolist()
    [45.0, 3.9355, 0.0001]
    """
    x = series.to_numpy(float, na_value=np.nan)
    early, late = np.triu_indices(x.shape[1], 1)
    s = np.nansum(np.sign(x[:, late] - x[:, early]), axis=1)
    n = np.isfinite(x).sum(axis=1)
    ties = _ties(x)
    variance = (n * (n - 1.0) * (2 * n + 5) - ties) / 18
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, (s - np.sign(s)) / np.sqrt(variance), np.nan)
    p = 2 * norm.sf(np.abs(z))
    return pd.DataFrame({"s": s, "trend_z": z, "trend_p": p}, index=series.index)


def emerging(
    z_by_month: pd.DataFrame,
    hot_by_month: pd.DataFrame,
    *,
    alpha: float = 0.05,
    side: Side = "hot",
) -> pd.DataFrame:
    """Give every area its class as an emerging hot spot, or cold spot.

    The definitions follow the public description of Esri's Emerging Hot Spot Analysis,
    with months for time steps. "The last month" is the last that the source covers for
    the area.

    ==============  =================================================================
    new             hot in the last month and never before
    consecutive     hot in the last two months or more in a row, never before those,
                    and in under 90 % of months
    intensifying    hot in at least 90 % of months, the last among them, with a rising
                    trend (Mann-Kendall on the local statistic)
    persistent      hot in at least 90 % of months, without a trend
    diminishing     hot in at least 90 % of months, the last among them, with a falling
                    trend
    sporadic        hot in the last month, on and off before, in under 90 % of months,
                    never cold
    oscillating     hot in the last month and cold in some month before, hot in under
                    90 % of months
    historical      not hot in the last month, hot in at least 90 % of months
    none            none of these
    ==============  =================================================================

    An area that is hot in every month but the last is historical, whatever its trend.
    For emerging cold spots read cold for hot, hot for cold, and a falling statistic for
    a rising trend: an intensifying cold spot grows colder.

    Parameters
    ----------
    z_by_month
        Local statistic (Gi* z-score) of areas x months, months in order; missing where
        the source does not cover the area and month, which is then left out.
    hot_by_month
        Labels of `hotspots.clusters` for the same areas and months, or true for hot.
    alpha
        For the trend, per area.
    side
        Which spots are looked for: "hot" or "cold".

    Returns
    -------
    DataFrame
        `class` and `side`; `months` used, `hot_months` (`cold_months` on the other
        side) and `last_month`; `s`, `trend_z` and `trend_p` of the statistic itself, on
        either side; `reason`, where the class is "not tested": fewer than ten months;
        `words`, the class with its months in a sentence.

    Raises
    ------
    MethodError
        The months are not in order, or the two tables differ in areas or months.
    """
    _check_months(z_by_month, hot_by_month)
    covered = np.isfinite(z_by_month.to_numpy(float, na_value=np.nan))
    labels = hot_by_month.astype(object).to_numpy()
    covered &= ~(pd.isna(labels) | (labels == NOT_TESTED))
    hot = covered & ((labels == HOT) | (labels == True))  # noqa: E712 - an array
    cold = covered & (labels == COLD)
    trend = mann_kendall(z_by_month.where(covered))
    mine, other = (hot, cold) if side == HOT else (cold, hot)
    months = covered.sum(axis=1)
    enough = months >= FEWEST_MONTHS
    towards = trend if side == HOT else trend.assign(trend_z=-trend["trend_z"])
    named = np.where(enough, _classes(mine, other, covered, towards, alpha), NOT_TESTED)
    _, run = _final_run(mine, covered)
    short = f"fewer than {FEWEST_MONTHS} months are covered"
    last = covered.shape[1] - 1 - np.argmax(covered[:, ::-1], axis=1)
    table = pd.DataFrame(
        {
            "class": named,
            "side": side,
            "months": months,
            f"{side}_months": mine.sum(axis=1),
            "last_month": np.where(months > 0, z_by_month.columns[last], None),
        },
        index=z_by_month.index,
    )
    numbers = zip(named, mine.sum(axis=1), months, run, strict=True)
    return table.join(trend).assign(
        reason=np.where(enough, "", short),
        words=[_emerging_words(side, *row) for row in numbers],
    )


def _emerging_words(side: Side, name: str, n: int, months: int, run: int) -> str:
    """Write a class with its months: `n` on the side, of `months`, the last `run`."""
    if name == NOT_TESTED:
        return f"Not tested: only {_few(months)} months are covered, fewer than ten."
    if n == 0:
        return f"{side.capitalize()} in none of {months} covered months."
    last = "the last" if run == 1 else f"the last {_few(run)}"
    head = f"{side.capitalize()} in {n} of {months} covered months"
    other = COLD if side == HOT else HOT
    return {
        "new": f"{side.capitalize()} in the last of {months} covered months, and never "
        "before.",
        "consecutive": f"{side.capitalize()} in {last} of {months} covered months, and "
        "never before those.",
        "intensifying": f"{head}, {last} included, and growing stronger.",
        "persistent": f"{head}, {last} included, without a trend.",
        "diminishing": f"{head}, {last} included, and growing weaker.",
        "sporadic": f"{head}, on and off, {last} included.",
        "oscillating": f"{head}, {last} included, and {other} in some month before.",
    }.get(name, f"{head}, but not in the last.")


def _few(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def _check_months(z: pd.DataFrame, hot: pd.DataFrame) -> None:
    if not (z.index.equals(hot.index) and z.columns.equals(hot.columns)):
        problem = "The scores and the labels are not of the same areas and months."
        raise MethodError(problem, hint="Reindex the labels like the scores.")
    if not z.columns.is_monotonic_increasing or z.columns.has_duplicates:
        problem = "The months are not in order, each once."
        raise MethodError(problem, hint="Sort the columns first.")


def _classes(
    hot: Flags, cold: Flags, covered: Flags, trend: pd.DataFrame, alpha: float
) -> NDArray[np.str_]:
    months, count = covered.sum(axis=1), hot.sum(axis=1)
    # 9 of 10 must not be missed by rounding.
    always = count >= NEARLY_ALWAYS * months - 1e-9
    last, run = _final_run(hot, covered)
    steady = ~(trend["trend_p"] <= alpha).to_numpy()
    rising = ~steady & (trend["trend_z"] > 0).to_numpy()
    once = last & (count == run)
    return np.select(
        [
            always & ~last,
            always & steady,
            always & rising,
            always,
            once & (run == 1),
            once,
            last & cold.any(axis=1),
            last,
        ],
        [
            "historical",
            "persistent",
            "intensifying",
            "diminishing",
            "new",
            "consecutive",
            "oscillating",
            "sporadic",
        ],
        "none",
    )


def _final_run(hot: Flags, covered: Flags) -> tuple[Flags, NDArray[np.int64]]:
    """Tell whether the last covered month is hot, and how many in a row are."""
    run = np.zeros(len(hot), dtype=np.int64)
    for month in range(hot.shape[1]):
        # A month that is not covered neither adds to a run nor breaks it.
        run = np.where(covered[:, month], np.where(hot[:, month], run + 1, 0), run)
    return run > 0, run


def _ties(x: Floats) -> Floats:
    """Return the sum of t (t - 1) (2t + 5) over the ties of each row, t values each."""
    # Each of t equal values adds its part; a missing one equals nothing, not itself.
    t = (x[:, :, None] == x[:, None, :]).sum(axis=2)
    result: Floats = np.where(t > 0, (t - 1.0) * (2 * t + 5), 0.0).sum(axis=1)
    return result


def change_test(
    before: pd.Series, after: pd.Series, *, alpha: float = 0.05, exposure: float = 1.0
) -> pd.DataFrame:
    """Test whether the number of events in each area changed: exact Poisson ratio.

    Given their sum, the later count is binomial (Przyborowski and Wilenski, 1940).
    The interval is that of Clopper and Pearson (1934), and the p-value is twice the
    smaller tail, which agrees with it. Crimes that come in series vary more than a
    Poisson count: the test is then too ready to find a change.

    Parameters
    ----------
    before, after
        Counts by area code; missing where not covered.
    alpha
        False discovery rate across areas, and one minus the level of the interval.
    exposure
        The length of the later period over that of the earlier one.

    Returns
    -------
    DataFrame
        Indexed like `before`: `before`, `after`, `ratio` (per unit of time; infinite
        after nothing), `lower`, `upper`, `p_value`, `q_value`, `label` ("rise", "fall",
        "not significant", "not tested") and `words`.

    Raises
    ------
    MethodError
        A count is negative or not whole.
    """
    if not exposure > 0 or not 0 < alpha < 1:
        problem = f"An exposure of {exposure:g} with alpha {alpha:g} has no meaning."
        raise MethodError(problem, hint="Use exposure=1 and alpha=0.05.")
    first = _counts(before)
    second = _counts(after.reindex(before.index))
    known = np.isfinite(first + second) & (first + second > 0)
    numbers = {
        "before": first,
        "after": second,
        **_ratio(first, second, known, alpha, exposure),
    }
    table = pd.DataFrame(numbers, index=before.index)
    table["q_value"] = benjamini_hochberg(table["p_value"])
    changed = (table["q_value"] <= alpha).to_numpy()
    rose = (table["ratio"] > 1).to_numpy()
    table["label"] = np.select(
        [~known, changed & rose, changed],
        [NOT_TESTED, "rise", "fall"],
        "not significant",
    )
    sentences = [
        _change_words(b, a, ratio, label)
        for b, a, ratio, label in zip(
            first, second, table["ratio"], table["label"], strict=True
        )
    ]
    return table.assign(words=sentences)


def _counts(series: pd.Series) -> Floats:
    n: Floats = series.to_numpy(float, na_value=np.nan)
    bad = np.isfinite(n) & ((n < 0) | (n != np.round(n)))
    if bad.any():
        code = series.index[bad][0]
        problem = f"The count of area {code!r} is {n[bad][0]:g}."
        raise MethodError(problem, hint="The test needs whole numbers of events.")
    return n


def _ratio(
    before: Floats, after: Floats, known: Flags, alpha: float, exposure: float
) -> dict[str, Floats]:
    total = np.where(known, before + after, 1)
    late = np.where(known, after, 0)
    early = total - late
    share = exposure / (1 + exposure)
    lower_tail, upper_tail = (
        binom.cdf(late, total, share),
        binom.sf(late - 1, total, share),
    )
    p = np.minimum(1.0, 2 * np.minimum(lower_tail, upper_tail))
    # The parameters of beta must be positive; the limits there are 0 and infinity.
    low = np.where(late > 0, beta.ppf(alpha / 2, np.maximum(late, 1), early + 1), 0.0)
    high = beta.ppf(1 - alpha / 2, late + 1, np.maximum(early, 1))
    with np.errstate(divide="ignore"):
        columns = {
            "ratio": late / early / exposure,
            "lower": low / (1 - low) / exposure,
            "upper": np.where(early > 0, high / (1 - high) / exposure, np.inf),
            "p_value": p,
        }
    return {name: np.where(known, column, np.nan) for name, column in columns.items()}


def _change_words(before: float, after: float, ratio: float, label: str) -> str:
    if label == NOT_TESTED:
        missing = np.isnan(before) or np.isnan(after)
        return "Not tested: " + (
            "a period is not covered." if missing else "no events in either period."
        )
    numbers = f"from {before:,.0f} to {after:,.0f}"
    if label == "not significant":
        return f"{numbers.capitalize()}: chance alone could explain the difference."
    if np.isinf(ratio):
        return f"A rise {numbers}: more than chance would give."
    size = f"{abs(ratio - 1):.0%}".replace("%", " %")
    return f"A {label} of {size}, {numbers}: more than chance would give."
