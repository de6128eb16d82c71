"""One legitimacy score of several parts, with the parts beside it.

The parts (empowerment, cooperation, compliance) are put on one scale by a year that
stays fixed, so that a score of this year can be compared with one of last year. How
much each part should weigh is an opinion: the score is therefore made many times with
other weights, and the range of scores and ranks is part of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from geosafety.errors import InputError, MethodError, nearest
from geosafety.measures.intervals import Floats

MIDDLE, STEP = (
    100.0,
    10.0,
)  # the reference year scores 100; one standard deviation is 10
LOW, HIGH = 0.05, 0.95
HIGHER_IS = ("better", "worse")


def reference_year(parts: pd.DataFrame) -> pd.DataFrame:
    """Take the mean and the standard deviation of each part in the reference year.

    Parameters
    ----------
    parts
        One row per area, one column per part, of the year that is to stay fixed.

    Returns
    -------
    DataFrame
        By part: `mean`, `sd` (over n - 1) and `areas` (how many had a value). Store it:
        a later year is scored against these numbers and not against its own.

    Examples
    --------
    >>> parts = pd.DataFrame({"cooperation": [40.0, 50.0, 60.0]})
    >>> reference_year(parts).loc["cooperation"].tolist()
    [50.0, 10.0, 3.0]
    """
    return pd.DataFrame(
        {"mean": parts.mean(), "sd": parts.std(ddof=1), "areas": parts.count()}
    ).rename_axis("part")


def legitimacy(  # noqa: PLR0913
    parts: pd.DataFrame,
    reference: pd.DataFrame,
    *,
    higher_is: Mapping[str, str],
    weights: Mapping[str, float] | None = None,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score areas on standardised parts, and say how far the weights decide.

    score = 100 + 10 x the weighted mean of the parts' z, where z is (value - mean) / sd
    of the reference year, turned round where a higher value is worse. Weights are then
    drawn from a Dirichlet distribution whose mean they are (with equal weights, every
    mixture is as likely as any other), and every area is scored and ranked again.
    The range speaks of the weights alone: it holds nothing of the sampling error of the
    parts, whose own intervals say that.

    Parameters
    ----------
    parts
        One column per part, indexed by area, or by area and period; areas are ranked
        within their period.
    reference
        `mean` and `sd` by part, of the reference year (`reference_year`).
    higher_is
        `better` or `worse` for each part.
    weights
        By part, above 0; they are scaled to add up to 1. None: equal.
    draws, seed
        How many weights are drawn; the same seed gives the same answer.

    Returns
    -------
    DataFrame
        Indexed like `parts`, its columns first, then `z PART` for each, `score,
        score_lower, score_upper` (5th to 95th percentile over the weights), `rank,
        rank_lower, rank_upper` (1 is the highest score), `of` (areas ranked), `missing`
        (parts without a value), `status` and `words`. A missing part gives no score and
        no rank: never a mean of the rest.

    Raises
    ------
    InputError
        An area stands twice, or nothing is to be scored.
    MethodError
        A part has no reference, no spread in it, no direction or no weight above 0.

    References
    ----------
    Nardo and others (2008), Handbook on Constructing Composite Indicators, OECD: z
    scores, and uncertainty of ranks by drawing weights. Saisana, Saltelli and Tarantola
    (2005), Journal of the Royal Statistical Society A 168, 307-323.

    Examples
    --------
    >>> parts = pd.DataFrame({"cooperation": [60.0, 40.0], "complaints": [3.0, 5.0]})
    >>> reference = pd.DataFrame({"mean": [50, 5], "sd": [10, 2]}, index=parts.columns)
    >>> direction = {"cooperation": "better", "complaints": "worse"}
    >>> legitimacy(parts, reference, higher_is=direction)["score"].tolist()
    [110.0, 95.0]
    """
    _checked(parts, reference, higher_is)
    share = _shares(list(parts.columns), weights)
    z = _standardised(parts, reference, higher_is)
    scores = MIDDLE + STEP * (z.to_numpy() @ share)
    # With Dirichlet(k x mean weight), equal weights give the flat distribution.
    rng = np.random.default_rng(seed)
    drawn = rng.dirichlet(len(share) * share, size=draws)
    # Not a matrix product: its last digits depend on how many cores share it.
    spread = MIDDLE + STEP * np.einsum("ap,dp->ad", z.to_numpy(), drawn)
    period = _periods(parts.index)
    table = parts.join(z.add_prefix("z ")).assign(
        score=scores,
        score_lower=_quantile(spread, LOW),
        score_upper=_quantile(spread, HIGH),
        rank=_ranks(scores[:, None], period)[:, 0],
    )
    ranks = _ranks(spread, period)
    # A rank is one that occurred, so no mean of two neighbours is taken.
    table["rank_lower"] = _quantile(ranks, LOW, method="inverted_cdf")
    table["rank_upper"] = _quantile(ranks, HIGH, method="inverted_cdf")
    scored = table["score"].notna()
    table["of"] = scored.groupby(period).transform("sum").where(scored)
    table["missing"] = [
        ", ".join(parts.columns[row]) for row in parts.isna().to_numpy()
    ]
    table["status"] = np.where(scored, "ok", "not available")
    return table.assign(words=[_words(row) for row in table.to_dict("records")])


