import subprocess
import sys

import pytest
from click.testing import CliRunner

from geosafety.cli import main

COMMANDS = ["areas", "build", "check", "concentration", "demo", "density", "export"]
COMMANDS += ["gap", "hotspots", "indicators", "map", "plan", "reconcile", "serve"]
COMMANDS += ["compare", "impact-areas", "legitimacy", "priorities", "reallocate"]
COMMANDS += ["profile", "publish", "trace"]
COMMANDS = sorted([*COMMANDS, "disclosure", "representation", "survey", "zonal"])


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


def test_the_commands_keep_their_names():
    assert sorted(main.commands) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_can_be_quiet_or_verbose(name):
    done = run(name, "--help")
    assert done.exit_code == 0
    assert main.commands[name].help
    assert "--quiet" in done.output
    assert "--verbose" in done.output


def test_help_imports_no_heavy_library():
    code = "import sys, geosafety.cli; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {"pandas", "numpy", "geopandas", "scipy", "dash", "folium"}


def test_an_unknown_key_in_a_project_names_the_nearest(tmp_path):
    project = tmp_path / "geosafety.toml"
    project.write_text('[[crime]]\nfile = ["a.csv"]\n')
    done = run("check", project)
    assert done.exit_code == 1
    assert 'Did you mean "files"?' in done.output


def test_a_project_with_nothing_in_it_builds_from_the_bundled_defaults(tmp_path):
    project = tmp_path / "geosafety.toml"
    project.write_text('title = "nothing of our own"\n')
    done = run("build", project, "--out", tmp_path / "out", "--quiet")
    assert (done.exit_code, done.output) == (0, "")
    wanted = [
        "--geography",
        "force",
        "--indicator",
        "wmnow_rate",
        "--period",
        "2022-03",
    ]
    rows = run("export", "--results", tmp_path / "out", *wanted, "--decimals", "1")
    assert ",52.4," in rows.output


def test_check_says_what_it_found_and_writes_nothing(tmp_path):
    project = tmp_path / "geosafety.toml"
    (tmp_path / "c.csv").write_text(
        "lsoa_code,category,month,count\nE01008881,Burglary,2024-01,3\nx,Drugs,2024,1\n"
    )
    project.write_text('[[crime]]\nfiles = "c.csv"\nformat = "counts"\n')
    done = run("check", project)
    assert done.exit_code == 0
    assert "2 rows = 1 placed + 0 unplaced + 1 rejected" in done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.csv", "geosafety.toml"]


def test_rejects_go_beside_the_results_and_not_into_them(tmp_path):
    project = tmp_path / "geosafety.toml"
    (tmp_path / "c.csv").write_text(
        "lsoa_code,category,month,count\nE01008881,Burglary,2024-13,3\n"
        "E01008881,Burglary,2024-01,3\n"
    )
    project.write_text('[[crime]]\nfiles = "c.csv"\nformat = "counts"\n')
    run("build", project, "--out", tmp_path / "out", "--quiet")
    rejects = (tmp_path / "out-rejects" / "crime.csv").read_text()
    assert "c.csv,2,month,2024-13,not a month" in rejects
    everything = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
    assert not any("2024-13" in p.read_bytes().decode("latin-1") for p in everything)


def test_areas_and_indicators_list_what_there_is(demo_results):
    lines = run("areas", "--results", demo_results, "--geography", "npu").output
    assert "npu\tBE\tBirmingham East" in lines
    assert len(lines.splitlines()) == 8
    assert "wmnow_rate" in run("indicators").output


def test_a_map_is_one_page_that_fetches_nothing(demo_results, tmp_path):
    out = tmp_path / "map.html"
    done = run("map", "--results", demo_results, "--geography", "ward", "--out", out)
    assert done.exit_code == 0
    text = out.read_text("utf-8")
    assert 'src="http' not in text
    assert "synthetic" in text.lower()


def test_the_demo_does_not_replace_a_build_of_own_data(tmp_path):
    (tmp_path / "geosafety.toml").write_text('title = "ours"\n')
    out = tmp_path / "out"
    run("build", tmp_path / "geosafety.toml", "--out", out, "--quiet")
    done = run("demo", "--out", out, "--raw", tmp_path / "raw")
    assert done.exit_code == 1
    assert "your own data" in done.output


def test_the_same_file_in_two_blocks_is_refused(tmp_path):
    (tmp_path / "c.csv").write_text(
        "lsoa_code,category,month,count\nE01008881,Burglary,2024-01,3\n"
    )
    block = '[[crime]]\nfiles = "c.csv"\nformat = "counts"\n'
    twice = block + 'name = "a"\n' + block + 'name = "b"\n'
    (tmp_path / "geosafety.toml").write_text(twice)
    done = run("check", tmp_path / "geosafety.toml")
    assert done.exit_code == 1
    assert "would count twice" in done.output


def test_areas_outside_the_force_are_not_counted_as_in_it(tmp_path):
    """A layer of all England must not bring all England's crime into the force."""
    import geopandas as gpd
    from shapely import box

    inside, outside = box(406000, 286000, 407000, 287000), box(5e5, 2e5, 5.01e5, 2.01e5)
    layer = gpd.GeoDataFrame(
        {"code": ["IN", "OUT"]}, geometry=[inside, outside], crs="EPSG:27700"
    )
    layer.to_file(tmp_path / "lsoa.gpkg")
    (tmp_path / "c.csv").write_text(
        "lsoa_code,category,month,count\nIN,Burglary,2024-01,3\nOUT,Drugs,2024-01,1\n"
    )
    (tmp_path / "geosafety.toml").write_text(
        '[boundaries.lsoa]\nfile = "lsoa.gpkg"\ncode = "code"\n'
        '[[crime]]\nfiles = "c.csv"\nformat = "counts"\n'
    )
    done = run("check", tmp_path / "geosafety.toml")
    assert "2 rows = 1 placed + 1 unplaced + 0 rejected" in done.output
    assert "1 areas outside the force area are left out" in done.output
