"""Patterns against every possible choice, and against an attack of another making."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from benchmarks.evidence_disclosure import POLICY, Plain, board, study, targets_of
from geosafety.disclosure.layout import KEY, lay_out
from geosafety.disclosure.primary import Policy
from geosafety.disclosure.secondary import hide

# The whole form, 1,000 boards, is benchmarks/evidence_disclosure.py.
BOARDS = (100, 101, 102)


def ward_board(seed):
    """Make two units, their wards and an impact area across: few enough to try all."""
    rng = np.random.default_rng(seed)
    pieces = pd.DataFrame(
        {
            "force": "F",
            "npu": ["A", "A", "A", "B", "B", "B"],
            "impact_area": ["I", None, None, "I", None, None],
            "ward": ["W1", "W1", "W2", "W3", "W4", "W4"],
        }
    )
    people = rng.poisson(rng.gamma(1.0, 12, len(pieces)))
    rows = [
        (layer, code, "all", float(people[on].sum()))
        for layer in pieces
        for code, on in pieces.groupby(layer).indices.items()
    ]
    return lay_out(pd.DataFrame(rows, columns=[*KEY, "count"]), pieces)


def is_safe(tables, pattern, hidden):
    attacker = Plain(tables, hidden, whole=True)
    targets = targets_of(tables, pattern, hidden)
    # What cannot be as wide whatever is hidden is asked for as far as it goes.
    wanted = np.full(len(hidden), POLICY.width)
    wanted[pattern.hidden] = pattern.wanted[: pattern.hidden.sum()]
    wanted = [*wanted[hidden], *pattern.wanted[pattern.hidden.sum() :]]
    widths = [attacker.width(targets[[row]]) for row in range(targets.shape[0])]
    return all(w >= n - 1e-6 for w, n in zip(widths, wanted, strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_no_smaller_choice_of_cells_is_safe(seed):
    tables = ward_board(seed)
    found = hide(tables, POLICY)
    assert found.proved
    assert is_safe(tables, found, found.hidden)
    able = np.flatnonzero(~found.primary & (tables.count >= 1))
    for size in range(int(found.secondary.sum())):
        for chosen in combinations(able, size):
            hidden = found.primary.copy()
            hidden[list(chosen)] = True
            assert not is_safe(tables, found, hidden)


@pytest.mark.parametrize("seed", BOARDS)
def test_nothing_hidden_can_be_worked_out_across_layers_and_waves(seed):
    found = study(seed, cbc=False)
    assert found.narrow == 0
    assert found.proved
    assert found.secondary > 0
    assert found.narrow_plain > 0


@pytest.mark.filterwarnings("ignore")
def test_another_solver_finds_nothing_either():
    pytest.importorskip("pulp")
    found = study(107, cbc=True)
    assert (found.narrow, found.known_plain > 0) == (0, True)


def test_the_quick_method_is_safe_and_says_its_gap():
    tables = board(101)
    quick, best = hide(tables, POLICY, rounds=0), hide(tables, POLICY)
    assert is_safe(tables, quick, quick.hidden)
    assert quick.secondary.sum() >= best.secondary.sum() >= quick.bound
    assert 0 <= quick.gap <= 1
    assert best.gap == 0


def test_the_order_of_rows_does_not_change_the_pattern():
    tables = ward_board(3)
    pieces = pd.DataFrame({"npu": ["A", "A", "A"], "ward": ["W1", "W2", "W3"]})
    rows = pd.DataFrame(
        [("npu", "A", "all", 60.0), ("ward", "W1", "all", 4.0)]
        + [("ward", "W2", "all", 28.0), ("ward", "W3", "all", 28.0)],
        columns=[*KEY, "count"],
    )
    one = hide(lay_out(rows, pieces), POLICY)
    other = hide(lay_out(rows[::-1], pieces[::-1]), POLICY)
    assert one.hidden.tolist() == other.hidden.tolist()
    assert hide(tables, POLICY).hidden.tolist() == hide(tables, POLICY).hidden.tolist()


def three_wards(first, *others, **columns):
    wards = [f"W{n + 1}" for n in range(1 + len(others))]
    pieces = pd.DataFrame({"npu": "A", "ward": wards})
    counts = [first, *others]
    rows = [("npu", "A", "all", float(sum(counts)))]
    rows += [("ward", w, "all", float(n)) for w, n in zip(wards, counts, strict=True)]
    table = pd.DataFrame(rows, columns=[*KEY, "count"]).assign(**columns)
    return lay_out(table, pieces)


def test_what_is_public_stays_shown():
    tables = three_wards(4, 30, 40, fixed=[False, False, True, False])
    assert hide(tables, POLICY).hidden.tolist() == [False, True, False, True]


def test_a_zero_is_never_hidden():
    tables = three_wards(4, 0, 40, fixed=[True, False, False, True])
    assert hide(tables, POLICY).hidden.tolist() == [False, True, False, False]


def test_what_cannot_be_protected_is_said():
    tables = three_wards(4, 30, fixed=[True, False, True])
    found = hide(tables, POLICY)
    assert found.hidden.tolist() == [False, True, False]
    assert found.wanted.min() == 0


def test_a_wider_policy_hides_more():
    tables = three_wards(4, 12, 14, fixed=[True, False, False, False])
    few = hide(tables, Policy(protect_width=9)).secondary.sum()
    more = hide(tables, Policy(protect_width=20)).secondary.sum()
    assert (few, more) == (1, 2)
