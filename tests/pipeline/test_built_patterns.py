"""Clusters, change and concentration as a build leaves them, and as people ask."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.results import read_areas, read_manifest, read_table

LABELS = {
    "gi_star": {"hot", "cold"},
    "moran": {"high-high", "low-low", "high-low", "low-high"},
}
NONE = {"not significant", "too few permutations", "not tested"}


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


@pytest.fixture(scope="module")
def clusters(demo_results):
    return read_table(demo_results, "clusters")


def test_every_small_area_stands_once_in_every_test(clusters, demo_results):
    keys = ["geography", "indicator", "group", "statistic"]
    areas = read_areas(demo_results).groupby("geography").size()
    for (geography, *_), table in clusters.groupby(keys):
        assert table["area_code"].is_unique
        assert len(table) == areas[geography]


@pytest.mark.parametrize("statistic", ["gi_star", "moran"])
def test_labels_are_the_known_ones_and_p_is_two_sided(clusters, statistic):
    table = clusters[clusters["statistic"] == statistic]
    assert set(table["label"]) <= LABELS[statistic] | NONE
    tested = table[table["label"] != "not tested"]
    assert tested["p_value"].between(2e-5, 1).all()
    assert (tested["q_value"] >= tested["p_value"]).all()


def test_the_demos_hot_areas_are_where_its_need_was_put(clusters):
    """The demo's crime follows the need on which the impact areas were grown."""
    table = clusters[
        (clusters["statistic"] == "gi_star")
        & (clusters["group"] == "all")
        & (clusters["geography"] == "lsoa")
    ]
    hot = table[table["label"] == "hot"]
    assert len(hot) >= 10
    share_hot = (hot["impact_area"] != "").mean()
    assert share_hot > 3 * (table["impact_area"] != "").mean()
    assert set(hot["stability_word"]) <= {"stable", "fragile"}
    assert set(hot["kind"]) == {"synthetic"}


@pytest.mark.parametrize(
    "geography", ["npu", "local_authority", "impact_area", "force"]
)
def test_layers_where_it_means_nothing_are_refused_with_the_reason(
    demo_results, geography
):
    done = run("hotspots", "--results", demo_results, "--geography", geography)
    assert done.exit_code == 1
    assert "too few, or too scattered" in done.output


def test_hotspots_are_said_in_words_and_written_as_a_table(demo_results, tmp_path):
    out = tmp_path / "hot.csv"
    done = run("hotspots", "--results", demo_results, "--out", out)
    assert done.exit_code == 0
    assert "synthetic" in done.output
    assert "inside an impact area" in done.output
    assert "These impact areas are illustrative" in done.output
    assert "This says that there is a pattern, not why." in done.output
    assert len(out.read_text("utf-8").splitlines()) == 1 + 1680


def test_a_category_that_is_not_there_names_the_nearest(demo_results):
    done = run("hotspots", "--results", demo_results, "--group", "category=Burglry")
    assert done.exit_code == 1
    assert 'Did you mean "category=Burglary"?' in done.output


def test_concentration_is_said_in_words(demo_results):
    done = run("concentration", "--results", demo_results)
    assert done.exit_code == 0
    assert "80% of crime is in" in done.output
    assert "times what the same area would hold by chance" in done.output


def test_a_surface_of_points_is_a_geotiff_that_says_what_it_is(demo_results):
    path = demo_results / "surfaces" / "crime-street.tif"
    with rasterio.open(path) as file:
        assert file.crs.to_epsg() == 27700
        tags = file.tags()
        surface = file.read(1, masked=True)
        cell = abs(file.transform.a * file.transform.e) / 1e6
    assert tags["units"] == "per square kilometre"
    assert tags["kind"] == "synthetic"
    placed = next(
        i["placed"]
        for i in read_manifest(demo_results)["inputs"]
        if i["name"] == "crime, street"
    )
    # Some mass of the points near the edge leaves the grid; nothing is added.
    assert 0.97 * placed < float(surface.sum()) * cell <= placed * 1.0001


