"""What lies behind a synthetic respondent, and the demographic answers it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geosafety.demo.allot import Floats, Labels, claim, cut, standard

PREFER_NOT = "Prefer not to say"
ASIAN = "Asian or Asian British"
BLACK = "Black, Black British, Caribbean, or African"
# The local areas with the largest shares of Asian residents in the 2021 census.
CORE = ("Birmingham", "Sandwell", "Wolverhampton")

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, kw_only=True)
class Person:
    """What lies behind a respondent's answers: one array each, mean 0, spread 1."""

    need: Floats
    age: Floats
    privacy: Floats
    trust: Floats
    noise: np.random.Generator

    def jitter(self, spread: float = 1.0) -> Floats:
        """Draw independent noise for one answer."""
        return self.noise.normal(0.0, spread, len(self.need))


def make_person(need: Floats, rng: np.random.Generator) -> Person:
    """Draw age, privacy and trust; both age and trust lean on the need at home.

    Parameters
    ----------
    need
        The synthetic need where each respondent lives, above 0.
    rng
        The source of the noise, kept for the answers.

    Returns
    -------
    Person
        One array per trait.
    """
    # Need is skewed: its logarithm keeps a few areas from deciding every answer.
    size, need = len(need), standard(np.log(need))
    age = standard(rng.normal(0, 1, size) - 0.2 * need)
    trust = standard(rng.normal(0, 1, size) - 0.25 * need + 0.25 * age)
    return Person(
        need=need, age=age, privacy=rng.normal(0, 1, size), trust=trust, noise=rng
    )


def demographics(person: Person, area: Labels, counts: Counts) -> dict[str, Labels]:
    """Answer the seven demographic questions.

    Parameters
    ----------
    person
        The traits behind the answers.
    area
        The local area of each respondent.
    counts
        How many gave each answer, by measure.

    Returns
    -------
    dict
        Answers by measure.
    """
    core = np.isin(area, CORE)
    ethnicity = _claim(
        person,
        counts["ethnicity"],
        {
            "White": 0.6 * person.age - 0.2 * person.need - 0.4 * core,
            BLACK: 0.2 * person.need,
            "Mixed or multiple ethnic groups": -0.5 * person.age,
            "Other": 0.0 * person.age,
        },
    )
    return {
        "age": cut(person.age, counts["age"]),
        "ethnicity": ethnicity,
        "religion": _religion(person, ethnicity, counts["religion"]),
        **_identity(person, counts),
    }


def _religion(person: Person, ethnicity: Labels, counts: dict[str, int]) -> Labels:
    asian, black = 1.0 * (ethnicity == ASIAN), 1.0 * (ethnicity == BLACK)
    leaning = {
        "Muslim": 2.6 * asian + 0.5 * black + 0.2 * person.need,
        "Sikh": 2.4 * asian,
        "Hindu": 2.4 * asian,
        "Buddhist": 0.3 * asian,
        "Jewish": 0.5 * person.age - asian,
        "Any other religion": 0.2 * asian,
        "Christian": 0.7 * person.age + 0.8 * black - 2.0 * asian,
    }
    return _claim(person, counts, leaning)


def _identity(person: Person, counts: Counts) -> dict[str, Labels]:
    age = person.age
    leanings = {
        "sex": {"Male": 0.2 * age},
        "gender_identity": {"Transgender or non-binary": -0.8 * age},
        "sexuality": {
            "Bisexual": -1.0 * age,
            "Gay or lesbian": -0.5 * age,
            "Other": -0.3 * age,
        },
        "disability": {"Yes": 0.7 * age + 0.4 * person.need},
    }
    return {
        measure: _claim(person, counts[measure], leaning)
        for measure, leaning in leanings.items()
    }


def _claim(
    person: Person, counts: dict[str, int], leaning: dict[str, Floats]
) -> Labels:
    """Those who wish for privacy say so first; then each answer claims its own."""
    scores = {PREFER_NOT: 3 * person.privacy + person.jitter()}
    scores |= {label: lean + person.jitter() for label, lean in leaning.items()}
    return claim(scores, counts, len(person.need))
