"""The shipped layers: complete, nested, one shared set of lines, and labelled."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "boundaries"
COUNTS = {
    "force": 1,
    "local_authority": 7,
    "npu": 8,
    "ward": 192,
    "msoa": 356,
    "lsoa": 1680,
    "impact_area": 19,
}
PARENTS = [
    ("npu", "local_authority"),
    ("ward", "local_authority"),
    ("ward", "npu"),
    ("msoa", "local_authority"),
    ("lsoa", "msoa"),
    ("lsoa", "local_authority"),
    ("lsoa", "ward"),
    ("lsoa", "npu"),
    ("impact_area", "npu"),
]
# Children whose outlines add up to their parents' exactly. LSOAs follow neither
# wards nor the two Birmingham NPUs: there the column is the majority's.
EXACT = [
    ("ward", "local_authority"),
    ("ward", "npu"),
    ("msoa", "local_authority"),
    ("lsoa", "msoa"),
    ("lsoa", "impact_area"),
]


@pytest.fixture(scope="module")
def layers() -> dict[str, gpd.GeoDataFrame]:
    return {name: gpd.read_parquet(FOLDER / f"{name}.parquet") for name in COUNTS}


@pytest.fixture(scope="module")
def postcodes() -> pd.DataFrame:
    return pd.read_parquet(FOLDER / "postcodes.parquet")


@pytest.mark.parametrize("name", COUNTS)
def test_layer_is_complete_and_a_valid_coverage(layers, name):
    layer = layers[name]
    assert len(layer) == COUNTS[name]
    assert layer.crs.to_epsg() == 27700
    assert layer["area_code"].is_unique
    assert layer["area_code"].is_monotonic_increasing
    assert layer["area_name"].notna().all()
    assert set(layer.geom_type) <= {"Polygon", "MultiPolygon"}
    assert layer.is_valid.all()
    assert shapely.coverage_is_valid(layer.geometry.to_numpy())


@pytest.mark.parametrize(("child", "parent"), PARENTS)
def test_every_parent_exists(layers, child, parent):
    assert set(layers[child][parent]) <= set(layers[parent]["area_code"])


def test_lsoa_parents_agree_with_each_other(layers):
    msoa = layers["msoa"].set_index("area_code")["local_authority"]
    ward = layers["ward"].set_index("area_code")["local_authority"]
    lsoa = layers["lsoa"]
    assert (lsoa["msoa"].map(msoa) == lsoa["local_authority"]).all()
    assert (lsoa["ward"].map(ward) == lsoa["local_authority"]).all()


@pytest.mark.parametrize(("child", "parent"), EXACT)
def test_children_make_up_their_parent(layers, child, parent):
    members = layers[child].dropna(subset=[parent])
    union = members[[parent, "geometry"]].dissolve(parent, method="coverage")
    truth = layers[parent].set_index("area_code").geometry
    assert shapely.equals(union.geometry, truth.loc[union.index]).all()
    assert set(union.index) == set(truth.index)


def test_every_layer_has_the_force_outline(layers):
    force = layers["force"].geometry.iloc[0]
    for name in set(COUNTS) - {"impact_area"}:
        assert layers[name].geometry.union_all(method="coverage").equals(force), name


def test_force_is_one_piece_without_holes(layers):
    force = layers["force"].geometry.iloc[0]
    assert force.geom_type == "Polygon"
    assert not force.interiors


def test_force_has_its_code_and_name(layers):
    force = layers["force"].iloc[0]
    assert force["area_code"] == "E23000014"
    assert force["area_name"] == "West Midlands Police force area"


def test_birmingham_is_divided_by_wards(layers):
    wards = layers["ward"]["npu"].value_counts()
    assert (wards["BE"], wards["BW"]) == (35, 34)
    east = set(layers["ward"].loc[layers["ward"]["npu"] == "BE", "area_name"])
    assert {"Erdington", "Moseley", "Shard End", "Sutton Vesey"} <= east


def test_other_npus_equal_their_borough(layers):
    authority = layers["local_authority"].set_index("area_code").geometry
    npu = layers["npu"].set_index("area_code")
    assert set(npu.index) == {"BE", "BW", "CV", "DY", "SH", "SW", "WS", "WV"}
    for code, row in npu.drop(["BE", "BW"]).iterrows():
        assert row.geometry.equals(authority[row["local_authority"]]), code


def test_impact_areas_cannot_be_taken_for_real_ones(layers):
    areas = layers["impact_area"]
    number = areas["area_code"].str.removeprefix("IA-")
    assert areas["area_code"].str.fullmatch(r"IA-[A-Z]{2}-\d").all()
    assert (areas["area_name"] == "Illustrative impact area " + number).all()


def test_impact_areas_are_small_contiguous_and_apart(layers):
    areas, lsoa = layers["impact_area"], layers["lsoa"]
    size = lsoa["impact_area"].value_counts()
    assert size.between(4, 10).all()
    assert set(areas["npu"]) == set(layers["npu"]["area_code"])
    assert set(areas.geom_type) == {"Polygon"}
    shapes = areas.geometry.to_numpy()
    assert shapely.STRtree(shapes).query(shapes, "intersects").shape[1] == len(areas)
    inside = lsoa.dropna(subset=["impact_area"])
    npu = areas.set_index("area_code")["npu"]
    assert (inside["impact_area"].map(npu) == inside["npu"]).all()


def test_synthetic_need_has_mean_one_and_a_long_upper_tail(layers):
    need = layers["lsoa"]["synthetic_need"]
    assert need.min() > 0
    assert need.mean() == pytest.approx(1, abs=1e-3)
    assert need.skew() > 1
    inside = layers["lsoa"]["impact_area"].notna()
    assert need[inside].mean() > 2 * need[~inside].mean()


def test_postcodes_are_unique_and_in_normal_form(postcodes):
    assert postcodes["postcode"].is_unique
    form = r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"
    assert postcodes["postcode"].str.fullmatch(form).all()
    assert postcodes.notna().all(axis=None)
    assert postcodes["estimated_lsoa"].mean() < 0.02


def test_postcode_counts_agree_with_the_layer(layers, postcodes):
    lsoa = layers["lsoa"].set_index("area_code")["postcodes"]
    counted = postcodes["lsoa"].astype(str).value_counts()
    assert counted.reindex(lsoa.index).eq(lsoa).all()


def test_postcode_codes_nest(layers, postcodes):
    for child, parent in [
        ("lsoa", "msoa"),
        ("msoa", "local_authority"),
        ("ward", "local_authority"),
        ("ward", "npu"),
    ]:
        lookup = layers[child].set_index("area_code")[parent]
        found = postcodes[child].astype(str).map(lookup)
        assert (found == postcodes[parent].astype(str)).all(), (child, parent)


@pytest.mark.parametrize(
    ("name", "least"),
    [("local_authority", 0.9995), ("ward", 0.9995), ("msoa", 0.999), ("lsoa", 0.998)],
)
def test_postcodes_lie_in_their_own_area(layers, postcodes, name, least):
    shape = layers[name].set_index("area_code").geometry
    own = shape.loc[postcodes[name].astype(str)].to_numpy()
    points = shapely.points(postcodes["easting"], postcodes["northing"])
    assert shapely.intersects(own, points).mean() >= least


@pytest.mark.parametrize(
    ("name", "file", "code", "least"),
    [
        ("ward", "ons_ward25", "WD25CD", 0.88),
        ("msoa", "ons_msoa11", "MSOA11CD", 0.845),
        ("lsoa", "ons_lsoa11", "LSOA11CD", 0.755),
    ],
)
def test_overlap_with_the_real_layer(layers, real_folder, name, file, code, least):
    path = real_folder / "boundaries" / f"{file}.geojson"
    real = gpd.read_file(path).to_crs(27700)
    pairs = real.merge(layers[name], left_on=code, right_on="area_code")
    assert len(pairs) == len(real) == COUNTS[name]
    one = pairs["geometry_x"].make_valid().to_numpy()
    two = pairs["geometry_y"].to_numpy()
    both = shapely.area(shapely.intersection(one, two))
    overlap = both / (shapely.area(one) + shapely.area(two) - both)
    assert pd.Series(overlap).median() >= least
