"""Plans by distance: the optimum of trying every choice, and of PySAL's p-centre."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.engagement import location
from geosafety.engagement.location import Distances, choose, furthest, nearest
from geosafety.engagement.planner import plan
from geosafety.engagement.problem import Request
from geosafety.errors import InputError, MethodError
from geosafety.pipeline.plan.distances import distances_of
from geosafety.pipeline.plan.words import Wish


def draw(seed):
    """Eight places and six venues; every other time on a grid, where many tie."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 9000, (14, 2))
    if seed % 2:
        points = points.round(-3)
    metres = np.hypot(*(points[:8, None] - points[None, 8:]).transpose(2, 0, 1))
    weight = rng.integers(0, 50, 8) + np.arange(8.0)
    p = int(rng.integers(2, 5))
    held = np.isin(np.arange(6), rng.choice(6, int(rng.integers(1, p)), replace=False))
    return metres, weight, p, held


def near(metres, chosen):
    return metres[:, list(chosen)].min(axis=1)


def best(metres, p, held, how):
    must = set(np.flatnonzero(held))
    sets = (s for s in combinations(range(metres.shape[1]), p) if must <= set(s))
    return min(how(near(metres, chosen)) for chosen in sets)


@pytest.mark.parametrize("with_fixed", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_no_choice_of_venues_has_a_lesser_mean(seed, with_fixed):
    metres, weight, p, held = draw(seed)
    held = held & with_fixed
    chosen = nearest(metres, weight, p, fixed=held)
    assert chosen.sum() == p
    assert chosen[held].all()
    mean = near(metres, np.flatnonzero(chosen)) @ weight
    assert mean == pytest.approx(best(metres, p, held, lambda far: far @ weight))


@pytest.mark.parametrize("with_fixed", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_no_choice_of_venues_has_a_lesser_greatest_distance(seed, with_fixed):
    metres, _, p, held = draw(seed)
    held = held & with_fixed
    chosen = furthest(metres, p, fixed=held)
    assert 1 <= chosen.sum() <= p
    assert chosen[held].all()
    assert near(metres, np.flatnonzero(chosen)).max() == best(metres, p, held, np.max)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("seed", range(3))
def test_the_greatest_distance_is_that_of_spopt_s_p_centre(seed):
    import pulp
    from spopt.locate import PCenter

    rng = np.random.default_rng(seed)
    metres = rng.uniform(0, 9000, (25, 9))
    held = np.arange(9) == 4
    model = PCenter.from_cost_matrix(metres, 3, held.astype(int))
    model.problem.solve(pulp.PULP_CBC_CMD(msg=False))
    chosen = furthest(metres, 3, fixed=held)
    theirs = pulp.value(model.problem.objective)
    assert near(metres, np.flatnonzero(chosen)).max() == pytest.approx(theirs)


def test_a_place_without_need_does_not_pull():
    metres = np.array([[0.0, 900], [900, 0]])
    assert nearest(metres, np.array([0.0, 1]), 1).tolist() == [False, True]


def test_what_cannot_be_is_said_in_words():
    metres, weight, fixed = np.ones((3, 2)), np.ones(3), np.array([True, True])
    with pytest.raises(MethodError, match="1 venues are to be chosen of 2, 2 of which"):
        nearest(metres, weight, 1, fixed=fixed)
    with pytest.raises(MethodError, match="3 venues are to be chosen of 2, 0 of which"):
        furthest(metres, 3)
    with pytest.raises(InputError, match="missing or below 0"):
        furthest(np.array([[1.0, np.nan]]), 1)
    with pytest.raises(InputError, match="weights do not fit"):
        nearest(metres, np.zeros(3), 1)


def test_too_many_areas_are_refused_before_anything_is_built():
    with pytest.raises(MethodError, match="102,000 distances") as caught:
        nearest(np.ones((1700, 60)), np.ones(1700), 5)
    assert "--geography ward" in caught.value.hint


def test_a_search_cut_short_is_no_plan(monkeypatch):
    metres, weight, p, _ = draw(1)
    stopped = location._solver

    class Cut:
        def __getattr__(self, name):
            return getattr(stopped(60.0), name)

        def actualSolve(self, problem, **_):  # noqa: N802 - as PuLP calls it
            stopped(60.0).actualSolve(problem)
            problem.sol_status = 2  # a plan was found, and it may not be the best
            return 1

    monkeypatch.setattr(location, "_solver", lambda _: Cut())
    with pytest.raises(MethodError, match="not proved"):
        nearest(metres, weight, p)


def a_plan():
    """A town on a line: booked at 0, need at 0, 4 and 10; venues at 0, 4 and 10."""
    at = np.array([0.0, 4000, 10_000])
    codes, names = ["A", "B", "C"], ["x", "y", "z"]
    table = pd.DataFrame(np.abs(at[:, None] - at), pd.Index(codes), pd.Index(names))
    need = pd.DataFrame(
        {"area_code": codes, "group": "all", "deficit": [10.0, 40.0, 20.0]}
    )
    reach = table.rename_axis("area_code").reset_index()
    reach = reach.melt("area_code", var_name="venue", value_name="distance")
    far = Distances(table=table, need=need.set_index("area_code")["deficit"])
    return need, pd.DataFrame({"venue": names}), reach, far


# By hand: 40 people 4 km away and 20 people 10 km; then 20 x 6 km or 40 x 4 km.
MEANS = [("y", 3.6e5, 1.2e5, 1.6e5), ("z", 1.2e5, 0, 1.2e5)]
GREATEST = [("z", 10_000, 4000, 6000), ("y", 4000, 0, 4000)]


@pytest.mark.parametrize(
    ("objective", "picks", "people"),
    [("nearest", MEANS, 70), ("furthest", GREATEST, 1)],
)
def test_each_pick_says_how_far_it_was_is_and_would_be(objective, picks, people):
    need, venues, reach, far = a_plan()
    request = Request(walk=1000, visits=2, objective=objective, fixed=("x",))
    found = plan(need, venues, reach, request, distances=far)
    told = found.by_distance
    assert found.picks["venue"].tolist() == told["venue"].tolist()
    by_hand = pd.DataFrame(picks, columns=["venue", "before", "after", "without"])
    numbers = by_hand.columns[1:]
    by_hand[numbers] = by_hand[numbers].astype(float) / people
    pd.testing.assert_frame_equal(told, by_hand)
    assert found.picks["adds"].sum() == found.closed == 60
    assert found.solution.proved


def test_a_visit_that_brings_nothing_nearer_is_left_out():
    table = pd.DataFrame({"x": [0.0, 5], "y": [0.0, 5]}, index=["A", "B"])
    far = Distances(table=table, need=pd.Series([1.0, 1], index=table.index))
    none = np.zeros(2, bool)
    for objective in ("nearest", "furthest"):
        chosen, told = choose(far, objective, 2, fixed=none, time_limit=9.0)
        assert chosen.sum() == len(told) == 1
        assert told[["before", "without"]].isna().all(axis=None)


@pytest.mark.parametrize("objective", ["nearest", "furthest"])
@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ({"budget": 5.0}, "a budget"),
        ({"accessible": 1}, "a number of accessible venues"),
        ({"per_zone": 1}, "a most per zone"),
        ({"per_venue": 2}, "several visits of one venue"),
        ({"minimums": {"all": 1.0}}, "a minimum for a group"),
        ({"response_share": 0.5}, "a response share"),
    ],
)
def test_wishes_that_a_plan_by_distance_cannot_keep_are_refused(objective, wish, word):
    need, venues, reach, far = a_plan()
    request = Request(walk=1000, visits=1, objective=objective, **wish)
    with pytest.raises(MethodError, match=f"cannot keep {word}"):
        plan(need, venues, reach, request, distances=far)


