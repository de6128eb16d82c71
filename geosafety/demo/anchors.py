"""The points that synthetic crimes are snapped to, as police.uk snaps real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from pyproj import Transformer
from scipy.spatial import KDTree

from geosafety.demo.allot import Floats, Ints, Picks
from geosafety.demo.places import Places
from geosafety.settings import CRS

POSTCODES_PER_ANCHOR = 4
BUSY = 0.1  # the share of LSOAs, by need, with the mix of shops and nights out
DISAGREES = 0.02  # the share of rows whose LSOA is a neighbour of the point's

# Real files hold a few points far from their force.
FAR = pd.DataFrame(
    {
        "Longitude": ["-1.575213", "-0.192648"],
        "Latitude": ["54.776842", "51.457072"],
        "LSOA code": ["E01020634", "E01004527"],
        "LSOA name": ["County Durham 029A", "Wandsworth 005C"],
    }
)


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """Anchor points, ready to be drawn from.

    Attributes
    ----------
    table
        Longitude, Latitude, Location, LSOA code, LSOA name: all text.
    cumulative
        The running total of the probabilities of the local anchors.
    busy
        Whether an anchor is in a busy place.
    far
        Rows of `table` far outside the force.
    nowhere
        The row of `table` for "No Location".
    """

    table: pa.Table
    cumulative: Floats
    busy: Picks
    far: Ints
    nowhere: int


def make_anchors(places: Places, rng: np.random.Generator) -> Anchors:
    """Choose anchors among the postcodes and give each its chance of a crime.

    Parameters
    ----------
    places
        LSOAs with `postcodes` and `synthetic_need`, and the postcodes themselves.
    rng
        Chooses the anchors and how busy each is within its LSOA.

    Returns
    -------
    Anchors
        An LSOA's chance is in proportion to its need times its postcodes.
    """
    points = _choose(places, rng)
    lsoas = places.lsoas.set_index("area_code")
    wanted = lsoas["synthetic_need"] * lsoas["postcodes"]
    share = pd.Series(rng.gamma(1.0, 1.0, len(points)))
    within = share / share.groupby(points["lsoa"].to_numpy()).transform("sum")
    chance = within.to_numpy() * points["lsoa"].map(wanted).to_numpy()
    chance = chance / chance.sum()
    busiest = lsoas["synthetic_need"].nlargest(max(1, round(BUSY * len(lsoas)))).index
    code = _disagree(points, chance, rng)
    count = len(points)
    cumulative = np.cumsum(chance)
    cumulative[-1] = 1.0  # rounding must not leave a gap above the last anchor
    return Anchors(
        table=_table(points, code, lsoas["area_name"]),
        cumulative=cumulative,
        busy=points["lsoa"].isin(busiest).to_numpy(),
        far=np.arange(count, count + len(FAR)),
        nowhere=count + len(FAR),
    )


def _choose(places: Places, rng: np.random.Generator) -> pd.DataFrame:
    """Keep every fourth postcode of an LSOA, in random order, and at least one."""
    shuffled = places.postcodes.iloc[rng.permutation(len(places.postcodes))]
    rank = shuffled.groupby("lsoa").cumcount()
    return shuffled[rank % POSTCODES_PER_ANCHOR == 0].reset_index(drop=True)


def _disagree(
    points: pd.DataFrame, chance: Floats, rng: np.random.Generator
) -> pd.Series[str]:
    """Give some anchors the code of the LSOA next door, as the real files do.

    The anchors are taken from those nearest to another LSOA, until they hold the
    wanted share of crimes.
    """
    place = points[["easting", "northing"]].to_numpy(dtype=np.float64)
    code = points["lsoa"].to_numpy(dtype=object)
    near = min(9, len(points))
    distance, index = KDTree(place).query(place, k=near)
    other = code[index] != code[:, None]
    first = other.argmax(axis=1)
    rows = np.arange(len(points))
    gap = np.where(other.any(axis=1), distance[rows, first], np.inf)
    candidates = np.flatnonzero(gap <= np.median(gap[np.isfinite(gap)]))
    candidates = rng.permutation(candidates)
    chosen = candidates[np.cumsum(chance[candidates]) <= DISAGREES]
    changed = code.copy()
    changed[chosen] = code[index[chosen, first[chosen]]]
    return pd.Series(changed)


def _table(
    points: pd.DataFrame, code: pd.Series[str], names: pd.Series[str]
) -> pa.Table:
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    east, north = to_degrees.transform(
        points["easting"].to_numpy(), points["northing"].to_numpy()
    )
    count = len(points)
    streets = [f"On or near Illustrative Street {n}" for n in range(1, count + 3)]
    return pa.table(
        {
            "Longitude": [*(f"{x:.6f}" for x in east), *FAR["Longitude"], ""],
            "Latitude": [*(f"{y:.6f}" for y in north), *FAR["Latitude"], ""],
            "Location": [*streets, "No Location"],
            "LSOA code": [*code, *FAR["LSOA code"], ""],
            "LSOA name": [*code.map(names), *FAR["LSOA name"], ""],
        }
    )
