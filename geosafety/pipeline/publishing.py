"""Hand finished results to a database: read them, and let `publish` write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geosafety import results
from geosafety.pipeline.export import table_names

if TYPE_CHECKING:
    from geosafety.publish.postgis.publication import Published


def publish_postgis(
    folder: Path,
    dsn: str,
    *,
    schema: str,
    reader: str,
    patience: float,
    progress: Callable[[str], None],
) -> Published:
    """Publish a results folder into a PostGIS database; see `publish.postgis`."""
    from geosafety.publish.postgis.publication import Contents, publish

    manifest = results.read_manifest(folder)
    layers = {name: results.read_geometry(folder, name) for name in manifest["layers"]}
    contents = Contents(
        manifest=manifest,
        areas=results.read_areas(folder),
        layers=layers,
        tables=_tables(folder),
    )
    return publish(
        dsn,
        contents,
        schema=schema,
        reader=reader,
        patience=patience,
        progress=progress,
    )


def _tables(folder: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Read one table after another."""
    yield "choices", results.read_choices(folder)
    for name in table_names(folder):
        if name == "values":
            yield name, results.read_values(folder)
        elif name != "areas":
            yield name, results.read_table(folder, name)
