"""Members, residents and venues."""

import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import InputSource, read_project
from geosafety.readers.stocks import read_members, read_population
from geosafety.readers.venues import read_venues, tidy_postcode

READERS = {
    "wmnow": read_members,
    "population": read_population,
    "venues": read_venues,
}


def read(folder, dataset, files, **columns):
    (folder / "geosafety.toml").write_text("")
    for name, text in files.items():
        (folder / name).write_text(text)
    source = InputSource(dataset=dataset, files=tuple(files), columns=columns)
    project = read_project(folder / "geosafety.toml")
    return READERS[dataset](source, project, lambda _: None)


def told(data):
    columns = ["row", "column", "value", "reason"]
    return list(data.rejects[columns].itertuples(index=False, name=None))


MEMBERS = {"npu": "NPU", "date": "Date", "members": "Members"}


def test_members_stand_by_area_and_month(tmp_path):
    text = 'NPU,Date,Members,Adults\nBE,2021-03-31,"23,040","421,833"\nBW,2021-03,7,9\n'
    data = read(
        tmp_path, "wmnow", {"a.csv": text}, **MEMBERS, population_16plus="Adults"
    )
    assert data.places[["code", "level"]].to_numpy().tolist() == [
        ["BE", "npu"],
        ["BW", "npu"],
    ]
    assert data.rows["n"].tolist() == [23040.0, 7.0]
    assert data.rows["population_16plus"].tolist() == [421833.0, 9.0]
    assert data.rows["period"].tolist() == ["2021-03", "2021-03"]


def test_an_area_twice_on_one_date_is_an_error(tmp_path):
    text = "NPU,Date,Members\nBE,2021-03-01,1\nBE,2021-03-31,2\n"
    with pytest.raises(InputError, match="a.csv gives 'BE' twice for 2021-03"):
        read(tmp_path, "wmnow", {"a.csv": text}, **MEMBERS)


def test_members_that_cannot_be_read_are_rejected(tmp_path):
    lines = ["BE,31/03/2021,1", "BW,2021-03,few", "CV,2021-03,-2", "DY,2021-03,"]
    text = "\n".join(["NPU,Date,Members", *lines])
    data = read(tmp_path, "wmnow", {"a.csv": text}, **MEMBERS)
    assert data.rows_in == 4
    number = "not a number of people"
    assert told(data) == [
        (3, "Members", "few", number),
        (4, "Members", "-2", number),
        (5, "Members", "", number),
        (2, "Date", "31/03/2021", "not a date (wanted 2022-03 or 2022-03-31)"),
    ]


def test_a_file_of_headings_alone_has_no_members(tmp_path):
    data = read(tmp_path, "wmnow", {"a.csv": "NPU,Date,Members\n"}, **MEMBERS)
    assert data.rows_in == 0


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"date": "Date", "members": "Members"}, "must name one area column"),
        ({**MEMBERS, "lsoa": "LSOA"}, "must name one area column, and names 2"),
        ({"npu": "NPU", "date": "Date"}, "does not say which column is 'members'"),
        ({**MEMBERS, "member": "x"}, "unknown name 'member'"),
    ],
)
def test_columns_that_do_not_fit_are_an_error(tmp_path, columns, said):
    with pytest.raises(CatalogError, match=said):
        read(tmp_path, "wmnow", {"a.csv": "NPU,Date,Members\n"}, **columns)


def ages(headings, *rows):
    lines = [",".join(["LSOA", *headings])]
    lines += [",".join([f"E{i}", *map(str, row)]) for i, row in enumerate(rows)]
    return "\n".join(lines)


@pytest.mark.parametrize("last", ["90+", "90", "age_90_plus", "Aged 90 and over"])
def test_single_years_of_age_are_added_up(tmp_path, last):
    headings = [*map(str, range(90)), last]
    text = ages(headings, [1] * 91, [0] * 15 + [10] + [0] * 74 + [5])
    data = read(tmp_path, "population", {"a.csv": text}, lsoa="LSOA")
    assert data.rows["population"].tolist() == [91.0, 15.0]
    assert data.rows["population_16plus"].tolist() == [75.0, 5.0]
    assert data.rows["n"].tolist() == [91.0, 15.0]


