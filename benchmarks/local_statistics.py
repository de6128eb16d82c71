"""Local statistics here and in esda, side by side in one process; read the ratio.

Run `python benchmarks/local_statistics.py [PERMUTATIONS]` (9,999 unless told). esda
compiles its first call where numba is installed, and is slower where it is not; that
call is timed apart. With `fresh` for the number it says how long a process takes from
its start: 14 indicators of the bundled LSOAs, 99,999 permutations.
"""

from __future__ import annotations

import sys
import time
import warnings

START = time.perf_counter()

import geopandas as gpd  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from geosafety.settings import boundaries_folder  # noqa: E402
from geosafety.spatial.local import local_statistics  # noqa: E402
from geosafety.spatial.neighbours import build_graph  # noqa: E402

INDICATORS, RUNS = 14, 3


def say(sentence: str) -> None:
    """Write a line at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def lsoas() -> gpd.GeoDataFrame:
    """Read the bundled LSOAs."""
    areas = gpd.read_parquet(boundaries_folder() / "lsoa.parquet")
    return areas.set_index("area_code").sort_index()


def fresh() -> None:
    """Say how long 14 indicators take from the start of the process."""
    areas = lsoas()
    graph = build_graph(areas)
    say(f"imports, layer and graph: {time.perf_counter() - START:.1f} s")
    rng = np.random.default_rng(1)
    counts = rng.negative_binomial(1, 0.01, (INDICATORS, len(areas))).astype(float)
    for statistic in ("gi_star", "moran", "geary"):
        begin = time.perf_counter()
        for x in counts:
            local_statistics(pd.Series(x, areas.index), graph, statistic=statistic)
        spent = time.perf_counter() - begin
        say(
            f"{statistic:8} {INDICATORS} indicators, 99,999 permutations: {spent:.1f} s"
        )
    say(f"the whole process: {time.perf_counter() - START:.1f} s")


def side_by_side(permutations: int) -> None:
    """Say the ratio for local Moran, run in turn."""
    warnings.simplefilter("ignore")
    import esda

    areas = lsoas()
    graph = build_graph(areas)
    rows = graph.transform("R")
    x = np.random.default_rng(1).negative_binomial(1, 0.01, len(areas)).astype(float)
    begin = time.perf_counter()
    esda.Moran_Local(x, rows, permutations=9, n_jobs=1, seed=0)
    say(f"first call of esda, 9 permutations: {time.perf_counter() - begin:.2f} s")
    ours, theirs = [], []
    for seed in range(RUNS):
        begin = time.perf_counter()
        table = local_statistics(
            pd.Series(x, areas.index),
            graph,
            statistic="moran",
            permutations=permutations,
            seed=seed,
        )
        middle = time.perf_counter()
        found = esda.Moran_Local(
            x,
            rows,
            permutations=permutations,
            n_jobs=1,
            seed=seed,
            keep_simulations=False,
        )
        ours.append(middle - begin)
        theirs.append(time.perf_counter() - middle)
    mine, other = np.median(ours), np.median(theirs)
    say(f"{permutations:,} permutations, median of {RUNS}, {len(areas):,} areas")
    say(f"here {mine:.3f} s, esda {other:.3f} s: {other / mine:.1f} times")
    far = np.abs(table["p_value"] / 2 - found.p_sim).max()
    say(f"largest difference of one-sided p-values: {far:.4f}")


if __name__ == "__main__":
    if sys.argv[1:] == ["fresh"]:
        fresh()
    else:
        side_by_side(*(map(int, sys.argv[1:] or ["9999"])))
