"""Put every distinct place into one area of a layer, or say why it has none.

A place may be known by an area code, a postcode and a point at once. They are tried in
that order of trust, and the first that answers wins:

1. its code, where the code is of this layer, or of one nested in this layer's area;
2. its postcode, where the bundled table knows the layer;
3. its point (the postcode's point if it has no other);
4. its code again, through the representative point of an area that does not nest;
5. the code of a larger area that holds just one area of this layer.

A point on a shared edge goes to the lowest area code, whatever the row order. A place
whose code is of another vintage goes through the crosswalk; a split area is shared out
by the crosswalk's weight unless the place's point tells which part it is in.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geosafety.geography.atlas import Atlas, Layer
from geosafety.settings import CRS, FORCE_NAME, geographies

COLUMNS = ["place", "area_code", "share", "how", "disagrees"]
# Great Britain, generously, in degrees.
LONGITUDES, LATITUDES = (-9.0, 3.0), (49.0, 61.5)
NULL_ISLAND = 0.01  # degrees from 0, 0


def locate(places: pd.DataFrame, postcodes: pd.DataFrame) -> pd.DataFrame:
    """Add metres and the state of the coordinates to the places.

    Parameters
    ----------
    places
        `tidy.PLACE_COLUMNS`.
    postcodes
        `Atlas.postcodes`.

    Returns
    -------
    DataFrame
        The places with `x`, `y` (EPSG:27700, missing where there is no usable point),
        `at` ("point", "postcode" or "") and `trouble`: why there is no point.
    """
    lon, lat = places["longitude"].to_numpy(float), places["latitude"].to_numpy(float)
    grid = places["grid"].to_numpy(bool)
    absent = np.isnan(lon) | np.isnan(lat)
    null = ~grid & (np.abs(lon) < NULL_ISLAND) & (np.abs(lat) < NULL_ISLAND)
    null |= grid & (lon == 0) & (lat == 0)
    swapped = ~grid & _within(lat, LONGITUDES) & _within(lon, LATITUDES)
    far = ~grid & ~(_within(lon, LONGITUDES) & _within(lat, LATITUDES))
    x, y = _to_metres(lon, lat, ~(grid | absent | null | swapped | far))
    x[grid & ~absent & ~null] = lon[grid & ~absent & ~null]
    y[grid & ~absent & ~null] = lat[grid & ~absent & ~null]
    trouble = np.select(
        [absent, null, swapped, far],
        [
            "no coordinates",
            "null island",
            "coordinates swapped",
            "outside the force area",
        ],
        "",
    )
    known = _among(places["postcode"], postcodes.index).to_numpy()
    at = np.where(np.isnan(x), np.where(known, "postcode", ""), "point")
    use = at == "postcode"
    x[use] = postcodes["easting"].reindex(places["postcode"][use]).to_numpy(float)
    y[use] = postcodes["northing"].reindex(places["postcode"][use]).to_numpy(float)
    return places.assign(x=x, y=y, at=at, trouble=trouble)


def _among(values: pd.Series, index: pd.Index) -> pd.Series:
    """Tell which values stand in an index: one hash table, where `isin` makes many."""
    found = index.get_indexer(pd.Index(values.to_numpy(dtype=object)))
    return pd.Series(found >= 0, index=values.index)


def _within(values: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    inside: np.ndarray = (values >= bounds[0]) & (values <= bounds[1])
    return inside


def _to_metres(
    lon: np.ndarray, lat: np.ndarray, usable: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Project degrees to metres (some 2 m without the national grid-shift file)."""
    x, y = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    if usable.any():
        project = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
        x[usable], y[usable] = project.transform(lon[usable], lat[usable])
    return x, y


