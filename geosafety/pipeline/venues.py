"""The venues of a build: placed, each once, as the planner takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from geosafety.pipeline.inputs import Placed
from geosafety.readers.venues import ABOUT
from geosafety.tidy import folded

SAME_PLACE = 5.0  # metres: two names at one door are one place to visit
PLAIN = ("venue", "name", "also", "venue_kind", "postcode", "x", "y")


def venue_table(inputs: Sequence[Placed]) -> pd.DataFrame:
    """List the venues of all inputs that lie in the force area, each place once.

    Venues whose own points lie within 5 m of one another are one place: the first name
    stands, the others are in `also`. A postcode's point is no proof of that.

    Returns
    -------
    DataFrame
        `venue` (the same in every build, made of name and place), `name`, `also`,
        `venue_kind`, `postcode`, `x`, `y` (EPSG:27700), `kind` (observed, synthetic,
        ...), `source`, and what else the files say: capacity, cost, ...
    """
    tables = [_of(placed) for placed in inputs if placed.data.dataset == "venues"]
    tables = [table for table in tables if len(table)]
    if not tables:
        return pd.DataFrame(columns=[*PLAIN, "kind", "source"])
    whole = pd.concat(tables, ignore_index=True)
    whole = whole.sort_values(["name", "x", "y"], ignore_index=True)
    return _each_place_once(whole).drop(columns="at")


def _of(placed: Placed) -> pd.DataFrame:
    home = placed.homes["force"]
    inside = home.loc[home["area_code"].notna(), "place"]
    rows = placed.data.rows[placed.data.rows["place"].isin(inside)]
    where = placed.places.loc[rows["place"], ["x", "y", "at", "postcode"]]
    about = [c for c in rows if c in (*ABOUT, "venue_kind") or "=" in str(c)]
    table = pd.concat(
        [rows[about].reset_index(drop=True), where.reset_index(drop=True)], axis=1
    )
    table = table[table["x"].notna()]
    name = table.get("name", pd.Series(None, index=table.index, dtype="object"))
    table["name"] = name.where(name.notna(), "Venue without a name")
    table["venue"] = [
        _key(*said) for said in zip(table["name"], table["x"], table["y"], strict=True)
    ]
    return table.assign(kind=placed.data.kind, source=placed.data.source)


def _key(name: str, x: float, y: float) -> str:
    said = f"{folded(name)}|{x:.0f}|{y:.0f}"
    return hashlib.sha256(said.encode()).hexdigest()[:10]


def _each_place_once(table: pd.DataFrame) -> pd.DataFrame:
    """Merge what stands at one point; the first of them stays."""
    first = np.arange(len(table))
    exact = np.flatnonzero(table["at"].eq("point"))
    pairs = KDTree(table[["x", "y"]].to_numpy()[exact]).query_pairs(SAME_PLACE)
    for one, other in sorted(pairs):
        low, high = sorted((exact[one], exact[other]))
        first[high] = min(first[high], first[low])
    # Exact repeats (the same name at the same postcode, in two files) too.
    by_key = table.groupby("venue").cumcount().to_numpy() > 0
    names = table["name"].groupby(first).agg(list)
    kept = table[(first == np.arange(len(table))) & ~by_key]
    also = [
        "; ".join(dict.fromkeys(n for n in names[at][1:] if n != names[at][0]))
        for at in kept.index
    ]
    found: pd.DataFrame = kept.assign(also=also).reset_index(drop=True)
    return found
