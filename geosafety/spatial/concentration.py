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
    _check(counts)
    if isinstance(counts, pd.DataFrame):
        factor = _weights_of(counts, weights)
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


def _check(counts: pd.Series | pd.DataFrame) -> None:
    values = counts.to_numpy(float)
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        first = counts.index[np.argwhere(bad)[0][0]]
        problem = f"{int(bad.sum())} counts are missing or below 0 (first: {first!r})."
        hint = "A place that is not covered is not a place without crime: leave it out."
        raise MethodError(problem, hint=hint)


def _weights_of(counts: pd.DataFrame, weights: pd.Series | None) -> pd.Series:
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
    factor = _weights_of(frame, weights).to_numpy()
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


def location_quotients(
    area_by_category: pd.DataFrame,
    *,
    weights: pd.Series | None = None,
    level: float = 95.0,
) -> pd.DataFrame:
    """Compare each area's mix of crime with the mix of all areas together.

    A quotient of 2 says that the category is twice as large a part of this area's crime
    as of all areas'. It says nothing of how much crime there is.

    The interval compares the area with all the others: Wilson limits of the two shares
    are joined to limits of their ratio (MOVER), and the quotient is a monotone function
    of that ratio. With weights each share's limits go by the number of crimes that
    would make it as uncertain as the weighted one is. Each interval stands alone: of
    many at 95 % some 5 % miss.

    Parameters
    ----------
    area_by_category
        Counts: areas by categories.
    weights
        Harm per crime, by category.
    level
        Of the interval, per cent.

    Returns
    -------
    DataFrame
        One row for each area and category: `area_code`, `category`, `count`,
        `quotient`, `lower`, `upper`, `verdict` ("higher", "lower", "cannot tell" or,
        where the area has no crime or no area has the category, "not available" and no
        numbers) and `words`.

    References
    ----------
    Brantingham and Brantingham (1998), Mapping crime for analytic purposes, in Weisburd
    and McEwen (eds), for crime location quotients; Donner and Zou (2012),
    Closed-form confidence intervals for functions of the normal mean and standard
    deviation, Statistical Methods in Medical Research 21, 347-359, for MOVER.
    """
    _check(area_by_category)
    factor = _weights_of(area_by_category, weights).to_numpy()
    counts = area_by_category.to_numpy(float)
    z = _normal_quantile(level)
    share, low, high = _share_limits(counts, factor, z)
    other, other_low, other_high = _share_limits(_rest(counts), factor, z)
    size = (counts * factor).sum(axis=1, keepdims=True)
    part = np.divide(size, size.sum(), out=np.zeros_like(size), where=size > 0)
    ratio_low, ratio_high = _ratio_limits(
        (share, low, high), (other, other_low, other_high)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = share / (part * share + (1 - part) * other)
        lower = 1 / (part + (1 - part) / ratio_low)
        upper = 1 / (part + (1 - part) / ratio_high)
    return _quotient_table(area_by_category, quotient, lower, upper)


def _normal_quantile(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 200.0))


def _rest(counts: np.ndarray) -> np.ndarray:
    """Return, for each area, the counts of all the other areas."""
    rest: np.ndarray = counts.sum(axis=0, keepdims=True) - counts
    return rest


def _share_limits(
    counts: np.ndarray, factor: np.ndarray, z: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each category's share of its row, with Wilson limits."""
    weighted = counts * factor
    size = weighted.sum(axis=1, keepdims=True)
    squares = counts * factor**2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = weighted / size
        own, all_squares = squares, squares.sum(axis=1, keepdims=True)
        variance = (1 - share) ** 2 * own + share**2 * (all_squares - own)
        n = share * (1 - share) * size**2 / variance
        # Of a share of 0 the limit of the same expression: crimes of its own weight.
        n = np.where(weighted > 0, n, size / np.where(factor > 0, factor, np.nan))
        n = np.where(share == 1, size**2 / all_squares, n)
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + (z / n / 2) ** 2)
    low = np.where(share == 0, 0.0, middle - half)
    high = np.where(share == 1, 1.0, middle + half)
    return share, low, high


def _ratio_limits(
    top: tuple[np.ndarray, np.ndarray, np.ndarray],
    bottom: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Join the limits of two shares to limits of their ratio (MOVER-R)."""
    p, p_low, p_high = top
    q, q_low, q_high = bottom
    with np.errstate(divide="ignore", invalid="ignore"):
        product = p * q
        above = p_low * (2 * p - p_low) * q_high * (2 * q - q_high)
        below = p_high * (2 * p - p_high) * q_low * (2 * q - q_low)
        lower = (product - np.sqrt(np.maximum(product**2 - above, 0.0))) / (
            q_high * (2 * q - q_high)
        )
        upper = (product + np.sqrt(np.maximum(product**2 - below, 0.0))) / (
            q_low * (2 * q - q_low)
        )
    upper = np.where(q_low > 0, upper, np.inf)
    lower = np.where(p_low > 0, np.maximum(lower, 0.0), 0.0)
    return lower, upper


def _quotient_table(
    counts: pd.DataFrame, quotient: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> pd.DataFrame:
    known = np.isfinite(quotient)
    verdict = np.select(
        [~known, lower > 1, upper < 1],
        ["not available", "higher", "lower"],
        "cannot tell",
    )
    table = pd.DataFrame(
        {
            "area_code": np.repeat(counts.index.to_numpy(), counts.shape[1]),
            "category": np.tile(counts.columns.to_numpy(), counts.shape[0]),
            "count": counts.to_numpy(float).ravel(),
            "quotient": np.where(known, quotient, np.nan).ravel(),
            "lower": np.where(known, lower, np.nan).ravel(),
            "upper": np.where(known, upper, np.nan).ravel(),
            "verdict": verdict.ravel(),
        }
    )
    return table.assign(words=[_quotient_words(row) for row in table.itertuples()])


def _quotient_words(row: object) -> str:
    verdict, category = row.verdict, row.category  # type: ignore[attr-defined]
    if verdict == "not available":
        return f"There is nothing to compare {category} with."
    said = f"{category} is {row.quotient:.2g} times"  # type: ignore[attr-defined]
    range_ = f"{row.lower:.2g} to {row.upper:.2g}"  # type: ignore[attr-defined]
    more = {"higher": "a larger part", "lower": "a smaller part"}.get(verdict)
    end = f": {more} than elsewhere" if more else ": cannot tell from chance"
    return f"{said} ({range_}) as large a part of crime here as overall{end}."
