"""Layers of a project: read, dissolved, looked up, marked where they do not nest."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geosafety.errors import BoundaryError, CatalogError, InputError
from geosafety.geography.placing import locate, place
from geosafety.project import read_project
from geosafety.readers.boundaries import read_atlas
from geosafety.tidy import complete_places

LSOA = '[boundaries.lsoa]\nfile = "lsoa.geojson"\ncode = "CODE"\nvintage = "2021"\n'


@pytest.fixture
def write(tmp_path, grid):
    """Write the grid as a project's small areas, and a project file of TOML text."""
    areas = grid.reset_index().rename(columns={"area_code": "CODE"})
    areas["ROW"] = areas["CODE"].str[1]
    areas[["CODE", "ROW", "geometry"]].to_crs(4326).to_file(tmp_path / "lsoa.geojson")
    pairs = pd.DataFrame({"small": grid.index, "ward": "W" + grid.index.str[2]})
    pairs.to_csv(tmp_path / "wards.csv", index=False)

    def by(text):
        (tmp_path / "geosafety.toml").write_text(text)
        return read_project(tmp_path / "geosafety.toml")

    return by


def test_without_a_project_the_bundled_layers_are_read():
    atlas, notes = read_atlas(None)
    assert list(atlas.layers)[0] == "force"
    assert len(atlas.layers["lsoa"].areas) == 1680
    assert notes == []
    assert atlas.crosswalk is None


def test_a_layer_of_the_projects_own_replaces_the_bundled_one(write):
    atlas, _ = read_atlas(write(LSOA))
    layer = atlas.layers["lsoa"]
    assert (len(layer.areas), layer.vintage, layer.bundled) == (36, "2021", False)
    assert layer.areas.crs.to_epsg() == 27700
    assert layer.areas.loc["A00", "area_name"] == "A00"
    assert atlas.layers["msoa"].bundled


def test_a_layer_may_be_another_dissolved_by_a_field_or_a_lookup(write):
    text = LSOA + (
        '[boundaries.local_authority]\ndissolve = "lsoa"\nby = "ROW"\n'
        'codes = { "0" = "South", "1" = "South", "5" = "North" }\n'
        '[boundaries.ward]\ndissolve = "lsoa"\nlookup = "wards.csv"\n'
        'lookup_code = "small"\nlookup_value = "ward"\n'
    )
    atlas, _ = read_atlas(write(text))
    boroughs = atlas.layers["local_authority"]
    assert boroughs.areas.area.round(-4).to_dict() == {"North": 6e6, "South": 12e6}
    up = atlas.lookup("lsoa", "ward")
    assert set(up["how"]) == {"lookup"}
    assert up.loc["A34", "parent"] == "W4"
    # Four of six wards cross the borders of nothing: the small areas nest in all.
    assert not atlas.layers["ward"].approximate


def test_a_layer_that_does_not_nest_is_marked_and_told(write, tmp_path, grid):
    halves = [box(400_000, 280_000, 402_400, 286_000)]
    halves += [box(402_400, 280_000, 406_000, 286_000)]
    wards = gpd.GeoDataFrame({"W": ["W0", "W1"]}, geometry=halves, crs=grid.crs)
    wards.to_file(tmp_path / "ward.gpkg")
    text = LSOA + '[boundaries.ward]\nfile = "ward.gpkg"\ncode = "W"\nnote = "Ours."\n'
    atlas, notes = read_atlas(write(text))
    ward = atlas.layers["ward"]
    assert ward.approximate
    assert ward.note.startswith("Ours. 6 of 36 small areas (LSOAs) cross its border")
    assert any(note.startswith("Wards: 6 of 36") for note in notes)
    assert not atlas.layers["lsoa"].approximate


def test_bundled_areas_forget_a_bundled_parent_that_is_replaced(write, tmp_path):
    bundled, _ = read_atlas(None)
    npu = bundled.layers["npu"].areas
    # The same codes, and East and West changed round.
    swapped = npu.rename(index={"BE": "BW", "BW": "BE"}).rename_axis("code")
    swapped[["geometry"]].reset_index().to_file(tmp_path / "npu.gpkg")
    text = '[boundaries.npu]\nfile = "npu.gpkg"\ncode = "code"\n'
    atlas, _ = read_atlas(write(text))
    before, after = bundled.lookup("lsoa", "npu"), atlas.lookup("lsoa", "npu")
    east = before[(before["parent"] == "BE") & before["nested"]].index
    assert set(after.loc[east, "parent"]) == {"BW"}
    assert set(after["how"]) == {"representative point"}


