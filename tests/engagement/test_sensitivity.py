"""How often a pick stays with other assumptions, and on which day it falls."""

from datetime import date

import pandas as pd

from geosafety.engagement.problem import Request
from geosafety.engagement.schedule import open_in, provisional_days
from geosafety.engagement.sensitivity import sensitivity
from tests.engagement.boards_of_venues import draw


def two_halls():
    need = pd.DataFrame(
        {"area_code": ["A", "B"], "group": "age=18-24", "deficit": [50.0, 50]}
    )
    venues = pd.DataFrame({"venue": ["near", "far"], "capacity": [100.0, 100.0]})
    rows = {
        "venue": ["near", "far"],
        "area_code": ["A", "B"],
        "distance": [10.0, 100.0],
    }
    return need, venues, pd.DataFrame(rows)


def test_a_pick_that_no_walk_changes_is_robust():
    need, venues, reach = two_halls()
    found = sensitivity(
        need, venues, reach, Request(walk=100, visits=2), runs=40, seed=3
    )
    table = found.venues.set_index("venue")
    assert table.loc["near"].tolist() == [1.0, "robust"]
    # The far one is in reach in the upper half of 80 to 120 alone.
    assert 0.25 < table.loc["far", "kept"] < 0.75
    assert table.loc["far", "word"] == "depends"


def test_a_wide_audience_makes_a_pick_depend():
    need, venues, reach = two_halls()
    reach["distance"] = 10.0
    request = Request(walk=100, visits=1, response_share=1.0)
    sure = venues.assign(**{"age=18-24 low": [39.0, 20], "age=18-24 high": [41.0, 21]})
    wide = venues.assign(**{"age=18-24 low": [10.0, 20], "age=18-24 high": [40.0, 21]})
    kept = [
        sensitivity(need, table, reach, request, runs=40, seed=1).venues
        for table in (sure, wide)
    ]
    assert kept[0].set_index("venue")["kept"].to_dict() == {"near": 1.0}
    assert 0.3 < kept[1].set_index("venue")["kept"]["near"] < 0.95


def test_the_same_seed_gives_the_same_answer():
    tables = draw(5)
    request = Request(walk=0.9, visits=3)
    first, again = (
        sensitivity(*tables, request, runs=5, seed=9).venues for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, again)


def test_a_venue_is_open_if_any_day_of_the_plan_is():
    venues = pd.DataFrame(
        {
            "open_from": ["", "2026-02-01", "2026-03-01", None],
            "open_to": ["", "2026-02-10", "", "2026-01-01"],
        }
    )
    found = open_in(venues, date(2026, 1, 5), date(2026, 2, 1))
    assert found.tolist() == [True, True, False, False]


def test_days_are_weekdays_of_their_own_while_the_venue_is_open():
    venues = pd.DataFrame(
        {
            "open_from": ["", "2026-01-16", "", "2026-01-10"],
            "open_to": ["", "", "2026-01-06", "2026-01-11"],
        }
    )
    days = provisional_days(venues, date(2026, 1, 5), date(2026, 1, 16))
    assert days[1] == date(2026, 1, 16)
    assert days[2] <= date(2026, 1, 6)
    assert days[3] is None  # open on a weekend alone
    given = [day for day in days if day]
    assert len(set(given)) == 3
    assert all(day.weekday() < 5 for day in given)
