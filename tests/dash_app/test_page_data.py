# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import shutil

import dash
import pandas as pd
import pytest

from dash_app.queries import data
from geosafety import results
from tests.dash_app.app_fixtures import (
    app,
    client,
    context,
    demo_app,
    demo_context,
    results_folder,
    showing,
)
from tests.fixtures_results import text_of


def page(name="data", **asked):
    return text_of(dash.page_registry[f"dash_app.pages.{name}"]["layout"](**asked))


@pytest.mark.usefixtures("context")
class TestSmall:
    def test_the_sentence_adds_up(self):
        text = page()
        said = "1,000 rows of 1 inputs: 950 placed on the map, 40 without a place"
        assert said in text
        assert "10 rejected." in text

    def test_rejected_rows_are_counted_by_reason_and_never_shown(self):
        assert data.rejects() == [("members.csv", "no date", 10)]
        text = page()
        assert "members.csv no date 10" in text
        assert "may hold personal data" in text

    def test_coverage_is_a_grid_of_months_and_boroughs(self):
        (crime,) = data.coverage()
        assert list(crime.boroughs.values()) == ["Borough 1", "Borough 2"]
        assert crime.periods == ("2023-04",)
        text = page()
        assert "1 of 2 boroughs and months are covered in part" in text
        assert "April 2023 full part: 3 of 16" in text

    def test_methods_are_said_of_every_figure_that_is_there_and_no_other(self):
        names = {row["Indicator"] for row in data.methods()}
        held = {"wmnow_rate", "wmnow_change", "crime_rate", "feels_safe_home"}
        assert names == held
        assert "Members needed to reach the Force rate" not in _folded(page())

    def test_without_a_number_asked_for_there_is_a_form_and_no_answer(self):
        text = page()
        assert "Where does a number come from?" in text
        assert "The rule" not in text

    def test_a_number_that_is_not_there_is_told_with_what_is(self):
        text = page(i="wmnow_rate", g="npu", a="Atlantis", p="2022-03")
        assert "Atlantis" in text

    def test_the_accessibility_statement_says_what_is_not_tested(self):
        text = page("accessibility")
        assert "Nobody has yet tried these pages with NVDA" in text
        assert "Accessibility of these pages" in page()


def _folded(text):
    """The part of the page that lists the figures."""
    return text.split("Each figure")[1]


def test_results_without_coverage_or_rejects_say_so(app, results_folder, tmp_path):
    folder = tmp_path / "results"
    shutil.copytree(results_folder, folder)
    (folder / "coverage.parquet").unlink()
    ledger = results.read_table(folder, "ledger")
    ledger[ledger["outcome"] != "rejected"].to_parquet(folder / "ledger.parquet")
    with showing(app, folder):
        text = page()
        assert "No row was rejected." in text
        assert "What is covered" not in text


@pytest.mark.usefixtures("demo_context")
def test_a_printed_figure_is_followed_back_to_its_file_and_comes_out_again():
    # 45,603 members of 883,399 people: Birmingham in the paper of June 2022.
    asked = {"i": "wmnow_rate", "g": "local_authority", "p": "2022-03"}
    text = page(a="Birmingham", **asked)
    assert "Birmingham, March 2022: 51.6 per 1,000 people aged 16 and over" in text
    assert "it comes out the same" in text
    assert "1,000 x 45,603 / 883,399" in text
    assert "wmnow_" in text


@pytest.mark.usefixtures("demo_context")
def test_a_town_hall_is_found_by_its_postcode_in_every_layer():
    from dash_app.queries import layers

    for geography, name in (
        ("local_authority", "Birmingham"),
        ("npu", "Birmingham West"),
        ("ward", "Ladywood"),
    ):
        code, _ = layers.find(geography, "B1 1BB")
        names = layers.outline_of(geography).names
        assert names[code] == name
