"""A plan as data, of a patch, and for those a survey hears too little."""

import json
from datetime import UTC, date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest

from geosafety import results
from geosafety.errors import InputError
from geosafety.pipeline.plan.need import read_need, read_residents
from geosafety.pipeline.plan.planning import write_plan
from geosafety.pipeline.plan.words import Wish

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(demo_results, tmp_path_factory):
    """Five visits in Coventry, from a day that was given."""
    out = tmp_path_factory.mktemp("plan")
    wish = Wish(
        need="residents",
        visits=5,
        walk=800,
        patch="npu:CV",
        zones="ward",
        runs=0,
        first=date(2026, 3, 2),
        weeks=4,
    )
    write_plan(demo_results, out, wish, seed=0, as_of=NOW, progress=lambda _: None)
    return out


@pytest.fixture(scope="module")
def data(made):
    text = (made / "plan.json").read_text("utf-8")
    return json.loads(text, parse_constant=lambda name: pytest.fail(name))


def test_only_those_in_the_patch_are_to_be_reached(data, demo_results):
    small = results.read_geometry(demo_results, "lsoa")
    unit = results.read_geometry(demo_results, "npu").loc["CV", "geometry"]
    inside = small.index[small.representative_point().within(unit)]
    states = pd.Series(data["areas"])
    assert set(states.index) == set(small.index)
    assert set(states.index[states != "none"]) <= set(inside)
    people = read_residents(demo_results).set_index("area_code")["population"]
    assert data["whole"] == pytest.approx(people.reindex(inside).sum())
    new = states.index[states == "new"]
    assert data["closed"] == pytest.approx(people.reindex(new).sum())


def test_the_data_say_the_same_as_the_table_the_workbook_and_the_calendar(data, made):
    table = pd.read_csv(made / "plan.csv")
    picks = pd.DataFrame(data["picks"])
    assert picks["name"].tolist() == table["name"].tolist()
    assert np.allclose(picks["adds"], table["adds"])
    assert sum(pick["adds"] for pick in data["picks"]) == pytest.approx(data["closed"])
    book = openpyxl.load_workbook(made / "plan.xlsx")
    names = [row[1].value for row in book["Values"].iter_rows(min_row=2)]
    assert names == table["name"].tolist()
    assert "Coventry" in str([c.value for row in book["Notes"] for c in row])
    days = sorted(pick["day"] for pick in data["picks"])
    assert days[0] >= "2026-03-02" and days[-1] <= "2026-03-27"
    calendar = (made / "plan.ics").read_text("utf-8")
    assert all(f"DTSTART;VALUE=DATE:{d.replace('-', '')}" in calendar for d in days)
    start = "5 visits bring a venue within 800 m in a straight line of "
    assert data["headline"].startswith(start)
    assert f"{data['closed']:,.0f} of the {data['whole']:,.0f}" in data["headline"]


def test_each_pick_stands_where_its_venue_is_and_can_be_swapped(data, demo_results):
    venues = results.read_table(demo_results, "venues").set_index("venue")
    states = {venue["venue"]: venue["state"] for venue in data["venues"]}
    assert sorted(states) == sorted(venues.index)
    assert {k for k, s in states.items() if s == "pick"} == {
        pick["venue"] for pick in data["picks"]
    }
    for venue in data["venues"]:
        assert 52.3 < venue["latitude"] < 52.7 and -2.3 < venue["longitude"] < -1.3
    best = {}
    for swap in data["swaps"]:
        best[swap["gone"]] = max(best.get(swap["gone"], -9e9), swap["change"])
    for pick in data["picks"]:
        assert best[pick["venue"]] == pytest.approx(-pick["lost_replaced"])


@pytest.mark.parametrize(
    ("patch", "told"),
    [("npu:XX", "no npu with the code 'XX'"), ("parish:1", "no areas called 'parish'")],
)
def test_a_patch_that_is_not_there_is_said_to_be(patch, told, demo_results, tmp_path):
    wish = Wish(need="residents", visits=1, patch=patch)
    with pytest.raises(InputError, match=told):
        write_plan(
            demo_results, tmp_path, wish, seed=0, as_of=NOW, progress=lambda _: None
        )


def test_the_need_of_a_group_is_what_the_survey_lacks_of_it(demo_results):
    residents = read_residents(demo_results)
    need = read_need(demo_results, "survey:age=25-34", residents, target=None)
    table = results.read_table(demo_results, "responses_needed")
    mine = table[
        (table["geography"] == "local_authority")
        & (table["dimension"] == "age")
        & (table["category"] == "25-34")
    ]
    # Both surveys asked for ages; only one in these bands.
    assert need.table["deficit"].sum() == pytest.approx(mine["more_for_share"].sum())
    assert "Age: 25-34" in need.unit
    with pytest.raises(InputError, match="no need of a group"):
        read_need(demo_results, "survey:age=99", residents, target=None)


def test_the_need_of_the_young_takes_residents_by_age(demo_results):
    with pytest.raises(InputError, match="no residents under 25"):
        read_need(demo_results, "under25", read_residents(demo_results), target=None)
