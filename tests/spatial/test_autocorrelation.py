"""Global statistics against other software, and the words for them."""

from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import norm

from geosafety.errors import MethodError
from geosafety.spatial.autocorrelation import (
    bivariate_moran,
    eb_rates,
    eb_standardised,
    global_statistics,
    rate_moran,
)
from geosafety.spatial.neighbours import build_graph, from_links, links_of

GOLDEN = Path(__file__).parent / "golden"
EXAMPLES = Path(libpysal.__file__).parent / "examples"


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


def grid(side):
    shapes = [
        shapely.box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100)
        for r in range(side)
        for c in range(side)
    ]
    codes = pd.Index([f"A{i:04}" for i in range(side**2)], name="area_code")
    return gpd.GeoDataFrame(geometry=shapes, index=codes, crs=27700)


@pytest.fixture(scope="module")
def board():
    areas = grid(8)
    return areas.index, build_graph(areas)


def chance(p, draws, others):
    """Five standard errors of the difference of two p-values found by drawing."""
    return 5 * np.sqrt(2 * p * (1 - p / 2) * (1 / draws + 1 / others)) + 4 / others


def test_statistics_and_moments_are_those_of_spdep(columbus):
    areas, graph = columbus
    ours = global_statistics(areas["CRIME"], graph).set_index("statistic")
    theirs = pd.read_csv(GOLDEN / "spdep_columbus_global.csv", index_col=0)
    for column in ("value", "expected", "z_score"):
        difference = (ours[column] - theirs[column]).abs()
        assert difference.max() < 1e-9, column
    p, q = ours["p_value"], theirs["p_value"].fillna(ours["p_value"])
    assert ((p - q).abs() <= chance(p, 9999, 9999)).all()


def test_rates_shrunk_and_standardised_are_those_of_spdep(counties):
    areas, _ = counties
    theirs = pd.read_csv(GOLDEN / "spdep_sids.csv", index_col="id")
    areas = areas.reindex(theirs.index)
    deaths, births = areas["SID74"], areas["BIR74"]
    assert np.abs(eb_rates(deaths, births) - theirs["rate"]).max() < 1e-9
    assert np.abs(eb_standardised(deaths, births) - theirs["z"]).max() < 1e-9
    # Less spread than chance would make: the variance between areas is none.
    flat = (births / 10).round()
    assert np.abs(eb_rates(flat, births) - theirs["flat_rate"]).max() < 1e-9
    assert np.abs(eb_standardised(flat, births) - theirs["flat_z"]).max() < 1e-9


def test_the_empirical_bayes_moran_is_that_of_spdep(counties):
    areas, graph = counties
    ours = rate_moran(areas["SID74"], areas["BIR74"], graph).iloc[0]
    theirs = pd.read_csv(GOLDEN / "spdep_sids_global.csv").iloc[0]
    assert ours["value"] == pytest.approx(theirs["value"], abs=1e-9)
    bound = chance(ours["p_value"], 9999, 9999)
    assert abs(ours["p_value"] - theirs["p_value"]) <= bound


def test_the_bivariate_moran_is_the_sum_of_geoda_s_local_ones(columbus):
    areas, graph = columbus
    ours = bivariate_moran(areas["CRIME"], areas["HOVAL"], graph).iloc[0]
    theirs = pd.read_csv(GOLDEN / "geoda_columbus.csv")["bivariate"].sum()
    assert ours["value"] == pytest.approx(theirs / (len(areas) - 1), abs=1e-9)
    assert ours["p_value"] == pytest.approx(2 * norm.sf(abs(ours["z_score"])), abs=0.02)


def test_the_variance_of_the_bivariate_moran_is_that_of_the_permutations(board):
    index, graph = board
    rng = np.random.default_rng(3)
    x, y = (pd.Series(rng.gamma(1, 1, len(index)), index=index) for _ in range(2))
    drawn = [
        bivariate_moran(x, pd.Series(rng.permutation(y), index), graph, permutations=1)
        for _ in range(400)
    ]
    z = pd.concat(drawn)["z_score"]
    assert abs(z.mean()) < 0.2
    assert z.std() == pytest.approx(1, abs=0.15)


