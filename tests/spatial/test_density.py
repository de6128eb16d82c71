import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from geosafety.errors import MethodError
from geosafety.spatial import density
from geosafety.spatial.density import (
    Grid,
    Raster,
    choose_bandwidth,
    dasymetric,
    dual_density,
    grid_for,
    kernel_density,
    on_grid,
    require_points,
    smooth_cells,
    spread,
    surface_words,
    zonal,
)

GRID = grid_for((400_000, 280_000, 408_000, 286_000), 100)


def exact_sum(x, y, grid, bandwidth, kernel):
    """Add up every kernel at every cell's centre: slow, and right by definition."""
    columns, rows = grid.centres()
    out = np.zeros(grid.shape)
    for i, north in enumerate(rows):
        d2 = ((columns[:, None] - x) ** 2 + (north - y) ** 2) / bandwidth**2
        if kernel == "gaussian":
            out[i] = np.exp(-d2 / 2).sum(axis=1) / (2 * np.pi * bandwidth**2)
        else:
            part = np.clip(1 - d2, 0, None) ** 2
            out[i] = 3 * part.sum(axis=1) / (np.pi * bandwidth**2)
    return out * 1e6


def some_points(n=400, seed=1):
    rng = np.random.default_rng(seed)
    return 404_000 + rng.normal(0, 900, n), 283_000 + rng.normal(0, 600, n)


def snapped_points():
    x, y = some_points(2000, 2)
    return np.round(x / 150) * 150 + 37, np.round(y / 150) * 150 + 11


def one_point():
    return np.array([404_025.0]), np.array([283_025.0])


def squares(side=1000, columns=4, rows=3, crs="EPSG:27700", west=400_000):
    cells = [
        shapely.affinity.translate(
            shapely.box(0, 0, side, side), west + c * side, 280_000 + r * side
        )
        for r in range(rows)
        for c in range(columns)
    ]
    codes = [f"A{i}" for i in range(len(cells))]
    return gpd.GeoDataFrame(
        geometry=cells, index=pd.Index(codes, name="area_code"), crs=crs
    )


# ---- kernel density ------------------------------------------------------------------


@pytest.mark.parametrize("points", [some_points, snapped_points, one_point])
@pytest.mark.parametrize("bandwidth", [100, 170, 300, 500, 900])
def test_the_gaussian_agrees_with_the_exact_sum_to_half_a_per_cent(points, bandwidth):
    x, y = points()
    ours = kernel_density(x, y, GRID, bandwidth=bandwidth)
    exact = exact_sum(x, y, GRID, bandwidth, "gaussian")
    seen = exact > 0.001 * exact.max()
    assert np.max(np.abs(ours[seen] / exact[seen] - 1)) < 0.005


@pytest.mark.parametrize("points", [some_points, snapped_points, one_point])
@pytest.mark.parametrize("bandwidth", [200, 330, 600, 1500])
def test_the_quartic_agrees_with_the_exact_sum(points, bandwidth):
    x, y = points()
    ours = kernel_density(x, y, GRID, bandwidth=bandwidth, kernel="quartic")
    exact = exact_sum(x, y, GRID, bandwidth, "quartic")
    assert np.max(np.abs(ours - exact)) < 0.003 * exact.max()
    high = exact > 0.1 * exact.max()
    assert np.max(np.abs(ours[high] / exact[high] - 1)) < 0.01


def test_the_gaussian_agrees_with_scipy():
    from scipy.stats import gaussian_kde

    x, y = some_points(60)
    estimate = gaussian_kde(np.vstack([x, y]))
    # scipy's kernel has the shape of the data; whiten so that ours is the same.
    whiten = np.linalg.inv(np.linalg.cholesky(estimate.covariance))
    u, v = 300 * (whiten @ np.vstack([x, y])) + [[400_000.0], [280_000.0]]
    u, v = u - u.mean() + 404_000, v - v.mean() + 283_000
    ours = kernel_density(u, v, GRID, bandwidth=300)
    again = gaussian_kde(np.vstack([u, v]), bw_method=1.0)
    again.set_bandwidth(lambda k: 300 / np.sqrt(k._data_covariance[0, 0]))
    columns, rows = GRID.centres()
    at = np.vstack([a.ravel() for a in np.meshgrid(columns, rows)])
    theirs = again(at).reshape(GRID.shape) * len(u) * 1e6
    seen = theirs > 0.01 * theirs.max()
    assert np.max(np.abs(ours[seen] / theirs[seen] - 1)) < 0.005


