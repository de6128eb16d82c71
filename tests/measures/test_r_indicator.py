"""R-indicators: against sums over persons one by one, and simulation."""

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import MethodError
from geosafety.measures.r_indicator import partial_indicators, r_indicator

CELLS = pd.DataFrame(
    {
        "age": ["young", "young", "old", "old"],
        "sex": ["f", "m", "f", "m"],
        "n": [20, 8, 60, 45],
        "population": [100, 110, 120, 90],
    }
)


def persons(cells):
    """One row per resident with the response propensity of their cell."""
    rho = cells["n"] / cells["population"]
    return cells.assign(rho=rho).loc[cells.index.repeat(cells["population"])]


def test_r_is_one_less_two_standard_deviations_over_persons():
    spread = persons(CELLS)["rho"].std(ddof=1)
    assert r_indicator(CELLS).r_unadjusted == pytest.approx(1 - 2 * spread)


def test_r_by_hand():
    # Rates .6 and .2 in two equal groups: S = .2 (over N), so R is close to .6.
    found = r_indicator(pd.DataFrame({"n": [600, 200], "population": [1000, 1000]}))
    assert found.rate == pytest.approx(0.4)
    assert found.r_unadjusted == pytest.approx(1 - 0.4 * np.sqrt(2000 / 1999))
    # Chance: .5 x .5 x (.6 x .4 + .2 x .8) / 999 = .0001001 off the variance of .04.
    assert found.cv == pytest.approx(np.sqrt(0.04 - 0.1 / 999) / 0.4)
    assert found.max_bias == pytest.approx(50 * found.cv)


def test_partial_indicators_are_sums_over_persons():
    table = partial_indicators(CELLS, ["age", "sex"]).set_index(
        ["variable", "category"]
    )
    people = persons(CELLS)
    rho, mean, size = people["rho"], people["rho"].mean(), len(people)
    own = rho.groupby(people["age"]).transform("mean")
    between = np.sqrt(((own - mean) ** 2).sum() / (size - 1))
    assert table.loc[("age", ""), "unconditional"] == pytest.approx(between)
    young = people["age"] == "young"
    value = np.sqrt(young.mean() * size / (size - 1)) * (rho[young].mean() - mean)
    assert table.loc[("age", "young"), "unconditional"] == pytest.approx(value)
    # Conditional: what is left within the cells of the other variable.
    gap = (rho - rho.groupby(people["sex"]).transform("mean")) ** 2
    whole = np.sqrt(gap.sum() / (size - 1))
    assert table.loc[("age", ""), "conditional"] == pytest.approx(whole)
    part = np.sqrt(gap[young].sum() / (size - 1))
    assert table.loc[("age", "young"), "conditional"] == pytest.approx(part)


def test_between_and_within_make_up_the_whole_variance():
    table = partial_indicators(CELLS, ["age", "sex"]).set_index(
        ["variable", "category"]
    )
    between = table.loc[("sex", ""), "unconditional"] ** 2
    within = table.loc[("age", ""), "conditional"] ** 2
    spread = (1 - r_indicator(CELLS).r_unadjusted) / 2
    assert between + within == pytest.approx(spread**2)


def test_one_variable_has_no_conditional_indicator():
    table = partial_indicators(CELLS, ["age"])
    assert table["conditional"].isna().all()
    assert table["unconditional_cv"].tolist()[0] == pytest.approx(
        table["unconditional"][0] / table["rate"][0]
    )


@pytest.mark.parametrize("rates", [[0.05, 0.1, 0.2], [0.1, 0.1, 0.1]])
def test_the_adjustment_takes_off_what_chance_adds_on_average(rates):
    """Adjusted variances average the true one; raw ones are too large."""
    people, rho = np.array([60, 200, 140]), np.array(rates)
    rng = np.random.default_rng(1)
    weight = people / people.sum()
    truth = (weight * (rho - weight @ rho) ** 2).sum() * 400 / 399
    raw, adjusted = [], []
    for n in rng.binomial(people, rho, size=(2000, 3)):
        found = r_indicator(pd.DataFrame({"n": n, "population": people}))
        raw.append(((1 - found.r_unadjusted) / 2) ** 2)
        q = n / people
        noise = (weight * (1 - weight) * q * (1 - q) / (people - 1)).sum() * 400 / 399
        adjusted.append(raw[-1] - noise)  # before it is kept from falling below zero
        assert found.spread**2 == pytest.approx(max(0, adjusted[-1]), abs=1e-12)
    error = np.std(adjusted) / np.sqrt(len(adjusted))
    assert np.mean(adjusted) == pytest.approx(truth, abs=3 * error)
    assert np.mean(raw) > truth + 5 * error


@pytest.mark.parametrize(
    ("people", "rates", "covered"),
    [
        ([600, 2000, 1400], [0.01, 0.03, 0.05], 0.95),
        ([60, 200, 140], [0.1, 0.3, 0.5], 0.95),
        # Two groups and 80 answers: the documented weakness of the delta method.
        ([1000, 1000], [0.03, 0.05], 0.9),
    ],
)
def test_the_limits_cover_the_truth_as_often_as_they_say(people, rates, covered):
    people, rho = np.array(people), np.array(rates)
    weight = people / people.sum()
    spread = np.sqrt((weight * (rho - weight @ rho) ** 2).sum())
    rng = np.random.default_rng(2)
    covers = []
    for n in rng.binomial(people, rho, size=(1200, len(people))):
        found = r_indicator(pd.DataFrame({"n": n, "population": people}))
        cv = found.cv_lower <= spread / (weight @ rho) <= found.cv_upper
        covers.append((cv, found.r_lower <= 1 - 2 * spread <= found.r_upper))
    assert np.mean(covers, axis=0) == pytest.approx([covered, covered], abs=0.025)


def test_an_even_response_is_said_to_differ_by_chance_alone():
    cells = pd.DataFrame({"n": [50, 50], "population": [500, 500]})
    found = r_indicator(cells)
    assert (found.r, found.cv) == (1, 0)
    assert found.words.startswith("The groups differ no more than chance")


def test_where_few_answer_r_is_near_one_and_the_words_point_elsewhere():
    # 5,828 of 2.9 million: one group answers four times as often as the other.
    cells = pd.DataFrame({"n": [4662, 1166], "population": [1_450_000, 1_450_000]})
    found = r_indicator(cells)
    assert found.r > 0.99
    assert found.cv == pytest.approx(0.6, abs=0.01)
    assert "do not read it here" in found.words


def test_people_who_were_asked_are_the_base_of_the_rate():
    asked = r_indicator(CELLS, invited=210)
    everyone = r_indicator(CELLS)
    assert asked.rate == pytest.approx(everyone.rate * 2)
    assert asked.spread == pytest.approx(everyone.spread * 2)
    assert asked.cv == everyone.cv


def test_an_r_indicator_is_refused_where_it_means_nothing():
    one = pd.DataFrame({"n": [5], "population": [50]})
    with pytest.raises(MethodError, match="Fewer than two groups"):
        r_indicator(one)
    with pytest.raises(MethodError, match="more respondents than people"):
        r_indicator(pd.DataFrame({"n": [5, 60], "population": [50, 50]}))
    with pytest.raises(MethodError, match="no number"):
        r_indicator(pd.DataFrame({"n": [5, 6], "population": [50, None]}))
    with pytest.raises(MethodError, match="no column 'ages'"):
        partial_indicators(CELLS, ["ages"])
