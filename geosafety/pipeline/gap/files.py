"""Write the gap sheet in every form that values are exported in, with its notes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety import results
from geosafety.pipeline.gap.book import write_book
from geosafety.pipeline.gap.sheet import Sheet
from geosafety.publish import tables
from geosafety.publish.notes import notes
from geosafety.publish.rounding import round_half_up


def write_sheet(
    folder: Path, sheet: Sheet, *, form: str, out: str, decimals: int | None
) -> None:
    """Write the whole sheet, one row an area.

    A workbook, GeoPackage or GeoJSON holds the notes; a CSV or GeoParquet file, which
    has no place for them, has them beside it, in a text file of its name.

    Parameters
    ----------
    folder
        The results, for the polygons and what is said of the build.
    form
        csv, xlsx, gpkg, geoparquet or geojson.
    out
        A file; "-" is standard output, for csv and geojson.
    decimals
        Round half up to so many places; None leaves numbers as they are.
    """
    table = _plain(sheet.table, decimals)
    manifest = results.read_manifest(folder)
    manifest["notes"] = [*sheet.notes, *manifest["notes"]]
    path = None if out == "-" else Path(out)
    if form in ("csv", "geojson"):
        text = _csv if form == "csv" else _geojson
        text(folder, table, manifest, path, decimals)
    elif path and form == "xlsx":
        whole = _plain(sheet.table, None)  # shown rounded, and kept whole
        write_book(folder, sheet, whole, manifest, path, decimals=decimals)
    elif path and form == "gpkg":
        # The format keeps one line of each name.
        one = "\n".join(str(note) for note in manifest["notes"])
        layer = _layer(folder, table)
        tables.write_geopackage(layer, {**manifest, "notes": [one]}, path)
    elif path:
        tables.write_geoparquet(_layer(folder, table), path)
    if path and form in ("csv", "geoparquet"):
        lines = [f"{name}: {line}\n" for name, line in notes(manifest)]
        path.with_suffix(".notes.txt").write_text("".join(lines), encoding="utf-8")


def _plain(table: pd.DataFrame, decimals: int | None) -> pd.DataFrame:
    """Make numbers floats and text text, so that nothing is written as "nan"."""
    columns = {}
    for name, column in table.items():
        if pd.api.types.is_numeric_dtype(column):
            number = column.astype(float)
            rounded = number if decimals is None else round_half_up(number, decimals)
            columns[name] = rounded
        else:
            columns[name] = column.astype("object").fillna("").astype(str)
    ends = ["geography", "area_code", "area_name"]
    made = pd.DataFrame(columns)
    return made[[*ends, *(c for c in made if c not in ends)]]


def _layer(folder: Path, table: pd.DataFrame) -> Any:
    name = str(table["geography"].iloc[0])
    return tables.with_geometry(table, {name: results.read_geometry(folder, name)})


def _csv(
    folder: Path,
    table: pd.DataFrame,
    manifest: dict[str, Any],
    path: Path | None,
    decimals: int | None,
) -> None:
    del folder, manifest
    if path is None:
        tables.write_csv(table, decimals, sys.stdout)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        tables.write_csv(table, decimals, file)


def _geojson(
    folder: Path,
    table: pd.DataFrame,
    manifest: dict[str, Any],
    path: Path | None,
    decimals: int | None,
) -> None:
    del decimals
    text = tables.geojson_text(_layer(folder, table), manifest)
    if path is None:
        sys.stdout.write(text)
    else:
        path.write_text(text, encoding="utf-8")
