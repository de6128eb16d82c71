# ruff: noqa: ARG001, F401, F811 - fixtures are imported, and then named as arguments
import csv
import io
import shutil
import sys
from dataclasses import replace

import dash
import pandas as pd
import pytest

from dash_app.components.engagement import words
from dash_app.components.engagement.content import shown
from dash_app.jobs import gaps
from dash_app.queries import engagement
from geosafety import results
from geosafety.engagement.gap_rules import gap_rules
from geosafety.pipeline.gap.sheet import Wish, make_sheet
from geosafety.publish.words import STATUS_WORDS
from tests.dash_app.app_fixtures import (
    app,
    client,
    context,
    demo_app,
    demo_context,
    results_folder,
    showing,
)
from tests.dash_app.login_fixtures import (
    FROM_PROXY,
    one_proxy_app,
    proxy_app,
    signed_in,
)
from tests.fixtures_results import as_json, text_of


@pytest.fixture
def page(app):
    """The page's module, which Dash loads with the first app."""
    return sys.modules["dash_app.pages.engagement"]


@pytest.fixture
def made(page):
    def show(search):
        said, shown = page.show(search)
        return text_of(said), text_of(shown)

    return show


@pytest.mark.usefixtures("context")
def test_a_sheet_that_is_not_made_yet_is_asked_for_after_the_page_is_there(page):
    gaps._made.clear()
    first = page.layout(g="npu", k="2")
    assert page.WORKING in text_of(first)
    said, shown = page.show("?g=npu&k=2")
    again = page.layout(g="npu", k="2")
    assert page.WORKING not in text_of(again)
    assert text_of(said) in text_of(again)
    assert page.show("") == (dash.no_update, dash.no_update)


@pytest.mark.usefixtures("context")
def test_the_sentence_names_who_is_likely_and_no_one_where_none_is(made):
    sheet = gaps.gaps("npu", 3, ())
    likely = [a for a in sheet.areas if a.cells["members"].chance >= words.LIKELY]
    said, _ = made("?g=npu&k=3")
    for area in sheet.areas:
        assert (area.name in said) == (area in likely)
    none = gaps.gaps("lsoa", 1, ())
    assert max(a.cells["members"].chance for a in none.areas) < words.LIKELY
    said, _ = made("?g=lsoa&k=1")
    assert said.startswith("One cannot tell which one small areas (LSOAs) have")


def test_what_is_hidden_incomplete_or_missing_is_named_and_is_no_zero(
    app, results_folder, made, tmp_path
):
    shutil.copytree(results_folder, tmp_path / "results")
    values = pd.read_parquet(tmp_path / "results" / "values.parquet")
    mine = values.index[
        (values["geography"] == "npu")
        & (values["indicator"] == "wmnow_rate")
        & (values["period"] == "2022-03")
    ]
    states = ("low base", "suppressed", "incomplete")
    values["status"] = values["status"].astype(str)
    for row, status in zip(mine, states, strict=False):
        values.loc[row, "status"] = status
    numbers = ["value", "lower", "upper", "numerator", "base"]
    values.loc[mine[1:3], numbers] = float("nan")
    values.to_parquet(tmp_path / "results" / "values.parquet")
    with showing(app, tmp_path / "results"):
        sheet = gaps.gaps("npu", 1, ())
        _, shown = made("?g=npu&k=1")
    cells = {
        area.cells["members"].status: area.cells["members"] for area in sheet.areas
    }
    for status in states:
        assert STATUS_WORDS[status] in shown or f"({status})" in shown
        assert pd.isna(cells[status].chance)
    for status in states[1:]:
        assert pd.isna(cells[status].value)
    assert cells["low base"].value > 0


@pytest.mark.usefixtures("context")
def test_many_areas_come_by_the_page_and_none_twice(made):
    sheet = gaps.gaps("lsoa", 3, ())
    assert len(sheet.areas) > engagement.AT_ONCE
    seen = []
    for number in ("1", "2"):
        look, _ = engagement.resolve(g="lsoa", page=number)
        seen += [area.code for area in shown(look, sheet)]
    assert sorted(seen) == sorted(area.code for area in sheet.areas)
    chances = {a.code: a.cells["members"].chance for a in sheet.areas}
    ordered = [chances[code] for code in seen if not pd.isna(chances[code])]
    assert ordered == sorted(ordered, reverse=True)
    assert "Earlier ones" in made("?g=lsoa&k=3&page=2")[1]


