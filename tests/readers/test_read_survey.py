"""Surveys: the questionnaire decides what an answer is; nothing is guessed."""

import numpy as np
import pandas as pd
import pytest

from geosafety.errors import CatalogError, InputError
from geosafety.project import InputSource, read_project
from geosafety.questionnaires import read_survey, survey, survey_names
from geosafety.readers import survey as reader
from geosafety.readers import tables

HEAD = """
name = "made"
title = "Made up"
source = "nobody"
fieldwork = ["2024-01"]
mode = "paper"
languages = "English"
responses = 5
"""
SAFE = """
[[questions]]
id = "q1"
column = "How safe?"
measure = "safe"
options = ["Very safe", "Neither", "Unsafe", "Don't know"]
aliases = { "V. safe" = "Very safe" }
"""
WORRIES = """
[[questions]]
id = "q2"
column = "Worries"
measure = "worries"
type = "multi"
limit = 2
base = "all"
options = ["Litter", "Noise", "Theft"]
"""
AGE = """
[[questions]]
id = "d1"
column = "Age"
measure = "age"
options = ["16-24", "25+"]
demographic = true
"""
HOME = '[[places]]\nrole = "home"\nkind = "postcode"\ncolumn = "Postcode"\n'
BOROUGH = """
[[places]]
role = "home"
kind = "local_authority"
column = "Borough"
outside = ["Elsewhere"]
aliases = { "Brum" = "Birmingham" }
"""
VISIT = """
[[places]]
role = "visit"
kind = "ward"
column = "Visits"
separator = ";"
outside = ["Elsewhere"]
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a reader of survey text by a questionnaire of TOML blocks."""

    def by(form, text):
        made = read_survey(HEAD + form, "made.toml")
        monkeypatch.setattr(reader, "survey", lambda _: made)
        (tmp_path / "geosafety.toml").write_text("")
        (tmp_path / "a.csv").write_text(text)
        source = InputSource(dataset="survey", files=("a.csv",), survey="made")
        project = read_project(tmp_path / "geosafety.toml")
        return reader.read_survey_files(source, project, lambda _: None)

    return by


def told(data):
    columns = ["row", "column", "value", "reason"]
    return list(data.rejects[columns].itertuples(index=False, name=None))


def chosen(data, measure):
    """List, for each respondent, the options chosen."""
    said = data.answers[measure]
    people = range(len(said.codes))
    return [[o for o in said.options if said.chose(o)[i]] for i in people]


def test_answers_are_known_by_capitals_blanks_apostrophes_and_aliases(read):
    lines = ["Postcode,How safe?", "x,very  SAFE ", "x,Don\u2019t know", "x,v. safe"]
    (home,) = read(HOME + SAFE, "\n".join(lines))
    assert chosen(home, "safe") == [["Very safe"], ["Don't know"], ["Very safe"]]
    assert told(home) == []


def test_an_unknown_answer_rejects_its_row_and_names_the_nearest_option(read):
    text = "Postcode,How safe?\nb11aa,Very safe\nB1 1AB,Very saef\nB1 1AC,?\n"
    (home,) = read(HOME + SAFE, text)
    assert told(home) == [
        (3, "How safe?", "Very saef", 'unknown answer. Did you mean "Very safe"?'),
        (
            4,
            "How safe?",
            "?",
            "unknown answer. Known: Very safe, Neither, Unsafe, Don't know.",
        ),
    ]
    assert home.rows_in == 3
    assert len(home.answers["safe"].codes) == len(home.answers["safe"].base) == 1
    assert home.places["postcode"].tolist() == ["B1 1AA"]


def test_several_answers_are_read_and_too_many_rejected(read):
    lines = [
        "Postcode,Worries",
        "x,Litter;Noise",
        "x,litter; Litter ;;theft",
        "x,Litter;Noise;Theft",
        "x,",
        "x,Litter;Mice",
    ]
    (home,) = read(HOME + WORRIES, "\n".join(lines))
    assert chosen(home, "worries") == [["Litter", "Noise"], ["Litter", "Theft"], []]
    said = told(home)
    assert (
        4,
        "Worries",
        "Litter;Noise;Theft",
        "more than the 2 answers that may be given",
    ) in said
    assert [row for row, *_ in said] == [6, 4]
    assert said[0][2] == "Mice"


