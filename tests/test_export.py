"""Tables that people take away: every format, long and wide, to file or screen."""

import csv
import io
import json
import sqlite3

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.publish.accessible import read_faults
from geosafety.publish.tables import safe_text, write_csv


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


@pytest.fixture
def export(demo_results):
    def go(*options):
        return run("export", "--results", demo_results, *options)

    return go


NPUS = ["BE", "BW", "CV", "DY", "SH", "SW", "WS", "WV"]
NPU = ["--geography", "npu", "--indicator", "wmnow_rate", "--period", "2022-03"]


def test_csv_to_the_screen_is_nothing_but_csv(export):
    done = export(*NPU)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [r["area_code"] for r in rows] == NPUS
    assert done.exit_code == 0
    assert done.stderr == ""


def test_the_same_results_give_the_same_bytes(export, tmp_path):
    for name in ("a", "b"):
        for ending in ("csv", "gpkg"):
            export(*NPU, "--out", tmp_path / f"{name}.{ending}")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_wide_has_one_row_an_area_and_says_what_is_missing(export):
    done = export(
        *["--geography", "impact_area", "--period", "impact_areas_2022", "--wide"],
        *["--indicator", "police_rating_good", "--indicator", "survey_responses"],
        *["--group", "all"],
    )
    table = pd.read_csv(io.StringIO(done.stdout))
    assert len(table) == 19
    column = "police_rating_good impact_areas_2022"
    low = table[table["status"] != "ok"]
    assert (low["status"] == f"{column}: low base").all()
    assert len(low) == 1


def test_rounding_is_half_up_and_only_on_the_way_out(export):
    assert "60.2," in export(*NPU, "--decimals", "1").stdout
    assert f",{1000 * 25_393 / 421_833!r}," in export(*NPU).stdout


