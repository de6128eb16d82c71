"""WMNow members, populations and venues.

The totals are published and typed in. Below NPU and local authority the split is
synthetic, by the number of postcodes, and sums to them exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.demo.allot import Ints, largest_remainder
from geosafety.demo.places import Places

DATES = ("2021-03", "2022-03")

# Confidence and Satisfaction Report, West Midlands Police to the Strategic Policing and
# Crime Board, 28 June 2022, Figure 2: members at both dates, people of 16 and over.
WMNOW = pd.DataFrame.from_dict(
    {
        "BE": (23_040, 25_393, 421_833),
        "BW": (18_606, 20_210, 461_566),
        "CV": (14_069, 15_476, 306_404),
        "DY": (13_167, 15_155, 260_121),
        "SH": (11_209, 12_407, 174_712),
        "SW": (11_284, 11_767, 254_180),
        "WS": (9_243, 9_676, 224_397),
        "WV": (10_134, 10_944, 207_347),
    },
    orient="index",
    columns=[*DATES, "population_16plus"],
)

# Office for National Statistics, mid-2020 population estimates, all ages.
POPULATION = {
    "Birmingham": 1_140_525,
    "Coventry": 379_387,
    "Dudley": 322_363,
    "Sandwell": 329_042,
    "Solihull": 217_487,
    "Walsall": 286_716,
    "Wolverhampton": 264_407,
}

ACCESSIBLE = np.array(["yes", "no", ""], dtype=object)
VENUE_KINDS = (
    "library",
    "community centre",
    "leisure centre",
    "place of worship",
    "school hall",
)


def wmnow_npu() -> pd.DataFrame:
    """Return the published members and population by NPU, one row per date."""
    table = WMNOW.rename_axis("npu").reset_index()
    long = table.melt(
        id_vars=["npu", "population_16plus"],
        value_vars=list(DATES),
        var_name="date",
        value_name="members",
    )
    return long[["npu", "date", "members", "population_16plus"]]


def wmnow_lsoa(places: Places) -> pd.DataFrame:
    """Split each NPU's members between its LSOAs by postcodes, for each date."""
    parts = [
        pd.DataFrame(
            {
                "lsoa11cd": places.lsoas["area_code"],
                "date": date,
                "members": _split(places, "npu", WMNOW[date]),
            }
        )
        for date in DATES
    ]
    return pd.concat(parts, ignore_index=True)


def population_borough() -> pd.DataFrame:
    """Return the published population of all ages by local authority."""
    return pd.DataFrame(
        {"local_authority": list(POPULATION), "population": list(POPULATION.values())}
    )


def population_npu() -> pd.DataFrame:
    """Return the published population of 16 and over by NPU."""
    return WMNOW["population_16plus"].rename_axis("npu").reset_index()


def population_lsoa(places: Places) -> pd.DataFrame:
    """Split both populations between LSOAs by postcodes.

    Parameters
    ----------
    places
        The LSOAs, with their NPU, local authority and number of postcodes.

    Returns
    -------
    pandas.DataFrame
        `lsoa11cd`, `population`, `population_16plus`. The adults sum to the NPUs, the
        whole to the local authorities.
    """
    adults = _split(places, "npu", WMNOW["population_16plus"])
    authority = places.lsoas["local_authority"]
    grown = pd.Series(adults).groupby(authority.to_numpy()).sum()
    # The children are split, not everyone: so no LSOA has more adults than people.
    children = pd.Series(POPULATION) - grown
    return pd.DataFrame(
        {
            "lsoa11cd": places.lsoas["area_code"],
            "population": adults + _split(places, "local_authority", children),
            "population_16plus": adults,
        }
    )


def venues(places: Places, *, number: int = 60, seed: int = 0) -> pd.DataFrame:
    """Invent venues at real postcodes, spread over the local authorities.

    Parameters
    ----------
    places
        Postcodes with coordinates.
    number
        How many venues.
    seed
        The same seed gives the same venues.

    Returns
    -------
    pandas.DataFrame
        `name`, `kind`, `postcode`, `easting`, `northing`, `capacity`, `accessible`
        (yes, no, or blank: not known).
    """
    rng = np.random.default_rng([seed, 60])
    chosen = np.sort(rng.choice(len(places.postcodes), number, replace=False))
    table = places.postcodes.loc[chosen, ["postcode", "easting", "northing"]]
    table.insert(0, "name", [f"Illustrative venue {n}" for n in range(1, number + 1)])
    table.insert(1, "kind", rng.choice(np.array(VENUE_KINDS, dtype=object), number))
    table["capacity"] = rng.integers(3, 31, number) * 10
    table["accessible"] = rng.choice(ACCESSIBLE, number, p=[0.7, 0.2, 0.1])
    return table.reset_index(drop=True)


def _split(places: Places, by: str, totals: pd.Series[int]) -> Ints:
    """Share each area's total out between its LSOAs by their number of postcodes."""
    shares = np.zeros(len(places.lsoas), dtype=np.int64)
    for area, total in totals.items():
        inside = (places.lsoas[by] == area).to_numpy()
        weights = places.lsoas.loc[inside, "postcodes"].to_numpy()
        shares[inside] = largest_remainder(weights, int(total))
    return shares
