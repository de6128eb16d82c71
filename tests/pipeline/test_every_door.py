"""What is hidden in one table of the results is to be read in none of the others."""

import re

import numpy as np
import pandas as pd
import pytest

from geosafety import results
from geosafety.disclosure.leaks import HIDDEN
from geosafety.disclosure.primary import Policy
from geosafety.pipeline.disclosure.check import check_tables
from geosafety.pipeline.disclosure.pieces import read_pieces
from geosafety.pipeline.survey.estimates import AGAINST, NUMBERS, WEIGHTED
from geosafety.questionnaires import survey

SURVEYS = ["consultation_2024", "impact_areas_2022"]
LAYERS = ["force", "local_authority", "npu", "impact_area"]
AREA = "(?:force|local_authority|npu|impact_area) [A-Z0-9-]+"
SHOWN = ("ok", "low base")
KEYS = ["survey", "geography", "area_code", "part"]


def demographics(name):
    return [q.measure for q in survey(name).questions if q.demographic]


def silent(name):
    """List the options that are no group of people: they are never hidden for it."""
    options = [(q.measure, o) for q in survey(name).questions for o in q.prefer_not]
    return {f"{measure}={option}" for measure, option in options}


def numbers(folder, estimates):
    """List by table how many respondents are in each group, if it prints them."""
    yield "values", from_values(folder)
    table = estimates
    who = table["question"].isin([d for s in SURVEYS for d in demographics(s)])
    who &= (table["by"] == "") & (table["indicator"] == "survey_answer_share")
    rows = table[who]
    part = rows["question"].astype(str) + "=" + rows["option"].astype(str)
    yield "estimates", rows.assign(part=part, n=rows["numerator"])
    for name in ("representation", "responses_needed"):
        rows = results.read_table(folder, name)
        rows = rows[~rows["dimension"].isin(["local_authority", "npu"])]
        part = rows["dimension"] + "=" + rows["category"]
        yield name, rows.assign(part=part)
    rows = results.read_table(folder, "weighting")
    rows = rows[rows["category"] != ""]
    part = rows["dimension"] + "=" + rows["category"]
    yield "weighting", rows.assign(part=part, geography="force", area_code="E23000014")


def from_values(folder):
    rows = results.read_values(
        folder, indicator=["survey_answer_count"], period=SURVEYS, geography=LAYERS
    )
    rows = rows.rename(columns={"period": "survey", "group": "part", "value": "n"})
    dimension = rows["part"].astype(str).str.partition("=")[0]
    return rows[dimension.isin([d for s in SURVEYS for d in demographics(s)])]


@pytest.fixture(scope="module")
def estimates(demo_results):
    return results.read_table(demo_results, "estimates")


@pytest.fixture(scope="module")
def hidden(demo_results):
    """List the groups that the values hide, the Force's of everyone left out."""
    rows = from_values(demo_results)
    rows = rows[(rows["status"] == "suppressed") & (rows["geography"] != "force")]
    return set(rows[KEYS].astype(str).itertuples(index=False, name=None))


def test_a_group_hidden_in_the_values_is_shown_nowhere(demo_results, estimates, hidden):
    assert len(hidden) > 100
    for name, rows in numbers(demo_results, estimates):
        keys = rows[KEYS].astype(str).itertuples(index=False, name=None)
        shown = [
            (name, key)
            for key, n in zip(keys, rows["n"], strict=True)
            if key in hidden and pd.notna(n)
        ]
        assert not shown


def test_what_other_tables_hide_the_values_hide_too(demo_results, estimates, hidden):
    for name, rows in numbers(demo_results, estimates):
        if name in ("values", "weighting"):
            continue
        gone = rows[(rows["status"] == "suppressed") & (rows["geography"] != "force")]
        keys = set(gone[KEYS].astype(str).itertuples(index=False, name=None))
        banded = {k for k in keys if k[3] not in {h[3] for h in hidden}}
        assert keys - banded <= hidden, name