def place(places: pd.DataFrame, atlas: Atlas, geography: str) -> pd.DataFrame:
    """Place every distinct place in one layer.

    Parameters
    ----------
    places
        What `locate` returns.
    atlas
        The layers.
    geography
        Which layer.

    Returns
    -------
    DataFrame
        `place` (the row number in `places`), `area_code` (missing: unplaced), `share`
        (1, or the parts of a shared-out place, which add up to 1), `how` it was placed
        or why it was not, and `disagrees`: its point lies in another area than its code
        says. Every place stands here, in order.
    """
    code = _by_code(places, atlas, geography)
    point = _by_point(places, atlas.layers[geography])
    tried = [
        code[code["nested"]],
        _by_postcode(places, atlas, geography),
        point,
        code[~code["nested"]],
        _by_only_child(places, atlas, geography),
    ]
    outside = np.flatnonzero(places["outside"].to_numpy(bool))
    tried = [found[~found["place"].isin(outside)] for found in tried]
    placed = _first(tried)
    left = np.setdiff1d(np.arange(len(places)), placed["place"])
    why = _why_not(places.iloc[left], atlas, geography)
    unplaced = pd.DataFrame(
        {"place": left, "area_code": None, "share": 1.0, "how": why}
    )
    # A part of a shared-out place that lies in no area of the layer.
    placed.loc[placed["area_code"].isna(), "how"] = _in_none(geography)
    every = pd.concat([placed, unplaced]) if len(placed) else unplaced
    every = every.assign(disagrees=_disagrees(every, point))
    return every.sort_values(["place", "area_code"], kind="stable")[
        COLUMNS
    ].reset_index(drop=True)


def _first(tried: list[pd.DataFrame]) -> pd.DataFrame:
    """Keep, for each place, what the first way of placing that answered said."""
    kept: list[pd.DataFrame] = []
    taken = np.array([], dtype=int)
    for found in tried:
        new = found[~found["place"].isin(taken)]
        taken = np.union1d(taken, new["place"].to_numpy(int))
        if len(new):
            kept.append(new[["place", "area_code", "share", "how"]])
    return pd.concat(kept) if kept else _found([], [], "")


def _found(place_numbers: Any, codes: Any, how: Any, share: Any = 1.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": pd.Series(place_numbers, dtype="int64"),
            "area_code": pd.Series(codes, dtype="object"),
        }
    ).assign(share=share, how=how, nested=True)


def _by_code(places: pd.DataFrame, atlas: Atlas, geography: str) -> pd.DataFrame:
    """Place by area code: of this layer, of a vintage of it, or of a layer below."""
    found = [_found([], [], "")]
    for level, rows in places.groupby("level", sort=False):
        here = _of_layer(rows, atlas, str(level))
        if level == geography:
            found.append(here)
        elif geography in geographies()[str(level)].up_to:
            found.append(_upwards(here, atlas, str(level), geography))
    return pd.concat([f for f in found if len(f)] or found[:1], ignore_index=True)


def _of_layer(rows: pd.DataFrame, atlas: Atlas, level: str) -> pd.DataFrame:
    """Find codes in their own layer, or through the crosswalk."""
    layer = atlas.layers[level]
    known = _among(rows["code"], layer.areas.index)
    same = _found(rows.index[known], rows["code"][known].to_numpy(), "code")
    walk = atlas.crosswalk
    # A code of this layer stays, though the table may name it too: it is not split.
    if known.all() or walk is None or walk.geography != level:
        return same
    table = walk.table[walk.table["to_code"].isin(layer.areas.index)]
    left = rows.loc[~known, ["code", "x", "y"]].rename_axis("place").reset_index()
    parts = left.merge(table, left_on="code", right_on="from_code")
    if parts.empty:
        return same
    other = _choose_parts(parts, layer, walk.weight)
    return pd.concat([same, other], ignore_index=True) if len(same) else other


def _choose_parts(parts: pd.DataFrame, layer: Layer, weight: str) -> pd.DataFrame:
    """Take the part that holds the point; share out what has no point in any part."""
    parts = parts.sort_values(["place", "to_code"], ignore_index=True)
    by_place = parts.groupby("place")["share"]
    size, total = by_place.transform("size"), by_place.transform("sum")
    # Where the layer lacks a part, the others share out the whole.
    parts["share"] = (parts["share"] / total).where(total > 0, 1.0 / size)
    inside = gpd.points_from_xy(parts["x"], parts["y"]).intersects(
        layer.areas.geometry.reindex(parts["to_code"]).to_numpy()
    )
    holds = parts[inside].drop_duplicates("place").index
    first = pd.Series(parts.index.isin(holds), index=parts.index)
    has_point = first.groupby(parts["place"]).transform("any")
    how = np.select(
        [size == 1, has_point],
        ["crosswalk", "crosswalk, part that holds the point"],
        f"crosswalk, shared out by {weight}",
    )
    keep = (~has_point | first) | (size == 1)
    share = parts["share"].where(~has_point | (size == 1), 1.0)
    return _found(
        parts["place"][keep].to_numpy(),
        parts["to_code"][keep].to_numpy(),
        how[keep],
        share[keep].to_numpy(),
    )


