"""Shares inside, overlap and growth; the last against R's survey package."""

import numpy as np
import pandas as pd
import pytest

from geosafety.engagement.impact_areas import (
    growth_gap,
    most_dense,
    overlap,
    shares_inside,
)
from geosafety.measures.intervals import Z_95


def test_growth_and_its_interval_are_those_of_r():
    """scripts/golden/growth_ratio.R prints the ratio and its standard error."""
    ratio, error = 1.1120567376, 0.0554455043
    parts = pd.DataFrame(
        {
            "before": [120, 80, 310, 45, 150, 60],
            "after": [150, 85, 330, 70, 149, np.nan],
        }
    )
    still = pd.DataFrame({"before": [10.0, 20], "after": [10.0, 20]})
    found = growth_gap(parts, still).iloc[0]
    assert found["inside"] == pytest.approx(100 * (ratio - 1))
    assert found["upper"] - found["gap"] == pytest.approx(100 * Z_95 * error)
    assert found["inside_parts"] == 5  # one lacks its later number


def test_growth_without_members_before_is_not_available():
    none = pd.DataFrame({"before": [0.0, 0], "after": [5.0, 2]})
    some = pd.DataFrame({"before": [10.0, 20], "after": [10.0, 30]})
    found = growth_gap(none, some).iloc[0]
    assert np.isnan(found["gap"])
    alone = growth_gap(some.head(1), some).iloc[0]
    assert alone["gap"] == pytest.approx(-100 / 3)
    assert np.isnan(alone["lower"])


def test_the_same_people_overlap_wholly_and_others_not_at_all():
    people = pd.Series([10.0, 20, 30])
    one = pd.Series([True, True, False])
    assert overlap(one, one, people) == 1
    assert overlap(one, ~one, people) == 0
    assert overlap(one, pd.Series([True, False, False]), people) == 1 / 3
    assert np.isnan(overlap(one & ~one, one & ~one, people))


def test_a_layer_of_everything_holds_everything_once():
    amounts = pd.DataFrame({"population": [10.0, 30], "crimes": [4.0, np.nan]})
    every = pd.Series([True, True])
    found = shares_inside(amounts, {"all": every, "none": ~every})
    assert found["share"].tolist() == [100, 100, 0, 0]
    assert found["times"].isna().tolist() == [False, False, True, True]


def test_ties_of_density_go_to_the_lower_code():
    assert most_dense(pd.Series([1.0, 1, np.nan], index=["B", "A", "C"]), 5) == [
        "A",
        "B",
    ]
