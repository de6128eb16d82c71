# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import shutil

import dash
import numpy as np
import pandas as pd
import pytest

from dash_app.queries import survey_choices, surveys
from tests.dash_app.app_fixtures import (
    app,
    context,
    demo_app,
    demo_context,
    results_folder,
    showing,
)
from tests.fixtures_results import text_of

SOLIHULL = "E08000029"


def page(**asked):
    return dash.page_registry["dash_app.pages.surveys"]["layout"](**asked)


def tables(component):
    """Every table of a page: its caption, and its rows as text."""
    if isinstance(component, list | tuple):
        return [found for part in component for found in tables(part)]
    children = getattr(component, "children", None)
    if type(component).__name__ == "Table":
        caption, _, body = children
        rows = [[text_of(cell).strip() for cell in r.children] for r in body.children]
        return [(text_of(caption), rows)]
    return tables(children) if children is not None else []


@pytest.mark.usefixtures("context")
def test_without_a_survey_it_says_which_file_to_add():
    text = text_of(page())
    assert "These results hold no survey of people." in text
    assert 'survey = "consultation_2024"' in text
    assert "womens_safety_2021" in text


@pytest.mark.usefixtures("demo_context")
class TestDemo:
    def test_whom_it_does_not_hear_comes_first(self, demo_results):
        rows = pd.read_parquet(demo_results / "representation.parquet")
        rows = rows[(rows["survey"] == "consultation_2024")]
        rows = rows[rows["geography"] == "force"]
        rows = rows[~rows["dimension"].isin(["local_authority", "npu"])]
        few = rows[rows["word"] == "fewer than their share"].sort_values("upper")
        text = text_of(page())
        first = (
            f"Heard less than their share in the force area: {few['category'].iloc[0]}"
        )
        assert first in text
        assert text.index(first) < text.index("Who answered?")

    def test_where_nobody_is_missing_it_says_who_could_not_be_compared(self):
        text = text_of(page(s="impact_areas_2022"))
        assert "no group by sex was found to be heard less than its share" in text
        assert "by age and ethnicity that is not known." in text

    def test_each_survey_says_how_it_was_done_and_what_weighting_cost(self):
        text = text_of(page(s="impact_areas_2022"))
        assert "14 July 2024 to 19 October 2024" in text
        assert "self-selecting online survey, with events" in text
        one = next(f for f in surveys.facts() if f.name == "impact_areas_2022")
        assert f"{one.weighting['effective_n']:,.0f}" in text
        assert (
            one.weighting["words"].split(".")[0].split(":")[0].split(" by ")[0] in text
        )

    def test_a_hidden_group_shows_no_number_anywhere(self, demo_results):
        rows = pd.read_parquet(demo_results / "representation.parquet")
        rows = rows[(rows["area_code"] == SOLIHULL) & (rows["status"] == "suppressed")]
        rows = rows[rows["survey"] == "consultation_2024"]
        assert len(rows)
        hidden = set(zip(rows["dimension"], rows["category"], strict=True))
        made = dict(tables(page(a=SOLIHULL, by="ethnicity")))
        compared = [c for c in made["Ethnicity"] if ("ethnicity", c[0]) in hidden]
        assert [cells[1:5] for cells in compared] == [["hidden"] * 4] * len(compared)
        rest = made["Groups not compared"]
        others = [c for c in rest if (c[0].lower().replace(" ", "_"), c[1]) in hidden]
        assert [cells[2:4] for cells in others] == [["hidden"] * 2] * len(others)
        assert len(compared) + len(others) == len(hidden)

    def test_weighted_stands_beside_unweighted_as_the_results_have_it(
        self, demo_results
    ):
        wanted = [("indicator", "=", "feels_safe_home"), ("by", "=", "")]
        rows = pd.read_parquet(demo_results / "estimates.parquet", filters=wanted)
        rows = rows[rows["geography"] == "npu"].set_index("area_code")
        asked = survey_choices.resolve(g="npu", i="feels_safe_home")
        found = pd.DataFrame(surveys.by_area(asked)[1:]).set_index("area_code")
        for column in ("value", "weighted", "effective_n"):
            np.testing.assert_array_equal(
                found[column], rows.loc[found.index, column].to_numpy()
            )
        row = rows.loc["CV"]
        text = text_of(page(g="npu"))
        assert f"{row['value']:.1f}% ({row['lower']:.1f} to {row['upper']:.1f})" in text
        assert f"{row['weighted']:.1f}% ({row['weighted_lower']:.1f}" in text

    def test_comparisons_come_in_the_order_of_what_may_be_said(self):
        asked = survey_choices.resolve(by="age", i="feels_safe_home")
        rows = surveys.comparisons(asked, "groups", by="age", indicator=asked.indicator)
        made = dict(tables(page(by="age", i="feels_safe_home")))["Groups"]
        said = [cells[1].split(":")[0].split(",")[0] for cells in made]
        # A difference that does not matter is told no more than one that may be chance.
        stages = {"Clear": 0, "Likely": 1, "Hidden": 3}
        places = [stages.get(word, 2) for word in said]
        assert len(made) == len(rows)
        assert places == sorted(places)
        assert len(set(places)) > 1
        assert "Of 7 comparisons" in text_of(page(by="age", i="feels_safe_home"))

    def test_what_a_survey_did_not_ask_is_said_to_be_not_asked(self):
        text = text_of(page(s="impact_areas_2022", i="feels_safe_home"))
        assert "no figure in this survey called 'feels_safe_home'" in text
        assert "Not asked, or not known of the force area" in text

    def test_options_without_a_clear_break_stand_in_one_band(self):
        made = dict(tables(page()))
        caption = next(c for c in made if c.startswith("Priorities: "))
        places = [cells[1] for cells in made[caption]]
        assert places[0] == "1"
        assert any("cannot be told apart" in place for place in places)

    @pytest.mark.parametrize("survey", ["consultation_2024", "impact_areas_2022"])
    def test_every_table_has_a_name_of_its_own(self, survey):
        names = [caption for caption, _ in tables(page(s=survey))]
        assert len(names) == len(set(names))

    def test_an_unknown_area_in_a_link_is_told(self):
        assert "no area here called 'E99'" in text_of(page(a="E99"))


def test_a_number_that_should_be_hidden_does_not_pass(demo_app, demo_results, tmp_path):
    folder = tmp_path / "results"
    shutil.copytree(demo_results, folder)
    rows = pd.read_parquet(folder / "responses_needed.parquet")
    at = (rows["area_code"] == SOLIHULL) & (rows["category"] == "75+")
    rows.loc[at, ["n", "more_for_share"]] = 7777.0
    rows.loc[at, "status"] = "suppressed"
    rows.to_parquet(folder / "responses_needed.parquet")
    with showing(demo_app, folder):
        text = text_of(page(a=SOLIHULL))
    assert "7,777" not in text
    assert "Age 75+ hidden hidden hidden hidden" in text
