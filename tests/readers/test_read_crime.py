"""Recorded crime and stop and search: what is counted, what is refused."""

import pandas as pd
import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import InputSource, read_project
from geosafety.readers import tables
from geosafety.readers.crime import read_crime
from geosafety.readers.stops import read_stops

HEADING = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    "LSOA name,Crime type,Last outcome category,Context"
)
WMP = "West Midlands Police"


def street(month="2024-01", *, number="", at="-1.9,52.48", lsoa="E01", kind="Burglary"):
    return f"{number},{month},{WMP},{WMP},{at},On or near X,{lsoa},Name,{kind},,"


def project(folder):
    (folder / "geosafety.toml").write_text("")
    return read_project(folder / "geosafety.toml")


def crime(folder, files, **options):
    for name, text in files.items():
        (folder / name).write_text(text)
    source = InputSource(dataset="crime", files=tuple(files), **options)
    return read_crime(source, project(folder), lambda _: None)


def told(data):
    """List rejects as (row, column, value, reason)."""
    columns = ["row", "column", "value", "reason"]
    return list(data.rejects[columns].itertuples(index=False, name=None))


def counts(data):
    return data.rows.groupby(["period", "group"])["n"].sum().to_dict()


def test_rows_are_grouped_by_place_month_and_category(tmp_path):
    lines = [HEADING, street(), street(), street("2024-02"), street(lsoa="E02")]
    data = crime(tmp_path, {"a.csv": "\n".join(lines)})
    assert data.rows_in == 4
    assert len(data.places) == 2
    assert counts(data) == {
        ("2024-01", "category=Burglary"): 3.0,
        ("2024-02", "category=Burglary"): 1.0,
    }
    assert data.places["level"].tolist() == ["lsoa", "lsoa"]


def test_identical_rows_are_separate_crimes(tmp_path):
    asb = street(kind="Anti-social behaviour")
    data = crime(tmp_path, {"a.csv": "\n".join([HEADING, *[asb] * 5])})
    assert data.rows["n"].sum() == 5
    assert data.notes == ()


def test_repeated_ids_are_kept_and_told(tmp_path):
    lines = [HEADING, street(number="x"), street(number="x"), street(number="y")]
    data = crime(tmp_path, {"a.csv": "\n".join(lines)})
    assert data.rows["n"].sum() == 3
    assert data.notes == ("1 rows repeat an earlier crime id; they are kept.",)


def test_a_bad_row_is_rejected_with_its_row_column_value_and_reason(tmp_path):
    lines = [
        HEADING,
        street("2024-13"),
        street(""),
        street(kind=""),
        street(at='"52,4",x'),
        street(at="-1.9,north"),
        street(at=","),
        street(),
        HEADING,
    ]
    data = crime(tmp_path, {"a.csv": "\n".join(lines)})
    assert told(data) == [
        (9, "Crime ID", "Crime ID", "heading line repeated inside the file"),
        (2, "Month", "2024-13", "not a month"),
        (3, "Month", "", "not a month"),
        (4, "Crime type", "", "no category"),
        (5, "Longitude", "52,4", "not a number"),
        (6, "Latitude", "north", "not a number"),
    ]
    assert data.rows["n"].sum() == 2
    assert data.rows_in == 8
    assert set(data.rejects["file"]) == {"a.csv"}


def test_the_size_of_a_chunk_changes_no_count(tmp_path, monkeypatch):
    lines = [HEADING]
    for i in range(40):
        lines += [street(f"2024-{i % 14 + 1:02d}", number=str(i % 7), lsoa=f"E{i % 3}")]
        lines += [street(at=",", lsoa=""), street() + ",,,more"] * (i % 2)
    text = {"a.csv": "\n".join(lines)}
    whole = crime(tmp_path, text)
    monkeypatch.setattr(tables, "CHUNK_ROWS", 3)
    parts = crime(tmp_path, text)
    pd.testing.assert_frame_equal(parts.rows, whole.rows)
    pd.testing.assert_frame_equal(parts.places, whole.places)
    by = ["row", "column"]
    pd.testing.assert_frame_equal(
        parts.rejects.sort_values(by, ignore_index=True),
        whole.rejects.sort_values(by, ignore_index=True),
    )
    assert parts.notes == whole.notes


