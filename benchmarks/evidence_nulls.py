"""How often pure noise is called a cluster, and how small a cluster is found.

Run `python benchmarks/evidence_nulls.py [MAPS]` (200 unless told). Values are dealt
out over the bundled 1,680 LSOAs and every area is tested at a false discovery rate
of .05. With independent values any discovery is false, so the share of maps with one
must be at most .05 but for chance: the bound is the 97.5 % point of a binomial count.
Then three areas that touch one another are raised, and it is counted how often each of
them is found.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.stats import binom

from geosafety.settings import boundaries_folder
from geosafety.spatial.hotspots import NOT_SIGNIFICANT, NOT_TESTED, TOO_FEW, clusters
from geosafety.spatial.neighbours import build_graph, links_of

if TYPE_CHECKING:
    from libpysal.graph import Graph

ALPHA, PLANTED_MAPS = 0.05, 40
NOT_NAMED = (NOT_SIGNIFICANT, TOO_FEW, NOT_TESTED)
Draw = Callable[[np.random.Generator, int], np.ndarray]
NOISE: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "counts": lambda rng, n: rng.negative_binomial(1, 0.01, n).astype(float),
}


def maps_with_a_cluster(
    graph: Graph, index: pd.Index, statistic: str, draw: Draw, maps: int
) -> int:
    """Count the maps of noise on which any area has a name."""
    named = 0
    for seed in range(maps):
        x = pd.Series(draw(np.random.default_rng(seed), len(index)), index=index)
        table = clusters(x, graph, statistic=statistic, alpha=ALPHA, seed=seed)
        named += not table["label"].isin(NOT_NAMED).all()
    return named


def triple(graph: Graph, index: pd.Index, rng: np.random.Generator) -> list[int]:
    """Draw three areas that touch one another."""
    focal, neighbour = links_of(graph, index)
    while True:
        first = int(rng.integers(len(index)))
        beside = neighbour[focal == first]
        second = int(rng.choice(beside))
        both = np.intersect1d(beside, neighbour[focal == second])
        if len(both):
            return [first, second, int(rng.choice(both))]


def found_of_three(graph: Graph, index: pd.Index, height: float) -> float:
    """Return the share of planted areas that are named hot."""
    hits = 0
    for seed in range(PLANTED_MAPS):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=len(index))
        planted = triple(graph, index, rng)
        x[planted] += height
        label = clusters(pd.Series(x, index=index), graph, seed=seed)["label"]
        hits += int((label.iloc[planted] == "hot").sum())
    return hits / (3 * PLANTED_MAPS)


def say(sentence: str) -> None:
    """Write a line at once: the whole takes minutes."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def main(maps: int = 200) -> None:
    """Say the figures."""
    areas = gpd.read_parquet(boundaries_folder() / "lsoa.parquet")
    areas = areas.set_index("area_code").sort_index()
    graph, bound = build_graph(areas), int(binom.ppf(0.975, maps, ALPHA))
    say(f"{maps} maps of {len(areas):,} areas: at most {bound} may have a cluster")
    for statistic in ("gi_star", "moran", "geary"):
        for kind, draw in NOISE.items():
            start = time.perf_counter()
            named = maps_with_a_cluster(graph, areas.index, statistic, draw, maps)
            verdict = "within the bound" if named <= bound else "TOO MANY"
            spent = time.perf_counter() - start
            share = f"{named} of {maps} ({named / maps:.1%})"
            say(f"{statistic:8} {kind:7} {share} {verdict}, {spent:.0f} s")
    for height in (4, 6, 8, 10, 15):
        share = found_of_three(graph, areas.index, height)
        say(f"three areas {height:2} standard deviations up: {share:.0%} called hot")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
