"""Say how the answers of different surveys map to one shared measure.

The table is `catalog/harmonised.toml`, answer by answer. Nothing is mapped that it does
not name, and where questions or labels differ the notes say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geosafety.errors import CatalogError
from geosafety.questionnaires.forms import (
    harmonised_table,
    plain,
    refuse_unknown,
    survey,
)
from geosafety.questionnaires.model import UNKNOWN, Question

HARMONISED = "harmonised.toml"


@dataclass(frozen=True, kw_only=True)
class Harmonised:
    """How one survey feeds a shared measure: its question, its options, what differs.

    Attributes
    ----------
    mapping
        From each option of the survey to one of `options`. An option that is left out
        is not in it, and is named in `notes`.
    notes
        Sentences for whoever reads the figures: other wordings, other labels.
    """

    measure: str
    survey: str
    question: str
    options: tuple[str, ...]
    mapping: dict[str, str]
    notes: tuple[str, ...]


def harmonised_measures() -> dict[str, tuple[str, ...]]:
    """List the measures that surveys share, and which surveys feed each.

    Examples
    --------
    >>> harmonised_measures()["police_view"]
    ('consultation_2024', 'impact_areas_2022')
    """
    return {
        name: tuple(feed["survey"] for feed in measure["feeds"])
        for name, measure in harmonised_table()["measures"].items()
    }


def harmonise(survey_name: str, measure: str) -> Harmonised:
    """Look up how a survey's answers map to a measure that surveys share.

    Parameters
    ----------
    survey_name
        A survey of the catalogue.
    measure
        A measure of `catalog/harmonised.toml`.

    Raises
    ------
    CatalogError
        The measure is unknown or the survey does not feed it; the table names an option
        that the questionnaire or the measure does not have, or leaves one out; or it
        joins different questions without saying how they differ.

    Examples
    --------
    >>> found = harmonise("womens_safety_2021", "safe_town_night")
    >>> found.mapping["Fairly unsafe"]
    'Unsafe'
    """
    return _harmonise(harmonised_table(), survey_name, measure)


def _harmonise(table: dict[str, Any], survey_name: str, measure: str) -> Harmonised:
    where = f"{HARMONISED}: {measure}"
    refuse_unknown([measure], table["measures"], HARMONISED)
    block = table["measures"][measure]
    feeds = {feed["survey"]: feed for feed in block["feeds"]}
    refuse_unknown([survey_name], feeds, where)
    _check_wording(block["feeds"], where)
    feed = feeds[survey_name]
    question = _fed(feed, where)
    mapping, where = feed["map"], f"{where}, {survey_name}"
    refuse_unknown(mapping, question.options, f"{where}: map")
    refuse_unknown(filter(None, mapping.values()), block["options"], f"{where}: map")
    for option in question.options:
        if option not in mapping:
            problem = f"{where}: {option!r} is not mapped."
            raise CatalogError(problem, hint='Add it; "" leaves it out on purpose.')
    return Harmonised(
        measure=measure,
        survey=survey_name,
        question=question.measure,
        options=tuple(block["options"]),
        mapping={option: to for option, to in mapping.items() if to},
        notes=tuple(_notes(question, feed)),
    )


def _fed(feed: dict[str, Any], where: str) -> Question:
    """Find the question that a feed names."""
    form = survey(feed["survey"])
    by_measure = {question.measure: question for question in form.questions}
    refuse_unknown([feed["question"]], by_measure, f"{where}, {form.name}: question")
    return by_measure[feed["question"]]


def _check_wording(feeds: list[dict[str, Any]], where: str) -> None:
    """Refuse a silent join of questions that are worded differently."""
    texts = {_fed(feed, where).text for feed in feeds}
    same = len(texts) == 1 and UNKNOWN not in texts
    for feed in feeds:
        if len(feeds) > 1 and not same and not feed.get("differs"):
            problem = f"{where} joins questions that are not worded alike, and"
            problem += f" {feed['survey']} does not say how its own differs."
            raise CatalogError(problem, hint='Add differs = "...".')


def _notes(question: Question, feed: dict[str, Any]) -> list[str]:
    title = survey(feed["survey"]).title
    notes = [f"{title}: {feed['differs']}"] if feed.get("differs") else []
    for option, to in feed["map"].items():
        if not to:
            notes.append(f'{title}: "{option}" is left out.')
        elif plain(option) != plain(to):
            notes.append(f'{title}: "{option}" is counted as "{to}".')
    if not question.options_known:
        notes.append(f"{title}: not all of its answers, or their wording, are printed.")
    return notes
