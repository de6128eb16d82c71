from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosafety.errors import MethodError
from geosafety.spatial.concentration import (
    gini,
    gini_words,
    lorenz,
    lorenz_points,
    shares_table,
)

TEN = pd.Series([50, 20, 10, 5, 5, 4, 3, 2, 1, 0], index=list("ABCDEFGHIJ"))
WEIGHTS = pd.Series({"burglary": 10.0, "shoplifting": 1.0})
MIXED = pd.DataFrame(
    {"burglary": [0, 0, 9, 1], "shoplifting": [80, 10, 0, 10]}, index=list("ABCD")
)


# ---- the 80-20 table -----------------------------------------------------------------


def test_the_80_20_table_by_hand():
    table = shares_table(TEN)
    assert table["places"].tolist() == [1, 1, 3]
    assert table["places_share"].tolist() == [10, 10, 30]
    assert table["held"].tolist() == [50, 50, 80]
    assert table["words"][2].startswith("80% of crime is in 3 of 10 places (30%)")


def test_a_share_that_is_just_reached_is_reached():
    thirds = pd.Series([0.1, 0.2, 0.3])
    assert shares_table(thirds, shares=[50])["places"].tolist() == [1]


def test_places_without_crime_count_as_places():
    more = pd.concat([TEN, pd.Series(0, index=range(90))])
    assert shares_table(more)["places_share"].tolist() == [1, 1, 3]


def test_chance_alone_concentrates_sparse_counts():
    rng = np.random.default_rng(1)
    by_chance = pd.Series(rng.multinomial(300, np.full(1000, 1e-3)))
    table = shares_table(by_chance)
    # 300 crimes on 1,000 places cannot fill more than 300, whatever makes them.
    assert table["places_share"].iloc[2] < 25
    assert table["places"].to_numpy() == pytest.approx(table["chance_places"], abs=8)
    uneven = shares_table(pd.Series(np.repeat([60, 0], [5, 995])))
    assert (uneven["places"] < uneven["chance_places"] / 10).all()


def test_the_same_seed_gives_the_same_table():
    pd.testing.assert_frame_equal(shares_table(TEN, seed=4), shares_table(TEN, seed=4))


def test_counts_that_are_not_whole_have_no_chance_columns():
    table = shares_table(TEN / 3)
    assert table["chance_places"].isna().all()
    assert "chance" not in table["words"][0]
    assert table["places"].tolist() == shares_table(TEN)["places"].tolist()


def test_harm_is_shared_out_by_its_weights():
    crime = shares_table(MIXED.sum(axis=1), shares=[40])
    harm = shares_table(MIXED, weights=WEIGHTS, shares=[40], what="harm")
    assert crime["held"].tolist() == [80]  # A, where the shoplifting is
    assert harm["held"].tolist() == [90]  # C, where the burglaries are
    assert harm["words"][0].startswith("40% of harm is in 1 of 4")


