"""From results to a plan: table, map, calendar, briefs; demo and real files."""

import json
import re
import shutil
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety import results
from geosafety.cli import main
from geosafety.errors import InputError, MethodError
from geosafety.pipeline.plan.need import read_need, read_residents
from geosafety.pipeline.plan.planning import write_plan
from geosafety.pipeline.plan.words import Wish

NOW = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)  # a Thursday
HOSTILE = "=1+1</script><script>boom()</script>`${boom()}`<img src=x onerror=boom()>"


@pytest.fixture(scope="module")
def folder(demo_results, tmp_path_factory):
    """The demo with what its venues do not say: access, costs, dates, bad names."""
    copy = tmp_path_factory.mktemp("plan") / "results"
    shutil.copytree(demo_results, copy)
    venues = results.read_table(copy, "venues")
    venues["name"] = [HOSTILE, *venues["name"][1:]]
    venues["accessible"] = np.where(np.arange(len(venues)) % 2, "True", "False")
    venues["cost"] = 10.0
    venues["open_to"] = ["", "2026-01-02", *[""] * (len(venues) - 2)]
    results.write_table(copy, "venues", [venues])
    return copy


def make(folder, out, seed=0, **wish):
    asked = Wish(**{"need": "residents", "visits": 2, "runs": 0, **wish})
    said = write_plan(folder, out, asked, seed=seed, as_of=NOW, progress=lambda _: None)
    return said, pd.read_csv(out / "plan.csv", keep_default_na=False)


def test_a_plan_is_a_table_a_map_a_calendar_and_a_page_per_venue(folder, tmp_path):
    said, table = make(folder, tmp_path, runs=3)
    assert len(table) == 2
    assert table["adds"].is_monotonic_decreasing
    assert "Proved: no other choice" in said[0]
    assert len(list((tmp_path / "briefs").iterdir())) == 2
    calendar = (tmp_path / "plan.ics").read_bytes()
    assert calendar.count(b"BEGIN:VEVENT") == 2
    assert b"DTSTAMP:20260101T090000Z" in calendar
    for page in tmp_path.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)
        assert "synthetic" in text.lower()


def test_the_same_seed_gives_the_same_files(folder, tmp_path):
    for name in ("one", "two"):
        make(folder, tmp_path / name, runs=4, seed=3)
    for file in ("plan.csv", "plan.ics"):
        one, two = ((tmp_path / n / file).read_bytes() for n in ("one", "two"))
        assert one == two


def test_a_name_with_markup_stays_text_in_every_file(folder, tmp_path):
    make(folder, tmp_path, excluded=(), fixed=(), visits=60)
    assert "'=1+1" in (tmp_path / "plan.csv").read_text("utf-8")
    pages = [p.read_text("utf-8") for p in tmp_path.rglob("*.html")]
    assert sum("boom()" in page for page in pages) >= 2
    for page in pages:
        assert "<script>boom" not in page
        assert "<img" not in page


def test_a_venue_that_closes_before_the_plan_is_left_out_and_said_so(folder, tmp_path):
    said, _ = make(folder, tmp_path)
    closed = results.read_table(folder, "venues")["name"][1]
    assert f"1 venues are closed throughout, such as {closed}." in said


def test_booked_and_excluded_venues_are_found_by_name(folder, tmp_path):
    _, first = make(folder, tmp_path / "a")
    best, second = (name.removeprefix("'") for name in first["name"])
    _, table = make(folder, tmp_path / "b", excluded=(best.upper(),))
    assert second in set(table["name"])
    assert len(set(table["name"]) & set(first["name"])) == 1
    _, table = make(folder, tmp_path / "c", fixed=(best,), visits=1)
    assert table["name"].tolist() == [second]
    assert '"s": "booked"' in (tmp_path / "c" / "plan.html").read_text("utf-8")
    closed = results.read_table(folder, "venues")["name"][1]
    _, table = make(folder, tmp_path / "d", excluded=(closed,))
    assert table["name"].tolist() == first["name"].tolist()
    with pytest.raises(InputError, match="no venue called 'Illustrative venu 4'"):
        make(folder, tmp_path / "d", fixed=("Illustrative venu 4",))


def test_accessible_zones_and_budget_hold(folder, tmp_path):
    _, table = make(folder, tmp_path, visits=4, accessible=3, per_zone=1, budget=40)
    venues = results.read_table(folder, "venues").set_index("name")
    assert (venues.loc[table["name"], "accessible"] == "True").sum() >= 3
    assert table["zone_name"].is_unique
    with pytest.raises(MethodError, match="No plan can fulfil") as caught:
        make(folder, tmp_path, visits=4, accessible=4, budget=30)
    assert "the budget: at most 30 asked, 40 needed" in caught.value.hint


