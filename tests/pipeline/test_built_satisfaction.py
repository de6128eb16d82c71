"""Force series, response rates and the legitimacy score, through a whole build."""

import csv
import io
import shutil
import statistics
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from geosafety.cli import main
from geosafety.errors import InputError, MethodError
from geosafety.pipeline import build
from geosafety.pipeline.legitimacy.score import find_parts
from geosafety.pipeline.map_files import Wanted, write_map
from geosafety.project import LegitimacySource
from geosafety.results import read_manifest, read_table, read_values
from geosafety.settings import catalog_text

EXAMPLE = Path(__file__).parents[2] / "examples" / "sms_satisfaction.toml"
PROJECT = """
synthetic = true
[[series]]
indicator = "csew_confidence"
files = "csew.csv"
kind = "synthetic"
[[series]]
name = "complaints"
label = "Complaints about the police"
unit = "complaints"
higher_is = "worse"
files = "csew.csv"
columns = { value = "complaints" }
kind = "synthetic"
[[survey]]
files = "answers.csv"
survey = "sms_satisfaction.toml"
invited = "asked.csv"
kind = "synthetic"
[[area_values]]
name = "attendance"
label = "Attendance at court"
unit = "per cent"
higher_is = "better"
files = "outcomes.csv"
columns = { npu = "npu", value = "attendance" }
kind = "synthetic"
[[area_values]]
name = "bilkings"
label = "Bilkings"
unit = "per 1,000"
higher_is = "worse"
files = "outcomes.csv"
columns = { npu = "npu", value = "bilkings" }
kind = "synthetic"
[legitimacy]
reference = "2021-03"
parts = { cooperation = "attendance", compliance = "bilkings" }
weights = { empowerment = 2 }
"""
CSEW = "period,value,lower,upper,base,complaints\n"
CSEW += "2020-04/2021-03,60.5,57,64,800,310\n2021-04/2022-03,58,20,90,8,420\n"
CSEW += "2022-04/2023-03,140,,,,n/a\n"
# All made up. Sandwell has no bilkings in the second year.
OUTCOMES = {
    "BE": (80, 0.5, 82, 0.4),
    "BW": (84, 0.7, 83, 0.8),
    "CV": (88, 0.6, 90, 0.6),
    "DY": (82, 0.9, 85, 0.7),
    "SH": (86, 0.4, 86, 0.5),
    "SW": (90, 0.8, 84, ""),
    "WS": (78, 0.6, 80, 0.9),
    "WV": (85, 0.7, 88, 0.6),
}
WMNOW = {  # members per 1,000, from the printed counts
    "BE": (23_040, 25_393, 421_833),
    "BW": (18_606, 20_210, 461_566),
    "CV": (14_069, 15_476, 306_404),
    "DY": (13_167, 15_155, 260_121),
    "SH": (11_209, 12_407, 174_712),
    "SW": (11_284, 11_767, 254_180),
    "WS": (9_243, 9_676, 224_397),
    "WV": (10_134, 10_944, 207_347),
}
# By business area, crime type and month: how many said what; the fewest in the last.
ANSWERS = [
    ("Force Contact", "Burglary", "2022-01", "Satisfied", 60),
    ("Force Contact", "Burglary", "2022-02", "Dissatisfied", 40),
    ("Force Contact", "Anti-social behaviour", "2022-02", "Dissatisfied", 100),
    ("Force Response", "Anti-social behaviour", "2022-01", "Satisfied", 45),
    ("Initial Investigations", "Burglary", "2022-02", "Satisfied", 4),
]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("satisfaction")
    shutil.copy(EXAMPLE, folder)
    (folder / "geosafety.toml").write_text(PROJECT)
    (folder / "csew.csv").write_text(CSEW)
    lines = [
        f"{npu},{year},{a},{b}"
        for npu, row in OUTCOMES.items()
        for year, a, b in (("2021-03", *row[:2]), ("2022-03", *row[2:]))
    ]
    head = "npu,period,attendance,bilkings\n"
    (folder / "outcomes.csv").write_text(head + "\n".join([*lines, "ZZ,2022-03,1,1"]))
    answers = [
        f"{said},{area},{crime},{month}"
        for area, crime, month, said, n in ANSWERS
        for _ in range(n)
    ]
    head = "Overall,Business area,Crime type,Month\n"
    (folder / "answers.csv").write_text(head + "\n".join([*answers, "Happy,,,"]))
    asked = [f"{area},{crime},{month},500" for area, crime, month, *_ in ANSWERS]
    head = "Business area,Crime type,Month,invited\n"
    (folder / "asked.csv").write_text(head + "\n".join(asked))
    build(folder / "geosafety.toml", folder / "results", progress=lambda _: None)
    return folder / "results"


