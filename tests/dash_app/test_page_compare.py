# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""Areas beside each other: one scale, verdicts in words, and no winner."""

import re

import dash
import pandas as pd
import pytest

from dash_app.jobs import comparisons
from dash_app.queries import area, area_figures, compare
from geosafety import results
from geosafety.publish.charts import top_of
from tests.dash_app.app_fixtures import (
    app,
    context,
    demo_app,
    demo_context,
    results_folder,
)
from tests.fixtures_results import as_json, text_of


def page(**asked):
    return dash.page_registry["dash_app.pages.compare"]["layout"](**asked)


def circles(found):
    """The heights of the dots of every drawing of months, by drawing."""
    sources = re.findall(r'"src": "data:image/svg[^,]+,([^"]+)"', found)
    drawings = [s for s in sources if "95%20%25%20interval" in s]
    return [re.findall(r"cy%3D%22([\d.]+)%22", s) for s in drawings]


@pytest.mark.usefixtures("context")
class TestAsked:
    def test_codes_and_names_are_areas_each_once(self):
        found = compare.resolve("npu", ["N0001", "Unit 2", "", "unit 4"])
        assert [p.code for p in found.places] == ["N0001", "N0003"]
        assert found.notes == ()

    def test_what_is_not_there_is_told_and_the_rest_is_shown(self):
        found = compare.resolve("galaxy", ["N0001", "Atlantis", "Unit"])
        assert [p.code for p in found.places] == ["N0001"]
        text = text_of(page(g="galaxy", a=["N0001", "Atlantis", "Unit"]))
        assert "no layer called 'galaxy'" in text
        assert "No area of this kind is called “Atlantis”" in text
        assert "“Unit” could be 4 areas" in text

    def test_five_areas_are_four(self):
        found = compare.resolve("ward", [f"E0500000{i}" for i in range(2, 7)])
        assert len(found.places) == 4
        assert "Only the first 4" in found.notes[0]

    def test_nothing_asked_for_says_what_to_do(self):
        assert "Choose two to four areas of one kind" in text_of(page())

    def test_many_areas_are_typed_and_few_are_listed(self):
        assert '"Datalist"' not in as_json(page(g="npu"))
        assert '"Datalist"' in as_json(page(g="lsoa"))


@pytest.mark.usefixtures("context")
class TestSmallResults:
    def test_two_areas_stand_beside_each_other(self):
        text = text_of(page(g="npu", a=["N0000", "N0001"]))
        assert "Unit 1 and Unit 2" in text
        assert "comparisons on this page are read together" in text
        assert "What may be said" in text

    def test_three_areas_are_compared_two_by_two(self):
        codes = ["N0000", "N0001", "N0002"]
        measures = comparisons.beside("npu", tuple(codes))
        for measure in measures:
            pairs = {(pair.first, pair.second) for pair in measure.pairs}
            assert len(pairs) in (0, 3)
        assert ": 3 comparisons" in text_of(page(g="npu", a=codes))

    def test_one_area_shows_its_years(self):
        text = text_of(page(g="npu", a="N0000"))
        assert "Unit 1 through the years" in text
        assert "September 2021" in text
        assert "not compared in these results" in text
        assert "no two surveys of this area" in text

    def test_a_hidden_figure_is_hidden_on_every_side(self):
        text = text_of(page(g="ward", a=["E05000002", "E05000015"]))
        assert "hidden: too few to show" in text
        assert "Suppressed: one of the two values is hidden" in text


@pytest.mark.usefixtures("demo_context")
class TestDemo:
    def test_no_area_wins(self):
        text = text_of(page(g="npu", a=["CV", "DY", "BE", "SW"])).casefold()
        for word in ("best", "worst", "winner", "better than", "league", "rank"):
            assert not re.search(rf"\b{word}\b", text), word

    def test_the_figures_are_those_of_the_results(self, demo_results):
        measures = comparisons.beside("npu", ("CV", "DY"))
        (crime,) = [m for m in measures if m.indicator == "crime_rate"]
        values = results.read_values(
            demo_results, geography=["npu"], indicator=["crime_rate"], group=["all"]
        )
        last = values[values["period"] == "2024-04/2025-03"].set_index("area_code")
        assert [row.value for row in crime.sides] == [
            last.loc[code, "value"] for code in ("CV", "DY")
        ]

    def test_a_full_count_is_not_tested_and_events_are(self):
        members, crimes = compare.courses("npu", "CV")[:2]
        assert members.said[1].endswith("members are counted in full: not tested")
        assert "95% interval" in crimes.said[-1]

    def test_overlap_is_said_where_it_is(self):
        measures = comparisons.beside("npu", ("CV", "DY"))
        overlapping = sum(pair.overlap for m in measures for pair in m.pairs)
        text = text_of(page(g="npu", a=["CV", "DY"]))
        assert overlapping
        assert text.count("Their two intervals overlap") == overlapping

    def test_every_area_is_drawn_on_one_scale(self):
        points = {
            p.code: area_figures.trend("npu", p.code).points for p in area.places("npu")
        }
        low, high = (
            pick(points, key=lambda c: top_of(points[c])) for pick in (min, max)
        )
        assert top_of(points[low]) < top_of(points[high])
        beside = circles(as_json(page(g="npu", a=[low, high])))
        alone = [circles(as_json(page(g="npu", a=code)))[0] for code in (low, high)]
        # The lower one is drawn lower than by itself, the higher one as it is.
        assert beside[0] != alone[0]
        assert beside[1] == alone[1]

    def test_two_surveys_are_not_the_same_question(self, demo_results):
        table = pd.read_parquet(demo_results / "comparisons.parquet")
        rows = table[(table["comparison"] == "waves") & (table["area_code"] == "CV")]
        text = text_of(page(g="npu", a="CV"))
        assert len(rows)
        assert text.count("Not the same question in both surveys") == len(
            rows[rows["geography"] == "npu"]
        )
        assert "consultation_2024" not in text
        assert "need not be a change in what people think" in text
