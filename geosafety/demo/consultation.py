"""The synthetic respondents of the 2024 consultation.

Every margin is the published one, exactly; who gave which answer is invented. Need
where a person lives, age, trust in the police and a wish for privacy tie the answers
of one person together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geosafety.demo.allot import Floats, Labels, cut, joined, level, top
from geosafety.demo.person import Person, demographics, make_person
from geosafety.demo.places import Places
from geosafety.demo.priorities import AREA, WEEK, choose_priorities

OUTSIDE = "Outside the West Midlands"
DONT_KNOW = "Don't know"

# The headings of the file: the wording as printed, where the paper prints it.
HEADINGS = {
    "response": "Response",
    WEEK: "Submitted",
    "agrees_priorities": "Do you agree with the priorities and principles?",
    "good_relations": (
        "Do you think the priorities and principles support good relations?"
    ),
    "priorities": "Police responsibilities (up to ten)",
    AREA: "Where do you live?",
    "postcode": "Home postcode",
    "safe_home": "How safe do you feel where you live?",
    "visits_other_area": "Do you regularly visit, work, or volunteer in another area?",
    "areas_visited": "Which area(s) do you regularly visit, work, or volunteer?",
    "safe_visiting": (
        "How safe do you feel where you regularly visit, work, or volunteer?"
    ),
    "contact_police": "Have you had contact with WMP in the last 3 years?",
    "police_experience": "How would you rate your experience with WMP?",
    "police_view": "What is your overall view of WMP?",
    "more_thoughts": "Additional thoughts on the priorities and principles",
    "more_responsibilities": "Additional police responsibilities to prioritise",
    "sex": "Sex",
    "gender_identity": "Gender identity",
    "age": "Age",
    "ethnicity": "Ethnicity",
    "religion": "Religion",
    "sexuality": "Sexuality",
    "disability": "Disability",
    "made_up": "Made up",
}


def consultation(places: Places, margins: dict[str, Any], *, seed: int) -> pd.DataFrame:
    """Make the consultation's response file.

    Parameters
    ----------
    places
        Small areas and postcodes for the homes.
    margins
        The tables under `[consultation]` of the margins.
    seed
        The same seed gives the same file.

    Returns
    -------
    pandas.DataFrame
        One row per response, one column per question, headed as in the file.
    """
    rng = np.random.default_rng([seed, 2024])
    counts = margins["counts"]
    answers = _homes(places, counts[AREA], rng)
    person = make_person(answers.pop("need"), rng)
    answers |= demographics(person, answers[AREA], counts)
    answers |= _opinions(person, counts)
    answers |= _visits(person, answers, counts)
    answers |= _police(person, counts)
    answers |= choose_priorities(answers, margins, rng)
    size = len(person.need)
    blank = np.full(size, "", dtype=object)
    answers |= {"more_thoughts": blank, "more_responsibilities": blank}
    order = np.argsort(answers[WEEK].astype("U10"), kind="stable")
    frame = pd.DataFrame(answers).iloc[order]
    frame["response"] = [f"C{number:05d}" for number in range(1, size + 1)]
    frame["made_up"] = "yes: synthetic respondent"
    return frame[list(HEADINGS)].rename(columns=HEADINGS).reset_index(drop=True)


def _homes(
    places: Places, counts: dict[str, int], rng: np.random.Generator
) -> dict[str, Any]:
    """Give everyone a local area and, most of them, a postcode in it."""
    homes = places.postcodes.merge(
        places.lsoas[["area_code", "local_authority", "synthetic_need"]],
        left_on="lsoa",
        right_on="area_code",
    )
    areas, postcodes, needs = [], [], []
    for area, size in counts.items():
        areas += [area] * size
        if area == OUTSIDE:
            postcodes += [""] * size
            needs += [1.0] * size
            continue
        near = homes[homes["local_authority"] == area]
        row = near.iloc[rng.integers(len(near), size=size)]
        postcodes += row["postcode"].tolist()
        needs += row["synthetic_need"].tolist()
    return {
        AREA: np.array(areas, dtype=object),
        "postcode": _as_typed(np.array(postcodes, dtype=object), rng),
        "need": np.array(needs),
    }


def _as_typed(postcodes: Labels, rng: np.random.Generator) -> Labels:
    """Leave one in eight blank; write some of the rest as people do."""
    habit = rng.random(len(postcodes))
    typed = postcodes.copy()
    typed[habit < 0.125] = ""
    for chosen, change in (
        ((habit > 0.85) & (habit < 0.92), str.lower),
        (habit > 0.92, lambda code: code.replace(" ", "")),
    ):
        typed[chosen] = [change(code) for code in typed[chosen]]
    # Well formed, and not a postcode: to be counted as unplaced, not lost.
    typed[(habit > 0.5) & (habit < 0.502)] = "B99 9ZZ"
    return typed


def _opinions(person: Person, counts: dict[str, dict[str, int]]) -> dict[str, Labels]:
    safe = 0.35 * person.need - 0.4 * person.trust + person.jitter()
    return {
        "agrees_priorities": cut(
            person.jitter() - 0.7 * person.trust, counts["agrees_priorities"]
        ),
        "good_relations": cut(
            person.jitter() - 0.7 * person.trust, counts["good_relations"]
        ),
        "safe_home": _scale(safe, person.jitter(), counts["safe_home"]),
    }


def _scale(score: Floats, unsure: Floats, counts: dict[str, int]) -> Labels:
    """Cut a scale at its counts, once the "don't know"s are taken out by chance."""
    substantive = {key: n for key, n in counts.items() if key != DONT_KNOW}
    knows = ~top(unsure, counts.get(DONT_KNOW, 0))
    answer = np.full(len(score), DONT_KNOW, dtype=object)
    answer[knows] = cut(score[knows], substantive)
    return answer


def _visits(
    person: Person, answers: dict[str, Any], counts: dict[str, dict[str, int]]
) -> dict[str, Any]:
    """Route: only those who visit another area are asked where, and how safe it is."""
    size = len(person.need)
    lives_in = answers[AREA]
    # The young and the old go elsewhere less; Birmingham is an area of its own size.
    elsewhere = -0.6 * person.age**2 - 0.5 * (lives_in == "Birmingham")
    visits = cut(-elsewhere + person.jitter(), counts["visits_other_area"])
    asked = visits == "Yes"
    options = list(counts["areas_visited"])
    picks = np.zeros((int(asked.sum()), len(options)), dtype=bool)
    for column, (option, number) in enumerate(counts["areas_visited"].items()):
        own = 4.0 * (lives_in[asked] == option) * (option != "Birmingham")
        picks[:, column] = top(person.jitter()[asked] - own, number)
    level(picks, np.full(len(picks), "asked", dtype=object), 1, len(options))
    where = np.full(size, "", dtype=object)
    where[asked] = joined(picks, options)
    feels = (0.2 * person.need - 0.5 * person.trust + person.jitter())[asked]
    safe = np.full(size, "", dtype=object)
    safe[asked] = _scale(feels, person.jitter()[asked], counts["safe_visiting"])
    return {"visits_other_area": visits, "areas_visited": where, "safe_visiting": safe}


def _police(person: Person, counts: dict[str, dict[str, int]]) -> dict[str, Labels]:
    contact = cut(person.jitter() - 0.3 * person.need, counts["contact_police"])
    had = contact == "Yes"
    went = -person.trust + person.jitter(0.8)
    experience = np.full(len(had), "", dtype=object)
    experience[had] = cut(went[had], counts["police_experience"])
    view = np.where(had, 0.8 * went, 0.0) - 0.8 * person.trust + person.jitter(0.6)
    return {
        "contact_police": contact,
        "police_experience": experience,
        "police_view": cut(view, counts["police_view"]),
    }