def test_without_visits_or_distances_there_is_no_plan_by_distance():
    need, venues, reach, far = a_plan()
    with pytest.raises(MethodError, match="needs a number of visits"):
        plan(need, venues, reach, Request(walk=1, visits=0, objective="nearest"),
             distances=far)  # fmt: skip
    with pytest.raises(MethodError, match="needs distances"):
        plan(need, venues, reach, Request(walk=1, visits=1, objective="furthest"))


def test_a_venue_ruled_out_is_never_chosen():
    need, venues, reach, far = a_plan()
    request = Request(walk=1000, visits=1, objective="nearest", excluded=("y",))
    found = plan(need, venues, reach, request, distances=far)
    # By hand: 10 x 10 + 40 x 6 km from z, against 40 x 4 + 20 x 10 km from x.
    assert found.picks["venue"].tolist() == ["z"]


def run(folder, out, *more):
    asked = ["plan", "--results", str(folder), "--out", str(out), "--visits", "3"]
    asked += ["--need", "residents", "--geography", "ward", *more]
    return CliRunner().invoke(main, asked)


@pytest.mark.parametrize(
    ("objective", "what"), [("nearest", "mean"), ("furthest", "greatest")]
)
def test_table_map_calendar_and_briefs_tell_the_distance(
    demo_results, tmp_path, objective, what
):
    done = run(demo_results, tmp_path, "--objective", objective)
    assert done.exit_code == 0, done.output
    proved = f"Proved: no other choice among these venues has a lesser {what} distance."
    assert proved in done.output
    table = pd.read_csv(tmp_path / "plan.csv")
    briefs = [p.read_text("utf-8") for p in sorted((tmp_path / "briefs").iterdir())]
    page = (tmp_path / "plan.html").read_text("utf-8")
    assert len(table) == len(briefs) == 3
    for row, brief in zip(table.itertuples(), briefs, strict=True):
        proof = row.reason.partition(" m.")[0]
        assert proof.startswith(f"The {what} distance ")
        assert proof in brief
        assert f"{row.rank}. {proof}" in page
        assert proved in brief
    calendar = (tmp_path / "plan.ics").read_text("utf-8").replace("\n ", "")
    assert f"The {what} distance" in calendar


