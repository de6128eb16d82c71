import numpy as np
import pytest

from geosafety.errors import MethodError
from geosafety.spatial.grid import Grid, Raster, grid_for


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
