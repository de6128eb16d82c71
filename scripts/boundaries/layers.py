"""The layers and the postcode table, put together from pieces and points."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from scipy.spatial import cKDTree

from .areas import BOROUGHS, FORCE, NPU_NAMES

CODES = ["lsoa", "msoa", "ward", "local_authority", "npu"]


def make_postcodes(joined: pd.DataFrame) -> pd.DataFrame:
    """Make the table of live postcodes in the seven boroughs.

    A postcode that the 2022 lookup does not know (newer), or places in another
    authority than Code-Point does, takes the LSOA of the nearest known postcode of
    its own ward and is flagged in ``estimated_lsoa``.
    """
    live = joined[joined["local_authority"].isin(BOROUGHS)].copy()
    live["estimated_lsoa"] = live["lookup_authority"] != live["local_authority"]
    known = ~live["estimated_lsoa"] & (live["quality"] < 50)
    place = ["easting", "northing"]
    for ward, rows in live[live["estimated_lsoa"]].groupby("ward"):
        source = live[known & (live["ward"] == ward)]
        nearest = cKDTree(source[place]).query(rows[place])[1]
        for column in ("lsoa", "msoa"):
            live.loc[rows.index, column] = source[column].to_numpy()[nearest]
    text = live["postcode"]
    live["postcode"] = text.str[:-3] + " " + text.str[-3:]
    live[place] = live[place].astype("int32")
    columns = ["postcode", *place, *CODES, "estimated_lsoa"]
    return live[columns].sort_values("postcode", ignore_index=True)


def _majority(postcodes: pd.DataFrame, column: str) -> pd.Series:
    """Give the code that most postcodes of each LSOA have, ties to the lowest."""
    counts = postcodes.value_counts(["lsoa", column]).reset_index()
    counts = counts.sort_values(
        ["lsoa", "count", column], ascending=[True, False, True]
    )
    return counts.drop_duplicates("lsoa").set_index("lsoa")[column]


def _layer(pieces: gpd.GeoDataFrame, by: str, names: pd.Series) -> gpd.GeoDataFrame:
    layer = pieces[[by, "geometry"]].dissolve(by, method="coverage")
    layer = layer.rename_axis("area_code").reset_index()
    layer.insert(1, "area_name", layer["area_code"].map(names))
    return layer.sort_values("area_code", ignore_index=True)


def make_layers(
    pieces: gpd.GeoDataFrame, joined: pd.DataFrame, postcodes: pd.DataFrame
) -> dict[str, gpd.GeoDataFrame]:
    """Dissolve the pieces into every layer, each with the codes of its parents.

    Parameters
    ----------
    pieces
        What `cells.make_pieces` gives.
    joined
        What `sources.join_sources` gives: names come from it.
    postcodes
        What `make_postcodes` gives: majorities and counts come from it.
    """
    inside = joined[joined["local_authority"].isin(BOROUGHS)]
    inside = inside[inside["lookup_authority"] == inside["local_authority"]]

    def mapping(key: str, value: str) -> pd.Series:
        source = joined if key == "ward" else inside
        return source.dropna(subset=[key]).drop_duplicates(key).set_index(key)[value]

    pieces = pieces.assign(
        npu=pieces["ward"].map(mapping("ward", "npu")), force=FORCE[0]
    )
    layers = {
        "force": _layer(pieces, "force", pd.Series(dict([FORCE]))),
        "local_authority": _layer(
            pieces, "local_authority", mapping("local_authority", "authority_name")
        ),
        "npu": _layer(pieces, "npu", pd.Series(NPU_NAMES)),
        "ward": _layer(pieces, "ward", mapping("ward", "ward_name")),
        "msoa": _layer(pieces, "msoa", mapping("msoa", "msoa_name")),
        "lsoa": _layer(pieces, "lsoa", mapping("lsoa", "lsoa_name")),
    }
    parents = {
        "npu": {"local_authority": _npu_authority(joined)},
        "ward": {
            "local_authority": mapping("ward", "local_authority"),
            "npu": mapping("ward", "npu"),
        },
        "msoa": {"local_authority": mapping("msoa", "local_authority")},
        "lsoa": {
            "msoa": mapping("lsoa", "msoa"),
            "local_authority": mapping("lsoa", "local_authority"),
            "ward": _majority(postcodes, "ward"),
            "npu": _majority(postcodes, "npu"),
            "postcodes": postcodes["lsoa"].value_counts(),
        },
    }
    for name, columns in parents.items():
        for column, values in columns.items():
            layers[name][column] = layers[name]["area_code"].map(values)
    layers["lsoa"]["postcodes"] = layers["lsoa"]["postcodes"].astype("int32")
    return layers


def _npu_authority(joined: pd.DataFrame) -> pd.Series:
    known = joined.dropna(subset=["npu"]).drop_duplicates("npu")
    return known.set_index("npu")["local_authority"]