def test_blank_answers_count_in_a_base_of_all_and_in_no_other(read):
    text = "Postcode,How safe?,Worries\nB1,Unsafe,Litter\nB1,,\nB1,Unsafe,\n"
    (home,) = read(HOME + SAFE + WORRIES, text)
    assert home.answers["safe"].base.tolist() == [True, False, True]
    assert home.answers["worries"].base.tolist() == [True, True, True]


RANK = WORRIES.replace('"multi"', '"ranking"').replace("limit = 2", "limit = 0")


def test_a_ranking_keeps_what_was_ranked_and_what_came_first(read):
    lines = ["Postcode,Worries", "x,Theft;Litter", "x,Noise", "x,", "x,Noise;Noise"]
    (home,) = read(HOME + RANK, "\n".join([*lines, "x,Litter;Mice"]))
    assert chosen(home, "worries") == [["Litter", "Theft"], ["Noise"], []]
    assert chosen(home, "worries_first") == [["Theft"], ["Noise"], []]
    assert [(row, reason) for row, _, _, reason in told(home)] == [
        (6, "unknown answer. Known: Litter, Noise, Theft."),
        (5, "an option is ranked twice"),
    ]


def test_a_scale_has_its_numbers_for_options(read):
    scale = '[[questions]]\nid = "q"\ncolumn = "Score"\nmeasure = "score"\n'
    scale += 'type = "scale"\nminimum = 0\nmaximum = 10\n'
    (home,) = read(HOME + scale, "Postcode,Score\nx,10\nx,8.0\nx,11\nx,\n")
    assert chosen(home, "score") == [["10"], ["8"], []]
    assert [row for row, *_ in told(home)] == [4]


def test_what_a_file_writes_for_a_blank_is_one(read):
    form = SAFE + 'not_answered = ["-", "No reply"]\n'
    (home,) = read(HOME + form, "Postcode,How safe?\nx,no REPLY\nx,-\nx,Unsafe\n")
    assert chosen(home, "safe") == [[], [], ["Unsafe"]]
    assert told(home) == []


def test_a_question_whose_options_no_paper_prints_cannot_be_read(read):
    form = AGE.replace('["16-24", "25+"]', '["unknown"]\noptions_known = false')
    with pytest.raises(InputError, match="options of 'Age' are not known"):
        read(HOME + SAFE + form, "Postcode,How safe?,Age\nx,Unsafe,unknown\n")
    (home,) = read(HOME + SAFE + form, "Postcode,How safe?\nx,Unsafe\n")
    assert set(home.answers) == {"safe"}


def test_a_survey_that_asks_no_place_counts_for_the_force_alone(read):
    (data,) = read(SAFE, "How safe?\nUnsafe\n\nVery safe\n")
    assert data.role == "none"
    assert data.rows_in == 2
    assert data.places[["code", "postcode"]].isna().to_numpy().all()


def test_a_questionnaire_of_ones_own_stands_beside_the_project(tmp_path):
    (tmp_path / "ours.toml").write_text(HEAD + HOME + SAFE)
    (tmp_path / "geosafety.toml").write_text("")
    (tmp_path / "a.csv").write_text("Postcode,How safe?\nx,Unsafe\n")
    project = read_project(tmp_path / "geosafety.toml")

    def read_by(name):
        source = InputSource(dataset="survey", files=("a.csv",), survey=name)
        return reader.read_survey_files(source, project, lambda _: None)

    assert read_by("ours.toml")[0].survey == "made"
    with pytest.raises(InputError, match="no questionnaire theirs.toml"):
        read_by("theirs.toml")


