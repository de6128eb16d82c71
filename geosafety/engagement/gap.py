"""The gap sheet's parts: each value smoothed, with interval, base and verdict.

Parts stand side by side. A part is a rate (members, answers, crimes: a count over
people), a mean (harm) or a share (of a survey's answers). What is short is counted in
whole people, rounded up at the end alone.

Rates are smoothed on the scale of their root, where chance is the same whatever the
rate, and brought back (with a quarter of an event added, so that small counts are not
biased: Brown, Cai and Zhou, 2010, Annals of Statistics 38, 2005-2046). The rates of
areas are skewed, and on the natural scale the error of a high rate would be taken to be
as small as that of a low one: too many areas would be sure of their place.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geosafety.engagement.typology import levels
from geosafety.errors import MethodError
from geosafety.measures.comparison import compare_table
from geosafety.measures.intervals import Z_95, poisson_interval
from geosafety.measures.smoothing import shrink

Floats = NDArray[np.float64]
SHOWN = ("ok", "low base")
QUARTER = 0.25
NUMBERS = ("value", "lower", "upper", "count", "base")
SMOOTHED = ("smoothed", "smoothed_lower", "smoothed_upper")
AGAINST = ("difference", "difference_lower", "difference_upper")
WORDS = ("verdict", "finding", "level", "status")
# On which scale, and how unsure, an area runs for the widest gap.
RACE = ("race_value", "race_error")
COLUMNS = (*NUMBERS, *SMOOTHED, *AGAINST, *WORDS, *RACE)


def rate_part(
    areas: pd.DataFrame,
    whole: tuple[float, float],
    *,
    per: float,
    minimum_effect: float,
) -> pd.DataFrame:
    """Set the rates of areas against the rate of the whole that they are part of.

    Parameters
    ----------
    areas
        `count, base, status, parent`, by area: people or events, what they are counted
        over, and the area to smooth towards. Numbers of a status other than `ok` and
        `low base` are not looked at.
    whole
        Count and base of the whole, such as the Force.
    per
        1,000 for rates per 1,000.
    minimum_effect
        The smallest difference that matters, per cent of the whole's rate.

    Returns
    -------
    DataFrame
        `COLUMNS` by area. The interval is Byar's (exact under 10), of a Poisson count.
        Verdicts of all areas are read together (`compare_table` with a family). Only
        `ok` areas run for the widest gap; `race_value` is their smoothed root.

    Examples
    --------
    >>> areas = pd.DataFrame({"count": [400.0, 505, 530, 510, 595], "base": 10_000.0,
    ...     "status": "ok", "parent": "Force"}, index=list("ABCDE"))
    >>> table = rate_part(areas, (2540, 50_000), per=1000, minimum_effect=10)
    >>> table["level"].tolist()
    ['low', 'alike', 'cannot tell', 'alike', 'high']
    >>> table["smoothed"].round(1).tolist()
    [40.5, 50.5, 52.9, 51.0, 59.1]
    """
    shown = areas["status"].isin(SHOWN) & (areas["base"] > 0)
    count, base = (areas[c].astype(float).where(shown) for c in ("count", "base"))
    ends = [per * end / base.to_numpy() for end in poisson_interval(count)]
    values = [per * count / base, *ends, count, base]
    numbers = pd.DataFrame(dict(zip(NUMBERS, values, strict=True)))
    sides = _sides(areas, {"count": count, "base": base, "per": per})
    for name, number in zip(("count", "base", "per"), (*whole, per), strict=True):
        sides[f"second_{name}"] = float(number)
    found = compare_table(
        sides,
        "rate",
        minimum_effect=minimum_effect,
        relation="part of",
        family=pd.Series("one", index=areas.index),
        worded=False,
    )
    root = ((count + QUARTER) / base) ** 0.5
    race = _smoothed(root, 1 / (4 * base), areas["parent"])
    back = {
        name: (per * (race[name].clip(lower=0) ** 2 - QUARTER / base)).clip(lower=0)
        for name in SMOOTHED
    }
    return _laid_out(numbers, found, pd.DataFrame(back).join(race[list(RACE)]), areas)


def mean_part(
    areas: pd.DataFrame,
    whole: tuple[float, float, float],
    *,
    minimum_effect: float,
) -> pd.DataFrame:
    """Set means (such as harm per 1,000) against the mean of the whole.

    Parameters
    ----------
    areas
        `value, lower, upper, count, base, status, parent`, by area; the error is taken
        from the 95 % interval.
    whole
        The whole's value, the width of its 95 % interval, and its base.
    minimum_effect
        The smallest difference that matters, per cent of the whole's value.

    Returns
    -------
    DataFrame
        `COLUMNS` by area, as of `rate_part`.
    """
    shown = areas["status"].isin(SHOWN) & (areas["base"] > 0)
    numbers = areas[list(NUMBERS)].astype(float).where(shown)
    error = ((numbers["upper"] - numbers["lower"]) / (2 * Z_95)).where(lambda x: x > 0)
    value, width, base = whole
    sides = _sides(areas, {"value": numbers["value"], "se": error})
    sides = sides.assign(
        second_value=float(value),
        second_se=width / (2 * Z_95),
        part=(numbers["base"] / base).to_numpy(),
    )
    found = compare_table(
        sides,
        "mean",
        minimum_effect=minimum_effect / 100 * value,
        relation="part of",
        family=pd.Series("one", index=areas.index),
        worded=False,
    )
    race = _smoothed(numbers["value"].where(error.notna()), error**2, areas["parent"])
    return _laid_out(numbers, found, race, areas)


def share_part(areas: pd.DataFrame) -> pd.DataFrame:
    """Take over shares that have been smoothed and compared with the Force already.

    Parameters
    ----------
    areas
        `NUMBERS`, `smoothed, smoothed_lower, smoothed_upper, rmse`, `difference,
        difference_lower, difference_upper, verdict, finding, status`, by area. Where
        too few areas could be smoothed, the race is run on the direct values.
    """
    shown = areas["status"].isin(SHOWN)
    direct = (areas["upper"] - areas["lower"]) / (2 * Z_95)
    smoothed = areas["smoothed"].notna()
    race = areas[list(SMOOTHED)].where(shown)
    race["race_value"] = areas["smoothed"].where(smoothed, areas["value"])
    race["race_error"] = areas["rmse"].where(smoothed, direct)
    return _laid_out(areas[list(NUMBERS)].where(shown), areas, race, areas)


def _sides(areas: pd.DataFrame, first: dict[str, pd.Series | float]) -> pd.DataFrame:
    columns = {f"first_{name}": column for name, column in first.items()}
    return pd.DataFrame({**columns, "first_status": areas["status"]}, areas.index)


def _smoothed(value: pd.Series, variance: pd.Series, parent: pd.Series) -> pd.DataFrame:
    """Shrink towards the parent; with too few areas there is only the value itself."""
    race = pd.DataFrame({"race_value": value, "race_error": np.sqrt(variance)})
    try:
        made = shrink(value, variance, parent)
    except MethodError:
        return race.assign(**dict.fromkeys(SMOOTHED, np.nan))
    # An area without a value of its own would show its parent's mean.
    made = made.where(value.notna())
    race = race.assign(race_value=made["smoothed"], race_error=made["rmse"])
    ends = (made[name] for name in ("smoothed", "lower", "upper"))
    return race.assign(**dict(zip(SMOOTHED, ends, strict=True)))


def _laid_out(
    numbers: pd.DataFrame, found: pd.DataFrame, race: pd.DataFrame, areas: pd.DataFrame
) -> pd.DataFrame:
    names = {"lower": "difference_lower", "upper": "difference_upper"}
    if "difference_lower" not in found:
        found = found.rename(columns=names)
    against = found[[*AGAINST, "verdict", "finding"]].assign(level=levels(found))
    # A low base is shown and never ranked.
    running = race[list(RACE)].where(areas["status"] == "ok")
    parts = [numbers, race[list(SMOOTHED)], against, areas[["status"]], running]
    return pd.concat(parts, axis=1)[list(COLUMNS)]


def short_of(count: pd.Series, base: pd.Series, rate: float) -> pd.Series:
    """How many more people would bring each area to a rate, the rate held fixed.

    Parameters
    ----------
    count, base
        Unrounded; missing where hidden.
    rate
        Per one of the base: that of the Force, or a target.

    Returns
    -------
    Series
        Whole people, rounded up, at least 0; missing where a number is.

    Examples
    --------
    >>> members = pd.Series({"CV": 15_476, "WV": 10_944})
    >>> people = pd.Series({"CV": 306_404, "WV": 207_347})
    >>> short_of(members, people, 121_028 / 2_310_560).tolist()
    [574.0, 0.0]
    """
    short = rate * base.astype(float) - count.astype(float)
    # 1e-9 forgives a product such as 12.000000000000002 before rounding up.
    whole = pd.Series(np.ceil(short.to_numpy() - 1e-9), index=short.index)
    return whole.clip(lower=0) + 0.0
