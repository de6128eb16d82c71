"""Plans against every possible choice, and each wish against a plan without it."""

import numpy as np
import pandas as pd
import pytest

from geosafety.engagement.model import make_model
from geosafety.engagement.planner import plan, without_idle
from geosafety.engagement.problem import Request, make_problem
from geosafety.errors import InputError, MethodError
from tests.engagement.boards_of_venues import (
    chosen_sets,
    covered,
    draw,
    loss,
    responses,
    worth,
)


@pytest.mark.parametrize("seed", range(100))
def test_the_plan_is_the_best_of_all_choices(seed):
    need, venues, reach = draw(seed, groups=("g=a", "g=b") if seed % 2 else ("all",))
    walk, visits = 0.8, 1 + seed % 4
    found = plan(need, venues, reach, Request(walk=walk, visits=visits))
    best = max(
        worth(need, reach, walk, c) for c in chosen_sets(venues["venue"], visits)
    )
    assert found.closed == pytest.approx(best)
    assert found.solution.proved
    assert found.solution.gap == 0
    assert worth(need, reach, walk, set(found.picks["venue"])) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(20))
def test_with_everything_asked_at_once_the_plan_is_still_the_best(seed):
    need, venues, reach = draw(seed)
    fixed, gone = {"V1"}, {"V0"}
    request = Request(
        walk=0.9, visits=3, budget=12, fixed=("V1",), excluded=("V0",), accessible=1,
        per_zone=2,
    )  # fmt: skip
    about = venues.set_index("venue")

    def allowed(chosen):
        rows = about.loc[sorted(chosen)]
        zones = about.loc[sorted(chosen | fixed), "zone"].value_counts()
        return (
            rows["cost"].sum() <= 12
            and (rows["accessible"] == True).sum() >= 1  # noqa: E712
            and zones.max() <= 2
        )

    names = sorted(set(venues["venue"]) - fixed - gone)
    choices = [c for c in chosen_sets(names, 3) if allowed(c)]
    if not choices:
        with pytest.raises(MethodError, match="No plan can fulfil"):
            plan(need, venues, reach, request)
        return
    found = plan(need, venues, reach, request)
    best = max(worth(need, reach, 0.9, c | fixed) for c in choices)
    assert found.closed == pytest.approx(best - worth(need, reach, 0.9, fixed))
    assert allowed(set(found.picks["venue"]))


