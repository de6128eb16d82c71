"""The small areas that impact areas are made of, as the results know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.pipeline.plan.need import SMALL, parents

PRESENT = "impact_area"
CATEGORY = "category="
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class SmallAreas:
    """What is known of every small area, in the order of the layer.

    Attributes
    ----------
    table
        Indexed by `area_code`: `people` (residents of all ages), `npu`, `present` (the
        impact area that its representative point is in; missing outside), `rank` and
        `most` (deprivation; missing where the results hold none).
    shapes
        The polygons.
    people_kind
        Of the residents: observed, published, estimated or synthetic.
    """

    table: pd.DataFrame
    shapes: gpd.GeoDataFrame
    people_kind: str

    @property
    def has_deprivation(self) -> bool:
        """Tell whether every small area has a rank."""
        return bool(self.table["rank"].notna().all())


def read_small_areas(folder: Path) -> SmallAreas:
    """Read the small areas of some results.

    Raises
    ------
    InputError
        The results hold no residents by small area.
    """
    shapes = results.read_geometry(folder, SMALL)
    shapes.index = pd.Index(shapes.index.astype("str"), name="area_code")
    people, kind = _one(folder, "population", shapes.index)
    if people.isna().all():
        problem = f"{folder} holds no residents by {SMALL}."
        raise InputError(problem, hint="Build with a [[population]] block by LSOA.")
    codes = pd.Series(shapes.index, index=shapes.index)
    table = pd.DataFrame(
        {
            "people": people.fillna(0.0),
            "npu": parents(folder, codes, "npu").to_numpy(),
            "present": parents(folder, codes, PRESENT).to_numpy(),
            "rank": _one(folder, "deprivation_rank", shapes.index)[0],
            "most": _one(folder, "deprivation_most", shapes.index)[0],
        },
        index=shapes.index,
    )
    return SmallAreas(table=table, shapes=shapes, people_kind=kind)


def _one(folder: Path, indicator: str, codes: pd.Index) -> tuple[pd.Series, str]:
    """Read the latest values of one indicator by small area, and their kind."""
    values = results.read_values(
        folder, geography=[SMALL], indicator=[indicator], group=["all"]
    )
    if values.empty:
        return pd.Series(np.nan, index=codes), "observed"
    latest = values[values["period"] == values["period"].astype("str").max()]
    found = latest.set_index(latest["area_code"].astype("str"))["value"]
    return found.reindex(codes), str(latest["kind"].iloc[0])


def groups_of(folder: Path, categories: Sequence[str]) -> list[str]:
    """Turn names of categories of crime into groups; none given is all crime.

    Raises
    ------
    InputError
        The results hold no such category; the hint names the nearest.
    """
    if not categories:
        return ["all"]
    choices = results.read_choices(folder)
    held = choices.loc[choices["indicator"] == "crime_count", "group"]
    known = sorted(g.removeprefix(CATEGORY) for g in set(held) if g != "all")
    for name in categories:
        if name not in known:
            problem = f"{folder} holds no crimes of the category {name!r}."
            raise InputError(problem, hint=nearest(name, known))
    return [CATEGORY + name for name in categories]


def months_of(period: str) -> list[str]:
    """List the months of a period.

    Examples
    --------
    >>> months_of("2023-11/2024-01"), months_of("2024-02")
    (['2023-11', '2023-12', '2024-01'], ['2024-02'])
    """
    first, _, last = period.partition("/")
    span = pd.period_range(first, last or first, freq="M")
    return [str(month) for month in span]


def earlier(months: Sequence[str], years: int = 1) -> list[str]:
    """Return the same months some years before.

    Examples
    --------
    >>> earlier(["2024-01", "2024-02"])
    ['2023-01', '2023-02']
    """
    return [f"{int(month[:4]) - years}{month[4:]}" for month in months]


def period_of(months: Sequence[str]) -> str:
    """Name a run of months; where some between are left out, say how many are in.

    Examples
    --------
    >>> period_of(["2024-01"]), period_of(["2024-01", "2024-02"])
    ('2024-01', '2024-01/2024-02')
    >>> period_of(["2024-01", "2024-03"])
    '2024-01/2024-03 (2 months)'
    """
    if not months:
        return ""
    whole = f"{months[0]}/{months[-1]}" if len(months) > 1 else months[0]
    gaps = len(months_of(whole)) != len(months)
    return f"{whole} ({len(months)} months)" if gaps else whole


def months_held(folder: Path, indicator: str) -> pd.Series:
    """Say of every month that the results hold for the Force whether it is complete."""
    values = results.read_values(
        folder, geography=["force"], indicator=[indicator], group=["all"]
    )
    period = values["period"].astype("str")
    months = values[~period.str.contains("/") & (period != "")]
    whole = months["status"].isin(["ok", "low base"]).to_numpy()
    held = pd.Series(whole, index=months["period"].astype("str"), dtype=bool)
    return held.sort_index()


def months_to_compare(held: pd.Series) -> tuple[list[str], list[str]]:
    """Choose the latest months that are complete, and were a year before too.

    Of the last twelve months held, or the twelve before a gap: the same months of the
    year are compared, so that seasons do not tell.

    Examples
    --------
    >>> months = [str(m) for m in pd.period_range("2023-01", "2024-03", freq="M")]
    >>> held = pd.Series(True, index=months)
    >>> held["2023-02"] = False
    >>> months_to_compare(held)
    (['2024-01', '2024-03'], ['2023-01', '2023-03'])
    """
    last = held.index[-MONTHS_IN_YEAR:]
    now = [m for m in last if held[m] and held.get(earlier([m])[0], False)]
    return now, earlier(now)


def months_to_match(held: pd.Series, before: Sequence[str]) -> list[str]:
    """Choose the complete months that come before others, twelve at most.

    Where there are none, those others themselves.

    Examples
    --------
    >>> held = pd.Series(True, index=["2023-09", "2023-10", "2023-11"])
    >>> months_to_match(held, ["2023-11"])
    ['2023-09', '2023-10']
    """
    if not before:
        return []
    earlier_ones = [m for m in held.index if held[m] and m < before[0]]
    return earlier_ones[-MONTHS_IN_YEAR:] or list(before)


def sums(
    folder: Path,
    geography: str,
    indicator: str,
    groups: Sequence[str],
    months: Sequence[str],
) -> pd.DataFrame:
    """Add up months and groups by area.

    Returns
    -------
    DataFrame
        Indexed by `area_code`: `value` and `variance` (from the intervals, where there
        are any); missing where any month or group is not shown.
    """
    values = results.read_values(
        folder,
        geography=[geography],
        indicator=[indicator],
        group=list(groups),
        period=list(months),
    )
    half = (values["upper"] - values["lower"]) / 2 / 1.959963984540054
    parts = pd.DataFrame({"value": values["value"], "variance": half**2})
    codes = values["area_code"].astype("str").to_numpy()
    by_area = parts.groupby(codes)
    found = by_area.sum(min_count=1)
    wanted = len(groups) * len(months)
    short = by_area["value"].count() < wanted
    found[short] = np.nan
    return found.rename_axis("area_code")


def complete_year(folder: Path, indicator: str = "crime_count") -> str:
    """Return the latest twelve complete months in a row that the results hold.

    Raises
    ------
    InputError
        There are none.
    """
    held = months_held(folder, indicator)
    for end in range(len(held), MONTHS_IN_YEAR - 1, -1):
        part = held.iloc[end - MONTHS_IN_YEAR : end]
        if part.all() and len(months_of(f"{part.index[0]}/{part.index[-1]}")) == len(
            part
        ):
            return f"{part.index[0]}/{part.index[-1]}"
    problem = f"{folder} holds no twelve complete months of {indicator} in a row."
    raise InputError(problem, hint="Give a shorter one with --period.")
