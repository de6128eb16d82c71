"""From results to the gap sheet: the demo, real files, every form, what is hidden."""

import json
import shutil

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from click.testing import CliRunner

from geosafety import results
from geosafety.cli import main
from geosafety.errors import InputError
from geosafety.pipeline.gap.files import write_sheet
from geosafety.pipeline.gap.periods import choose_period
from geosafety.pipeline.gap.sheet import Wish, make_sheet
from geosafety.publish.accessible import read_faults

MARCH = {"": "2022-03"}
# Members needed at the Force rate of March 2022 (see tests/engagement/test_gap.py).
NEEDED = {"BW": 3_968, "WS": 2_078, "SW": 1_548, "CV": 574}


def sheet(folder, geography="npu", **wish):
    made = make_sheet(folder, Wish(geography=geography, **{"periods": MARCH, **wish}))
    return made, made.table.set_index("area_code")


def run(folder, *command):
    given = [str(part) for part in ("gap", "--results", folder, *command)]
    return CliRunner().invoke(main, given)


@pytest.fixture(scope="module")
def npu(demo_results):
    return sheet(demo_results, target=60.0)


def changed(folder, tmp_path, indicator, code, new):
    """Copy what the units' sheet reads, and change one area's rows of an indicator."""
    values = units_values(folder)
    rows = (values["indicator"] == indicator) & (values["area_code"] == code)
    values.loc[rows, list(new)] = list(new.values())
    return copied(folder, tmp_path, values)


def units_values(folder):
    layers = ["force", "local_authority", "npu"]
    values = results.read_values(folder, geography=layers, group=["all"])
    text = values.select_dtypes(exclude="number").columns
    return values.astype(dict.fromkeys(text, "str"))


def copied(folder, tmp_path, values):
    copy = tmp_path / "results"
    shutil.copytree(folder / "geometry", copy / "geometry")
    for name in ("areas.parquet", "estimates.parquet", "manifest.json"):
        shutil.copy(folder / name, copy / name)
    with results.ValueWriter(copy / "values.parquet") as writer:
        writer.append(values)
    return copy


# --- members, as published -----------------------------------------------------------


def test_the_members_that_the_units_need_are_the_published_ones(npu, demo_results):
    table = npu[1]
    short = table["members_short_of_force"]
    assert short[short > 0].to_dict() == NEEDED
    own = results.read_values(
        demo_results, geography=["npu"], indicator=["wmnow_needed"], period=["2022-03"]
    ).set_index("area_code")["value"]
    assert own.to_dict() == short.to_dict()
    assert set(table["members_kind"]) == {"published"}


def test_wolverhampton_is_not_called_above_the_force(npu):
    row = npu[1].loc["WV"]
    assert (row["members_count"], row["members_level"]) == (10_944, "alike")
    assert row["members_verdict"] == "cannot tell"
    assert row["members_finding"] == "no meaningful difference"
    assert "members" in row["reading"].split("like the Force: ")[1]


def test_short_of_a_target_counts_people_of_16_and_over(npu):
    row = npu[1].loc["WV"]
    assert row["members_short_of_target"] == np.ceil(60 * 207_347 / 1000 - 10_944)


# --- the other parts -----------------------------------------------------------------


def test_answers_short_of_the_share_hold_all_answers_of_the_units(npu):
    table = npu[1]
    n, people = table["answers_count"], table["answers_base"]
    expected = n.sum() * people / people.sum()
    short = np.ceil((expected - n).clip(lower=0) - 1e-9)
    assert table["answers_short_of_share"].tolist() == short.tolist()
    needed = table["answers_needed"]
    # 384.15 of a normal approximation; Wilson's interval takes a little less.
    assert needed.between(375, 385).all()
    more = (needed - n).clip(lower=0)
    assert table["answers_short_for_precision"].tolist() == more.tolist()


def test_answers_of_impact_areas_are_set_against_the_whole_force(demo_results):
    made = sheet(demo_results, "impact_area")[0]
    wide = sheet(demo_results, "local_authority")[1]
    (answers,) = (found for found in made.parts if found.part.name == "answers")
    rate = wide["answers_count"].sum() / wide["answers_base"].sum()
    assert answers.force == pytest.approx(1000 * rate)


