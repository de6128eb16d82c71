# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
import csv
import io
import json
import shutil
from urllib.parse import parse_qs

import dash
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from dash_app.components.downloads import shown
from dash_app.jobs import exports
from dash_app.queries import downloads
from geosafety import results
from geosafety.settings import VALUE_COLUMNS
from tests.dash_app.app_fixtures import app, client, context, results_folder, showing
from tests.fixtures_results import FORMULA, HOSTILE, as_json, text_of

WARDS = "?t=values&g=ward&i=feels_safe_home&grp=all"


def page(**asked):
    return text_of(dash.page_registry["dash_app.pages.downloads"]["layout"](**asked))


def asked(**parts):
    return downloads.resolve(parts)[0]


@pytest.mark.usefixtures("context")
class TestChoosing:
    def test_nothing_asked_for_is_one_small_table(self):
        found = asked()
        assert found.table == "values"
        assert found.filters() == {
            "geography": ["npu"],
            "indicator": ["wmnow_rate"],
            "group": ["all"],
        }

    def test_several_may_be_chosen_and_the_address_brings_them_back(self):
        first = asked(g=["ward", "npu"], i=["crime_rate", "wmnow_rate"], p="2022-03")
        assert first.of("g") == ("npu", "ward")
        again = parse_qs(first.search().removeprefix("?"))
        assert downloads.resolve(again | {"t": "values"})[0] == first

    def test_an_unknown_name_is_told_and_reaches_no_file(self):
        found, notes = downloads.resolve({"t": "../values", "g": "../../etc"})
        assert found.table == "values"
        assert len(notes) == 2
        assert "'../values'" in notes[0]

    def test_what_is_offered_follows_what_is_chosen(self):
        offered = downloads.offered("values", {"g": ("npu",), "i": ("crime_rate",)})
        assert set(offered["p"]) == {"2023-04/2024-03"}
        assert set(offered["grp"]) == {"all", "category=Burglary"}

    def test_the_preview_counts_what_the_results_hold(self, results_folder):
        found = asked(g=["ward", "npu"], i=["crime_rate"], grp=[])
        kept = results.read_values(results_folder, **found.filters())
        assert downloads.preview(found).count == len(kept) == 20
        assert len(downloads.preview(found).rows) == 20

    def test_another_table_is_shown_whole(self):
        found = asked(t="ledger")
        shown = downloads.preview(found)
        assert shown.columns == ("input", "geography", "outcome", "how", "rows")
        assert shown.count == 3


@pytest.mark.usefixtures("context")
class TestPage:
    def test_the_sentence_says_how_many_rows_and_how_many_are_hidden(self):
        text = page(g="ward", i="feels_safe_home")
        assert "Values: 16 rows. 1 of them is hidden to protect people" in text

    def test_what_is_hidden_is_counted_by_reason(self):
        text = page(g="ward", i="feels_safe_home")
        assert "Wards Feel safe or very safe where they live suppressed 1" in text
        assert "incomplete 1" in text
        assert "Nothing of this choice is hidden" in page(g="npu", i="wmnow_rate")

    def test_every_kind_of_file_is_offered_or_says_why_not(self):
        text = page(t="ledger")
        assert "GeoPackage, for QGIS: only of the values" in " ".join(text.split())
        for form in exports.FORMS.values():
            assert form.label in text

    def test_the_dictionary_explains_every_column(self):
        text = page()
        assert "The value in its unit, never rounded" in text
        assert "No description yet" not in text

    def test_an_empty_choice_is_a_sentence(self):
        text = page(t="surfaces")
        assert "There is no table called 'surfaces'" in text


def test_who_may_not_take_data_away_is_told_and_gets_no_link():
    made = shown.files(downloads.Asked(), {"csv": "CSV"}, {}, may=False)
    assert "may look at tables, and not take them away" in text_of(made)
    assert "/download/" not in as_json(made)


