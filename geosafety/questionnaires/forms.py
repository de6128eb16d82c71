"""Read `catalog/surveys/*.toml`, and refuse a questionnaire that contradicts itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from geosafety.errors import CatalogError, nearest
from geosafety.questionnaires.model import UNKNOWN, Question, Survey, SurveyPlace
from geosafety.settings import catalog_text, from_block, geographies

TYPES = ["single", "multi", "ranking", "scale", "text"]
BASES = ["answered", "all"]
ROLES = ["home", "visit", "work", "partner", "any"]
DAY = re.compile(r"\d{4}-\d\d(-\d\d)?|unknown")


def survey_names() -> list[str]:
    """List the surveys of the catalogue.

    Examples
    --------
    >>> survey_names()[:2]
    ['consultation_2024', 'impact_areas_2022']
    """
    folder = files("geosafety").joinpath("catalog", "surveys")
    return sorted(f.name.removesuffix(".toml") for f in folder.iterdir())


@cache
def survey(name: str) -> Survey:
    """Look one questionnaire up, or say what it might have been meant to be."""
    if name not in survey_names():
        problem = f"There is no survey called {name!r} in the catalogue."
        raise CatalogError(problem, hint=nearest(name, survey_names()))
    return read_survey(catalog_text(f"surveys/{name}.toml"), f"surveys/{name}.toml")


def read_survey(text: str, where: str) -> Survey:
    """Make a questionnaire of TOML text.

    Raises
    ------
    CatalogError
        A key, a kind, a role or an option is not known (the nearest is named), or two
        parts of the questionnaire contradict each other.
    """
    block: dict[str, Any] = tomllib.loads(text)
    block["places"] = [
        _place(from_block(SurveyPlace, place, f"{where}: [[places]]"), where)
        for place in block.get("places", [])
    ]
    block["questions"] = [
        _question(question, f"{where}: {question.get('id', '[[questions]]')}")
        for question in block.get("questions", [])
    ]
    for key in ("languages", "channels"):
        if isinstance(block.get(key), str):
            block[key] = [block[key]]
    made = from_block(Survey, block, where)
    for day in made.fieldwork:
        if not DAY.fullmatch(day):
            problem = f"{where}: fieldwork is {day!r}."
            raise CatalogError(problem, hint="Use 2024-07-14, 2024-07 or unknown.")
    _distinct([q.measure for q in made.questions], f"{where}: the measure")
    return made


def _place(place: SurveyPlace, where: str) -> SurveyPlace:
    known = {"kind": ["postcode", "point", *geographies()], "role": ROLES}
    for key, choice in known.items():
        if (said := getattr(place, key)) not in choice:
            problem = f"{where}: [[places]] has {key} {said!r}."
            raise CatalogError(problem, hint=nearest(said, choice))
    return place


def _question(block: dict[str, Any], where: str) -> Question:
    question = from_block(Question, block, where)
    for key, choice in (("type", TYPES), ("base", BASES)):
        if (said := getattr(question, key)) not in choice:
            problem = f"{where} has {key} {said!r}."
            raise CatalogError(problem, hint=nearest(said, choice))
    question = _with_marks(question, where)
    _check_options(question, where)
    _check_choice(question, where)
    _check_bands(question, where)
    return question


def _with_marks(question: Question, where: str) -> Question:
    """Give a scale its whole numbers as options; a file may hold 8 or 8.0."""
    low, high = question.minimum, question.maximum
    if question.type != "scale":
        if low or high:
            problem = f"{where} has a minimum or maximum, and is no scale."
            raise CatalogError(problem, hint='Say type = "scale", or leave them out.')
        return question
    if question.options or low >= high:
        problem = f"{where} is a scale from {low} to {high}"
        problem += f" with {len(question.options)} options of its own."
        hint = "Give minimum and maximum, such as 0 and 10, and no options."
        raise CatalogError(problem, hint=hint)
    marks = tuple(str(mark) for mark in range(low, high + 1))
    options = (*marks, *question.dont_know, *question.prefer_not)
    aliases = {f"{mark}.0": mark for mark in marks} | question.aliases
    return replace(question, options=options, aliases=aliases)


def _check_options(question: Question, where: str) -> None:
    """Check the options, and everything that must be one of them, or must not be."""
    options = question.options
    if (question.type == "text") == bool(options):
        problem = f"{where} is {question.type} and has {len(options)} options."
        hint = 'Free text has none; where none is printed, options = ["unknown"].'
        raise CatalogError(problem, hint=hint)
    if UNKNOWN in options and (len(options) > 1 or question.options_known):
        problem = f"{where} has the option {UNKNOWN!r} beside others or as known."
        hint = 'Only options = ["unknown"] with options_known = false says so.'
        raise CatalogError(problem, hint=hint)
    _distinct([plain(option) for option in options], f"{where}: the option")
    refuse_unknown(question.dont_know, options, f"{where}: dont_know")
    refuse_unknown(question.prefer_not, options, f"{where}: prefer_not")
    refuse_unknown(question.aliases.values(), options, f"{where}: aliases")
    refuse_unknown(question.bands, options, f"{where}: bands")
    for other in (*question.aliases, *question.not_answered):
        if plain(other) in {plain(option) for option in options}:
            problem = f"{where}: {other!r} is an option already."
            hint = "An alias or a not_answered label is what no option is called."
            raise CatalogError(problem, hint=hint)


def _check_choice(question: Question, where: str) -> None:
    """Check what depends on the number of options, and on how many may be chosen."""
    several = question.type in ("multi", "ranking")
    if question.limit and not (several and 0 < question.limit <= len(question.options)):
        problem = f"{where} has limit {question.limit} of {len(question.options)}."
        hint = "A limit is for multi and ranking, and at most the number of options."
        raise CatalogError(problem, hint=hint)
    if several:
        for option in question.options:
            if question.separator in option:
                problem = f"{where}: {option!r} has the separator in it."
                raise CatalogError(problem, hint='Choose another, separator = "|".')
    if question.valence and len(question.valence) != len(question.substantive):
        problem = f"{where} has {len(question.valence)} numbers in valence"
        problem += f" for {len(question.substantive)} options."
        hint = "Give one for each option but don't know and prefer not to say."
        raise CatalogError(problem, hint=hint)


def _check_bands(question: Question, where: str) -> None:
    if not question.bands:
        return
    vocabulary = harmonised_table()["bands"]
    refuse_unknown([question.measure], vocabulary, f"{where}: bands of")
    bands = [band for band in question.bands.values() if band]
    refuse_unknown(bands, vocabulary[question.measure], f"{where}: bands")
    for option in question.substantive:
        if option not in question.bands:
            problem = f"{where}: {option!r} is in no band."
            raise CatalogError(problem, hint='Add it; "" leaves it out on purpose.')


def refuse_unknown(said: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse what is not known, and name the nearest."""
    for name in said:
        if name not in known:
            problem = f"{where} names {name!r}, which is not known."
            raise CatalogError(problem, hint=nearest(name, known))


def _distinct(names: list[str], where: str) -> None:
    for name in names:
        if names.count(name) > 1:
            problem = f"{where} {name!r} stands twice."
            raise CatalogError(problem, hint="Capitals and blanks make no difference.")


def plain(label: str) -> str:
    """Fold a label: capitals, blanks, kinds of apostrophe and dash do not matter."""
    straight = label.replace("\u2019", "'").replace("\u2013", "-")
    return " ".join(straight.split()).casefold()


@cache
def harmonised_table() -> dict[str, Any]:
    """Read `catalog/harmonised.toml`: shared bands and shared measures."""
    return tomllib.loads(catalog_text("harmonised.toml"))
