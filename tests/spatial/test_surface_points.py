import numpy as np
import pandas as pd
import pytest

from geosafety.errors import MethodError
from geosafety.spatial.points import require_points
from tests.spatial.surface_data import squares


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
