from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from geosafety.errors import MethodError
from geosafety.measures.comparison import Share, compare
from geosafety.measures.differences import (
    difference_limits,
    mean_side,
    p_values,
    paired,
    rate_side,
    rest_of_means,
    rest_of_rates,
    rest_of_shares,
    same_question,
    share_side,
)
from geosafety.measures.intervals import Z_95, poisson_interval, wilson_interval

GOLDEN = Path(__file__).parent / "golden"


def limits(first, second, correlation=0.0, z=Z_95):
    rows = len(first.value)
    return difference_limits(
        first, second, np.full(rows, correlation), z=np.full(rows, z)
    )


def array(*numbers):
    return np.array(numbers, dtype=float)


def test_independent_shares_have_newcombes_interval_as_r_has_it():
    """R's Epi; the first three rows are Newcombe's (1998) own, in his Table II."""
    them = pd.read_csv(GOLDEN / "epi_newcombe.csv")
    first = share_side(100 * them["yes1"] / them["n1"], them["n1"].to_numpy(float))
    second = share_side(100 * them["yes2"] / them["n2"], them["n2"].to_numpy(float))
    lower, upper = limits(first, second)
    np.testing.assert_allclose(lower / 100, them["lower"], atol=1e-9)
    np.testing.assert_allclose(upper / 100, them["upper"], atol=1e-9)


def test_the_limits_of_one_side_are_those_of_wilson_and_garwood():
    z = np.full(3, Z_95)
    low, high = share_side(array(0, 30, 100), array(20, 50, 20)).limits(z)
    ours = wilson_interval([0, 15, 20], [20, 50, 20])
    np.testing.assert_allclose([low / 100, high / 100], ours)
    low, high = rate_side(array(0, 3, 9), array(1, 1, 1), array(1, 1, 1)).limits(z)
    np.testing.assert_allclose([low, high], poisson_interval([0, 3, 9]))


def tables(n, cells):
    """Every way to deal n answers to cells."""
    if cells == 1:
        return np.array([[n]])
    parts = [
        np.column_stack([np.full(len(rest), k), rest])
        for k in range(n + 1)
        for rest in [tables(n - k, cells - 1)]
    ]
    return np.concatenate(parts)


def coverage(chance, lower, upper, truth):
    return float(chance[(lower <= truth + 1e-9) & (truth - 1e-9 <= upper)].sum())


@pytest.mark.parametrize("p", [(0.3, 0.15, 0.1), (0.1, 0.2, 0.2), (0.5, 0.05, 0.1)])
def test_paired_intervals_cover_over_every_possible_table(p):
    """Both yes, first only, second only, neither: all 12,341 tables of 40 people."""
    n, chances = 40, (*p, 1 - sum(p))
    dealt = tables(n, 4)
    both, one, other, _ = 100 * dealt.T / n
    first, second = (share_side(both + k, np.full(len(both), n)) for k in (one, other))
    r = paired(first, second, one + other, [np.full(len(both), n)] * 2)
    lower, upper = difference_limits(first, second, r, z=np.full(len(both), Z_95))
    covered = coverage(
        stats.multinomial.pmf(dealt, n, chances), lower, upper, 100 * (p[1] - p[2])
    )
    assert 0.945 < covered < 0.985


@pytest.mark.parametrize("p", [(0.28, 0.30), (0.1, 0.6), (0.05, 0.1)])
def test_intervals_of_two_options_cover_over_every_possible_table(p):
    n, chances = 60, (*p, 1 - sum(p))
    dealt = tables(n, 3)
    one, other = 100 * dealt.T[:2] / n
    first, second = (
        share_side(one, np.full(len(one), n)),
        share_side(other, np.full(len(one), n)),
    )
    r = same_question(first.value, second.value)
    lower, upper = difference_limits(first, second, r, z=np.full(len(one), Z_95))
    chance = stats.multinomial.pmf(dealt, n, chances)
    assert 0.94 < coverage(chance, lower, upper, 100 * (p[0] - p[1])) < 0.975


@pytest.mark.parametrize(("p", "q"), [(0.3, 0.3), (0.6, 0.3), (0.1, 0.28)])
def test_intervals_of_a_part_against_the_whole_cover_over_every_outcome(p, q):
    n, rest = 30, 120
    k, m = (x.ravel() for x in np.meshgrid(np.arange(n + 1), np.arange(rest + 1)))
    chance = stats.binom.pmf(k, n, p) * stats.binom.pmf(m, rest, q)
    part = np.full(len(k), n / (n + rest))
    one = 100 * k / n, np.full(len(k), float(n))
    whole = 100 * (k + m) / (n + rest), np.full(len(k), float(n + rest))
    first, second = share_side(*one), rest_of_shares(part, one, whole)
    lower, upper = limits(first, second)
    scale = 1 - part
    truth = 100 * (p - (n * p + rest * q) / (n + rest))
    assert 0.94 < coverage(chance, scale * lower, scale * upper, truth) < 0.97


@pytest.mark.parametrize(("a", "b"), [(2, 5), (10, 10), (30, 12)])
def test_intervals_of_rates_cover_over_every_likely_outcome(a, b):
    k, m = (x.ravel() for x in np.meshgrid(np.arange(90), np.arange(90)))
    chance = stats.poisson.pmf(k, a) * stats.poisson.pmf(m, b)
    one = np.ones(len(k))
    first, second = rate_side(k, 2 * one, one), rate_side(m, 3 * one, one)
    lower, upper = limits(first, second)
    assert 0.95 < coverage(chance, lower, upper, a / 2 - b / 3) < 0.985


