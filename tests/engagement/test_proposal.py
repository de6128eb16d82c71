"""Proposed areas, against brute force over every connected set and a linear program."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from geosafety.engagement.proposal import Limits, make_ground, propose, upper_bound
from geosafety.engagement.redraw import search, worth
from geosafety.engagement.regions import FREE, connected, first_draft
from geosafety.errors import InputError, MethodError


def board(width, height, seed, *, zones=1):
    """Make squares with chance numbers; neighbours share an edge."""
    random = np.random.default_rng(seed)
    n = width * height
    table = pd.DataFrame(
        {
            "need": random.gamma(1.0, 20.0, n).round(),
            "people": random.integers(80, 160, n).astype(float),
            "zone": [f"Z{(i % width) * zones // width}" for i in range(n)],
        },
        index=[f"A{i:03d}" for i in range(n)],
    )
    pairs = [(i, i + 1) for i in range(n) if (i + 1) % width]
    pairs += [(i, i + width) for i in range(n - width)]
    one, other = np.array(pairs).T
    return table, (np.append(one, other), np.append(other, one))


def every_area(ground, limits):
    """List every connected set of small areas within the limits of one area."""
    n = len(ground.need)
    found = []
    for size in range(1, int(limits.most // 80) + 1):
        for group in combinations(range(n), size):
            people = ground.people[list(group)].sum()
            same = len(set(ground.zone[list(group)])) == 1
            fits = limits.least <= people <= limits.most and same
            if fits and connected(set(group), ground):
                found.append(frozenset(group))
    return found


def best_of_all(ground, limits):
    """Try every choice of one or two areas that do not overlap."""
    areas = every_area(ground, limits)
    sums = {
        a: (ground.need[list(a)].sum(), ground.people[list(a)].sum()) for a in areas
    }
    if limits.n == 1:
        fits = [need for need, people in sums.values() if people <= limits.people]
        return max(fits)
    return max(
        sums[a][0] + sums[b][0]
        for a, b in combinations(areas, 2)
        if not a & b and sums[a][1] + sums[b][1] <= limits.people
    )


def test_small_boards_come_out_as_well_as_every_choice_tried():
    """Of 12 boards the search finds the best of all choices in all but a few."""
    missed = 0
    for seed in range(12):
        n = 1 + seed % 2
        table, links = board(4, 3, seed)
        limits = Limits(n=n, people=n * 420, least=180, most=520)
        best = best_of_all(make_ground(table, links), limits)
        found = propose(table, links, limits, seed=seed, runs=0)
        assert found.need <= best + 1e-9 <= found.bound + 1e-6
        assert found.need >= 0.9 * best
        missed += found.need < best - 1e-9
    assert missed <= 1


@pytest.mark.parametrize("seed", range(8))
def test_every_area_is_connected_within_its_limits_and_in_one_zone(seed):
    table, links = board(12, 9, seed, zones=3)
    limits = Limits(n=6, people=3600, least=300, most=900, zone_least=1, zone_most=3)
    found = propose(table, links, limits, seed=seed, runs=0)
    number = found.areas["number"]
    ground = make_ground(table, links)
    assert sorted(number.unique()) == list(range(7))
    assert table.loc[number > 0, "people"].sum() == found.people <= 3600
    zones = []
    for one in range(1, 7):
        members = np.flatnonzero(number == one)
        assert connected(set(members), ground)
        assert 300 <= table["people"].iloc[members].sum() <= 900
        zones += list(set(table["zone"].iloc[members]))
    assert len(zones) == 6
    assert {zones.count(z) for z in set(table["zone"])} <= {1, 2, 3}
    need = table["need"].groupby(number).sum().drop(0)
    assert need.is_monotonic_decreasing


def test_searching_betters_the_first_draft():
    gains = []
    for seed in range(5):
        table, links = board(14, 10, seed)
        ground = make_ground(table, links)
        limits = Limits(n=5, people=3000, least=300, most=1200)
        draft = worth(first_draft(ground, limits), ground)
        random = np.random.default_rng(seed)
        label = search(ground, limits, rounds=60, random=random)
        gains.append(worth(label, ground) / draft)
        assert (label == FREE).any()
    assert min(gains) >= 1
    assert max(gains) > 1.02


def test_the_same_seed_gives_the_same_proposal():
    table, links = board(10, 8, 3)
    limits = Limits(n=4, people=2400, least=300, most=900)
    with_events = table.assign(events=table["need"])
    one, two = (propose(with_events, links, limits, seed=5, runs=4) for _ in range(2))
    pd.testing.assert_frame_equal(one.areas, two.areas)


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_that_of_the_linear_program(seed):
    table, _ = board(6, 5, seed)
    need, people = table["need"].to_numpy(), table["people"].to_numpy()
    solved = linprog(-need, A_ub=[people], b_ub=[900], bounds=(0, 1))
    assert upper_bound(need, people, 900) == pytest.approx(-solved.fun)


def test_what_stands_out_is_stable_and_what_is_even_depends():
    table, links = board(10, 6, 1)
    hot = ["A011", "A012", "A021", "A022"]
    peaked = table.assign(need=20.0, people=100.0)
    peaked.loc[hot, "need"] = 2000.0
    limits = Limits(n=1, people=400, least=400, most=400)
    found = propose(
        peaked.assign(events=peaked["need"]), links, limits, seed=1, runs=20
    )
    assert found.areas.query("number > 0").index.tolist() == hot
    assert set(found.areas.loc[hot, "word"]) == {"stable core"}
    even = table.assign(need=20.0, people=100.0)
    spread = propose(even.assign(events=20.0), links, limits, seed=1, runs=20)
    assert "stable core" not in set(spread.areas["word"])
    assert (spread.areas["word"] == "depends").sum() > 4


def test_a_choice_that_hangs_on_one_crime_in_a_hundred_depends():
    """The same with numbers that chance does not touch is sure."""
    table, links = board(8, 1, 1)
    table = table.assign(need=1.0, people=100.0)
    table.loc["A001", "need"], table.loc["A006", "need"] = 101.0, 100.0
    limits = Limits(n=1, people=100, least=100, most=100)
    drawn = propose(table.assign(events=table["need"]), links, limits, seed=1, runs=40)
    assert drawn.areas.loc["A001", "word"] == "depends"
    assert 0.3 < drawn.areas.loc["A006", "inside"] < 0.7
    sure = propose(table, links, limits, seed=1, runs=5)
    assert sure.areas["inside"].to_dict() == {
        code: float(code == "A001") for code in table.index
    }


def test_without_events_only_the_starts_differ_and_that_is_said():
    table, links = board(6, 5, 2)
    limits = Limits(n=2, people=900, least=200, most=600)
    assert not propose(table, links, limits, seed=1, runs=2).jittered


@pytest.mark.parametrize(
    ("change", "asked", "told"),
    [
        ({}, {"n": 0}, "too few"),
        ({}, {"least": 900.0, "most": 300.0}, "cannot be"),
        ({}, {"n": 9}, "more than the 2,000 allowed"),
        ({}, {"zone_least": 2, "n": 3}, "more than the 3 asked"),
        ({}, {"zone_most": 1, "n": 3}, "room for 2 areas, not 3"),
        (
            {},
            {"least": 990.0, "most": 1000.0, "n": 2, "zone_most": 1},
            "could be drawn",
        ),
        ({"need": -1.0}, {}, "A000: need is -1"),
        ({"need": 0.0}, {}, "no need"),
        ({"people": np.inf}, {}, "A000: people is inf"),
    ],
)
def test_what_cannot_be_drawn_is_refused(change, asked, told):
    table, links = board(6, 5, 2, zones=2)
    if asked.get("least") == 990.0:
        table["people"] = 400.0  # no sum of these lies between the two limits
    whole = {"n": 2, "people": 2000.0, "least": 300.0, "most": 900.0, **asked}
    with pytest.raises((InputError, MethodError), match=told):
        propose(table.assign(**change), links, Limits(**whole), seed=1, runs=0)


def test_a_small_area_that_stands_twice_is_refused():
    table, links = board(3, 2, 1)
    table.index = ["A", *table.index[1:-1], "A"]
    limits = Limits(n=1, people=300, least=100, most=300)
    with pytest.raises(InputError, match="'A' stands twice"):
        propose(table, links, limits, seed=1, runs=0)
