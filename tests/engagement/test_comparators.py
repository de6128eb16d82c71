"""Areas alike: by brute force, against scipy, and against chance."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind_from_stats

from geosafety.engagement.comparators import (
    beside,
    distance,
    matched_groups,
    nearest_areas,
    scales,
)
from geosafety.errors import MethodError


def board(width, height, rates, seed=0):
    """Make squares of 100 people whose events follow a rate for each."""
    random = np.random.default_rng(seed)
    n = width * height
    small = pd.DataFrame(
        {
            "people": 100.0,
            "events": random.poisson(100 * np.asarray(rates)).astype(float),
            "rank": random.integers(1, 1000, n).astype(float),
        },
        index=[f"A{i:03d}" for i in range(n)],
    )
    pairs = [(i, i + 1) for i in range(n) if (i + 1) % width]
    pairs += [(i, i + width) for i in range(n - width)]
    one, other = np.array(pairs).T
    return small, (np.append(one, other), np.append(other, one))


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_connected_apart_and_as_large_as_the_target(seed):
    random = np.random.default_rng(seed)
    small, links = board(16, 14, random.gamma(2, 0.1, 224), seed)
    targets = pd.DataFrame(
        {"people": [500.0, 800], "rank": [300.0, 700], "rate": [0.3, 0.1]},
        index=["IA", "IB"],
    )
    found = matched_groups(small, links, targets, k=4)
    assert found.groupby("area_code").size().to_dict() == {"IA": 4, "IB": 4}
    touching = set(zip(*links, strict=True))
    for area, part in found.groupby("area_code"):
        codes = [code for group in part["codes"] for code in group]
        assert len(codes) == len(set(codes))
        assert (part["people"] == targets.loc[area, "people"]).all()
        assert part["distance"].is_monotonic_increasing
        for group in part["codes"]:
            left = {small.index.get_loc(code) for code in group}
            reached = {left.pop()}
            while grown := {
                b for b in left if any((a, b) in touching for a in reached)
            }:
                reached |= grown
                left -= grown
            assert not left


def test_a_profile_is_that_of_its_small_areas():
    small, links = board(8, 6, np.full(48, 0.4), 3)
    targets = pd.DataFrame({"people": [400.0], "rank": 500.0, "rate": 0.4}, index=["I"])
    first = matched_groups(small, links, targets, k=1).iloc[0]
    mine = small.loc[list(first["codes"])]
    assert first["rank"] == pytest.approx(mine["rank"].mean())
    assert first["rate"] == pytest.approx((mine["events"].sum() + 0.5) / 400)


def test_without_ranks_deprivation_counts_nothing():
    small, links = board(8, 6, np.full(48, 0.4), 3)
    targets = pd.DataFrame(
        {"people": [400.0], "rank": np.nan, "rate": 0.4}, index=["I"]
    )
    found = matched_groups(small.assign(rank=np.nan), links, targets, k=3)
    assert found["distance"].notna().all()
    assert len(found) == 3


def test_the_nearest_areas_are_those_of_every_distance_tried():
    random = np.random.default_rng(1)
    columns = {
        "people": random.uniform(100, 900, 30),
        "rank": random.uniform(1, 999, 30),
        "rate": random.uniform(0.01, 1, 30),
    }
    pool = pd.DataFrame(columns, index=[f"W{i}" for i in range(30)])
    scale = scales(pool)
    target = pool.head(1).set_axis(["I"])
    found = nearest_areas(pool.iloc[1:], target, scale, k=4)
    logged = pool.assign(people=np.log(pool["people"]), rate=np.log(pool["rate"]))
    apart = (logged.iloc[1:] - logged.iloc[0]) / logged.std()
    wanted = np.sqrt((apart**2).sum(axis=1)).nsmallest(4)
    assert [codes[0] for codes in found["codes"]] == wanted.index.tolist()
    assert found["distance"].tolist() == pytest.approx(wanted.tolist())
    assert distance(pool.iloc[0].to_numpy(), pool.iloc[0].to_numpy(), scale) == 0


@pytest.mark.parametrize("seed", range(5))
def test_one_case_beside_a_few_is_the_t_test_of_scipy(seed):
    random = np.random.default_rng(seed)
    others, value = random.normal(5, 2, 3 + seed), float(random.normal(8, 2))
    found = beside(value, [*others, np.nan])
    n, mean, spread = len(others), others.mean(), others.std(ddof=1)
    said = ttest_ind_from_stats(value, 0, 1, mean, spread, n)
    assert found["p"] == pytest.approx(said.pvalue)
    assert found["comparators"] == n
    middle = (found["lower"] + found["upper"]) / 2
    assert middle == pytest.approx(value - mean)


def test_under_three_comparators_there_is_a_mean_and_no_interval():
    found = beside(4.0, [1.0, 3.0])
    assert (found["mean"], found["difference"]) == (2.0, 2.0)
    assert np.isnan(found["lower"])
    assert np.isnan(beside(np.nan, [1.0, 2.0, 3.0])["p"])


def test_too_few_small_areas_are_refused():
    small, _ = board(2, 1, [0.1, 0.1])
    with pytest.raises(MethodError, match="fewer than two"):
        scales(small.head(1).assign(rate=0.1))


def test_matched_on_the_very_period_comparators_fall_and_on_one_before_they_do_not():
    """The truth does not change: whatever comparators do is the matching's doing.

    The target is high for good, the others are alike; matched on the months that
    changes are counted from, those high by luck are picked, and fall back.
    """
    falls = {"same": [], "before": []}
    for seed in range(6):
        random = np.random.default_rng(100 + seed)
        small, links = board(14, 12, np.full(168, 0.10), seed)
        targets = pd.DataFrame(
            {"people": [600.0], "rank": np.nan, "rate": 0.16}, index=["I"]
        )
        small = small.assign(rank=np.nan)
        groups = matched_groups(small, links, targets, k=6)
        codes = [code for group in groups["codes"] for code in group]
        second, third = (
            pd.Series(random.poisson(10, 168), small.index)[codes].sum() for _ in "ab"
        )
        falls["same"].append(second / small.loc[codes, "events"].sum() - 1)
        falls["before"].append(third / second - 1)
    assert np.mean(falls["same"]) < -0.1
    assert abs(np.mean(falls["before"])) < 0.05
