"""Snapped points put down anew, against placing all of them again by geometry."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial.distance import cdist

from geosafety.geography.atlas import Layer
from geosafety.measures.tallies import placed_rows
from geosafety.pipeline.inputs import Placed, place_inputs, read_inputs
from geosafety.pipeline.patterns import jitter
from geosafety.pipeline.patterns.jitter import (
    FARTHEST,
    VERSIONS,
    displaced,
    moved_counts,
    reach,
)
from geosafety.project import read_project
from geosafety.readers.boundaries import read_atlas
from tests.spatial.boards import square

PROJECT = Path(__file__).parents[2] / "examples" / "points_2017.toml"
MONTHS = ("2024-01", "2024-02")


def silent(_sentence):
    """Take the place of progress messages."""


class Data:
    """The part of `Observations` that is asked for."""

    def __init__(self, rows):
        self.rows = rows


def events_at(points, board, *, code=None, at="point"):
    """Make one input of one event a month at each point, in each of two groups."""
    xy = np.asarray(points, dtype=float)
    places = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "at": at})
    home = code if code is not None else jitter.area_of(xy, board.areas)
    homes = pd.DataFrame({"place": range(len(xy)), "area_code": home, "share": 1.0})
    rows = pd.DataFrame(
        [
            {"place": place, "period": month, "group": group, "rows": 1, "n": 1.0}
            for place in range(len(xy))
            for month in MONTHS
            for group in ("category=A", "category=B")
        ]
    )
    return Placed(Data(rows), places, {"lsoa": homes})


def counted(inputs, board):
    joined = pd.concat([placed_rows(p.data.rows, p.homes["lsoa"]) for p in inputs])
    joined = joined[joined["period"].isin(MONTHS)]
    n = joined.pivot_table(
        index="area_code", columns="group", values="n", aggfunc="sum", fill_value=0.0
    ).reindex(board.areas.index, fill_value=0.0)
    whole = n.sum(axis=1).rename("all")
    return pd.concat([whole, n], axis=1)


@pytest.fixture(scope="module")
def board():
    return Layer(name="lsoa", areas=square(6), vintage="made up")


def test_an_anchor_moves_at_most_half_the_way_to_the_nearest_and_never_far():
    xy = np.random.default_rng(1).uniform(0, 3000, (80, 2))
    xy[0] = 9000, 9000
    apart = cdist(xy, xy)
    np.fill_diagonal(apart, np.inf)
    far = reach(xy)
    assert far == pytest.approx(np.minimum(apart.min(axis=1) / 2, FARTHEST))
    assert far[0] == FARTHEST
    went = np.hypot(*(displaced(xy, far, seed=3) - xy).T)
    assert (went <= far * (1 + 1e-9)).all()


def test_places_are_drawn_evenly_from_the_disc():
    xy = np.zeros((40_000, 2))
    step = displaced(xy, np.full(40_000, 10.0), seed=1)
    # A quarter of the disc lies within half its radius; every direction is as likely.
    assert (np.hypot(*step.T) < 5).mean() == pytest.approx(0.25, abs=0.01)
    assert np.abs(step.mean(axis=0)).max() < 0.1


def test_what_is_far_from_every_border_stays_and_nothing_is_lost(board):
    middles = shapely.get_coordinates(board.areas.centroid.to_numpy())
    pairs = np.concatenate([middles, middles + [4, 0]])
    inputs = [events_at(pairs, board)]
    counts = counted(inputs, board)
    moved = moved_counts(inputs, board, counts, MONTHS, seed=0)
    assert len(moved.versions) == VERSIONS
    for version in moved.versions:
        pd.testing.assert_frame_equal(version, counts, check_names=False)
    edge = events_at(middles + [49, 0], board)
    counts = counted([edge], board)
    moved = moved_counts([edge], board, counts, MONTHS, seed=0)
    for version in moved.versions:
        assert not version.equals(counts)
        # What left the whole map stays where it was.
        assert (version.sum() == counts.sum()).all()
    assert (moved.share, moved.words) == (1.0, "points moved")
    # These can leave the map, and nothing else.
    rim = events_at(middles[5::6] + [49, 0], board)
    counts = counted([rim], board)
    moved = moved_counts([rim], board, counts, MONTHS, seed=0)
    assert all((version == counts).all(axis=None) for version in moved.versions)


def test_all_events_of_an_anchor_move_together_whatever_the_file(board):
    rng = np.random.default_rng(4)
    points = rng.uniform(5, 595, (60, 2))
    whole = [events_at(points, board)]
    halves = [events_at(points[::-1][:30], board), events_at(points[:30], board)]
    both = [
        moved_counts(given, board, counted(given, board), MONTHS, seed=5)
        for given in (whole, halves)
    ]
    for one, other in zip(both[0].versions, both[1].versions, strict=True):
        pd.testing.assert_frame_equal(one, other, check_names=False)
    twice = [*whole, events_at(points, board)]
    doubled = moved_counts(twice, board, counted(twice, board), MONTHS, seed=5)
    for one, other in zip(both[0].versions, doubled.versions, strict=True):
        pd.testing.assert_frame_equal(2 * one, other, check_names=False)


def test_the_seed_alone_decides(board):
    points = np.random.default_rng(6).uniform(5, 595, (60, 2))
    given = [events_at(points, board)]
    counts = counted(given, board)
    first, again, other = (
        moved_counts(given, board, counts, MONTHS, seed=seed) for seed in (1, 1, 2)
    )
    assert all(a.equals(b) for a, b in zip(first.versions, again.versions, strict=True))
    assert not first.versions[0].equals(other.versions[0])


def test_a_code_that_the_point_contradicts_stays_until_the_point_leaves(board):
    middles = shapely.get_coordinates(board.areas.centroid.to_numpy())
    pairs = np.concatenate([middles, middles + [4, 0]])
    wrong = events_at(pairs, board, code="A0000")
    counts = counted([wrong], board)
    moved = moved_counts([wrong], board, counts, MONTHS, seed=0)
    assert all(v.equals(counts) for v in moved.versions)


def test_counts_by_area_and_postcodes_are_not_moved_and_this_is_said(board):
    points = np.random.default_rng(7).uniform(5, 595, (60, 2))
    coded = [events_at(points, board, at="postcode")]
    counts = counted(coded, board)
    still = moved_counts(coded, board, counts, MONTHS, seed=0)
    assert still.versions == ()
    assert still.of("all") is None
    assert still.words == "points not moved: counts by area"
    mixed = [*coded, events_at(points[:20], board)]
    part = moved_counts(mixed, board, counted(mixed, board), MONTHS, seed=0)
    assert part.share == pytest.approx(0.25)
    assert part.words.startswith("points moved for 25%")
    # The coded events stay in every version.
    assert all((version >= counts).all(axis=None) for version in part.versions)


# --- real points ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(real_folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOSAFETY_REAL_DATA", str(real_folder))
        project = read_project(PROJECT)
        atlas, _ = read_atlas(project)
        inputs, _ = place_inputs(read_inputs(project, atlas, silent), atlas, silent)
    return atlas, {
        dataset: [p for p in inputs if p.data.dataset == dataset]
        for dataset in ("crime", "stop_search")
    }


def brute_force(inputs, atlas, counts, months, *, seed, version):
    """Move every anchor, join all of them to the areas again, and count row by row."""
    areas = atlas.layers["lsoa"].areas
    parts = []
    for placed in inputs:
        joined = placed_rows(placed.data.rows, placed.homes["lsoa"])
        joined = joined[joined["period"].isin(months)]
        at = placed.places.loc[joined["place"], ["x", "y"]].reset_index(drop=True)
        parts.append(pd.concat([joined.reset_index(drop=True), at], axis=1))
    rows = pd.concat(parts, ignore_index=True)
    anchors = rows[["x", "y"]].drop_duplicates().sort_values(["x", "y"])
    xy = anchors.to_numpy(float)
    apart = cdist(xy, xy)
    np.fill_diagonal(apart, np.inf)
    far = np.minimum(apart.min(axis=1) / 2, 100.0)
    there = displaced(xy, far, seed=(seed, version))
    homes = []
    for places in (xy, there):
        points = gpd.GeoDataFrame(
            geometry=gpd.points_from_xy(*places.T), crs=27700
        ).sjoin(areas[["geometry"]].rename_axis("code"), predicate="within")
        homes.append(points["code"].groupby(level=0).min().reindex(range(len(xy))))
    key = pd.MultiIndex.from_frame(anchors)
    at = key.get_indexer(pd.MultiIndex.from_frame(rows[["x", "y"]]))
    before, after = (home.to_numpy(object)[at] for home in homes)
    left = (before != after) & pd.notna(after)
    now = np.where(left, after, rows["area_code"])
    n = rows.assign(now=now).groupby("now")["n"].sum()
    return n.reindex(counts.index, fill_value=0.0)


@pytest.mark.parametrize("dataset", ["crime", "stop_search"])
def test_real_points_are_recounted_as_if_all_were_placed_again(real, dataset):
    atlas, inputs = real
    inputs, layer = inputs[dataset], atlas.layers["lsoa"]
    months = ("2017-10", "2017-11")
    joined = pd.concat([placed_rows(p.data.rows, p.homes["lsoa"]) for p in inputs])
    joined = joined[joined["period"].isin(months)]
    total = joined.groupby("area_code")["n"].sum()
    group = joined["group"].dropna().unique()
    by_group = joined.pivot_table(
        index="area_code", columns="group", values="n", aggfunc="sum"
    )
    counts = by_group.reindex(layer.areas.index)[sorted(group)].fillna(0.0)
    counts.insert(0, "all", total.reindex(layer.areas.index).fillna(0.0))
    moved = moved_counts(inputs, layer, counts, months, seed=11)
    assert moved.words == "points moved"
    for version in (0, VERSIONS - 1):
        expected = brute_force(inputs, atlas, counts, months, seed=11, version=version)
        ours = moved.versions[version]["all"]
        assert ours.to_numpy() == pytest.approx(expected.to_numpy())
        assert (ours != counts["all"]).sum() > 20