@pytest.mark.parametrize(
    ("counts", "weights", "said"),
    [
        (pd.Series([1.0, np.nan], index=["A", "B"]), None, "first: 'B'"),
        (pd.Series([1, -1], index=["A", "B"]), None, "first: 'B'"),
        (pd.Series([0, 0]), None, "nothing to share out among 2"),
        (pd.Series(dtype=float), None, "nothing to share out among 0"),
        (TEN, WEIGHTS, "without categories"),
        (MIXED, WEIGHTS.drop("burglary"), "'burglary' has no weight"),
        (MIXED, -WEIGHTS, "'burglary' has no weight"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(counts, weights, said):
    for measure in (shares_table, lorenz, gini):
        with pytest.raises(MethodError, match=said):
            measure(counts, weights=weights)


# ---- Lorenz and Gini -----------------------------------------------------------------


def test_the_lorenz_curve_by_hand():
    curve = lorenz(pd.Series([6, 1, 3, 0]))
    assert curve["places_share"].tolist() == [0, 25, 50, 75, 100]
    assert curve["crime_share"].tolist() == [0, 0, 10, 40, 100]
    assert curve["even_share"].tolist() == [0, 25, 50, 75, 100]


def test_the_most_even_curve_of_few_crimes_leaves_places_empty():
    curve = lorenz(pd.Series([1, 1, 0, 0]))
    assert curve["even_share"].tolist() == [0, 0, 0, 50, 100]
    assert curve["even_share"].tolist() == curve["crime_share"].tolist()


def gini_by_pairs(values):
    """Half the mean difference of all pairs, over the mean: another definition."""
    values = np.asarray(values, dtype=float)
    apart = np.abs(values[:, None] - values[None, :]).mean()
    return apart / (2 * values.mean())


def test_the_gini_is_half_the_relative_mean_difference():
    assert gini(TEN) == pytest.approx(gini_by_pairs(TEN))

    assert gini(TEN) == pytest.approx(2 * 865 / (10 * 100) - 11 / 10)  # by hand


def test_the_gini_is_twice_the_area_above_the_lorenz_curve():
    curve = lorenz(TEN) / 100
    under = np.trapezoid(curve["crime_share"], curve["places_share"])
    assert gini(TEN) == pytest.approx(1 - 2 * under)


def test_even_is_0_and_all_in_one_place_is_nearly_1():
    assert gini(pd.Series([7] * 30)) == 0
    assert gini(pd.Series([900, *[0] * 99])) == pytest.approx(0.99)


def test_fewer_crimes_than_places_are_measured_from_what_is_possible():
    even = pd.Series([1] * 20 + [0] * 80)
    assert gini(even, corrected=False) == pytest.approx(0.8)
    assert gini(even) == pytest.approx(0)
    # Between the curve and the most even one, over what there is beneath that.
    some = pd.Series([4, 3, 2, 1, *[0] * 36])
    curve = lorenz(some) / 100
    under, most = (
        np.trapezoid(curve[c], curve["places_share"])
        for c in ("crime_share", "even_share")
    )
    assert gini(some) == pytest.approx((most - under) / most)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=60).filter(any))
def test_any_gini_lies_between_0_and_1_and_corrected_is_never_more(counts):
    values = pd.Series(counts)
    plain, corrected = gini(values, corrected=False), gini(values)
    assert -1e-9 <= corrected <= plain + 1e-9 <= 1 + 1e-9
    assert plain == pytest.approx(gini_by_pairs(counts), abs=1e-9)


def test_the_words_of_the_gini_say_its_scale():
    assert "0.63 on a scale from 0" in gini_words(gini(TEN))


# ---- the points that draw a curve ----------------------------------------------------


def drawn(points, curve, column):
    return np.interp(curve["places_share"], points["places_share"], points[column])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=200).filter(any))
def test_few_points_draw_the_curve_to_a_tenth_of_a_point(counts):
    curve = lorenz(pd.Series(counts))
    points = lorenz_points(curve)
    for column in ("crime_share", "even_share"):
        error = np.abs(drawn(points, curve, column) - curve[column])
        assert error.max() <= 0.1 + 1e-9
    assert points.iloc[0].tolist() == [0, 0, 0]
    assert points["crime_share"].iloc[-1] == pytest.approx(100)


def test_no_choice_of_fewer_points_draws_it():
    curve = lorenz(pd.Series([0, 0, 1, 1, 2, 3, 5, 8, 20]))
    kept = len(lorenz_points(curve, within=3))
    inner = range(1, len(curve) - 1)
    for number in range(kept - 2):
        for chosen in combinations(inner, number):
            fewer = curve.iloc[[0, *chosen, len(curve) - 1]]
            worst = max(
                np.abs(drawn(fewer, curve, c) - curve[c]).max()
                for c in ("crime_share", "even_share")
            )
            assert worst > 3


def test_thousands_of_places_need_less_than_a_hundred_points():
    rng = np.random.default_rng(3)
    counts = rng.negative_binomial(0.8, 0.02, 5000)
    assert len(lorenz_points(lorenz(pd.Series(counts)))) < 100
