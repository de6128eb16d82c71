"""Questionnaires: what the papers print, what is refused, and what surveys share."""

import tomllib

import pytest

from geosafety.errors import CatalogError
from geosafety.questionnaires import (
    UNKNOWN,
    harmonise,
    harmonised_measures,
    read_survey,
    survey,
    survey_names,
)
from geosafety.questionnaires.forms import harmonised_table
from geosafety.questionnaires.harmonise import _harmonise
from geosafety.settings import catalog_text

HEAD = """
name = "made"
title = "Made up"
source = "nobody"
fieldwork = ["2024-01"]
mode = "paper"
languages = "English"
responses = 5
"""


def made(question, head=HEAD):
    return read_survey(f'{head}\n[[questions]]\nid = "q1"\n{question}', "made.toml")


SINGLE = 'column = "Q"\nmeasure = "m"\noptions = ["Yes", "No", "Don\'t know"]\n'
SCALE = 'column = "Q"\nmeasure = "m"\ntype = "scale"\n'
RANKED = SCALE.replace("scale", "ranking") + 'options = ["A", "B", "C"]\nlimit = 2\n'


def question(text):
    return made(text).questions[0]


# Typed in apart from the catalogue. Confidence and Satisfaction Report, West Midlands
# Police, 28 June 2022; Police and Crime Plan 2021-2025, 8 October 2021; Public
# Consultation Findings Report, March 2025 (the last two by the Police and Crime
# Commissioner).
@pytest.mark.parametrize(
    ("name", "responses", "fieldwork"),
    [
        ("consultation_2024", 5828, ("2024-07-14", "2024-10-19")),
        ("impact_areas_2022", 4551, ("2022-02", "2022-03")),
        ("police_and_crime_plan_2021", 2047, ("2021-08-04", "2021-09-14")),
        ("sms_satisfaction_2022", 9578, ("2021-09-01", "2022-04-30")),
        ("violence_reduction_2023", 1259, ("unknown",)),
        ("womens_safety_2021", 2006, ("unknown",)),
    ],
)
def test_a_survey_has_the_responses_and_days_of_its_paper(name, responses, fieldwork):
    form = survey(name)
    assert form.responses == responses
    assert form.fieldwork == fieldwork
    assert form.mode
    assert form.channels
    assert form.languages


def test_the_catalogue_holds_six_surveys():
    assert len(survey_names()) == 6


def test_up_to_ten_of_nineteen_may_be_chosen():
    (priorities,) = [
        q
        for q in survey("consultation_2024").questions
        if q.type == "multi" and q.limit
    ]
    assert (priorities.limit, len(priorities.options)) == (10, 19)


def test_what_no_paper_prints_is_marked_unknown_and_not_made_up():
    for name in survey_names():
        for q in survey(name).questions:
            assert q.text
            if q.unprinted:
                assert not q.options_known
            # Beside the two surveys that the demonstration makes, only printed answers.
            if name not in ("consultation_2024", "impact_areas_2022") and q.options:
                assert not q.options_known or q.measure == "business_area"


def test_the_women_s_safety_labels_are_left_as_printed():
    by_measure = {q.measure: q for q in survey("womens_safety_2021").questions}
    assert by_measure["safe_neighbourhood_night"].options == (
        "Fairly safe",
        "Unsafe",
        "Very unsafe",
    )
    assert by_measure["safe_town_night"].options == (
        "Fairly safe",
        "Fairly unsafe",
        "Very unsafe",
    )


def test_every_printed_demographic_option_is_in_a_band_or_left_out_on_purpose():
    for name in survey_names():
        for q in survey(name).questions:
            if q.demographic and q.bands:
                assert set(q.substantive) <= set(q.bands), (name, q.measure)
    ages = {q.measure: q for q in survey("consultation_2024").questions}["age"].bands
    young = {q.measure: q for q in survey("violence_reduction_2023").questions}["age"]
    assert ages["75+"] == "65 and over"
    assert young.bands["22-25"] == ""


