import numpy as np
import pytest

from geosafety.errors import MethodError
from geosafety.spatial.density import kernel_density
from geosafety.spatial.risk import dual_density, surface_words
from tests.spatial.surface_data import GRID, one_point, some_points


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
