"""Crosswalks: shares add up to one, and totals are kept."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geosafety.errors import InputError
from geosafety.geography.crosswalk import make_crosswalk

pairs_of_codes = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 12)), min_size=1, max_size=40
).map(
    lambda pairs: pd.DataFrame(
        [(f"O{a}", f"N{b}") for a, b in pairs], columns=["from_code", "to_code"]
    )
)
people = st.lists(st.floats(0, 1e6), min_size=13, max_size=13)


@given(pairs=pairs_of_codes, numbers=people, weighted=st.booleans())
def test_totals_are_kept_whatever_the_weights(pairs, numbers, weighted):
    weights = pd.Series(numbers, index=[f"N{i}" for i in range(13)])
    walk = make_crosswalk(
        pairs, weights if weighted else None, geography="lsoa", weight="people"
    )
    shares = walk.table.groupby("from_code")["share"].sum()
    assert set(shares.index) == set(pairs["from_code"])
    np.testing.assert_allclose(shares, 1.0, rtol=1e-9)
    assert walk.table["share"].between(0, 1).all()
    counts = pd.Series(np.arange(1, len(shares) + 1) * 1000.0, index=shares.index)
    moved = walk.table["from_code"].map(counts) * walk.table["share"]
    assert moved.sum() == pytest.approx(counts.sum(), rel=1e-9)


def test_a_part_without_a_weight_is_an_error():
    pairs = pd.DataFrame({"from_code": ["A", "A"], "to_code": ["X", "Y"]})
    with pytest.raises(InputError, match="no number for 'Y'"):
        make_crosswalk(pairs, pd.Series({"X": 1.0}), geography="lsoa", weight="people")


def test_parts_where_nobody_lives_share_equally():
    pairs = pd.DataFrame({"from_code": ["A", "A"], "to_code": ["X", "Y"]})
    nobody = pd.Series({"X": 0.0, "Y": 0.0})
    walk = make_crosswalk(pairs, nobody, geography="lsoa", weight="people")
    assert walk.table["share"].tolist() == [0.5, 0.5]
    assert walk.weight == "people"


def test_without_weights_the_ledger_says_equal_parts():
    pairs = pd.DataFrame({"from_code": ["A", "A"], "to_code": ["X", "Y"]})
    walk = make_crosswalk(pairs, None, geography="lsoa", weight="residents")
    assert walk.weight == "equal parts"
