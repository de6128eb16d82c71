import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosafety.errors import MethodError
from geosafety.spatial import density
from geosafety.spatial.density import choose_bandwidth, kernel_density
from geosafety.spatial.grid import grid_for
from tests.spatial.surface_data import GRID, one_point, snapped_points, some_points


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
