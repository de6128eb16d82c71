"""Deficits shared out, and what half-time leaves."""

import numpy as np
import pandas as pd
import pytest

from geosafety.engagement.need import second_half, shared_down, short_of_share
from geosafety.errors import InputError, MethodError


def test_sharing_out_keeps_every_total_and_names_what_is_lost():
    rng = np.random.default_rng(2)
    parts = pd.DataFrame(
        {
            "area_code": [f"a{i}" for i in range(30)],
            "parent": rng.choice(["X", "Y"], 30),
            "population": rng.integers(0, 900, 30).astype(float),
        }
    )
    need = pd.DataFrame(
        {
            "area_code": ["X", "X", "Y", "Z"],
            "group": ["g=a", "g=b", "g=a", "g=a"],
            "deficit": [10.0, 7.0, 100.0, 5.0],
        }
    )
    small, lost = shared_down(need, parts)
    assert lost == ["Z"]
    parent = small["area_code"].map(parts.set_index("area_code")["parent"])
    totals = small.groupby([parent, "group"])["deficit"].sum()
    assert totals.to_dict() == pytest.approx(
        {("X", "g=a"): 10, ("X", "g=b"): 7, ("Y", "g=a"): 100}
    )


def test_a_hidden_number_of_responses_is_not_zero():
    answers = pd.DataFrame(
        {"area_code": list("ABC"), "n": [80, np.nan, 20], "population": [500.0] * 3}
    )
    table = short_of_share(answers)
    assert table["deficit"].tolist()[::2] == [0.0, 30.0]
    assert np.isnan(table["deficit"][1])


def test_the_second_half_brings_every_group_up_to_its_share_of_the_target():
    answers = pd.DataFrame(
        {
            "area_code": ["A", "A", "B", "B"],
            "group": ["g=x", "g=y"] * 2,
            "n": [0.0, 30, 5, 65],
            "population": [100.0, 200, 300, 400],
        }
    )
    table = second_half(answers, target=200)
    assert table["by_end"].tolist() == [20, 40, 60, 80]
    assert table["deficit"].tolist() == [20, 10, 55, 15]
    # Where no group is above its share, what is missing is what the target lacks.
    assert table["deficit"].sum() == 200 - answers["n"].sum()


def test_hidden_responses_leave_the_second_half_unknown_there():
    answers = pd.DataFrame(
        {
            "area_code": ["A", "B"],
            "group": "all",
            "n": [50, np.nan],
            "population": [900.0, 900],
        }
    )
    table = second_half(answers, target=200)
    assert table["by_end"].tolist() == [100, 100]
    assert table["deficit"].iloc[0] == 50
    assert table[["deficit", "more_for_precision"]].iloc[1].isna().all()
    assert "hidden" in table["words"].iloc[1]


def test_a_target_below_what_was_answered_is_an_error():
    answers = pd.DataFrame(
        {"area_code": ["A"], "group": "all", "n": [50], "population": [9.0]}
    )
    with pytest.raises(MethodError, match="target is 40, and 50 have answered"):
        second_half(answers, target=40)
    with pytest.raises(InputError, match="no population for 'A'"):
        second_half(answers.assign(population=np.nan), target=90)
