from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.evidence_shrinkage import SETTINGS, study
from geosafety.errors import MethodError
from geosafety.measures.smoothing import (
    _areas,
    between_variance,
    shrink,
    shrink_rates,
    shrink_shares,
)

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def theirs():
    return pd.read_csv(GOLDEN / "metafor_shrunk.csv")


def test_the_restricted_likelihood_has_its_maximum_where_r_has_it(theirs):
    areas = _areas(theirs["direct"], theirs["variance"], theirs["parent"])
    found = between_variance(areas, adjusted=False)
    assert found == pytest.approx(theirs["between"].iloc[0], rel=1e-4)


def test_given_the_variance_between_areas_predictions_are_rs(theirs, monkeypatch):
    """R's metafor: best linear unbiased predictions, and g1 + g2 in their error."""
    between = theirs["between"].iloc[0]
    name = "geosafety.measures.smoothing.between_variance"
    monkeypatch.setattr(name, lambda _: between)
    table = shrink(theirs["direct"], theirs["variance"], theirs["parent"])
    np.testing.assert_allclose(table["smoothed"], theirs["smoothed"], rtol=1e-6)
    weight = 1 / (between + theirs["variance"])
    g3 = theirs["variance"] ** 2 * weight**3 * 2 / (weight**2).sum()
    np.testing.assert_allclose(table["mse"] - 2 * g3, theirs["se"] ** 2, rtol=1e-6)


def test_the_adjusted_variance_is_the_maximum_of_its_likelihood(theirs):
    """Brute force with full matrices, which the module never forms."""
    y, x = theirs["direct"].to_numpy(), pd.get_dummies(theirs["parent"]).to_numpy(float)

    def likelihood(a):
        inverse = np.diag(1 / (a + theirs["variance"]))
        middle = x.T @ inverse @ x
        left = y - x @ np.linalg.solve(middle, x.T @ inverse @ y)
        sizes = np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(middle)[1]
        return np.log(a) + (sizes - left @ inverse @ left) / 2

    areas = _areas(theirs["direct"], theirs["variance"], theirs["parent"])
    found = between_variance(areas)
    grid = found * np.geomspace(0.2, 5, 1001)
    best = grid[np.argmax([likelihood(a) for a in grid])]
    assert found == pytest.approx(best, rel=3e-3)


def wards(n=8, parent="N"):
    rng = np.random.default_rng(2)
    base = pd.Series(rng.integers(20, 200, n).astype(float), index=range(n))
    value = pd.Series(rng.normal(30, 6, n), index=base.index)
    return value, base, pd.Series(parent, index=base.index)


def test_an_area_without_answers_shows_its_parents_mean_and_says_so():
    value, base, parent = wards()
    value.loc[3], base.loc[3] = np.nan, 0
    table = shrink_shares(value, base, parent)
    row = table.loc[3]
    assert row["estimated"]
    assert row["own_share"] == 0
    assert row["smoothed"] == row["parent_mean"]
    assert np.isnan(row["direct"])
    assert row["rmse"] > table["rmse"].drop(3).max()
    assert not table["estimated"].drop(3).any()


def test_the_fewer_the_answers_the_less_of_a_value_is_its_own():
    value, base, parent = wards(30)
    table = shrink_shares(value, base, parent).loc[base.sort_values().index]
    assert table["own_share"].is_monotonic_increasing
    assert table["rmse"].is_monotonic_decreasing


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 500)), min_size=6))
def test_a_smoothed_value_lies_between_its_own_and_its_parents(rows):
    value, base = (pd.Series(x, dtype=float) for x in zip(*rows, strict=True))
    table = shrink_shares(value, base, pd.Series("N", index=value.index))
    ends = table[["direct", "parent_mean"]]
    assert (table["smoothed"] >= ends.min(axis=1) - 1e-6).all()
    assert (table["smoothed"] <= ends.max(axis=1) + 1e-6).all()
    assert table["own_share"].between(0, 1).all()
    assert (table["lower"] <= table["smoothed"] + 1e-6).all()
    assert table[["lower", "upper"]].stack().between(0, 100).all()


