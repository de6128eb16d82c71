"""Feasible ranges against every possible set of counts, and planted leaks."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, identity

from geosafety.disclosure.attack import ranges
from geosafety.disclosure.layout import KEY, distinct_pieces, lay_out, with_gaps
from geosafety.disclosure.leaks import leaks
from geosafety.disclosure.primary import Policy
from geosafety.disclosure.reader import seen
from geosafety.errors import MethodError

PIECES = pd.DataFrame(
    {
        "force": "F",
        "npu": ["BE", "BE", "BE", "BW", "BW"],
        "impact_area": ["I1", None, "I2", "I2", None],
        "ward": ["W1", "W1", "W2", "W2", "W3"],
    }
)


def cells(*rows):
    table = pd.DataFrame(rows, columns=[*KEY, "count"])
    return table.astype({"count": float})


def printed(people, pieces=PIECES, hidden=()):
    """Print every area of every layer of some people, one number a piece."""
    rows = [
        (layer, code, "all", float(people[on].sum()))
        for layer in pieces
        for code, on in pieces.groupby(layer).indices.items()
    ]
    table = cells(*rows)
    return table.assign(hidden=[(r[0], r[1]) in hidden for r in rows])


@pytest.mark.parametrize("seed", range(12))
def test_ranges_are_those_of_all_possible_counts(seed):
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 4, len(PIECES))
    table = printed(people)
    hide = rng.random(len(table)) < 0.6
    # A hidden cell is at least 1, so only such cells are hidden.
    hide &= (table["count"] > 0) & (table["geography"] != "force")
    tables = lay_out(table.assign(hidden=hide), PIECES)
    found = ranges(seen(tables), tables.sums)
    sums, count, hidden = tables.sums.toarray(), tables.count, tables.hidden
    total = int(people.sum())
    every = np.array(list(product(range(total + 1), repeat=len(PIECES))))
    every = every[every.sum(axis=1) == total]
    values = every @ sums.T
    fits = np.where(hidden, values >= 1, values == count).all(axis=1)
    assert found.lower.tolist() == values[fits].min(axis=0).tolist()
    assert found.upper.tolist() == values[fits].max(axis=0).tolist()


def test_half_people_do_not_make_a_range_wide():
    """Three pieces, each pair of which holds 1 at most, hold 1 together and not 1.5."""
    pieces = pd.DataFrame(
        {
            "npu": ["A", None, "A", "A", None, None],
            "ward": ["W", "W", None, None, "W", None],
            "impact_area": [None, "I", "I", None, None, "I"],
        }
    )
    table = cells(*[(c, pieces[c].max(), "all", 1) for c in pieces])
    tables = lay_out(table, pieces)
    first_three = csr_array([[1.0, 1, 1, 0, 0, 0]])
    assert ranges(seen(tables), first_three).upper.tolist() == [1.0]


def test_the_planted_leak_an_npu_less_its_impact_area_is_found():
    table = cells(("npu", "BE", "all", 31), ("impact_area", "I1", "all", 28))
    found = leaks(lay_out(table, PIECES), Policy())
    assert found[["geography", "area_code", "what"]].values.tolist() == [
        ["npu", "BE", "remainder"]
    ]
    assert found["how"].item() == "npu BE (31) - impact_area I1 (28) = 3"


def test_a_hidden_wave_is_found_from_a_change():
    parts = {"change": {"2022": 1.0, "2021": -1.0}}
    rows = cells(
        ("npu", "BE", "2021", np.nan),
        ("npu", "BE", "2022", 25),
        ("npu", "BE", "change", 18),
    )
    found = leaks(lay_out(rows, PIECES, parts), Policy())
    hidden = found[found["what"] == "hidden cell"]
    assert hidden[["lower", "upper"]].values.tolist() == [[7.0, 7.0]]
    assert hidden["how"].item() == "npu BE 2022 (25) - npu BE change (18) = 7"


def test_a_hidden_group_is_found_from_the_total():
    parts = {"all": {"sex=Female": 1.0, "sex=Male": 1.0}}
    rows = cells(
        ("npu", "BE", "all", 31),
        ("npu", "BE", "sex=Female", 27),
        ("npu", "BE", "sex=Male", np.nan),
    )
    found = leaks(lay_out(rows, PIECES, parts), Policy())
    assert found["how"].iloc[0] == "npu BE (31) - npu BE sex=Female (27) = 4"


def test_a_range_that_others_hem_in_is_told_with_both_ends():
    rows = cells(
        ("npu", "BE", "all", 40),
        ("ward", "W1", "all", 38),
        ("ward", "W2", "all", np.nan),
        ("npu", "BW", "all", 3),
    )
    found = leaks(lay_out(rows, PIECES), Policy())
    row = found[found["area_code"] == "W2"].iloc[0]
    assert (row["lower"], row["upper"], row["exact"]) == (2.0, 5.0, False)
    assert row["how"].startswith("at most npu BE (40)")


def test_tables_that_contradict_one_another_are_refused():
    rows = cells(("npu", "BE", "all", 10), ("impact_area", "I1", "all", 12))
    with pytest.raises(MethodError, match="contradict"):
        ranges(seen(lay_out(rows, PIECES)), csr_array(identity(5)))


def test_an_area_that_lies_nowhere_is_named():
    with pytest.raises(MethodError, match="where npu XX lies"):
        lay_out(cells(("npu", "XX", "all", 1)), PIECES)


def test_one_cell_with_two_numbers_is_named():
    rows = cells(("npu", "BE", "all", 31), ("npu", "BE", "all", 32))
    with pytest.raises(MethodError, match="npu BE all is printed as 31 and as 32"):
        lay_out(rows, PIECES)


def test_people_known_by_a_larger_area_only_get_a_piece_of_their_own():
    pieces = pd.DataFrame({"npu": ["BE", "BE", "BW"], "ward": ["W1", "W2", "W3"]})
    table = printed(np.array([5, 6, 7]), pieces)
    assert len(with_gaps(table, pieces)) == len(pieces)
    table.loc[table["area_code"] == "BE", "count"] += 2
    more = with_gaps(table, pieces)
    assert more.iloc[len(pieces) :].values.tolist() == [["BE", None]]


def test_tables_that_no_gap_explains_are_named():
    pieces = distinct_pieces(PIECES, ["npu", "ward"])
    table = printed(np.array([5, 6, 7, 8]), pieces)
    table.loc[table["area_code"] == "BE", "count"] -= 9
    with pytest.raises(MethodError, match="do not add up"):
        with_gaps(table, pieces)
