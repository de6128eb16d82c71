"""Tables and maps as files: the pipeline's own export, into a folder that goes away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dash_app.queries import downloads
from dash_app.queries.downloads import Asked
from dash_app.queries.source import folder
from geosafety.errors import InputError
from geosafety.publish import inert

_AT_ONCE = 2  # files made at a time in one process, so that pages are still answered
_PATIENCE = 60.0  # seconds to wait for a place
_places = threading.BoundedSemaphore(_AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class Form:
    """A kind of file.

    Attributes
    ----------
    ending
        Of its name.
    most
        Rows over which it takes minutes; the command line has no such limit.
    only_values, needs_areas
        What table it can be made of.
    """

    label: str
    ending: str
    mimetype: str
    most: int = 10_000_000
    only_values: bool = False
    can_be_wide: bool = False


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {
    "csv": Form(label="CSV", ending=".csv", mimetype="text/csv", can_be_wide=True),
    "csv-excel": Form(
        label="CSV for Excel (begins with the mark by which Excel knows UTF-8)",
        ending="-excel.csv",
        mimetype="text/csv",
        can_be_wide=True,
    ),
    "csvw": Form(
        label="Description of the CSV file, for programs (CSVW)",
        ending=".csv-metadata.json",
        mimetype="application/json",
        can_be_wide=True,
    ),
    "xlsx": Form(
        label="Excel workbook with notes, dictionary, methods and sources",
        ending=".xlsx",
        mimetype=_XLSX,
        most=40_000,
        can_be_wide=True,
    ),
    "gpkg": Form(
        label="GeoPackage, for QGIS",
        ending=".gpkg",
        mimetype="application/geopackage+sqlite3",
        most=100_000,
        only_values=True,
        can_be_wide=True,
    ),
    "geoparquet": Form(
        label="GeoParquet",
        ending=".parquet",
        mimetype="application/vnd.apache.parquet",
        most=200_000,
        only_values=True,
        can_be_wide=True,
    ),
    "geojson": Form(
        label="GeoJSON",
        ending=".geojson",
        mimetype="application/geo+json",
        most=15_000,
        only_values=True,
        can_be_wide=True,
    ),
    "map": Form(
        label="Map that works without a network (HTML)",
        ending="-map.html",
        mimetype="text/html",
        only_values=True,
    ),
    "dictionary": Form(
        label="Data dictionary (CSV)", ending="-dictionary.csv", mimetype="text/csv"
    ),
}


def forms_of(asked: Asked, count: int) -> dict[str, str]:
    """Return each kind of file, and why it cannot be had; empty where it can."""
    return {name: _why_not(name, asked, count) for name in FORMS}


def _why_not(name: str, asked: Asked, count: int) -> str:
    form = FORMS[name]
    if form.only_values and asked.table != downloads.VALUES:
        return "only of the values"
    if asked.wide and not form.can_be_wide and name != "dictionary":
        return "only with one row a value"
    if count > form.most:
        return f"over {form.most:,} rows: choose fewer, or use CSV"
    if name == "map" and set(asked.of("g")) <= {"force"}:
        return "the Force is one area"
    return ""


def file_name(name: str, asked: Asked) -> str:
    """Name a file by its table, and by the indicator where there is one."""
    chosen = asked.of("i")
    stem = chosen[0] if len(chosen) == 1 else asked.table
    return f"{stem}{FORMS[name].ending}"


def write(name: str, asked: Asked, out: Path) -> None:
    """Write one kind of file.

    Raises
    ------
    InputError
        It cannot be had of this table, or too many others are being made.
    """
    count = downloads.preview(asked).count
    if why := _why_not(name, asked, count):
        text = f"{FORMS[name].label}: {why}."
        raise InputError(text, hint="Go back and choose again.")
    with _place():
        if name == "map":
            _write_map(asked, out)
        elif name == "dictionary":
            _write_dictionary(asked, out)
        else:
            _write_table(name, asked, out)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=_PATIENCE):
        text = "Other files are being made."
        raise InputError(text, hint="Try again in a minute.")
    try:
        yield
    finally:
        _places.release()


def _write_table(name: str, asked: Asked, out: Path) -> None:
    from geosafety.pipeline.export import Layout, export

    described = name == "csvw"
    # The description stands beside the file that it describes, and names it.
    path = out.with_name(out.name.removesuffix("-metadata.json")) if described else out
    layout = Layout(
        wide=asked.wide, bom=name == "csv-excel", describe=described, decimals=None
    )
    form = "csv" if name.startswith("csv") else name
    wanted = asked.filters()
    export(folder(), wanted, table=asked.table, form=form, out=str(path), layout=layout)


def _write_map(asked: Asked, out: Path) -> None:
    from geosafety.pipeline.map_files import Wanted, write_map

    layers = [name for name in asked.of("g") if name != "force"]
    wanted = Wanted(
        geography=layers[0],
        indicator=asked.of("i")[0],
        period=(*asked.of("p"), "")[0],
        group=(*asked.of("grp"), "all")[0],
    )
    write_map(folder(), wanted, out)


def _write_dictionary(asked: Asked, out: Path) -> None:
    lines = [("table", "column", "meaning")]
    lines += [(asked.table, *pair) for pair in downloads.dictionary(asked)]
    with out.open("w", encoding="utf-8", newline="") as file:
        import csv

        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([[inert.safe_text(cell) for cell in line] for line in lines])
