"""Tables as people send them: encodings, separators, broken rows, row numbers."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geosafety.errors import InputError
from geosafety.readers import tables
from geosafety.readers.tables import read_headings, read_table, to_month, to_number

COLUMNS = {"code": "Code", "name": "Name", "n": "Count"}
ROWS = [["A1", "Café – O'Hara", "5"], ["A2", 'with, "marks"\nand lines', "6"]]


def write(folder, text, *, encoding="utf-8", name="file.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(path, columns=COLUMNS):
    """Read a file whole: its frame, and its rejects as (row, value, reason)."""
    chunks = list(read_table(path, columns))
    rejects = pd.concat([chunk.rejects for chunk in chunks])
    found = list(rejects[["row", "value", "reason"]].itertuples(index=False, name=None))
    return pd.concat([chunk.frame for chunk in chunks]), found


def cells(frame):
    return [
        [None if pd.isna(cell) else cell for cell in row]
        for row in frame.to_numpy(dtype=object)
    ]


def delimited(separator, end):
    def quoted(cell):
        return '"' + cell.replace('"', '""') + '"'

    lines = [["Code", "Name", "Count"], *ROWS]
    return end.join(separator.join(map(quoted, line)) for line in lines) + end


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]
)
def test_every_encoding_separator_and_line_end_reads_the_same(
    tmp_path, encoding, separator, end
):
    path = write(tmp_path, delimited(separator, end), encoding=encoding)
    frame, rejects = read(path)
    assert cells(frame) == ROWS
    assert frame.index.tolist() == [2, 3]
    assert rejects == []
    assert read_headings(path) == ["Code", "Name", "Count"]


def test_commas_in_headings_do_not_hide_the_separator(tmp_path):
    path = write(tmp_path, "Where do you live, work, or shop?;Name\nA1;x\n")
    frame, _ = read(path, {"where": "Where do you live, work, or shop?"})
    assert cells(frame) == [["A1"]]


def test_the_line_that_names_the_separator_is_no_heading(tmp_path):
    frame, _ = read(write(tmp_path, "sep=|\nCode|Name|Count\nA1|x|5\n"))
    assert cells(frame) == [["A1", "x", "5"]]
    assert frame.index.tolist() == [3]


def test_blanks_around_headings_and_cells_do_not_matter(tmp_path):
    path = write(tmp_path, ' Code ,"Name\n",Count\u00a0\n A1 , x y ,\t5\n , ,7\n')
    frame, _ = read(path)
    assert cells(frame) == [["A1", "x y", "5"], [None, None, "7"]]


def test_blank_lines_are_no_rows_and_keep_the_row_numbers_right(tmp_path):
    text = '\n\nCode,Name,Count\nA1,x,5\n\n  \n,,\n"A\n2",y,6\nA3,z,7\n\n'
    frame, rejects = read(write(tmp_path, text))
    assert frame["n"].tolist() == ["5", "6", "7"]
    # As a spreadsheet shows them: a quoted line end does not begin a new row.
    assert frame.index.tolist() == [4, 8, 9]
    assert rejects == []


def test_a_row_with_something_only_in_unread_columns_is_a_row(tmp_path):
    frame, _ = read(write(tmp_path, "Code,Name,Count\n,x,\n,,\n"), {"code": "Code"})
    assert frame.index.tolist() == [2]
    assert frame["code"].isna().all()


def test_trailing_separators_are_forgiven_and_extra_fields_rejected(tmp_path):
    text = "Code,Name,Count\nA1,x,5,,\nA2,Smith, John,6\nA3,z,7,,,8,9\nA4,w,8\n"
    frame, rejects = read(write(tmp_path, text))
    assert cells(frame) == [["A1", "x", "5"], ["A4", "w", "8"]]
    assert frame.index.tolist() == [2, 5]
    reason = "more fields than the heading has"
    assert rejects == [(3, "6", reason), (4, "8 9", reason)]


def test_a_short_row_has_missing_cells_at_its_end(tmp_path):
    frame, rejects = read(write(tmp_path, "Code,Name,Count\nA1,x\nA2\n"))
    assert cells(frame) == [["A1", "x", None], ["A2", None, None]]
    assert rejects == []


def test_blank_and_repeated_headings_matter_only_where_they_are_wanted(tmp_path):
    path = write(tmp_path, "Code,Other,Other,,\nA1,x,y,,\n")
    assert cells(read(path, {"code": "Code"})[0]) == [["A1"]]
    with pytest.raises(InputError, match="more than one column 'Other'"):
        read(path, {"other": "Other"})


def test_a_heading_line_inside_the_file_is_rejected_as_such(tmp_path):
    text = "Code,Name,Count\nA1,x,5\nCode,Name,Count\nA2,y,6\n"
    frame, rejects = read(write(tmp_path, text))
    assert frame["code"].tolist() == ["A1", "A2"]
    assert rejects == [(3, "Code", "heading line repeated inside the file")]


def test_nul_bytes_are_taken_out(tmp_path):
    text = b"\0Code,Name,Count\nA\x001,x,5\n\0\0\0\0\nA2,y,6\n\0\0"
    frame, rejects = read(write(tmp_path, text))
    assert cells(frame) == [["A1", "x", "5"], ["A2", "y", "6"]]
    assert rejects == []


def test_a_byte_of_no_encoding_spoils_its_cell_and_not_the_file(tmp_path):
    frame, _ = read(write(tmp_path, b"Code,Name,Count\nA1,\x81\xe9,5\nA2,y,6\n"))
    assert frame["name"].tolist() == ["\ufffdé", "y"]


def test_a_long_line_of_letters_beyond_ascii_is_still_utf_8(tmp_path):
    # The first block of a megabyte ends in the middle of a letter.
    text = "Code,Name,Count\nA1," + "é" * 700_000 + ",5\n"
    frame, _ = read(write(tmp_path, text))
    assert frame["name"].str.len().tolist() == [700_000]


def test_a_quotation_mark_never_closed_is_an_error_that_names_its_row(tmp_path):
    path = write(tmp_path, 'Code,Name,Count\nA1,x,5\nA2,"y,6\nA3,z,7\n')
    with pytest.raises(InputError, match="mark opened in row 3 is never closed"):
        read(path)


def test_marks_inside_a_cell_are_text(tmp_path):
    frame, _ = read(write(tmp_path, 'Code,Name,Count\nA1,5" knife,5\nA2,NA,null\n'))
    assert cells(frame) == [["A1", '5" knife', "5"], ["A2", "NA", "null"]]


@pytest.mark.parametrize("text", ["Code,Name,Count", "Code,Name,Count\r\n\r\n"])
def test_a_file_of_headings_alone_has_no_rows(tmp_path, text):
    frame, rejects = read(write(tmp_path, text))
    assert list(frame) == ["code", "name", "n"]
    assert len(frame) == 0
    assert rejects == []


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", ",,,\n"])
def test_an_empty_file_says_so(tmp_path, text):
    with pytest.raises(InputError, match=r"file.csv is empty"):
        read(write(tmp_path, text))


@pytest.mark.parametrize("name", ["file.csv", "file.xlsx", "file.parquet"])
def test_a_missing_column_names_the_nearest(tmp_path, name):
    frame = pd.DataFrame({"Code": ["A1"], "Nane": ["x"], "Count": ["5"]})
    path = tmp_path / name
    writers = {
        "csv": frame.to_csv,
        "xlsx": frame.to_excel,
        "parquet": frame.to_parquet,
    }
    writers[name.split(".")[1]](path, index=False)
    with pytest.raises(InputError, match="no column 'Name'") as told:
        read(path)
    assert told.value.hint == 'Did you mean "Nane"?'


@pytest.mark.parametrize("name", ["file.xlsx", "file.parquet", "file.xls"])
def test_a_file_that_is_not_what_it_says_is_told(tmp_path, name):
    path = write(tmp_path, "Code,Name,Count\n", name=name)
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read(path)
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        read_headings(path)


def test_excel_numbers_are_text_and_blank_rows_are_skipped(tmp_path):
    path = tmp_path / "FILE.XLSX"
    made = tmp_path / "made.xlsx"
    sheet = [
        [None, None, None],
        ["Code", " Name ", "Count"],
        ["A1", 1.5, 23040],
        [None, None, None],
        [2, datetime.datetime(2024, 3, 1), "x"],
    ]
    pd.DataFrame(sheet).to_excel(made, index=False, header=False)
    made.rename(path)
    frame, _ = read(path)
    assert cells(frame) == [["A1", "1.5", "23040"], ["2", "2024-03-01 00:00:00", "x"]]
    assert frame.index.tolist() == [3, 5]


def test_parquet_of_any_type_is_read_as_a_person_would_write_it(tmp_path):
    table = pa.table(
        {
            "Code": pa.array(["A1", None, " A3 "]).dictionary_encode(),
            "Name": pa.array([datetime.date(2024, 3, 1), None, None]),
            "Count": pa.array([5, None, 7], pa.int64()),
            "Half": pa.array([0.5, np.nan, 2.0]),
            "Small": pa.array([52.4, None, 1.0], pa.float32()),
        }
    )
    pq.write_table(table, tmp_path / "file.parquet")
    columns = {**COLUMNS, "half": "Half", "small": "Small"}
    frame, _ = read(tmp_path / "file.parquet", columns)
    assert cells(frame) == [
        ["A1", "2024-03-01", "5", "0.5", "52.4"],
        [None] * 5,
        ["A3", None, "7", "2", "1"],
    ]
    assert frame.index.tolist() == [2, 3, 4]


def test_parquet_without_rows_has_none(tmp_path):
    empty = pd.DataFrame({"Code": [], "Name": [], "Count": []})
    empty.to_parquet(tmp_path / "file.parquet")
    frame, _ = read(tmp_path / "file.parquet")
    assert list(frame) == ["code", "name", "n"]
    assert len(frame) == 0


lines_of_a_file = st.lists(
    st.sampled_from(
        ["A1,x,5", "", ",,", "A2,y,6,", "A3,z,7,8", 'A4,"q\nr",9', "A5", "  "]
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(lines=lines_of_a_file, size=st.integers(1, 5))
@pytest.mark.parametrize("kind", ["text"])
def test_the_size_of_a_chunk_changes_nothing(tmp_path_factory, kind, lines, size):
    folder = tmp_path_factory.mktemp(kind)
    path = write(folder, "\n".join(["Code,Name,Count", *lines]) + "\n")
    whole, rejects = read(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "CHUNK_ROWS", size)
        parts, told = read(path)
    pd.testing.assert_frame_equal(parts, whole, check_index_type=False)
    assert told == rejects
    filled = [line for line in lines if line.strip(", ")]
    assert len(whole) + len(rejects) == len(filled)


def test_thousands_are_read_and_decimal_commas_refused():
    said = pd.Series(
        ["23,040", "1,234,567.5", "-1,000", "1,5", "12,34", "", "inf", "x"]
    )
    found = to_number(said).tolist()
    assert found[:3] == [23040.0, 1234567.5, -1000.0]
    assert np.isnan(found[3:]).all()


def test_months_come_from_months_dates_and_stamps():
    said = ["2024-03", "2024-03-31", "2024-03-31T23:30:00Z", "2024-03-01 00:00:00"]
    assert to_month(pd.Series(said)).tolist() == ["2024-03"] * 4
    wrong = ["2024-13", "2024-3", "2024-031", "03/2024", "0224-03", "Month", None]
    assert to_month(pd.Series(wrong)).isna().all()
