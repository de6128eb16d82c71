import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geosafety.errors import MethodError
from geosafety.spatial.density import kernel_density, smooth_cells
from geosafety.spatial.grid import Grid, Raster, grid_for, on_grid
from geosafety.spatial.zonal import dasymetric, spread, zonal
from tests.spatial.surface_data import GRID, some_points, squares


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
    assert table["max"].tolist()[:2] == [6.0, 4.0]
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
    assert list(table.columns) == ["mean", "sum", "max", "covered"]


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


def test_a_target_that_also_touches_a_border_elsewhere_takes_its_part():
    """The cut of the two is then a polygon and a line."""
    source = squares(side=1000, columns=1, rows=1)
    parts = [(0, -1000, 250, 500), (0, -1000, 1000, -500), (750, -1000, 1000, 0)]
    horseshoe = shapely.union_all(
        [
            shapely.box(400_000 + w, 280_000 + s, 400_000 + e, 280_000 + n)
            for w, s, e, n in parts
        ]
    )
    cut = shapely.intersection(source.geometry.iloc[0], horseshoe)
    assert cut.geom_type == "GeometryCollection"
    target = gpd.GeoDataFrame(geometry=[horseshoe], index=["T"], crs="EPSG:27700")
    raster = half_empty_raster()
    raster.values[:] = 1.0
    moved = dasymetric(pd.Series({"A0": 80.0}), source, raster, target)
    assert moved.values["T"] == pytest.approx(10.0)


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
