"""What distinct places save: placing snapped points once each, or row by row.

Run `python benchmarks/placing.py`. Both ways run in turn in one process on the same
synthetic points, snapped to 40,000 anchors as police.uk points are; read the ratio, not
the seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.geography.placing import locate, place
from geosafety.readers.boundaries import read_atlas
from geosafety.tidy import complete_places, number_places

ROWS, ANCHORS, RUNS = 1_000_000, 40_000, 3


def snapped_points(rows: int) -> pd.DataFrame:
    """Draw rows from anchors that are used very unevenly, as real ones are."""
    rng = np.random.default_rng(1)
    x = rng.uniform(390_000, 440_000, ANCHORS)
    y = rng.uniform(275_000, 305_000, ANCHORS)
    used = np.minimum(rng.zipf(1.3, rows), ANCHORS) - 1
    return pd.DataFrame({"longitude": x[used], "latitude": y[used], "grid": True})


def ours(rows: pd.DataFrame, atlas: Atlas) -> pd.Series:
    """Place the distinct places and map back."""
    number, places = number_places(rows, ["longitude", "latitude", "grid"])
    known = complete_places(places).assign(vintage="")
    homes = place(locate(known, atlas.postcodes), atlas, "lsoa")
    return homes.set_index("place")["area_code"].reindex(number).reset_index(drop=True)


def usual(rows: pd.DataFrame, atlas: Atlas) -> pd.Series:
    """Join every row to the polygons, as one would write it first."""
    areas = atlas.layers["lsoa"].areas[["geometry"]]
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(rows["longitude"], rows["latitude"]), crs=areas.crs
    )
    joined = points.sjoin(areas, how="left", predicate="intersects")
    return joined["area_code"].groupby(level=0).min()


def timed(work: Callable[[], pd.Series]) -> tuple[float, pd.Series]:
    """Run once; return the seconds and the answer."""
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def main() -> None:
    """Time both ways in turn and print the ratio."""
    atlas, _ = read_atlas(None)
    rows = snapped_points(ROWS)
    ratios = []
    for _ in range(RUNS):
        a, mine = timed(lambda: ours(rows, atlas))
        b, theirs = timed(lambda: usual(rows, atlas))
        same = (mine.fillna("") == theirs.fillna("").to_numpy()).all()
        ratios.append(b / a)
        sys.stdout.write(f"distinct {a:.2f} s, row by row {b:.2f} s, same: {same}\n")
    sys.stdout.write(f"{ROWS:,} rows: {median(ratios):.1f} times faster\n")


if __name__ == "__main__":
    main()