@pytest.mark.parametrize(("kernel", "bandwidth"), [("gaussian", 250), ("quartic", 700)])
def test_mass_is_kept_far_from_the_edge(kernel, bandwidth):
    x, y = some_points(500)
    inside = (np.abs(x - 404_000) < 2200) & (np.abs(y - 283_000) < 1400)
    x, y = x[inside], y[inside]
    surface = kernel_density(x, y, GRID, bandwidth=bandwidth, kernel=kernel)
    assert surface.sum() * GRID.cell_km2 == pytest.approx(len(x), rel=1e-4)


@pytest.mark.parametrize(("kernel", "variance"), [("gaussian", 1), ("quartic", 1 / 8)])
@pytest.mark.parametrize("off", [0, 17, 50])
def test_binning_does_not_widen_the_kernel(kernel, variance, off):
    x = 404_050.0 + off
    surface = kernel_density(
        np.array([x]), np.array([283_050.0]), GRID, bandwidth=800, kernel=kernel
    )
    columns, _ = GRID.centres()
    across = surface.sum(axis=0) / surface.sum()
    assert across @ columns == pytest.approx(x, abs=0.1)
    width = across @ (columns - x) ** 2
    assert width == pytest.approx(variance * 800**2, rel=1e-3)


def test_a_point_on_the_edge_keeps_half_its_mass_on_the_map():
    x, y = np.array([400_000.0]), np.array([283_000.0])
    surface = kernel_density(x, y, GRID, bandwidth=300)
    assert surface.sum() * GRID.cell_km2 == pytest.approx(0.5, rel=0.01)


def test_a_point_outside_counts_as_far_as_its_kernel_reaches():
    beyond = np.array([399_800.0]), np.array([283_000.0])
    ours = kernel_density(*beyond, GRID, bandwidth=300)
    exact = exact_sum(*beyond, GRID, 300, "gaussian")
    assert ours.max() == pytest.approx(exact.max(), rel=0.005)
    far = np.array([300_000.0]), np.array([283_000.0])
    assert kernel_density(*far, GRID, bandwidth=300).max() == 0


def test_north_is_up_and_east_is_right():
    surface = kernel_density(
        np.array([407_050.0]), np.array([285_550.0]), GRID, bandwidth=200
    )
    assert np.unravel_index(surface.argmax(), GRID.shape) == (4, 70)


def test_weights_are_not_ignored():
    x, y = some_points(50)
    weights = np.arange(50)
    ours = kernel_density(x, y, GRID, bandwidth=300, weights=weights)
    repeated = kernel_density(
        np.repeat(x, weights), np.repeat(y, weights), GRID, bandwidth=300
    )
    assert ours == pytest.approx(repeated, rel=1e-9, abs=1e-9)


def test_no_points_make_a_surface_of_0():
    none = np.array([])
    assert kernel_density(none, none, GRID, bandwidth=300).max() == 0


def test_coarse_cells_are_as_right_as_fine_ones():
    x, y = some_points()
    coarse = grid_for((400_000, 280_000, 408_000, 286_000), 500)
    ours = kernel_density(x, y, coarse, bandwidth=500)
    exact = exact_sum(x, y, coarse, 500, "gaussian")
    seen = exact > 0.001 * exact.max()
    assert np.max(np.abs(ours[seen] / exact[seen] - 1)) < 0.005


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(403_000, 405_000), st.floats(282_000, 284_000)),
        min_size=1,
        max_size=20,
    ),
    st.floats(100, 160),
)
def test_any_points_inside_keep_their_mass_and_nothing_is_negative(points, bandwidth):
    x, y = np.array(points).T
    for kernel, width, off in (("gaussian", 1, 1e-6), ("quartic", 3, 1e-2)):
        surface = kernel_density(x, y, GRID, bandwidth=width * bandwidth, kernel=kernel)
        assert surface.min() >= 0
        assert surface.sum() * GRID.cell_km2 == pytest.approx(len(x), rel=off)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"x": np.array([np.nan])}, "1 of 1 points have no coordinates"),
        ({"weights": np.array([-1.0])}, "below 0"),
        ({"weights": np.array([1.0, 2.0])}, "shapes"),
        ({"bandwidth": 99}, "too short"),
        ({"bandwidth": np.nan}, "too short"),
        ({"kernel": "round"}, "'round'"),
        ({"kernel": "quartic", "bandwidth": 199}, "too short"),
        ({"bandwidth": None}, "one spot"),
        ({"bandwidth": 1e7}, "too much work"),
    ],
)
def test_what_cannot_be_smoothed_is_refused_with_the_reason(change, said):
    x, y = one_point()
    given_ = {"x": x, "y": y, "bandwidth": 300, **change}
    with pytest.raises(MethodError, match=said):
        kernel_density(given_.pop("x"), given_.pop("y"), GRID, **given_)


