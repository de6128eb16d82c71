"""Responses needed: against the interval that they are to give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from geosafety.errors import MethodError
from geosafety.measures.intervals import wilson_interval
from geosafety.measures.responses_needed import responses_needed


def needed(n, population=None, **given):
    table = pd.DataFrame({"area_code": "A", "group": "g", "n": [n]})
    return responses_needed(table.assign(population=population), **given).iloc[0]


@given(st.floats(0, 1), st.floats(0.01, 0.2))
def test_the_number_needed_is_the_first_whose_interval_is_narrow_enough(p, half):
    wanted = int(needed(0, half_width=100 * half, at=100 * p)["needed"])

    def width(n):
        lower, upper = wilson_interval([p * n], [n])
        return (upper[0] - lower[0]) / 2

    assert width(wanted) <= half + 1e-9
    if wanted > 1:
        assert width(wanted - 1) > half - 1e-9


def test_large_samples_need_what_the_textbook_says():
    # 1.96^2 x .25 / .05^2 = 384.1, less Wilson's z^2 = 3.84: 381.
    assert norm.ppf(0.975) ** 2 * 0.25 / 0.05**2 == pytest.approx(384.1, abs=0.1)
    assert needed(0, half_width=5)["needed"] == 381
    assert needed(0, half_width=5, design_effect=2)["needed"] == 761


def test_a_small_population_needs_fewer_and_never_more_than_all():
    # Cochran: 380.3 / (1 + 379.3 / 1,000) = 275.7.
    assert needed(0, 1000, half_width=5)["needed"] == 276
    assert needed(0, 12, half_width=1)["needed"] == 12
    assert needed(12, 12, half_width=5)["half_width_now"] == 0


def test_the_width_now_is_that_of_the_interval_there_is():
    lower, upper = wilson_interval([50], [100])
    now = needed(100)["half_width_now"]
    assert now == pytest.approx(50 * (upper[0] - lower[0]))
    assert np.isnan(needed(0)["half_width_now"])


def test_the_number_needed_reaches_the_width_whatever_the_population_and_design():
    wanted = needed(0, 900, half_width=6, design_effect=1.4)["needed"]
    enough = needed(wanted, 900, half_width=6, design_effect=1.4)
    short = needed(wanted - 1, 900, half_width=6, design_effect=1.4)
    assert enough["half_width_now"] <= 6.01
    assert short["half_width_now"] > 5.99
    assert (enough["more_for_precision"], short["more_for_precision"]) == (0, 1)


def groups(n, population):
    return pd.DataFrame(
        {
            "area_code": ["A"] * len(n),
            "group": list("abc"[: len(n)]),
            "n": n,
            "population": population,
        }
    )


def test_the_number_for_a_fair_share_gives_the_share_when_it_is_added():
    found = responses_needed(groups([10, 60, 30], [500, 250, 250]))
    more = found["more_for_share"]
    assert (10 + more[0]) / (100 + more[0]) == pytest.approx(0.5)
    assert more.tolist() == [80, 0, 0]


def test_without_every_population_of_the_area_there_is_no_share():
    found = responses_needed(groups([10, 60, 5], [500, None, 100]))
    assert found["more_for_share"].isna().all()
    assert "its share of the population is not known" in found["words"][0]
    assert found["more_for_precision"].notna().all()


def test_areas_are_kept_apart():
    both = pd.concat([groups([10, 90], [50, 50]), groups([50, 50], [50, 50])])
    both["area_code"] = list("AABB")
    assert responses_needed(both)["more_for_share"].tolist() == [80, 0, 0, 0]


def test_the_words_name_both_needs():
    # 380.3 / (1 + 379.3 / 5,000) = 353.5: 354 in all.
    found = responses_needed(groups([10, 900], [5000, 5000]))["words"]
    assert found.tolist() == [
        "344 more for ±5 points; 890 more for its share",
        "enough for ±5 points; has its share",
    ]
    assert "not known" in needed(np.nan)["words"]


def test_a_precision_that_means_nothing_is_refused():
    with pytest.raises(MethodError, match="half width of 0 points"):
        needed(0, half_width=0)