def test_each_area_is_drawn_towards_its_own_parent():
    north, south = wards(10, "N"), wards(10, "S")
    value, base, parent = (
        pd.concat(pair, ignore_index=True) for pair in zip(north, south, strict=True)
    )
    value.iloc[10:] += 30
    means = shrink_shares(value, base, parent)["parent_mean"]
    assert means.nunique() == 2
    assert means.iloc[0] == pytest.approx(30, abs=4)
    assert means.iloc[-1] == pytest.approx(60, abs=4)


def test_an_only_child_keeps_its_own_value():
    value, base, parent = wards(9)
    parent.loc[8] = "S"
    table = shrink_shares(value, base, parent)
    assert table.loc[8, "smoothed"] == pytest.approx(value.loc[8])
    assert table.loc[8, "own_share"] == 1
    # Its error is that of its own answers, and no less.
    p = (value.loc[8] / 100 * base.loc[8] + 1) / (base.loc[8] + 2)
    assert table.loc[8, "mse"] >= 1e4 * p * (1 - p) / base.loc[8]


def test_a_parent_without_any_answers_has_no_value_to_give():
    value, base, parent = wards(9)
    parent.loc[8], value.loc[8] = "S", np.nan
    row = shrink_shares(value, base, parent).loc[8]
    assert row.drop("estimated").isna().all()
    assert not row["estimated"]


def test_nobody_of_five_is_not_taken_as_certain():
    value, base, parent = wards()
    value.loc[0], base.loc[0] = 0, 5
    row = shrink_shares(value, base, parent).loc[0]
    assert row["smoothed"] > 10
    assert row["own_share"] < 0.5


def test_rates_are_shrunk_in_their_own_unit():
    rng = np.random.default_rng(6)
    base = pd.Series(rng.integers(200, 9000, 40).astype(float))
    true = rng.gamma(40, 0.05 / 40, 40)
    count = pd.Series(rng.poisson(base * true).astype(float))
    parent = pd.Series(["N", "S"] * 20)
    one, thousand = (shrink_rates(count, base, parent, per=k) for k in (1, 1000))
    np.testing.assert_allclose(1000 * one["smoothed"], thousand["smoothed"], rtol=1e-4)
    np.testing.assert_allclose(thousand["direct"], 1000 * count / base)
    direct = ((thousand["direct"] / 1000 - true) ** 2).mean()
    assert ((thousand["smoothed"] / 1000 - true) ** 2).mean() < direct
    assert (thousand["lower"] >= 0).all()


def test_areas_without_residents_have_an_estimated_rate():
    base = pd.Series([1000.0] * 7 + [0.0])
    count = pd.Series([50.0, 61, 40, 55, 47, 52, 70, 0])
    table = shrink_rates(count, base, pd.Series(["N"] * 8), per=1000)
    assert table["estimated"].tolist() == [False] * 7 + [True]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v, n, p: (v.head(4), n.head(4), p.head(4)), "4 areas with a value"),
        (lambda v, n, p: (v.replace(v.loc[0], 130), n, p), "130 cannot be shrunk"),
        (lambda v, n, p: (v, n, p.where(p.index != 2)), "area 2 has no parent"),
        (lambda v, n, p: (v, n.iloc[::-1], p), "same areas in one order"),
    ],
)
def test_what_cannot_be_shrunk_is_refused(change, message):
    with pytest.raises(MethodError, match=message):
        shrink_shares(*change(*wards()))


def test_a_sampling_variance_of_nothing_is_refused():
    value, base, parent = wards()
    with pytest.raises(MethodError, match="area 0 has a sampling variance"):
        shrink(value, 0 * base, parent)


@pytest.mark.parametrize("setting", SETTINGS)
def test_on_planted_truth_the_smoothed_value_beats_the_direct_one(setting):
    """8 NPUs of 24 wards; the whole study is `scripts/evidence shrinkage`."""
    found = study(setting, surveys=12, seed=1)
    assert found["smoothed"] < 0.75 * found["direct"]
    assert found["smoothed"] < 1.1 * found["parent"]
    assert found["coverage"] > 0.93