def test_a_million_points_take_a_second_or_so():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(390_000, 440_000, 10**6), rng.uniform(270_000, 310_000, 10**6)
    grid = grid_for((386_000, 272_000, 440_000, 308_000), 100)
    started = time.process_time()
    kernel_density(x, y, grid, bandwidth=500)
    assert time.process_time() - started < 5


# ---- bandwidth -----------------------------------------------------------------------


def test_the_bandwidth_follows_the_rule():
    x, y = some_points(5000)
    # A normal cloud: the robust spread is about the standard deviation.
    assert choose_bandwidth(x, y) == pytest.approx(
        np.sqrt(900 * 600) * 5000 ** (-1 / 6), rel=0.03
    )


def test_the_quartic_radius_has_the_same_variance():
    x, y = some_points()
    ratio = choose_bandwidth(x, y, kernel="quartic") / choose_bandwidth(x, y)
    # The mean of d^2 / 2 under the kernel, by adding it up on a fine grid.
    u = np.linspace(-1, 1, 2001)
    d2 = u[:, None] ** 2 + u**2
    part = np.clip(1 - d2, 0, None) ** 2
    assert ratio == pytest.approx(1 / np.sqrt((part * d2).sum() / part.sum() / 2), 1e-4)


def test_counts_at_places_choose_the_bandwidth_of_the_rows():
    x, y = some_points(80)
    n = np.arange(1, 81)
    repeated = choose_bandwidth(np.repeat(x, n), np.repeat(y, n))
    assert choose_bandwidth(x, y, weights=n) == pytest.approx(repeated, rel=0.02)


def test_one_far_point_hardly_moves_the_bandwidth():
    x, y = some_points(500)
    far = np.append(x, 600_000.0), np.append(y, 600_000.0)
    assert choose_bandwidth(*far) == pytest.approx(choose_bandwidth(x, y), rel=0.05)


# ---- grids ---------------------------------------------------------------------------


def test_two_grids_of_one_cell_share_their_lines():
    a = grid_for((400_010, 280_020, 401_000, 281_000), 100)
    b = grid_for((400_555, 280_999, 409_000, 288_000), 100)
    assert (a.west - b.west) % 100 == 0
    assert (a.north - b.north) % 100 == 0
    west, south, east, north = a.bounds
    assert (west, south) == (400_000, 280_000)
    assert (east, north) == (401_000, 281_000)


@pytest.mark.parametrize(
    ("bounds", "cell", "said"),
    [
        ((400_000, 280_000, 401_000, 281_000), 0, "cell of 0 m"),
        ((400_000, 280_000, 401_000, 281_000), -5, "cell of -5 m"),
        ((400_000, 280_000, 401_000, 281_000), np.nan, "cell of nan m"),
        ((np.nan, 280_000, 401_000, 281_000), 100, "not numbers"),
        ((401_000, 280_000, 400_000, 281_000), 100, "wrong way round"),
        ((-2.0, 52.3, -1.4, 52.7), 100, "degrees"),
        ((400_000, -5_527_600, 622_600, 281_000), 100, "outside Great Britain"),
        ((0, 0, 401_000, 281_000), 100, "200 km"),
        ((400_000, 280_000, 450_000, 330_000), 5, "too large"),
    ],
)
def test_an_absurd_grid_is_refused_with_the_reason(bounds, cell, said):
    with pytest.raises(MethodError, match=said):
        grid_for(bounds, cell)


def test_a_grid_of_one_point_is_one_cell():
    assert grid_for((400_050, 280_050, 400_050, 280_050), 100).shape == (1, 1)
    with pytest.raises(MethodError, match="holds nothing"):
        Grid(0, 0, 1, 0, 5)


