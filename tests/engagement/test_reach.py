"""Who is within reach, by distance and by a table."""

import numpy as np
import pandas as pd
import pytest

from geosafety.engagement.reach import by_travel_time, within_walk
from geosafety.errors import InputError


@pytest.mark.parametrize("detour", [1.0, 1.3])
def test_reach_is_what_every_pair_measured_says(detour):
    rng = np.random.default_rng(4)
    areas = pd.DataFrame(rng.uniform(0, 5000, (80, 2)), columns=["x", "y"])
    venues = pd.DataFrame(rng.uniform(0, 5000, (20, 2)), columns=["x", "y"])
    areas["area_code"] = [f"A{i:02}" for i in range(80)]
    venues["venue"] = [f"V{i:02}" for i in range(20)]
    found = within_walk(areas, venues, metres=900, detour=detour)
    every = venues.merge(areas, how="cross")
    metres = detour * np.hypot(every["x_x"] - every["x_y"], every["y_x"] - every["y_y"])
    near = every.assign(distance=metres)[["venue", "area_code", "distance"]]
    near = near[metres <= 900].sort_values(["venue", "area_code"], ignore_index=True)
    pd.testing.assert_frame_equal(found, near)


def test_the_edge_of_the_walk_is_within_and_the_next_metre_is_not():
    areas = pd.DataFrame({"area_code": ["in", "out"], "x": [1500.0, 1501], "y": 0.0})
    venues = pd.DataFrame({"venue": ["hall"], "x": [0.0], "y": [0.0]})
    assert within_walk(areas, venues, metres=1500)["area_code"].tolist() == ["in"]


def test_a_place_without_a_point_is_an_error():
    areas = pd.DataFrame({"area_code": ["A"], "x": [np.nan], "y": [0.0]})
    venues = pd.DataFrame({"venue": ["hall"], "x": [0.0], "y": [0.0]})
    with pytest.raises(InputError, match="'A' has no point"):
        within_walk(areas, venues, metres=100)
    with pytest.raises(InputError, match="detour factor of 0.5"):
        within_walk(areas, venues, metres=100, detour=0.5)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("hal", "A", 1.0), "name the venue 'hal'"),
        (("hall", "Z", 1.0), "name the area_code 'Z'"),
        (("hall", "A", -1.0), "from 'hall' to 'A' is -1"),
        (("hall", "A", np.nan), "is nan"),
        (("hall", "B", 2.0), "or stands twice"),
    ],
)
def test_a_travel_time_that_does_not_fit_is_an_error(row, told):
    places = pd.DataFrame({"area_code": ["A", "B"]}), pd.DataFrame({"venue": ["hall"]})
    rows = [("hall", "B", 2.0), row]
    table = pd.DataFrame(rows, columns=["venue", "area_code", "distance"])
    with pytest.raises(InputError, match=told):
        by_travel_time(table, *places, limit=20)
