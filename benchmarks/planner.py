"""How long an exact plan takes: 1,700 areas, 500 venues, 10 visits.

Run `python benchmarks/planner.py`. Areas and venues are drawn evenly over 45 by 25 km;
every plan is solved to its end or to the time limit, and its gap is printed.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from geosafety.engagement.model import make_model
from geosafety.engagement.planner import plan
from geosafety.engagement.problem import Request, make_problem
from geosafety.engagement.reach import within_walk
from geosafety.engagement.solver import solve

AREAS, VENUES, VISITS = 1_700, 500, 10
WIDE, HIGH, ZONES = 45_000, 25_000, 8
GROUPS = {"age=16-24": 0.2, "age=25-64": 0.6, "age=65+": 0.2}


def made_up(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw areas with a deficit each, and venues with what they hold."""
    rng = np.random.default_rng(seed)
    areas = pd.DataFrame({"area_code": [f"A{i:04}" for i in range(AREAS)]})
    areas = areas.assign(
        x=rng.uniform(0, WIDE, AREAS),
        y=rng.uniform(0, HIGH, AREAS),
        group="all",
        deficit=rng.integers(1, 2000, AREAS).astype(float),
        population=2000.0,
    )
    areas["zone"] = (areas["x"] // (WIDE / ZONES)).astype(int).astype(str)
    venues = pd.DataFrame({"venue": [f"V{i:03}" for i in range(VENUES)]})
    venues = venues.assign(
        x=rng.uniform(0, WIDE, VENUES),
        y=rng.uniform(0, HIGH, VENUES),
        capacity=rng.integers(30, 300, VENUES).astype(float),
    )
    venues["age=16-24 low"] = rng.uniform(5, 20, VENUES)
    venues["age=16-24 high"] = rng.uniform(20, 40, VENUES)
    return areas, venues


def by_group(need: pd.DataFrame) -> pd.DataFrame:
    """Split every deficit over three groups, a hundredth of it."""
    parts = [
        need.assign(group=name, deficit=share * need["deficit"] / 100)
        for name, share in GROUPS.items()
    ]
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Say the seconds and the gap of each kind of plan."""
    areas, venues = made_up(seed=1)
    for walk in (1500.0, 2000.0, 4000.0):
        reach = within_walk(areas, venues, metres=walk)
        asked = {"walk": walk, "visits": VISITS, "time_limit": 30.0}
        cases = {
            "most": (areas, Request(**asked)),
            "fairest": (areas, Request(**asked, objective="fairest")),
            "capacities": (by_group(areas), Request(**asked, response_share=0.5)),
        }
        for name, (need, request) in cases.items():
            start = time.perf_counter()
            found = solve(make_model(make_problem(need, venues, reach, request)))
            spent = time.perf_counter() - start
            said = "proved" if found.proved else f"gap {found.gap:.2%}"
            sys.stdout.write(f"{walk:5.0f} m {name:10} {spent:5.1f} s, {said}\n")
        start = time.perf_counter()
        plan(areas, venues, reach, Request(**asked))
        spent = time.perf_counter() - start
        sys.stdout.write(
            f"{walk:5.0f} m most, with every pick's proof {spent:5.1f} s\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