def test_a_scale_has_its_whole_numbers_as_options():
    scale = question(SCALE + 'minimum = 0\nmaximum = 10\ndont_know = ["Don\'t know"]')
    assert scale.options == (*map(str, range(11)), "Don't know")
    assert scale.substantive == tuple(map(str, range(11)))
    assert scale.aliases["8.0"] == "8"


def test_a_scale_may_run_below_zero():
    scale = question(SCALE + "minimum = -2\nmaximum = 2")
    assert scale.options == ("-2", "-1", "0", "1", "2")


def test_a_ranking_has_options_and_a_limit():
    ranked = question(RANKED)
    assert (ranked.type, ranked.limit, ranked.separator) == ("ranking", 2, ";")


def test_what_a_file_holds_for_not_answered_is_no_option():
    asked = question(SINGLE + 'not_answered = ["-", "No reply"]')
    assert asked.not_answered == ("-", "No reply")


def test_channels_and_languages_may_be_one_word():
    form = made(SINGLE, HEAD + 'channels = "unknown"\n')
    assert form.channels == (UNKNOWN,)
    assert form.languages == ("English",)


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        (SINGLE + 'type = "rankin"', "type 'rankin'", "ranking"),
        (SINGLE + 'dont_know = ["Dont know"]', "dont_know names", "Don't know"),
        (SINGLE + 'prefer_not = ["Noo"]', "prefer_not names 'Noo'", '"No"'),
        (SINGLE + 'aliases = { "Y" = "Yess" }', "aliases names 'Yess'", '"Yes"'),
        (SINGLE + 'aliases = { "YES " = "No" }', "'YES ' is an option", "no option"),
        (SINGLE + 'not_answered = ["no"]', "'no' is an option already", "not_answered"),
        (SINGLE + 'bands = { "Yess" = "Yes" }', "bands names 'Yess'", '"Yes"'),
        (SINGLE + 'bands = { "Yes" = "Yes" }', "bands of names 'm'", "age"),
        (SINGLE + "valence = [1, -1]", "2 numbers in valence for 3", "don't know"),
        (SINGLE + "limit = 2", "limit 2 of 3", "multi"),
        (SINGLE + "maximum = 10", "is no scale", 'type = "scale"'),
        (SINGLE.replace('"No"', '"yes "'), "option 'yes' stands twice", "Capitals"),
        (SINGLE.replace('"No"', '"unknown"'), "'unknown' beside", "options_known"),
        ('column = "Q"\nmeasure = "m"\noptions = ["unknown"]', "or as known", "false"),
        ('column = "Q"\nmeasure = "m"', "single and has 0 options", '["unknown"]'),
        (SINGLE + 'type = "text"', "text and has 3 options", "none"),
        (SCALE, "scale from 0 to 0", "minimum and maximum"),
        (
            SCALE + 'minimum = 1\nmaximum = 5\noptions = ["1"]',
            "with 1 options",
            "no opt",
        ),
        (RANKED.replace("limit = 2", "limit = 4"), "limit 4 of 3", "at most"),
        (RANKED.replace('"A"', '"A; a"'), "has the separator", "Choose another"),
        (SINGLE + 'minimun = "1"', "unknown key 'minimun'", "minimum"),
    ],
)
def test_a_questionnaire_that_contradicts_itself_is_refused(text, problem, hint):
    with pytest.raises(CatalogError) as error:
        made(text)
    assert problem in error.value.problem
    assert "made.toml: q1" in error.value.problem
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        (HEAD.replace("2024-01", "May 2024"), "fieldwork is 'May 2024'", "2024-07"),
        (HEAD + 'chanels = ["post"]\n', "unknown key 'chanels'", "channels"),
        (
            HEAD + '[[places]]\nrole = "hme"\nkind = "ward"\ncolumn = "W"\n',
            "role 'hme'",
            '"home"',
        ),
        (
            HEAD + f'[[questions]]\nid = "q0"\n{SINGLE}',
            "the measure 'm' stands twice",
            "no difference",
        ),
    ],
)
def test_a_survey_that_contradicts_itself_is_refused(text, problem, hint):
    with pytest.raises(CatalogError) as error:
        made(SINGLE, text)
    assert problem in error.value.problem
    assert hint in error.value.hint


