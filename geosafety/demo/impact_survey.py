"""The synthetic respondents of the impact-area survey of February and March 2022."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geosafety.demo.allot import Floats, Labels, claim, cut, joined, level, top
from geosafety.demo.places import Places

HEADINGS = {
    "response": "Response",
    "submitted": "Submitted",
    "impact_area": "Impact area",
    "link": "What is your link to the impact area?",
    "police_rating": "How do you rate your local police?",
    "rating_reason": "Tell us why you rate us this way?",
    "visibility_comment": "Comment on visible policing (coded)",
    "concerns": "Do you have any community concerns?",
    "concern_details": "If yes, tell us what these are",
    "concern_themes": "Community concerns (coded)",
    "age": "Age",
    "ethnicity": "Ethnicity",
    "sex": "Sex",
    "language": "Language",
    "channel": "How the survey was reached",
    "made_up": "Made up",
}


def impact_survey(
    places: Places, margins: dict[str, Any], *, seed: int
) -> pd.DataFrame:
    """Make the impact-area survey's response file.

    Parameters
    ----------
    places
        Holds the impact areas, in the order of their codes.
    margins
        The tables under `[impact]` of the margins.
    seed
        The same seed gives the same file.

    Returns
    -------
    pandas.DataFrame
        One row per response, one column per question, headed as in the file.
    """
    rng = np.random.default_rng([seed, 2022])
    counts = margins["counts"]
    size = margins["responses"]
    names = places.impact_areas["area_name"].to_numpy(dtype=object)
    # Some areas think better of their police than others: a map has something to show.
    feeling = np.repeat(rng.normal(0, 0.3, len(names)), margins["areas"])
    frame = pd.DataFrame({"impact_area": np.repeat(names, margins["areas"])})
    frame["link"] = cut(rng.normal(0, 1, size), counts["link"])
    for question, answer in _people(counts, size, rng).items():
        frame[question] = answer
    for question, answer in _views(counts, feeling, rng).items():
        frame[question] = answer
    days = pd.date_range("2022-02-01", "2022-03-31").strftime("%Y-%m-%d")
    frame["submitted"] = np.sort(rng.choice(days.to_numpy(dtype=object), size))
    frame = frame.assign(rating_reason="", concern_details="")
    frame = frame.iloc[rng.permutation(size)].sort_values("submitted", kind="stable")
    frame["response"] = [f"I{number:05d}" for number in range(1, size + 1)]
    frame["made_up"] = "yes: synthetic respondent"
    return frame[list(HEADINGS)].rename(columns=HEADINGS).reset_index(drop=True)


def _people(
    counts: dict[str, dict[str, int]], size: int, rng: np.random.Generator
) -> dict[str, Labels]:
    """Age, ethnicity, sex, language and channel; all demographic answers optional."""
    shy, years = rng.normal(0, 1, size), rng.normal(0, 1, size)
    ages = {key: n for key, n in counts["age"].items() if key}
    tells = ~top(3 * shy + rng.normal(0, 1, size), counts["age"][""])
    age = np.full(size, "", dtype=object)
    age[tells] = cut(years[tells], ages)
    ethnicity = claim(
        {
            "": 3 * shy + rng.normal(0, 1, size),
            "White other": rng.normal(0, 1, size) - 0.3 * years,
            "Asian or Asian British": rng.normal(0, 1, size) - 0.6 * years,
            "Black or Black British": rng.normal(0, 1, size) - 0.4 * years,
            "Mixed or multiple ethnic groups": rng.normal(0, 1, size) - 0.4 * years,
            "Other": rng.normal(0, 1, size),
        },
        counts["ethnicity"],
        size,
    )
    south_asian = ethnicity == "Asian or Asian British"
    language = claim(
        {
            "Urdu": 4.0 * south_asian + rng.normal(0, 1, size),
            "Punjabi": 4.0 * south_asian + rng.normal(0, 1, size),
            "Polish": 4.0 * (ethnicity == "White other") + rng.normal(0, 1, size),
            "Romanian": 4.0 * (ethnicity == "White other") + rng.normal(0, 1, size),
        },
        counts["language"],
        size,
    )
    sex = claim(
        {"": 3 * shy + rng.normal(0, 1, size), "Male": rng.normal(0, 1, size)},
        counts["sex"],
        size,
    )
    channel = cut(rng.normal(0, 1, size), counts["channel"])
    return {
        "age": age,
        "ethnicity": ethnicity,
        "sex": sex,
        "language": language,
        "channel": channel,
    }


def _views(
    counts: dict[str, dict[str, int]], feeling: Floats, rng: np.random.Generator
) -> dict[str, Any]:
    size = len(feeling)
    wanted = counts["police_rating"]
    scale = {key: n for key, n in wanted.items() if key not in {"", "Don't know"}}
    unsaid = {key: n for key, n in wanted.items() if key not in scale}
    rating = claim(
        {key: rng.normal(0, 1, size) for key in unsaid},
        {**unsaid, "rated": sum(scale.values())},
        size,
    )
    rated = rating == "rated"
    rating[rated] = cut((rng.normal(0, 1, size) - feeling)[rated], scale)
    concerns = claim(
        {"": rng.normal(0, 1, size), "No": feeling + rng.normal(0, 1, size)},
        counts["concerns"],
        size,
    )
    return {
        "police_rating": rating,
        "visibility_comment": _visibility(rating, counts["visibility_comment"], rng),
        "concerns": concerns,
        "concern_themes": _themes(concerns == "Yes", counts["concern_themes"], rng),
    }


def _visibility(
    rating: Labels, counts: dict[str, int], rng: np.random.Generator
) -> Labels:
    """Good ratings praise visible policing; poor ones and don't-knows miss it."""
    comment = np.full(len(rating), "", dtype=object)
    groups = (
        ["Very good", "Good"],
        ["Poor", "Very poor", "Don't know"],
    )
    for (text, number), group in zip(counts.items(), groups, strict=True):
        may = np.isin(rating, group)
        comment[top(np.where(may, rng.random(len(rating)), -1.0), number)] = text
    return comment


def _themes(
    asked: np.ndarray[Any, np.dtype[np.bool_]],
    counts: dict[str, int],
    rng: np.random.Generator,
) -> Labels:
    """Code the concerns of those who have any: at least one theme each."""
    people = int(asked.sum())
    picks = np.column_stack([top(rng.random(people), n) for n in counts.values()])
    level(picks, np.full(people, "asked", dtype=object), 1, len(counts))
    themes = np.full(len(asked), "", dtype=object)
    themes[asked] = joined(picks, list(counts))
    return themes
