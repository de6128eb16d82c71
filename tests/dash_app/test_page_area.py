# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""Areas: found by what people type, and what is said of one."""

import math
import re
import sys

import dash
import pytest

from dash_app.jobs import briefings
from dash_app.queries import area, area_figures
from geosafety import results
from geosafety.errors import InputError
from tests.dash_app.app_fixtures import (
    app,
    client,
    context,
    demo_app,
    demo_context,
    results_folder,
)
from tests.fixtures_results import HOSTILE, as_json, text_of


def page(name, **asked):
    return dash.page_registry[f"dash_app.pages.{name}"]["layout"](**asked)


def filled(geography, code):
    """The page as it is once its briefing is made."""
    briefings.briefing(geography, code)
    return page("area", g=geography, a=code)


@pytest.mark.usefixtures("context")
class TestFind:
    @pytest.mark.parametrize("text", ["N0001", "unit 2", " Unit  2 ", "n0001"])
    def test_a_code_or_a_name_is_one_area(self, text):
        (found,) = area.search(text)[0]
        assert (found.geography, found.code) == ("npu", "N0001")

    def test_part_of_a_name_is_every_area_that_has_it(self):
        found, _ = area.search("orough")
        assert [p.name for p in found] == [f"Borough {i}" for i in range(1, 5)]

    def test_nothing_is_not_everything(self):
        assert area.search("  ") == ((), ())

    def test_a_postcode_that_is_not_known_says_why(self):
        found, said = area.search("B17 8LS")
        assert found == ()
        assert "postcodes" in said[0]

    def test_only_a_name_that_is_one_area_s_gives_a_code(self, monkeypatch):
        twin = area.Place(geography="npu", code="X", name="Unit 2")
        every = (*area.places("npu"), twin)
        monkeypatch.setattr(area, "places", lambda _geography: every)
        assert set(area.codes_by_name("npu")) == {"Unit 1", "Unit 3", "Unit 4"}

    def test_one_area_is_led_to_and_several_are_offered(self, client):
        one = client.get("/area/find?q=unit 2")
        assert one.status_code == 302
        assert one.location == "/area?g=npu&a=N0001"
        several = client.get("/area/find?q=Ward")
        assert several.location == "/areas?q=Ward"
        assert "Found for “Ward”: 14" in text_of(page("areas", q="Ward"))
        assert "No area here has “Atlantis”" in text_of(page("areas", q="Atlantis"))


@pytest.mark.usefixtures("context")
class TestAreas:
    def test_it_lists_impact_areas_first_and_says_they_are_illustrative(self):
        text = text_of(page("areas"))
        assert text.index("Impact area 1") < text.index("Unit 1")
        assert "say nothing about real places" in text

    def test_every_status_has_its_own_words_and_none_is_ranked(self, results_folder):
        _, said = area_figures.verdicts("ward")
        values = results.read_values(
            results_folder, geography=["ward"], indicator=["wmnow_rate"]
        )
        words = {saying for row in said.values() for saying in row}
        assert words <= {
            "clearly higher", "clearly lower", "likely higher", "likely lower",
            "cannot tell", "no meaningful difference",
        }  # fmt: skip
        assert len(said) == values["area_code"].nunique()

    def test_an_unknown_kind_shows_the_usual_ones(self):
        assert "Unit 1" in text_of(page("areas", g="galaxy"))


@pytest.mark.usefixtures("context")
class TestSmallResults:
    def test_an_unknown_area_says_so_and_leads_on(self):
        for asked in ({}, {"g": "npu", "a": "QQ"}, {"g": "../npu", "a": "N0001"}):
            found = page("area", **asked)
            assert "There is no such area" in text_of(found)
            assert '"href": "/areas"' in as_json(found)

    def test_what_the_results_lack_is_said_in_words(self):
        text = text_of(filled("npu", "N0000"))
        assert "These results hold no crimes by month for this area." in text
        assert "No survey in these results asks what matters to people." in text
        assert "How safe people feel is not known here" in text

    def test_before_it_is_made_the_rest_of_the_page_is_there(self, monkeypatch):
        monkeypatch.setattr(briefings, "ready", lambda _geography: False)
        found = page("area", g="npu", a="N0000")
        assert "are being worked out" in text_of(found)
        assert "Where it is" in text_of(found)
        work_out = sys.modules["dash_app.pages.area"].work_out
        made = work_out(["npu", "N0000"])
        assert "Headline figures" in text_of(made)
        assert work_out(["npu", "gone"]) == []

    def test_a_hostile_name_is_text_and_nothing_else(self):
        found = filled("ward", "E05000000")
        assert HOSTILE in text_of(found)
        assert "dangerously" not in as_json(found)


