"""Which names hold through other fair choices, and which do not."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import MethodError
from geosafety.spatial.hotspots import clusters
from geosafety.spatial.neighbours import build_graph
from geosafety.spatial.stability import (
    Rates,
    all_graphs,
    stability,
    stability_of_maps,
    stability_word,
)
from tests.spatial.boards import block, noise, square


@pytest.fixture(scope="module")
def board():
    areas = square(12)
    return areas, build_graph(areas)


def test_a_strong_cluster_is_stable_and_a_doubtful_one_fragile(board):
    areas, graph = board
    x = noise(areas.index, 10)
    x.iloc[block(areas, range(1, 5), range(1, 5))] += 6
    share = stability(x, areas, permutations=9999, runs=18)
    label = clusters(x, graph, permutations=9999)["label"]
    assert share.iloc[26] >= 0.9
    assert label.iloc[26] == "hot"
    assert share.between(0, 1).all()
    assert share.min() < 0.8
    assert stability_word(share.iloc[26]) == "stable"
    assert stability_word(share.min()) == "fragile"
    again = stability(x, areas, permutations=9999, runs=18)
    pd.testing.assert_series_equal(share, again)


def test_rates_of_small_bases_are_less_stable_with_empirical_bayes(board):
    areas, _ = board
    base = pd.Series(1000.0, index=areas.index)
    count = pd.Series(np.random.default_rng(3).poisson(50, 144) * 1.0, areas.index)
    corner = block(areas, range(3), range(3))
    base.iloc[corner] = 10
    count.iloc[corner] = 1  # twice the rate, on ten people
    rate = count / base
    plain = stability(rate, areas, permutations=9999, runs=9)
    both = stability(
        rate, areas, numerator=count, base=base, permutations=9999, runs=18
    )
    assert plain.iloc[13] >= 0.8
    assert both.iloc[13] < plain.iloc[13]


def test_points_put_down_anew_can_take_a_label_away(board):
    areas, _ = board
    count = pd.Series(np.random.default_rng(4).poisson(20, 144) * 1.0, areas.index)
    count.iloc[block(areas, range(4), range(4))] += 40
    still = stability(count, areas, permutations=9999, runs=18)
    asked = []

    def elsewhere(version):
        asked.append(version)
        return count.sample(frac=1, random_state=version).set_axis(count.index)

    moved = stability(count, areas, permutations=9999, runs=18, points=elsewhere)
    assert asked == [3, 4, 5]
    assert still.iloc[13] == 1
    assert moved.iloc[13] == pytest.approx(0.5)
    versions = pd.DataFrame({v: elsewhere(v) for v in range(6)})
    table = stability(count, areas, permutations=9999, runs=18, points=versions)
    pd.testing.assert_series_equal(table, moved)


def test_what_is_not_tested_has_no_stability_even_where_points_were_moved(board):
    areas, _ = board
    x = noise(areas.index, 11)
    x.iloc[7] = np.nan
    share = stability(
        x, areas, permutations=99, runs=6, points=lambda _: noise(areas.index)
    )
    assert np.isnan(share.iloc[7])
    assert stability_word(share.iloc[7]) == ""


def test_a_hidden_value_that_points_bring_back_does_not_help_its_neighbours(board):
    areas, _ = board
    x = noise(areas.index, 12)
    x.iloc[block(areas, range(3), range(3))] += 4
    x.iloc[13] = np.nan
    told = x.fillna(-1000)
    hidden, shown = (
        stability(x, areas, permutations=999, runs=18, points=lambda _, y=y: y)
        for y in (x, told)
    )
    pd.testing.assert_series_equal(hidden, shown)


def test_stability_without_runs_or_of_other_statistics_is_refused(board):
    areas, _ = board
    with pytest.raises(MethodError, match="0 runs"):
        stability(noise(areas.index), areas, permutations=99, runs=0)
    with pytest.raises(MethodError, match="'join_counts' is not defined"):
        stability(noise(areas.index), areas, statistic="join_counts")


def test_many_maps_at_once_are_judged_as_each_alone_on_any_number_of_threads(board):
    areas, _ = board
    rng = np.random.default_rng(13)
    base = pd.Series(rng.integers(200, 900, 144) * 1.0, areas.index)
    maps = {}
    for name in ("one", "two", "three"):
        count = pd.Series(rng.poisson(base / 20) * 1.0, areas.index)
        count.iloc[block(areas, range(3), range(3))] += 40
        moved = pd.DataFrame({v: count + rng.poisson(2, 144) for v in range(6)})
        rate = count / base
        maps[name] = Rates(values=rate, numerator=count, base=base, points=moved)
    options = {"permutations": 999, "runs": 36, "seed": 5}
    graphs = all_graphs(areas)
    serial = stability_of_maps(maps, graphs, **options)
    with ThreadPoolExecutor(3) as pool:
        beside = stability_of_maps(maps, graphs, each=pool.map, **options)
    for name, one in maps.items():
        alone = stability(
            one.values,
            areas,
            numerator=one.numerator,
            base=one.base,
            points=one.points,
            **options,
        )
        pd.testing.assert_series_equal(serial[name], alone)
        pd.testing.assert_series_equal(beside[name], alone)
    assert serial["one"].nunique() > 3
