"""Values as given: Force series and one's own values by area."""

import pandas as pd
import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import InputSource, read_project
from geosafety.readers.series import published_series, read_series

OWN = {"name": "courses", "label": "Courses", "unit": "courses", "higher_is": "better"}
CSEW = {"indicator": "csew_confidence"}
HEAD = "period,value,lower,upper,base\n"


@pytest.fixture
def read(tmp_path):
    def by(text, dataset="series", **given):
        (tmp_path / "a.csv").write_text(text)
        (tmp_path / "geosafety.toml").write_text("")
        source = InputSource(dataset=dataset, files=("a.csv",), **given)
        return read_series(
            source, read_project(tmp_path / "geosafety.toml"), lambda _: None
        )

    return by


def told(data):
    columns = ["row", "column", "value", "reason"]
    return list(data.rejects[columns].itertuples(index=False, name=None))


def test_a_series_of_the_catalogue_stands_at_the_force_with_its_words(read):
    data = read(HEAD + "2021-04/2022-03,61.5,58,65,800\n2022-06-30,,,,\n", **CSEW)
    assert data.places[["code", "level"]].to_numpy().tolist() == [
        ["E23000014", "force"]
    ]
    assert data.rows["period"].tolist() == ["2021-04/2022-03", "2022-06"]
    first, second = data.rows.to_dict("records")
    numbers = [first[c] for c in ("value", "lower", "upper", "base")]
    assert numbers == [61.5, 58, 65, 800]
    assert (first["unit"], first["higher_is"]) == ("per cent", "better")
    # A blank value is missing, and no reject: the source did not give it.
    assert pd.isna(second["value"])
    assert data.rows_in == 2


def test_headings_may_be_called_otherwise_and_intervals_left_out(read):
    data = read(
        "Year,Held\n2022-03,12\n", columns={"period": "Year", "value": "Held"}, **OWN
    )
    assert data.rows[["indicator", "label", "value"]].to_numpy().tolist() == [
        ["courses", "Courses", 12.0]
    ]
    assert data.rows[["lower", "upper", "base"]].isna().all(axis=None)


def test_a_row_that_cannot_be_right_is_rejected_with_its_reason(read):
    lines = ["2022,50,,,", "2022-01,many,,,", "2022-02,50,51,60,", "2022-03,50,40,,"]
    lines += ["2022-04,120,,,", "2022-05,50,,,-1", "2022-06,50,49,51,9"]
    lines += ["2022-07,50,40,45,"]
    data = read(HEAD + "\n".join(lines), **CSEW)
    limits = "not between a lower and an upper limit"
    assert told(data) == [
        (2, "period", "2022", "not a period (wanted 2022-03, or 2021-04/2022-03)"),
        (3, "value", "many", "not a number"),
        (4, "value", "50", limits),
        (5, "value", "50", limits),
        (9, "value", "50", limits),
        (6, "value", "120", "not between 0 and 100 per cent"),
        (7, "base", "-1", "a base below 0"),
    ]
    assert data.rows["period"].tolist() == ["2022-06"]
    assert data.rows_in == 8


def test_only_a_share_ends_at_100(read):
    assert read("period,value\n2022-03,-120\n", **OWN).rows["value"].tolist() == [-120]


def test_a_period_twice_is_an_error(read):
    with pytest.raises(
        InputError, match="a.csv gives csew_confidence twice for 2022-03"
    ):
        read("period,value\n2022-03-01,1\n2022-03-31,2\n", **CSEW)


@pytest.mark.parametrize(
    ("given", "said", "hint"),
    [
        ({"indicator": "csew_confidenc"}, "'csew_confidenc'", "csew_confidence"),
        ({"indicator": "crime_rate"}, "'crime_rate'", ""),
        ({**CSEW, "unit": "x"}, "label or unit of its own", "leave them out"),
        ({}, "lacks 'name'", "csew_confidence"),
        ({**OWN, "label": ""}, "courses lacks 'label'", ""),
        ({**OWN, "higher_is": "good"}, "higher_is 'good'", "better"),
        ({**OWN, "name": "crime_rate"}, "name 'crime_rate'", "no name of the"),
        ({**OWN, "name": "Our Courses"}, "name 'Our Courses'", "Small letters"),
        ({**OWN, "columns": {"npu": "NPU"}}, "unknown name 'npu'", ""),
    ],
)
def test_a_block_that_does_not_say_what_it_is_of_is_refused(read, given, said, hint):
    with pytest.raises(CatalogError, match=said) as refused:
        read("period,value\n2022-03,1\n", **given)
    assert hint in refused.value.hint


def test_values_by_area_stand_by_area_and_year(read):
    columns = {"npu": "NPU", "period": "Year", "value": "Share"}
    text = "NPU,Year,Share\nBE,2022-03,80\nBW,2022-03,82\nBE,2021-03,79\n"
    data = read(text, "area_values", columns=columns, **OWN)
    assert data.places[["code", "level"]].to_numpy().tolist() == [
        ["BE", "npu"],
        ["BW", "npu"],
    ]
    assert data.rows["place"].tolist() == [0, 1, 0]
    with pytest.raises(InputError, match="courses twice for BE, 2021-03"):
        read(text + "BE,2021-03,1\n", "area_values", columns=columns, **OWN)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**OWN}, "names 0 area columns"),
        ({**OWN, "columns": {"npu": "a", "ward": "b"}}, "names 2 area columns"),
        ({**OWN, "columns": {"lsoa": "a"}}, "unknown name 'lsoa'"),
        ({"indicator": "wmnow_rate"}, "has the indicator 'wmnow_rate'"),
    ],
)
def test_values_by_area_need_one_area_column_and_words_of_their_own(read, given, said):
    with pytest.raises(CatalogError, match=said):
        read("period,value\n2022-03,1\n", "area_values", **given)


def test_a_series_of_the_project_goes_before_the_printed_one():
    (whole,) = published_series([])
    (rest,) = published_series(["live_chat_positive"])
    names = ["chatbot_positive", "live_chat_respectful", "chatbot_respectful"]
    assert list(whole.rows["indicator"]) == ["live_chat_positive", *names]
    assert list(rest.rows["indicator"]) == names
    assert published_series(["live_chat_positive", *names]) == []
    assert whole.kind == "published"
