import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from benchmarks.evidence_coverage import Truth, coverage, verdict
from geosafety.measures.shares import shares, weighted_shares


def tally(answers, weights):
    """Sums of one area, as weighted_shares wants them."""
    said, w = np.asarray(answers, dtype=float), np.asarray(weights, dtype=float)
    return weighted_shares(
        pd.Series([said.sum()]),
        pd.Series([float(len(said))]),
        weight_yes=pd.Series([(said * w).sum()]),
        weight_base=pd.Series([w.sum()]),
        weight_squares=pd.Series([(w**2).sum()]),
    )


people = st.lists(st.tuples(st.booleans(), st.floats(0.05, 8)), min_size=1, max_size=60)


# Weighted shares ----------------------------------------------------------------------


@settings(deadline=None)
@given(people)
def test_a_weighted_interval_holds_the_share_and_stays_between_0_and_100(rows):
    row = tally(*zip(*rows, strict=True)).iloc[0]
    assert 0 <= row["weighted_lower"] <= row["weighted"] + 1e-9
    assert row["weighted"] - 1e-9 <= row["weighted_upper"] <= 100


@settings(deadline=None)
@given(people)
def test_equal_weights_change_nothing(rows):
    said = [answer for answer, _ in rows]
    row = tally(said, [rows[0][1]] * len(said)).iloc[0]
    for name in ("", "_lower", "_upper"):
        plain = "value" if not name else name[1:]
        assert row[f"weighted{name}"] == pytest.approx(row[plain], abs=1e-9)
    assert row["design_effect"] == pytest.approx(1)
    assert row["effective_n"] == pytest.approx(len(said))


def test_the_plain_columns_are_those_of_shares():
    table = tally([1, 1, 0, 0, 0], [1, 2, 3, 4, 5])
    plain = shares(pd.Series([2.0]), pd.Series([5.0]))
    pd.testing.assert_frame_equal(table[plain.columns], plain)
    assert table["weighted"].iloc[0] == pytest.approx(100 * 3 / 15)


def test_the_weighted_interval_is_wilsons_on_the_effective_number():
    row = tally([1, 1, 0, 0, 0, 0], [1, 2, 3, 4, 5, 1]).iloc[0]
    n = 16**2 / 56
    low, high = proportion_confint(3 / 16 * n, n, method="wilson")
    assert row["effective_n"] == pytest.approx(n)
    assert [row["weighted_lower"], row["weighted_upper"]] == pytest.approx(
        [100 * low, 100 * high]
    )


def test_everybody_or_nobody_saying_yes_gives_exact_ends():
    yes, base = 0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1
    assert yes > base  # by rounding alone
    table = weighted_shares(
        pd.Series([3.0, 0]),
        pd.Series([3.0, 3]),
        weight_yes=pd.Series([yes, 0]),
        weight_base=pd.Series([base, base]),
        weight_squares=pd.Series([0.14, 0.14]),
    )
    assert table["weighted"].tolist() == [100.0, 0.0]
    assert table["weighted_upper"].iloc[0] == 100.0
    assert table["weighted_lower"].iloc[1] == 0.0


def test_no_answers_give_no_weighted_share():
    row = tally([], []).iloc[0]
    assert row.drop(["numerator", "base"]).isna().all()
    assert row["base"] == 0


# Coverage, reduced from `scripts/evidence coverage` -----------------------------------


@pytest.fixture(scope="module")
def covered():
    return coverage(Truth.draw(seed=1), size=500, surveys=300, seed=2)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.35, 0.5])
def test_weighted_intervals_hold_the_truth_in_93_to_97_per_cent(covered, share):
    row = covered.loc[share]
    assert verdict(row["weighted"], 300) == "as it should be"


def test_unweighted_intervals_miss_where_groups_differ_and_take_part_unequally():
    truth = Truth.draw(seed=1, spread=1.2)
    row = coverage(truth, size=2000, surveys=40, seed=3).loc[0.35]
    assert row["unweighted"] < 0.5 < 0.85 < row["weighted"]