def _upwards(
    here: pd.DataFrame, atlas: Atlas, level: str, geography: str
) -> pd.DataFrame:
    """Go from a layer's areas up to the areas that they belong to.

    Of a shared-out place all parts go up together: a part that belongs to no area of
    the layer stays a part without an area, and one that does not nest makes the whole
    place one that does not nest.
    """
    up = atlas.lookup(level, geography).reindex(here["area_code"])
    moved = here.assign(
        area_code=up["parent"].to_numpy(),
        how=np.where(here["how"] == "code", up["how"].to_numpy(), here["how"]),
        nested=up["nested"].fillna(value=False).to_numpy(bool),
    )
    if not moved["place"].duplicated().any():
        return moved.dropna(subset=["area_code"])
    found = moved["area_code"].notna()
    by_place = moved["place"]
    moved = moved.assign(
        nested=(moved["nested"] | ~found).groupby(by_place).transform("all")
    )
    moved = moved[found.groupby(by_place).transform("any")]
    # Parts of a split area that lie in the same larger area are one again.
    keys = ["place", "area_code"]
    whole = moved.groupby(keys, as_index=False, sort=False, dropna=False)
    return whole.agg({"share": "sum", "how": "first", "nested": "all"})


def _by_postcode(places: pd.DataFrame, atlas: Atlas, geography: str) -> pd.DataFrame:
    """Place by the postcode table, which knows the bundled layers only."""
    if not atlas.layers[geography].bundled or geography not in atlas.postcodes:
        return _found([], [], "")
    known = _among(places["postcode"], atlas.postcodes.index)
    codes = atlas.postcodes[geography].reindex(places["postcode"][known])
    found = _found(places.index[known], codes.to_numpy(dtype=object), "postcode")
    return found.dropna(subset=["area_code"])


