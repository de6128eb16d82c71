"""Disparity: against base R, scipy and a published example."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import relative_risk

from geosafety.errors import InputError, MethodError
from geosafety.measures.disparity import disparity

# Written by scripts/golden/disparity.R with R 4's poisson.test.
RATIOS = pd.read_csv(Path(__file__).parent / "golden" / "rate_ratios.csv")


def compare(rows, *, counts="people", per=100, **given):
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["n", "base"])
    return disparity(
        table.assign(**given),
        reference_group="White",
        benchmark="residents, Census 2021",
        counts=counts,
        per=per,
    )


@pytest.mark.parametrize("case", RATIOS.to_dict("records"))
def test_a_ratio_of_two_rates_has_the_exact_limits_of_r(case):
    found = compare(
        {
            "Black": (case["n"], case["base"]),
            "White": (case["reference_n"], case["reference_base"]),
        },
        counts="events",
        per=1000,
    ).loc["Black"]
    for name in ("ratio", "lower", "upper"):
        assert found[name] == pytest.approx(case[name], rel=1e-9)


@pytest.mark.parametrize("case", [(20, 100, 30, 300), (3, 40, 11, 90), (99, 100, 1, 9)])
def test_a_ratio_of_two_shares_has_katzs_limits_as_scipy_has_them(case):
    n, base, n0, base0 = case
    found = compare({"Black": (n, base), "White": (n0, base0)}).loc["Black"]
    other = relative_risk(*case).confidence_interval(0.95)
    assert found["ratio"] == pytest.approx(relative_risk(*case).relative_risk)
    assert (found["lower"], found["upper"]) == pytest.approx(tuple(other))


def test_the_difference_of_two_shares_is_newcombes_published_example():
    # Newcombe (1998), table II, example (a), method 10: 56/70 less 48/80.
    found = compare({"Black": (56, 70), "White": (48, 80)}, per=1).loc["Black"]
    assert found["difference"] == pytest.approx(0.2)
    assert round(found["difference_lower"], 4) == 0.0524
    assert round(found["difference_upper"], 4) == 0.3339


def test_the_limits_of_a_difference_of_rates_cover_it_nineteen_times_in_twenty():
    rng = np.random.default_rng(7)
    inside = []
    for n0 in rng.poisson(80, 100):
        rows = {f"Black {i}": (n, 1000) for i, n in enumerate(rng.poisson(30, 20))}
        found = compare(rows | {"White": (n0, 4000)}, counts="events").drop("White")
        low, high = found["difference_lower"], found["difference_upper"]
        inside.append(((low <= 1.0) & (high >= 1.0)).mean())
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_the_reference_group_is_one_and_has_no_interval():
    found = compare({"Black": (20, 100), "White": (30, 300)}).loc["White"]
    assert (found["ratio"], found["difference"]) == (1.0, 0.0)
    limits = ["lower", "upper", "difference_lower", "difference_upper"]
    assert found[limits].isna().all()
    assert found["words"] == "the group that the others are compared with"


def test_every_row_names_its_benchmark_and_what_it_is_compared_with():
    found = compare({"Black": (20, 100), "White": (30, 300)})
    assert set(found["benchmark"]) == {"residents, Census 2021"}
    assert set(found["reference_group"]) == {"White"}


def test_what_is_hidden_or_missing_passes_through_without_a_number():
    rows = {"Black": (20, 100), "Asian": (None, 80), "Mixed": (3, 50), "White": (9, 90)}
    found = compare(rows, status=["ok", "ok", "suppressed", "low base"])
    said = ["ok", "not available", "suppressed", "low base"]
    assert found["status"].tolist() == said
    numbers = found.select_dtypes("number")
    assert numbers.loc[["Asian", "Mixed"]].isna().all(axis=None)
    assert found.loc["Mixed", "words"] == "suppressed"


def test_nothing_is_compared_with_a_hidden_reference():
    rows = {"Black": (20, 100), "White": (3, 90)}
    found = compare(rows, status=["ok", "suppressed"])
    assert found["status"].tolist() == ["not available", "suppressed"]
    assert found.select_dtypes("number").isna().all(axis=None)


@pytest.mark.parametrize(
    ("black", "white", "words"),
    [
        ((40, 100), (60, 300), "2.0 times the rate for White (1.4 to 2.8)"),
        ((20, 100), (60, 300), "cannot tell from White: 1.0 times"),
        ((4, 100), (60, 300), "fewer than 10 cases in one of the two"),
        ((0, 100), (60, 300), "too few to give a range"),
        ((20, 100), (0, 300), "no ratio: White has none"),
    ],
)
def test_the_words_say_what_the_numbers_can_bear(black, white, words):
    assert words in compare({"Black": black, "White": white}).loc["Black", "words"]


def test_zero_is_a_rate_of_zero_and_not_a_missing_one():
    found = compare({"Black": (0, 100), "White": (30, 300)}, counts="events")
    row = found.loc["Black"]
    assert (row["rate"], row["ratio"], row["lower"]) == (0, 0, 0)
    assert row["upper"] > 0
    assert row["status"] == "ok"


def test_mistakes_are_named():
    with pytest.raises(MethodError, match="no group 'White'"):
        compare({"Whit": (1, 2)})
    with pytest.raises(InputError, match="'Black' has 5 of 4"):
        compare({"Black": (5, 4), "White": (1, 9)})
    table = pd.DataFrame({"n": [1, 1], "base": [2, 2]}, index=["White", "White"])
    with pytest.raises(InputError, match="'White' stands twice"):
        disparity(
            table, reference_group="White", benchmark="", counts="people", per=100
        )
