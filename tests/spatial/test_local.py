"""Local statistics against exact enumeration, other software, and known bugs."""

import subprocess
import sys
import warnings
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
import shapely

from geosafety.errors import MethodError
from geosafety.spatial import local
from geosafety.spatial.autocorrelation import global_statistics
from geosafety.spatial.local import STATISTICS, local_statistics
from geosafety.spatial.neighbours import build_graph, from_links, links_of, sample_of

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = Path(libpysal.__file__).parent / "examples"
DRAWN = ["gi_star", "moran", "geary"]


def textbook(file, code):
    areas = gpd.read_file(EXAMPLES / file)
    areas.index = pd.Index(areas[code].astype(int), name="area_code")
    graph = libpysal.graph.Graph.build_contiguity(areas, rook=False)
    return areas, graph.transform("B")


@pytest.fixture(scope="module")
def columbus():
    return textbook("columbus/columbus.shp", "POLYID")


@pytest.fixture(scope="module")
def counties():
    return textbook("sids2/sids2.shp", "FIPSNO")


def grid(rows, columns):
    shapes = [
        shapely.box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100)
        for r in range(rows)
        for c in range(columns)
    ]
    codes = pd.Index([f"A{i:04}" for i in range(len(shapes))], name="area_code")
    return gpd.GeoDataFrame(geometry=shapes, index=codes, crs=27700)


@pytest.fixture(scope="module")
def thirty():
    areas = grid(5, 6)
    return areas.index, build_graph(areas)


@pytest.fixture(scope="module")
def board():
    areas = grid(10, 10)
    return areas.index, build_graph(areas)


def chance(p, draws, others=np.inf):
    """Five standard errors of a two-sided p-value found by drawing."""
    return 5 * np.sqrt(2 * p * (1 - p / 2) * (1 / draws + 1 / others)) + 4 / draws


def golden(name):
    return pd.read_csv(GOLDEN / name, index_col="id")


# --- the engine is exact -------------------------------------------------------------


def enumerated(x, graph, index, statistic):
    """Two-sided p-values from every possible set of neighbours, the area not in it."""
    focal, neighbour = links_of(graph, index)
    p = []
    for i in range(len(x)):
        mine = neighbour[focal == i]
        others = np.delete(np.arange(len(x)), i)
        sets = np.array(list(combinations(others, len(mine))))
        value = x if statistic == "moran" else (x - x[i]) ** 2
        drawn, seen = value[sets].sum(axis=1), value[mine].sum()
        tails = (drawn <= seen + 1e-9).mean(), (drawn >= seen - 1e-9).mean()
        p.append(min(1, 2 * min(tails)))
    return np.array(p)


@pytest.mark.parametrize("statistic", ["moran", "geary"])
def test_thirty_areas_are_tested_exactly_each_without_itself(thirty, statistic):
    # A ring with up to four neighbours: every arrangement can be gone through. With the
    # outlier among its own draws its neighbours would look low.
    index, _ = thirty
    ring = np.arange(30)
    ends = [(ring, np.roll(ring, -step)) for step in (1, -1)]
    ends += [(ring[:8], ring[10:18]), (ring[3:6], ring[23:26])]
    focal, neighbour = (np.concatenate(part) for part in zip(*ends, strict=True))
    graph = from_links(focal, neighbour, index)
    x = np.random.default_rng(2).gamma(1, 1, 30)
    x[4] = 60.0
    exact = enumerated(x, graph, index, statistic)
    found = local_statistics(pd.Series(x, index), graph, statistic=statistic)
    assert (np.abs(found["p_value"] - exact) <= chance(exact, 99_999)).all()


def test_an_area_next_to_all_others_has_one_arrangement_and_p_is_one(thirty):
    index, _ = thirty
    focal, neighbour = np.nonzero(~np.eye(30, dtype=bool))
    x = pd.Series(np.random.default_rng(3).normal(size=30), index=index)
    found = local_statistics(x, from_links(focal, neighbour, index), permutations=999)
    assert (found["p_value"] == 1).all()
    assert (found["smallest_p"] == 1).all()