shares = st.floats(1, 99)
bases = st.integers(5, 3000)


@given(shares, bases, shares, bases, st.floats(-0.9, 0.9))
def test_a_p_value_is_small_just_where_the_interval_leaves_out_zero(p, n, q, m, r):
    first, second = share_side(array(p), array(n)), share_side(array(q), array(m))
    found = p_values(first, second, array(r))[0]
    for level in (0.05, 0.2):
        z = stats.norm.isf(level / 2)
        lower, upper = limits(first, second, r, z=z)
        if min(abs(lower[0]), abs(upper[0])) > 1e-4:
            assert (found < level) == (lower[0] > 0 or upper[0] < 0)


def test_p_values_of_means_are_those_of_the_normal_distribution():
    first, second = mean_side(array(3.0), array(0.6)), mean_side(array(1.5), array(0.8))
    expected = 2 * stats.norm.sf(1.5)
    assert p_values(first, second, array(0))[0] == pytest.approx(expected, abs=1e-6)


def test_equal_sides_have_a_p_value_of_1_and_missing_ones_none():
    side = share_side(array(30, np.nan, 30), array(50, 50, 0))
    np.testing.assert_array_equal(
        p_values(side, side, np.zeros(3)), [1, np.nan, np.nan]
    )


def test_pairs_that_answer_alike_make_the_interval_narrower():
    first, second = share_side(array(52), array(416)), share_side(array(50), array(416))
    n = [array(416)] * 2
    wide, narrow = (
        np.ptp(np.ravel(limits(first, second, paired(first, second, array(d), n)[0])))
        for d in (30, 10)
    )
    # Plain normal theory: 1.96 times the root of the discordant share over n.
    assert wide / 2 == pytest.approx(196 * np.sqrt(0.3 / 416), rel=0.02)
    assert narrow / 2 == pytest.approx(196 * np.sqrt(0.1 / 416), rel=0.02)


def test_people_who_gave_one_answer_of_a_pair_add_no_correlation():
    first, second = (
        share_side(array(30), array(500)),
        share_side(array(28), array(2000)),
    )
    half = paired(first, second, array(10), [array(500), array(2000)])
    whole = paired(first, second, array(10), [array(500), array(500)])
    assert half[0] == pytest.approx(whole[0] / 2)


def test_a_discordant_share_that_cannot_be_is_an_error():
    first, second = share_side(array(50), array(9)), share_side(array(20), array(9))
    with pytest.raises(MethodError, match="50 % and 20 % cannot differ in 10 %"):
        paired(first, second, array(10), [array(9), array(9)])


def test_two_options_with_more_than_all_answers_are_an_error():
    with pytest.raises(MethodError, match="60 % and 41 %"):
        same_question(array(60), array(41))


def test_two_options_that_share_all_answers_move_together_exactly():
    np.testing.assert_allclose(same_question(array(60, 100), array(40, 0)), [-1, -1])


def test_the_rest_of_a_whole_is_what_is_left_of_counts():
    rest = rest_of_rates((array(10), array(100)), (array(40), array(500)), array(1000))
    assert rest.value[0] == pytest.approx(1000 * 30 / 400)
    one, whole = (array(25), array(80)), (array(40), array(200))
    share = rest_of_shares(array(0.4), one, whole)
    # 20 of 80 and 80 of 200 leave 60 of 120.
    assert share.value[0] == pytest.approx(50)
    assert share.variance[0] == pytest.approx(1e4 * 0.25 / 120)


def test_the_rest_of_a_weighted_mean_has_the_standard_error_that_is_left():
    rest = rest_of_means(
        array(0.25), (array(2.0), array(0.4)), (array(3.5), array(0.2))
    )
    assert rest.value[0] == pytest.approx(4)
    whole = (0.25 * 0.4) ** 2 + (0.75 * np.sqrt(rest.variance[0])) ** 2
    assert whole == pytest.approx(0.2**2)


def test_a_part_larger_than_its_whole_is_an_error():
    with pytest.raises(MethodError, match="not part of a whole"):
        rest_of_rates((array(50), array(100)), (array(40), array(500)), array(1000))
    with pytest.raises(MethodError, match=r"row 1"):
        rest_of_shares(array(0.5), (array(90), array(50)), (array(30), array(100)))


# Newcombe (1998), Statistics in Medicine 17, 2635-2650, method 10.
@pytest.mark.parametrize(
    ("pairs", "printed"),
    [
        ((36, 12, 2, 0), (0.0569, 0.3404)),
        ((18, 12, 2, 18), (0.0562, 0.3290)),
        ((53, 0, 0, 1), (-0.0729, 0.0729)),
        ((0, 30, 0, 0), (0.8395, 1.0)),
    ],
)
def test_paired_shares_have_newcombes_printed_intervals(pairs, printed):
    both, one, other, _ = pairs
    n = sum(pairs)
    found = compare(
        Share(value=100 * (both + one) / n, effective_n=n),
        Share(value=100 * (both + other) / n, effective_n=n),
        minimum_effect=5,
        relation="paired",
        discordant=100 * (one + other) / n,
    )
    assert [found.lower / 100, found.upper / 100] == pytest.approx(printed, abs=1e-4)
