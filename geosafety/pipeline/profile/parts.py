"""What a briefing needs of finished results, found once for all areas of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geosafety import results
from geosafety.pipeline.gap.parts import parents_of
from geosafety.pipeline.gap.sheet import Sheet, Wish, make_sheet
from geosafety.pipeline.profile.numbers import (
    changes_on_the_year,
    hot_counts,
)
from geosafety.settings import FORCE_CODE

FORCE, SMALL = "force", "lsoa"
MOST_MONTHS = 36
LAYERS = ("force", "local_authority")


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Everything that the briefings of one layer stand on.

    Attributes
    ----------
    sheet
        The gap sheet: every part of every area, with verdicts.
    areas, force, boroughs
        Polygons by `area_code`.
    parents
        By area, the larger area that it lies in.
    months
        Recorded crimes, a row an area and a column a month, without gaps between the
        first and the last; missing where not wholly covered.
    change, hot
        By area: see `changes_on_the_year`, `hot_counts`.
    tables
        `priorities` and `representation`, as stored, and what `alike` holds of the
        layer; empty where there are none.
    """

    manifest: dict[str, Any]
    geography: str
    sheet: Sheet
    areas: gpd.GeoDataFrame
    force: gpd.GeoDataFrame
    boroughs: gpd.GeoDataFrame
    parents: pd.Series
    months: pd.DataFrame
    change: pd.DataFrame
    hot: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    names: dict[str, str]


def read_ground(folder: Path, geography: str) -> Ground:
    """Read what the briefings of a layer need.

    Raises
    ------
    InputError
        The layer is the Force itself, or the results hold nothing of it.
    """
    sheet = make_sheet(folder, Wish(geography=geography))
    areas = results.read_geometry(folder, geography)
    force, boroughs = (results.read_geometry(folder, name) for name in LAYERS)
    months = _months(folder, geography).reindex(areas.index)
    known = results.read_areas(folder)
    return Ground(
        manifest=results.read_manifest(folder),
        geography=geography,
        sheet=sheet,
        areas=areas,
        force=force,
        boroughs=boroughs,
        parents=parents_of(folder, geography),
        months=months,
        change=changes_on_the_year(months),
        hot=hot_counts(_small(folder), areas),
        tables={
            **{name: _table(folder, name) for name in ("priorities", "representation")},
            "alike": _table(folder, "alike", geography=geography),
        },
        names=dict(zip(known["area_code"], known["area_name"], strict=True)),
    )


def _months(folder: Path, geography: str) -> pd.DataFrame:
    """Lay recorded crimes out by area and month."""
    values = results.read_values(
        folder, geography=[geography], indicator=["crime_count"], group=["all"]
    )
    values = results.as_text(values, ["area_code", "period"])
    values = values[values["period"].str.fullmatch(r"\d{4}-\d{2}")]
    if values.empty:
        return pd.DataFrame(columns=pd.Index([], dtype="object"))
    table = values.pivot(index="area_code", columns="period", values="value")
    every = pd.period_range(table.columns.min(), table.columns.max(), freq="M")
    return table.reindex(columns=[str(month) for month in every])


def _small(folder: Path) -> gpd.GeoDataFrame:
    """Return small areas as points, with what Gi* says of each."""
    columns = ["label", "stability_word", "period"]
    table = _table(folder, "clusters")
    empty = pd.DataFrame(columns=columns)
    if table.empty:
        return gpd.GeoDataFrame(empty, geometry=[], crs=27700)
    keep = (table["statistic"] == "gi_star") & (table["geography"] == SMALL)
    keep &= (table["indicator"] == "crime_rate") & (table["group"] == "all")
    found = table[keep].set_index("area_code")[columns]
    shapes = results.read_geometry(folder, SMALL)
    points = shapes.representative_point().reindex(found.index)
    return gpd.GeoDataFrame(found, geometry=points, crs=shapes.crs)


def own_or_above(
    ground: Ground, table: pd.DataFrame, code: str
) -> tuple[pd.DataFrame, str]:
    """Return an area's rows; where it has none, those of the area it lies in.

    Returns
    -------
    DataFrame, str
        The rows, of the area, its parent or the Force; and the code of whose they are.
    """
    if table.empty:
        return table, ""
    for layer, one in (
        (ground.geography, code),
        ("", str(ground.parents.get(code, ""))),
        (FORCE, FORCE_CODE),
    ):
        keep = table["area_code"] == one
        rows = table[keep & (table["geography"] == layer) if layer else keep]
        if len(rows):
            return rows, one
    return table.head(0), ""


def _table(folder: Path, name: str, **wanted: str) -> pd.DataFrame:
    try:
        return results.read_table(folder, name, **wanted)
    except FileNotFoundError:
        return pd.DataFrame()