class TestBriefings:
    def test_the_same_content_as_a_page_and_as_a_pdf(self, client):
        html = client.get("/briefing/npu/N0001.html")
        assert html.mimetype == "text/html"
        assert "<h1>Unit 2</h1>" in html.text
        pdf = client.get("/briefing/npu/N0001.pdf")
        assert pdf.data.startswith(b"%PDF")
        assert pdf.data == client.get("/briefing/npu/N0001.pdf").data
        assert "briefing_npu_N0001.pdf" in pdf.headers["Content-Disposition"]

    @pytest.mark.parametrize(
        "path",
        ["npu/QQ", "galaxy/N0001", "force/E23000014"],
    )
    @pytest.mark.parametrize("ending", ["html", "pdf"])
    def test_what_is_not_there_is_not_found(self, client, path, ending):
        answer = client.get(f"/briefing/{path}.{ending}")
        assert answer.status_code == 404
        assert "Choose one on the page Areas." in answer.text

    @pytest.mark.usefixtures("context")
    def test_a_layer_s_name_is_looked_up_before_it_is_used(self):
        with pytest.raises(InputError, match="hold no '../npu'"):
            briefings.briefing("../npu", "N0001")


@pytest.mark.usefixtures("demo_context")
class TestDemo:
    def test_the_verdict_comes_before_the_number(self):
        text = text_of(filled("npu", "CV"))
        first = briefings.briefing("npu", "CV").sentences[0]
        assert text.index(first) < text.index("Headline figures")
        for figure in briefings.briefing("npu", "CV").figures:
            verdict = figure.verdict[:1].upper() + figure.verdict[1:]
            assert f"{figure.label} {verdict} {figure.value}" in text

    def test_a_list_says_what_the_page_of_the_area_says(self):
        views, said = area_figures.verdicts("npu")
        labels = {"crime_rate": 0, "feels_safe_home": 2, "wmnow_rate": 3}
        for code, sayings in said.items():
            figures = briefings.briefing("npu", code).figures
            for view, saying in zip(views, sayings, strict=True):
                there = figures[labels[view.indicator]].verdict
                assert there.replace(", not certain", "") == saying

    def test_the_months_are_those_of_the_results(self, demo_results):
        values = results.read_values(
            demo_results,
            geography=["npu"],
            indicator=["crime_rate"],
            group=["all"],
            area_code=["CV"],
        )
        months = values[values["period"].str.fullmatch(r"\d{4}-\d{2}")]
        found = area_figures.trend("npu", "CV")
        assert [p.period for p in found.points] == sorted(months["period"])
        by_month = months.set_index("period")
        for point in found.points:
            row = by_month.loc[point.period]
            assert point.value == row["value"]
            assert point.lower < point.value < point.upper

    def test_similar_areas_are_links_and_lead_to_a_comparison(self):
        found = as_json(filled("npu", "CV"))
        alike = briefings.briefing("npu", "CV").alike
        codes = area.codes_by_name("npu")
        others = [codes[row[0]] for row in alike.rows]
        assert "&".join(["?g=npu", "a=CV", *(f"a={c}" for c in others)]) in found

    def test_pictures_say_in_words_what_they_show(self):
        found = as_json(filled("npu", "CV"))
        alts = re.findall(r'"alt": "([^"]+)"', found)
        assert len(alts) == 6
        assert any(
            alt.startswith("Recorded crimes per 1,000 residents") for alt in alts
        )


@pytest.mark.usefixtures("context")
def test_a_month_that_the_results_leave_out_stays_a_gap(monkeypatch):
    rows = {"2024-01": 5.0, "2024-04": 7.0}

    def history(_view):
        return [
            (month, area_figures.Row("N0000", "Unit 1", value=value, status="ok"))
            for month, value in rows.items()
        ]

    monkeypatch.setattr(area_figures.maps, "history", history)
    found = area_figures.trend("npu", "N0000")
    assert [p.period for p in found.points] == [f"2024-0{i}" for i in range(1, 5)]
    assert [math.isfinite(p.value) for p in found.points] == [True, False, False, True]
    assert found.rows[1] is None
