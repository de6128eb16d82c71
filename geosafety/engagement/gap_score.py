"""A summary of the gap sheet's parts, and how far the weights decide it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.measures.legitimacy import legitimacy, reference_year

COLUMNS = ["score", "score_lower", "score_upper"]
COLUMNS += ["rank", "rank_lower", "rank_upper", "of"]
LEAST_PARTS, LEAST_AREAS = 2, 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Score:
    """The score of every area.

    Attributes
    ----------
    table
        By area, `COLUMNS` and `score_words`: the range of ranks, or why there is none.
    weights
        What each part counted for, adding up to 1; empty where there is no score.
    """

    table: pd.DataFrame
    weights: dict[str, float]


def gap_score(
    values: pd.DataFrame,
    status: pd.DataFrame,
    *,
    widest: Mapping[str, str],
    weights: Mapping[str, float],
    seed: int,
) -> Score:
    """Score areas on their standardised parts: 100 is their mean, more a wider gap.

    Ten points are one standard deviation between the areas of this sheet, so that
    scores of two sheets cannot be compared. Rank 1 is the widest gap; the range of
    ranks is over weights drawn around those given (`measures.legitimacy`), and holds
    nothing of the parts' own uncertainty.

    Parameters
    ----------
    values
        Smoothed values, one column per part, by area.
    status
        The same shape: only `ok` values count, and an area that lacks one of the parts
        has no score, never a mean of the rest.
    widest
        `low` or `high` for each part: the side on which the gap is.
    weights
        By part, 0 or more. Parts of 0 are left out, and so are those in which areas do
        not differ. Of a part that counts, two areas at least must have an `ok` value,
        or no area has a score.

    Raises
    ------
    InputError
        A weight is below 0, or for a part that the sheet lacks.

    Examples
    --------
    >>> values = pd.DataFrame({"members": [40.0, 60], "crime": [90.0, 50]}, list("AB"))
    >>> ok = pd.DataFrame("ok", index=values.index, columns=values.columns)
    >>> side, weights = {"members": "low", "crime": "high"}, {"members": 1, "crime": 1}
    >>> found = gap_score(values, ok, widest=side, weights=weights, seed=1)
    >>> found.table["score"].round(1).tolist()
    [107.1, 92.9]
    """
    _checked(weights, list(values.columns))
    known = values.where(status == "ok")
    reference = reference_year(known)
    asked = [str(p) for p in known if weights[str(p)] > 0]
    scarce = [p for p in asked if reference["areas"][p] < LEAST_AREAS]
    if scarce:
        return _none(values.index, f"too few areas have {' and '.join(scarce)}")
    used = [p for p in asked if reference["sd"][p] > 0]
    if len(used) < LEAST_PARTS:
        return _none(values.index, "it takes two parts in which areas differ")
    total = sum(weights[part] for part in used)
    shares = {part: weights[part] / total for part in used}
    # In `legitimacy` a high score is good; here it is a wide gap.
    higher_is = {part: "worse" if widest[part] == "low" else "better" for part in used}
    made = legitimacy(
        known[used], reference, higher_is=higher_is, weights=shares, seed=seed
    )
    why = [_why(row) for row in status[used].to_dict("records")]
    words = made["words"].mask(made["status"] != "ok", pd.Series(why, made.index))
    return Score(table=made[COLUMNS].assign(score_words=words), weights=shares)


def _none(index: pd.Index, why: str) -> Score:
    """Return no score for anyone, and the reason."""
    empty = pd.DataFrame(index=index, columns=COLUMNS, dtype=float)
    return Score(table=empty.assign(score_words=f"not available: {why}"), weights={})


def _checked(weights: Mapping[str, float], parts: list[str]) -> None:
    for part, weight in weights.items():
        if part not in parts:
            problem = f"There is a weight for {part!r}, which is no part of this sheet."
            raise InputError(problem, hint=nearest(part, parts))
        if not weight >= 0:
            problem = f"The weight of {part!r} is {weight}."
            raise InputError(problem, hint="Give 0 or more; 0 leaves it out.")


def _why(status: Mapping[object, str]) -> str:
    lacking = [f"{part} ({word})" for part, word in status.items() if word != "ok"]
    return f"not available: {', '.join(lacking)}"
