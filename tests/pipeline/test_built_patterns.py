"""Clusters, change and concentration as a build leaves them, and as people ask."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import binomtest

from geosafety.cli import main
from geosafety.results import read_areas, read_manifest, read_table, read_values

LABELS = {
    "gi_star": {"hot", "cold"},
    "moran": {"high-high", "low-low", "high-low", "low-high"},
    "moran_rate": {"high-high", "low-low", "high-low", "low-high"},
    "geary": {"high-high", "low-low", "alike", "unlike"},
    "bivariate_moran": {"high-high", "low-low", "high-low", "low-high"},
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


@pytest.mark.parametrize("statistic", list(LABELS))
def test_labels_are_the_known_ones_and_p_is_two_sided(clusters, statistic):
    table = clusters[clusters["statistic"] == statistic]
    assert set(table["label"]) <= LABELS[statistic] | NONE
    tested = table[table["label"] != "not tested"]
    assert tested["p_value"].between(2e-5, 1).all()
    assert (tested["q_value"] >= tested["p_value"]).all()


def test_stability_is_judged_with_the_demos_points_put_down_anew(clusters):
    """The demo's crimes are street files with points; each area is in 36 runs."""
    by_statistic = clusters.groupby("statistic")
    assert set(by_statistic.get_group("gi_star")["points"]) == {"points moved"}
    for statistic, table in by_statistic:
        if statistic != "gi_star":
            assert set(table["points"]) == {""}
            assert table["stability"].isna().all()
    share = by_statistic.get_group("gi_star")["stability"].dropna()
    assert share.between(0, 1).all()
    assert (np.abs(share * 36 - (share * 36).round()) < 1e-9).mean() > 0.9


def test_feeling_unsafe_and_crime_next_door_are_tested_area_by_area(demo_results):
    table = read_table(demo_results, "clusters")
    local = table[table["statistic"] == "bivariate_moran"]
    pair = local[local["indicator"] == "feels_unsafe_home with crime_rate"]
    assert "ward" in set(pair["geography"])
    assert "lsoa" not in set(pair["geography"])  # every base is low or hidden
    assert set(pair["kind"]) == {"synthetic"}
    options = ["--geography", "ward", "--statistic", "bivariate_moran"]
    choice = ["--indicator", "feels_unsafe_home with crime_rate"]
    done = run("hotspots", "--results", demo_results, *options, *choice)
    assert done.exit_code == 0, done.output
    assert "bivariate local Moran's I" in done.output
    assert "not why" in done.output


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


def test_trends_are_said_by_class_hot_and_cold_apart(demo_results, tmp_path):
    out = tmp_path / "trends.csv"
    done = run("hotspots", "--results", demo_results, "--trends", "--out", out)
    assert done.exit_code == 0
    assert "These figures are synthetic." in done.output
    table = read_table(demo_results, "trends")
    table = table[(table["geography"] == "lsoa") & (table["group"] == "all")]
    for side in ("hot", "cold"):
        rows = table[table["trend"] == f"emerging {side} spots"]
        assert set(rows["side"]) == {side}
        line = next(
            text
            for text in done.output.splitlines()
            if text.startswith(f"Emerging {side} spots")
        )
        for name, n in rows["class"].value_counts().items():
            assert f"{n:,} {name} (" in line
        assert rows["words"].str.startswith((side.capitalize(), "Not tested")).all()
        assert rows[f"{side}_months"].notna().all()
    assert len(out.read_text("utf-8").splitlines()) == 1 + 3 * 1680
    refused = run(
        "hotspots", "--results", demo_results, "--trends", "--geography", "npu"
    )
    assert refused.exit_code == 1
    assert "too few, or too scattered" in refused.output


def test_a_category_that_is_not_there_names_the_nearest(demo_results):
    done = run("hotspots", "--results", demo_results, "--group", "category=Burglry")
    assert done.exit_code == 1
    assert 'Did you mean "category=Burglary"?' in done.output


