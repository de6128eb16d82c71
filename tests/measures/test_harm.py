"""Harm: weighted counts, what lacks a weight, and intervals against plain R.

The golden limits are made by `scripts/golden/dobson.R` (R 4.2.2).
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geosafety.measures.counted import Counts
from geosafety.measures.harm import Weights, harm, weighted_interval
from geosafety.measures.status import with_status
from geosafety.settings import NUMBERS, datasets, indicators

GOLDEN = Path(__file__).parent / "golden"
GROUPS = ["all", "category=Burglary", "category=Shoplifting"]
BOTH = {"Burglary": 10.0, "Shoplifting": 2.0}


def weights(by_category=BOTH):
    series = pd.Series(by_category, dtype=float)
    return Weights(by_category=series, name="ours", source="made up")


def crimes(burglaries=(3, 0), shoplifting=(5, 0), *, complete=True):
    n = [x for b, s in zip(burglaries, shoplifting, strict=True) for x in (b + s, b, s)]
    codes = np.repeat(["A", "B"], 3)
    table = pd.DataFrame({"area_code": codes, "period": "2024-01", "group": GROUPS * 2})
    table = table.assign(n=np.array(n, dtype=float), complete=complete)
    return Counts(table, {"population": pd.Series([500.0] * 3 + [0.0] * 3)})


def made(name="crime_harm", here=None, by=BOTH):
    here = crimes() if here is None else here
    table = with_status(
        harm(indicators()[name], here, weights(by)), datasets()["crime"]
    )
    return table.set_index(["area_code", "group"])


def test_harm_by_hand():
    table = made()
    assert table["value"]["A"].tolist() == [40, 30, 10]
    assert table["basis"]["A"].tolist() == [8, 3, 5]
    assert table["value"]["B"].tolist() == [0, 0, 0]
    assert set(table["status"]) == {"ok"}


def test_a_rate_is_per_1_000_and_needs_residents():
    table = made("crime_harm_rate")
    assert table["value"]["A", "all"] == pytest.approx(1000 * 40 / 500)
    assert table["numerator"]["A", "all"] == 40
    assert table["base"]["A", "all"] == 500
    assert table.loc["B", "status"].tolist() == ["not available"] * 3
    bare = Counts(crimes().table)
    assert harm(indicators()["crime_harm_rate"], bare, weights()).empty


def test_the_order_of_rows_does_not_matter():
    here = crimes()
    shuffled = Counts(here.table.sample(frac=1, random_state=3))
    a, b = made(here=here), made(here=shuffled)
    pd.testing.assert_frame_equal(a, b.loc[a.index])


def test_a_category_without_a_weight_is_never_0():
    table = made(by={"Burglary": 10.0})
    shoplifting = table.loc[("A", "category=Shoplifting")]
    assert shoplifting["status"] == "not available"
    assert shoplifting[list(NUMBERS)].drop("base").isna().all()
    whole = table.loc[("A", "all")]
    assert whole["status"] == "incomplete"
    assert np.isnan(whole["value"])
    assert whole["numerator"] == 30  # what is known of it
    assert table["value"]["A", "category=Burglary"] == 30


def test_a_weight_of_0_is_a_weight():
    table = made(by={"Burglary": 10.0, "Shoplifting": 0.0})
    assert table["value"]["A", "all"] == 30
    assert (
        table.loc[("A", "category=Shoplifting"), ["value", "upper"]].tolist() == [0] * 2
    )
    assert set(table["status"]) == {"ok"}


def test_a_month_that_is_not_covered_has_no_harm():
    table = made(here=crimes(complete=False))
    assert set(table["status"]) == {"incomplete"}
    assert table["value"].isna().all()


def test_one_category_alone_has_the_limits_of_its_count():
    row = made().loc[("A", "category=Burglary")]
    # Exact limits of a count of 3 (Garwood, 1936): 0.619 to 8.767.
    assert row["lower"] == pytest.approx(6.19, abs=0.005)
    assert row["upper"] == pytest.approx(87.67, abs=0.005)


def test_no_crime_has_an_upper_limit_by_the_gravest_category():
    row = made().loc[("B", "all")]
    assert row["lower"] == 0
    assert row["upper"] == pytest.approx(36.89, abs=0.005)  # 10 times 3.689


def test_limits_agree_with_exact_ones_of_r():
    table = pd.read_csv(GOLDEN / "dobson.csv")
    for _, case in table.groupby("case"):
        n, w = case["count"], case["weight"]
        lower, upper = weighted_interval(n.sum(), n @ w, n @ w**2, w.max())
        y = n @ w
        # Byar's approximation stands for the exact limits from a count of 10 on.
        assert lower - y == pytest.approx(case["lower"].iloc[0] - y, rel=0.005)
        assert upper - y == pytest.approx(case["upper"].iloc[0] - y, rel=0.005)


@pytest.mark.parametrize(
    ("rates", "least"),
    [
        ((0.5, 40.0, 8.0), 0.93),
        # Few events of unequal weights: less often than 95 in 100, as documented.
        ((2.0, 2.0, 2.0), 0.89),
        ((0.05, 0.5, 1.0), 0.87),
    ],
)
def test_how_often_the_limits_hold_the_truth(rates, least):
    rng = np.random.default_rng(9)
    w = np.array([30.0, 2.0, 10.0])
    n = rng.poisson(rates, (4000, 3)).astype(float)
    lower, upper = weighted_interval(n.sum(axis=1), n @ w, n @ w**2, w.max())
    truth = w @ np.array(rates)
    assert least < ((lower <= truth) & (truth <= upper)).mean() <= 0.97
