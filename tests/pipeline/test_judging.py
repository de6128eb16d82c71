"""Every comparable value of a build carries its verdict."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from geosafety import results
from geosafety.measures.comparison import compare_table
from geosafety.measures.quick_verdicts import change_verdicts, rate_verdicts

FIRM = ["clear: higher", "clear: lower", "likely: higher", "likely: lower"]


def wmnow(folder):
    values = results.read_values(
        folder,
        indicator=["wmnow_rate"],
        geography=["npu"],
        period=["2022-03"],
        group=["all"],
    )
    return values.set_index(values["area_code"].astype(str))["verdict"].astype(str)


def test_wolverhampton_is_not_above_the_force(demo_results):
    """Eighty-three people above the Force rate, of 207,347: no difference that matters.

    Confidence and Satisfaction Report, West Midlands Police, 28 June 2022, Figure 2.
    """
    said = wmnow(demo_results)
    assert said["WV"] == "cannot tell: no meaningful difference"
    assert said["SH"] == "clear: higher"
    assert said[["BW", "WS", "SW"]].tolist() == ["clear: lower"] * 3


def test_comparable_values_have_a_verdict_and_others_have_none(demo_results):
    values = results.read_values(
        demo_results, geography=["force", "npu", "ward"], group=["all"]
    )
    verdict = values["verdict"].astype(str)
    assert (verdict[(values["geography"] == "force").to_numpy()] == "").sum() > 0
    rates = (values["indicator"] == "crime_rate") & (values["geography"] == "ward")
    shown = values["status"].isin(["ok", "low base"])
    assert set(verdict[rates & shown]) <= {
        *FIRM,
        "cannot tell",
        "cannot tell: no meaningful difference",
    }
    assert (verdict[rates & shown] != "").all()
    assert (verdict[values["status"] == "suppressed"] == "suppressed").all()
    assert (verdict[values["indicator"] == "wmnow_members"] == "").all()


def test_a_change_of_a_stock_has_no_verdict_and_of_events_has_one(demo_results):
    values = results.read_values(
        demo_results, indicator=["wmnow_change", "crime_change_pct"], group=["all"]
    )
    verdict = values["verdict"].astype(str)
    stock = (values["indicator"] == "wmnow_change") & (values["status"] == "ok")
    assert set(verdict[stock]) == {""}
    events = (values["indicator"] == "crime_change_pct") & (values["status"] == "ok")
    assert "" not in set(verdict[events])


@pytest.fixture
def areas():
    rng = np.random.default_rng(6)
    base = rng.integers(500, 5_000, 60).astype(float)
    n = rng.poisson(0.05 * base * rng.choice([1, 1, 1, 1.6], 60)).astype(float)
    return n, base, n.sum() * np.ones(60), base.sum() * np.ones(60)


def test_the_quick_verdict_is_that_of_the_slow_one_but_at_the_edges(areas):
    n, base, whole_n, whole_base = areas
    family = pd.Series(np.zeros(60))
    low = np.zeros(60, dtype=bool)
    quick = rate_verdicts(
        n, base, whole_n, whole_base, family=family, low=low, minimum_pct=10
    )
    table = pd.DataFrame(
        {
            "first_count": n,
            "first_base": base,
            "first_per": 1000.0,
            "second_count": whole_n,
            "second_base": whole_base,
            "second_per": 1000.0,
        }
    )
    slow = compare_table(
        table, "rate", minimum_effect=10, relation="part of", family=family
    )
    same = [a.split(":")[0] == b for a, b in zip(quick, slow["verdict"], strict=True)]
    assert np.mean(same) >= 0.95
    assert {"clear: higher"} <= set(quick)


def test_a_p_value_is_that_of_the_exact_binomial_test(areas):
    n, base, whole_n, whole_base = areas
    for at in (0, 7, 31):
        one = [np.array([x[at]]) for x in (n, base, whole_n, whole_base)]
        alone = {"family": pd.Series([0]), "low": np.array([False]), "minimum_pct": 0}
        said = rate_verdicts(*one, **alone)[0]
        part = base[at] / whole_base[at]
        above = binomtest(int(n[at]), int(whole_n[at]), part, "greater").pvalue
        below = binomtest(int(n[at]), int(whole_n[at]), part, "less").pvalue
        p = min(1.0, 2 * min(above, below))
        assert said.startswith("clear") == (p < 0.05)


def test_equal_areas_yield_a_false_finding_on_few_maps_only():
    rng = np.random.default_rng(2)
    maps, base = 200, np.full(60, 2_000.0)
    found = 0
    for _ in range(maps):
        n = rng.poisson(100, 60).astype(float)
        said = rate_verdicts(
            n,
            base,
            n.sum() * np.ones(60),
            base.sum() * np.ones(60),
            family=pd.Series(np.zeros(60)),
            low=np.zeros(60, dtype=bool),
            minimum_pct=10,
        )
        found += any(str(s).startswith("clear") for s in said)
    assert found <= 16  # the 97.5 % point of a binomial of 200 and .05


def test_a_rise_is_judged_against_no_change():
    before, after = np.array([100.0, 100.0, 4.0, 0.0]), np.array([160.0, 104, 8, 0])
    said = change_verdicts(
        before,
        after,
        family=pd.Series([0, 1, 2, 3]),
        low=np.array([False, False, True, False]),
        minimum_pct=10,
    )
    assert said.tolist() == ["clear: higher", "cannot tell", "cannot tell", ""]
