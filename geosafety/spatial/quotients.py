"""How the mix of crime, or of harm, in one area differs from that of all areas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.spatial.concentration import check_counts, weights_of


def location_quotients(
    area_by_category: pd.DataFrame,
    *,
    weights: pd.Series | None = None,
    level: float = 95.0,
    what: str = "crime",
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
    what
        Its name in the sentences, such as "harm".

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
    check_counts(area_by_category)
    factor = weights_of(area_by_category, weights).to_numpy()
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
    table = _quotient_table(area_by_category, quotient, lower, upper)
    words = [_quotient_words(row, what) for row in table.itertuples()]
    return table.assign(words=words)


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
    return pd.DataFrame(
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


def _quotient_words(row: object, what: str) -> str:
    verdict, category = row.verdict, row.category  # type: ignore[attr-defined]
    if verdict == "not available":
        return f"There is nothing to compare {category} with."
    said = f"{category} is {row.quotient:.2g} times"  # type: ignore[attr-defined]
    range_ = f"{row.lower:.2g} to {row.upper:.2g}"  # type: ignore[attr-defined]
    more = {"higher": "a larger part", "lower": "a smaller part"}.get(verdict)
    end = f": {more} than elsewhere" if more else ": cannot tell from chance"
    return f"{said} ({range_}) as large a part of {what} here as overall{end}."