def test_a_workbook_has_numbers_as_numbers_and_says_what_they_are(export, tmp_path):
    export(*NPU, "--out", tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    (table,) = book["Values"].tables.values()
    head, first, *_ = [[c.value for c in row] for row in book["Values"][table.ref]]
    row = dict(zip(head, first, strict=True))
    assert row["value"] == pytest.approx(60.197, abs=0.001)
    assert read_faults(tmp_path / "t.xlsx") == []
    cells = [c for name in ("Cover", "Notes") for r in book[name] for c in r]
    said = " ".join(str(cell.value) for cell in cells)
    assert "Everything else is synthetic" in said
    assert "inferred from neighbourhood names, not official" in said
    assert "Open Government Licence" in said


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson"])
def test_gis_formats_carry_polygons_and_values(export, tmp_path, ending):
    path = tmp_path / f"t.{ending}"
    assert export(*NPU, "--out", path).exit_code == 0
    named = {"layer": "npu"} if ending == "gpkg" else {}  # it has a table of styles too
    read = gpd.read_parquet if ending == "parquet" else gpd.read_file
    layer = read(path, **named).set_index("area_code")
    assert layer.loc["CV", "value"] == pytest.approx(50.508, abs=0.001)
    assert layer.geometry.is_valid.all()
    inside = layer.to_crs("EPSG:4326").total_bounds
    assert inside == pytest.approx([-2.21, 52.34, -1.42, 52.66], abs=0.03)


def test_a_geopackage_has_a_layer_for_each_geography(export, tmp_path):
    path = tmp_path / "t.gpkg"
    export(*NPU, "--geography", "ward", "--indicator", "wmnow_share", "--out", path)
    layers = {name for name, kind in pyogrio.list_layers(path) if kind}
    assert layers == {"npu", "ward"}


def test_a_layer_of_a_geopackage_says_what_it_is(export, tmp_path):
    path = tmp_path / "t.gpkg"
    export(*NPU, "--out", path)
    with sqlite3.connect(path) as base:
        contents = "select identifier, description, last_change from gpkg_contents"
        contents += " where data_type = 'features'"
        ((name, said, when),) = base.execute(contents).fetchall()
        metadata = base.execute("select metadata from gpkg_metadata").fetchall()
    base.close()
    assert name == "Neighbourhood policing unit (NPU)"
    assert "synthetic" in said
    assert when == "2000-01-01T00:00:00.000Z"
    assert "Open Government Licence" in str(metadata)
    assert "Everything else is synthetic" in str(metadata)


def test_geoparquet_carries_what_it_is(export, tmp_path):
    export(*NPU, "--out", tmp_path / "t.parquet")
    held = pq.read_schema(tmp_path / "t.parquet").metadata
    assert "geo" in {key.decode() for key in held}
    said = json.loads(held[b"geosafety"])
    assert "Everything else is synthetic" in said["Demonstration"]


def test_geojson_to_the_screen_carries_its_notes(export):
    block = json.loads(export(*NPU, "--format", "geojson").stdout)
    assert len(block["features"]) == 8
    assert any("Demonstration" in note for note in block["notes"])


@pytest.mark.parametrize("form", ["xlsx", "gpkg", "geoparquet"])
def test_a_binary_format_refuses_the_screen(export, form):
    done = export(*NPU, "--format", form)
    assert done.exit_code == 2
    assert "give a file" in done.stderr


def test_an_unknown_indicator_is_a_usage_error(export):
    assert export("--indicator", "wmnow_rat").exit_code == 2


def test_a_period_that_is_not_there_names_the_nearest(export):
    done = export("--geography", "npu", "--period", "2022-3")
    assert done.exit_code == 1
    assert 'Did you mean "2022-03"?' in done.stderr


def test_a_folder_that_is_not_there_is_a_sentence(export, tmp_path):
    done = export(*NPU, "--out", tmp_path / "none" / "t.csv")
    assert done.exit_code == 1
    assert "Traceback" not in done.stderr


def test_text_that_a_spreadsheet_would_run_is_neutralised_and_numbers_are_not():
    out = io.StringIO()
    write_csv(
        pd.DataFrame({"name": ["=cmd()", "-5 Road"], "value": [-5.0, 0.5]}), None, out
    )
    assert out.getvalue() == "name,value\n'=cmd(),-5\n'-5 Road,0.5\n"
    assert safe_text(float("nan")) == ""


def test_a_mark_for_excel_comes_first_when_asked_for(export, tmp_path):
    export(*NPU, "--out", tmp_path / "a.csv")
    export(*NPU, "--bom", "--out", tmp_path / "b.csv")
    mark = b"\xef\xbb\xbf"
    assert (tmp_path / "b.csv").read_bytes() == mark + (tmp_path / "a.csv").read_bytes()


@pytest.mark.parametrize(
    "name",
    ["estimates", "comparisons", "representation", "responses_needed", "weighting",
     "priorities", "leads", "clusters", "trends", "concentration", "ledger",
     "coverage", "surfaces", "venues", "legitimacy"],
)  # fmt: skip
def test_every_table_of_results_comes_out_whole(export, demo_results, tmp_path, name):
    path = tmp_path / "t.csv"
    assert export("--table", name, "--out", path).exit_code == 0
    made = pd.read_csv(path, low_memory=False)
    kept = pd.read_parquet(demo_results / f"{name}.parquet")
    assert list(made) == list(kept)
    assert len(made) == len(kept)
    for column in kept.select_dtypes("number"):
        assert np.array_equal(
            made[column].astype(float), kept[column].astype(float), equal_nan=True
        )


def test_other_tables_are_chosen_from_by_their_columns(export):
    done = export("--table", "ledger", "--geography", "npu")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["geography"] for row in rows} == {"npu"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--table", "estimate"], 'Did you mean "estimates"?'),
        (["--table", "../raw/x"], "no table called"),
        (["--table", "venues", "--geography", "npu"], "has no geography to choose by"),
        (["--table", "ledger", "--format", "geojson"], "csv or xlsx"),
        (["--table", "ledger", "--wide"], "--wide is for values"),
        (["--format", "geojson", "--bom"], "for CSV files"),
        (["--table", "response_rates"], "no rows of the table"),
    ],
)
def test_what_cannot_be_had_is_said_in_a_sentence(export, options, said):
    done = export(*options)
    assert done.exit_code > 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
