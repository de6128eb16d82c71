"""Which areas of its own kind are most like each area: a table of the results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.comparators import FAR, nearest_areas, scales
from geosafety.geography.atlas import Atlas, Layer
from geosafety.pipeline.export import latest_period
from geosafety.settings import weakest

RATE, RANK = "crime_rate", "deprivation_rank"
NEAREST = 5  # similar areas that are named for each area
FEWEST = 3  # areas under which none is more alike than another
HALF = 0.5  # a crime added, so that the logarithm of a rate of none is known
SHOWN = ("ok", "low base")
WITH_RANK = "residents, crime rate and deprivation"
WITHOUT_RANK = "residents and crime rate"
# Why an area cannot be compared, by the status of its crime rate.
WHY_NOT = {
    "suppressed": "its crime rate is hidden, as too few people stand behind it",
    "incomplete": "its crime rate is incomplete: the source does not cover all of it",
    "not available": "these results hold no crime rate of it",
}
NOBODY = "nobody is known to live in it"
TOO_FEW = f"fewer than {FEWEST} areas of its kind have a crime rate"
COLUMNS = ["geography", "area_code", "area_name", "place", "other_code", "other_name"]
COLUMNS += ["distance", "like", "compared_by", "people", "other_people", "crime_rate"]
COLUMNS += ["other_crime_rate", "deprivation_rank", "other_deprivation_rank", "period"]
COLUMNS += ["vintage", "kind", "status", "reason"]


def write_alike(folder: Path, atlas: Atlas) -> None:
    """Write `alike.parquet`, of every layer but the Force, into a build with values."""
    tables = [
        alike_table(_crime(folder, layer), _deprivation(folder, layer), name)
        for name, layer in atlas.layers.items()
        if name != "force"
    ]
    results.write_table(folder, "alike", tables)


def alike_table(
    crime: pd.DataFrame, deprivation: pd.DataFrame, geography: str
) -> pd.DataFrame:
    """Find the areas of a layer that are most like each of its areas.

    By residents, recorded crime per resident and, where every area has one, mean rank
    of deprivation: the distance of `engagement.comparators`, standardised over the
    layer.

    Parameters
    ----------
    crime
        One row an area, indexed by its code, all of one period: `area_name, value` (per
        1,000 residents), `numerator, base, period, vintage, kind, status`.
    deprivation
        `value, kind`, indexed alike; missing where an area has no rank.

    Returns
    -------
    DataFrame
        `COLUMNS`, up to `NEAREST` rows an area, the most alike first: `place` (1, 2,
        ...), `distance` (standard deviations), `like` ("no" where farther than
        `comparators.FAR`: only among the nearest), `compared_by`, the figures of the
        area and of the other (ranks missing where not compared), `kind` (the weakest of
        all that was compared) and `status` ("low base" where the rate of either is). An
        area that cannot be compared has one row: its status, the `reason`, no numbers.
    """
    pool = _pool(crime, deprivation["value"])
    ranked = bool(pool["rank"].notna().any())
    compared = [crime, deprivation] if ranked else [crime]
    kinds = [kind for one in compared for kind in one.loc[pool.index, "kind"]]
    table = crime[["area_name", "period", "vintage", "status"]].assign(
        geography=geography,
        reason=_reasons(crime, pool),
        compared_by=WITH_RANK if ranked else WITHOUT_RANK,
        kind=weakest(kinds) if kinds else "",
    )
    table = table.rename_axis("area_code").reset_index()
    table["compared_by"] = table["compared_by"].where(table["reason"] == "", "")
    found = table.merge(_nearest(pool), how="left", on="area_code")
    return _with_figures(found, crime, pool)[COLUMNS]


def _with_figures(
    found: pd.DataFrame, crime: pd.DataFrame, pool: pd.DataFrame
) -> pd.DataFrame:
    """Add the figures of both areas, and the name of the other."""
    figures = pool[["people", "rank"]].set_axis(["people", "deprivation_rank"], axis=1)
    figures = figures.assign(crime_rate=crime["value"])
    other = crime[["area_name", "status"]].set_axis(["name", "status"], axis=1)
    other = other.join(figures).add_prefix("other_")
    found = found.join(figures, on="area_code").join(other, on="other_code")
    low = found["other_status"] == "low base"
    found["status"] = found["status"].mask(low, "low base")
    return found.fillna(dict.fromkeys(("other_code", "other_name", "like"), ""))


def _pool(crime: pd.DataFrame, rank: pd.Series) -> pd.DataFrame:
    """Return `people, rank, rate` of the areas that have a crime rate to show."""
    known = crime[crime["status"].isin(SHOWN) & (crime["base"] > 0)]
    ranks = rank.reindex(known.index)
    if ranks.isna().any():
        ranks = ranks * np.nan
    rate = (known["numerator"] + HALF) / known["base"]
    return pd.DataFrame({"people": known["base"], "rank": ranks, "rate": rate})


def _nearest(pool: pd.DataFrame) -> pd.DataFrame:
    """Return the areas nearest to each area of a pool; none where there are too few."""
    if len(pool) < FEWEST:
        columns = ["area_code", "place", "other_code", "distance", "like"]
        return pd.DataFrame(columns=columns)
    near = nearest_areas(pool, pool, scales(pool), k=NEAREST)
    return pd.DataFrame(
        {
            "area_code": near["area_code"],
            "place": near["number"],
            "other_code": near["codes"].str[0],
            "distance": near["distance"],
            "like": np.where(near["distance"] <= FAR, "yes", "no"),
        }
    )


def _reasons(crime: pd.DataFrame, pool: pd.DataFrame) -> pd.Series:
    """Say for each area why it cannot be compared; nothing where it can."""
    reasons = crime["status"].map(WHY_NOT).fillna(NOBODY)
    return reasons.mask(
        crime.index.isin(pool.index), TOO_FEW if len(pool) < FEWEST else ""
    )


def _crime(folder: Path, layer: Layer) -> pd.DataFrame:
    """Read the crime rate of every area in the latest period that has one."""
    values = _values(folder, layer, RATE)
    if len(values):
        values = values[values["period"] == latest_period(values)]
    rows = values.set_index("area_code").reindex(layer.areas.index)
    blank = {"period": "", "vintage": "", "kind": "", "status": "not available"}
    return rows.fillna(blank).assign(area_name=layer.areas["area_name"])


def _deprivation(folder: Path, layer: Layer) -> pd.DataFrame:
    """Read the mean deprivation rank of every area, as far as it is known."""
    values = _values(folder, layer, RANK)
    known = values[values["value"].notna()].drop_duplicates("area_code")
    return known.set_index("area_code").reindex(layer.areas.index)[["value", "kind"]]


def _values(folder: Path, layer: Layer, name: str) -> pd.DataFrame:
    values = results.read_unfinished(
        folder, indicator=[name], geography=[layer.name], group=["all"]
    )
    return results.as_text(values, ["area_code", "period", "vintage", "kind", "status"])