@pytest.mark.usefixtures("context")
def test_a_wish_that_cannot_be_is_named_and_replaced(page):
    look, notes = engagement.resolve(g="parish", k="0", w_crime="many", w_safety="-1")
    assert look == engagement.Look(geography="npu", widest=gap_rules().limits.widest)
    assert len(notes) == 4
    text = text_of(page.layout(g="parish"))
    assert "no layer called 'parish'" in text


@pytest.mark.usefixtures("context")
def test_without_members_or_answers_the_page_says_that_it_cannot_say():
    sheet = gaps.gaps("npu", 3, ())
    only = replace(sheet, parts=sheet.parts[-1:])
    assert only.parts[0].name == "crime"
    said = words.sentence(only, "units")
    assert said.startswith("These figures cannot say who is not heard")


@pytest.mark.usefixtures("context")
def test_the_address_brings_the_same_sheet_back():
    look, notes = engagement.resolve(g="ward", k="5", w_crime="2.5", page="2")
    assert not notes
    assert engagement.resolve(**engagement.parsed(look.search())) == (look, ())


@pytest.mark.usefixtures("context")
def test_a_name_with_markup_stays_text(page):
    _, shown = page.show("?g=ward&k=3")
    assert "<img" in text_of(shown)
    assert "dangerously" not in as_json(shown)


@pytest.mark.usefixtures("demo_context")
def test_the_sheet_is_the_one_of_the_command_line(demo_results):
    weights = (("members", 3.0), ("crime", 0.0))
    sheet = gaps.gaps("npu", 2, weights)
    wish = Wish(geography="npu", widest=2, weights=dict(weights))
    table = make_sheet(demo_results, wish).table.set_index("area_code")
    assert [part.name for part in sheet.parts] == [
        c.removesuffix("_period") for c in table if c.endswith("_period")
    ]
    for area in sheet.areas:
        row = table.loc[area.code]
        assert (area.type, area.score) == (row["type"], row["score"])
        for name, cell in area.cells.items():
            assert cell.value == row[f"{name}_value"]
            assert cell.chance == row[f"{name}_among_widest"]


@pytest.mark.usefixtures("demo_context")
def test_weights_change_the_score_and_nothing_else():
    one, other = (gaps.gaps("npu", 2, w) for w in ((), (("members", 9.0),)))
    assert [a.cells for a in one.areas] == [a.cells for a in other.areas]
    assert [a.score for a in one.areas] != [a.score for a in other.areas]
    assert other.weights["members"] > one.weights["members"]


@pytest.mark.usefixtures("demo_context")
def test_growth_inside_the_impact_areas_is_told_with_its_interval(demo_results, made):
    inside = results.read_values(
        demo_results, geography=["impact_area"], indicator=["wmnow_members"]
    )
    sums = inside.groupby(inside["period"].astype(str))["value"].sum()
    told = gaps.growth()
    growth = 100 * (sums["2022-03"] / sums["2021-03"] - 1)
    assert told.inside == pytest.approx(growth)
    assert told.difference == pytest.approx(told.inside - told.outside)
    assert told.lower < told.difference < told.upper
    _, shown = made("?g=npu&k=3")
    assert told.words in shown and "illustrative" in shown
    assert ("cannot tell" in told.words) == (told.lower <= 0 <= told.upper)


@pytest.mark.usefixtures("context")
def test_without_members_growth_is_said_to_be_missing(made):
    assert not gaps.growth().known
    assert gaps.growth().words in made("?g=npu&k=3")[1]


def test_the_whole_sheet_can_be_taken_away(client):
    answer = client.get("/gap.csv?g=lsoa&k=3")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 64
    assert "attachment" in answer.headers["Content-Disposition"]
    assert client.get("/gap.xlsx?g=npu").data[:2] == b"PK"
    assert client.get("/gap.csv?g=parish").status_code == 404


@pytest.mark.parametrize("role", ["inspectors", "engagement", "analysts"])
def test_only_who_may_plan_gets_the_sheet_as_a_file(proxy_app, role):
    client = proxy_app.server.test_client()
    answer = client.get("/gap.csv", headers=signed_in(role), environ_base=FROM_PROXY)
    assert (answer.status_code == 200) == (role != "inspectors")
