"""How unevenly crime, or harm, is spread over places.

Counts come by place, places with none included: leaving those out would make any
pattern look even. With `weights` (harm per crime of each category) the counts come by
place and category, and what is shared out is harm.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geosafety.errors import MethodError

CRIME_SHARES = (25.0, 50.0, 80.0)  # per cent, as 80-20 tables have them
DRAWN_WITHIN = 0.1  # points of 100: the width of a line on a chart of 1,000 pixels
CHANCE_RUNS = 199  # the mean number of places by chance is then good to about 0.1 %


def shares_table(
    counts: pd.Series | pd.DataFrame,
    *,
    weights: pd.Series | None = None,
    shares: Sequence[float] = CRIME_SHARES,
    what: str = "crime",
    seed: int = 0,
) -> pd.DataFrame:
    """Say how few places hold 25, 50 and 80 % of crime: the 80-20 table.

    Parameters
    ----------
    counts
        By place; a frame (places by categories) where there are weights.
    weights
        Harm per crime, by category.
    shares
        Per cent of crime to ask for.
    what
        Its name in the sentences, such as "harm".
    seed
        Of the throws that give the by-chance columns.

    Returns
    -------
    DataFrame
        `crime_share` (per cent asked for), `places` (the fewest that hold it),
        `places_share` (per cent of all places), `held` (what they hold),
        `chance_places` and `chance_share` (how many it would take had each crime been
        thrown on to a place at random, each place alike; missing where the counts are
        not whole) and `words`.

    Raises
    ------
    MethodError
        A count is missing or negative, or there is nothing to share out.

    References
    ----------
    Weisburd (2015), The law of crime concentration and the criminology of place,
    Criminology 53, 133-157; Chalfin, Kaplan and Cuellar (2021), Measuring marginal
    crime concentration, JRCD 58, 467-504, for the comparison with chance.

    Examples
    --------
    >>> table = shares_table(pd.Series({"A": 8, "B": 1, "C": 1, "D": 0}), shares=[80])
    >>> table.loc[0, ["places", "places_share", "held"]].tolist()
    [1.0, 25.0, 8.0]
    >>> table.loc[0, "words"]
    '80% of crime is in 1 of 4 places (25%); by chance alone it would take 3.'
    """
    totals = totals_by_place(counts, weights)
    chance = _by_chance(counts, weights, shares, seed)
    n = len(totals)
    cumulated = np.cumsum(np.sort(totals.to_numpy())[::-1])
    places = _fewest(cumulated[None, :], shares)[0]
    table = pd.DataFrame(
        {
            "crime_share": np.asarray(shares, dtype=float),
            "places": places,
            "places_share": 100.0 * places / n,
            "held": cumulated[places - 1],
            "chance_places": chance,
            "chance_share": 100.0 * chance / n,
        }
    )
    return table.assign(
        words=[_shares_words(row, n, what) for row in table.itertuples()]
    )


def totals_by_place(
    counts: pd.Series | pd.DataFrame, weights: pd.Series | None = None
) -> pd.Series:
    """Check counts, and return what each place holds: crimes, or harm.

    Raises
    ------
    MethodError
        A count is missing or negative, a category has no weight, or all is 0.
    """
    check_counts(counts)
    if isinstance(counts, pd.DataFrame):
        factor = weights_of(counts, weights)
        totals = (counts.astype(float) * factor).sum(axis=1)
    elif weights is None:
        totals = counts.astype(float)
    else:
        problem = "Weights by category were given for counts without categories."
        raise MethodError(problem, hint="Give a frame: places by categories.")
    if len(totals) == 0 or totals.sum() <= 0:
        problem = f"There is nothing to share out among {len(totals)} places."
        raise MethodError(problem, hint="Choose a period or category with crimes.")
    return totals


def check_counts(counts: pd.Series | pd.DataFrame) -> None:
    """Refuse counts that are missing or below 0; the message names the first place."""
    values = counts.to_numpy(float)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        first = counts.index[np.argwhere(bad)[0][0]]
        problem = f"{int(bad.sum())} counts are missing or below 0 (first: {first!r})."
        hint = "A place that is not covered is not a place without crime: leave it out."
        raise MethodError(problem, hint=hint)


def weights_of(counts: pd.DataFrame, weights: pd.Series | None) -> pd.Series:
    """Return the weight of every column, or 1; refuse one that is missing."""
    if weights is None:
        return pd.Series(1.0, index=counts.columns)
    factor = weights.reindex(counts.columns).astype(float)
    bad = ~(np.isfinite(factor) & (factor >= 0))
    if bad.any():
        problem = f"The category {factor.index[bad][0]!r} has no weight of 0 or more."
        raise MethodError(problem, hint="Every category needs a harm weight.")
    return factor


def _fewest(cumulated: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Count the places, largest first, that reach each share: (runs, shares)."""
    total = cumulated[:, -1:]
    # A share that is reached exactly must not be missed by a rounding error.
    wanted = [total * (share / 100.0) * (1 - 1e-12) for share in shares]
    return np.column_stack([(cumulated < w).sum(axis=1) + 1 for w in wanted])


def _by_chance(
    counts: pd.Series | pd.DataFrame,
    weights: pd.Series | None,
    shares: Sequence[float],
    seed: int,
) -> np.ndarray:
    """Return the mean number of places when crimes fall on places at random."""
    frame = counts if isinstance(counts, pd.DataFrame) else counts.to_frame("all")
    values = frame.to_numpy(float)
    if (values % 1 != 0).any():
        return np.full(len(shares), np.nan)
    factor = weights_of(frame, weights).to_numpy()
    rng = np.random.default_rng(seed)
    even = np.full(len(frame), 1.0 / len(frame))
    numbers = values.sum(axis=0).astype(np.int64)
    found = np.empty((CHANCE_RUNS, len(shares)))
    for run in range(CHANCE_RUNS):
        thrown = factor @ rng.multinomial(numbers, even)
        cumulated = np.cumsum(np.sort(thrown)[::-1])
        found[run] = _fewest(cumulated[None, :], shares)[0]
    return np.asarray(found.mean(axis=0))


