"""Swaps against every swapped plan evaluated by itself."""

import numpy as np
import pytest

from geosafety.engagement.model import make_model
from geosafety.engagement.planner import plan
from geosafety.engagement.problem import Request
from geosafety.engagement.solver import keeps
from geosafety.engagement.swaps import swaps
from geosafety.errors import MethodError
from tests.engagement.boards_of_venues import draw, worth


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("objective", ["most", "fairest"])
def test_every_swap_reaches_what_counting_it_by_hand_says(seed, objective):
    need, venues, reach = draw(seed)
    request = Request(walk=1.2, visits=3, fixed=("V1",), objective=objective)
    made = plan(need, venues, reach, request)
    picks = set(made.picks["venue"])
    table = swaps(made)
    others = set(venues["venue"]) - picks - {"V1"}
    assert len(table) == len(picks) * len(others)
    before = worth(need, reach, 1.2, {"V1"})
    for row in table.itertuples():
        after = worth(need, reach, 1.2, (picks - {row.gone}) | {row.instead, "V1"})
        assert row.closed == pytest.approx(after - before)
        assert row.change == pytest.approx(after - before - made.closed)
    assert others == set(table["instead"])


@pytest.mark.parametrize("seed", range(4))
def test_the_best_swap_loses_what_the_proof_of_the_plan_says(seed):
    need, venues, reach = draw(seed)
    made = plan(need, venues, reach, Request(walk=1.2, visits=3))
    table = swaps(made)
    lost = made.picks.set_index("venue")["lost_replaced"]
    assert len(lost)
    for gone, rows in table.groupby("gone"):
        # The proof may also leave the place empty.
        assert lost[gone] == pytest.approx(-max(rows["change"]))


def test_a_swap_that_breaks_what_was_asked_is_marked():
    need, venues, reach = draw(3)
    request = Request(walk=1.2, visits=3, accessible=2)
    made = plan(need, venues, reach, request)
    table = swaps(made)
    model = make_model(made.problem)
    names = list(made.problem.venues.index)
    for row in table.itertuples():
        chosen = (set(made.picks["venue"]) - {row.gone}) | {row.instead}
        visits = np.array([int(name in chosen) for name in names])
        assert row.keeps == keeps(model, visits)
    assert set(table["keeps"]) == {True, False}


def test_a_plan_by_capacity_has_no_swaps():
    need, venues, reach = draw(1)
    request = Request(walk=1.2, visits=2, response_share=0.5)
    made = plan(need, venues, reach, request)
    with pytest.raises(MethodError, match="without capacities"):
        swaps(made)
