"""Harm and near repeats as a build leaves them, and as people ask for them."""

import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.results import read_geometry, read_manifest, read_table, read_values


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


STREET = "Crime ID,Month,Falls within,Longitude,Latitude,LSOA code,Crime type\n"
ROW = ",2024-0{month},West Midlands Police,-1.8985,52.4797,,{kind}\n"
PROJECT = """
[[crime]]
files = ["crime.csv"]

[harm]
file = "weights.csv"
category = "category"
weight = "weight"
name = "Ours"
source = "made up for a test"
"""


@pytest.fixture
def project(tmp_path):
    def with_weights(weights):
        kinds = ["Burglary", "Burglary", "Drugs"]
        rows = [ROW.format(month=m, kind=k) for m in (1, 2) for k in kinds]
        (tmp_path / "crime.csv").write_text(STREET + "".join(rows), "utf-8")
        (tmp_path / "weights.csv").write_text(f"category,weight\n{weights}", "utf-8")
        (tmp_path / "geosafety.toml").write_text(PROJECT, "utf-8")
        return tmp_path / "geosafety.toml"

    return with_weights


def test_a_build_with_weights_has_harm_and_says_whose(project, tmp_path):
    out = tmp_path / "out"
    done = run("build", project("Burglary,20\nDrugs,3\n"), "--out", out, "--quiet")
    assert done.exit_code == 0, done.output
    values = read_values(out, indicator=["crime_harm"], period=["2024-01"])
    by_area = values.set_index(["area_code", "group"])
    wanted = {"all": 43, "category=Burglary": 40, "category=Drugs": 3}
    assert by_area["value"]["E08000025"].to_dict() == wanted
    # The other boroughs have no row at all, so that nobody knows the Force's harm.
    force = by_area.loc[("E23000014", "all")]
    assert (force["status"], force["numerator"]) == ("incomplete", 43)
    assert set(values["kind"]) == {"estimated"}
    assert set(values["geography"]) >= {"npu", "impact_area", "ward", "msoa", "lsoa"}
    notes = read_manifest(out)["notes"]
    assert any("'Ours' (made up for a test), from weights.csv" in n for n in notes)


def test_a_check_notes_a_category_without_a_weight(project):
    done = run("check", project("Burglary,20\n"))
    assert done.exit_code == 0, done.output
    assert "No harm weight for Drugs" in done.output


def test_a_check_refuses_a_category_that_nobody_knows(project):
    done = run("check", project("Burglary,20\nDrugz,3\n"))
    assert done.exit_code == 1
    assert "weights.csv, row 3: there is no category 'Drugz'" in done.output
    assert 'Did you mean "Drugs"?' in done.output


def test_without_weights_a_build_has_nothing_like_harm(demo_results):
    assert (
        not read_table(demo_results, "concentration")["indicator"]
        .isin(["crime_harm"])
        .any()
    )
    assert read_values(demo_results, indicator=["crime_harm"]).empty


def test_the_lorenz_curve_is_written_and_not_said_point_by_point(
    demo_results, tmp_path
):
    out = tmp_path / "c.csv"
    done = run("concentration", "--results", demo_results, "--out", out)
    assert done.exit_code == 0
    assert "these figures are synthetic" in done.output
    assert "quietest" not in done.output
    curve = pd.read_csv(out).query("measure == 'lorenz'")
    assert 5 < len(curve) <= 100
    assert curve["places_share"].is_monotonic_increasing
    assert curve["value"].iloc[[0, -1]].tolist() == [0, 100]
    assert (curve["value"] <= curve["most_even"] + 1e-9).all()


def test_wards_are_named_by_their_clearest_quotients(demo_results):
    options = ["--geography", "ward", "--group", "category=Burglary"]
    done = run("concentration", "--results", demo_results, *options)
    assert done.exit_code == 0
    assert "Of 192 areas it is clearly a larger part in" in done.output
    assert len(done.output.splitlines()) <= 12


def test_months_give_no_near_repeats_and_the_command_says_why(demo_results):
    done = run("concentration", "--results", demo_results, "--near-repeat")
    assert done.exit_code == 0
    assert "know only their month" in done.output


def real_occasions(real_folder, force):
    """Read the stops without the project's reader: distinct points and minutes."""
    files = sorted((real_folder / "crime").glob("*west-midlands-stop-and-search.csv"))
    stops = pd.concat([pd.read_csv(f, dtype="str") for f in files])
    stops = stops[stops["Date"] != "Date"].dropna(subset=["Longitude"])
    stops = stops.drop_duplicates(["Longitude", "Latitude", "Date"])
    import geopandas as gpd

    lon, lat = (stops[c].astype(float) for c in ("Longitude", "Latitude"))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326).to_crs(27700)
    local = pd.to_datetime(stops["Date"], utc=True).dt.tz_convert("Europe/London")
    day = (local.dt.tz_localize(None) - pd.Timestamp("2017-01-01")).dt.days.to_numpy()
    inside = shapely.contains_properly(force, points.to_numpy())
    return points.x.to_numpy()[inside], points.y.to_numpy()[inside], day[inside]


def test_real_near_repeats_are_every_pair_counted(real_results, real_folder):
    """Stop and search, September 2017 to September 2018: all 77 million pairs."""
    force = read_geometry(real_results, "force").geometry.iloc[0]
    shapely.prepare(force)
    x, y, day = real_occasions(real_folder, force)
    counts = np.zeros((5, 4), dtype=int)
    for start in range(0, len(x), 500):
        own = np.arange(start, min(start + 500, len(x)))
        apart = np.hypot(x[own, None] - x, y[own, None] - y)
        pair = (apart <= 400) & (np.arange(len(x)) > own[:, None])
        metres = np.ceil(apart[pair] / 100).astype(int)
        days = np.abs(day[own, None] - day)[pair]
        late = days > 28
        week = np.maximum(np.ceil(days / 7), 1).astype(int) - 1
        np.add.at(counts, (metres[~late], week[~late]), 1)
    table = read_table(real_results, "near_repeat")
    table = table[table["indicator"] == "stop_search_count"]
    assert set(table["events"]) == {len(x)} == {12_380}
    assert (
        table["pairs"].to_numpy().reshape(5, 4).astype(int).tolist() == counts.tolist()
    )
    near = table.iloc[0]
    assert near["ratio"] > 2
    assert near["p_value"] == 1 / 500


def test_real_near_repeats_are_said_as_a_grid(real_results):
    done = run("concentration", "--results", real_results, "--near-repeat")
    assert done.exit_code == 0
    assert "crime_count: Not tested: these events know only their month" in done.output
    assert "12,380 occasions" in done.output
    assert "same place" in done.output
    assert "not why" in done.output