@pytest.mark.parametrize("seed", range(20))
def test_the_fairest_plan_is_the_fairest_of_all_choices(seed):
    need, venues, reach = draw(seed)
    request = Request(walk=0.9, visits=3, objective="fairest")
    found = plan(need, venues, reach, request)
    best = min(loss(need, reach, 0.9, c) for c in chosen_sets(venues["venue"], 3))
    mine = loss(need, reach, 0.9, set(found.picks["venue"]))
    assert mine == pytest.approx(best, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("many", [1.0, 1e3, 1e5])
def test_a_fair_plan_does_not_hang_on_how_small_a_share_is_short(many):
    need, venues, reach = draw(1)
    request = Request(walk=0.9, visits=3, objective="fairest")
    first = plan(need, venues, reach, request).picks["venue"].tolist()
    need["population"] *= many
    assert plan(need, venues, reach, request).picks["venue"].tolist() == first


@pytest.mark.parametrize("seed", range(10))
def test_with_capacities_the_plan_is_the_best_of_all_choices(seed):
    need, venues, reach = draw(seed, venues=6, areas=8, groups=("g=a", "g=b"))
    venues["g=a"] = np.random.default_rng(seed).uniform(5, 60, len(venues))
    request = Request(walk=1.2, visits=2, response_share=0.5)
    found = plan(need, venues, reach, request)
    best = max(
        responses(need, venues, reach, 1.2, c, 0.5)
        for c in chosen_sets(venues["venue"], 2)
    )
    assert found.closed == pytest.approx(best)
    holds = 0.5 * venues.set_index("venue")["capacity"]
    assert (
        found.picks["responses"] <= holds[found.picks["venue"]].to_numpy() + 1e-6
    ).all()


def four_halls():
    """Four venues of one area each: the first are worth most."""
    need = pd.DataFrame(
        {
            "area_code": list("ABCD"),
            "group": "all",
            "deficit": [40.0, 30.0, 20.0, 10.0],
            "zone": ["N", "N", "S", "S"],
            "population": [50.0, 50.0, 21.0, 11.0],
        }
    )
    venues = pd.DataFrame(
        {
            "venue": ["a", "b", "c", "d"],
            "zone": ["N", "N", "S", "S"],
            "cost": [9.0, 5.0, 4.0, 1.0],
            "capacity": [10.0, 100.0, 100.0, 100.0],
            "accessible": pd.Series([None, False, True, True], dtype="object"),
        }
    )
    reach = pd.DataFrame(
        {"venue": list("abcd"), "area_code": list("ABCD"), "distance": 1.0}
    )
    return need, venues, reach


@pytest.mark.parametrize(
    ("asked", "picks"),
    [
        ({}, ["a", "b"]),
        ({"fixed": ("a",)}, ["b", "c"]),
        ({"excluded": ("a",)}, ["b", "c"]),
        ({"budget": 9.0}, ["b", "c"]),
        ({"accessible": 1}, ["a", "c"]),
        ({"accessible": 2}, ["c", "d"]),
        ({"per_zone": 1}, ["a", "c"]),
        ({"minimums": {"all": 10.0}}, ["a", "b"]),
        ({"response_share": 1.0}, ["b", "c"]),
        ({"objective": "fairest"}, ["a", "c"]),
    ],
)
def test_each_wish_changes_the_plan_as_it_should(asked, picks):
    request = Request(walk=1, visits=2, **asked)
    assert sorted(plan(*four_halls(), request).picks["venue"]) == picks


def test_a_minimum_for_a_group_changes_the_plan():
    need, venues, reach = four_halls()
    need["group"] = ["g=x", "g=x", "g=y", "g=y"]
    request = Request(walk=1, visits=2, minimums={"g=y": 15.0})
    assert sorted(plan(need, venues, reach, request).picks["venue"]) == ["a", "c"]


def test_an_audience_caps_what_a_venue_wins_of_a_group():
    need, venues, reach = four_halls()
    need["group"] = "age=18-24"
    venues = venues.assign(
        **{"age=18-24 low": [0.0, 0, 10, 50], "age=18-24 high": [0.0, 10, 20, 100]}
    )
    request = Request(walk=1, visits=1, response_share=1.0)
    found = plan(need, venues, reach, request)
    assert found.picks[["venue", "responses"]].to_numpy().tolist() == [["c", 15.0]]


def test_two_visits_of_one_venue_hold_twice_as_many():
    need, venues, reach = four_halls()
    venues["capacity"] = [20.0, 5.0, 5.0, 5.0]
    asked = {"walk": 1, "visits": 2, "response_share": 1.0}
    assert plan(need, venues, reach, Request(**asked)).closed == 25
    twice = plan(need, venues, reach, Request(**asked, per_venue=2))
    assert twice.closed == 40
    assert twice.picks["visits"].tolist() == [2]


def test_booked_events_out_of_everyone_s_reach_do_not_make_a_plan_impossible():
    need, venues, reach = four_halls()
    reach = reach[reach["venue"] != "d"]
    found = plan(need, venues, reach, Request(walk=1, visits=1, fixed=("d",)))
    assert found.picks["venue"].tolist() == ["a"]


def test_more_booked_events_than_visits_are_no_contradiction():
    found = plan(*four_halls(), Request(walk=1, visits=0, fixed=("a", "b")))
    assert found.picks.empty
    assert found.cells["closed"].sum() == 70


def test_what_lies_beyond_the_walk_is_never_covered():
    need, venues, reach = four_halls()
    reach["distance"] = [1.01, 1.0, 0.99, 5.0]
    found = plan(need, venues, reach, Request(walk=1, visits=4))
    assert found.picks["venue"].tolist() == ["b", "c"]
    assert found.cells.set_index("area_code")["closed"]["A"] == 0


def test_the_proof_adds_up_and_says_what_is_lost():
    need, venues, reach = four_halls()
    more = pd.DataFrame({"venue": ["b"], "area_code": ["A"], "distance": [1.0]})
    found = plan(need, venues, pd.concat([reach, more]), Request(walk=1, visits=2))
    columns = ["venue", "reached", "adds", "lost", "lost_replaced", "replaced_by"]
    assert found.picks[columns].to_numpy().tolist() == [
        ["b", 70, 70, 70, 30, "a"],
        ["c", 20, 20, 20, 10, "d"],
    ]
    assert found.picks["adds"].sum() == found.closed == 90


@pytest.mark.parametrize("seed", range(10))
def test_what_is_lost_is_what_every_choice_says(seed):
    need, venues, reach = draw(seed)
    found = plan(need, venues, reach, Request(walk=0.8, visits=3))
    picks = set(found.picks["venue"])
    for row in found.picks.itertuples():
        rest = picks - {row.venue}
        lost = found.closed - worth(need, reach, 0.8, rest)
        others = set(venues["venue"]) - picks
        best = max(worth(need, reach, 0.8, rest | {o}) for o in others)
        assert row.lost == pytest.approx(lost)
        assert row.lost_replaced == pytest.approx(
            found.closed - max(best, worth(need, reach, 0.8, rest))
        )


def test_a_visit_that_adds_nothing_is_left_out():
    need, venues, reach = four_halls()
    found = plan(need.head(1), venues, reach, Request(walk=1, visits=3))
    assert found.picks["venue"].tolist() == ["a"]


def test_visits_that_close_nothing_new_are_taken_out_and_needed_ones_stay():
    need, venues, reach = four_halls()
    again = pd.DataFrame({"venue": ["b"], "area_code": ["A"], "distance": [1.0]})
    reach = pd.concat([reach, again])
    for easy, kept in ((0, [0, 1, 1, 1]), (1, [0, 1, 1, 1])):
        request = Request(walk=1, visits=4, accessible=easy)
        model = make_model(make_problem(need, venues, reach, request))
        assert without_idle(model, np.array([1, 1, 1, 1])).tolist() == kept
    request = Request(walk=1, visits=4, accessible=2)
    model = make_model(make_problem(need.head(2), venues, reach, request))
    assert without_idle(model, np.array([1, 1, 1, 1])).tolist() == [0, 1, 1, 1]


def test_the_order_of_rows_changes_nothing_even_among_equals():
    need, venues, reach = draw(3)
    need["deficit"], need["weight"] = 10.0, 1.0
    request = Request(walk=0.5, visits=3, response_share=0.2)
    first = plan(need, venues, reach, request)
    for number in range(5):
        mixed = [t.sample(frac=1, random_state=number) for t in (need, venues, reach)]
        again = plan(*mixed, request)
        pd.testing.assert_frame_equal(first.picks, again.picks)
        pd.testing.assert_frame_equal(first.cells, again.cells)


def test_the_order_of_rows_changes_nothing():
    need, venues, reach = draw(3)
    request = Request(walk=0.9, visits=3)
    first = plan(need, venues, reach, request)
    shuffled = [t.sample(frac=1, random_state=1) for t in (need, venues, reach)]
    again = plan(*shuffled, request)
    pd.testing.assert_frame_equal(first.picks, again.picks)


def test_zones_add_up_what_remains():
    found = plan(*four_halls(), Request(walk=1, visits=1))
    zones = found.zones.set_index("zone")
    assert zones["remaining"].to_dict() == {"N": 30.0, "S": pytest.approx(93.75)}
    assert covered(*four_halls()[::2], 1, {"a"}).sum() == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"accessible": 3}, "accessible venues: 3 asked, at most 2 possible"),
        (
            {"accessible": 3},
            "the number of visits: at most 2 asked, 3 needed|accessible",
        ),
        ({"minimums": {"all": 95.0}}, "the minimum for all: 95 asked, at most 70"),
        (
            {"minimums": {"all": 95.0}},
            "the number of visits: at most 2 asked, 4 needed",
        ),
        (
            {"fixed": ("a", "b"), "per_zone": 1},
            "the most visits in N: at most 1 asked, 2",
        ),
        ({"budget": 0.5, "accessible": 1}, "the budget: at most 0 asked, 1 needed"),
    ],
)
def test_an_impossible_wish_says_what_to_relax(asked, told):
    with pytest.raises(MethodError, match="No plan can fulfil") as caught:
        plan(*four_halls(), Request(walk=1, visits=2, **asked))
    assert any(part in caught.value.hint for part in told.split("|"))