def test_a_file_of_headings_alone_counts_nothing(tmp_path):
    data = crime(tmp_path, {"a.csv": HEADING + "\n", "b.csv": HEADING + "\n"})
    assert data.rows_in == 0
    assert len(data.places) == 0
    assert [f.rows for f in data.files] == [0, 0]


def test_the_same_file_twice_is_an_error(tmp_path):
    text = f"{HEADING}\n{street()}\n"
    with pytest.raises(InputError, match="b.csv and a.csv are the same file"):
        crime(tmp_path, {"a.csv": text, "b.csv": text})


def test_slugs_of_the_api_become_the_labels_of_the_files(tmp_path):
    text = (
        "category,month,latitude,longitude\nviolent-crime,2024-01,52.4,-1.9\n"
        "new-crime,2024-01,52.4,-1.9\n"
    )
    data = crime(tmp_path, {"a.csv": text}, format="api")
    assert set(counts(data)) == {
        ("2024-01", "category=Violence and sexual offences"),
        ("2024-01", "category=new-crime"),
    }
    assert data.notes == ("Categories not in the list, kept: new-crime.",)
    assert data.places["code"].isna().all()


COUNTED = {
    "format": "counts",
    "columns": {"code": "lsoa", "category": "kind", "month": "month", "n": "n"},
}


def test_counts_are_added_and_bad_ones_refused(tmp_path):
    text = (
        "lsoa,kind,month,n\nE01,Drugs,2024-01,3\nE01,Drugs,2024-01,4\n"
        'E01,Drugs,2024-01,"1,000"\nE01,Drugs,2024-01,-1\nE01,Drugs,2024-01,2.5\n'
        "E01,Drugs,2024-01,\nE01,Drugs,2024-01,many\nE01,Drugs,2024-01,0\n"
    )
    data = crime(tmp_path, {"a.csv": text}, **COUNTED)
    assert counts(data) == {("2024-01", "category=Drugs"): 1007.0}
    assert data.rows["rows"].sum() == 4
    assert told(data) == [
        (5, "n", "-1", "not a count"),
        (6, "n", "2.5", "not a count"),
        (7, "n", "", "not a count"),
        (8, "n", "many", "not a count"),
    ]


def test_year_and_month_may_be_two_columns_of_numbers(tmp_path):
    table = pd.DataFrame(
        {
            "lsoa": ["E01", "E01", "E01"],
            "kind": ["Drugs"] * 3,
            "year": pd.array([2024, 2023, None], dtype="Int64"),
            "month": [3.0, 12.0, 1.0],
            "n": [1.0, 2.0, 4.0],
        }
    )
    table.to_parquet(tmp_path / "a.parquet")
    columns = {**COUNTED["columns"], "year": "year"}
    source = InputSource(
        dataset="crime", files=("a.parquet",), format="counts", columns=columns
    )
    data = read_crime(source, project(tmp_path), lambda _: None)
    assert counts(data) == {
        ("2023-12", "category=Drugs"): 2.0,
        ("2024-03", "category=Drugs"): 1.0,
    }
    assert told(data) == [(4, "month", "1", "not a month")]


def test_a_heading_called_like_one_of_our_names_confuses_nothing(tmp_path):
    text = "code,category,period,n\nDrugs,E01,2024-01,x\n"
    columns = {"code": "category", "category": "code", "month": "period", "n": "n"}
    data = crime(tmp_path, {"a.csv": text}, format="counts", columns=columns)
    assert told(data) == [(2, "n", "x", "not a count")]


