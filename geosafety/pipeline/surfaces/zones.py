"""Sum a raster to areas, and share area totals out by one, for the command line."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.project import read_project
from geosafety.readers.boundaries import read_atlas
from geosafety.readers.rasters import read_population, read_raster
from geosafety.settings import weakest
from geosafety.spatial.grid import SQUARE_METRES
from geosafety.spatial.zonal import dasymetric
from geosafety.spatial.zonal import zonal as summed

PER_AREA = " per square kilometre"


def areas_of(geography: str, *, project: Path | None, folder: Path) -> gpd.GeoDataFrame:
    """Return the areas of a project's layer, or of a results folder's where none."""
    if project is None:
        return results.read_geometry(folder, geography)
    atlas, _ = read_atlas(read_project(project))
    return atlas.layers[geography].areas


def zonal(
    raster: Path, areas: gpd.GeoDataFrame, *, geography: str, statistic: str
) -> tuple[list[str], pd.DataFrame]:
    """Summarise a raster by area; a cell counts as far as the area covers it.

    Parameters
    ----------
    raster
        A surface that we wrote, or any raster of one band.
    areas
        Indexed by `area_code`, with `area_name`.
    statistic
        mean, sum or max. The sum of a density is the number of points that lie in the
        area; a risk has no sum.

    Returns
    -------
    list of str, DataFrame
        Sentences; and `geography, area_code, area_name, value, unit, statistic,
        covered, period, kind, raster`. A value is missing, not 0, where no cell has
        one.

    Raises
    ------
    InputError
        It is no such raster, or a sum of a risk is asked for.
    """
    west, south, east, north = areas.total_bounds
    cells, tags = read_raster(raster, within=(west, south, east, north))
    unit = tags.get("units", "")
    if statistic == "sum" and tags.get("measure") == "risk":
        problem = f"{raster.name} is {unit}: a sum of rates means nothing."
        raise InputError(problem, hint="Use --statistic mean.")
    density = unit.endswith(PER_AREA)
    each = cells.width * cells.height / SQUARE_METRES if density else 1.0
    found = summed(cells, areas)
    value = found[statistic] * (each if statistic == "sum" else 1.0)
    table = pd.DataFrame(
        {
            "geography": geography,
            "area_code": areas.index,
            "area_name": areas["area_name"].to_numpy(),
            "value": value.to_numpy(),
            "unit": unit.removesuffix(PER_AREA) if statistic == "sum" else unit,
            "statistic": statistic,
            "covered": found["covered"].to_numpy(),
            "period": tags.get("period", ""),
            "kind": tags.get("kind", ""),
            "raster": raster.name,
        }
    )
    whole = float(np.nansum(cells.values)) * each
    return _said(raster.name, table, whole if statistic == "sum" else None), table


def _said(name: str, table: pd.DataFrame, whole: float | None) -> list[str]:
    said = []
    if whole is not None:
        inside = float(table["value"].sum())
        said.append(
            f"{name}: the cells about these areas hold {whole:,.1f}; the areas hold "
            f"{inside:,.1f}, and {max(whole - inside, 0.0):,.1f} lie in none of them."
        )
    thin = int((table["covered"] < 1).sum())
    if thin:
        none = int(table["value"].isna().sum())
        said.append(
            f"{thin:,} of {len(table):,} areas lie partly on cells without a value; "
            f"{none:,} of them wholly, and these have no figure."
        )
    return said


def reallocate(  # noqa: PLR0913 - from what, by what, to what
    table: Path,
    raster: Path,
    *,
    code: str,
    value: str,
    source: gpd.GeoDataFrame,
    target: gpd.GeoDataFrame,
) -> tuple[list[str], pd.DataFrame]:
    """Move counts by area to other areas, by where a raster says that people live.

    Parameters
    ----------
    table
        A CSV with a row for each area.
    code, value
        Its columns of area codes (or names) and of counts.
    source, target
        The areas that the counts are of, and those that are wanted.

    Returns
    -------
    list of str, DataFrame
        What could be placed; and `area_code, area_name, value, kind`, all `estimated`.
        What is in no target stands in rows of its own, without a code, so that the
        values add up to the counts exactly.

    Raises
    ------
    InputError
        A column is lacking, an area stands twice or is not known, or a count is not a
        number.
    MethodError
        A count is below 0, or the targets overlap.
    """
    totals = _totals(table, code, value, source)
    source = source.loc[totals.index]
    west, south, east, north = source.total_bounds
    cells = read_population(raster, within=(west, south, east, north))
    moved = dasymetric(totals, source, cells, target)
    lost = moved.ledger[["outside", "no_population"]].sum()
    rows = pd.DataFrame(
        {
            "area_code": target.index,
            "area_name": target["area_name"].to_numpy(),
            "value": moved.values.to_numpy(),
        }
    )
    rest = pd.DataFrame(
        {
            "area_code": "",
            "area_name": ["not placed: in no target", "not placed: nobody lives there"],
            "value": [lost["outside"], lost["no_population"]],
        }
    )
    whole = pd.concat([rows, rest[rest["value"] > 0]], ignore_index=True)
    words = [moved.words, "These figures are estimated, not counted.", *cells.notes]
    return words, whole.assign(kind=weakest(["observed", "estimated"]))


def _totals(path: Path, code: str, value: str, areas: gpd.GeoDataFrame) -> pd.Series:
    """Read counts by area code; names serve as codes."""
    if not path.is_file():
        problem = f"There is no file {path.name}."
        raise InputError(problem, hint=f"Looked in {path.parent}.")
    frame = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    for column in (code, value):
        if column not in frame:
            problem = f"{path.name} has no column {column!r}."
            raise InputError(problem, hint=nearest(column, frame.columns.to_list()))
    unique = areas["area_name"][~areas["area_name"].duplicated(keep=False)]
    names = {str(name): str(c) for c, name in unique.items()}
    codes = frame[code].map(lambda said: names.get(said, said))
    strange = ~codes.isin(areas.index)
    if strange.any():
        problem = f"{path.name} names an area {frame.loc[strange, code].iloc[0]!r}"
        problem += f" that this layer does not have ({int(strange.sum())} such rows)."
        raise InputError(problem, hint="Check --from; the codes may be older ones.")
    if codes.duplicated().any():
        problem = f"{path.name} gives {codes[codes.duplicated()].iloc[0]!r} twice."
        raise InputError(problem, hint="Each area stands once: keep one period.")
    number = pd.to_numeric(frame[value].str.replace(",", ""), errors="coerce")
    if number.isna().any():
        first = frame.loc[number.isna()].iloc[0]
        problem = f"{path.name} has {first[value]!r} for {first[code]!r}."
        raise InputError(problem, hint="Leave an area without a count out.")
    return pd.Series(number.to_numpy(float), index=pd.Index(codes, dtype="object"))
