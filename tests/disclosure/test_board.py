"""Boards of areas by groups, attacked by a method that shares nothing with ours."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from geosafety.disclosure.blocks import blocks
from geosafety.disclosure.board import Board, laid_out
from geosafety.disclosure.decide import decide
from geosafety.disclosure.layout import KEY, lay_out
from geosafety.disclosure.primary import Policy, small_remainders, too_small
from geosafety.disclosure.secondary import hide

POLICY = Policy()
GROUPS = ("a", "b", "c")


def matrix(codes, areas):
    table = np.array([[float(code == area) for code in codes] for area in areas])
    return csr_array(table)


def borough_board(seed):
    """Make two boroughs of four wards, and impact areas across their borders."""
    rng = np.random.default_rng(seed)
    ward = np.repeat(np.arange(8), 2)
    impact = np.where(rng.random(16) < 0.4, rng.integers(0, 2, 16), -1)
    layers = {
        "force": csr_array(np.ones((1, 16))),
        "local_authority": matrix(ward // 4, range(2)),
        "ward": matrix(ward, range(8)),
        "impact_area": matrix(impact, range(2)),
    }
    people = rng.poisson(rng.gamma(1.0, 14, (16, len(GROUPS)))).astype(float)
    parts = {"all": np.ones(len(GROUPS))}
    parts |= dict(zip(GROUPS, np.eye(len(GROUPS)), strict=True))
    firm = {
        ("local_authority", "all"): np.ones(2, dtype=bool),
        ("force", "all"): np.ones(1, dtype=bool),
    }
    return Board(layers, people, parts, firm=firm)


def narrowest(board, hidden):
    """Attack every hidden number in whole people, one variable a patch and group."""
    sums, count, out = [], [], []
    for (layer, part), cells in hidden.items():
        for area, secret in enumerate(cells):
            row = np.kron(board.layers[layer].toarray()[area], board.parts[part])
            sums.append(row)
            count.append(row @ board.people.reshape(-1))
            out.append(secret)
    table, n, out = np.array(sums), np.array(count), np.array(out)
    rules = LinearConstraint(
        table, np.where(out, np.minimum(n, 1), n), np.where(out, np.inf, n)
    )
    widths = {}
    for at in np.flatnonzero(out & (n > 0)):
        ends = [
            milp(
                sign * table[at], constraints=rules, integrality=np.ones(table.shape[1])
            )
            for sign in (1, -1)
        ]
        unbounded = any(end.x is None for end in ends)
        widths[at] = np.inf if unbounded else -ends[1].fun - ends[0].fun
    return min(widths.values(), default=np.inf)


@pytest.mark.parametrize("seed", range(4))
def test_another_attack_finds_no_hidden_number(seed):
    board = borough_board(seed)
    found = decide(board, POLICY, rounds=5)
    assert found.report["short"].sum() == 0
    assert found.report["primary"].sum() > 0
    assert narrowest(board, found.hidden) >= POLICY.width
    plain = {
        key: too_small(pd.Series(board.count(*key)), POLICY).to_numpy()
        for key in board.cells()
    }
    assert narrowest(board, plain) < POLICY.width


def test_boroughs_whose_totals_stay_are_solved_apart():
    wards = [f"W{n}" for n in range(12)]
    pieces = pd.DataFrame(
        {"force": "F", "la": np.repeat(list("ABC"), 4), "ward": wards}
    )
    rng = np.random.default_rng(5)
    people = rng.poisson(12, 12)
    rows = [
        (layer, code, "all", float(people[on].sum()))
        for layer in pieces
        for code, on in pieces.groupby(layer).indices.items()
    ]
    cells = pd.DataFrame(rows, columns=[*KEY, "count"])
    cells["fixed"] = cells["geography"] != "ward"
    tables = lay_out(cells, pieces)
    small = too_small(tables.cells["count"], POLICY).to_numpy()
    known = tables.hiding(small)
    firm = tables.cells["fixed"].to_numpy(bool)
    found = blocks(known, firm, small_remainders(known, POLICY))
    assert 1 < len(found) <= 3
    for block in found:
        assert set(block.tables.cells["geography"]) == {"la", "ward"}
        assert block.tables.sums.shape[1] == 4
        wanted = block.tables.sums @ people[_wards(block, tables)]
        assert wanted.tolist() == block.tables.count.tolist()
    one = hide(tables, POLICY)
    assert one.proved
    whole = hide(lay_out(cells.assign(fixed=False), pieces), POLICY)
    assert one.secondary.sum() >= whole.secondary.sum()


def _wards(block, tables):
    """Find which pieces a block's unknowns are: those of its wards, in order."""
    mine = tables.cells.iloc[block.cells]
    codes = mine.loc[mine["geography"] == "ward", "area_code"]
    return sorted(int(code[1:]) for code in codes)


