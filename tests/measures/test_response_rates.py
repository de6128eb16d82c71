"""Response rates: against scipy's Wilson interval and the printed rates."""

import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from geosafety.measures.response_rates import NUMBERS, response_rates
from geosafety.settings import catalog_text


def rates(responses, invited, **policy):
    counts = pd.DataFrame({"responses": responses, "invited": invited})
    return response_rates(counts, **policy)


@given(st.integers(0, 500), st.integers(1, 5000))
def test_the_interval_is_scipys(responses, more):
    found = rates([responses], [responses + more]).iloc[0]
    test = binomtest(responses, responses + more).proportion_ci(method="wilson")
    assert found["rate"] == pytest.approx(100 * responses / (responses + more))
    assert found["lower"] == pytest.approx(100 * test.low, abs=1e-9)
    assert found["upper"] == pytest.approx(100 * test.high, abs=1e-9)


def test_made_up_numbers_asked_give_the_printed_rates():
    # Responses as printed; how many were asked is made up, since no paper prints it: a
    # number in the middle of what the printed rates of the two areas allow, and what
    # 10 % leaves for the third.
    text = catalog_text("published/confidence_report_2022.toml")
    printed = {
        (one["label"], one["where"]): one["value"]
        for one in tomllib.loads(text)["printed"]
        if "response rate" in one["label"]
    }
    response, contact, whole = (
        [v for (_, where), v in printed.items() if where == f"Paragraph {n}"]
        for n in (54, 54, 26)
    )
    response, contact = response[:2], contact[2:]
    asked = [68_600, 10_400, 14_880]
    found = rates([6518, 1709, 1264], asked)["rate"].round()
    assert contact[0] <= found[0] <= contact[1]
    assert response[0] <= found[1] <= response[1]
    assert rates([6518 + 1709 + 1264], [sum(asked)])["rate"].round()[0] == whole[0]


def test_a_small_group_goes_with_its_base_and_takes_the_next_smallest_with_it():
    found = rates([500, 40, 4], [5000, 300, 60], suppress_below=10)
    assert found["status"].tolist() == ["ok", "suppressed", "suppressed"]
    assert found.loc[1:, NUMBERS].isna().all(axis=None)
    assert "hidden" in found["words"][2]


def test_two_small_groups_hide_each_other():
    found = rates([500, 4, 3], [5000, 300, 60], suppress_below=10)
    assert found["status"].tolist() == ["ok", "suppressed", "suppressed"]


def test_nobody_answered_is_zero_and_shown():
    found = rates([0, 500], [50, 5000], suppress_below=10)
    assert found["rate"].tolist() == [0, 10]
    assert found["status"].tolist() == ["ok", "ok"]


def test_few_people_asked_are_flagged():
    found = rates([12], [20], suppress_below=10, low_base_below=30).iloc[0]
    assert found["status"] == "low base"
    assert found["words"].endswith("few were asked")


@pytest.mark.parametrize(
    ("responses", "invited", "words"),
    [
        (12, 10, "more answers than people asked"),
        (12, np.nan, "it is not known how many were asked"),
        (np.nan, 100, "it is not known how many answered"),
        (0, 0, "it is not known how many were asked"),
    ],
)
def test_what_cannot_be_divided_is_not_available(responses, invited, words):
    found = rates([responses], [invited]).iloc[0]
    assert found["status"] == "not available"
    assert found["words"] == f"not available: {words}"
    assert found[["rate", "lower", "upper"]].isna().all()