def test_draws_are_of_different_areas_and_all_are_as_likely():
    for n, most in ((1000, 9), (12, 12)):
        draws = local._draws(n, most, 20_000, 1)
        assert (np.diff(np.sort(draws, axis=0), axis=0) > 0).all()
        for row in draws:
            counts = np.bincount(row, minlength=n)
            expected = 20_000 / n
            assert np.sum((counts - expected) ** 2 / expected) < n + 6 * np.sqrt(2 * n)


def test_p_values_under_chance_are_uniform_and_so_two_sided(board):
    # Doubled one-sided values, or one-sided ones, would not be.
    index, graph = board
    rng = np.random.default_rng(11)
    p = np.concatenate(
        [
            local_statistics(
                pd.Series(rng.gamma(1, 1, 100), index),
                graph,
                permutations=999,
                seed=seed,
            )["p_value"]
            for seed in range(60)
        ]
    )
    for level, within in ((0.02, 0.3), (0.1, 0.2), (0.5, 0.1)):
        assert (p <= level).mean() == pytest.approx(level, rel=within)


def test_turning_the_values_round_turns_the_tail_and_keeps_p(board):
    index, graph = board
    x = pd.Series(np.random.default_rng(4).gamma(1, 1, 100), index=index)
    for statistic in ("gi_star", "moran"):
        up, down = (
            local_statistics(v, graph, statistic=statistic, permutations=999)
            for v in (x, -x)
        )
        assert np.abs(up["p_value"] - down["p_value"]).max() < 1e-12
        assert (up["tail"] != down["tail"]).mean() > 0.99
        sign = -1 if statistic == "gi_star" else 1
        assert np.abs(up["z_score"] - sign * down["z_score"]).max() < 1e-9


def test_ties_count_in_both_tails_so_a_map_of_zeros_is_not_cold(board):
    index, graph = board
    x = pd.Series(0.0, index=index)
    x.iloc[:3] = 5
    found = local_statistics(x, graph)
    assert (found["p_value"][50:] == 1).all()


PROGRAM = """
import sys
import numpy as np
import pandas as pd
from geosafety.spatial.local import local_statistics
from geosafety.spatial.neighbours import from_links

def ring_table():
    ring = np.arange(60)
    index = pd.Index([f"A{i}" for i in ring])
    ends = np.append(ring, ring), np.append(np.roll(ring, 1), np.roll(ring, -1))
    x = pd.Series(np.random.default_rng(1).normal(size=60), index)
    return "".join(
        local_statistics(
            x, from_links(*ends, index), statistic=s, permutations=9999, seed=3
        ).to_csv()
        for s in ("gi_star", "moran", "geary")
    )
"""