# ---- only points ---------------------------------------------------------------------


def places(points, areas, nothing=0):
    x = np.concatenate(
        [404_000.0 + np.arange(points) * 7, np.full(areas + nothing, np.nan)]
    )
    code = [None] * points + ["A1"] * areas + [None] * nothing
    return pd.DataFrame({"x": x, "y": x - 121_000, "code": code})


def test_places_that_are_areas_are_refused():
    with pytest.raises(MethodError, match="Only 0 of 30 places are points; 30 are"):
        require_points(places(0, 30))
    with pytest.raises(MethodError, match="Only 60 of 100"):
        require_points(places(60, 40))
    with pytest.raises(MethodError, match="Only 0 of 5"):
        require_points(places(0, 0, nothing=5))


def test_a_few_places_without_a_point_are_left_out():
    known = require_points(places(99, 1, nothing=20))
    assert known.sum() == 99
    assert not known.iloc[99:].any()


def test_centroids_dressed_up_as_points_are_refused():
    areas = squares()
    middles = areas.geometry.centroid
    dressed = pd.DataFrame({"x": middles.x + 2, "y": middles.y, "code": None})
    assert require_points(dressed).all()
    with pytest.raises(MethodError, match="12 of 12 distinct points are centroids"):
        require_points(dressed, areas)
    assert require_points(places(40, 0), areas).all()


# ---- risk ----------------------------------------------------------------------------


def test_risk_is_missing_and_not_0_where_too_few_live():
    events = np.array([[10.0, 10.0, 0.0, np.nan]])
    people = np.array([[5000.0, 99.9, 5000.0, 5000.0]])
    risk = dual_density(events, people, floor=100)
    assert risk[0, 0] == 2.0
    assert np.isnan(risk[0, [1, 3]]).all()
    assert risk[0, 2] == 0.0


@pytest.mark.parametrize("floor", [0, -1, np.nan, np.inf])
def test_a_floor_is_needed(floor):
    with pytest.raises(MethodError, match="floor"):
        dual_density(np.ones((1, 1)), np.ones((1, 1)), floor=floor)


def test_surfaces_of_two_grids_are_not_divided():
    with pytest.raises(MethodError, match=r"\(1, 1\) and \(2, 1\)"):
        dual_density(np.ones((1, 1)), np.ones((2, 1)), floor=1)


def test_even_risk_gives_an_even_surface():
    x, y = some_points(3000)
    crimes = kernel_density(x, y, GRID, bandwidth=300)
    residents = kernel_density(x, y, GRID, bandwidth=300, weights=np.full(3000, 40.0))
    risk = dual_density(crimes, residents, floor=500)
    assert np.nanmin(risk) == pytest.approx(25)
    assert np.nanmax(risk) == pytest.approx(25)
    assert np.isnan(risk[0, 0])


def test_the_words_say_where_and_claim_no_cause():
    x, y = one_point()
    said = surface_words(
        kernel_density(x, y, GRID, bandwidth=300), GRID, what="burglaries"
    )
    assert "easting 404050, northing 283050" in said
    assert "not why" in said
    assert "no burglaries" in surface_words(
        np.zeros(GRID.shape), GRID, what="burglaries"
    )


# ---- zonal and spread ----------------------------------------------------------------


def test_zonal_sums_cells_by_the_part_that_an_area_covers():
    grid = Grid(400_000, 281_000, 500, 4, 2)
    values = np.array([[1.0, 2, 3, 4], [5, 6, 7, np.nan]])
    areas = gpd.GeoDataFrame(
        geometry=[
            shapely.box(400_250, 280_250, 400_750, 280_750),
            shapely.box(401_500, 280_000, 402_000, 281_000),
            shapely.box(401_500, 280_000, 402_000, 280_500),
            shapely.box(401_750, 280_500, 402_250, 281_000),
            shapely.box(500_000, 280_000, 500_100, 280_100),
        ],
        index=["quarters", "half missing", "missing", "over the edge", "elsewhere"],
        crs="EPSG:27700",
    )
    table = zonal(on_grid(values, grid), areas)
    assert table["sum"].tolist()[:2] == [pytest.approx(14 / 4), 4.0]
    assert table["mean"].tolist()[:2] == [pytest.approx(3.5), 4.0]
    assert table["covered"].tolist() == [1.0, 0.5, 0.0, 0.5, 0.0]
    assert table.loc[["missing", "elsewhere"], ["mean", "sum"]].isna().all(axis=None)
    assert table["sum"]["over the edge"] == pytest.approx(2.0)