def test_design_weights_are_read_and_a_row_without_one_is_rejected(read):
    form = 'weight = "W"\n' + HOME + SAFE
    (home,) = read(form, "Postcode,How safe?,W\nx,Unsafe,1.5\nx,Unsafe,0\nx,,2\n")
    assert home.design.tolist() == [1.5, 2.0]
    assert told(home) == [(3, "W", "0", "not a weight above 0")]
    (home,) = read(HOME + SAFE, "Postcode,How safe?\nx,Unsafe\n")
    assert home.design is None


def test_the_day_of_a_response_gives_its_week(read):
    form = 'submitted = "Day"\n' + HOME + SAFE
    text = "Postcode,How safe?,Day\nx,Unsafe,2024-07-24\nx,Unsafe,soon\n"
    (home,) = read(form, text)
    assert home.weeks.options == ("2024-07-22",)
    assert home.weeks.codes.tolist() == [0, -1]


def test_a_question_nobody_answered_has_no_base(read):
    (home,) = read(HOME + SAFE, "Postcode,How safe?\nB1,\nB2,\n")
    assert chosen(home, "safe") == [[], []]
    assert home.answers["safe"].base.tolist() == [False, False]


def test_a_row_with_two_faults_is_rejected_once(read):
    text = "Postcode,How safe?,Worries\nB1,?,Mice\nB1,Unsafe,Noise\n"
    (home,) = read(HOME + SAFE + WORRIES, text)
    assert len(home.rejects) == 1
    assert home.rows_in == 2


def test_a_missing_question_is_an_error_and_a_missing_demographic_is_not(read):
    (home,) = read(HOME + SAFE + AGE, "Postcode,How safe?\nB1,Unsafe\n")
    assert set(home.answers) == {"safe"}
    with pytest.raises(InputError, match="no column 'How safe\\?'"):
        read(HOME + SAFE + AGE, "Postcode,Age\nB1,25+\n")


def test_a_file_of_headings_alone_has_no_respondents(read):
    (home,) = read(HOME + SAFE + WORRIES, "Postcode,How safe?,Worries\n")
    assert home.rows_in == 0
    assert len(home.places) == 0


def test_a_postcode_and_a_label_are_evidence_of_one_home(read):
    text = (
        "Postcode,Borough,How safe?\nb1 1aa,Brum,Unsafe\n,birmingham,Unsafe\n"
        ",ELSEWHERE,Unsafe\n,,Unsafe\n"
    )
    (home,) = read(HOME + BOROUGH + SAFE, text)
    known = home.places.loc[home.rows["place"]].reset_index(drop=True)
    assert known["postcode"].tolist()[0] == "B1 1AA"
    assert known["code"].fillna("").tolist() == ["Birmingham", "birmingham", "", ""]
    assert known["level"].fillna("").tolist() == ["local_authority"] * 2 + ["", ""]
    assert known["outside"].tolist() == [False, False, True, False]


def test_a_finer_label_that_stands_first_is_not_lost(read):
    ward = '[[places]]\nrole = "home"\nkind = "ward"\ncolumn = "Ward"\n'
    text = "Ward,Borough,How safe?\nAston,Brum,Unsafe\n,Brum,Unsafe\n"
    (home,) = read(ward + BOROUGH + SAFE, text)
    known = home.places[["code", "level"]].to_numpy().tolist()
    assert known == [["Aston", "ward"], ["Birmingham", "local_authority"]]


def test_visits_are_mentions_each_place_once_and_only_where_named(read):
    lines = [
        "Postcode,Visits,How safe?",
        "B1,Aston;Bournville ; Aston;,Unsafe",
        "B2,,Unsafe",
        "B3,Elsewhere,Unsafe",
        "B4,Aston,what?",
    ]
    home, visit = read(HOME + VISIT + SAFE, "\n".join(lines))
    assert (home.role, visit.role) == ("home", "visit")
    assert (home.name, visit.name) == ("made", "made (visit)")
    assert visit.rows["respondent"].tolist() == [0, 0, 2]
    named = visit.places.loc[visit.rows["place"], "code"]
    assert named.fillna("").tolist() == ["Aston", "Bournville", ""]
    assert visit.places["outside"].tolist() == [False, False, True]
    assert home.rows_in == 4
    assert visit.rows_in == 3
    assert len(visit.rejects) == 0
    assert len(visit.answers["safe"].codes) == 3