def test_same_seed_same_answer_on_any_number_of_cores_and_no_compiler():
    ending = 'print(ring_table() + str({"numba", "esda"} & set(sys.modules)))'
    on_one = subprocess.run(
        [sys.executable, "-c", PROGRAM + ending],
        env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here: dict[str, object] = {}
    exec(PROGRAM, here)
    assert on_one == here["ring_table"]() + "set()\n"


def test_another_seed_gives_other_p_values_and_the_same_statistics(board):
    index, graph = board
    x = pd.Series(np.random.default_rng(6).normal(size=100), index=index)
    a, b = (local_statistics(x, graph, permutations=999, seed=s) for s in (1, 2))
    assert (a["p_value"] != b["p_value"]).mean() > 0.5
    pd.testing.assert_series_equal(a["z_score"], b["z_score"])


# --- other software ------------------------------------------------------------------


def test_local_statistics_are_those_of_spdep(columbus):
    areas, graph = columbus
    theirs = golden("spdep_columbus.csv")
    crime = areas["CRIME"].reindex(theirs.index)
    assert (graph.cardinalities.reindex(theirs.index) == theirs["neighbours"]).all()
    for statistic in DRAWN:
        ours = local_statistics(crime, graph, statistic=statistic)
        assert np.abs(ours["value"] - theirs[statistic]).max() < 1e-9
        if statistic != "geary":
            assert np.abs(ours["z_score"] - theirs[f"{statistic}_z"]).max() < 1e-9
        if statistic != "gi_star":
            p = theirs[f"{statistic}_p"]
            far = (ours["p_value"] - p).abs()
            assert (far <= chance(p, 9999, 99_999)).all()


def test_local_moran_of_rates_is_spdep_s_local_moran_of_its_standardised_rates(
    counties,
):
    areas, graph = counties
    theirs = golden("spdep_sids.csv")
    areas = areas.reindex(theirs.index)
    ours = local_statistics(
        areas["SID74"],
        graph,
        statistic="moran_rate",
        base=areas["BIR74"],
        permutations=99,
    )
    assert np.abs(ours["value"] - theirs["local"]).max() < 1e-9


def geoda_bound(one_sided, k, n, draws):
    """Monte Carlo error and, as GeoDa draws some areas too rarely, one area in n."""
    return chance(2 * one_sided, draws, draws) / 2 + k / (n - 1)


def test_local_statistics_are_those_of_geoda(columbus):
    areas, graph = columbus
    theirs = golden("geoda_columbus.csv")
    areas = areas.reindex(theirs.index)
    k = graph.cardinalities.reindex(theirs.index)
    names = {**dict.fromkeys(DRAWN), "bivariate_moran": "bivariate"}
    for statistic, column in names.items():
        column = column or statistic
        ours = local_statistics(
            areas["CRIME"], graph, statistic=statistic, other=areas["HOVAL"]
        )
        # GeoDa's Gi* has row-standardised weights.
        value = ours["value"] / (k + 1 if statistic == "gi_star" else 1)
        assert np.abs(value - theirs[column]).max() < 1e-9
        if statistic != "bivariate_moran":
            p = theirs[f"{column}_p"]
            far = (ours["p_value"] / 2 - np.minimum(p, 1 - p)).abs()
            assert (far <= geoda_bound(p, k, 49, 99_999)).all()


@pytest.fixture(scope="module")
def real(real_folder):
    areas = gpd.read_file(real_folder / "boundaries/ons_lsoa21.geojson").to_crs(27700)
    areas = areas.set_index("LSOA21CD").sort_index()[["geometry"]]
    rows = pd.read_parquet(
        real_folder / "crime/wm_lsoa21_counts_2023-06_2025-03.parquet"
    )
    month = rows["year"] * 100 + rows["month"]
    rows = rows[month.between(202309, 202408)]  # covered completely
    counts = rows.pivot_table(
        index="lsoa_code", columns="category", values="crime_count", aggfunc="sum"
    )
    return areas, counts.reindex(areas.index).fillna(0.0)


def smaller_tail(x, graph, statistic):
    """Return the smaller tail and the share of ties, which GeoDa counts in one tail."""
    sample = sample_of(np.full(len(x), True), graph, x.index)
    z = local._standard(x.to_numpy())
    count = local._geary_tails if statistic == "geary" else local._sum_tails
    lower, upper, draws = count(z, sample, 99_999, 1)
    return np.minimum(lower, upper) / draws, (lower + upper - draws) / draws


def test_real_crime_agrees_with_geoda_run_beside_it(real, tmp_path):
    pygeoda = pytest.importorskip("pygeoda", reason="pygeoda is not installed")
    areas, counts = real
    areas.reset_index().to_file(tmp_path / "lsoa.shp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = pygeoda.open(str(tmp_path / "lsoa.shp"))
        queen = pygeoda.queen_weights(layer)
    graph = build_graph(areas)
    focal, neighbour = links_of(graph, areas.index)
    theirs = [np.sort(queen.get_neighbors(i)) for i in range(len(areas))]
    assert all(
        np.array_equal(ours, found)
        for ours, found in zip(
            np.split(neighbour, np.flatnonzero(np.diff(focal)) + 1), theirs, strict=True
        )
    )
    draws, n = 999, len(areas)
    x = counts[counts.columns[0]]
    degree = sample_of(np.full(n, True), graph, areas.index).degree
    for statistic in DRAWN:
        run = {"gi_star": "gstar"}.get(statistic, statistic)
        found = getattr(pygeoda, f"local_{run}")(
            queen, x.tolist(), permutations=draws, seed=1, cpu_threads=1
        )
        ours = local_statistics(x, graph, statistic=statistic)
        # GeoDa's Gi* has row-standardised weights.
        size = degree + 1 if statistic == "gi_star" else 1
        value, p = np.asarray(found.lisa_values()), np.asarray(found.lisa_pvalues())
        assert np.abs(ours["value"] / size - value).max() < 1e-6
        bound = geoda_bound(p, degree, n, draws)
        least, ties = smaller_tail(x, graph, statistic)
        p = np.minimum(p, 1 - p) if statistic == "geary" else p
        assert (p <= least + bound).all()
        assert (p >= least - ties - bound).all()


def test_real_crime_has_the_global_moran_of_geoda(real):
    # The global I is the sum of GeoDa's local ones over n - 1 (checked above).
    areas, counts = real
    graph, x = build_graph(areas), counts[counts.columns[0]]
    found = local_statistics(x, graph, statistic="moran", permutations=99)
    whole = global_statistics(x, graph, permutations=99).iloc[0]
    total = found["value"].sum() / (len(x) - 1)
    assert whole["value"] == pytest.approx(total, abs=1e-9)


def test_esda_gives_the_same_statistics_and_one_sided_p_values(columbus):
    areas, graph = columbus
    with warnings.catch_warnings():
        # Without its compiler esda is slow, and says so.
        warnings.simplefilter("ignore")
        import esda

        x = areas["CRIME"].to_numpy(float)
        weights = graph.transform("R")
        keep = {"permutations": 999, "n_jobs": 1, "seed": 1}
        moran = esda.Moran_Local(x, weights, **keep)
        star = esda.G_Local(x, graph, transform="B", star=True, **keep)
        geary = esda.Geary_Local(connectivity=weights, **keep).fit(x)
    ours = {s: local_statistics(areas["CRIME"], graph, statistic=s) for s in DRAWN}
    n = len(x)
    assert np.abs(ours["moran"]["value"] - moran.Is).max() < 1e-9
    assert np.abs(ours["gi_star"]["z_score"] - star.Zs).max() < 1e-9
    factor = (n - 1) / n  # esda has the variance over n, GeoDa and spdep over n - 1
    assert np.abs(ours["geary"]["value"] - factor * geary.localG).max() < 1e-9
    for name, p in (("moran", moran.p_sim), ("gi_star", star.p_sim)):
        far = np.abs(ours[name]["p_value"] / 2 - p)
        assert (far <= chance(2 * p, 999, 99_999) / 2).all()


# --- join counts ---------------------------------------------------------------------


def test_join_counts_have_their_exact_distribution(thirty):
    index, graph = thirty
    x = (np.random.default_rng(9).random(30) < 0.4).astype(float)
    found = local_statistics(pd.Series(x, index), graph, statistic="join_counts")
    focal, neighbour = links_of(graph, index)
    for i in np.flatnonzero(x == 1)[:6]:
        mine = neighbour[focal == i]
        others = np.delete(x, i)
        rng = np.random.default_rng(i)
        drawn = np.array(
            [rng.choice(others, len(mine), replace=False).sum() for _ in range(3000)]
        )
        seen = x[mine].sum()
        p = min(1, 2 * min((drawn <= seen).mean(), (drawn >= seen).mean()))
        row = found.iloc[i]
        assert row["value"] == seen
        assert abs(row["p_value"] - p) <= chance(row["p_value"], 3000)
        assert row["p_value"] >= row["smallest_p"] - 1e-12
    outside = found[x == 0]
    assert (outside["reason"] == "not of the category").all()
    assert outside["p_value"].isna().all()


def test_join_counts_are_those_of_geoda(columbus):
    pygeoda = pytest.importorskip("pygeoda", reason="pygeoda is not installed")
    areas, graph = columbus
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layer = pygeoda.open(str(EXAMPLES / "columbus/columbus.shp"))
        queen = pygeoda.queen_weights(layer)
    x = (areas["CRIME"] > 35).astype(float)
    found = pygeoda.local_joincount(queen, x.astype(int).tolist())
    ours = local_statistics(x, graph, statistic="join_counts")
    inside = x.to_numpy() == 1
    assert (ours["value"][inside] == np.array(found.lisa_values())[inside]).all()


def test_join_counts_refuse_what_is_not_a_category(thirty):
    index, graph = thirty
    with pytest.raises(MethodError, match="1 for areas of the category"):
        local_statistics(
            pd.Series(np.arange(30.0), index), graph, statistic="join_counts"
        )


# --- what cannot be tested (esda 215, 167, 171, 204) ----------------------------------


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_missing_value_is_not_tested_and_never_significant(board, statistic):
    index, graph = board
    x = pd.Series(np.random.default_rng(7).integers(0, 2, 100) * 1.0, index=index)
    x.iloc[[0, 45]] = np.nan
    beside = pd.Series(np.random.default_rng(8).gamma(5, 20, 100), index=index)
    found = local_statistics(
        x, graph, statistic=statistic, permutations=999, base=beside, other=beside
    )
    gone = found.iloc[[0, 45]]
    assert gone[["value", "z_score", "p_value", "smallest_p"]].isna().all(axis=None)
    assert (gone["reason"] == "missing").all()
    assert found["p_value"].notna().sum() >= 40


def test_an_area_with_its_values_missing_all_round_says_so(board):
    index, graph = board
    x = pd.Series(np.arange(100.0), index=index)
    x.iloc[[1, 10, 11]] = np.nan  # round the corner
    found = local_statistics(x, graph, permutations=99)
    assert found["reason"].iloc[0] == "no neighbour has a value"
    assert np.isnan(found["p_value"].iloc[0])


def test_an_island_is_not_tested_however_extreme_and_has_no_score():
    areas = grid(6, 6)
    far = gpd.GeoDataFrame(
        geometry=[shapely.box(9000, 0, 9100, 100)],
        index=pd.Index(["ISLE"], name="area_code"),
        crs=27700,
    )
    graph = build_graph(pd.concat([areas, far]))
    x = pd.Series(np.arange(37.0), index=[*areas.index, "ISLE"])
    x["ISLE"] = 1e6
    for statistic in DRAWN:
        found = local_statistics(x, graph, statistic=statistic, permutations=99)
        assert found.loc["ISLE", "reason"] == "island"
        assert np.isnan(found.loc["ISLE", "z_score"])
        alone = local_statistics(
            x.drop("ISLE"), graph, statistic=statistic, permutations=99
        )
        pd.testing.assert_frame_equal(found.drop("ISLE"), alone, check_names=False)


def test_one_way_links_to_untested_areas_untest_others_too():
    # 1 leads only to 2, and 2 only to 3, which is missing: then 1 has nobody either.
    index = pd.Index([f"A{i:02}" for i in range(40)])
    others = np.array([i for i in range(40) if i not in (1, 2, 3)])
    focal = np.concatenate([others, others, [1, 2]])
    neighbour = np.concatenate([np.roll(others, 1), np.roll(others, -1), [2, 3]])
    x = pd.Series(np.random.default_rng(1).normal(size=40), index=index)
    x.iloc[3] = np.nan
    found = local_statistics(x, from_links(focal, neighbour, index), permutations=99)
    assert found["reason"].iloc[[1, 2, 3]].tolist() == [
        "no neighbour has a value",
        "no neighbour has a value",
        "missing",
    ]
    assert found["reason"].iloc[0] == ""


def test_equal_values_are_not_tested_and_nothing_is_divided_by_zero(board):
    index, graph = board
    for value in (0.0, 0.1, 1e9):
        for statistic in DRAWN:
            found = local_statistics(
                pd.Series(value, index), graph, statistic=statistic, permutations=99
            )
            assert (found["reason"] == "all values are equal").all()
            assert found["p_value"].isna().all()


def test_fewer_than_thirty_values_are_refused_with_the_reason(board):
    index, graph = board
    x = pd.Series(np.arange(100.0), index=index)
    x.iloc[20:] = np.nan
    with pytest.raises(MethodError, match="Only 20 of 100 areas"):
        local_statistics(x, graph)


def test_unknown_statistics_and_missing_companions_are_refused(board):
    index, graph = board
    x = pd.Series(np.arange(100.0), index=index)
    with pytest.raises(MethodError, match="no local statistic") as caught:
        local_statistics(x, graph, statistic="gi")
    assert "gi_star" in caught.value.hint
    with pytest.raises(MethodError, match="needs `base`"):
        local_statistics(x, graph, statistic="moran_rate")
    with pytest.raises(MethodError, match="needs `other`"):
        local_statistics(x, graph, statistic="bivariate_moran")


# --- other known bugs ----------------------------------------------------------------


def test_gi_star_counts_the_area_itself_with_binary_weights(board):
    # xarray-spatial 2767, esda G_Local with transform="R": by hand for a corner.
    index, graph = board
    x = np.random.default_rng(12).gamma(1, 1, 100)
    mine = [0, 1, 10, 11]
    found = local_statistics(pd.Series(x, index), graph, permutations=99).iloc[0]
    spread = x.std() * np.sqrt((100 * 4 - 16) / 99)
    assert found["value"] == pytest.approx(x[mine].sum() / x.sum())
    z = (x[mine].sum() - 4 * x.mean()) / spread
    assert found["z_score"] == pytest.approx(z)


def test_a_lag_is_over_an_area_s_own_neighbours_not_over_those_that_name_it():
    index = pd.Index([f"A{i:02}" for i in range(40)])
    ring = np.arange(40)
    x = np.random.default_rng(13).normal(size=40)
    found = local_statistics(
        pd.Series(x, index),
        from_links(ring, np.roll(ring, -1), index),
        statistic="moran",
        permutations=99,
    )
    z = (x - x.mean()) / x.std(ddof=1)
    assert np.abs(found["value"] - z * np.roll(z, -1)).max() < 1e-12


def test_the_order_of_the_values_does_not_matter_only_their_codes(board):
    index, graph = board
    x = pd.Series(np.random.default_rng(14).normal(size=100), index=index)
    mixed = x.sample(frac=1, random_state=1)
    a = local_statistics(x, graph, permutations=99)
    b = local_statistics(mixed, graph, permutations=99)
    assert b.index.equals(mixed.index)
    assert np.abs(a["z_score"] - b["z_score"].reindex(index)).max() < 1e-12


def test_the_smallest_p_knows_how_few_arrangements_there_are(thirty):
    index, _ = thirty
    ring = np.arange(30)
    graph = from_links(ring, np.roll(ring, 1), index)
    x = pd.Series(np.arange(30.0), index=index)
    found = local_statistics(x, graph)
    assert found["smallest_p"].to_numpy() == pytest.approx(2 / 29)
    assert (found["p_value"] >= 2 / 29 * 0.95).all()
