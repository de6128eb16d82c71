"""Of which period each part of the gap sheet is, and of which survey."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.engagement.gap_rules import Part, gap_rules
from geosafety.errors import InputError, nearest
from geosafety.pipeline.export import latest_period

FORCE = "force"
ANSWERS = "survey_responses"


def choose_period(known: list[str], wish: str, otherwise: str) -> str:
    """Choose a part's period: as asked, else a range that holds it, else another.

    Parameters
    ----------
    known
        Months (`2022-03`), ranges (`2021-04/2022-03`) or the names of surveys.
    wish
        What is asked for, or nothing. A month stands for the range that holds it, the
        one that ends with it if there is one, and of those the shortest; only where
        there is none, for the month itself.
    otherwise
        Where nothing fits.

    Examples
    --------
    >>> known = ["2022-02", "2022-03", "2021-04/2022-03", "2021-04/2023-03"]
    >>> choose_period(known, "2022-03", "")
    '2021-04/2022-03'
    >>> choose_period(["consultation_2024"], "2022-03", "consultation_2024")
    'consultation_2024'
    """
    ranges = [(p.split("/")[0], p.split("/")[1]) for p in known if "/" in p]
    holding = [r for r in ranges if r[0] <= wish <= r[1]]
    if not holding or "/" in wish:
        return wish if wish in known else otherwise
    latest_start = sorted(holding, reverse=True)
    best = min(latest_start, key=lambda r: r[1])
    return f"{best[0]}/{best[1]}"


def period_of(
    part: Part, here: pd.DataFrame, periods: Mapping[str, str], survey: str
) -> str:
    """Choose a part's period among those that its layer has.

    Parameters
    ----------
    here
        The values of the part's indicator in the layer.
    periods
        By part, and under "" for all that have no own.
    survey
        The survey that parts of a survey are of.

    Raises
    ------
    InputError
        The part is asked for in a period that is not there.
    """
    known = sorted(here["period"].unique())
    wish = periods.get(part.name, "")
    if wish and wish not in known:
        problem = f"These results hold no {part.indicator} of {wish!r}."
        raise InputError(problem, hint=nearest(wish, known))
    last = survey if survey in known else latest_period(here)
    # A year that the source does not cover is shown only if it is asked for by name.
    valued = sorted(here.loc[here["value"].notna(), "period"].unique())
    return wish or choose_period(valued, periods.get("", ""), last)


def find_survey(folder: Path, geography: str, periods: Mapping[str, str]) -> str:
    """Choose the survey of all parts: asked for, else with safety, else the largest."""
    values = results.read_values(folder, geography=[FORCE], indicator=[ANSWERS])
    rows = values.dropna(subset=["value"])
    name = gap_rules().parts["safety"].indicator
    safety = results.read_values(folder, geography=[geography], indicator=[name])
    for some in (set(periods.values()), set(safety["period"])):
        kept = rows[rows["period"].isin(some)]
        rows = kept if len(kept) else rows
    return str(rows["period"].iloc[int(rows["value"].argmax())]) if len(rows) else ""