def test_an_account_of_what_was_hidden_is_shown_where_there_is_one(
    app, results_folder, tmp_path
):
    folder = tmp_path / "results"
    shutil.copytree(results_folder, folder)
    line = {"dataset": "survey", "geography": "ward", "cells": 100, "primary": 3}
    results.write_table(folder, "disclosure", [pd.DataFrame([line])])
    with showing(app, folder):
        text = page()
    assert "What was hidden in the whole build" in text
    assert "survey ward 100 3" in text


def got(client, name, search=WARDS):
    answer = client.get(f"/download/{name}{search}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def test_an_analyst_takes_a_suppressed_table_and_its_dictionary(client):
    page = client.get("/downloads" + WARDS)
    assert page.status_code == 200
    text = got(client, "csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [*rows[0]] == list(VALUE_COLUMNS)
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert len(hidden) == 1
    numbers = ("value", "lower", "upper", "numerator", "base")
    assert {hidden[0][name] for name in numbers} == {""}
    said = got(client, "dictionary").get_data(as_text=True)
    words = {row["column"]: row["meaning"] for row in csv.DictReader(io.StringIO(said))}
    assert set(words) == set(rows[0])
    assert "suppressed" in words["status"]
    described = json.loads(got(client, "csvw").data)
    assert described["url"] == "feels_safe_home.csv"
    columns = [c["titles"] for c in described["tableSchema"]["columns"]]
    assert columns == list(rows[0])


def test_the_file_for_excel_begins_with_its_mark_and_is_else_the_same(client):
    plain, marked = got(client, "csv").data, got(client, "csv-excel").data
    assert marked == b"\xef\xbb\xbf" + plain


def test_a_workbook_holds_the_table_the_dictionary_and_the_notes(client, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(got(client, "xlsx").data)
    sheets = openpyxl.load_workbook(path).sheetnames
    assert {"Cover", "Notes", "Data dictionary", "Values"} <= set(sheets)


@pytest.mark.parametrize("name", ["gpkg", "geoparquet"])
def test_a_layer_holds_the_areas_and_their_statuses(client, tmp_path, name):
    path = tmp_path / f"x{exports.FORMS[name].ending}"
    path.write_bytes(got(client, name).data)
    read = gpd.read_parquet(path) if name == "geoparquet" else None
    layer = gpd.read_file(path, layer="ward") if read is None else read
    assert len(layer) == 16
    assert layer.crs.to_epsg() == 27700
    hidden = layer[layer["status"] == "suppressed"]
    assert len(hidden) == 1
    assert hidden["value"].isna().all()


def test_a_map_stands_by_itself(client):
    text = got(client, "map").get_data(as_text=True)
    assert 'src="http' not in text
    assert "Feel safe or very safe where they live" in text
    assert HOSTILE not in text


def test_text_that_a_spreadsheet_would_run_is_disarmed(client):
    text = got(client, "csv", "?g=ward&i=wmnow_rate").get_data(as_text=True)
    assert f"'{FORMULA}" in text


def test_one_row_an_area_is_wide(client):
    text = got(client, "csv", WARDS + "&w=1").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 17
    assert "feels_safe_home consultation_2024" in rows[0]


@pytest.mark.parametrize(
    ("name", "search", "status"),
    [
        ("exe", WARDS, 404),
        ("csv", "?t=../values", 404),
        ("csv", "?g=nowhere", 404),
        ("gpkg", "?t=ledger", 409),
    ],
)
def test_what_there_is_not_is_refused(client, name, search, status):
    assert client.get(f"/download/{name}{search}").status_code == status


def test_too_many_rows_are_refused_before_they_are_written(client, monkeypatch):
    few = exports.FORMS["xlsx"].__class__(
        label="Book", ending=".xlsx", mimetype="", most=3
    )
    monkeypatch.setitem(exports.FORMS, "xlsx", few)
    answer = client.get("/download/xlsx" + WARDS)
    assert answer.status_code == 409
    assert "over 3 rows" in answer.get_data(as_text=True)


def test_nothing_is_left_on_the_disk(client, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer = got(client, "csv")
    assert answer.data
    answer.close()
    assert list(tmp_path.iterdir()) == []