def test_small_areas_are_too_many_and_a_budget_is_refused(demo_results, tmp_path):
    wishes = ["--objective", "nearest", "--geography", "lsoa"]
    assert "--geography ward" in run(demo_results, tmp_path, *wishes).output
    said = run(demo_results, tmp_path, "--objective", "furthest", "--per-zone", "1")
    assert "cannot keep a most per zone" in said.output
    assert said.exit_code != 0


def test_travel_times_that_lack_a_pair_are_refused(demo_results, tmp_path):
    venues = pd.read_parquet(demo_results / "venues.parquet")["venue"]
    need = pd.DataFrame({"area_code": ["A", "B"], "deficit": 1.0, "population": 1.0})
    areas = need[["area_code"]].assign(x=0.0, y=0.0)
    table = pd.MultiIndex.from_product([venues[:2], areas["area_code"]])
    table = table.to_frame(index=False, name=["venue", "area_code"])
    table["distance"] = [1.0, 2, 3, 4]
    two = pd.DataFrame({"venue": venues[:2], "name": venues[:2], "x": 0.0, "y": 0.0})
    wish = Wish(objective="nearest", times=tmp_path / "times.csv")
    table.to_csv(wish.times, index=False)
    found = distances_of(tmp_path, wish, need, areas, two)
    assert found.table.to_numpy().T.ravel().tolist() == [1, 2, 3, 4]
    table[:3].to_csv(wish.times, index=False)
    with pytest.raises(InputError, match=f"lack {venues[1]} to B"):
        distances_of(tmp_path, wish, need, areas, two)
