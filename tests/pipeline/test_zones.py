"""Rasters summed to areas and totals shared out, as people ask for it."""

import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.publish.surfaces import write_cog
from geosafety.spatial.density import kernel_density
from geosafety.spatial.grid import grid_for
from tests.fixtures_results import SIDE, SOUTH, WEST, write_fixture_results

GRID = grid_for((WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), 200)


def run(*command):
    return CliRunner().invoke(main, [str(part) for part in command])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Squares: 4 boroughs, 4 units that are the same, 16 wards, 64 small areas."""
    return write_fixture_results(tmp_path_factory.mktemp("zones") / "results")


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(3)
    at = rng.uniform(3000, SIDE - 3000, (2, 5000))
    return WEST + at[0], SOUTH + at[1]


@pytest.fixture(scope="module")
def density(tmp_path_factory, points):
    path = tmp_path_factory.mktemp("density") / "density.tif"
    values = kernel_density(*points, GRID, bandwidth=400)
    said = {"measure": "density", "kind": "synthetic", "period": "2020-01/2020-12"}
    write_cog(
        values,
        GRID,
        path,
        units="crimes per square kilometre",
        bandwidth=400,
        kernel="gaussian",
        provenance=said,
    )
    return path


def zonal(raster, folder, out, *more):
    return run("zonal", raster, "--results", folder, "--out", out, *more)


def test_a_density_sums_back_to_the_points_of_every_area(
    density, folder, points, tmp_path
):
    out = tmp_path / "z.csv"
    options = ["--geography", "local_authority", "--statistic", "sum"]
    done = zonal(density, folder, out, *options)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out)
    assert table["value"].sum() == pytest.approx(5000, rel=1e-4)
    assert "hold 5,000.0" in done.output
    half = SIDE / 2
    quarter = (points[0] < WEST + half) & (points[1] < SOUTH + half)
    # Smoothing moves a few over a border, as many as it brings back.
    assert table["value"][0] == pytest.approx(quarter.sum(), rel=0.02)
    assert set(table["unit"]) == {"crimes"}
    assert set(table["kind"]) == {"synthetic"}
    assert set(table["period"]) == {"2020-01/2020-12"}


def test_mean_and_highest_keep_the_unit(density, folder, tmp_path):
    found = {}
    for statistic in ("mean", "max"):
        out = tmp_path / f"{statistic}.csv"
        options = ["--geography", "ward", "--statistic", statistic]
        assert zonal(density, folder, out, *options).exit_code == 0
        found[statistic] = pd.read_csv(out)
    assert set(found["mean"]["unit"]) == {"crimes per square kilometre"}
    assert (found["max"]["value"] > found["mean"]["value"]).all()
    # 5,000 points on 1,024 square kilometres, in wards of one size.
    assert found["mean"]["value"].mean() == pytest.approx(5000 / 1024, rel=1e-3)


def test_a_risk_has_no_sum(folder, tmp_path):
    path = tmp_path / "risk.tif"
    write_cog(
        np.ones(GRID.shape),
        GRID,
        path,
        units="crimes per 1,000 residents",
        bandwidth=400,
        kernel="gaussian",
        provenance={"measure": "risk"},
    )
    done = zonal(path, folder, tmp_path / "z.csv", "--statistic", "sum")
    assert done.exit_code == 1
    assert "a sum of rates means nothing" in done.output
    assert zonal(path, folder, tmp_path / "z.csv").exit_code == 0


def residents(path, values=None, nodata=-1.0):
    """Write synthetic residents, 5 on each cell of 500 m, or as given."""
    values = np.full((64, 64), 5.0) if values is None else values
    options = {"driver": "GTiff", "count": 1, "dtype": "float64", "nodata": nodata}
    options |= {"height": 64, "width": 64, "crs": "EPSG:27700"}
    transform = Affine(500, 0, WEST, 0, -500, SOUTH + SIDE)
    with rasterio.open(path, "w", transform=transform, **options) as target:
        target.write(values, 1)
    return path


def test_any_raster_sums_and_what_has_no_value_has_no_figure(folder, tmp_path):
    values = np.full((64, 64), 5.0)
    values[:8, :8] = -1  # one small area, in the north-west
    path = residents(tmp_path / "p.tif", values)
    out = tmp_path / "z.csv"
    done = zonal(path, folder, out, "--geography", "lsoa", "--statistic", "sum")
    table = pd.read_csv(out)
    assert table["value"].isna().sum() == 1
    assert table["value"].sum() == pytest.approx(63 * 64 * 5)
    assert "1 of 64 areas lie partly on cells without a value; 1 of them" in done.output


@pytest.fixture
def members(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text(
        'area_code,value,kind\nN0000,"1,600",published\nN0001,33,published\n'
        "Unit 3,400,published\nN0003,0.5,published\n"
    )
    return path


def reallocate(table, folder, raster, out, *more):
    options = ["--results", folder, "--from", "npu", "--raster", raster, "--out", out]
    return run("reallocate", table, *options, *more)


def test_totals_are_shared_out_by_residents_and_kept_exactly(members, folder, tmp_path):
    values = np.full((64, 64), 5.0)
    values[32:, :16] = 15.0  # the western half of the first unit holds three quarters
    path, out = residents(tmp_path / "p.tif", values), tmp_path / "out.csv"
    done = reallocate(members, folder, path, out, "--to", "lsoa")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out).set_index("area_code")
    assert table["value"].sum() == pytest.approx(2033.5, abs=1e-9)
    assert table.loc["E01000000", "value"] == pytest.approx(1600 * 0.75 / 8)
    assert table.loc["E01000002", "value"] == pytest.approx(1600 * 0.25 / 8)
    assert set(table["kind"]) == {"estimated"}
    assert "estimated, not counted" in done.output


def test_the_same_areas_get_their_own_totals_back(members, folder, tmp_path):
    path, out = residents(tmp_path / "p.tif"), tmp_path / "out.csv"
    reallocate(members, folder, path, out, "--to", "local_authority")
    table = pd.read_csv(out)
    assert table["value"].tolist() == pytest.approx([1600, 33, 400, 0.5])


def test_what_cannot_be_placed_has_rows_of_its_own(members, folder, tmp_path):
    values = np.full((64, 64), 5.0)
    values[32:, 32:] = 0  # nobody lives in the second unit
    path, out = residents(tmp_path / "p.tif", values), tmp_path / "out.csv"
    reallocate(members, folder, path, out, "--to", "impact_area")
    table = pd.read_csv(out)
    rest = table[table["area_code"].isna()].set_index("area_name")["value"]
    assert rest["not placed: nobody lives there"] == 33
    assert rest["not placed: in no target"] > 1900
    assert table["value"].sum() == pytest.approx(2033.5, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("area_code,value\nN0000,1\nN0000,2\n", "gives 'N0000' twice"),
        ("area_code,value\nX1,1\n", "names an area 'X1'"),
        ("area_code,value\nN0000,many\n", "has 'many' for 'N0000'"),
        ("area_code,value\nN0000,\n", "has nan for 'N0000'"),
        ("area_code,n\nN0000,1\n", "has no column 'value'"),
        ("area_code,value\nN0000,-1\n", "no total"),
    ],
)
def test_a_table_that_cannot_be_shared_out_is_refused(text, said, folder, tmp_path):
    (tmp_path / "t.csv").write_text(text)
    path = residents(tmp_path / "p.tif")
    done = reallocate(
        tmp_path / "t.csv", folder, path, tmp_path / "out.csv", "--to", "lsoa"
    )
    assert done.exit_code == 1
    assert said in done.output
    assert not (tmp_path / "out.csv").exists()