def test_safety_is_what_the_estimates_say(npu, demo_results):
    table = npu[1]
    own = results.read_table(demo_results, "estimates")
    keep = (own["indicator"] == "feels_safe_home") & (own["geography"] == "npu")
    own = own[keep & (own["by"] == "")].set_index("area_code")
    for name in ("smoothed", "difference", "verdict", "base"):
        assert table[f"safety_{name}"].to_dict() == own[name].to_dict()


def test_every_part_has_its_chances_and_they_add_up_to_k(demo_results):
    table = sheet(demo_results, widest=2)[1]
    for part in ("members", "answers", "safety", "crime"):
        assert table[f"{part}_among_widest"].sum() == pytest.approx(200)


def test_the_same_seed_gives_the_same_sheet(demo_results, npu):
    again = sheet(demo_results, target=60.0)[1]
    pd.testing.assert_frame_equal(npu[1], again)
    other = sheet(demo_results, seed=1)[1]
    assert not other["answers_among_widest"].equals(again["answers_among_widest"])


def test_a_part_that_is_not_there_is_said_to_be_so(npu):
    made = npu[0]
    assert "harm" in made.lacking
    assert any(note.startswith("harm: not available") for note in made.notes)
    assert not [c for c in made.table if c.startswith("harm")]


def test_the_score_stands_beside_its_parts_and_hears_the_weights(demo_results, npu):
    columns = list(npu[0].table)
    assert columns.index("score") > max(
        i for i, c in enumerate(columns) if c.startswith("crime_")
    )
    heavy = sheet(demo_results, weights={"members": 9.0})[0]
    assert heavy.weights["members"] == pytest.approx(0.75)
    alone = sheet(
        demo_results, weights={"members": 1, "crime": 1, "answers": 0, "safety": 0}
    )[0]
    assert set(alone.weights) == {"members", "crime"}


def test_types_never_rest_on_what_one_cannot_tell(npu):
    table = npu[1]
    for part, word in (("members", "few members"), ("answers", "few answers")):
        known = table[f"{part}_level"] == "low"
        assert table["reading"].str.contains(word).tolist() == known.tolist()
        said = table["type"].str.contains(word)
        assert not (said & ~known).any()


def test_harm_is_a_part_and_in_the_score_only_if_asked_for(demo_results, tmp_path):
    values = units_values(demo_results)
    # As if every crime weighed 50: the same rates, and intervals, fifty times over.
    harm = values[values["indicator"] == "crime_rate"]
    harm = harm.assign(indicator="crime_harm_rate")
    harm[["value", "lower", "upper", "numerator"]] *= 50
    folder = copied(demo_results, tmp_path, pd.concat([values, harm]))
    made, table = sheet(folder)
    assert "harm" not in made.weights
    assert table["harm_value"].tolist() == (50 * table["crime_value"]).tolist()
    assert table["harm_level"].tolist() == table["crime_level"].tolist()
    assert table["harm_among_widest"].sum() == pytest.approx(300)
    asked = sheet(folder, weights={"harm": 1.0, "crime": 0.0})[0]
    assert "harm" in asked.weights
    assert "crime" not in asked.weights


# --- what may not be shown -----------------------------------------------------------


def test_a_hidden_number_cannot_be_read_from_anything_beside_it(demo_results, tmp_path):
    numbers = dict.fromkeys(["value", "lower", "upper", "numerator", "base"], np.nan)
    hidden = {**numbers, "status": "suppressed"}
    copy = changed(demo_results, tmp_path, "survey_responses", "SH", hidden)
    row = sheet(copy)[1].loc["SH"]
    empty = [c for c in row.index if c.startswith("answers_") and c != "answers_period"]
    words = {"verdict", "finding", "level", "status", "kind", "needed"}
    empty = [c for c in empty if c.removeprefix("answers_") not in words]
    assert len(empty) > 10
    assert row[empty].isna().all()
    assert row["answers_status"] == "suppressed"
    assert row["score_words"] == "not available: answers (suppressed)"
    assert np.isnan(row["score"])


