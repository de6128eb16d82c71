"""Ranks with their range: against a bootstrap of people, and against planted truth."""

import numpy as np
import pytest

from geosafety.measures.ranking import rank_options


def answers(n, shares, seed):
    """Draw people who pick options; whoever picks the first leaves out the second."""
    rng = np.random.default_rng(seed)
    marks = rng.random((n, len(shares))) < np.array(shares)
    marks[:, 1] &= ~(marks[:, 0] & (rng.random(n) < 0.5))
    return marks


def ranked(marks, **options):
    x = marks.astype(float)
    return rank_options(x.sum(axis=0), x.T @ x, len(x), **options)


def test_ranges_agree_with_a_bootstrap_of_the_people():
    marks = answers(400, [0.5, 0.6, 0.45, 0.44, 0.2], seed=3)
    ours = ranked(marks, top=2, seed=1, draws=20_000)
    rng = np.random.default_rng(2)
    ranks = []
    for _ in range(4_000):
        share = marks[rng.integers(0, 400, 400)].mean(axis=0)
        share = share + rng.random(5) * 1e-9  # ties of a bootstrap, broken by chance
        ranks.append((-share).argsort().argsort() + 1)
    ranks = np.array(ranks)
    # Both are simulations of 4,000 draws and more: 4 standard errors are .03.
    assert np.abs(ours["in_top"] - (ranks <= 2).mean(axis=0)).max() < 0.03
    assert np.abs(ours["first"] - (ranks == 1).mean(axis=0)).max() < 0.03
    lower = np.quantile(ranks, 0.05, axis=0, method="inverted_cdf")
    assert np.abs(ours["rank_lower"] - lower).max() <= 1


def test_the_range_holds_the_true_rank_as_often_as_it_says():
    truth = [0.5, 0.46, 0.42, 0.3, 0.28, 0.1]
    rng = np.random.default_rng(5)
    held = 0
    for run in range(200):
        table = ranked(rng.random((300, 6)) < truth, top=3, seed=run, draws=1_000)
        inside = (table["rank_lower"] <= table.index + 1) & (
            table["rank_upper"] >= table.index + 1
        )
        held += inside.mean()
    assert held / 200 >= 0.9


def test_the_same_seed_gives_the_same_ranks_and_equal_shares_share_a_rank():
    marks = np.eye(4, dtype=bool).repeat(10, axis=0)
    one, two = (ranked(marks, top=1, seed=7) for _ in range(2))
    assert one.equals(two)
    assert one["rank"].tolist() == [1, 1, 1, 1]
    assert one["first"].sum() == pytest.approx(1)