@pytest.mark.parametrize("kind", ["lsoa", "ward", "impact_area", "msoa", "npu"])
def test_a_place_may_be_any_kind_of_area(read, kind):
    form = f'[[places]]\nrole = "work"\nkind = "{kind}"\ncolumn = "Place"\n'
    (data,) = read(form + SAFE, "Place,How safe?\nE01,Unsafe\n E01 ,Unsafe\n,Unsafe\n")
    assert data.role == "work"
    assert data.places["level"].tolist()[0] == kind
    assert data.rows["place"].tolist() == [0, 0, 1]
    assert pd.isna(data.places["level"].tolist()[1])


def test_a_place_may_be_a_point(read):
    form = '[[places]]\nrole = "home"\nkind = "point"\ncolumn = "Where"\n'
    lines = [
        "Where|How safe?",
        "52.48, -1.9|Unsafe",
        "52.5 -2|Unsafe",
        "|Unsafe",
        "my house|Unsafe",
    ]
    (data,) = read(form + SAFE, "\n".join(lines))
    assert data.places["latitude"].tolist()[:2] == [52.48, 52.5]
    assert data.places["longitude"].tolist()[:2] == [-1.9, -2.0]
    assert told(data) == [
        (
            5,
            "Where",
            "my house",
            "not a point (wanted latitude, longitude in degrees)",
        )
    ]
    assert data.rows_in == 4


def test_the_size_of_a_chunk_changes_no_answer(read, monkeypatch):
    lines = ["Postcode,Visits,How safe?,Worries"]
    for i in range(20):
        safe = ["Unsafe", "", "what?", "Neither"][i % 4]
        lines.append(f"B{i} 1AA,Aston;W{i % 3},{safe},Litter;Noise")
        lines += ["B1,Aston,Unsafe,Noise,too much"] * (i % 2)
    form, text = HOME + VISIT + SAFE + WORRIES, "\n".join(lines)
    whole = read(form, text)
    monkeypatch.setattr(tables, "CHUNK_ROWS", 3)
    for part, one in zip(read(form, text), whole, strict=True):
        pd.testing.assert_frame_equal(part.rows, one.rows)
        pd.testing.assert_frame_equal(part.places, one.places)
        assert sorted(told(part)) == sorted(told(one))
        for measure, said in one.answers.items():
            assert np.array_equal(part.answers[measure].codes, said.codes)
            assert np.array_equal(part.answers[measure].base, said.base)


@pytest.mark.parametrize(
    ("form", "said", "hint"),
    [
        (HOME.replace("postcode", "postcod"), "kind 'postcod'", "postcode"),
        (SAFE + 'type = "mutli"', "q1 has type 'mutli'", "multi"),
        (SAFE + 'base = "al"', "q1 has base 'al'", "all"),
        (SAFE + "limt = 2", "unknown key 'limt'", "limit"),
    ],
)
def test_a_questionnaire_that_says_nonsense_is_an_error(form, said, hint):
    with pytest.raises(CatalogError, match=said) as error:
        read_survey(HEAD + form, "made.toml")
    assert hint in error.value.hint


def test_an_unknown_survey_names_the_nearest():
    with pytest.raises(CatalogError, match="no survey called 'consultation'") as error:
        survey("consultation")
    assert error.value.hint == 'Did you mean "consultation_2024"?'


@pytest.mark.parametrize("name", survey_names())
def test_every_questionnaire_of_the_catalogue_holds_together(name):
    form = survey(name)
    assert form.name == name
    assert len({q.measure for q in form.questions}) == len(form.questions)
    for question in form.questions:
        folds = {reader.folded(option) for option in question.options}
        assert len(folds) == len(question.options)
        assert {*question.dont_know, *question.prefer_not} <= set(question.options)
        assert set(question.aliases.values()) <= set(question.options)
        assert (question.type == "text") == (not question.options)
        assert not any(question.separator in o for o in question.options)