def test_real_months_that_are_not_covered_take_no_part(real_results):
    clusters = read_table(real_results, "clusters")
    assert set(clusters["period"]) == {"2024-01/2025-02"}
    assert set(clusters["months"]) == {12}  # of the fourteen, two are damaged
    trends = read_table(real_results, "trends")
    emerging = trends[trends["trend"] == "emerging hot spots"]
    assert set(emerging["months"].dropna()) == {16}
    change = trends[trends["trend"].str.startswith("change")]
    assert set(change["trend"]) == {"change, the same 4 months"}
    assert set(change["period"]) == {"2024-11/2025-02"}


def test_real_counts_by_area_give_no_surface_and_say_why(real_results):
    notes = read_manifest(real_results)["notes"]
    assert any("No surface of counts by LSOA 2021" in note for note in notes)
    assert (real_results / "surfaces" / "stop-and-search.tif").exists()


def test_real_clusters_agree_with_geoda(real_results):
    """The same z-scores from GeoDa's weights and rates, area by area."""
    pygeoda = pytest.importorskip("pygeoda")
    from geosafety.results import read_geometry

    table = read_table(real_results, "clusters")
    moran = table[
        (table["statistic"] == "moran")
        & (table["geography"] == "lsoa")
        & (table["group"] == "all")
    ].set_index("area_code")
    areas = read_geometry(real_results, "lsoa")
    assert len(areas) == len(moran) == 1719
    layer = pygeoda.open(areas.reset_index())
    weights = pygeoda.queen_weights(layer)
    rates = np.asarray(_rates(real_results, areas.index))
    theirs = pygeoda.local_moran(weights, rates.tolist(), permutations=999, seed=1)
    ours = moran.loc[areas.index, "value"].to_numpy(float)
    assert ours == pytest.approx(np.asarray(theirs.lisa_values()), abs=1e-6)


def _rates(folder, index):
    from geosafety.results import read_values

    months = [f"2024-{m:02}" for m in range(1, 9)]
    months += ["2024-11", "2024-12", "2025-01", "2025-02"]
    values = read_values(
        folder,
        geography=["lsoa"],
        indicator=["crime_rate"],
        period=months,
        group=["all"],
    )
    by_area = values.groupby("area_code", observed=True)
    n, base = by_area["numerator"].sum(), by_area["base"].first()
    return (1000 * n / base).reindex(index)


def test_feeling_unsafe_is_set_beside_crime_next_door(demo_results):
    table = read_table(demo_results, "autocorrelation")
    table = table[table["indicator"] == "feels_unsafe_home with crime_rate"]
    by_layer = table.set_index("geography")
    assert by_layer.loc["ward", "areas"] >= 30
    assert "not why" in by_layer.loc["ward", "words"]
    # On LSOAs every base is low or hidden, so there is nothing to test.
    assert by_layer.loc["lsoa", "statistic"] == "refused"


@pytest.fixture(scope="module")
def points(real_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("points") / "results"
    project = Path(__file__).parents[2] / "examples" / "points_2017.toml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
        done = run("build", project, "--out", out, "--quiet")
    assert done.exit_code == 0, done.output
    return out


def test_real_points_are_all_placed_and_drawn(points):
    entry = read_manifest(points)["inputs"][0]
    assert (entry["rows"], entry["placed"]) == (17_260, 17_260)
    names = {path.name for path in (points / "surfaces").iterdir()}
    assert names == {
        "crime-within-a-mile-of-birmingham-centre.tif",
        "stop-and-search.tif",
    }


def test_stop_and_search_does_not_lie_as_all_crime_does(points):
    """September to November 2017, on the ground that both files cover."""
    table = read_table(points, "concentration")
    table = table[table["measure"].str.startswith("similarity")]
    assert set(table["period"]) == {"2017-09/2017-11"}
    assert (table["value"] < table["by_chance"]).all()
    assert table["places"].tolist() == [24, 24]


def test_a_density_can_be_drawn_from_a_project(real_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
    project = Path(__file__).parents[2] / "examples" / "points_2017.toml"
    out = tmp_path / "risk.tif"
    options = ["--input", "stop and search", "--risk", "--bandwidth", "500"]
    done = run("density", project, *options, "--out", out)
    assert done.exit_code == 0, done.output
    with rasterio.open(out) as file:
        assert file.tags()["units"] == "per 1,000 residents"
        assert file.tags()["bandwidth_m"].startswith("500")
        assert file.read(1, masked=True).mask.any()