@pytest.mark.parametrize(
    ("text", "error", "said", "hint"),
    [
        (LSOA.replace("CODE", "COED"), BoundaryError, "no field 'COED'", '"CODE"'),
        (LSOA.replace("lsoa.geo", "lsao.geo"), InputError, "no file", "lsoa.geojson"),
        (
            LSOA + '[boundaries.ward]\ndissolve = "lsoa"\nby = "ROV"\n',
            BoundaryError,
            "dissolves by 'ROV'",
            '"ROW"',
        ),
        (
            LSOA
            + '[boundaries.ward]\ndissolve = "lsoa"\nby = "ROW"\n'
            + 'codes = { "9" = "x" }\n',
            BoundaryError,
            "renames '9'",
            "0, 1, 2",
        ),
        (
            '[boundaries.lsoa]\ndissolve = "ward"\nby = "npu"\n',
            BoundaryError,
            "not a finer layer",
            "",
        ),
        (
            '[boundaries.lsoa]\nfile = "wards.csv"\ncode = "ward"\n',
            BoundaryError,
            "wards.csv",
            "",
        ),
        (
            '[crosswalk]\nfile = "wards.csv"\nfrom_code = "small"\nto_code = "ward"\n'
            'geography = "lsao"\n',
            CatalogError,
            "'lsao' is not a geography",
            "lsoa",
        ),
        (
            '[crosswalk]\nfile = "wards.csv"\nfrom_code = "small"\nto_code = "ward"\n'
            'weight = "residents"\n',
            InputError,
            "weight 'residents' has no file",
            "weight_file",
        ),
    ],
)
def test_a_layer_that_cannot_be_made_says_why(write, text, error, said, hint):
    with pytest.raises(error, match=said) as told:
        read_atlas(write(text))
    assert hint in told.value.hint


def test_a_lookup_that_names_two_parents_is_an_error(write, tmp_path):
    (tmp_path / "two.csv").write_text("small,ward\nA00,W0\nA00,W1\n")
    text = LSOA + (
        '[boundaries.ward]\ndissolve = "lsoa"\nlookup = "two.csv"\n'
        'lookup_code = "small"\nlookup_value = "ward"\n'
    )
    with pytest.raises(BoundaryError, match="gives 'A00' more than one ward"):
        read_atlas(write(text))


def test_a_crosswalk_is_read_with_its_weights_and_places_old_codes(write, tmp_path):
    (tmp_path / "walk.csv").write_text("old,new\nOLD,A00\nOLD,A01\nA02,A02\n")
    (tmp_path / "people.csv").write_text('new,people\nA00,"3,000"\nA01,1000\n')
    text = LSOA + (
        '[crosswalk]\nfile = "walk.csv"\nfrom_code = "old"\nto_code = "new"\n'
        'weight = "people of 2021"\nweight_file = "people.csv"\n'
        'weight_code = "new"\nweight_column = "people"\n'
    )
    atlas, _ = read_atlas(write(text))
    places = complete_places(pd.DataFrame({"code": ["OLD"], "level": ["lsoa"]}))
    located = locate(places.assign(vintage="2011"), atlas.postcodes)
    found = place(located, atlas, "lsoa")
    assert found["share"].tolist() == [0.75, 0.25]
    assert set(found["how"]) == {"crosswalk, shared out by people of 2021"}


def test_a_weight_that_stands_twice_is_an_error(write, tmp_path):
    (tmp_path / "walk.csv").write_text("old,new\nOLD,A00\nOLD,A01\n")
    (tmp_path / "people.csv").write_text("new,people\nA00,1\nA00,2\nA01,3\n")
    text = LSOA + (
        '[crosswalk]\nfile = "walk.csv"\nfrom_code = "old"\nto_code = "new"\n'
        'weight = "people"\nweight_file = "people.csv"\n'
        'weight_code = "new"\nweight_column = "people"\n'
    )
    with pytest.raises(InputError, match="more than one weight for an area"):
        read_atlas(write(text))
