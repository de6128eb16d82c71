"""Venues: what is known of them, in tables and in files of points."""

import geopandas as gpd
import pytest
from shapely import Point

from geosafety.errors import CatalogError, InputError
from geosafety.project import InputSource, read_project
from geosafety.readers.venues import read_venues

PLACE = {"name": "Name", "postcode": "PC"}


def read(folder, text, **columns):
    (folder / "v.csv").write_text(text)
    return read_file(folder, "v.csv", columns)


def read_file(folder, name, columns):
    (folder / "geosafety.toml").write_text("")
    source = InputSource(dataset="venues", files=(name,), columns=columns)
    return read_venues(source, read_project(folder / "geosafety.toml"), lambda _: None)


def told(data):
    columns = ["row", "column", "value", "reason"]
    return list(data.rejects[columns].itertuples(index=False, name=None))


def test_what_a_file_says_of_a_venue_is_kept_and_blank_is_not_known(tmp_path):
    text = (
        "Name,PC,Holds,Fee,Ramp,From,To,Kind,Young low,Young high\n"
        'Hall,B1 1AA,"1,200",50,Yes,2026-01-05,2026-12-31,hall,10,30\n'
        "Club,B1 1AB,,,,,,,,\n"
    )
    data = read(
        tmp_path, text, **PLACE, capacity="Holds", cost="Fee", accessible="Ramp",
        open_from="From", open_to="To", kind="Kind",
        **{"age=18-24 low": "Young low", "age=18-24 high": "Young high"},
    )  # fmt: skip
    first = data.rows.iloc[0]
    assert (first["name"], first["venue_kind"], first["capacity"]) == (
        "Hall",
        "hall",
        1200,
    )
    assert (first["cost"], first["accessible"]) == (50, True)
    assert (first["open_from"], first["open_to"]) == ("2026-01-05", "2026-12-31")
    assert (first["age=18-24 low"], first["age=18-24 high"]) == (10, 30)
    blank = ["capacity", "cost", "accessible", "open_from", "open_to", "venue_kind"]
    assert data.rows.iloc[1][[*blank, "age=18-24 low"]].isna().all()
    assert data.rows["n"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("column", "heading", "cell", "reason"),
    [
        ("capacity", "C", "many", "not a number of people"),
        ("capacity", "C", "-5", "not a number of people"),
        ("cost", "C", "free", "not an amount"),
        ("accessible", "C", "partly", "not yes or no"),
        ("open_to", "C", "31/12/2026", "not a date (wanted 2026-09-30)"),
        ("open_from", "C", "2026-02-30", "not a date (wanted 2026-09-30)"),
        ("age=18-24", "C", "101", "not a percentage (0 to 100)"),
        ("closed", "C", "2022", "closed"),
    ],
)
def test_a_cell_that_cannot_be_read_rejects_its_venue(
    tmp_path, column, heading, cell, reason
):
    text = f"Name,PC,{heading}\nHall,B1 1AA,{cell}\nClub,B1 1AB,\n"
    data = read(tmp_path, text, **PLACE, **{column: heading})
    assert told(data) == [(2, heading, cell, reason)]
    assert data.rows["name"].tolist() == ["Club"]
    assert data.rows_in == 2


def test_ends_the_wrong_way_round_and_shares_over_100_are_rejected(tmp_path):
    text = "Name,PC,Lo,Hi,A,B,F,T\nOne,B1 1AA,30,10,50,50,,\nTwo,B1 1AB,1,2,60,60,,\n"
    text += "Three,B1 1AD,1,2,50,50,2026-05-01,2026-04-01\nFour,B1 1AE,1,2,50,50,,\n"
    data = read(
        tmp_path, text, **PLACE, open_from="F", open_to="T",
        **{"age=1 low": "Lo", "age=1 high": "Hi", "sex=f": "A", "sex=m": "B"},
    )  # fmt: skip
    assert sorted(reason for *_, reason in told(data)) == [
        "above its high",
        "closes before it opens",
        "the shares of sex add up to more than 100",
    ]
    assert data.rows["name"].tolist() == ["Four"]


def test_a_venue_that_stands_twice_counts_once(tmp_path):
    text = (
        "Name,PC,E,N\nThe Hall,B1 1AA,1,2\nthe  hall,b11aa,,\nTHE HALL,,1,2\n"
        "The Hall,B9 9AA,5,6\n,B1 1AA,1,2\n,B1 1AA,1,2\n"
    )
    data = read(tmp_path, text, **PLACE, easting="E", northing="N")
    assert [(row, reason) for row, _, _, reason in told(data)] == [
        (3, "venue given twice"),
        (4, "venue given twice"),
    ]
    assert data.rows_in == 6


def test_a_file_of_points_brings_its_own_places(tmp_path):
    layer = gpd.GeoDataFrame(
        {"title": ["Ward End", None]},
        geometry=[Point(-1.9, 52.5), Point(-1.8, 52.4)],
        crs=4326,
    )
    layer.to_file(tmp_path / "v.geojson", driver="GeoJSON")
    data = read_file(tmp_path, "v.geojson", {"name": "title"})
    assert data.places[["longitude", "latitude"]].to_numpy().tolist() == [
        [-1.9, 52.5],
        [-1.8, 52.4],
    ]
    assert data.rows["name"].isna().tolist() == [False, True]
    layer.to_crs(27700).to_file(tmp_path / "v.gpkg")
    again = read_file(tmp_path, "v.gpkg", {"name": "title"})
    assert again.places["longitude"].to_numpy() == pytest.approx([-1.9, -1.8], abs=1e-6)


def test_a_file_of_points_that_is_none_is_an_error(tmp_path):
    shape = Point(0, 0).buffer(1)
    gpd.GeoDataFrame({"a": ["x"]}, geometry=[shape], crs=4326).to_file(
        tmp_path / "p.geojson"
    )
    with pytest.raises(InputError, match="holds what is no point"):
        read_file(tmp_path, "p.geojson", {"name": "a"})
    with pytest.raises(InputError, match="no column 'title'"):
        read_file(tmp_path, "p.geojson", {"name": "title"})
    (tmp_path / "q.geojson").write_text("{")
    with pytest.raises(InputError, match=r"q\.geojson cannot be read"):
        read_file(tmp_path, "q.geojson", {"name": "title"})


def test_a_column_that_no_venue_has_is_an_error(tmp_path):
    with pytest.raises(CatalogError, match="unknown name 'capactiy'") as caught:
        read(tmp_path, "Name,PC\n", **PLACE, capactiy="x")
    assert 'Did you mean "capacity"?' in caught.value.hint


def test_the_hospitals_of_the_force_are_read_from_their_file(real_data, tmp_path):
    path = str(real_data / "venues" / "hospitals22_wm.geojson")
    data = read_file(tmp_path, path, {"name": "hospital22_name"})
    assert data.rows_in == 33
    assert data.places["longitude"].between(-2.3, -1.4).all()