def rows_in(results, name):
    inputs = {one["name"]: one for one in read_manifest(results)["inputs"]}
    keys = ("rows", "placed", "unplaced", "rejected")
    return tuple(inputs[name][key] for key in keys)


# ---- Force series --------------------------------------------------------------------


def test_a_series_is_a_row_of_the_force_and_every_row_of_it_is_in_the_ledger(built):
    rows = read_values(built, indicator=["csew_confidence"])
    assert set(rows["geography"]) == {"force"}
    assert set(rows["group"]) == {"all"}
    first, few = rows.to_dict("records")
    assert (first["value"], first["lower"], first["upper"]) == (60.5, 57, 64)
    assert (first["base"], first["status"], first["kind"]) == (800, "ok", "synthetic")
    # Eight people were asked: the interval and the base go with the value.
    assert few["status"] == "suppressed"
    assert pd.isna([few[c] for c in ("value", "lower", "upper", "base")]).all()
    assert rows_in(built, "csew_confidence, Force series") == (3, 2, 0, 1)


def test_a_series_of_ones_own_is_in_the_results_and_says_what_it_is(built):
    rows = read_values(built, indicator=["complaints"])
    assert rows["value"].tolist() == [310, 420]
    own = {one["indicator"]: one for one in read_manifest(built)["series"]}
    assert own["complaints"]["label"] == "Complaints about the police"
    assert own["complaints"]["periods"] == 2


# Confidence and Satisfaction Report, West Midlands Police to the Strategic Policing and
# Crime Board, 28 June 2022, paragraphs 31 and 33. Typed in apart from the catalogue.
@pytest.mark.parametrize(
    ("indicator", "printed"),
    [
        ("live_chat_positive", 56),
        ("chatbot_positive", 23),
        ("live_chat_respectful", 95),
        ("chatbot_respectful", 71),
    ],
)
def test_printed_series_come_with_the_program(built, indicator, printed):
    command = ["export", "--results", str(built), "--indicator", indicator]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert float(row["value"]) == printed
    assert (row["geography"], row["kind"]) == ("force", "published")
    assert row["period"] == "2022-01/2022-03"


def test_no_figure_of_the_crime_survey_comes_with_the_program():
    figures = tomllib.loads(catalog_text("published/force_series_2022.toml"))["figures"]
    assert not [one for one in figures if one["indicator"].startswith("csew")]


@pytest.mark.parametrize("geography", ["force", "npu", "lsoa"])
@pytest.mark.parametrize("indicator", ["csew_confidence", "complaints"])
def test_a_map_of_a_series_is_refused_with_the_reason(built, geography, indicator):
    with pytest.raises(InputError, match="exists for the Force only") as refused:
        wanted = Wanted(geography=geography, indicator=indicator)
        write_map(built, wanted, built / "map.html")
    assert "geosafety export" in refused.value.hint
    assert not (built / "map.html").exists()


# ---- response rates ------------------------------------------------------------------


@pytest.fixture(scope="module")
def rates(built):
    table = read_table(built, "response_rates")
    return table.set_index(["dimension", "category"])


def test_a_response_rate_is_answers_over_people_asked_by_breakdown_and_in_all(rates):
    whole = rates.loc[("all", "all")]
    assert (whole["responses"], whole["invited"]) == (249, 2500)
    assert whole["rate"] == pytest.approx(100 * 249 / 2500)
    crime = rates.loc["crime_type"]
    assert crime.loc["Anti-social behaviour", "rate"] == pytest.approx(14.5)
    assert crime.loc["Burglary", "responses"] == 104
    assert rates.loc["month"]["invited"].to_dict() == {"2022-01": 1000, "2022-02": 1500}
    assert set(rates["kind"]) == {"synthetic"}


def test_a_rate_of_few_answers_is_hidden_and_cannot_be_worked_out(rates):
    area = rates.loc["business_area"]
    assert area["status"].to_dict() == {
        "Force Contact": "ok",
        "Force Response": "suppressed",
        "Initial Investigations": "suppressed",
    }
    hidden = area[area["status"] == "suppressed"]
    assert (
        hidden[["responses", "invited", "rate", "lower", "upper"]].isna().all(axis=None)
    )


def test_who_was_asked_is_in_the_notes_with_the_file(built):
    (note,) = [n for n in read_manifest(built)["notes"] if "were asked" in n]
    assert note.startswith("sms_satisfaction: 2,500 people were asked, as asked.csv")


def test_satisfaction_comes_by_business_area_crime_type_and_month(built):
    table = read_table(built, "estimates")
    table = table[
        (table["question"] == "satisfaction") & (table["option"] == "Satisfied")
    ]
    by = table[table["geography"] == "force"].set_index(["by", "category"])["value"]
    assert by["crime_type", "Burglary"] == pytest.approx(100 * 64 / 104)
    assert by["crime_type", "Anti-social behaviour"] == pytest.approx(100 * 45 / 145)
    assert by["month", "2022-01"] == 100
    assert by["business_area", "Force Contact"] == pytest.approx(30)
    assert pd.isna(by["business_area", "Initial Investigations"])
    assert rows_in(built, "sms_satisfaction")[3] == 1