def test_bands_must_be_those_that_surveys_share():
    text = 'column = "Q"\nmeasure = "sex"\noptions = ["F", "M"]\nbands = { "F" = "%s" }'
    with pytest.raises(CatalogError, match="bands names 'Femal'") as error:
        made(text % "Femal")
    assert error.value.hint == 'Did you mean "Female"?'
    with pytest.raises(CatalogError, match="'M' is in no band"):
        made(text % "Female")


def test_every_shared_measure_maps_each_survey_that_feeds_it():
    for measure, names in harmonised_measures().items():
        for name in names:
            found = harmonise(name, measure)
            options = {q.measure: q for q in survey(name).questions}[found.question]
            assert set(found.mapping) <= set(options.options)
            assert set(found.mapping.values()) <= set(found.options)


def test_harmonising_says_where_labels_and_questions_differ():
    notes = harmonise("womens_safety_2021", "safe_town_night").notes
    assert any('"Fairly unsafe" is counted as "Unsafe"' in note for note in notes)
    notes = harmonise("womens_safety_2021", "safe_neighbourhood_night").notes
    assert any("fairly unsafe" in note for note in notes)
    view = harmonise("impact_areas_2022", "police_view")
    assert any("your local police" in note for note in view.notes)
    assert view.mapping["Very poor"] == "Negative"


def test_valence_and_shared_measures_agree_on_the_direction():
    signs = {"Safe": 1, "Positive": 1, "Neither": 0, "Unsafe": -1, "Negative": -1}
    for measure, names in harmonised_measures().items():
        for name in names:
            found = harmonise(name, measure)
            asked = {q.measure: q for q in survey(name).questions}[found.question]
            for option, value in zip(asked.substantive, asked.valence, strict=True):
                sign = (value > 0) - (value < 0)
                assert signs[found.mapping[option]] == sign, (name, option)


def test_an_unknown_measure_or_survey_names_the_nearest():
    with pytest.raises(CatalogError, match="names 'police_viw'") as error:
        harmonise("consultation_2024", "police_viw")
    assert error.value.hint == 'Did you mean "police_view"?'
    with pytest.raises(CatalogError, match="names 'impact_areas'") as error:
        harmonise("impact_areas", "police_view")
    assert error.value.hint == 'Did you mean "impact_areas_2022"?'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"Very good" = "Positive"', '"V good" = "Positive"', "names 'V good'"),
        ('"Very good" = "Positive"', '"Very good" = "Good"', "map names 'Good'"),
        ('"Very good" = "Positive", ', "", "'Very good' is not mapped"),
        (
            'question = "police_rating"',
            'question = "rating"',
            "question names 'rating'",
        ),
        ("differs = 'asks to rate", "source = 'asks to rate", "not worded alike"),
    ],
)
def test_a_table_that_guesses_is_refused(old, new, problem):
    text = catalog_text("harmonised.toml")
    assert text.count(old) == 1
    table = tomllib.loads(text.replace(old, new))
    with pytest.raises(CatalogError, match=problem):
        _harmonise(table, "impact_areas_2022", "police_view")
    assert harmonised_table() == tomllib.loads(text)


def test_an_option_may_be_left_out_and_is_said_to_be():
    text = catalog_text("harmonised.toml")
    table = tomllib.loads(text.replace('"Very good" = "Positive"', '"Very good" = ""'))
    found = _harmonise(table, "impact_areas_2022", "police_view")
    assert "Very good" not in found.mapping
    assert any('"Very good" is left out' in note for note in found.notes)