def test_an_incomplete_part_is_neither_zero_nor_in_the_race(demo_results, tmp_path):
    gap = {**dict.fromkeys(["value", "lower", "upper"], np.nan), "status": "incomplete"}
    made, table = sheet(changed(demo_results, tmp_path, "crime_rate", "CV", gap))
    row = table.loc["CV"]
    assert row[["crime_value", "crime_count", "crime_among_widest"]].isna().all()
    assert (row["crime_status"], row["crime_level"]) == ("incomplete", "not known")
    assert row["score_words"] == "not available: crime (incomplete)"
    assert any("Only 7 of 8 areas can be ranked" in note for note in made.notes)


def test_impact_areas_on_few_answers_are_shown_and_not_ranked(demo_results):
    table = sheet(demo_results, "impact_area")[1]
    low = table["safety_status"] == "low base"
    assert low.any()
    assert table.loc[low, "safety_value"].notna().all()
    assert table.loc[low, ["safety_among_widest", "score"]].isna().all(axis=None)


# --- periods, surveys, groups --------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "chosen"),
    [
        ("2022-03", "2021-04/2022-03"),
        ("2022-02", "2021-04/2022-03"),
        ("2022-06", "2021-04/2023-03"),
        ("2023-06", "2023-06"),
        ("2021-04/2023-03", "2021-04/2023-03"),
        ("2030-01", "last"),
        ("", "last"),
    ],
)
def test_a_month_stands_for_the_year_that_holds_it(wish, chosen):
    known = ["2022-02", "2022-03", "2023-06", "2021-04/2022-03", "2021-04/2023-03"]
    assert choose_period(known, wish, "last") == chosen


def test_a_part_of_another_period_than_asked_says_so(npu):
    (note,) = (n for n in npu[0].notes if n.startswith("crime: "))
    assert "there is nothing of 2022-03" in note or "2021-04/2022-03" in note


def test_answers_and_safety_are_of_one_survey(npu, demo_results):
    table = npu[1]
    assert set(table["answers_period"]) == set(table["safety_period"])
    other = sheet(demo_results, periods={"answers": "impact_areas_2022"})[1]
    assert set(other["answers_period"]) == {"impact_areas_2022"}


def test_groups_missed_are_those_called_fewer_than_their_share(demo_results):
    table = sheet(demo_results, "local_authority")[1]
    own = results.read_table(demo_results, "representation")
    keep = own["geography"] == "local_authority"
    keep &= own["survey"] == table["answers_period"].iloc[0]
    own = own[keep & (own["word"] == "fewer than their share")]
    for code, row in table.iterrows():
        for category in own.loc[own["area_code"] == code, "category"]:
            assert category in row["groups_missed"]
        if row["groups_missed"].startswith("not available"):
            assert own[own["area_code"] == code].empty


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"geography": "force"}, "no gap to itself"),
        ({"weights": {"safty": 1.0}}, "'safty'"),
        ({"periods": {"crimes": "2024-01"}}, "'crimes'"),
        ({"periods": {"crime": "1999-01"}}, "'1999-01'"),
    ],
)
def test_a_slip_is_an_error_that_names_it(demo_results, wish, said):
    with pytest.raises(InputError, match=said):
        sheet(demo_results, **wish)


# --- real files ----------------------------------------------------------------------


def test_real_residents_under_25_are_those_of_the_borough_file(real_results, real_data):
    file = real_data / "census" / "mye2020_lad_single_year_age_wm.csv"
    boroughs = pd.read_csv(file).set_index("ltla21_code")
    ages = [c for c in boroughs if c.removeprefix("age_").isdigit()]
    young = boroughs[[c for c in ages if int(c.removeprefix("age_")) < 25]].sum(axis=1)
    made, table = sheet(real_results, "local_authority", periods={})
    assert len(table) == 7
    for code, row in table.iterrows():
        assert row["population_under25"] == pytest.approx(young[code], abs=1e-6)
    share = table["population_under25_share"]
    assert share.between(25, 42).all()
    assert {"answers", "safety", "harm"} <= set(made.lacking)