# ---- the legitimacy score ------------------------------------------------------------


@pytest.fixture(scope="module")
def scores(built):
    table = read_table(built, "legitimacy")
    return table[table["geography"] == "npu"].set_index(["period", "area_code"])


def z_by_hand(values, code, year, *, turned=False):
    before = [row[0] for row in values.values()]
    z = (values[code][year] - statistics.mean(before)) / statistics.stdev(before)
    return -z if turned else z


@pytest.mark.parametrize("code", ["BE", "SH", "WS"])
@pytest.mark.parametrize(("year", "period"), [(0, "2021-03"), (1, "2022-03")])
def test_the_score_is_by_hand_against_the_fixed_year(scores, code, year, period):
    rate = {npu: (a / n * 1000, b / n * 1000) for npu, (a, b, n) in WMNOW.items()}
    turn_up = {npu: row[::2] for npu, row in OUTCOMES.items()}
    stolen = {npu: row[1::2] for npu, row in OUTCOMES.items()}
    row = scores.loc[(period, code)]
    z = [z_by_hand(rate, code, year), z_by_hand(turn_up, code, year)]
    z.append(z_by_hand(stolen, code, year, turned=True))
    parts = ["empowerment", "cooperation", "compliance"]
    assert row[[f"z {part}" for part in parts]].tolist() == pytest.approx(z)
    assert row["empowerment"] == pytest.approx(rate[code][year])
    assert row["score"] == pytest.approx(100 + 10 * (2 * z[0] + z[1] + z[2]) / 4)


def test_a_part_without_a_value_gives_no_score_and_keeps_its_others(scores):
    row = scores.loc[("2022-03", "SW")]
    assert pd.isna(row["score"])
    assert row["words"] == "not available: no compliance"
    assert (row["cooperation"], row["status"]) == (84, "not available")
    assert scores.loc["2022-03"]["of"].dropna().unique().tolist() == [7]


def test_the_score_is_as_weak_as_its_weakest_part_and_says_what_it_is_made_of(scores):
    assert set(scores["kind"]) == {"synthetic"}
    said = "empowerment is wmnow_rate, cooperation is attendance, compliance is bilk"
    assert scores["measured_by"].iloc[0].startswith(said)
    assert set(scores["reference"]) == {"2021-03"}


def test_a_layer_without_the_parts_shows_what_there_is_and_no_score(built):
    table = read_table(built, "legitimacy")
    boroughs = table[table["geography"] == "local_authority"]
    assert len(boroughs) == 14
    assert boroughs["score"].isna().all()
    assert boroughs["empowerment"].notna().all()
    words = boroughs["words"].iloc[0]
    assert words.startswith("not available: no cooperation, compliance (cooperation is")
    assert "known of 0 areas in 2021-03" in words


def test_an_area_value_is_never_added_up_and_an_unknown_area_is_in_the_ledger(built):
    rows = read_values(built, indicator=["attendance"])
    assert set(rows["geography"]) == {"npu"}
    assert rows_in(built, "attendance, npu") == (17, 16, 1, 0)


def test_the_command_says_parts_scores_and_what_the_range_is_of(built, tmp_path):
    out = tmp_path / "scores.csv"
    command = ["legitimacy", "--results", str(built), "--out", str(out)]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    lines = done.output.splitlines()
    assert "Figures: synthetic" in lines[0]
    assert lines[-2].startswith("Sandwell: not available")
    assert "no sampling error" in lines[-1]
    assert len(pd.read_csv(out)) == 8
    refused = CliRunner().invoke(main, [*command[:3], "--period", "2022-04"])
    assert "no legitimacy score for 2022-04" in refused.output


def test_a_part_that_nothing_is_called_or_that_has_no_direction_is_refused():
    with pytest.raises(InputError, match="'wmnow_rat'") as refused:
        find_parts(
            LegitimacySource(reference="2021-03", parts={"empowerment": "wmnow_rat"}),
            [],
        )
    assert "wmnow_rate" in refused.value.hint
    with pytest.raises(MethodError, match="stop_search_rate better or worse"):
        find_parts(
            LegitimacySource(
                reference="2021-03", parts={"compliance": "stop_search_rate"}
            ),
            [],
        )
    # A series of the Force alone tells no two areas apart.
    with pytest.raises(InputError, match="'csew_confidence'"):
        find_parts(
            LegitimacySource(
                reference="2021-03", parts={"compliance": "csew_confidence"}
            ),
            [],
        )
    assert find_parts(None, []) is None
