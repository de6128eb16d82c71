"""Questionnaires as data: what was asked, in which words, and what surveys share."""

from __future__ import annotations

from geosafety.questionnaires.forms import read_survey, survey, survey_names
from geosafety.questionnaires.harmonise import (
    Harmonised,
    harmonise,
    harmonised_measures,
)
from geosafety.questionnaires.model import UNKNOWN, Question, Survey, SurveyPlace

__all__ = [
    "UNKNOWN",
    "Harmonised",
    "Question",
    "Survey",
    "SurveyPlace",
    "harmonise",
    "harmonised_measures",
    "read_survey",
    "survey",
    "survey_names",
]
