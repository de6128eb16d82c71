from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from geosafety.errors import InputError, MethodError
from geosafety.measures.weighting import design_effect, kish, post_stratify, rake

GOLDEN = Path(__file__).parent / "golden"
DIMENSIONS = ["age", "sex", "ethnicity", "area"]
CAP_OF_R = 3.0  # as in scripts/golden/survey_weights.R


@pytest.fixture(scope="module")
def people():
    return pd.read_csv(GOLDEN / "survey_weights.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def margins():
    table = pd.read_csv(GOLDEN / "survey_margins.csv")
    return {
        str(name): part.set_index("category")["population"]
        for name, part in table.groupby("dimension")
    }


def weighted_shares_of(column, weights):
    return weights.groupby(column.to_numpy()).sum() / weights.sum()


def two_by_two(n, *, age=(50, 50), sex=(50, 50)):
    """People by old or young and f or m, in the order of a fourfold table."""
    cells = [("old", "f"), ("old", "m"), ("young", "f"), ("young", "m")]
    rows = [cell for cell, k in zip(cells, n, strict=True) for _ in range(k)]
    groups = pd.DataFrame(rows, columns=["age", "sex"])
    return groups, {
        "age": pd.Series(age, ["old", "young"]),
        "sex": pd.Series(sex, ["f", "m"]),
    }


# Against R's survey package -----------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "design", "cap"),
    [
        ("raked", False, None),
        ("raked_design", True, None),
        ("raked_capped", False, CAP_OF_R),
        ("raked_design_capped", True, CAP_OF_R),
    ],
)
def test_raked_weights_are_those_of_r(people, margins, column, design, cap):
    start = people["design"] if design else None
    made = rake(people[DIMENSIONS], margins, design=start, cap=cap)
    assert made.report.converged
    np.testing.assert_allclose(made.weights, people[column], atol=1e-6, rtol=0)


def test_who_did_not_say_is_a_group_that_keeps_its_share_as_in_r(people, margins):
    groups = people[["age", "area"]].assign(
        sex=people["sex_or_none"].replace("", None),
        ethnicity=people["ethnicity_or_none"].replace("", None),
    )
    made = rake(groups, margins, design=people["design"], cap=None)
    np.testing.assert_allclose(made.weights, people["raked_not_stated"], atol=1e-6)
    silent = groups["ethnicity"].isna()
    kept = made.weights[silent].sum() / made.weights.sum()
    held = people["design"][silent].sum() / people["design"].sum()
    assert kept == pytest.approx(held, abs=1e-9)


def test_post_stratified_weights_are_those_of_r(people):
    cells = pd.read_csv(GOLDEN / "survey_cells.csv")
    totals = cells.set_index(["sex", "area"])["population"]
    made = post_stratify(people, totals, design=people["design"])
    np.testing.assert_allclose(made.weights, people["post_stratified"], atol=1e-9)


# Against an optimiser -----------------------------------------------------------------


@pytest.mark.parametrize("cap", [None, 2.6])
def test_weights_are_the_optimum_that_a_general_optimiser_finds(people, margins, cap):
    """Maximise the dual of bounded minimum discrimination information by BFGS."""
    used, limit = ["age", "sex"], np.inf if cap is None else cap
    made = rake(people[used], {k: margins[k] for k in used}, cap=cap)
    x = np.hstack(
        [
            (people[k].to_numpy()[:, None] == margins[k].index.to_numpy()).astype(float)
            for k in used
        ]
    )
    target = np.concatenate([margins[k] / margins[k].sum() for k in used])
    n = len(people)

    def dual(b):
        u = x @ b
        over = u > np.log(limit)
        g = np.where(over, limit, np.exp(np.where(over, 0, u)))
        area = np.where(over, limit * (1 + u - np.log(limit)), g) if cap else g
        return area.sum() / n - target @ b, x.T @ g / n - target

    found = minimize(dual, np.zeros(x.shape[1]), jac=True, tol=1e-14, method="BFGS")
    g = np.minimum(np.exp(x @ found.x), limit)
    np.testing.assert_allclose(made.weights, g, atol=1e-5)


tables = st.tuples(
    st.lists(st.integers(1, 40), min_size=4, max_size=4),
    st.integers(10, 90),
    st.integers(10, 90),
)


