"""Invented residents by group, so that the demonstration's survey can be weighted.

The shares are round numbers, set by hand so that the boroughs differ roughly as they
are known to. They were taken from no table and stand for none; each borough's groups
sum to its published residents of all ages. Outcomes and crime survey are invented too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.demo.allot import largest_remainder
from geosafety.demo.people import POPULATION
from geosafety.demo.places import LOCAL_AUTHORITIES

BOROUGHS = tuple(POPULATION)
# Per cent of each borough's residents, in the order of `BOROUGHS`.
SHARES: dict[str, dict[str, tuple[int, ...]]] = {
    "age": {
        "Under 18": (26, 22, 21, 25, 21, 25, 24),
        "18-24": (12, 14, 8, 9, 7, 8, 9),
        "25-34": (15, 17, 13, 14, 11, 13, 14),
        "35-44": (13, 13, 12, 13, 12, 13, 13),
        "45-54": (12, 12, 13, 13, 14, 13, 13),
        "55-64": (10, 10, 13, 11, 13, 12, 11),
        "65-74": (7, 7, 11, 8, 12, 9, 9),
        "75+": (5, 5, 9, 7, 10, 7, 7),
    },
    "sex": {
        "Female": (51, 50, 51, 51, 52, 51, 51),
        "Male": (49, 50, 49, 49, 48, 49, 49),
    },
    "ethnicity": {
        "White": (49, 65, 85, 57, 82, 71, 61),
        "Asian or Asian British": (31, 19, 8, 26, 11, 19, 21),
        "Black, Black British, Caribbean, or African": (11, 9, 3, 9, 3, 5, 10),
        "Mixed or multiple ethnic groups": (5, 4, 3, 4, 3, 3, 5),
        "Other": (4, 3, 1, 4, 1, 2, 3),
    },
}


def residents(dimension: str) -> pd.DataFrame:
    """Split each borough's residents by the invented shares of one dimension.

    Parameters
    ----------
    dimension
        `age` (the consultation's bands), `sex` or `ethnicity`.

    Returns
    -------
    pandas.DataFrame
        `local_authority` (a code), `category`, `population`: whole numbers that sum to
        the borough's residents.

    Examples
    --------
    >>> int(residents("sex").groupby("local_authority")["population"].sum().iloc[0])
    1140525
    """
    codes = {name: code for code, name in LOCAL_AUTHORITIES.items()}
    shares = pd.DataFrame(SHARES[dimension], index=BOROUGHS)
    parts = [
        pd.DataFrame(
            {
                "local_authority": codes[name],
                "category": list(shares),
                "population": largest_remainder(
                    shares.loc[name].to_numpy(), POPULATION[name]
                ),
            }
        )
        for name in BOROUGHS
    ]
    return pd.concat(parts, ignore_index=True)


def outcomes(npus: list[str], *, seed: int) -> pd.DataFrame:
    """Invent two outcomes by NPU and year, as parts of a legitimacy score.

    Returns
    -------
    pandas.DataFrame
        `npu`, `year_to`, `attendance` (per cent), `bilkings` (per 1,000 residents).
    """
    rng = np.random.default_rng([seed, 77])
    attendance = 84 + rng.normal(0, 3, len(npus))
    bilkings = 0.7 + rng.uniform(-0.25, 0.25, len(npus))
    years = [
        pd.DataFrame(
            {
                "npu": npus,
                "year_to": year,
                "attendance": (attendance + rng.normal(1, 1, len(npus))).round(1),
                "bilkings": (bilkings * rng.uniform(0.9, 1.3, len(npus))).round(2),
            }
        )
        for year in ("2021-03", "2022-03")
    ]
    return pd.concat(years, ignore_index=True)


def crime_survey(*, seed: int) -> pd.DataFrame:
    """Invent confidence in the police by year, in the form of the crime survey.

    Returns
    -------
    pandas.DataFrame
        `period`, `value`, `lower`, `upper` (per cent) and `base`.
    """
    rng = np.random.default_rng([seed, 78])
    value = 60 + rng.normal(0, 2, 4).cumsum()
    base = rng.integers(700, 900, 4)
    half = 196 * np.sqrt(value / 100 * (1 - value / 100) / base)
    periods = [f"{year}-04/{year + 1}-03" for year in range(2018, 2022)]
    return pd.DataFrame(
        {
            "period": periods,
            "value": value.round(1),
            "lower": (value - half).round(1),
            "upper": (value + half).round(1),
            "base": base,
        }
    )
