"""How many were asked: read by the questions' own words, or refused with the row."""

import shutil
from pathlib import Path

import pytest

from geosafety.errors import InputError
from geosafety.project import InputSource, read_project
from geosafety.readers.invited import read_invited

EXAMPLE = Path(__file__).parents[2] / "examples" / "sms_satisfaction.toml"
HEAD = "Business area,Month,invited\n"
ROWS = 'force contact,2022-01,"1,000"\nForce Response,2022-01,50\n'


@pytest.fixture
def read(tmp_path):
    def by(text, **given):
        shutil.copy(EXAMPLE, tmp_path)
        (tmp_path / "asked.csv").write_text(text)
        (tmp_path / "geosafety.toml").write_text("")
        given = {"invited": "asked.csv"} | given
        source = InputSource(
            dataset="survey", files=("x.csv",), survey=EXAMPLE.name, **given
        )
        return read_invited(source, read_project(tmp_path / "geosafety.toml"))

    return by


def test_labels_become_options_and_numbers_may_have_commas(read):
    asked = read(HEAD + ROWS)
    assert asked.survey == "sms_satisfaction"
    assert asked.measures == ["business_area", "month"]
    assert asked.table.to_numpy().tolist() == [
        ["Force Contact", "2022-01", 1000],
        ["Force Response", "2022-01", 50],
    ]
    assert len(asked.sha256) == 64


def test_headings_may_be_measures_and_the_number_may_be_called_otherwise(read):
    asked = read(
        "business_area,Texts sent\nForce Contact,9\n",
        columns={"invited": "Texts sent"},
    )
    assert asked.table.to_numpy().tolist() == [["Force Contact", 9]]


def test_a_number_alone_is_the_whole(read):
    asked = read("invited\n9578\n")
    assert asked.measures == []
    assert asked.table["invited"].tolist() == [9578]


def test_without_a_file_nobody_is_known_to_have_been_asked(read):
    assert read(HEAD, invited="") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Busines area,invited\nx,1\n", "'Busines area' is no question"),
        ("Business area,number\nx,1\n", "'number' is no question"),
        (HEAD + ROWS + "Total,2022-01,9\n", "row 4: business_area is 'Total'"),
        (HEAD + ROWS + ",2022-01,9\n", "row 4: business_area is"),
        (HEAD + ROWS + "Force Contact,2022-02,few\n", "row 4: 'few' is no number"),
        (HEAD + ROWS + "Force Contact,2022-02,2.5\n", "row 4: '2.5' is no number"),
        (HEAD + ROWS + "Force Contact,2022-02,-2\n", "row 4: '-2' is no number"),
        (HEAD + ROWS + "Force Contact,2022-01,2\n", "row 4 stands twice: Force Con"),
        (HEAD + ROWS + "Force Contact,2022-02,2,9\n", "row 4: more fields"),
        ("invited\n1\n2\n", "row 3 stands twice"),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_and_not_left_out(read, text, said):
    with pytest.raises(InputError, match=said):
        read(text)
