"""Exact whole-number sharing, whatever the weights and the counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosafety.demo.allot import claim, cut, largest_remainder, level
from geosafety.errors import MethodError


@given(
    st.lists(st.integers(0, 1_000), min_size=1, max_size=50).filter(any),
    st.integers(0, 1_000_000),
)
def test_largest_remainder_is_exact_and_within_one(weights, total):
    shares = largest_remainder(weights, total)
    assert shares.sum() == total
    exact = np.array(weights) / sum(weights) * total
    assert (abs(shares - exact) < 1 + 1e-6).all()
    assert (shares[np.array(weights) == 0] == 0).all()


@pytest.mark.parametrize("weights", [[0, 0], [1, -1, 3], []])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(MethodError, match="negative, nor all zero"):
        largest_remainder(weights, 3)


def test_counts_must_fit_the_people():
    with pytest.raises(MethodError, match="sum to 3, not to 2"):
        cut(np.zeros(2), {"a": 3})
    with pytest.raises(MethodError, match="sum to 3, not to 2"):
        claim({}, {"a": 3}, 2)


@given(st.integers(0, 10_000))
def test_levelling_keeps_totals_by_option_and_cell(seed):
    rng = np.random.default_rng(seed)
    picks = rng.random((40, 6)) < rng.random()
    picks[:20, 0], picks[20:, 1] = True, True
    cells = np.repeat(np.array(["a", "b"], dtype=object), 20)
    before = [picks[cells == cell].sum(axis=0).tolist() for cell in ("a", "b")]
    most = int(np.ceil(max(sum(row) for row in before) / 20)) + 1
    level(picks, cells, 1, most)
    assert picks.sum(axis=1).min() >= 1
    assert picks.sum(axis=1).max() <= most
    assert before == [picks[cells == cell].sum(axis=0).tolist() for cell in ("a", "b")]


@pytest.mark.parametrize(
    "picks",
    [
        [[1, 1, 1, 1], [1, 1, 1, 1]],
        # Three and two: a move would only swap the two people, for ever.
        [[1, 1, 1, 0], [1, 0, 0, 1]],
    ],
)
def test_levelling_refuses_the_impossible(picks):
    cells = np.full(2, "all", dtype=object)
    with pytest.raises(MethodError, match="cannot hold 1 to 2"):
        level(np.array(picks, dtype=bool), cells, 1, 2)