def test_a_layer_of_which_most_is_too_small_is_hidden_whole_with_its_zeros():
    layers = {"npu": csr_array(np.ones((1, 4))), "ward": csr_array(np.eye(4))}
    board = Board(layers, np.array([[3.0], [4], [0], [60]]), {"all": np.ones(1)})
    found = decide(board, POLICY, rounds=5)
    assert found.hidden["ward", "all"].all()
    assert not found.hidden["npu", "all"].any()
    report = found.report.set_index("geography")
    assert report.loc["ward", ["cells", "whole", "primary"]].tolist() == [3, 3, 0]
    patient = decide(board, Policy(layer_share=1.0), rounds=5)
    # 7 people in two wards are 1 to 6 each: a third ward goes, and the 0 stays.
    assert patient.hidden["ward", "all"].tolist() == [True, True, False, True]


def test_the_same_people_in_two_layers_are_one_number():
    layers = {"la": csr_array(np.eye(2)), "npu": csr_array(np.eye(2))}
    people = np.array([[4.0, 30], [20, 30]])
    parts = {"all": np.ones(2), "a": np.array([1.0, 0]), "b": np.array([0, 1.0])}
    found = decide(Board(layers, people, parts), POLICY, rounds=5)
    for part in parts:
        np.testing.assert_array_equal(
            found.hidden["la", part], found.hidden["npu", part]
        )
    laid = laid_out(Board(layers, people, parts), found.hidden, set())
    assert len(laid.tables.cells) == 6
    assert len(laid.keys) == 12


def test_who_does_not_say_what_they_are_is_no_group_to_hide():
    people = np.array([[40.0, 3]])
    parts = {"all": np.ones(2), "a": np.array([1.0, 0]), "none": np.array([0, 1.0])}
    board = Board({"npu": csr_array(np.ones((1, 1)))}, people, parts)
    told = decide(board, POLICY, rounds=5)
    assert told.hidden["npu", "none"].all()
    free = Board(board.layers, people, parts, free=("none",))
    assert not any(out.any() for out in decide(free, POLICY, rounds=5).hidden.values())


def test_how_many_are_in_a_layer_together_gives_no_single_area_away():
    shops = np.array([0, 0, 1, 1, 2, 2, -1, -1])
    layers = {
        "force": csr_array(np.ones((1, 8))),
        "impact_area": matrix(shops, range(3)),
        "npu": matrix(np.array([0, 1] * 4), range(2)),
    }
    people = np.array([[3.0], [4], [30], [21], [40], [19], [500], [600]])
    board = Board(layers, people, {"all": np.ones(1)})
    alone = decide(board, POLICY, rounds=5)
    assert alone.hidden["impact_area", "all"].tolist() == [True, False, False]
    told = decide(replace(board, totals=("impact_area",)), POLICY, rounds=5)
    assert told.hidden["impact_area", "all"].sum() == 2
    assert set(told.hidden) == set(alone.hidden)
    assert set(told.report["geography"]) == set(layers)
    # With the total among what is printed, the attack finds nothing narrow.
    total = csr_array(layers["impact_area"].sum(axis=0)[None, :])
    known = replace(board, layers={**layers, "total": total})
    public = {("total", "all"): np.zeros(1, dtype=bool)}
    assert narrowest(known, told.hidden | public) >= POLICY.width
    assert narrowest(known, alone.hidden | public) < POLICY.width
