"""Where a postcode lies, and which larger areas an area is part of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.geography.atlas import Atlas
from geosafety.geography.placing import locate, place
from geosafety.settings import geographies
from geosafety.tidy import complete_places

# The Force holds every postcode, so a column for it would say nothing.
_WHOLE = "force"


def write_gazetteer(folder: Path, atlas: Atlas) -> None:
    """Write `postcodes.parquet` and `parents.parquet` into a build."""
    results.write_table(folder, "postcodes", [postcode_table(atlas)])
    results.write_table(folder, "parents", [parent_table(atlas)])


def postcode_table(atlas: Atlas) -> pd.DataFrame:
    """Place every postcode in every layer, by the rules that rows are placed by.

    Returns
    -------
    DataFrame
        `postcode` (such as `B1 1AY`, sorted), a column of area codes for each layer
        below the Force (empty where the postcode lies in none of its areas), and
        `approximate`: its small area is a guess. A postcode stands for a stretch of
        street and may cross a border; it is placed as a whole.
    """
    known = atlas.postcodes.sort_index()
    codes = pd.DataFrame({"postcode": known.index.astype("object")})
    places = locate(complete_places(codes), known)
    columns: dict[str, object] = {"postcode": known.index}
    for geography, layer in atlas.layers.items():
        if geography == _WHOLE:
            continue
        if layer.bundled and geography in known:
            columns[geography] = known[geography].to_numpy(dtype=object)
        else:
            placed = place(places, atlas, geography).drop_duplicates("place")
            columns[geography] = placed["area_code"].to_numpy()
    guessed = known.get("estimated_lsoa")
    columns["approximate"] = False if guessed is None else guessed.to_numpy()
    return pd.DataFrame(columns)


def parent_table(atlas: Atlas) -> pd.DataFrame:
    """Say which area of each larger layer every area belongs to.

    Returns
    -------
    DataFrame
        `geography, area_code, area_name, parent_geography, parent_code, parent_name`,
        `how` ("lookup" or "representative point") and `nested`: whether the area lies
        inside the other as far as borders can tell.
    """
    made = list(_parents(atlas))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame()


def _parents(atlas: Atlas) -> Iterator[pd.DataFrame]:
    for child, layer in atlas.layers.items():
        for parent in geographies()[child].up_to:
            if parent not in atlas.layers:
                continue
            found = atlas.lookup(child, parent).dropna(subset=["parent"])
            names = atlas.layers[parent].areas["area_name"]
            yield pd.DataFrame(
                {
                    "geography": child,
                    "area_code": found.index,
                    "area_name": layer.areas["area_name"].reindex(found.index),
                    "parent_geography": parent,
                    "parent_code": found["parent"],
                    "parent_name": names.reindex(found["parent"]).to_numpy(),
                    "how": found["how"],
                    "nested": found["nested"],
                }
            )