def test_wmnow_and_the_survey_say_where_their_figures_come_from(folder):
    residents = read_residents(folder)
    need = read_need(folder, "wmnow", residents, target=None)
    assert need.unit == "members short of the Force rate"
    assert any("split by number of postcodes" in note for note in need.notes)
    need = read_need(folder, "survey", residents, target=None)
    assert any(note.startswith("Estimated: each") for note in need.notes)
    # What is shared out adds up to what the areas were short of.
    answers = results.read_values(
        folder, geography=["npu"], indicator=["survey_responses"],
        period=["consultation_2024"],
    )  # fmt: skip
    people = results.read_values(
        folder, geography=["npu"], indicator=["population_16plus"]
    ).set_index("area_code")["value"]
    share = people.reindex(answers["area_code"]).to_numpy()
    short = answers["value"].sum() * share / share.sum() - answers["value"]
    assert need.table["deficit"].sum() == pytest.approx(short.clip(lower=0).sum())


def test_a_file_of_half_time_responses_says_what_each_area_still_needs(
    folder, tmp_path
):
    file = tmp_path / "half.csv"
    file.write_text("area_code,n\nBE,10\nBW,100\nCV,\n")
    said, _ = make(folder, tmp_path / "p", need=str(file), target=400)
    half = pd.read_csv(tmp_path / "p" / "half_time.csv")
    assert half["by_end"].sum() == pytest.approx(400)
    assert half["deficit"].isna().tolist() == [False, False, True]
    assert "1 rows are hidden and left out of the plan." in said
    assert "responses still needed" in said[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("area_code,short\nBE,1\n", "no column 'deficit'"),
        ("area_code,deficit\nZZ,1\n", "'ZZ' is no area"),
        ("area_code,deficit\nBE,few\n", "row 2: deficit is 'few'"),
    ],
)
def test_a_need_file_that_does_not_fit_is_an_error(folder, tmp_path, text, told):
    (tmp_path / "need.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        make(folder, tmp_path / "p", need=str(tmp_path / "need.csv"))
    with pytest.raises(InputError, match="no need table 'nobody'"):
        make(folder, tmp_path / "p", need="nobody")


def test_travel_times_take_the_place_of_distances(folder, tmp_path):
    venues = results.read_table(folder, "venues")
    area = read_residents(folder)["area_code"].iloc[0]
    file = tmp_path / "times.csv"
    file.write_text(f"venue,area_code,distance\n{venues['name'][3]},{area},12\n")
    said, table = make(folder, tmp_path / "p", times=file, walk=15.0)
    assert table["name"].tolist() == [venues["name"][3]]
    assert any("travel times given" in line for line in said)


def test_the_command_prints_the_plan_and_writes_it(folder, tmp_path):
    words = ["plan", "--results", folder, "--visits", 1, "--runs", 2, "--out", tmp_path]
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 0, done.output
    assert "1 venues would newly cover" in done.output
    assert (tmp_path / "plan.html").is_file()
    assert CliRunner().invoke(main, ["plan"]).exit_code == 2
    odd = CliRunner().invoke(main, ["plan", "--visits", "1", "--minimum", "age:x"])
    assert "write GROUP:NUMBER" in odd.output


def test_the_command_plans_inside_a_patch_from_a_day_on(folder, tmp_path):
    words = ["plan", "--results", folder, "--visits", 2, "--runs", 0, "--out", tmp_path]
    asked = [*words, "--patch", "npu:CV", "--first", "2027-03-02", "--weeks", 2]
    done = CliRunner().invoke(main, list(map(str, asked)))
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    days = pd.read_csv(tmp_path / "plan.csv")["day"].dropna()
    assert len(days)
    assert days.between("2027-03-02", "2027-03-13").all()
    assert "Only those in Coventry count" in json.dumps(written)
    for option, value in (("--patch", "npu:nowhere"), ("--first", "2.3.2027")):
        odd = CliRunner().invoke(main, list(map(str, [*words, option, value])))
        assert odd.exit_code != 0
        assert value.rpartition(":")[2] in odd.output


def test_results_without_venues_say_what_to_do(folder, tmp_path):
    copy = tmp_path / "results"
    shutil.copytree(folder, copy)
    (copy / "venues.parquet").unlink()
    with pytest.raises(InputError, match="holds no venues") as caught:
        make(copy, tmp_path / "p")
    assert "[[venues]]" in caught.value.hint


def test_on_real_files_everyone_is_counted_and_every_place_stands_once(real_results):
    venues = results.read_table(real_results, "venues")
    # 125 libraries that are open, 33 hospitals, of which 5 pairs share a point.
    assert len(venues) == 125 + 33 - 5
    assert venues["venue"].is_unique
    need = read_need(
        real_results, "residents", read_residents(real_results), target=None
    )
    # The paper of June 2022: residents of 16 and over of the force area, mid-2020; the
    # file of single years has 8 more in Birmingham than the two NPUs printed.
    assert need.table["deficit"].sum() == pytest.approx(2_310_560 + 8)
