"""Turn finished values into tables that people take away: CSV, workbook, GIS files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, TextIO

import geopandas as gpd
import pandas as pd

from geosafety.errors import InputError
from geosafety.publish.notes import notes
from geosafety.publish.rounding import as_text, round_half_up
from geosafety.settings import KINDS, NUMBERS, VALUE_COLUMNS

# What a spreadsheet would run if a text cell began with it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
EXCEL_ROWS = 1_048_575
AREA = ["geography", "area_code", "area_name", "group"]


def long_table(values: pd.DataFrame, decimals: int | None) -> pd.DataFrame:
    """One row per value, text as text, numbers as numbers.

    Parameters
    ----------
    values
        `VALUE_COLUMNS`.
    decimals
        Round half up to this many places; None leaves numbers as they are.
    """
    text = {c: "object" for c in VALUE_COLUMNS if c not in NUMBERS}
    table = values[list(VALUE_COLUMNS)].astype(text)
    return _rounded(table, list(NUMBERS), decimals)


def wide_table(values: pd.DataFrame, decimals: int | None) -> pd.DataFrame:
    """One row per area and group, one column per indicator and period.

    `kind` is the weakest of the row's values; `status` says "ok", or which columns are
    not and why: a blank cell is never left to be read as a zero.
    """
    table = long_table(values, None)
    table["column"] = table["indicator"] + " " + table["period"]
    changed = table["compared_with"] != ""
    table.loc[changed, "column"] += " from " + table["compared_with"][changed]
    order = list(dict.fromkeys(table["column"]))
    areas = table.drop_duplicates(AREA)[AREA]
    numbers = table.pivot(index=AREA, columns="column", values="value")[order]
    rank = table["kind"].map(KINDS.index).groupby([table[c] for c in AREA]).max()
    said = table[table["status"] != "ok"]
    lines = said["column"] + ": " + said["status"]
    status = lines.groupby([said[c] for c in AREA], sort=False).agg("; ".join)
    wide = numbers.reindex(pd.MultiIndex.from_frame(areas))
    wide["kind"] = [KINDS[i] for i in rank.reindex(wide.index)]
    wide["status"] = status.reindex(wide.index).fillna("ok")
    wide.columns.name = None
    return _rounded(wide.reset_index(), order, decimals)


def _rounded(
    table: pd.DataFrame, columns: list[str], decimals: int | None
) -> pd.DataFrame:
    if decimals is None:
        return table
    return table.assign(**{c: round_half_up(table[c], decimals) for c in columns})


def write_csv(table: pd.DataFrame, decimals: int | None, out: TextIO) -> None:
    """Write a table as CSV to an open text file; same results, same bytes.

    Text that a spreadsheet would run as a formula gets an apostrophe before it; numbers
    never do, negative ones neither.
    """
    columns = []
    for name in table:
        if pd.api.types.is_numeric_dtype(table[name]):
            columns.append(as_text(table[name], decimals))
        else:
            columns.append([safe_text(cell) for cell in table[name]])
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_text(name) for name in table.columns])
    writer.writerows(zip(*columns, strict=True))


def safe_text(cell: object) -> str:
    """Write a text cell so that no spreadsheet runs it.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("Ladywood")
    ("'=1+1", 'Ladywood')
    """
    text = "" if pd.isna(cell) else str(cell)  # type: ignore[call-overload]
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_workbook(table: pd.DataFrame, manifest: dict[str, Any], path: Path) -> None:
    """Write a workbook: the values on one sheet, what they are on another."""
    import xlsxwriter

    if len(table) > EXCEL_ROWS:
        problem = f"{len(table):,} rows do not fit on a sheet ({EXCEL_ROWS:,})."
        raise InputError(problem, hint="Choose fewer indicators or periods, or CSV.")
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(
        str(path), {**options, "nan_inf_to_errors": False}
    ) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Values")
        sheet.freeze_panes(1, 3)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, str(name), bold)
            for row, cell in enumerate(table[name].tolist(), start=1):
                _write_cell(sheet, row, column, cell)
        sheet.autofilter(0, 0, len(table), max(len(table.columns) - 1, 0))
        sheet.set_column(0, 3, 18)
        about = book.add_worksheet("Notes")
        about.set_column(0, 0, 26)
        about.set_column(1, 1, 100, book.add_format({"text_wrap": True}))
        for row, (name, line) in enumerate(notes(manifest)):
            about.write_string(row, 0, name, bold)
            about.write_string(row, 1, line)


def _write_cell(sheet: Any, row: int, column: int, cell: object) -> None:
    if isinstance(cell, float):
        if cell == cell:  # a missing number is an empty cell
            sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, str(cell))


def with_geometry(
    table: pd.DataFrame, geometry: dict[str, gpd.GeoDataFrame]
) -> gpd.GeoDataFrame:
    """Join polygons to a table by geography and area code.

    Parameters
    ----------
    geometry
        By geography, polygons indexed by `area_code`, all in one projection.
    """
    shapes = pd.Series(index=table.index, dtype="object")
    for name, areas in geometry.items():
        here = table["geography"] == name
        known = areas.geometry.reindex(pd.Index(table.loc[here, "area_code"]))
        shapes[here] = known.to_numpy()
    crs = next(iter(geometry.values())).crs
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs)


def write_geopackage(
    layer: gpd.GeoDataFrame, manifest: dict[str, Any], path: Path
) -> None:
    """Write a GeoPackage with one layer per geography."""
    import pyogrio

    # The format stores when it was written; a fixed time keeps the content the same.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    about = {name: line for name, line in notes(manifest) if name}
    path.unlink(missing_ok=True)
    for name, part in layer.groupby("geography", sort=False):
        pyogrio.write_dataframe(
            part,
            path,
            driver="GPKG",
            layer=str(name),
            append=path.exists(),
            promote_to_multi=True,
            layer_metadata=about,
        )


def write_geoparquet(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoParquet."""
    layer.to_parquet(path, index=False, compression="zstd")


def geojson_text(layer: gpd.GeoDataFrame, manifest: dict[str, Any]) -> str:
    """Return GeoJSON in longitude and latitude, with the notes as a foreign member."""
    import json

    block = json.loads(layer.to_crs("EPSG:4326").to_json(drop_id=True))
    block["notes"] = [f"{name}: {line}" for name, line in notes(manifest)]
    return json.dumps(block, ensure_ascii=False, separators=(",", ":")) + "\n"
