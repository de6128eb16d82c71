"""Who is whose neighbour, on drawn shapes, the bundled layers and real ones."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from geosafety.errors import MethodError
from geosafety.settings import boundaries_folder
from geosafety.spatial.neighbours import (
    build_graph,
    compare,
    from_links,
    islands,
    links_of,
    require_connected,
)


def layer(shapes, crs=27700):
    codes = pd.Index([chr(65 + i) for i in range(len(shapes))], name="area_code")
    return gpd.GeoDataFrame(geometry=list(shapes), index=codes, crs=crs)


def bundled(name):
    file = boundaries_folder() / f"{name}.parquet"
    return gpd.read_parquet(file).set_index("area_code").sort_index()


def beside(graph, code):
    return graph.adjacency[graph.adjacency > 0].loc[[code]].index.get_level_values(1)


def test_an_edge_and_a_corner_make_neighbours():
    graph = build_graph(
        layer([box(0, 0, 9, 9), box(9, 0, 18, 9), box(9, 9, 18, 18), box(40, 0, 49, 9)])
    )
    assert list(beside(graph, "A")) == ["B", "C"]
    assert islands(graph) == ["D"]


def test_a_gap_of_drawing_does_not_part_neighbours_and_a_real_one_does():
    near, far = box(12, 0, 20, 9), box(15, 0, 20, 9)
    assert build_graph(layer([box(0, 0, 9, 9), near])).n_edges == 2
    # Six metres away: an island is named, never joined by accident.
    assert islands(build_graph(layer([box(0, 0, 9, 9), far]))) == ["A", "B"]


def test_areas_on_two_sides_of_a_narrow_third_one_are_not_neighbours():
    graph = build_graph(
        layer([box(0, 0, 9, 90), box(9, 0, 12, 90), box(12, 0, 20, 90)])
    )
    assert list(beside(graph, "A")) == ["B"]
    assert list(beside(graph, "B")) == ["A", "C"]


def test_overlapping_slivers_do_not_part_neighbours():
    assert build_graph(layer([box(0, 0, 9, 9), box(8.9, 0, 18, 9)])).n_edges == 2


def test_the_bundled_lsoas_have_the_neighbours_libpysal_finds():
    from libpysal.graph import Graph

    areas = bundled("lsoa")
    ours, theirs = build_graph(areas), Graph.build_contiguity(areas, rook=False)
    assert compare(ours, theirs).empty
    assert islands(ours) == []


@pytest.fixture(scope="module")
def real_lsoas(real_folder):
    areas = gpd.read_file(real_folder / "boundaries/ons_lsoa21.geojson").to_crs(27700)
    return areas.set_index("LSOA21CD").sort_index()[["geometry"]]


def test_a_real_layer_simplified_together_has_the_same_graph(real_lsoas):
    shapes = shapely.coverage_simplify(real_lsoas.geometry.to_numpy(), 20)
    graph = build_graph(real_lsoas)
    assert graph.n_edges == 10_014  # as libpysal and GeoDa count them
    assert compare(graph, build_graph(real_lsoas.set_geometry(shapes))).empty


def test_a_real_layer_simplified_area_by_area_differs_in_few_named_links(real_lsoas):
    shapes = shapely.simplify(real_lsoas.geometry.to_numpy(), 5)
    torn = gpd.GeoDataFrame(geometry=shapes, index=real_lsoas.index, crs=27700)
    differing = compare(build_graph(real_lsoas), build_graph(torn))
    # Plain contiguity loses 84 of 5,007 pairs to gaps; the repair leaves one, and adds
    # corners that come within the tolerance.
    assert (differing["only_in"] == "first").sum() <= 1
    assert len(differing) <= 20
    assert differing["in_both"].all()


def test_the_illustrative_layer_says_where_it_differs_from_the_real_one(real_folder):
    real = gpd.read_file(real_folder / "boundaries/ons_lsoa11.geojson").to_crs(27700)
    real = real.set_index("LSOA11CD").sort_index()
    differing = compare(build_graph(bundled("lsoa")), build_graph(real))
    shared = 1 - len(differing) / (5012 + 4901 - len(differing)) * 2
    assert differing["in_both"].all()
    assert 0.6 < shared < 1


def test_nearest_neighbours_go_one_way():
    row = layer([box(x, 0, x + 1, 1) for x in (0, 2, 5, 9)])
    graph = build_graph(row, kind="knn", k=1)
    assert list(beside(graph, "D")) == ["C"]
    assert list(beside(graph, "C")) == ["B"]
    assert graph.cardinalities.tolist() == [1, 1, 1, 1]


def test_coinciding_centres_are_neighbours_of_each_other_and_not_of_themselves():
    graph = build_graph(layer([box(0, 0, 1, 1)] * 4), kind="knn", k=2)
    assert graph.cardinalities.tolist() == [2, 2, 2, 2]
    assert all(code not in beside(graph, code) for code in "ABCD")


def test_a_distance_is_kept_to_and_its_default_gives_k_on_average():
    row = layer([box(x, 0, x + 1, 1) for x in (0, 2, 5, 9)])
    graph = build_graph(row, kind="distance", distance=3)
    assert list(beside(graph, "B")) == ["A", "C"]
    assert islands(graph) == ["D"]
    usual = build_graph(bundled("ward"), kind="distance")
    assert usual.cardinalities.mean() == pytest.approx(6, abs=0.05)


def test_comparing_names_each_link_once_and_where_it_is():
    row = layer([box(x, 0, x + 1, 1) for x in (0, 2, 5, 9)])
    a = build_graph(row, kind="distance", distance=3)
    b = build_graph(row, kind="distance", distance=2)
    assert compare(a, b).to_numpy().tolist() == [["B", "C", "first", True]]
    assert compare(b, a)["only_in"].tolist() == ["second"]


@pytest.mark.parametrize("name", ["npu", "local_authority", "impact_area"])
def test_layers_without_enough_connected_areas_are_refused_with_the_reason(name):
    with pytest.raises(MethodError, match=r"Only \d+ of \d+ areas .* needs 30"):
        require_connected(build_graph(bundled(name)))
    require_connected(build_graph(bundled("ward")))


def test_degrees_are_refused():
    with pytest.raises(MethodError, match="Neighbours need metres"):
        build_graph(layer([box(0, 0, 1, 1), box(1, 0, 2, 1)], crs=4326))


def test_a_code_that_stands_twice_is_refused():
    areas = layer([box(0, 0, 1, 1), box(1, 0, 2, 1)]).rename(index={"B": "A"})
    with pytest.raises(MethodError, match="'A' stands twice"):
        build_graph(areas)


def test_unknown_kinds_and_too_many_neighbours_are_refused():
    areas = layer([box(0, 0, 1, 1), box(1, 0, 2, 1)])
    with pytest.raises(MethodError, match="no kind of neighbours") as caught:
        build_graph(areas, kind="quen")
    assert '"queen"' in caught.value.hint
    with pytest.raises(MethodError, match="cannot have 2 neighbours"):
        build_graph(areas, kind="knn", k=2)


def test_weights_are_not_ignored():
    # sfhotspot 86: a statistic that takes weights must use or refuse them.
    graph = build_graph(layer([box(x, 0, x + 1, 1) for x in range(3)]))
    with pytest.raises(MethodError, match=r"weight of 0\.5"):
        links_of(graph.transform("R"), pd.Index(["A", "B", "C"]))


def test_an_area_the_graph_does_not_know_is_refused():
    graph = from_links(np.array([0, 1]), np.array([1, 0]), pd.Index(["A", "B"]))
    with pytest.raises(MethodError, match="'C' is not among"):
        links_of(graph, pd.Index(["A", "C"]))