def test_a_surface_summed_over_areas_gives_the_points_back():
    x, y = some_points(300)
    grid = grid_for((398_000, 278_000, 410_000, 288_000), 100)
    surface = kernel_density(x, y, grid, bandwidth=200)
    whole = squares(side=12_000, columns=1, rows=1, west=398_000)
    whole.geometry = [shapely.box(*grid.bounds)]
    total = zonal(on_grid(surface, grid), whole)["sum"].iloc[0] * grid.cell_km2
    assert total == pytest.approx(300, rel=1e-4)


def test_areas_of_another_reference_system_are_projected_to_the_raster():
    areas = squares()
    raster = on_grid(np.arange(4800.0).reshape(60, 80), GRID)
    plain = zonal(raster, areas)
    degrees = zonal(raster, areas.to_crs("EPSG:4326"))
    assert degrees["sum"].to_numpy() == pytest.approx(plain["sum"], rel=1e-3)
    assert degrees.index.tolist() == areas.index.tolist()
    with pytest.raises(MethodError, match="reference system"):
        zonal(raster, areas.set_crs(None, allow_override=True))


def test_no_areas_make_an_empty_table():
    table = zonal(on_grid(np.zeros(GRID.shape), GRID), squares().iloc[:0])
    assert list(table.columns) == ["mean", "sum", "covered"]


def test_spread_keeps_totals_and_rates_divide_by_them():
    areas = squares()
    totals = pd.Series(np.arange(12.0) * 100, index=areas.index)
    cells = spread(totals, areas, GRID)
    assert cells.sum() == pytest.approx(totals.sum(), rel=1e-6)
    assert zonal(on_grid(cells, GRID), areas)["sum"].to_numpy() == pytest.approx(
        totals.to_numpy(), rel=1e-5
    )
    assert cells[0, 0] == 0  # north of all areas
    smooth = smooth_cells(cells, GRID, bandwidth=150)
    # A1 is far enough from the rest for its middle to keep its own density.
    assert smooth.sum() * GRID.cell_km2 < totals.sum()
    assert smooth.sum() * GRID.cell_km2 == pytest.approx(totals.sum(), rel=0.1)


# ---- dasymetric ----------------------------------------------------------------------


def half_empty_raster():
    """4 km x 3 km of 100 m cells where people live in the western half of each km."""
    values = np.zeros((30, 40))
    values[:, (np.arange(40) % 10) < 5] = 3.0
    return Raster(
        values=values,
        west=400_000,
        north=283_000,
        width=100,
        height=100,
        crs="EPSG:27700",
    )


def strips(edges):
    return gpd.GeoDataFrame(
        geometry=[
            shapely.box(w, 279_000, e, 284_000)
            for w, e in zip(edges, edges[1:], strict=False)
        ],
        index=[f"T{i}" for i in range(len(edges) - 1)],
        crs="EPSG:27700",
    )


def test_totals_go_where_people_live():
    totals = pd.Series(100.0, index=squares().index)
    # Cut in the middle of each km: all people are to the west of the cut.
    moved = dasymetric(
        totals,
        squares(),
        half_empty_raster(),
        strips([400_000, 400_500, 401_000, 405_000]),
    )
    assert moved.values.tolist() == pytest.approx([300.0, 0.0, 900.0], abs=1e-9)
    assert moved.ledger["outside"].sum() == 0