def test_residents_under_25_are_those_of_0_to_24(tmp_path):
    text = ages([*map(str, range(91))], [*range(91)], [0] * 24 + [7, 9] + [0] * 65)
    data = read(tmp_path, "population", {"a.csv": text}, lsoa="LSOA")
    assert data.rows["population_under25"].tolist() == [sum(range(25)), 7.0]
    adults = ages([*map(str, range(16, 91))], [1] * 75)
    data = read(tmp_path, "population", {"a.csv": adults}, lsoa="LSOA")
    assert "population_under25" not in data.rows


def test_single_years_that_begin_at_16_make_no_total(tmp_path):
    text = ages([*map(str, range(16, 91))], [1] * 75)
    data = read(tmp_path, "population", {"a.csv": text}, lsoa="LSOA")
    assert data.rows["population_16plus"].tolist() == [75.0]
    assert "population" not in data.rows


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (["0", "1", "3"], "has no column for the age of 2"),
        (["0", "1", "age_1"], "has more than one column for the age of 1"),
        (["0", "1", "1"], "has more than one column for the age of 1"),
        (["total", "2020"], "has no single years of age"),
    ],
)
def test_ages_that_would_make_a_wrong_total_are_an_error(tmp_path, headings, said):
    text = ages(headings, [1] * len(headings))
    with pytest.raises(InputError, match=said):
        read(tmp_path, "population", {"a.csv": text}, lsoa="LSOA")


def test_a_named_total_needs_no_ages(tmp_path):
    text = "LSOA,All\nE0,1500.0\nE1,unknown\n"
    columns = {"lsoa": "LSOA", "population": "All"}
    data = read(tmp_path, "population", {"a.csv": text}, **columns)
    assert data.rows["population"].tolist() == [1500.0]
    assert told(data) == [(3, "All", "unknown", "not a number of people")]


def test_an_area_twice_would_double_its_residents(tmp_path):
    files = {"a.csv": "LSOA,All\nE0,1\n", "b.csv": "LSOA,All\nE0,2\n"}
    with pytest.raises(InputError, match="b.csv gives 'E0' twice"):
        read(tmp_path, "population", files, lsoa="LSOA", population="All")


def test_venues_by_grid_with_closed_and_unreadable_ones_rejected(tmp_path):
    text = (
        "Name,Postcode,E,N,Closed\nOne,b11aa,407000,287000,\nTwo,B1 1AB,,,\n"
        "Three,,407000,287000,2019\nFour,,east,287000,\n"
    )
    data = read(
        tmp_path,
        "venues",
        {"a.csv": text},
        name="Name",
        postcode="Postcode",
        easting="E",
        northing="N",
        closed="Closed",
    )
    assert data.places["grid"].all()
    assert data.places["postcode"].tolist() == ["B1 1AA", "B1 1AB"]
    assert data.places["longitude"].isna().tolist() == [False, True]
    assert told(data) == [
        (4, "Closed", "2019", "closed"),
        (5, "E", "east", "not a number"),
    ]


def test_venues_without_a_place_are_an_error(tmp_path):
    with pytest.raises(CatalogError, match="does not say where a venue is"):
        read(tmp_path, "venues", {"a.csv": "Name\nOne\n"}, name="Name")
    with pytest.raises(CatalogError, match="unknown name 'postcod'"):
        read(tmp_path, "venues", {"a.csv": "Name\nOne\n"}, postcod="Name")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("B17 8LS", "B17 8LS"),
        ("b178ls", "B17 8LS"),
        (" cv1  5rr ", "CV1 5RR"),
        ("B1\u00a01AA.", "B1 1AA"),
        ("WV1-1AA", "WV1 1AA"),
        ("B17", "B17"),
        ("", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_postcodes_are_written_in_one_way(said, wanted):
    assert tidy_postcode(said) == wanted