def _checked(
    parts: pd.DataFrame, reference: pd.DataFrame, higher_is: Mapping[str, str]
) -> None:
    if parts.empty or parts.index.has_duplicates:
        again = parts.index[parts.index.duplicated()]
        problem = f"{again[0]!r} stands twice." if len(again) else "There are no parts."
        raise InputError(
            problem, hint="One row per area (and period), one column each."
        )
    for part in map(str, parts.columns):
        if part not in reference.index:
            problem = f"The part {part!r} has no reference year."
            raise MethodError(problem, hint=nearest(part, reference.index))
        mean, sd = reference.loc[part, ["mean", "sd"]].to_numpy(float)
        if not (np.isfinite(mean) and sd > 0):
            problem = (
                f"The part {part!r} has mean {mean} and spread {sd} to compare by."
            )
            raise MethodError(
                problem, hint="Choose a reference year in which it varies."
            )
        if higher_is.get(part) not in HIGHER_IS:
            problem = f"The part {part!r} has the direction {higher_is.get(part)!r}."
            raise MethodError(
                problem, hint='Say "better" or "worse" of a higher value.'
            )


def _shares(parts: list[str], weights: Mapping[str, float] | None) -> Floats:
    """Scale the weights to add up to 1, in the order of the parts."""
    given = dict.fromkeys(parts, 1.0) if weights is None else dict(weights)
    for name in given:
        if name not in parts:
            problem = f"There is a weight for {name!r}, which is not a part."
            raise MethodError(problem, hint=nearest(name, parts))
    share = np.array([given.get(part, 0.0) for part in parts], dtype=float)
    if not (share > 0).all():
        part = parts[int(np.argmin(share > 0))]
        problem = f"The part {part!r} has no weight above 0."
        raise MethodError(problem, hint="Leave out a part that should not count.")
    return np.asarray(share / share.sum())


def _standardised(
    parts: pd.DataFrame, reference: pd.DataFrame, higher_is: Mapping[str, str]
) -> pd.DataFrame:
    known = reference.reindex(parts.columns)
    sign = [1.0 if higher_is[str(part)] == "better" else -1.0 for part in parts]
    z = (parts.astype(float) - known["mean"]) / known["sd"]
    return z.mul(sign, axis="columns")


def _periods(index: pd.Index) -> np.ndarray:
    """Areas are ranked among those of the same period."""
    last = index.get_level_values(-1) if index.nlevels > 1 else np.zeros(len(index))
    return np.asarray(pd.factorize(last)[0])


def _ranks(scores: Floats, period: np.ndarray) -> Floats:
    """Rank each column within each period, 1 the highest; equals share the better."""
    ranks = np.full(scores.shape, np.nan)
    for one in np.unique(period):
        rows = (period == one) & ~np.isnan(scores[:, 0])
        if rows.any():
            # Equal parts must tie, although sums in floating point may miss by 1e-14.
            ranks[rows] = rankdata(-scores[rows].round(9), method="min", axis=0)
    return ranks


def _quantile(drawn: Floats, at: float, *, method: str = "linear") -> Floats:
    return np.asarray(np.quantile(drawn, at, axis=1, method=method))  # type: ignore[call-overload]


def _words(row: Mapping[Any, Any]) -> str:
    """Say the range of ranks as a person would."""
    if row["status"] != "ok":
        return f"not available: no {row['missing']}"
    low, high, of = (int(row[c]) for c in ("rank_lower", "rank_upper", "of"))
    if of == 1:
        return "not ranked: it is the only area with all parts"
    if low == high:
        return f"rank {low} of {of} with nearly all weights"
    return f"rank {low} to {high} of {of} depending on the weights"
