"""The same optimum as PySAL's spopt (and CBC) for the maximal covering problem."""

import numpy as np
import pandas as pd
import pytest

from geosafety.engagement.planner import plan
from geosafety.engagement.problem import Request
from geosafety.engagement.reach import within_walk

pulp = pytest.importorskip("pulp")
coverage = pytest.importorskip("spopt.locate.coverage")


def a_city(seed, areas=60, venues=15):
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 10_000, (areas + venues, 2))
    need = pd.DataFrame(
        {
            "area_code": [f"A{i:02}" for i in range(areas)],
            "group": "all",
            "deficit": rng.integers(1, 100, areas).astype(float),
            "x": xy[:areas, 0],
            "y": xy[:areas, 1],
        }
    )
    table = pd.DataFrame({"venue": [f"V{i:02}" for i in range(venues)]})
    table = table.assign(x=xy[areas:, 0], y=xy[areas:, 1])
    metres = np.hypot(*(xy[:areas, None, :] - xy[None, areas:, :]).transpose(2, 0, 1))
    return need, table, metres


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fixed", [(), (0, 3)])
def test_the_optimum_is_spopt_s(seed, fixed):
    need, venues, metres = a_city(seed)
    walk, new = 1500.0, 4
    booked = np.isin(np.arange(len(venues)), fixed)
    model = coverage.MCLP.from_cost_matrix(
        metres,
        need["deficit"].to_numpy(),
        service_radius=walk,
        p_facilities=new + len(fixed),
        predefined_facilities_arr=booked.astype(int) if fixed else None,
    )
    solved = model.solve(pulp.PULP_CBC_CMD(msg=False))
    theirs = pulp.value(solved.problem.objective)
    reach = within_walk(need, venues, metres=walk)
    names = tuple(venues["venue"][list(fixed)])
    found = plan(need, venues, reach, Request(walk=walk, visits=new, fixed=names))
    assert found.cells["closed"].sum() == pytest.approx(theirs)
