"""Who the respondents are compared with: residents by group and area, from margins."""

from __future__ import annotations

import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.representation import add_up_margins
from geosafety.pipeline.stocks import Denominators
from geosafety.readers.margins import MARGIN_COLUMNS
from geosafety.settings import FORCE_CODE, geographies

# Where people live is a group too: areas in which answers may be too few.
AREAS = ("local_authority", "npu")
# Layers for which respondents are set against residents.
LAYERS = ("force", "local_authority", "npu")


def references(
    margins: pd.DataFrame, people: Denominators, atlas: Atlas
) -> pd.DataFrame:
    """Complete the margins: add them up to the layers, and add residents by area.

    Parameters
    ----------
    margins
        `MARGIN_COLUMNS`, as the files have them. Margins of areas that no layer has (a
        region) stay as they are.
    people
        Residents of all ages by area, whose numbers are the dimensions `AREAS`.
    """
    parts = [margins[list(MARGIN_COLUMNS)], *_residents(people)]
    known = [part for part in parts if len(part)]
    whole = pd.concat(known, ignore_index=True) if known else parts[0]
    for layer in LAYERS:
        whole = pd.concat([whole, *_added_up(whole, layer, atlas)], ignore_index=True)
    return whole


def _residents(people: Denominators) -> list[pd.DataFrame]:
    """Turn residents by area into margins of the force area."""
    found = []
    for layer in AREAS:
        stock = people.by_layer.get((layer, "population"))
        if stock is None:
            continue
        table = stock.table.drop_duplicates("area_code")
        columns = {
            "dimension": layer,
            "geography": "force",
            "area_code": FORCE_CODE,
            "category": table["area_code"].astype("object"),
            "population": table["population"].astype(float),
            "source": "the residents that the project's rates are per",
            "vintage": stock.vintage,
            "kind": stock.kind,
            "reference": f"residents of all ages, {stock.vintage or 'vintage unknown'}",
        }
        found.append(pd.DataFrame(columns)[list(MARGIN_COLUMNS)])
    return found


def _added_up(whole: pd.DataFrame, layer: str, atlas: Atlas) -> list[pd.DataFrame]:
    """Add each dimension up to a layer that it has no figures of."""
    found = []
    for _, table in whole.groupby("dimension", sort=False):
        has = set(table["geography"])
        below = [
            g for g in has if g in atlas.layers and layer in geographies()[g].up_to
        ]
        if layer in has or not below:
            continue
        finest = max(below, key=list(geographies()).index)
        parent = atlas.lookup(finest, layer)["parent"].dropna()
        own = table[table["geography"] == finest]
        own = own[own["area_code"].isin(parent.index)]
        found.append(add_up_margins(own, parent, geography=layer))
    return found
