"""The pieces of ground that the layers of some results cut out of one another."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geosafety import results
from geosafety.disclosure.layout import distinct_pieces
from geosafety.settings import CRS, boundaries_folder


def read_pieces(folder: Path) -> pd.DataFrame:
    """Find where people may live: each combination of areas that has a postcode.

    Borders that only nearly coincide make slivers in which nobody lives, and a reader
    who counted those as places would know less than one who does not. A known postcode
    says that somebody lives there. An area with none has its middle.

    Parameters
    ----------
    folder
        The results, whose layers are used.

    Returns
    -------
    DataFrame
        One row a piece, a column for each geography; missing outside the layer.
    """
    known = pd.read_parquet(boundaries_folder() / "postcodes.parquet")
    areas = results.read_areas(folder)
    layers = {
        str(name): results.read_geometry(folder, str(name))
        for name in areas["geography"].unique()
    }
    middles = [layer.representative_point() for layer in layers.values()]
    points = gpd.GeoSeries.from_xy(known["easting"], known["northing"], crs=CRS)
    everywhere = gpd.GeoDataFrame(
        geometry=pd.concat([points, *middles], ignore_index=True), crs=CRS
    )
    pieces = {}
    for name, layer in layers.items():
        found = pd.Series(None, index=everywhere.index, dtype="object")
        if name in known and set(known[name].dropna()) <= set(layer.index):
            found.iloc[: len(known)] = known[name].astype("object").to_numpy()
        left = everywhere[found.isna()]
        joined = left.sjoin(layer[["geometry"]].rename_axis("code"), how="left")
        code = joined["code"].groupby(level=0).min()
        found[code.index] = code.astype("object")
        pieces[name] = found
    table = pd.DataFrame(pieces)
    inside = table.notna().any(axis=1)
    return distinct_pieces(table[inside], list(layers))
