"""Classes of emerging hot spots, one example each, and exact tests of change."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, kendalltau

from geosafety.errors import MethodError
from geosafety.spatial.trends import CLASSES, change_test, emerging, mann_kendall

MONTHS = [str(m) for m in pd.period_range("2023-09", periods=20, freq="M")]
FLAT = [0.0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]


def area(hot, z=FLAT, cold=()):
    """Return the label of each month from the numbers of the hot and the cold ones."""
    labels = ["not significant"] * 20
    for month in hot:
        labels[month] = "hot"
    for month in cold:
        labels[month] = "cold"
    return list(z), labels


RISING, FALLING = list(np.arange(20.0)), list(-np.arange(20.0))
CASES = {
    "new": area([19]),
    "consecutive": area([17, 18, 19]),
    "intensifying": area(range(2, 20), RISING),
    "persistent": area(range(2, 20)),
    "diminishing": area(range(2, 20), FALLING),
    "sporadic": area([3, 8, 19]),
    "oscillating": area([3, 19], cold=[10]),
    "historical": area(range(18)),
    "none": area([3, 4, 5]),
}


def tables(cases):
    z = pd.DataFrame([c[0] for c in cases.values()], list(cases), MONTHS)
    labels = pd.DataFrame([c[1] for c in cases.values()], list(cases), MONTHS)
    return z, labels


def test_each_class_has_its_example():
    found = emerging(*tables(CASES))
    assert found["class"].to_dict() == {name: name for name in CASES}
    assert set(CASES) == set(CLASSES)
    assert found["hot_months"].tolist() == [1, 3, 18, 18, 18, 3, 2, 18, 3]
    assert (found["last_month"] == "2025-04").all()


def test_the_edges_of_the_definitions():
    cases = {
        # Hot in 17 of 20 months is under 90 %, with or without a trend.
        "seventeen": area(range(3, 20), RISING),
        "always": area(range(20)),
        "all but the last, rising": area(range(19), RISING),
        "two at the end and one before": area([5, 18, 19]),
        "hot once, long ago": area([2]),
        "new after cold": area([19], cold=[3]),
        "never": area([]),
    }
    found = emerging(*tables(cases))["class"].tolist()
    assert found == [
        "consecutive",
        "persistent",
        "historical",
        "sporadic",
        "none",
        "new",
        "none",
    ]


def test_months_that_are_not_covered_are_left_out_and_are_not_zero():
    cases = {
        "gap before": area(range(3, 20)),
        "gap at the end": area(range(18)),
        "gap in the run": area([17, 19]),
        "only hot month": area([19]),
    }
    z, labels = tables(cases)
    z.loc["gap before", MONTHS[:2]] = np.nan
    z.loc["gap at the end", MONTHS[18:]] = np.nan
    labels.loc["gap in the run", MONTHS[18]] = "not tested"
    labels.loc["only hot month", MONTHS[19]] = None
    found = emerging(z, labels)
    # 17 of 18 months, where 17 of 20 would not do; last hot, not "historical"; a run;
    # never hot.
    assert found["class"].tolist() == [
        "persistent",
        "persistent",
        "consecutive",
        "none",
    ]
    assert found["months"].tolist() == [18, 18, 19, 19]
    assert found["last_month"].tolist() == [MONTHS[i] for i in (19, 17, 19, 18)]


def test_under_ten_months_an_area_is_not_tested():
    z, labels = tables(CASES)
    z.loc["new", MONTHS[:11]] = np.nan
    row = emerging(z, labels).loc["new"]
    assert (row["class"], row["months"]) == ("not tested", 9)
    assert row["reason"] == "fewer than 10 months are covered"


def test_every_class_is_said_with_its_months():
    words = emerging(*tables(CASES))["words"].to_dict()
    assert words == {
        "new": "Hot in the last of 20 covered months, and never before.",
        "consecutive": (
            "Hot in the last three of 20 covered months, and never before those."
        ),
        "intensifying": (
            "Hot in 18 of 20 covered months, the last 18 included, and growing "
            "stronger."
        ),
        "persistent": (
            "Hot in 18 of 20 covered months, the last 18 included, without a trend."
        ),
        "diminishing": (
            "Hot in 18 of 20 covered months, the last 18 included, and growing weaker."
        ),
        "sporadic": "Hot in 3 of 20 covered months, on and off, the last included.",
        "oscillating": (
            "Hot in 2 of 20 covered months, the last included, and cold in some month "
            "before."
        ),
        "historical": "Hot in 18 of 20 covered months, but not in the last.",
        "none": "Hot in 3 of 20 covered months, but not in the last.",
    }
    never = emerging(*tables({"never": area([]), "short": area([19])}))["words"]
    assert never["never"] == "Hot in none of 20 covered months."
    z, labels = tables({"short": area([19])})
    z.iloc[0, :11] = np.nan
    said = emerging(z, labels)["words"].iloc[0]
    assert said == "Not tested: only nine months are covered, fewer than ten."


def test_cold_spots_are_hot_spots_with_the_sides_exchanged():
    z, labels = tables(CASES)
    other = {"hot": "cold", "cold": "hot"}
    cold = emerging(-z, labels.replace(other), side="cold")
    hot = emerging(z, labels)
    assert cold["class"].to_dict() == {name: name for name in CASES}
    assert (cold["side"] == "cold").all()
    assert cold["cold_months"].tolist() == hot["hot_months"].tolist()
    assert "hot_months" not in cold
    # The trend is that of the statistic, whichever side is looked at.
    assert cold["trend_z"].tolist() == pytest.approx((-hot["trend_z"]).tolist())
    assert cold.loc["oscillating", "words"] == (
        "Cold in 2 of 20 covered months, the last included, and hot in some month "
        "before."
    )
    # What is hot is no emerging cold spot.
    assert set(emerging(z, labels, side="cold")["class"]) == {"none"}


def test_true_and_false_do_for_labels():
    z, labels = tables(CASES)
    found = emerging(z, labels == "hot")["class"]
    assert found["intensifying"] == "intensifying"
    assert found["oscillating"] == "sporadic"  # nothing tells of the cold month


def test_months_out_of_order_and_other_areas_are_refused():
    z, labels = tables(CASES)
    with pytest.raises(MethodError, match="not in order"):
        emerging(z[MONTHS[::-1]], labels[MONTHS[::-1]])
    with pytest.raises(MethodError, match="not of the same areas"):
        emerging(z, labels.iloc[1:])


def test_the_trend_is_kendall_s_with_ties_and_gaps():
    rng = np.random.default_rng(5)
    x = pd.DataFrame(rng.integers(0, 6, (30, 16)) * 1.0)
    x.iloc[0, 3] = np.nan
    found = mann_kendall(x)
    for i in range(30):
        row = x.iloc[i].dropna()
        pairs = np.sign(np.subtract.outer(row.to_numpy(), row.to_numpy()))
        assert found["s"].iloc[i] == np.tril(pairs).sum()
        # scipy's asymptotic p has no correction for continuity: take it out of ours.
        n, s = len(row), found["s"].iloc[i]
        _, t = np.unique(row, return_counts=True)
        ties = np.sum(t * (t - 1.0) * (2 * t + 5))
        sd = np.sqrt((n * (n - 1.0) * (2 * n + 5) - ties) / 18)
        assert found["trend_z"].iloc[i] == pytest.approx((s - np.sign(s)) / sd)
        tau = kendalltau(np.arange(n), row, method="asymptotic")
        assert np.sign(tau.statistic) == np.sign(s)


def test_noise_has_a_trend_as_often_as_alpha_says_and_a_flat_line_none():
    noise = pd.DataFrame(np.random.default_rng(6).normal(size=(4000, 16)))
    share = (mann_kendall(noise)["trend_p"] <= 0.05).mean()
    assert 0.03 < share < 0.06
    assert mann_kendall(pd.DataFrame([[2.0] * 12]))["trend_p"].isna().all()


# --- change --------------------------------------------------------------------------


def series(*values):
    return pd.Series(values, index=[f"A{i}" for i in range(len(values))], dtype=float)


def test_the_ratio_is_tested_exactly():
    before, after = series(10, 40, 7, 3, 0), series(25, 38, 0, 9, 4)
    found = change_test(before, after)
    for b, a, (_, row) in zip(before, after, found.iterrows(), strict=True):
        test = binomtest(int(a), int(a + b), 0.5)
        low, high = test.proportion_ci(method="exact")
        assert row["lower"] == pytest.approx(low / (1 - low))
        upper = np.inf if high == 1 else high / (1 - high)
        assert row["upper"] == pytest.approx(upper)
        # With even odds both tails are alike, and doubling one is the two-sided test.
        assert row["p_value"] == pytest.approx(test.pvalue)
    assert found["ratio"].tolist() == [2.5, 0.95, 0.0, 3.0, np.inf]


def test_longer_periods_are_allowed_for():
    found = change_test(series(40), series(80), exposure=2)
    assert found["ratio"].tolist() == [1.0]
    assert found["p_value"].iloc[0] == pytest.approx(1, abs=0.1)
    assert found["lower"].iloc[0] < 1 < found["upper"].iloc[0]


def test_many_areas_are_tested_with_a_false_discovery_rate():
    rng = np.random.default_rng(7)
    before = pd.Series(rng.poisson(20, 1700) * 1.0)
    after = pd.Series(rng.poisson(20, 1700) * 1.0)
    assert (change_test(before, after)["label"] == "not significant").all()
    after.iloc[5] = 80
    after.iloc[6] = 0
    label = change_test(before, after)["label"]
    assert label.iloc[[5, 6]].tolist() == ["rise", "fall"]


def test_what_cannot_be_tested_says_why_and_the_rest_is_said_in_words():
    found = change_test(
        series(0, np.nan, 20, 10, 100, 0), series(0, 9, 50, 12, 40, 12), alpha=0.05
    )
    assert found["label"].tolist() == [
        "not tested",
        "not tested",
        "rise",
        "not significant",
        "fall",
        "rise",
    ]
    assert found["words"].tolist() == [
        "Not tested: no events in either period.",
        "Not tested: a period is not covered.",
        "A rise of 150 %, from 20 to 50: more than chance would give.",
        "From 10 to 12: chance alone could explain the difference.",
        "A fall of 60 %, from 100 to 40: more than chance would give.",
        "A rise from 0 to 12: more than chance would give.",
    ]
    assert found["p_value"].isna().tolist() == [True, True, *[False] * 4]


def test_what_is_not_a_count_is_refused():
    with pytest.raises(MethodError, match=r"'A1' is 2\.5"):
        change_test(series(1, 2.5), series(1, 2))
    with pytest.raises(MethodError, match="'A0' is -1"):
        change_test(series(1, 2), series(-1, 2))
    with pytest.raises(MethodError, match="has no meaning"):
        change_test(series(1), series(2), exposure=0)


def test_areas_are_matched_by_code():
    found = change_test(series(1, 50), series(2, 9).iloc[::-1])
    assert found["after"].tolist() == [2, 9]
