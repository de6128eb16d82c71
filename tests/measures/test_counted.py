import numpy as np
import pandas as pd
import pytest

from geosafety.measures.counted import Counts, counted
from geosafety.measures.status import with_status
from geosafety.settings import NUMBERS, datasets, indicators


def members(before, after, people):
    table = pd.DataFrame(
        {
            "area_code": ["A", "A", "B", "B"],
            "period": ["2021-03", "2022-03"] * 2,
            "group": "all",
            "n": [before[0], after[0], before[1], after[1]],
            "complete": True,
        }
    )
    base = pd.Series([people[0], people[0], people[1], people[1]], dtype=float)
    here = Counts(table, {"population_16plus": base})
    whole = table.groupby("period", as_index=False)["n"].sum()
    whole = whole.assign(area_code="F", group="all", complete=True)
    total = pd.Series([sum(people)] * 2, dtype=float)
    return here, Counts(whole, {"population_16plus": total})


def value(name, here, force, area="A"):
    table = counted(indicators()[name], datasets()["wmnow"], here, force)
    rows = table[(table["area_code"] == area) & (table["period"] == "2022-03")]
    return rows.iloc[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wmnow_members", 60),
        ("wmnow_rate", 30),  # 60 of 2,000
        ("wmnow_share", 75),  # 60 of 80
        ("wmnow_change", 20),
        ("wmnow_change_pct", 50),
        ("wmnow_rate_change", 10),
        ("wmnow_share_change", 75 - 100 * 40 / 60),
        ("wmnow_index", 112.5),  # the Force: 80 of 3,000
        ("wmnow_needed", 0),
    ],
)
def test_every_measure_of_a_stock_by_hand(name, expected):
    here, force = members((40, 20), (60, 20), (2000, 1000))
    assert value(name, here, force)["value"] == pytest.approx(expected)


def test_members_needed_round_up_and_reach_the_force_rate():
    here, force = members((40, 20), (60, 20), (2000, 1000))
    # 1,000 x 80 / 3,000 = 26.67, so 6.67 short: seven people, not six.
    assert value("wmnow_needed", here, force, "B")["value"] == 7


def test_a_change_from_nothing_has_no_percentage():
    here, force = members((0, 20), (60, 20), (2000, 1000))
    assert np.isnan(value("wmnow_change_pct", here, force)["value"])


def test_an_area_without_residents_has_no_rate():
    here, force = members((40, 20), (60, 20), (0, 1000))
    assert np.isnan(value("wmnow_rate", here, force)["value"])


def test_without_a_denominator_there_is_no_rate_at_all():
    here, force = members((40, 20), (60, 20), (2000, 1000))
    bare = Counts(here.table)
    dataset = datasets()["wmnow"]
    assert counted(indicators()["wmnow_rate"], dataset, bare, force).empty


def numbers(**given):
    row = dict.fromkeys(NUMBERS, 50.0) | {"complete": True, "basis": 50.0} | given
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "ok"),
        ({"basis": 9.0}, "suppressed"),
        ({"basis": 0.0, "value": 0.0}, "ok"),
        ({"basis": 10.0, "base": 10.0}, "low base"),
        ({"base": 29.0}, "low base"),
        ({"base": 30.0}, "ok"),
        ({"complete": False}, "incomplete"),
        ({"value": np.nan}, "not available"),
        ({"complete": False, "basis": 5.0}, "suppressed"),
    ],
)
def test_the_status_of_a_value(given, status):
    table = with_status(numbers(**given), datasets()["survey"])
    assert table["status"].tolist() == [status]


def test_suppressed_hides_every_number_the_base_too():
    table = with_status(numbers(basis=9.0), datasets()["survey"])
    assert table[list(NUMBERS)].isna().all(axis=None)


def test_incomplete_keeps_what_was_counted_and_nothing_else():
    table = with_status(numbers(complete=False), datasets()["crime"])
    assert table[["value", "lower", "upper"]].isna().all(axis=None)
    assert table["numerator"].tolist() == [50.0]


def test_open_crime_counts_are_never_suppressed():
    table = with_status(numbers(basis=1.0, value=1.0), datasets()["crime"])
    assert table["status"].tolist() == ["ok"]
