"""Files with polygons: what they say of themselves, and that they come out the same."""

import sqlite3

import pyogrio
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.publish.geo_files import about_lines
from geosafety.results import read_manifest
from tests.fixtures_results import write_fixture_results


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("geo") / "results")


def export(folder, out, *options):
    command = ["export", "--results", str(folder), "--out", str(out), *options]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geojson"])
def test_the_same_results_give_the_same_bytes_in_files_for_maps(
    folder, tmp_path, ending
):
    for name in ("a", "b"):
        export(folder, tmp_path / f"{name}.{ending}", "--period", "2022-03")
    made = [(tmp_path / f"{name}.{ending}").read_bytes() for name in ("a", "b")]
    assert made[0] == made[1]


def test_a_geopackage_is_of_the_standard_and_says_what_each_layer_is(folder, tmp_path):
    export(folder, tmp_path / "t.gpkg", "--geography", "npu", "--geography", "ward")
    with sqlite3.connect(tmp_path / "t.gpkg") as base:
        # OGC 12-128r19, requirement 2: "GPKG" in ASCII.
        assert base.execute("pragma application_id").fetchone() == (0x47504B47,)
        assert base.execute("pragma integrity_check").fetchone() == ("ok",)
        rows = base.execute("select table_name, description from gpkg_contents")
        said = dict(rows.fetchall())
        systems = base.execute("select distinct srs_id from gpkg_geometry_columns")
        systems = systems.fetchall()
    base.close()
    assert set(said) == {"npu", "ward", "layer_styles"}
    assert all("holds synthetic figures" in said[name] for name in ("npu", "ward"))
    assert systems == [(27700,)]


def test_a_geopackage_keeps_every_note_under_its_whole_name(folder, tmp_path):
    export(folder, tmp_path / "t.gpkg", "--geography", "npu")
    kept = pyogrio.read_info(tmp_path / "t.gpkg", layer="npu")["layer_metadata"]
    lines = about_lines(read_manifest(folder))
    # The file's driver ends a name at a colon or an equals sign.
    said = {name.replace(": ", ", "): line for name, line in lines.items()}
    assert {name: kept[name] for name in said} == said
    assert kept["Status, suppressed"].startswith("Hidden, because fewer than 10")


def test_the_fixed_clock_is_set_back(folder, tmp_path):
    export(folder, tmp_path / "t.gpkg", "--geography", "npu")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_notes_of_one_name_stand_together():
    manifest = {"title": "T", "built": "", "version": "", "inputs": [], "layers": {}}
    lines = about_lines({**manifest, "notes": ["One.", "Two."]})
    assert lines["Note"] == "One.\nTwo."
