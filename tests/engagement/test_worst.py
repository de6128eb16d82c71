"""Being among the widest gaps: against integrals, and against planted truth."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import binom, norm

from geosafety.engagement.gap import rate_part, share_part
from geosafety.engagement.worst import among_worst
from geosafety.errors import InputError, MethodError
from geosafety.measures.comparison import compare_table
from geosafety.measures.smoothing import shrink_shares

AREAS, WIDEST, MAPS = 60, 10, 40


def chances(value, error, k, *, widest="low", seed=1, **given):
    value, error = pd.Series(value, dtype=float), pd.Series(error, dtype=float)
    return among_worst(value, error, k=k, widest=widest, seed=seed, **given)


def test_of_two_areas_it_is_the_normal_probability_of_their_difference():
    found = chances([10, 12], [1.0, 2.0], 1)
    exact = 100 * norm.cdf(2 / np.hypot(1, 2))
    assert found.tolist() == pytest.approx([exact, 100 - exact], abs=1.5)


def test_of_three_areas_it_is_the_integral():
    centre, spread = [10, 11, 13], [1.0, 2.0, 1.5]
    found = chances(centre, spread, 1, draws=40_000)

    def lowest(i):
        others = [j for j in range(3) if j != i]

        def at(x):
            above = [norm.sf(x, centre[j], spread[j]) for j in others]
            return norm.pdf(x, centre[i], spread[i]) * above[0] * above[1]

        return 100 * quad(at, -10, 30)[0]

    assert found.tolist() == pytest.approx([lowest(i) for i in range(3)], abs=0.8)


def test_chances_add_up_to_k_and_the_two_ends_mirror_each_other():
    rng = np.random.default_rng(4)
    value, error = rng.normal(size=40), rng.uniform(0.1, 1, 40)
    low, high = chances(value, error, 7), chances(-value, error, 7, widest="high")
    assert low.sum() == pytest.approx(700)
    assert low.tolist() == high.tolist()


def test_an_area_without_a_value_is_not_in_the_race_and_changes_nothing():
    with_it = chances([1, 2, None, 3], [1, 1, None, 1], 1)
    without = chances([1, 2, 3], [1, 1, 1], 1)
    assert with_it.dropna().tolist() == without.tolist()
    assert with_it.isna().tolist() == [False, False, True, False]


def test_the_same_seed_gives_the_same_and_another_nearly_the_same():
    value, error = list(range(20)), [3.0] * 20
    first = chances(value, error, 3, seed=1)
    assert first.equals(chances(value, error, 3, seed=1))
    other = chances(value, error, 3, seed=2)
    assert not first.equals(other)
    assert first.tolist() == pytest.approx(other.tolist(), abs=3)


def test_drawing_in_portions_gives_every_draw_once(monkeypatch):
    monkeypatch.setattr("geosafety.engagement.worst.AT_ONCE", 70)
    found = chances(range(10), [2.0] * 10, 3, draws=999)
    assert found.sum() == pytest.approx(300)


def test_where_no_more_than_k_areas_run_there_is_no_chance_to_tell():
    assert chances([1, 2, 3], [1, 1, 1], 3).isna().all()


def test_what_cannot_be_simulated_is_an_error():
    with pytest.raises(InputError, match="widest gaps"):
        chances([1, 2], [1, 1], 0)
    with pytest.raises(InputError, match="'middle' end"):
        chances([1, 2], [1, 1], 1, widest="middle")
    with pytest.raises(MethodError, match="The area 1"):
        chances([1, 2], [1, 0], 1)


def planted_rates(seed):
    """Plant skewed rates in two parents and count events: the truth and the part."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(500, 5_000, AREAS)
    true = 0.02 * np.exp(rng.normal(0, 0.5, AREAS))
    count = rng.poisson(true * base).astype(float)
    areas = pd.DataFrame({"count": count, "base": base})
    areas = areas.assign(status="ok", parent=np.arange(AREAS) % 2)
    part = rate_part(areas, (count.sum(), base.sum()), per=1000, minimum_effect=10)
    return true, part


def planted_shares(seed):
    """Plant shares and ask some of the people: the truth and the part."""
    rng = np.random.default_rng(seed)
    n = rng.integers(30, 300, AREAS)
    true = rng.normal(0.4, 0.07, AREAS)
    value = pd.Series(100 * rng.binomial(n, true) / n)
    size = pd.Series(n.astype(float))
    made = shrink_shares(value, size, pd.Series(["Force"] * AREAS))
    sides = {"first_value": value, "first_effective_n": size}
    sides |= {"second_value": 40.0, "second_effective_n": float(n.sum())}
    found = compare_table(
        pd.DataFrame(sides), "share", minimum_effect=5, relation="part of", worded=False
    )
    found = found.rename(
        columns={"lower": "difference_lower", "upper": "difference_upper"}
    )
    ends = {"lower": "smoothed_lower", "upper": "smoothed_upper"}
    table = found.join(
        made[["smoothed", "lower", "upper", "rmse"]].rename(columns=ends)
    )
    table = table.assign(value=value, lower=value - 5, upper=value + 5)
    return true, share_part(table.assign(count=np.nan, base=size, status="ok"))


def forecasts(plant, widest):
    """Return forecast and outcome of every area of every map."""
    said, came = [], []
    for seed in range(MAPS):
        true, part = plant(seed)
        found = among_worst(
            part["race_value"],
            part["race_error"],
            k=WIDEST,
            widest=widest,
            seed=seed,
            draws=500,
        )
        order = np.argsort(true if widest == "low" else -true)
        said.append(found.to_numpy() / 100)
        came.append(np.isin(np.arange(AREAS), order[:WIDEST]))
    return np.concatenate(said), np.concatenate(came)


@pytest.fixture(scope="module", params=["rates", "shares"])
def forecast(request):
    if request.param == "rates":
        return forecasts(planted_rates, "high")
    return forecasts(planted_shares, "low")


def test_with_planted_gaps_the_probability_is_calibrated(forecast):
    # A reliability table: of the areas said to be among the widest with about some
    # probability, about that share is. Each row within 99.9 % of chance and two points.
    said, came = forecast
    rows = np.minimum((10 * said).astype(int), 9)
    for row in np.unique(rows):
        here = rows == row
        n, mean = here.sum(), said[here].mean()
        low, high = binom.interval(0.999, n, mean)
        assert low / n - 0.02 <= came[here].mean() <= high / n + 0.02, (row, n, mean)
    assert len(np.unique(rows)) == 10
    # Errors 0.6 times as large would be 12 points too sure here.
    open_ones = (said > 0.5) & (said < 0.95)
    assert came[open_ones].mean() == pytest.approx(said[open_ones].mean(), abs=0.06)


def test_a_probability_misses_by_less_than_a_bare_rank_does(forecast):
    said, came = forecast
    last = np.sort(said.reshape(MAPS, AREAS), axis=1)[:, -WIDEST]
    ranked = said >= np.repeat(last, AREAS)
    assert ((said - came) ** 2).mean() < 0.75 * (ranked != came).mean()