def _by_point(places: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Join points to polygons; on a shared edge the lowest code wins."""
    has = places["x"].notna()
    points = gpd.GeoDataFrame(
        {"how": places["at"][has]},
        geometry=gpd.points_from_xy(places["x"][has], places["y"][has]),
        crs=CRS,
    )
    ordered = layer.areas[["geometry"]].rename_axis("area_code")
    joined = points.sjoin(ordered, predicate="intersects")
    codes = joined["area_code"].groupby(level=0, sort=False).min()
    how = points["how"].reindex(codes.index).to_numpy()
    return _found(codes.index, codes.to_numpy(dtype=object), how)


def _by_only_child(places: pd.DataFrame, atlas: Atlas, geography: str) -> pd.DataFrame:
    """Go down from an area that holds just one area of this layer."""
    found = [_found([], [], "")]
    own = geographies()[geography]
    for level, rows in places.groupby("level", sort=False):
        # The only impact area of a borough is still not the whole of it.
        if str(level) not in own.up_to or level == "force" or not own.covers_force:
            continue
        child = atlas.only_child(str(level), geography).reindex(rows["code"])
        found.append(_found(rows.index, child.to_numpy(dtype=object), "the same area"))
    return pd.concat(found, ignore_index=True).dropna(subset=["area_code"])


def _disagrees(every: pd.DataFrame, point: pd.DataFrame) -> pd.Series:
    """Tell where a code and the point of the same place name different areas."""
    there = point.set_index("place")["area_code"].reindex(every["place"]).to_numpy()
    by_code = ~every["how"].isin(["point", "postcode"]) & every["area_code"].notna()
    whole = every["share"] == 1.0
    other = pd.notna(there) & (there != every["area_code"].to_numpy())
    disagrees: pd.Series = by_code & whole & other
    return disagrees


def _why_not(places: pd.DataFrame, atlas: Atlas, geography: str) -> np.ndarray:
    """Give the reason why each of these places has no area in the layer."""
    in_force = pd.Series(False, index=places.index)
    in_force[_by_point(places, atlas.layers["force"])["place"]] = True
    has_code, known = places["code"].notna(), _known_codes(places, atlas)
    goes_up = pd.Series(
        [geography in _goes_up_to(level) for level in places["level"]],
        index=places.index,
        dtype=bool,
    )
    has_point = places["x"].notna()
    other = places["force"].notna() & (places["force"] != FORCE_NAME)
    postcode = places["postcode"].notna() & ~_among(
        places["postcode"], atlas.postcodes.index
    )
    reasons = {
        "said to be outside the force area": places["outside"].astype(bool),
        "known only by a larger or crossing area": known & ~goes_up & ~in_force,
        _in_none(geography): known | in_force,
        "another force": has_point & other,
        "outside the force area": has_point,
        "null island": places["trouble"] == "null island",
        "coordinates swapped": places["trouble"] == "coordinates swapped",
        "code of another vintage": has_code & _another_vintage(places, atlas),
        "another force, no location": other & (places["trouble"] == "no coordinates"),
        "outside the force area ": places["trouble"] == "outside the force area",
        "unknown area code": has_code,
        "unknown postcode": postcode,
    }
    names = [reason.strip() for reason in reasons]
    return np.select([r.to_numpy(bool) for r in reasons.values()], names, "no location")


def _in_none(geography: str) -> str:
    """Say what it means to be in the force area and in no area of a layer."""
    own = geographies()[geography]
    if own.covers_force:
        return "in a gap between areas"
    return f"in no {own.label.lower()}"


def _goes_up_to(level: object) -> tuple[str, ...]:
    """List the layers that a code of this level can be placed in."""
    if not isinstance(level, str):
        return ()
    return (level, *geographies()[level].up_to)


def _known_codes(places: pd.DataFrame, atlas: Atlas) -> pd.Series:
    known = pd.Series(False, index=places.index)
    for level, rows in places.groupby("level", sort=False):
        known[rows.index] = _among(rows["code"], atlas.layers[str(level)].areas.index)
        if atlas.crosswalk is not None and atlas.crosswalk.geography == level:
            known[rows.index] |= rows["code"].isin(atlas.crosswalk.table["from_code"])
    return known


def _another_vintage(places: pd.DataFrame, atlas: Atlas) -> pd.Series:
    """Tell which unknown codes are of an area that another vintage of a layer has."""
    old = atlas.postcodes["lsoa"].cat.categories
    other = _among(places["code"], old.astype("object"))
    for level, rows in places.groupby("level", sort=False):
        ours = atlas.layers[str(level)].vintage
        theirs = rows["vintage"].astype(str)
        differs = [bool(v) and not ours.startswith(v) for v in theirs]
        other[rows.index] |= pd.Series(differs, index=rows.index)
    return other


def ledger_lines(
    rows: pd.DataFrame, placed: pd.DataFrame, rejects: pd.DataFrame
) -> pd.DataFrame:
    """Count the input rows by what became of them in one layer, each row once.

    Parameters
    ----------
    rows
        `place`, `rows` and `n` of one input.
    placed
        What `place` returned for its places.
    rejects
        The rejected rows.

    Returns
    -------
    DataFrame
        `outcome` (placed, unplaced, rejected), `how`, `rows`, `counted` (what they
        count), `disagree` (rows whose point contradicts their code).
    """
    per_place = rows.groupby("place")[["rows", "n"]].sum()
    parts = placed.join(per_place, on="place").fillna({"rows": 0, "n": 0})
    # A place that is shared out stands in several rows: its input rows count once (with
    # a part that has an area, which comes first), and what they count by its parts.
    rows_once = parts["rows"].where(~parts["place"].duplicated(), 0)
    parts = parts.assign(
        outcome=np.where(parts["area_code"].notna(), "placed", "unplaced"),
        rows=rows_once,
        counted=parts["n"] * parts["share"],
        disagree=rows_once.where(parts["disagrees"], 0),
    )
    lines = parts.groupby(["outcome", "how"], as_index=False)[
        ["rows", "counted", "disagree"]
    ].sum()
    refused = rejects.groupby("reason").size().rename("rows").reset_index()
    refused = refused.rename(columns={"reason": "how"}).assign(
        outcome="rejected", counted=0.0, disagree=0
    )
    whole = pd.concat([lines, refused]) if len(refused) else lines
    whole = whole[(whole["rows"] > 0) | (whole["counted"] > 0)]
    return whole.astype({"rows": "int64", "disagree": "int64"}).reset_index(drop=True)
