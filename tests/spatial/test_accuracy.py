import numpy as np
import pandas as pd
import pytest

from geosafety.errors import MethodError
from geosafety.spatial.accuracy import predictive_accuracy

AREA = pd.Series({"A": 10.0, "B": 10.0, "C": 30.0, "D": 50.0})
PAST = pd.Series({"A": 60, "B": 25, "C": 10, "D": 5})
NEXT = pd.Series({"A": 40, "B": 10, "C": 30, "D": 20})


def test_accuracy_by_hand():
    row = predictive_accuracy(PAST, NEXT, AREA, shares=[10]).iloc[0]
    assert row["areas"] == 1
    assert row["area_share"] == 10
    assert row["hits"] == 40
    assert row["hit_rate"] == 40
    assert row["pai"] == pytest.approx(4.0)
    assert row["pei"] == 1.0  # nowhere held more
    assert row["rri"] == pytest.approx(40 / 60)
    assert "10.0% of the area, held 40% of the crime" in row["words"]


def test_the_best_possible_takes_a_part_of_an_area():
    row = predictive_accuracy(["D"], NEXT, AREA).iloc[0]
    # Half the area: A, then B or C (1 each), 50 in all: 40 + 10 + 30.
    assert row["pei"] == pytest.approx(20 / 80)
    assert row["pai"] == pytest.approx(0.4)
    assert np.isnan(row["rri"])
    small = predictive_accuracy(["B"], NEXT, AREA.replace(30.0, 5.0)).iloc[0]
    # C's 30 on 5, then half of A's 40 on 10... whichever is denser first.
    assert small["pei"] == pytest.approx(10 / (30 + 20))


def test_every_month_held_out_has_its_row():
    months = pd.DataFrame({"2017-10": NEXT, "2017-11": 0, "2017-12": PAST})
    table = predictive_accuracy(PAST, months, AREA, shares=[10, 20])
    assert table["period"].tolist() == ["2017-10", "2017-11", "2017-12"] * 2
    empty = table[table["period"] == "2017-11"]
    assert empty[["hit_rate", "pai", "pei", "rri"]].isna().all(axis=None)
    assert "no crime in 2017-11" in empty["words"].iloc[0]
    assert table["rri"].iloc[2] == 1.0


def test_hotspots_at_random_have_an_index_of_about_1():
    rng = np.random.default_rng(1)
    codes = [f"E{i}" for i in range(2000)]
    past, later = (pd.Series(rng.poisson(5, 2000), index=codes) for _ in range(2))
    size = pd.Series(rng.uniform(1, 3, 2000), index=codes)
    # Crime that goes by area alone: no map can do better than chance.
    later = pd.Series(rng.poisson(4 * size), index=codes)
    table = predictive_accuracy(past, later, size)
    assert table["pai"].to_numpy() == pytest.approx(1, abs=0.2)
    assert (table["area_share"] <= [1, 5, 10, 20]).all()


def test_a_share_smaller_than_the_densest_area_has_no_rates():
    table = predictive_accuracy(PAST, NEXT, AREA, shares=[5, 10])
    assert table["areas"].tolist() == [0, 1]
    assert table.loc[0, ["hit_rate", "pai", "pei", "rri"]].isna().all()
    assert "larger than this share" in table["words"][0]


def test_ties_do_not_go_by_the_order_of_rows():
    past = PAST * 0 + AREA  # one density everywhere
    a = predictive_accuracy(past, NEXT, AREA, shares=[20])
    b = predictive_accuracy(past[::-1], NEXT[::-1], AREA[::-1], shares=[20])
    pd.testing.assert_frame_equal(a, b)


@pytest.mark.parametrize(
    ("past", "later", "area", "said"),
    [
        (PAST.drop("A"), NEXT, AREA, "past does not"),
        (PAST, NEXT.drop("A"), AREA, "same areas"),
        (PAST, NEXT.astype(float).where(NEXT > 10), AREA, "missing or below"),
        (PAST, NEXT, AREA * 0, "'A' has no size"),
        (["A", "Q"], NEXT, AREA, "1 of the hotspots"),
        (PAST, NEXT, AREA, "more than 1% of the area"),
    ],
)
def test_what_cannot_be_judged_is_refused(past, later, area, said):
    with pytest.raises(MethodError, match=said):
        predictive_accuracy(past, later, area, shares=[1])