def _shares_words(row: object, n: int, what: str) -> str:
    share, places, of = (
        getattr(row, c) for c in ("crime_share", "places", "places_share")
    )
    said = f"{share:g}% of {what} is in {places:,} of {n:,} places ({_percent(of)})"
    chance = row.chance_places  # type: ignore[attr-defined]
    if np.isnan(chance):
        return f"{said}."
    return f"{said}; by chance alone it would take {chance:,.0f}."


def _percent(share: float) -> str:
    return f"{share:.1f}%" if share < 10 else f"{share:.0f}%"


def lorenz(
    counts: pd.Series | pd.DataFrame, *, weights: pd.Series | None = None
) -> pd.DataFrame:
    """Return the Lorenz curve: from the emptiest place to the fullest.

    Returns
    -------
    DataFrame
        `places_share` and `crime_share`, both in per cent and cumulated, from 0, 0 to
        100, 100; one row more than there are places. `even_share` is the most even
        curve that so many crimes can make: fewer crimes than places leave some empty.
    """
    totals = totals_by_place(counts, weights)
    n, crimes = len(totals), _crimes(counts)
    held = np.concatenate([[0.0], np.cumsum(np.sort(totals.to_numpy()))])
    rank = np.arange(n + 1)
    some = min(n, crimes)
    even = np.clip((rank - (n - some)) / some, 0.0, 1.0)
    return pd.DataFrame(
        {
            "places_share": 100.0 * rank / n,
            "crime_share": 100.0 * held / held[-1],
            "even_share": 100.0 * even,
        }
    )


def lorenz_points(curve: pd.DataFrame, *, within: float = DRAWN_WITHIN) -> pd.DataFrame:
    """Choose the fewest points of a Lorenz curve that still draw it.

    From each point kept the next is the farthest whose straight line stays within
    `within` of both curves everywhere. The curves bend one way only, so that no choice
    among their points that begins with the first needs fewer.

    Parameters
    ----------
    curve
        What `lorenz` returns.
    within
        How far a line may lie from a curve, in points of 100.

    Returns
    -------
    DataFrame
        Some of the rows of `curve`, the first and the last among them.

    Examples
    --------
    >>> curve = lorenz(pd.Series([0, 0, 0, 1, 1, 1, 1, 1, 1]))
    >>> len(curve), lorenz_points(curve)["crime_share"].tolist()
    (10, [0.0, 0.0, 100.0])
    """
    x = curve["places_share"].to_numpy()
    ys = curve[["crime_share", "even_share"]].to_numpy()
    kept = [0]
    while kept[-1] < len(x) - 1:
        kept.append(_farthest(x, ys, kept[-1], within))
    return curve.iloc[kept].reset_index(drop=True)


def _farthest(x: np.ndarray, ys: np.ndarray, start: int, within: float) -> int:
    """Find the last point that one line from `start` reaches, by halving the rest."""
    good, bad = start + 1, len(x)
    while bad - good > 1:
        end = (good + bad) // 2
        part = (x[start : end + 1] - x[start]) / (x[end] - x[start])
        line = ys[start] + part[:, None] * (ys[end] - ys[start])
        fits = np.abs(line - ys[start : end + 1]).max() <= within
        good, bad = (end, bad) if fits else (good, end)
    return good


def _crimes(counts: pd.Series | pd.DataFrame) -> float:
    """Count incidents, at least 1, whatever they weigh."""
    return max(1.0, float(counts.to_numpy(float).sum()))


def gini(
    counts: pd.Series | pd.DataFrame,
    *,
    weights: pd.Series | None = None,
    corrected: bool = True,
) -> float:
    """Measure concentration on one scale: 0 as even as can be, 1 all in one place.

    Parameters
    ----------
    counts, weights
        As for `shares_table`. With weights the correction goes by the number of
        incidents, because each lies in one place whatever its harm.
    corrected
        With fewer crimes than places even the most even spread leaves places empty, and
        the plain coefficient calls that concentration. The generalised one measures
        from the most even spread possible instead: `(n / c) * (G - 1) + 1` for c crimes
        on n places, c below n; otherwise both are the same.

    References
    ----------
    Bernasco and Steenbeek (2017), More places than crimes, Journal of Quantitative
    Criminology 33, 451-467.

    Examples
    --------
    >>> sparse = pd.Series([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> gini(sparse), gini(sparse, corrected=False)
    (0.0, 0.8)
    """
    ordered = np.sort(totals_by_place(counts, weights).to_numpy())
    n = len(ordered)
    rank = np.arange(1, n + 1)
    plain = float(2 * (rank @ ordered) / (n * ordered.sum()) - (n + 1) / n)
    crimes = _crimes(counts)
    if not corrected or crimes >= n:
        return round(plain, 12) + 0.0
    return round(n / crimes * (plain - 1) + 1, 12) + 0.0


def gini_words(value: float) -> str:
    """Say what a Gini coefficient means.

    Examples
    --------
    >>> gini_words(0.71)
    'Concentration is 0.71 on a scale from 0 (as even as it can be) to 1 (all in one \
place).'
    """
    return (
        f"Concentration is {value:.2f} on a scale from 0 (as even as it can be) to 1 "
        "(all in one place)."
    )
