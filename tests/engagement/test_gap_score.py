"""The summary of the parts: by hand, and never of less than all of them."""

import numpy as np
import pandas as pd
import pytest

from geosafety.engagement.gap_score import gap_score
from geosafety.errors import InputError

WIDEST = {"members": "low", "answers": "low", "crime": "high"}
EVEN = dict.fromkeys(WIDEST, 1.0)


def score(values, *, status=None, weights=EVEN):
    table = pd.DataFrame(values, index=list("ABC"), dtype=float)
    ok = pd.DataFrame("ok", index=table.index, columns=table.columns)
    for (area, part), word in (status or {}).items():
        ok.loc[area, part] = word
    return gap_score(table, ok, widest=WIDEST, weights=weights, seed=3)


VALUES = {"members": [40, 50, 60], "answers": [3, 2, 1], "crime": [90, 70, 80]}


def test_a_score_by_hand_is_high_where_the_gap_is():
    # z towards the gap: members 1, 0, -1; answers -1, 0, 1; crime 1, -1, 0.
    found = score(VALUES, weights={"members": 2, "answers": 1, "crime": 1})
    assert found.weights == {"members": 0.5, "answers": 0.25, "crime": 0.25}
    assert found.table["score"].tolist() == pytest.approx([105, 97.5, 97.5])
    assert found.table["rank"].tolist() == [1, 2, 2]
    inside = found.table["score"].between(
        found.table["score_lower"], found.table["score_upper"]
    )
    assert inside.all()


def test_the_range_of_ranks_is_that_of_the_weights():
    found = score(VALUES).table
    # With all weight on answers A is the last, with all on members the first.
    assert found.loc["A", ["rank_lower", "rank_upper"]].tolist() == [1, 3]
    assert found.loc["A", "score_words"] == "rank 1 to 3 of 3 depending on the weights"


@pytest.mark.parametrize("word", ["suppressed", "incomplete", "low base"])
def test_an_area_that_lacks_a_part_has_no_score_and_is_told_why(word):
    found = score(VALUES, status={("B", "crime"): word}).table
    assert np.isnan(found["score"]["B"])
    assert np.isnan(found["rank"]["B"])
    assert found["score_words"]["B"] == f"not available: crime ({word})"
    assert found["of"]["A"] == 2


def test_a_hidden_value_moves_no_other_score():
    one = score(VALUES, status={("B", "crime"): "suppressed"})
    other = score(
        {**VALUES, "crime": [90, 1e6, 80]}, status={("B", "crime"): "suppressed"}
    )
    pd.testing.assert_frame_equal(one.table, other.table)


def test_a_part_that_hardly_an_area_has_leaves_all_without_a_score():
    hidden = {("A", "crime"): "low base", ("B", "crime"): "low base"}
    found = score(VALUES, status=hidden)
    assert found.table["score"].isna().all()
    assert set(found.table["score_words"]) == {
        "not available: too few areas have crime"
    }
    without = score(VALUES, status=hidden, weights={**EVEN, "crime": 0})
    assert without.table["score"].notna().all()
    assert set(without.weights) == {"members", "answers"}


def test_one_part_is_no_summary():
    found = score({"members": [40, 50, 60]}, weights={"members": 1})
    assert found.table["score"].isna().all()
    assert "two parts" in found.table["score_words"]["A"]


def test_a_part_in_which_areas_do_not_differ_counts_for_nothing():
    found = score({**VALUES, "crime": [70, 70, 70]})
    assert found.weights == {"members": 0.5, "answers": 0.5}


@pytest.mark.parametrize(
    ("weights", "said"),
    [({**EVEN, "crimes": 1}, "'crimes'"), ({**EVEN, "crime": -1}, "-1")],
)
def test_a_weight_that_makes_no_sense_is_an_error(weights, said):
    with pytest.raises(InputError, match=said):
        score(VALUES, weights=weights)
