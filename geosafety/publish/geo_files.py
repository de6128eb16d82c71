"""Tables with polygons: GeoPackage, GeoParquet, GeoJSON, each with what it is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geosafety.publish.notes import notes
from geosafety.publish.qgis.figures import (
    Figure,
    latest_figures,
    opening,
    wide_figures,
)
from geosafety.publish.qgis.styles import (
    Fields,
    long_fields,
    style_row,
    style_text,
    wide_fields,
)

# The format stores when it was written; a fixed time keeps the content the same.
_CLOCK = {"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"}
_NAME_ENDS = str.maketrans(":=", "  ")
# As QGIS makes the table itself; `id` is its key.
_STYLE_COLUMNS = (
    "f_table_catalog",
    "f_table_schema",
    "f_table_name",
    "f_geometry_column",
    "styleName",
    "styleQML",
    "styleSLD",
    "useAsDefault",
    "description",
    "owner",
    "ui",
    "update_time",
)


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


def about_lines(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the notes of a build by name; those of one name stand together.

    Formats that keep one line of each name would lose all but the last.
    """
    lines: dict[str, str] = {}
    for name, line in notes(manifest):
        lines[name] = f"{lines[name]}\n{line}" if name in lines else line
    return lines


def write_geopackage(
    layer: gpd.GeoDataFrame, manifest: dict[str, Any], path: Path
) -> None:
    """Write a GeoPackage with one layer per geography, and its styles for QGIS.

    Every layer is described in the table of contents, which QGIS shows as its title
    and abstract, and carries the notes of the build as metadata. A table of values has
    a style for the latest figures of each indicator; QGIS opens a layer with the first.
    The same table gives the same bytes.
    """
    import pyogrio

    # The format's driver ends a name at a colon or an equals sign.
    about = {
        name.replace(": ", ", ").translate(_NAME_ENDS): line
        for name, line in about_lines(manifest).items()
    }
    path.unlink(missing_ok=True)
    with _fixed_clock():
        for name, part in layer.groupby("geography", sort=False):
            pyogrio.write_dataframe(
                part,
                path,
                driver="GPKG",
                layer=str(name),
                append=path.exists(),
                promote_to_multi=True,
                layer_metadata=about,
                layer_options=_described(str(name), len(part), manifest),
            )
        styles = _styles(layer, manifest)
        if len(styles):
            pyogrio.write_dataframe(
                styles,
                path,
                driver="GPKG",
                layer="layer_styles",
                append=True,
                layer_options={"FID": "id"},
            )


def _styles(layer: gpd.GeoDataFrame, manifest: dict[str, Any]) -> pd.DataFrame:
    """Return the table `layer_styles` in which QGIS looks for styles."""
    drawn: list[tuple[Figure, Fields]] = []
    if {"indicator", "value", "status", "group"} <= set(layer.columns):
        found = latest_figures(pd.DataFrame(layer), manifest)
        drawn = [(one, long_fields(one)) for one in found]
    elif {"status", "group", "kind"} <= set(layer.columns):
        found = wide_figures(pd.DataFrame(layer), manifest)
        drawn = [(one, wide_fields(one)) for one in found]
    first = opening(one for one, _ in drawn)
    rows = [
        {
            **style_row(one, style_text(one, fields), table=one.geography),
            "useAsDefault": one.indicator.name == first[one.geography],
        }
        for one, fields in drawn
    ]
    empty = {"f_table_catalog": "", "f_table_schema": "", "styleSLD": "", "ui": ""}
    named = {"stylename": "styleName", "styleqml": "styleQML"}
    when = pd.Timestamp(str(manifest["built"])) if rows else None
    table = pd.DataFrame(rows).rename(columns=named).assign(**empty, update_time=when)
    return table.reindex(columns=list(_STYLE_COLUMNS))


def _described(name: str, rows: int, manifest: dict[str, Any]) -> dict[str, str]:
    layer = manifest.get("layers", {}).get(name, {})
    words = [str(manifest.get("title", "")), f"{rows:,} rows"]
    words += [str(layer.get("vintage", "")), str(layer.get("note", ""))]
    if manifest.get("synthetic"):
        words.insert(1, "holds synthetic figures")
    said = "; ".join(word for word in words if word)
    return {"IDENTIFIER": str(layer.get("label", name)), "DESCRIPTION": said}


@contextmanager
def _fixed_clock() -> Iterator[None]:
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in _CLOCK}
    pyogrio.set_gdal_config_options(_CLOCK)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def write_geoparquet(
    layer: gpd.GeoDataFrame, path: Path, manifest: dict[str, Any] | None = None
) -> None:
    """Write GeoParquet; what the table is stands in the file under `geosafety`."""
    import pyarrow.parquet as pq

    if manifest is None:
        layer.to_parquet(path, index=False, compression="zstd")
        return
    held = io.BytesIO()
    layer.to_parquet(held, index=False, compression="zstd")
    table = pq.read_table(held)
    said = json.dumps(about_lines(manifest), ensure_ascii=False).encode()
    kept = {**(table.schema.metadata or {}), b"geosafety": said}
    pq.write_table(table.replace_schema_metadata(kept), path, compression="zstd")


def geojson_text(layer: gpd.GeoDataFrame, manifest: dict[str, Any]) -> str:
    """Return GeoJSON in longitude and latitude, with the notes as a foreign member."""
    block = json.loads(layer.to_crs("EPSG:4326").to_json(drop_id=True))
    block["notes"] = [f"{name}: {line}" for name, line in notes(manifest)]
    return json.dumps(block, ensure_ascii=False, separators=(",", ":")) + "\n"
