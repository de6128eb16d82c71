"""Layers: mended, looked up, and counted where they do not nest."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import Polygon, box

from geosafety.errors import BoundaryError
from geosafety.geography.atlas import crossing
from geosafety.geography.topology import clean_layer, dissolve

BOW_TIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def layer(shapes: list, codes: list | None = None, crs: object = 27700):
    codes = codes or [f"A{i}" for i in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"area_code": codes, "area_name": codes}, geometry=shapes, crs=crs
    )


def test_a_ring_that_crosses_itself_is_mended_and_told():
    areas, notes = clean_layer(layer([BOW_TIE, box(20, 0, 30, 10)]), "x.geojson")
    assert areas.is_valid.all()
    assert areas.area.tolist() == [50.0, 100.0]
    assert notes[0].startswith("x.geojson: mended 1 invalid areas (first: A0")


def test_heights_are_dropped_and_degrees_projected():
    deep = shapely.force_3d(box(-1.9, 52.4, -1.8, 52.5), 7.0)
    areas, _ = clean_layer(layer([deep], crs=4326), "x.gpkg")
    assert areas.crs.to_epsg() == 27700
    assert not areas.has_z.any()


def test_areas_that_overlap_are_told_and_slivers_are_not():
    _, notes = clean_layer(layer([box(0, 0, 10, 10), box(5, 0, 15, 10)]), "x")
    assert "1 pairs of areas overlap (first: A0 and A1)" in notes[0]
    _, notes = clean_layer(layer([box(0, 0, 10, 10), box(9.99, 0, 20, 10)]), "x")
    assert notes == []


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (layer([box(0, 0, 1, 1)] * 2, ["A", "A"]), "holds the area code 'A' twice"),
        (layer([box(0, 0, 1, 1)], [None]), "feature 1 has no area code"),
        (layer([shapely.Point(0, 0)]), "area 'A0' is not a polygon"),
        (layer([box(0, 0, 1, 1)], crs=None), "coordinate reference system"),
    ],
)
def test_a_layer_that_cannot_be_used_says_why(frame, said):
    with pytest.raises(BoundaryError, match=said):
        clean_layer(frame, "x")


def test_dissolving_leaves_out_what_has_no_code(grid):
    codes = pd.Series(grid.index.str[1], index=grid.index).where(
        ~grid.index.str.startswith("A5"), None
    )
    made = dissolve(grid, codes)
    assert made["area_code"].tolist() == ["0", "1", "2", "3", "4"]
    assert made.area.tolist() == [6e6] * 5


def test_small_areas_that_cross_a_border_are_counted(atlas):
    # The wards' border runs through the third column of six squares.
    assert crossing(atlas, "lsoa", "ward") == 6
    assert crossing(atlas, "lsoa", "msoa") == 0
    assert crossing(atlas, "lsoa", "impact_area") == 0


def test_a_lookup_says_how_and_whether_it_nests(atlas):
    found = atlas.lookup("lsoa", "ward")
    assert found.loc["A00", ["parent", "nested"]].tolist() == ["W0", True]
    assert found.loc["A02", ["parent", "nested"]].tolist() == ["W1", False]
    assert set(found["how"]) == {"representative point"}
    nowhere = atlas.lookup("lsoa", "impact_area").loc["A03"]
    assert pd.isna(nowhere["parent"])
    assert not nowhere["nested"]