@settings(max_examples=50, deadline=None)
@given(tables)
def test_the_odds_ratio_of_a_fourfold_table_survives_raking(table):
    """Raking scales rows and columns only; Deming and Stephan knew it in 1940."""
    n, old, women = table
    groups, margins = two_by_two(n, age=(old, 100 - old), sex=(women, 100 - women))
    made = rake(groups, margins, cap=None)
    a, b, c, d = (made.weights.groupby([groups["age"], groups["sex"]]).sum()).tolist()
    assert a * d / (b * c) == pytest.approx(n[0] * n[3] / (n[1] * n[2]), rel=1e-6)
    assert (a + b) / (a + b + c + d) == pytest.approx(old / 100, abs=1e-9)
    assert (a + c) / (a + b + c + d) == pytest.approx(women / 100, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(tables, st.sampled_from([1.2, 1.5, 2.0, 5.0]))
def test_no_weight_passes_the_cap_and_the_mean_is_one(table, cap):
    n, old, women = table
    groups, margins = two_by_two(n, age=(old, 100 - old), sex=(women, 100 - women))
    made = rake(groups, margins, cap=cap, iterations=200)
    assert made.weights.mean() == pytest.approx(1)
    assert made.weights.min() > 0
    if made.report.converged:
        assert made.weights.max() <= cap * (1 + 1e-9)


# What raking says of itself -----------------------------------------------------------


def test_every_margin_is_met_to_one_in_a_million(people, margins):
    made = rake(people[DIMENSIONS], margins, cap=CAP_OF_R)
    assert made.report.gap <= 1e-10
    for name in DIMENSIONS:
        after = weighted_shares_of(people[name], made.weights)
        wanted = margins[name] / margins[name].sum()
        np.testing.assert_allclose(after[wanted.index], wanted, atol=1e-6)
    assert made.report.capped == (made.weights > CAP_OF_R - 1e-6).sum() > 0


def test_neither_the_order_of_rows_nor_of_dimensions_matters(people, margins):
    made = rake(people[DIMENSIONS], margins, design=people["design"])
    mixed = people.sample(frac=1, random_state=1)
    again = rake(mixed[DIMENSIONS[::-1]], margins, design=mixed["design"])
    pd.testing.assert_series_equal(
        again.weights.sort_index(), made.weights, rtol=0, atol=1e-8
    )


def test_only_the_ratio_of_design_weights_matters(people, margins):
    one = rake(people[DIMENSIONS], margins, design=people["design"])
    other = rake(people[DIMENSIONS], margins, design=7 * people["design"])
    pd.testing.assert_series_equal(one.weights, other.weights)


def test_a_sample_like_the_population_keeps_its_weights():
    groups, margins = two_by_two([10, 10, 10, 10])
    made = rake(groups, margins)
    assert made.weights.tolist() == pytest.approx([1.0] * 40)
    assert (made.report.design_effect, made.report.effective_n) == (1.0, 40.0)


def test_a_category_that_nobody_belongs_to_is_named_and_spread_over_the_others():
    groups = pd.DataFrame({"age": ["young"] * 6 + ["old"] * 4})
    margin = pd.Series({"young": 30, "old": 45, "oldest": 25})
    report = rake(groups, {"age": margin}).report
    row = report.margins.set_index("category").loc["oldest"]
    assert row["note"] == "nobody in the sample: spread over the others"
    assert (row["n"], row["target_share"], row["weighted_share"]) == (0, 25, 0)
    after = report.margins.set_index("category")["weighted_share"]
    assert after[["young", "old"]].tolist() == pytest.approx([40, 60])
    assert report.converged


def test_a_category_that_needs_more_than_the_cap_gets_what_the_cap_allows():
    groups = pd.DataFrame({"age": ["young"] * 1 + ["old"] * 19})
    made = rake(groups, {"age": pd.Series({"young": 50, "old": 50})}, cap=4)
    row = made.report.margins.set_index("category").loc["young"]
    assert made.weights.iloc[0] == pytest.approx(4)
    assert (row["note"], made.report.capped) == ("held down by the cap", 1)
    assert row["weighted_share"] == pytest.approx(20)
    assert not made.report.converged
    assert made.report.gap == pytest.approx(0.3)
    assert "not every margin is met (largest gap 30.0 points)" in made.report.sentence()


def test_margins_that_contradict_the_sample_are_reported_not_hidden():
    """Every old person is a woman: half the weight old and a tenth women cannot be."""
    groups, margins = two_by_two([10, 0, 5, 5], age=(50, 50), sex=(10, 90))
    report = rake(groups, margins, cap=None, iterations=50).report
    assert (report.converged, report.iterations) == (False, 50)
    assert report.gap > 0.1


def test_dimensions_of_one_side_only_are_left_out_with_the_reason():
    groups, margins = two_by_two([5, 5, 5, 5])
    groups = groups.assign(religion="x", silent=None)
    margins |= {"tenure": pd.Series({"owns": 1}), "silent": pd.Series({"a": 1})}
    assert rake(groups, margins).report.left_out == {
        "religion": "there is no margin",
        "tenure": "the survey did not ask",
        "silent": "nobody gave a category",
    }


def test_the_report_counts_who_did_not_say():
    groups = pd.DataFrame({"sex": ["f", "f", "m", None, np.nan]})
    table = rake(groups, {"sex": pd.Series({"f": 1, "m": 1})}).report.margins
    assert table["category"].tolist() == ["f", "m", "not stated"]
    assert table["n"].tolist() == [2, 1, 2]
    assert table["weighted_share"].tolist()[:2] == pytest.approx([50, 50])


# What it refuses ----------------------------------------------------------------------


def test_an_unknown_category_names_the_nearest(people, margins):
    groups = people[DIMENSIONS].replace({"sex": {"Male": "Mael"}})
    with pytest.raises(InputError, match='"Mael".*\n.*Did you mean "Male"'):
        rake(groups, margins)


def test_respondents_where_the_margin_has_nobody_are_refused():
    groups = pd.DataFrame({"sex": ["f", "m"]})
    with pytest.raises(InputError, match='"m" in sex'):
        rake(groups, {"sex": pd.Series({"f": 1, "m": 0})})


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_a_design_weight_that_is_not_above_zero_is_refused(bad):
    groups, margins = two_by_two([1, 1, 1, 1])
    design = pd.Series([1, 2, bad, 1.0])
    with pytest.raises(InputError, match="1 of 4 design weights.*in row 3"):
        rake(groups, margins, design=design)


def test_design_weights_of_other_rows_are_refused():
    groups, margins = two_by_two([1, 1, 1, 1])
    with pytest.raises(InputError, match="not the same rows"):
        rake(groups, margins, design=pd.Series([1.0] * 4, index=[4, 5, 6, 7]))


@pytest.mark.parametrize(
    ("margin", "wrong"),
    [
        (pd.Series({"f": 1, "m": -2}), 'is -2 for "m"'),
        (pd.Series({"f": np.nan, "m": 1}), 'is nan for "f"'),
        (pd.Series([1, 1, 1], ["f", "m", "f"]), '"f" twice'),
        (pd.Series({"f": 0, "m": 0}), "nobody in it"),
    ],
)
def test_a_margin_that_cannot_be_used_is_refused(margin, wrong):
    with pytest.raises(InputError, match=wrong):
        rake(pd.DataFrame({"sex": ["f", "m"]}), {"sex": margin})


@pytest.mark.parametrize("cap", [1.0, 0.5, np.nan])
def test_a_cap_that_leaves_no_room_is_refused(cap):
    groups, margins = two_by_two([1, 1, 1, 1])
    with pytest.raises(MethodError, match="cap"):
        rake(groups, margins, cap=cap)


def test_nobody_or_nothing_to_weight_by_is_refused():
    groups, margins = two_by_two([1, 1, 1, 1])
    with pytest.raises(MethodError, match="no respondents"):
        rake(groups.iloc[:0], margins)
    with pytest.raises(MethodError, match="no dimension.*\n.*age: there is no margin"):
        rake(groups, {})


# Post-stratification ------------------------------------------------------------------


def test_an_empty_cell_is_named_and_merged_only_where_the_caller_says():
    groups, _ = two_by_two([4, 0, 3, 3])
    cells = pd.MultiIndex.from_product([["old", "young"], ["f", "m"]])
    totals = pd.Series([10, 20, 30, 40], cells.set_names(["age", "sex"]))
    with pytest.raises(InputError, match='Nobody in the sample is "old, m"'):
        post_stratify(groups, totals)
    made = post_stratify(groups, totals, collapse={("old", "m"): ("old", "f")})
    table = made.report.margins.set_index("category")
    assert table["weighted_share"].to_dict() == pytest.approx(
        {"old, f": 30, "young, f": 30, "young, m": 40}
    )
    with pytest.raises(InputError, match='no cell "old, x"'):
        post_stratify(groups, totals, collapse={("old", "x"): ("old", "f")})


def test_who_lacks_a_category_of_a_joint_cell_keeps_the_design_weight():
    groups = pd.DataFrame({"age": ["old", "old", "young", None], "sex": list("fmff")})
    cells = pd.MultiIndex.from_tuples([("old", "f"), ("old", "m"), ("young", "f")])
    totals = pd.Series([1, 1, 4], cells.set_names(["age", "sex"]))
    made = post_stratify(groups, totals)
    assert made.weights.tolist() == pytest.approx([0.5, 0.5, 2, 1])


def test_totals_by_a_dimension_that_the_survey_lacks_are_refused():
    totals = pd.Series([1, 2], pd.Index(["x", "y"], name="sx"))
    with pytest.raises(InputError, match='"sx".*\n.*"sex"'):
        post_stratify(pd.DataFrame({"sex": ["x", "y"]}), totals)


# Kish ---------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=50))
def test_kish_is_one_plus_the_relative_variance_of_the_weights(weights):
    """Kish's other form of the design effect, from numpy's variance."""
    w = np.array(weights)
    effect = float(design_effect(len(w), w.sum(), (w**2).sum()))
    assert effect == pytest.approx(1 + w.var() / w.mean() ** 2)
    assert float(kish(w.sum(), (w**2).sum())) <= len(w) * (1 + 1e-12)
