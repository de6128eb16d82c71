"""Real published files, as they are: every row accounted for. None is kept here."""

import geopandas as gpd
import pytest

from geosafety.geography.placing import ledger_lines, locate, place
from geosafety.geography.topology import clean_layer
from geosafety.project import InputSource, read_project
from geosafety.readers.boundaries import read_atlas
from geosafety.readers.crime import read_crime
from geosafety.readers.stocks import read_population
from geosafety.readers.stops import read_stops
from geosafety.readers.venues import read_venues

COUNTS = {
    "code": "lsoa_code",
    "category": "category",
    "month": "month",
    "year": "year",
    "n": "crime_count",
}
# Mid-2020 residents of 16 and over, as the paper of June 2022 prints them.
PUBLISHED_ADULTS = {
    "E08000026": 306_404,
    "E08000027": 260_121,
    "E08000028": 254_180,
    "E08000029": 174_712,
    "E08000030": 224_397,
    "E08000031": 207_347,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def bundled():
    return read_atlas(None)[0]


def layers_of(folder, real_data, crosswalk):
    """Read the real layers of 2021 with or without a crosswalk to them."""
    text = (
        f'[boundaries.lsoa]\nfile = "{real_data}/boundaries/ons_lsoa21.geojson"\n'
        'code = "LSOA21CD"\nname = "LSOA21NM"\nvintage = "2021"\n'
        '[boundaries.local_authority]\ndissolve = "lsoa"\nby = "LADCD_ACTIVE"\n'
        f'[boundaries.ward]\nfile = "{real_data}/boundaries/ons_ward25.geojson"\n'
        'code = "WD25CD"\nname = "WD25NM"\n'
        '[boundaries.force]\ndissolve = "lsoa"\n'
    )
    if crosswalk:
        text += (
            f'[crosswalk]\nfile = "{real_data}/lookups/lsoa11_lsoa21_lad22_wm.csv"\n'
            'from_code = "lsoa11_code"\nto_code = "lsoa21_code"\n'
            'weight = "Census 2021 residents"\nweight_code = "mnemonic"\n'
            f'weight_file = "{real_data}/census/ts001_usual_residents_lsoa21_wm.csv"\n'
            'weight_column = "total"\n'
        )
    (folder / "geosafety.toml").write_text(text)
    return read_atlas(read_project(folder / "geosafety.toml"))


@pytest.fixture(scope="module")
def modern(folder, real_data):
    return layers_of(folder, real_data, crosswalk=True)


@pytest.fixture(scope="module")
def modern_without(folder, real_data):
    return layers_of(folder, real_data, crosswalk=False)[0]


@pytest.fixture
def read(folder, real_data):
    """Return a reader of one block of real files."""

    def by(dataset, pattern, **options):
        (folder / "empty.toml").write_text("")
        source = InputSource(
            dataset=dataset, files=(str(real_data / pattern),), **options
        )
        readers = {
            "crime": read_crime,
            "stop_search": read_stops,
            "population": read_population,
            "venues": read_venues,
        }
        project = read_project(folder / "empty.toml")
        return readers[dataset](source, project, lambda _: None)

    return by


def homes_of(data, atlas, geography):
    vintage = "" if data.dataset == "population" else data.vintage
    located = locate(data.places.assign(vintage=vintage), atlas.postcodes)
    return place(located, atlas, geography)


def ledger(data, atlas, geography):
    """Place an input in one layer: rows by (outcome, how), which must balance."""
    lines = ledger_lines(data.rows, homes_of(data, atlas, geography), data.rejects)
    assert lines["rows"].sum() == data.rows_in
    return lines.set_index(["outcome", "how"])["rows"].to_dict()


@pytest.mark.parametrize(
    ("pattern", "rows", "nowhere"),
    [
        ("crime/*-city-of-london-street.csv", 5033, 456),
        ("crime/*-devon-and-cornwall-street.csv", 10_495, 490),
    ],
)
def test_street_files_of_other_forces_are_outside_and_whole(
    read, bundled, pattern, rows, nowhere
):
    data = read("crime", pattern)
    assert data.rows_in == rows
    assert data.rows["n"].sum() == rows
    assert len(data.rejects) == 0
    lost = data.places["longitude"].isna()
    assert (lost == data.places["code"].isna()).all()
    assert data.rows.loc[data.rows["place"].map(lost), "rows"].sum() == nowhere
    for geography in bundled.layers:
        found = ledger(data, bundled, geography)
        assert {outcome for outcome, _ in found} == {"unplaced"}
        assert found["unplaced", "another force, no location"] == nowhere


def test_repeated_ids_of_the_city_of_london_are_kept_and_told(read):
    # 4,810 rows have an id, and 4,710 ids are different.
    data = read("crime", "crime/*-city-of-london-street.csv")
    assert data.rows["n"].sum() == 5033
    assert data.notes == ("100 rows repeat an earlier crime id; they are kept.",)


def test_an_api_pull_of_central_birmingham_is_placed_there_by_point(read, bundled):
    data = read(
        "crime",
        "crime/birmingham_centre_2017_api_pull.csv",
        format="api",
        columns={"category": "type"},
    )
    assert data.rows["n"].sum() == data.rows_in == 17_260
    assert len(data.places) == 493
    assert data.notes == ()
    assert data.rows["period"].nunique() == 11
    homes = homes_of(data, bundled, "local_authority")
    assert set(homes["area_code"]) == {"E08000025"}
    assert ledger(data, bundled, "lsoa") == {("placed", "point"): 17_260}


def test_stops_are_read_in_local_months_with_repeated_headings_rejected(read, bundled):
    data = read("stop_search", "crime/*-west-midlands-stop-and-search.csv")
    by_file = {f.name[:10]: f.rows for f in data.files}
    assert by_file == {"2017-09-we": 1005, "2017-10_20": 14_319}
    assert data.rows["n"].sum() == 1005 + 14_307
    assert data.rejects["reason"].tolist() == (
        ["heading line repeated inside the file"] * 12
    )
    months = data.rows["period"]
    assert (months.min(), months.max()) == ("2017-09", "2018-09")
    found = ledger(data, bundled, "ward")
    assert found["placed", "point"] > 0.98 * 15_312


def test_counts_by_small_area_of_2021_are_all_placed(read, modern):
    atlas, notes = modern
    data = read(
        "crime",
        "crime/wm_lsoa21_counts_*.parquet",
        format="counts",
        columns=COUNTS,
        vintage="2021",
    )
    assert data.rows_in == 170_812
    assert data.rows["n"].sum() == 514_391
    assert len(data.rejects) == 0
    assert ledger(data, atlas, "lsoa") == {("placed", "code"): 170_812}
    assert ledger(data, atlas, "local_authority") == {("placed", "lookup"): 170_812}
    assert {o for o, _ in ledger(data, atlas, "ward")} == {"placed"}


def test_counts_of_another_force_are_all_unplaced(read, modern):
    data = read(
        "crime",
        "crime/merseyside_lsoa_counts.parquet",
        format="counts",
        columns=COUNTS,
        vintage="2021",
    )
    assert data.rows_in == 146_467
    for geography in modern[0].layers:
        found = ledger(data, modern[0], geography)
        assert found == {("unplaced", "unknown area code"): 146_467}


def test_residents_by_single_year_make_the_published_adults(read, bundled):
    data = read(
        "population",
        "census/mye2020_lsoa11_single_year_age_wm.csv",
        columns={"lsoa": "lsoa11_code"},
    )
    homes = homes_of(data, bundled, "local_authority")
    whole = data.rows.merge(homes, on="place")
    adults = whole.groupby("area_code")["population_16plus"].sum()
    assert {c: adults[c] for c in PUBLISHED_ADULTS} == PUBLISHED_ADULTS
    assert adults["E08000025"] == 883_407


@pytest.mark.parametrize("geography", ["lsoa", "ward", "local_authority", "force"])
def test_old_codes_reach_the_layer_of_2021_with_totals_kept(read, modern, geography):
    data = read(
        "population",
        "census/mye2020_lsoa11_single_year_age_wm.csv",
        columns={"lsoa": "lsoa11_code"},
        vintage="mid-2020",
    )
    homes = homes_of(data, modern[0], geography)
    assert homes["area_code"].notna().all()
    whole = data.rows.merge(homes, on="place")
    total = (whole["population"] * whole["share"]).sum()
    assert total == pytest.approx(data.rows["population"].sum(), rel=1e-9)
    assert set(homes["area_code"]) == set(modern[0].layers[geography].areas.index)
    if geography == "lsoa":
        assert (len(data.places), homes["area_code"].nunique()) == (1680, 1719)


def test_without_a_crosswalk_old_codes_are_of_another_vintage(read, modern_without):
    data = read(
        "population",
        "census/mye2020_lsoa11_single_year_age_wm.csv",
        columns={"lsoa": "lsoa11_code"},
    )
    found = ledger(data, modern_without, "lsoa")
    # Forty that were split and two that became one; the others keep their codes.
    assert found == {
        ("placed", "code"): 1638,
        ("unplaced", "code of another vintage"): 42,
    }


def test_real_wards_do_not_nest_and_boroughs_do(modern):
    atlas, notes = modern
    assert atlas.layers["ward"].approximate
    assert not atlas.layers["local_authority"].approximate
    assert any(note.startswith("Wards: 467 of 1,719 small areas") for note in notes)


def test_libraries_are_found_by_grid_or_postcode_and_closed_ones_rejected(
    read, bundled
):
    columns = {
        "name": "Library name",
        "postcode": "Postcode",
        "closed": "Year closed",
        "easting": "Eastings",
        "northing": "Northings",
    }
    data = read("venues", "venues/libraries_wm_geocoded.csv", columns=columns)
    found = ledger(data, bundled, "ward")
    assert sum(found.values()) == 156
    assert found["rejected", "closed"] == 31
    placed = sum(n for (outcome, _), n in found.items() if outcome == "placed")
    assert placed == 125


@pytest.mark.parametrize(
    ("name", "code", "mended"),
    [
        ("invalid_lad13.geojson", "LAD13CD", 6),
        ("ons_msoa21.geojson", "MSOA21CD", 1),
        ("ons_lsoa11.geojson", "LSOA11CD", 0),
    ],
)
def test_real_layers_are_mended_and_keep_their_size(real_data, name, code, mended):
    layer = gpd.read_file(real_data / "boundaries" / name)
    before = layer.to_crs(27700).area.sum()
    tidy = layer.assign(area_code=layer[code], area_name=layer[code])
    areas, notes = clean_layer(tidy[["area_code", "area_name", "geometry"]], name)
    assert areas.is_valid.all()
    assert len(areas) == len(layer)
    assert areas.area.sum() == pytest.approx(before, rel=1e-3)
    told = [note for note in notes if "mended" in note]
    assert [note.split()[2] for note in told] == ([str(mended)] if mended else [])


def test_the_force_outline_loses_its_heights(real_data):
    layer = gpd.read_file(real_data / "boundaries" / "police_uk_force.gpkg")
    assert layer.has_z.all()
    tidy = layer.assign(area_code="E23000014", area_name="Force")
    areas, _ = clean_layer(tidy[["area_code", "area_name", "geometry"]], "force.gpkg")
    assert not areas.has_z.any()
    assert areas.is_valid.all()
    # 902 square kilometres.
    assert areas.area.sum() == pytest.approx(902e6, rel=0.005)


def test_points_that_contradict_their_code_are_counted_by_row(read, bundled):
    data = read(
        "crime",
        "crime/birmingham_centre_2017_api_pull.csv",
        format="api",
        columns={"category": "type"},
    )
    # As if every row of central Birmingham said that it is in the last small area.
    elsewhere = bundled.layers["lsoa"].areas.index[-1]
    places = data.places.assign(code=elsewhere, level="lsoa", vintage="")
    homes = place(locate(places, bundled.postcodes), bundled, "lsoa")
    lines = ledger_lines(data.rows, homes, data.rejects)
    assert lines["how"].tolist() == ["code"]
    assert lines["disagree"].tolist() == [17_260]