def test_concentration_is_said_in_words(demo_results):
    done = run("concentration", "--results", demo_results)
    assert done.exit_code == 0
    assert "80% of crime is in" in done.output
    assert "times what the same area would hold by chance" in done.output


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


def test_real_join_counts_and_local_geary_are_those_of_geoda(real_results):
    pygeoda = pytest.importorskip("pygeoda")
    from geosafety.results import read_geometry

    table = read_table(real_results, "clusters")
    table = table[table["geography"] == "lsoa"]
    areas = read_geometry(real_results, "lsoa")
    weights = pygeoda.queen_weights(pygeoda.open(areas.reset_index()))
    geary = table[table["statistic"] == "geary"].set_index("area_code")
    assert set(geary["group"]) == {"all"}
    rates = np.asarray(_rates(real_results, areas.index)).tolist()
    theirs = pygeoda.local_geary(weights, rates, permutations=99, seed=1)
    ours = geary.loc[areas.index, "value"].to_numpy(float)
    assert ours == pytest.approx(np.asarray(theirs.lisa_values()), abs=1e-6)
    joins = table[table["statistic"] == "join_counts"]
    assert joins["group"].nunique() >= 10
    for group, rows in joins.groupby("group"):
        rows = rows.set_index("area_code").loc[areas.index]
        inside = (rows["reason"] != "not of the category") & rows["value"].notna()
        if not inside.any():
            continue
        found = pygeoda.local_joincount(weights, inside.astype(int).tolist())
        counts = np.asarray(found.lisa_values())[inside]
        assert (rows["value"][inside].to_numpy() == counts).all(), group
        assert rows["permutations"].isna().all()


def test_the_category_that_stands_out_is_the_one_most_over_its_share(real_results):
    """Every area is of one category at most, and of one only where it leads."""
    table = read_table(real_results, "clusters")
    joins = table[(table["statistic"] == "join_counts") & table["value"].notna()]
    assert joins["area_code"].is_unique
    values = read_values(
        real_results,
        geography=["lsoa"],
        indicator=["crime_count"],
        period=[f"2024-{m:02}" for m in (*range(1, 9), 11, 12)]
        + ["2025-01", "2025-02"],
    )
    n = values.pivot_table(
        index="area_code", columns="group", values="value", aggfunc="sum", observed=True
    )
    mix = n.drop(columns="all")
    overall = mix.sum() / mix.sum().sum()
    for row in joins.sample(60, random_state=1).itertuples():
        here = mix.loc[row.area_code]
        quotient = here / here.sum() / overall
        p = {
            name: binomtest(int(here[name]), int(here.sum()), overall[name]).pvalue
            for name in here.index[(quotient >= quotient[row.group]) & (here >= 5)]
        }
        assert quotient[row.group] > 1
        # The level is .05 over the categories, some .0036: by another test than ours.
        assert p.pop(row.group) < 0.03
        # What has a higher quotient is not clearly over its share.
        assert all(chance > 0.001 for chance in p.values())


def test_real_counts_by_area_cannot_be_moved_and_the_table_says_so(real_results):
    table = read_table(real_results, "clusters")
    table = table[table["statistic"] == "gi_star"]
    assert set(table["points"]) == {"points not moved: counts by area"}
    done = run("hotspots", "--results", real_results)
    assert "(points not moved: counts by area)" in done.output


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


def test_real_points_are_all_placed(points):
    entry = read_manifest(points)["inputs"][0]
    assert (entry["rows"], entry["placed"]) == (17_260, 17_260)


def test_stop_and_search_does_not_lie_as_all_crime_does(points):
    """September to November 2017, on the ground that both files cover."""
    table = read_table(points, "concentration")
    table = table[table["measure"].str.startswith("similarity")]
    assert set(table["period"]) == {"2017-09/2017-11"}
    assert (table["value"] < table["by_chance"]).all()
    assert table["places"].tolist() == [24, 24]
