import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosafety.measures.change import changes_pct, pairs_of_years
from geosafety.measures.tallies import (
    covered,
    event_periods,
    long_form,
    make_tally,
    month_span,
    tally_events,
)

MONTHS = month_span(pd.Series(["2022-04", "2024-03"]))
rows = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(MONTHS), st.sampled_from("xy")),
    min_size=1,
    max_size=60,
)


@given(rows)
def test_every_event_is_counted_once_in_every_sum(events):
    joined = pd.DataFrame(events, columns=["area_code", "period", "group"]).assign(
        n=1.0
    )
    areas = pd.Index(list("ABC"))
    cube = tally_events(joined, areas, MONTHS, ["x", "y"])
    complete = np.ones((3, len(MONTHS)), dtype=bool)
    periods = event_periods(MONTHS, complete[0], ["month", "financial_year", "all"])
    table = long_form(make_tally(cube, complete, areas, ["x", "y"], periods))
    whole = table[table["group"] == "all"].groupby("period", observed=True)["n"].sum()
    assert whole["2022-04/2024-03"] == len(events)
    assert whole[list(MONTHS)].sum() == len(events)
    years = ["2022-04/2023-03", "2023-04/2024-03"]
    assert whole[years].sum() == len(events)
    by_group = (
        table[table["group"] != "all"].groupby("period", observed=True)["n"].sum()
    )
    assert by_group.to_dict() == whole.to_dict()


def test_a_period_is_incomplete_when_any_month_of_it_is():
    complete = np.ones((1, 3), dtype=bool)
    complete[0, 1] = False
    periods = {"a": (0, 0), "b": (1, 1), "a/c": (0, 2), "c": (2, 2)}
    tally = make_tally(np.ones((1, 3, 1)), complete, pd.Index(["A"]), ["x"], periods)
    assert tally.complete.tolist() == [[True, False, False, True]]


def test_a_borough_month_with_too_few_small_areas_is_incomplete():
    small = np.ones((10, 5))
    small[:2, 1] = 0  # 8 of 10 report: under 90 %
    small[:1, 2] = 0  # 9 of 10: not under
    small[:, 3] = 0  # nothing at all
    reporting, expected, complete = covered(small, np.zeros(10, int), below=0.9)
    assert reporting.tolist() == [[10, 8, 9, 0, 10]]
    assert expected.tolist() == [9.0]
    assert complete.tolist() == [[True, False, True, False, True]]


def test_the_last_twelve_covered_months_in_a_row_are_found():
    complete = np.ones(len(MONTHS), dtype=bool)
    complete[-3] = False
    periods = event_periods(MONTHS, complete, ["last_complete_12"])
    assert list(periods) == ["2023-01/2023-12"]


def test_a_financial_year_that_is_cut_short_is_not_reported():
    months = month_span(pd.Series(["2023-06", "2025-03"]))
    periods = event_periods(months, np.ones(22, bool), ["financial_year"])
    assert list(periods) == ["2024-04/2025-03"]
    assert pairs_of_years(["2023-04/2024-03", "2024-04/2025-03", "2024-06"]) == [
        ("2023-04/2024-03", "2024-04/2025-03")
    ]


def test_the_interval_of_a_change_covers_the_truth_about_95_times_in_100():
    rng = np.random.default_rng(1)
    before, after = rng.poisson(40, 4000), rng.poisson(60, 4000)
    table = changes_pct(pd.DataFrame({"n": after, "n_before": before}), events=True)
    inside = (table["lower"] <= 50) & (table["upper"] >= 50)
    assert 0.945 <= inside.mean() <= 0.99


def test_the_interval_of_a_change_agrees_with_an_exact_test():
    """Its limit is the ratio at which a binomial test gives p = 0.025 on one side."""
    from scipy.stats import binomtest

    table = changes_pct(pd.DataFrame({"n": [30], "n_before": [20]}), events=True)
    ratio = 1 + table["lower"].iloc[0] / 100
    share = ratio / (1 + ratio)
    p = binomtest(30, 50, share, alternative="greater").pvalue
    assert p == pytest.approx(0.025, abs=1e-9)
