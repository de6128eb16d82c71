"""Read `catalog/surveys/*.toml`: questionnaires as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from geosafety.errors import CatalogError, nearest
from geosafety.settings import catalog_text, from_block, geographies

TYPES = ["single", "multi", "text"]
BASES = ["answered", "all"]


@dataclass(frozen=True, kw_only=True)
class SurveyPlace:
    """A column that says where, and in which role: home, visit, work, partner, any."""

    role: str
    kind: str
    column: str
    outside: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    separator: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: its heading in the file, its options in order, and its base."""

    id: str
    column: str
    measure: str
    text: str = "unknown"
    type: str = "single"
    options: tuple[str, ...] = ()
    valence: tuple[int, ...] = ()
    dont_know: tuple[str, ...] = ()
    prefer_not: tuple[str, ...] = ()
    separator: str = ";"
    limit: int = 0
    base: str = "answered"
    base_note: str = ""
    demographic: bool = False
    options_known: bool = True
    aliases: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One questionnaire; its name is also the period of its values."""

    name: str
    title: str
    source: str
    fieldwork: tuple[str, ...]
    mode: str
    languages: tuple[str, ...]
    responses: int
    places: tuple[SurveyPlace, ...]
    questions: tuple[Question, ...]
    note: str = ""

    @property
    def roles(self) -> list[str]:
        """The roles that a respondent may be placed in, in order."""
        return list(dict.fromkeys(place.role for place in self.places))

    def remarks(self) -> list[str]:
        """Say what a reader of its figures must know: how it was done, odd bases."""
        lines = [f"{self.title}: {self.mode}. {self.note}".strip()]
        lines += [
            f"{self.title}, {q.id}: {q.base_note}"
            for q in self.questions
            if q.base_note
        ]
        return lines


def survey_names() -> list[str]:
    """List the surveys of the catalogue."""
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
    """Make a questionnaire of TOML text."""
    block: dict[str, Any] = tomllib.loads(text)
    block["places"] = [
        from_block(SurveyPlace, place, f"{where}: [[places]]")
        for place in block.get("places", [])
    ]
    for place in block["places"]:
        known = ["postcode", "point", *geographies()]
        if place.kind not in known:
            problem = f"{where}: [[places]] has kind {place.kind!r}."
            raise CatalogError(problem, hint=nearest(place.kind, known))
    block["questions"] = [
        from_block(
            Question, question, f"{where}: {question.get('id', '[[questions]]')}"
        )
        for question in block.get("questions", [])
    ]
    for question in block["questions"]:
        for key, choice in (("type", TYPES), ("base", BASES)):
            if (said := getattr(question, key)) not in choice:
                problem = f"{where}: {question.id} has {key} {said!r}."
                raise CatalogError(problem, hint=nearest(said, choice))
    if isinstance(block.get("languages"), str):
        block["languages"] = [block["languages"]]
    return from_block(Survey, block, where)