def test_p_is_two_sided_so_a_chessboard_is_as_striking_as_a_slope(board):
    index, graph = board
    row, column = np.divmod(np.arange(64), 8)
    ramp = pd.Series(row * 1.0, index=index)
    striped = pd.Series((column % 2) * 1.0, index=index)
    for values, word in ((ramp, "more similar"), (striped, "more different")):
        moran = global_statistics(values, graph, permutations=999).iloc[0]
        assert moran["p_value"] <= 0.02
        assert word in moran["words"]


def test_rows_and_columns_are_not_swapped():
    # A one-way ring: each area has its successor as its only neighbour.
    index = pd.Index([f"A{i:02}" for i in range(40)])
    one_way = from_links(np.arange(40), np.roll(np.arange(40), -1), index)
    star = from_links(np.arange(1, 40), np.zeros(39, dtype=int), index)
    x = pd.Series(np.random.default_rng(1).normal(size=40), index=index)
    y = pd.Series(np.roll(x, 1), index=index)  # the successor's y is the area's x
    found = bivariate_moran(x, y, one_way, permutations=99)
    assert found["value"].iloc[0] == pytest.approx(1)
    focal, neighbour = links_of(star, index)
    assert (focal == np.arange(1, 40)).all()
    assert (neighbour == 0).all()


def test_what_is_missing_and_what_is_alone_are_left_out_and_counted(board):
    index, graph = board
    x = pd.Series(np.arange(64.0), index=index)
    x.iloc[[5, 20]] = np.nan
    found = global_statistics(x, graph, permutations=99)
    assert found["not_tested"].tolist() == [2, 2, 2]
    assert found["areas"].tolist() == [62, 62, 62]
    assert found["value"].notna().all()


def test_equal_values_and_negative_ones_are_not_tested_where_they_cannot_be(board):
    index, graph = board
    flat = global_statistics(pd.Series(3.0, index=index), graph, permutations=99)
    assert flat["value"].isna().all()
    assert flat["words"].str.contains("Not tested: .*equal").all()
    x = pd.Series(np.arange(64.0) - 9, index=index)
    found = global_statistics(x, graph, permutations=99).set_index("statistic")
    assert np.isnan(found.loc["Getis-Ord G", "value"])
    assert "a value is negative" in found.loc["Getis-Ord G", "words"]
    assert found.loc["Moran's I", "value"] > 0


def test_the_words_say_what_was_found_and_claim_no_cause(board):
    index, graph = board
    ramp = pd.Series(np.arange(64.0), index=index)
    moran, geary, general = global_statistics(ramp, graph)["words"]
    assert moran.startswith("Areas next to each other have more similar values")
    assert geary.startswith("Areas next to each other differ less")
    assert general.startswith("High values lie next to high values more")
    assert all(words.endswith("not why.") for words in (moran, geary, general))
    assert "p = 0.0002, two-sided, 9,999 random arrangements" in moran


def test_noise_is_not_a_pattern_and_too_few_permutations_are_not_a_test(board):
    index, graph = board
    noise = pd.Series(np.random.default_rng(5).normal(size=64), index=index)
    words = global_statistics(noise, graph, permutations=999)["words"].iloc[0]
    assert words.startswith("No pattern that chance alone would not often give")
    words = global_statistics(noise, graph, permutations=9)["words"].iloc[0]
    assert words.startswith("Too few permutations")
    with pytest.raises(MethodError, match="not a test"):
        global_statistics(noise, graph, permutations=0)


def test_fewer_than_thirty_areas_are_refused():
    areas = grid(5)
    values = pd.Series(np.arange(25.0), index=areas.index)
    with pytest.raises(MethodError, match="Only 25 of 25 areas"):
        global_statistics(values, build_graph(areas))


def test_same_seed_same_answer_and_another_seed_another(board):
    index, graph = board
    x = pd.Series(np.random.default_rng(8).normal(size=64), index=index)
    first, second = (global_statistics(x, graph, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    other = global_statistics(x, graph, seed=5)
    assert (other["p_value"] != first["p_value"]).any()
    pd.testing.assert_series_equal(other["z_score"], first["z_score"])


def test_areas_without_a_base_have_no_rate(board):
    index, graph = board
    count = pd.Series(np.arange(64.0), index=index)
    base = pd.Series(100.0, index=index)
    base.iloc[3] = 0
    base.iloc[4] = np.nan
    found = rate_moran(count, base, graph, permutations=99)
    assert found["not_tested"].tolist() == [2]
    assert found["statistic"].tolist() == ["Empirical-Bayes Moran's I"]
    assert np.isnan(eb_standardised([1, 2, 3], [0, 10, 10])[0])