def test_real_crime_stands_without_the_parts_that_are_not_there(real_results):
    made, table = sheet(real_results, "ward", periods={})
    assert [found.part.name for found in made.parts] == ["crime"]
    assert table["score"].isna().all()
    assert set(table["crime_level"]) >= {"low", "high", "alike"}
    assert table["crime_among_widest"].sum() == pytest.approx(300)


# --- forms ---------------------------------------------------------------------------


def test_the_screen_says_every_area_and_what_is_short(demo_results):
    done = run(demo_results, "--period", "2022-03", "--target", "60")
    assert done.exit_code == 0, done.output
    for text in ("3,968", "no meaningful difference", "among 3 widest", ">99 %"):
        assert text in done.output
    assert "Wolverhampton" in done.output
    assert run(demo_results, "--quiet").output == ""


def table_of(path, name):
    sheet = openpyxl.load_workbook(path)[name]
    (table,) = sheet.tables.values()
    head, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    return pd.DataFrame(rows, columns=head)


def test_the_workbook_reads_part_by_part_and_explains_itself(
    npu, demo_results, tmp_path
):
    path = tmp_path / "sheet.xlsx"
    write_sheet(demo_results, npu[0], form="xlsx", out=str(path), decimals=None)
    assert read_faults(path) == []
    names = openpyxl.load_workbook(path).sheetnames
    assert names[:4] == ["Cover", "Contents", "Notes", "Side by side"]
    parts = ["Members", "Answers", "Safety", "Crime"]
    assert names[4:8] == parts
    last = ["Gap", "Data dictionary", "Methods", "Sources", "Input files"]
    assert names[8:] == [*last, "Ledger", "Coverage"]
    members = table_of(path, "Members").set_index("Area code")
    assert members.loc["BE", "Counted"] == 25_393
    words = table_of(path, "Data dictionary").query("Table == 'gap'")
    assert not (words["Meaning"] == "No description yet").any()
    assert len(words) == npu[0].table.shape[1]


def test_every_form_holds_the_sheet_and_its_notes(npu, demo_results, tmp_path):
    forms = {"csv": "csv", "xlsx": "xlsx", "gpkg": "gpkg", "geojson": "geojson"}
    for ending, form in {**forms, "parquet": "geoparquet"}.items():
        out = str(tmp_path / f"sheet.{ending}")
        write_sheet(demo_results, npu[0], form=form, out=out, decimals=None)
    for frame in (
        pd.read_csv(tmp_path / "sheet.csv"),
        table_of(tmp_path / "sheet.xlsx", "Gap"),
        gpd.read_file(tmp_path / "sheet.gpkg"),
        gpd.read_file(tmp_path / "sheet.geojson"),
        gpd.read_parquet(tmp_path / "sheet.parquet"),
    ):
        short = frame.set_index("area_code")["members_short_of_force"].astype(float)
        assert short[short > 0].to_dict() == NEEDED
        assert list(frame["type"]) == list(npu[1]["type"])
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    about = pyogrio.read_info(tmp_path / "sheet.gpkg", layer="npu")["layer_metadata"]
    lines = json.loads((tmp_path / "sheet.geojson").read_text("utf-8"))["notes"]
    for text in (
        (tmp_path / "sheet.notes.txt").read_text("utf-8"),
        " ".join(str(row[2].value) for row in book["Notes"].iter_rows()),
        str(about),
        " ".join(lines),
    ):
        assert "Members are counted in full" in text
        assert "harm: not available" in text


def test_a_table_on_the_screen_is_nothing_but_the_table(demo_results):
    done = run(demo_results, "--format", "csv", "--decimals", "1", "--quiet")
    lines = done.output.splitlines()
    assert len(lines) == 9
    assert lines[0].startswith("geography,area_code,area_name,members_period")
    assert "nan" not in done.output


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["--format", "xlsx"], "give a file"),
        (["--weight", "members=x"], "is not a number"),
        (["--geography", "force"], "is not one of"),
    ],
)
def test_a_slip_on_the_command_line_is_explained(demo_results, command, said):
    done = run(demo_results, *command)
    assert done.exit_code != 0
    assert said in done.output
