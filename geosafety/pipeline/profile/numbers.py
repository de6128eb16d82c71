"""What a briefing adds to finished results: change on the year, hot spots."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety.engagement.gap_rules import gap_rules
from geosafety.measures.quick_verdicts import change_verdicts
from geosafety.pipeline.plan.need import inside

SHOWN = ("ok", "low base")


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
    both = after.notna().to_numpy(bool) & before.notna().to_numpy(bool)
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