def test_what_lies_outside_the_targets_is_reported_not_lost():
    totals = pd.Series(np.arange(1.0, 13.0), index=squares().index)
    moved = dasymetric(
        totals, squares(), half_empty_raster(), strips([400_250, 402_100])
    )
    ledger = moved.ledger
    parts = ledger[["placed", "outside", "no_population"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(totals.to_numpy(), abs=1e-9)
    assert moved.values.sum() == pytest.approx(ledger["placed"].sum(), abs=1e-9)
    assert ledger["placed"]["A0"] == pytest.approx(0.5, rel=1e-6)
    assert "outside every target" in moved.words


def test_areas_where_the_raster_has_nobody_are_reported_not_lost():
    raster = half_empty_raster()
    raster.values[20:, :10] = np.nan  # all of A0
    raster.values[20:, 10:20] = 0  # all of A1
    totals = pd.Series(10.0, index=squares().index)
    moved = dasymetric(totals, squares(), raster, strips([400_000, 404_000]))
    assert moved.ledger["no_population"].tolist() == [10, 10, *[0] * 10]
    assert moved.values.sum() == pytest.approx(100, abs=1e-9)
    assert moved.ledger["covered"].iloc[0] == 0
    assert "does not fully cover 1 areas" in moved.words


def test_a_target_that_no_area_reaches_is_missing():
    totals = pd.Series(10.0, index=squares().index)
    moved = dasymetric(
        totals, squares(), half_empty_raster(), strips([300_000, 300_100, 400_400])
    )
    assert np.isnan(moved.values["T0"])


def test_targets_that_overlap_are_refused():
    twice = pd.concat([strips([400_000, 402_000]), strips([401_000, 403_000])])
    twice.index = ["X", "Y"]
    with pytest.raises(MethodError, match="overlap"):
        dasymetric(
            pd.Series(1.0, index=squares().index), squares(), half_empty_raster(), twice
        )


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({"A0": np.nan}, "12 areas have no total"),
        ({"Z9": 1.0}, "'Z9'"),
    ],
)
def test_a_missing_total_is_never_taken_as_0(totals, said):
    with pytest.raises(MethodError, match=said):
        dasymetric(
            pd.Series(totals), squares(), half_empty_raster(), strips([4e5, 4.01e5])
        )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_any_reallocation_keeps_the_total(seed):
    rng = np.random.default_rng(seed)
    raster = half_empty_raster()
    raster.values[:] = rng.poisson(0.4, raster.values.shape)
    totals = pd.Series(rng.uniform(0, 1e6, 12), index=squares().index)
    edges = np.sort(rng.uniform(399_000, 405_000, 6))
    moved = dasymetric(totals, squares(), raster, strips(list(edges)))
    parts = moved.ledger[["placed", "outside", "no_population"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(totals.to_numpy(), rel=1e-9, abs=1e-9)
    assert moved.values.sum() == pytest.approx(moved.ledger["placed"].sum(), rel=1e-9)


def test_a_raster_in_degrees_gives_its_cells_as_points():
    raster = Raster(
        values=np.array([[0.0, 7.0], [np.nan, 2.0]]),
        west=-1.9,
        north=52.5,
        width=0.01,
        height=0.01,
        crs="EPSG:4326",
    )
    x, y, n = raster.points()
    assert n.tolist() == [7.0, 2.0]
    assert (x > 400_000).all()
    assert (x < 410_000).all()
    assert y[0] - y[1] == pytest.approx(1112, abs=3)


# ---- real points ---------------------------------------------------------------------


def test_real_points_make_a_surface_that_agrees_with_the_exact_sum(real_folder):
    frame = pd.read_csv(real_folder / "crime" / "birmingham_centre_2017_api_pull.csv")
    points = gpd.GeoSeries.from_xy(frame["longitude"], frame["latitude"], crs=4326)
    metres = points.to_crs("EPSG:27700")
    x, y = metres.x.to_numpy(), metres.y.to_numpy()
    grid = grid_for((404_000, 284_000, 410_000, 290_000), 50)
    bandwidth = choose_bandwidth(x, y)
    assert 50 < bandwidth < 300
    surface = kernel_density(x, y, grid)
    # The distinct places, each as often as it stands there: quick enough to be exact.
    at, n = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    exact = sum(
        k * exact_sum(at[i : i + 1, 0], at[i : i + 1, 1], grid, bandwidth, "gaussian")
        for i, k in enumerate(n)
    )
    seen = exact > 0.001 * exact.max()
    assert np.max(np.abs(surface[seen] / exact[seen] - 1)) < 0.005
    assert surface.sum() * grid.cell_km2 == pytest.approx(17_260, rel=1e-4)


def test_density_opens_no_heavy_library_when_imported():
    import subprocess
    import sys

    heavy = "{'rasterio', 'exactextract', 'geopandas', 'scipy'}"
    code = f"import sys, {density.__name__}; sys.exit(len({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