def test_answers_of_a_hidden_group_are_hidden_in_every_table(
    demo_results, estimates, hidden
):
    at_home = estimates["place"].isin(["home", "any"])
    away = (estimates["by"] == "") | (estimates["geography"] == "force")
    rows = estimates[at_home & ~away]
    part = rows["by"].astype(str) + "=" + rows["category"].astype(str)
    keys = rows.assign(part=part)[KEYS].astype(str)
    mine = np.array([k in hidden for k in keys.itertuples(index=False, name=None)])
    of_hidden = rows[mine]
    assert len(of_hidden) > 100
    assert not of_hidden["status"].isin(SHOWN).any()
    # A smoothed value of a hidden group is its parent's, with no part of its own.
    nobody = of_hidden["base"] == 0
    own = [*NUMBERS, *WEIGHTED, *AGAINST]
    assert of_hidden.loc[~nobody, own].isna().all().all()
    rows = results.read_table(demo_results, "comparisons")
    # By the area visited they are other people.
    visited = rows["indicator"].str.endswith("_visiting")
    rows = rows[(rows["comparison"] == "groups") & ~visited]
    part = rows["by"] + "=" + rows["first"]
    keys = rows.assign(part=part)[KEYS].astype(str)
    mine = np.array([k in hidden for k in keys.itertuples(index=False, name=None)])
    assert mine.any()
    assert rows.loc[mine, ["first_value", "first_n", "difference"]].isna().all().all()


def test_no_group_stands_alone_in_its_area(demo_results):
    """A lone hidden group is the total less the others."""
    rows = from_values(demo_results)
    rows = rows[rows["geography"] != "force"]
    dimension = rows["part"].astype(str).str.partition("=")[0]
    keys = [*KEYS[:3], "dimension"]
    rows = rows.assign(dimension=dimension, gone=rows["status"] == "suppressed")
    said = {(s, p) for s in SURVEYS for p in silent(s)}
    no_group = [k in said for k in zip(rows["survey"], rows["part"], strict=True)]
    rows = rows[~np.array(no_group)]
    assert not (rows.groupby(keys, observed=True)["gone"].sum() == 1).any()


@pytest.fixture(scope="module")
def lookup(demo_results, tmp_path_factory):
    path = tmp_path_factory.mktemp("pieces") / "pieces.csv"
    read_pieces(demo_results).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("wave", SURVEYS)
def test_the_check_finds_nothing_in_the_demonstration(
    demo_results, lookup, tmp_path, wave
):
    """Who answered, by area and group: a part, for the whole takes minutes."""
    layers = LAYERS if wave == "impact_areas_2022" else LAYERS[:3]
    values = results.read_values(
        demo_results,
        geography=layers,
        period=[wave],
        indicator=["survey_responses", "survey_answer_count"],
    )
    group = values["group"].astype(str).str.partition("=")[0]
    mine = values[group.isin(["all", "age", "sex", "ethnicity", "sexuality"])]
    assert (mine["status"] == "suppressed").sum() > 10
    path = tmp_path / "values.csv"
    mine.to_csv(path, index=False)
    words, listed = check_tables([path], Policy(), results=demo_results, lookup=lookup)
    assert not [line for line in words if line.startswith("Not checked")]
    assert listed[listed["what"] == HIDDEN].empty, words
    # Of the remainders there is only who did not say: one area's total less its groups.
    areas = [set(re.findall(AREA, said)) for said in listed["how"]]
    assert all(len(named) == 1 for named in areas)


def test_the_record_says_what_was_hidden(demo_results):
    record = results.read_table(demo_results, "disclosure")
    assert set(record["dataset"]) >= {"survey"}
    hidden = record[["primary", "secondary", "whole"]].sum(axis=1)
    assert (record["cells"] >= hidden).all()
    assert (record["width"].dropna() >= 0).all()
    safe = record[record["short"] == 0]
    assert (
        safe["width"].dropna() >= safe.loc[safe["width"].notna(), "policy_width"]
    ).all()
    assert record["secondary"].sum() > 0
