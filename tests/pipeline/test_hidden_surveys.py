"""What of a survey is hidden, on surveys small enough to follow by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from geosafety.measures.crosstabs import Ground, everyone
from geosafety.pipeline.survey.hiding import hidden_weeks, hide_survey
from geosafety.pipeline.survey.waves import EVERYONE, Wave
from geosafety.settings import datasets
from geosafety.tidy import BLANK, Answers

DATASET = datasets()["survey"]
# Patches: an impact area in the first NPU, the rest of it, the second NPU, nowhere.
LAYERS = {
    "force": [[1, 1, 1, 0]],
    "npu": [[1, 1, 0, 0], [0, 0, 1, 0]],
    "impact_area": [[1, 0, 0, 0]],
}


def wave(numbers, answers, *, kind="observed"):
    """Make a survey of so many people on each patch."""
    patch = np.repeat(np.arange(4), numbers)
    place = Ground(
        patch=patch,
        person=np.arange(len(patch)),
        patches=4,
        layers={name: csr_array(np.array(t, float)) for name, t in LAYERS.items()},
    )
    return Wave(
        "consultation_2024", kind, answers, {"home": place}, everyone(len(patch))
    )


def question(codes, options, **more):
    codes = np.array(codes)
    return Answers(options=options, codes=codes, base=codes != BLANK, **more)


def by_patch(*counts):
    """Give so many people each option, by patch."""
    return np.concatenate([np.repeat(np.arange(len(row)), row) for row in counts])


def secret(made, name, layer, by=""):
    """Say what is hidden of a question, by area, group and option."""
    hidden = Wave(**{**vars(made), "hidden": hide_survey(made, DATASET)})
    said = made.answers[name]
    return hidden.counts("home", said, by, of=name)[layer].secret()


def test_an_npu_less_its_impact_area_tells_of_nobody():
    """28 of the NPU's 31 live in its impact area: the other 3 would be told."""
    views = question(by_patch([28], [3], [40], [5]), ("Good",))
    made = wave([28, 3, 40, 5], {"police_view": views})
    assert secret(made, "police_view", "impact_area")[:, 0, 0].tolist() == [True]
    assert not secret(made, "police_view", "npu").any()
    assert not secret(made, "police_view", EVERYONE).any()


def test_who_nobody_can_place_is_no_group():
    views = question(by_patch([20], [20], [40], [5]), ("Good",))
    made = wave([20, 20, 40, 5], {"police_view": views})
    for layer in (*LAYERS, EVERYONE):
        assert not secret(made, "police_view", layer).any()
    counts = ([20, 20, 20], [30, 30, 30], [40, 30, 30], [20, 20, 2])
    made = wave([60, 90, 100, 42], {"age": ages(counts)})
    for layer in (*LAYERS, EVERYONE):
        assert not secret(made, "age", layer).any()


def ages(counts):
    options = ("young", "old", "very old")
    return question(by_patch(*counts), options, demographic=True)


COUNTS = ([15, 14, 13], [20, 30, 21], [30, 40, 4], [0, 0, 0])
SIZES = [42, 71, 74, 0]


def test_a_small_group_is_hidden_with_others_so_that_no_total_tells_it():
    views = question(np.zeros(187, dtype=int), ("Good",))
    made = wave(SIZES, {"police_view": views, "age": ages(COUNTS)})
    out = secret(made, "age", "npu")[:, 0]
    assert out[1, 2]
    assert (out.sum(axis=0)[out.any(axis=0)] >= 2).all()
    assert (out.sum(axis=1)[out.any(axis=1)] >= 2).all()
    by_age = secret(made, "police_view", "npu", "age")
    np.testing.assert_array_equal(by_age[:, :, 0], out)


def test_a_question_is_hidden_where_an_answer_tells_how_many_were_asked_another():
    """Who had contact is the base of one question and an answer to another."""
    had = by_patch([8, 92], [37, 20], [40, 30], [0, 0])
    contact = question(had, ("Yes", "No"))
    said = question(np.where(had == 0, 0, BLANK), ("Good", "Bad"))
    answers = {"contact_police": contact, "police_experience": said}
    made = wave([100, 57, 70, 0], answers)
    for name in answers:
        assert secret(made, name, "impact_area").all(), name
        assert not secret(made, name, "npu").any(), name


def test_a_small_answer_of_a_large_base_stays():
    views = question(by_patch([2, 98], [7, 50], [40, 30], [0, 0]), ("Bad", "Good"))
    made = wave([100, 57, 70, 0], {"police_view": views})
    assert not secret(made, "police_view", "impact_area").any()


def test_what_is_hidden_of_everybody_is_hidden_of_everyone_asked():
    """Few of the old are asked, so that by itself theirs would be hidden instead."""
    old = np.flatnonzero(ages(COUNTS).codes == 1)
    patch = np.repeat(np.arange(4), SIZES)
    asked = np.zeros(sum(SIZES), dtype=int)
    for npu in (old[patch[old] < 2], old[patch[old] == 2]):
        asked[npu[:30]] = BLANK
    answers = {"police_view": question(np.zeros(sum(SIZES), dtype=int), ("Good",))}
    answers |= {"age": ages(COUNTS), "concerns": question(asked, ("Yes",))}
    made = wave(SIZES, answers)
    of_all = secret(made, "police_view", "npu", "age")[:, :, 0]
    of_some = secret(made, "concerns", "npu", "age")[:, :, 0]
    assert of_all[:, 0].all()
    assert of_some[of_all].all()


@pytest.mark.parametrize("kind", ["observed", "synthetic"])
def test_what_a_paper_prints_of_everyone_stays(kind, monkeypatch):
    key = ("survey_answer_count", "force", "E23000014")
    key += ("consultation_2024", "", "age=very old")
    monkeypatch.setattr(
        "geosafety.pipeline.survey.hiding.published_figures", lambda: {key: {}}
    )
    made = wave(
        SIZES, {"age": ages(([20, 20, 2], [40, 30, 1], [40, 30, 4], []))}, kind=kind
    )
    out = secret(made, "age", EVERYONE)[0, 0]
    assert out[2] == (kind == "observed")


def test_nothing_is_hidden_where_the_policy_hides_nothing():
    views = question(by_patch([28], [3], [40], [5]), ("Good",))
    made = wave([28, 3, 40, 5], {"police_view": views})
    open_data = datasets()["crime"]
    assert hide_survey(made, open_data).report.empty


def test_a_small_week_is_hidden_with_another():
    views = question(np.zeros(54, dtype=int), ("Good",))
    weeks = question(np.repeat([0, 1, 2], [30, 4, 20]), ("w1", "w2", "w3", "w4"))
    made = wave([54, 0, 0, 0], {"police_view": views})
    made = Wave(**{**vars(made), "weeks": weeks})
    assert hidden_weeks(made, views, DATASET).tolist() == [False, True, True, False]
    assert hidden_weeks(made, views, datasets()["crime"]).tolist() == [False] * 4
