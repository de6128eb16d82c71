"""What areas are called, when they are not called anything, and how far to trust it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import false_discovery_control

from geosafety.errors import MethodError
from geosafety.settings import boundaries_folder
from geosafety.spatial.hotspots import (
    DISAGREE,
    FEW_NEIGHBOURS,
    LABELS,
    adjust_family,
    benjamini_hochberg,
    clusters,
    overlay_words,
)
from geosafety.spatial.neighbours import build_graph, from_links, links_of
from tests.spatial.boards import block, noise, square

NOT_NAMED = ["not significant", "too few permutations", "not tested"]


@pytest.fixture(scope="module")
def force():
    """Return the bundled 1,680 LSOAs and their graph."""
    areas = gpd.read_parquet(boundaries_folder() / "lsoa.parquet")
    areas = areas.set_index("area_code").sort_index()
    return areas.index, build_graph(areas)


@pytest.fixture(scope="module")
def board():
    areas = square(12)
    return areas, build_graph(areas)


# --- found and not found -------------------------------------------------------------


def triple(graph, index, start):
    """Return an area and two of its neighbours that are neighbours too."""
    focal, neighbour = links_of(graph, index)
    beside = set(neighbour[focal == start])
    for second in sorted(beside):
        both = beside & set(neighbour[focal == second])
        if both:
            return [start, int(second), int(min(both))]
    raise ValueError(start)


@pytest.mark.parametrize("start", [100, 800, 1500])
def test_a_planted_cluster_of_three_among_1680_is_found_and_little_else(force, start):
    index, graph = force
    planted = triple(graph, index, start)
    x = noise(index, start)
    x.iloc[planted] += 15
    table = clusters(x, graph)
    assert (table["label"].iloc[planted] == "hot").all()
    # Gi* names who lies beside two of them as well; nearly nobody further off.
    focal, neighbour = links_of(graph, index)
    near = set(neighbour[np.isin(focal, planted)])
    hot = set(np.flatnonzero(table["label"] == "hot"))
    assert len(hot - near) <= 1
    moran = clusters(x, graph, statistic="moran")["label"]
    assert (moran.iloc[planted] == "high-high").all()


def test_pure_noise_makes_no_more_clusters_than_the_rate_allows(force):
    # The whole form, 200 maps of each kind, is benchmarks/evidence_nulls.py. Of 20 maps
    # at most 3 may have a cluster (97.5 % of a binomial count with .05).
    index, graph = force
    draw = np.random.default_rng(2)
    named = 0
    for seed in range(20):
        x = pd.Series(draw.negative_binomial(1, 0.01, len(index)) * 1.0, index=index)
        named += not clusters(x, graph, seed=seed)["label"].isin(NOT_NAMED).all()
    assert named <= 3


def test_hot_and_cold_are_named_by_their_side(board):
    areas, graph = board
    x = noise(areas.index, 3)
    x.iloc[block(areas, range(4), range(4))] += 4
    x.iloc[block(areas, range(8, 12), range(8, 12))] -= 4
    label = clusters(x, graph)["label"]
    assert label.iloc[13] == "hot"
    assert label.iloc[130] == "cold"
    assert set(label) <= set(LABELS)
    moran = clusters(x, graph, statistic="moran")["label"]
    assert (moran.iloc[13], moran.iloc[130]) == ("high-high", "low-low")
    geary = clusters(x, graph, statistic="geary", alpha=0.2)["label"]
    assert geary.iloc[0] == "high-high"


def test_an_outlier_among_the_others_is_named_for_both(board):
    areas, graph = board
    x = noise(areas.index, 4)
    x.iloc[block(areas, range(5), range(5))] += 5
    x.iloc[26] = -6  # row 2, column 2: low among high
    table = clusters(x, graph, statistic="moran")
    assert table["label"].iloc[26] == "low-high"
    assert clusters(x, graph, statistic="geary")["label"].iloc[26] == "unlike"


def test_a_high_area_among_very_low_ones_is_not_called_hot(board):
    # Its own value lifts Gi* while its neighbours are extreme on the other side.
    areas, graph = board
    x = noise(areas.index, 5)
    x.iloc[block(areas, range(3, 8), range(3, 8))] -= 5
    x.iloc[65] = 80  # row 5, column 5
    row = clusters(x, graph).iloc[65]
    assert row["z_score"] > 0
    assert row["tail"] == "lower"
    assert row["q_value"] <= 0.05
    assert (row["label"], row["reason"]) == ("not significant", DISAGREE)


def test_a_category_clusters_by_join_counts(board):
    areas, graph = board
    x = pd.Series(0.0, index=areas.index)
    x.iloc[block(areas, range(4), range(4))] = 1
    x.iloc[[77, 100, 143]] = 1
    table = clusters(x, graph, statistic="join_counts")
    assert table["label"].iloc[13] == "high-high"
    assert table["label"].iloc[77] == "not significant"
    assert table["reason"].iloc[50] == "not of the category"


def test_an_area_with_too_few_neighbours_for_join_counts_is_told_so(board):
    # Half the board is of the category: a corner has three neighbours, which are all of
    # it in an eighth of arrangements. Nothing is drawn: more draws would not help.
    areas, graph = board
    x = pd.Series(np.arange(144) % 2.0, index=areas.index)
    table = clusters(1 - x, graph, statistic="join_counts")
    corner = table.iloc[0]
    assert (corner["label"], corner["reason"]) == ("not significant", FEW_NEIGHBOURS)
    assert "too few permutations" not in set(table["label"])


# --- the false discovery rate --------------------------------------------------------


def test_q_values_are_those_of_scipy_and_missing_ones_are_not_counted():
    p = np.random.default_rng(1).random(50) ** 3
    with_gaps = np.insert(p, [0, 7, 50], np.nan)
    q = benjamini_hochberg(with_gaps)
    assert np.abs(q[np.isfinite(q)] - false_discovery_control(p)).max() < 1e-12
    assert np.isnan(q[[0, 8, 52]]).all()
    assert np.allclose(
        benjamini_hochberg(p, family=3), np.minimum(1, 3 * q[~np.isnan(q)])
    )


def test_999_permutations_of_1680_areas_are_too_few_and_this_is_said(force):
    index, graph = force
    table = clusters(noise(index), graph, permutations=999)
    assert (table["smallest_p"] == 0.002).all()
    assert set(table["label"]) == {"too few permutations"}
    enough = clusters(noise(index), graph)
    assert set(enough["label"]) == {"not significant"}


def test_a_family_needs_more_permutations_and_says_so(force):
    index, graph = force
    table = clusters(noise(index), graph, family=14)
    assert set(table["label"]) == {"too few permutations"}


def test_clear_clusters_lower_the_bar_for_the_rest(force):
    index, graph = force
    x = noise(index, 6)
    x.iloc[:400] += 6  # the codes of one part of the map
    labels = set(clusters(x, graph, permutations=999)["label"])
    assert "hot" in labels
    assert "too few permutations" not in labels


def test_a_family_is_ranked_together(board):
    areas, graph = board
    strong, weak = noise(areas.index, 7), noise(areas.index, 8)
    strong.iloc[block(areas, range(5), range(5))] += 5
    tables = {
        "strong": clusters(strong, graph),
        "weak": clusters(weak, graph),
    }
    both = adjust_family(tables)
    pooled = np.concatenate([t["p_value"] for t in tables.values()])
    q = np.concatenate([t["q_value"] for t in both.values()])
    assert np.allclose(q, false_discovery_control(pooled))
    # A map on its own, multiplied by the number of maps, is never less strict.
    alone = clusters(strong, graph, family=2)
    assert (alone["q_value"] >= both["strong"]["q_value"] - 1e-12).all()
    assert (both["strong"]["label"] == "hot").sum() >= (alone["label"] == "hot").sum()
    assert adjust_family({}) == {}


def test_a_rate_or_a_family_without_meaning_is_refused(board):
    areas, graph = board
    with pytest.raises(MethodError, match="has no meaning"):
        clusters(noise(areas.index), graph, alpha=1.5)
    with pytest.raises(MethodError, match="has no meaning"):
        clusters(noise(areas.index), graph, family=0)


# --- not tested ----------------------------------------------------------------------


def test_every_status_but_ok_is_not_tested_and_is_the_reason(board):
    areas, graph = board
    x = noise(areas.index, 9)
    status = pd.Series("ok", index=areas.index)
    reasons = ["suppressed", "low base", "incomplete", "not available"]
    status.iloc[[5, 6, 50, 51]] = reasons
    x.iloc[5] = np.nan
    x.iloc[100] = np.nan
    table = clusters(x, graph, status=status.drop("A0143"))
    hidden = table.iloc[[5, 6, 50, 51]]
    assert hidden["reason"].tolist() == reasons
    assert (hidden["label"] == "not tested").all()
    assert hidden[["value", "z_score", "p_value", "q_value"]].isna().all(axis=None)
    assert table["reason"].iloc[[100, 143]].tolist() == ["missing", "missing"]
    # A hidden value does not help to judge its neighbours.
    changed = clusters(x.mask(status != "ok", 99), graph, status=status.drop("A0143"))
    pd.testing.assert_frame_equal(table, changed)


def test_an_island_is_not_tested_and_no_label_is_missing(board):
    areas, _ = board
    far = gpd.GeoDataFrame(
        geometry=[shapely.box(9e5, 0, 9e5 + 9, 9)], index=["ISLE"], crs=27700
    )
    graph = build_graph(pd.concat([areas, far]))
    x = noise([*areas.index, "ISLE"])
    x["ISLE"] = 1e5
    table = clusters(x, graph, permutations=999)
    assert (table.loc["ISLE", "label"], table.loc["ISLE", "reason"]) == (
        "not tested",
        "island",
    )
    assert table["label"].isin(LABELS).all()


def test_too_few_areas_are_refused():
    ring = np.arange(20)
    index = pd.Index([f"N{i}" for i in ring])
    graph = from_links(ring, np.roll(ring, 1), index)
    with pytest.raises(MethodError, match="needs 30"):
        clusters(noise(index), graph)


# --- words ---------------------------------------------------------------------------


def test_the_overlay_counts_what_lies_inside_and_what_does_not():
    labels = pd.Series(["hot"] * 5 + ["cold", "not significant"], index=list("ABCDEFG"))
    inside = pd.Series({"A": "IA-BE-1", "B": "IA-BE-1", "C": "IA-CV-1", "F": "IA-CV-1"})
    assert overlay_words(labels, inside) == (
        "3 of the 5 hot LSOAs lie inside an impact area; 2 do not."
    )
    assert overlay_words(labels, inside, label="cold") == (
        "1 of the 1 cold LSOA lies inside an impact area; 0 do not."
    )
    assert overlay_words(labels.iloc[6:], inside) == "No LSOA is hot."
