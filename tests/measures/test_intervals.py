import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from geosafety.measures.intervals import Z_95, poisson_interval, wilson_interval

answers = st.integers(1, 5000).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n))
)


@given(answers)
def test_a_wilson_interval_holds_the_share_and_stays_between_0_and_1(k_of_n):
    k, n = k_of_n
    lower, upper = wilson_interval([k], [n])
    assert 0 <= lower[0] <= k / n <= upper[0] <= 1


@given(answers)
def test_a_wilson_limit_is_where_the_score_test_just_rejects(k_of_n):
    """Wilson's own definition, solved by bisection instead of by his formula."""
    k, n = k_of_n
    p = k / n
    lower, upper = wilson_interval([k], [n])

    def score(limit):
        return abs(p - limit) - Z_95 * np.sqrt(limit * (1 - limit) / n)

    if 0 < k < n:
        assert lower[0] == pytest.approx(optimize.brentq(score, 1e-12, p), abs=1e-9)
        assert upper[0] == pytest.approx(optimize.brentq(score, p, 1 - 1e-12), abs=1e-9)


@pytest.mark.parametrize(("n", "lower", "upper"), [(200, 24.1, 36.7), (50, 19.1, 43.8)])
def test_wilson_for_thirty_per_cent_as_in_the_textbook(n, lower, upper):
    low, high = wilson_interval([0.3 * n], [n])
    assert (round(100 * low[0], 1), round(100 * high[0], 1)) == (lower, upper)


@given(st.integers(0, 9))
def test_a_small_count_has_garwoods_exact_limits(n):
    lower, upper = poisson_interval([n])
    assert stats.poisson.cdf(n, upper[0]) == pytest.approx(0.025, abs=1e-9)
    if n:
        assert stats.poisson.sf(n - 1, lower[0]) == pytest.approx(0.025, abs=1e-9)
    else:
        assert lower[0] == 0


@given(st.integers(10, 100_000))
def test_byars_limits_are_close_to_the_exact_ones(n):
    lower, upper = poisson_interval([n])
    assert lower[0] == pytest.approx(stats.chi2.ppf(0.025, 2 * n) / 2, rel=2e-3)
    assert upper[0] == pytest.approx(stats.chi2.ppf(0.975, 2 * n + 2) / 2, rel=2e-3)


def test_missing_counts_and_empty_bases_give_missing_limits():
    assert np.isnan(poisson_interval([np.nan])[0]).all()
    assert np.isnan(wilson_interval([0], [0])[1]).all()