def test_two_impossible_wishes_are_both_named():
    asked = {"accessible": 3, "minimums": {"all": 1000.0}}
    with pytest.raises(MethodError, match="alone is not enough") as caught:
        plan(*four_halls(), Request(walk=1, visits=2, **asked))
    assert "accessible venues" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "asked", "told"),
    [
        ({"deficit": np.nan}, {}, "A, all: the deficit is nan"),
        ({"deficit": -1.0}, {}, "A, all: the deficit is -1"),
        ({"deficit": 0.0}, {}, "Nobody is short"),
        ({"area_code": "A"}, {}, "A, all stands twice"),
        ({"group": ["age=1", "sex=2", "age=1", "age=1"]}, {}, "mixes 'age' and 'sex'"),
        ({}, {"fixed": ("hall",)}, "fixed venue 'hall' is not among"),
        ({}, {"excluded": ("hall",)}, "excluded venue 'hall' is not among"),
        ({}, {"fixed": ("a",), "excluded": ("a",)}, "both booked and ruled out"),
        ({}, {"minimums": {"x": 1.0}}, "minimum for 'x'"),
        ({}, {"visits": None}, "Neither a number of visits nor a budget"),
        ({}, {"response_share": 2.0}, "out of its range"),
        ({}, {"objective": "best"}, "no objective 'best'"),
    ],
)
def test_a_request_that_does_not_fit_is_refused(change, asked, told):
    need, venues, reach = four_halls()
    request = Request(**{"walk": 1, "visits": 2, **asked})
    with pytest.raises((InputError, MethodError), match=told):
        plan(need.assign(**change), venues, reach, request)


def test_responses_need_a_capacity_of_every_venue():
    need, venues, reach = four_halls()
    venues.loc[1, "capacity"] = np.nan
    with pytest.raises(InputError, match="1 of 4 venues have no capacity, such as 'b'"):
        plan(need, venues, reach, Request(walk=1, visits=1, response_share=0.5))


def test_a_budget_needs_a_cost_of_every_venue():
    need, venues, reach = four_halls()
    with pytest.raises(InputError, match="whose cost is not known"):
        plan(need, venues.drop(columns="cost"), reach, Request(walk=1, budget=3))
