"""What a briefing adds to finished results: the year, hot spots, areas alike."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety.engagement.comparators import FAR, nearest_areas, scales
from geosafety.engagement.gap_rules import gap_rules
from geosafety.errors import MethodError
from geosafety.measures.quick_verdicts import change_verdicts
from geosafety.pipeline.plan_need import inside

SHOWN = ("ok", "low base")
LIKE = 3  # similar areas that are named


def changes_on_the_year(months: pd.DataFrame) -> pd.DataFrame:
    """Compare the covered months of the last twelve with the same a year before.

    Parameters
    ----------
    months
        Counts by area and month; missing where not covered. Each area is compared on
        the months that it has in both years.

    Returns
    -------
    DataFrame
        By area: `before, after, change, lower, upper` (per cent; the exact interval of
        a ratio of Poisson counts), `verdict` (`measures.quick_verdicts`; all areas are
        read together), `pairs` (months compared), `first, last` (of them, the later).

    Examples
    --------
    >>> names = [f"{year}-{m:02d}" for year in (2023, 2024) for m in (1, 2)]
    >>> counts = pd.DataFrame([[50, 50, 90, None]], index=["A"], columns=names)
    >>> found = changes_on_the_year(counts).loc["A"]
    >>> float(found["change"]), int(found["pairs"]), found["verdict"]
    (80.0, 1, 'clear: higher')
    """
    # The package loads libraries that no other question needs.
    from geosafety.spatial.trends import change_test

    later = [str(m) for m in months.columns[-12:]]
    earlier = [f"{int(m[:4]) - 1}{m[4:]}" for m in later]
    after = months.reindex(columns=later).astype(float).round()
    before = months.reindex(columns=earlier).astype(float).round()
    both = after.notna().to_numpy() & before.notna().to_numpy()
    sums = [
        t.where(both).sum(axis=1, min_count=1).astype(float) for t in (before, after)
    ]
    tested = change_test(*sums)
    ends = [[m for m, has in zip(later, row, strict=True) if has] for row in both]
    found = pd.DataFrame({"before": sums[0], "after": sums[1]}, index=months.index)
    ratios = {"change": "ratio", "lower": "lower", "upper": "upper"}
    for name, column in ratios.items():
        found[name] = 100 * (tested[column] - 1)
    return found.assign(
        verdict=change_verdicts(
            np.asarray(sums[0], dtype=np.float64),
            np.asarray(sums[1], dtype=np.float64),
            family=pd.Series(0, index=months.index),
            low=np.zeros(len(months), dtype=bool),
            minimum_pct=gap_rules().limits.minimum_effect,
        ),
        pairs=both.sum(axis=1),
        first=[e[0] if e else "" for e in ends],
        last=[e[-1] if e else "" for e in ends],
    )


def hot_counts(small: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count by area the small areas that are hot, stable, cold and not tested.

    Parameters
    ----------
    small
        Points with `label`, `stability_word` and `period`.
    areas
        Polygons by `area_code`.

    Returns
    -------
    DataFrame
        By area: `areas, hot, stable, cold, untested, period`; zeros where no small area
        lies within.
    """
    names = ["areas", "hot", "stable", "cold", "untested"]
    if small.empty:
        return pd.DataFrame(0, index=areas.index, columns=names).assign(period="")
    hot = small["label"] == "hot"
    flags = pd.DataFrame(
        {
            "areas": 1,
            "hot": hot,
            "stable": hot & (small["stability_word"] == "stable"),
            "cold": small["label"] == "cold",
            "untested": small["label"].isin(["not tested", "too few permutations"]),
        }
    ).astype(int)
    counts = flags.groupby(inside(small, areas)).sum().reindex(areas.index)
    return counts.fillna(0).astype(int).assign(period=str(small["period"].iloc[0]))


def most_alike(table: pd.DataFrame, deprived: pd.Series) -> pd.DataFrame:
    """Find for each area those of its layer that are most like it.

    By residents, recorded crime per resident and, where known, deprivation rank, each
    standardised over the layer (`engagement.comparators`).

    Parameters
    ----------
    table
        The gap sheet; without recorded crime nothing is alike.
    deprived
        Mean deprivation rank by area; may be empty.

    Returns
    -------
    DataFrame
        `area_code`, `other`, `people`, `rank`, `rate` (per 1,000), `distance`, and
        `like` (not farther than `comparators.FAR`), the most alike first.
    """
    columns = ["area_code", "other", "people", "rank", "rate", "distance", "like"]
    if "crime_base" not in table:
        return pd.DataFrame(columns=columns)
    known = table[table["crime_status"].isin(SHOWN) & (table["crime_base"] > 0)]
    pool = pd.DataFrame(
        {
            "people": known["crime_base"].to_numpy(float),
            "rank": deprived.reindex(known["area_code"]).to_numpy(float),
            # Half an event more, so that the logarithm of none is known.
            "rate": ((known["crime_count"] + 0.5) / known["crime_base"]).to_numpy(),
        },
        index=known["area_code"],
    )
    if pool["rank"].isna().any():
        pool["rank"] = np.nan
    try:
        scale = scales(pool)
    except MethodError:
        return pd.DataFrame(columns=columns)
    found = [
        nearest_areas(pool.drop(index=code), pool.loc[[code]], scale, k=LIKE)
        for code in pool.index
    ]
    rows = pd.concat(found, ignore_index=True)
    rows["other"] = [codes[0] for codes in rows["codes"]]
    rows["rate"] = 1000 * rows["rate"]
    return rows.assign(like=rows["distance"] <= FAR)[columns]
