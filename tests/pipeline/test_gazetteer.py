import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geosafety.pipeline.gazetteer import parent_table, postcode_table
from geosafety.readers.boundaries import read_atlas

# The postal addresses of the seven councils' main offices, and the units they lie in.
COUNCILS = {
    "B1 1BB": ("E08000025", "BW"),
    "CV1 5RR": ("E08000026", "CV"),
    "DY1 1HF": ("E08000027", "DY"),
    "B69 3DE": ("E08000028", "SW"),
    "B91 3QB": ("E08000029", "SH"),
    "WS1 1TP": ("E08000030", "WS"),
    "WV1 1SH": ("E08000031", "WV"),
}


@pytest.fixture(scope="module")
def bundled():
    return read_atlas(None)[0]


@pytest.fixture(scope="module")
def placed(bundled):
    return postcode_table(bundled).set_index("postcode")


def test_a_postcode_is_in_the_area_that_holds_its_point(atlas):
    table = postcode_table(atlas).set_index("postcode")
    assert list(table.index) == ["B1 1AA", "B6 6FF"]
    for code, row in table.iterrows():
        at = atlas.postcodes.loc[code]
        point = shapely.Point(at["easting"], at["northing"])
        for name, layer in atlas.layers.items():
            if name == "force":
                continue
            holds = layer.areas.index[layer.areas.intersects(point)]
            assert [row[name]] == (list(holds) or [None])


def test_every_live_postcode_stands_once_and_is_sorted(bundled, placed):
    assert len(placed) == len(bundled.postcodes)
    assert placed.index.is_unique
    assert placed.index.is_monotonic_increasing
    columns = ["local_authority", "npu", "impact_area", "ward", "msoa", "lsoa"]
    assert list(placed) == [*columns, "approximate"]
    assert placed["approximate"].sum() == 642  # as data/boundaries/SOURCE.md counts


@pytest.mark.parametrize("postcode", COUNCILS)
def test_the_councils_lie_where_they_are(placed, postcode):
    row = placed.loc[postcode]
    assert (row["local_authority"], row["npu"]) == COUNCILS[postcode]


def test_an_impact_area_holds_the_postcodes_inside_it(bundled, placed):
    areas = bundled.layers["impact_area"].areas
    points = gpd.GeoSeries(
        gpd.points_from_xy(bundled.postcodes["easting"], bundled.postcodes["northing"]),
        index=bundled.postcodes.index,
    )
    for code in areas.index[:3]:
        inside = points.index[points.within(areas.geometry[code])]
        assert set(placed.index[placed["impact_area"] == code]) == set(inside)


def test_an_area_has_a_parent_and_says_whether_it_crosses_the_border(atlas):
    table = parent_table(atlas)
    wards = table[
        (table["geography"] == "lsoa") & (table["parent_geography"] == "ward")
    ]
    known = wards.set_index("area_code")
    # The border of the wards runs through the third column of squares, at 2.4.
    for code, row in known.iterrows():
        column = int(code[2])
        assert row["parent_code"] == ("W0" if column < 2 else "W1"), code
        assert row["nested"] == (column != 2)
        assert row["parent_name"] == f"Area {row['parent_code']}"
    assert len(known) == 36


def test_what_lies_in_no_impact_area_has_no_such_parent(atlas):
    table = parent_table(atlas)
    found = table[table["parent_geography"] == "impact_area"]
    lsoas = set(found.loc[found["geography"] == "lsoa", "area_code"])
    assert lsoas == {"A00", "A10", "A44", "A45", "A54", "A55"}
    assert not pd.isna(found["parent_code"]).any()