def test_wrong_words_in_the_block_name_the_nearest(tmp_path):
    with pytest.raises(CatalogError, match="format 'streets'") as said:
        crime(tmp_path, {"a.csv": HEADING}, format="streets")
    assert said.value.hint == 'Did you mean "street"?'
    with pytest.raises(CatalogError, match="unknown name 'longtude'") as said:
        crime(tmp_path, {"a.csv": HEADING}, columns={"longtude": "x"})
    assert said.value.hint == 'Did you mean "longitude"?'


def stops(folder, files, **options):
    for name, text in files.items():
        (folder / name).write_text(text)
    source = InputSource(dataset="stop_search", files=tuple(files), **options)
    return read_stops(source, project(folder), lambda _: None)


def test_stamps_are_utc_and_months_local(tmp_path):
    text = (
        "Type,Date,Latitude,Longitude\n"
        # Summer time: an hour before midnight in UTC is October already, or not yet.
        "Person search,2017-09-30T23:03:00+00:00,52.4,-1.9\n"
        "Person search,2017-09-30T22:59:00+00:00,52.4,-1.9\n"
        # Winter time: the same in both; and summer time ends at 01:00 UTC.
        "Person search,2017-10-31T23:30:00+00:00,52.4,-1.9\n"
        "Person search,2018-03-31 23:30,52.4,-1.9\n"
        "Person search,2018-02-28T23:59:59.5Z,52.4,-1.9\n"
    )
    data = stops(tmp_path, {"a.csv": text})
    assert data.rows.groupby("period")["n"].sum().to_dict() == {
        "2017-09": 1.0,
        "2017-10": 2.0,
        "2018-02": 1.0,
        "2018-04": 1.0,
    }


def test_stops_in_any_order_of_columns_with_headings_inside(tmp_path):
    one = (
        "Type,Date,Latitude,Longitude\nVehicle search,2024-01-05T10:00:00Z,52.4,-1.9\n"
    )
    two = (
        "Longitude,Extra,Date,Type,Latitude\n-1.9,,2024-01-06T10:00:00Z,,52.4\n"
        "Longitude,Extra,Date,Type,Latitude\n,,05/01/2024,Person search,\n"
        "west,,2024-01-06T10:00:00Z,Person search,52.4\n"
    )
    data = stops(tmp_path, {"a.csv": one, "b.csv": two})
    assert len(data.places) == 1
    assert set(data.rows["group"]) == {"type=Vehicle search", "type=not stated"}
    assert told(data) == [
        (3, "Type", "Type", "heading line repeated inside the file"),
        (4, "Date", "05/01/2024", "not a date (wanted 2024-03-31T23:03:00+00:00)"),
        (5, "Longitude", "west", "not a number"),
    ]
    assert data.rows_in == 5


def test_stops_twice_or_with_a_wrong_name_are_errors(tmp_path):
    text = "Type,Date,Latitude,Longitude\nx,2024-01-05T10:00:00Z,52.4,-1.9\n"
    with pytest.raises(InputError, match="same file"):
        stops(tmp_path, {"a.csv": text, "b.csv": text})
    with pytest.raises(CatalogError, match="unknown name 'dat'"):
        stops(tmp_path, {"a.csv": text}, columns={"dat": "Date"})


def test_every_row_knows_its_own_place(tmp_path):
    spots = [("-1.9,52.48", "E01"), (",", ""), ("-1.8,52.40", "E01"), (",", "E02")]
    lines = [HEADING]
    for i, (at, lsoa) in enumerate(spots):
        lines += [street(at=at, lsoa=lsoa)] * (i + 1)
    data = crime(tmp_path, {"a.csv": "\n".join([*lines, *lines[1:]])})
    known = data.places.loc[data.rows["place"]].fillna({"longitude": 0, "code": ""})
    found = zip(known["longitude"], known["code"], data.rows["n"], strict=True)
    assert sorted(found) == [
        (-1.9, "E01", 2.0),
        (-1.8, "E01", 6.0),
        (0.0, "", 4.0),
        (0.0, "E02", 8.0),
    ]
