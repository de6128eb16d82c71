"""What a questionnaire is: its places, its questions, and how it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

UNKNOWN = "unknown"  # what no paper prints, and nobody makes up


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
    """One question: its heading in the file, its options in order, and its base.

    Attributes
    ----------
    measure
        What it measures: the name of its answers in tables and indicators.
    type
        `single`; `multi` (several, in one cell, between `separator`s); `ranking` (the
        same, the first choice first); `scale` (whole numbers, `minimum` to `maximum`,
        which become its options); `text`.
    options
        In the order of the questionnaire. `["unknown"]` where no paper prints any.
    options_known
        False where some options, or their wording, are not printed.
    valence
        One number for each option that is neither `dont_know` nor `prefer_not`: above 0
        is good, below 0 bad.
    not_answered
        What a file may hold instead of a blank; never an answer.
    limit
        How many options may be chosen or ranked; 0 for all.
    base
        Whether the share is of those who `answered` or of `all`; `base_note` says why.
    bands
        For a demographic question: which harmonised band each option is in; "" where it
        straddles two, or is in none.
    aliases
        Other spellings of an option in a file.
    """

    id: str
    column: str
    measure: str
    text: str = "unknown"
    type: str = "single"
    options: tuple[str, ...] = ()
    valence: tuple[int, ...] = ()
    dont_know: tuple[str, ...] = ()
    prefer_not: tuple[str, ...] = ()
    not_answered: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    separator: str = ";"
    limit: int = 0
    base: str = "answered"
    base_note: str = ""
    demographic: bool = False
    options_known: bool = True
    bands: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def unprinted(self) -> bool:
        """Whether no option is known: its column cannot be read until they are."""
        return self.options == (UNKNOWN,)

    @property
    def substantive(self) -> tuple[str, ...]:
        """The options that say something: not "don't know", not "prefer not to say"."""
        silent = {*self.dont_know, *self.prefer_not}
        return tuple(option for option in self.options if option not in silent)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One questionnaire; its name is also the period of its values.

    `submitted` and `weight` are the columns that hold the day of each response and its
    design weight, where there are any.
    """

    name: str
    title: str
    source: str
    fieldwork: tuple[str, ...]
    mode: str
    languages: tuple[str, ...]
    responses: int
    places: tuple[SurveyPlace, ...]
    questions: tuple[Question, ...]
    channels: tuple[str, ...] = ()
    submitted: str = ""
    weight: str = ""
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
