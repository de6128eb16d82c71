"""What the surveys page asks: who answered, what they said, and how firm that is.

Rows are plain dictionaries with the columns of the results table they are from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dash_app.queries.source import frame, manifest, records, source, where
from dash_app.queries.survey_choices import (
    Asked,
    area_names,
    estimates_of,
    survey_names,
)
from geosafety.errors import CatalogError
from geosafety.questionnaires import forms
from geosafety.questionnaires.model import Survey

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """How one survey was done and weighted.

    Attributes
    ----------
    about
        The questionnaire; None for one that the catalogue does not hold.
    rows, kind, origin
        How many answers were read, of which kind, and from where.
    weighting
        Its row of `weighting`: words, effective number, design effect; may be empty.
    """

    name: str
    about: Survey | None
    rows: int
    kind: str
    origin: str
    weighting: Record


@lru_cache(maxsize=16)
def _estimates(path: Path, _stamp: int, survey: str, indicator: str) -> pd.DataFrame:
    return estimates_of(path, survey, indicator=indicator)


def facts() -> list[Facts]:
    """Return how each survey was done and weighted."""
    inputs = {str(one.get("name", "")): one for one in manifest().get("inputs", [])}
    table = where(frame("weighting"), dimension="")
    weights = {str(row["survey"]): row for row in records(table)}
    return [
        Facts(
            name=name,
            about=_questionnaire(name),
            rows=int(inputs.get(name, {}).get("rows", 0)),
            kind=str(inputs.get(name, {}).get("kind", "")),
            origin=str(inputs.get(name, {}).get("source", "")),
            weighting=weights.get(name, {}),
        )
        for name in survey_names()
    ]


def _questionnaire(name: str) -> Survey | None:
    try:
        return forms.survey(name)
    except CatalogError:
        return None


def questionnaires() -> dict[str, str]:
    """Return the title of every questionnaire of the catalogue, by its name."""
    return {name: forms.survey(name).title for name in forms.survey_names()}


def margins(asked: Asked) -> list[Record]:
    """Return what each margin was before and after weighting."""
    rows = where(frame("weighting"), survey=asked.survey)
    return _labelled(row for row in records(rows) if row["dimension"])


def representation(asked: Asked) -> list[Record]:
    """Return who answered in the area, against who lives there."""
    return _labelled(_here("representation", asked))


def responses_needed(asked: Asked) -> list[Record]:
    """Return how many more answers each group of the area needs."""
    return _labelled(_here("responses_needed", asked))


def needed_by_area(asked: Asked) -> dict[str, list[Record]]:
    """Return what each borough's groups need, by the borough's name."""
    rows = where(frame("responses_needed"), survey=asked.survey, dimension=asked.by)
    found: dict[str, list[Record]] = {}
    for row in _labelled(records(where(rows, geography="local_authority"))):
        found.setdefault(str(row["area_name"]), []).append(row)
    return found


def evenness(asked: Asked) -> list[Record]:
    """Return how evenly groups answered, a row for each way of grouping people."""
    rows = where(frame("evenness"), survey=asked.survey)
    return [row for row in records(where(rows, category="")) if row["words"]]


def response_rates(asked: Asked) -> list[Record]:
    """Return how many answered of those asked; empty where nobody counted these."""
    return records(where(frame("response_rates"), survey=asked.survey))


def _here(table: str, asked: Asked) -> list[Record]:
    rows = where(frame(table), survey=asked.survey, area_code=asked.area)
    return records(where(rows, geography=asked.geography))


def _labelled(rows: Iterable[Record]) -> list[Record]:
    """Add `name`: the category, or the name of an area that is one."""
    names = area_names()
    return [r | {"name": names.get(r["category"], r["category"])} for r in rows]


def priorities(asked: Asked) -> list[tuple[str, list[Record], list[Record]]]:
    """Return each question of several answers: its name, its options, what leads.

    The first of what leads is of all weeks; the others are of a week each.
    """
    options, leads = _here("priorities", asked), _here("leads", asked)
    known = [row for row in options if not row["week"]]
    weeks = sorted(leads, key=lambda row: str(row["week"]))
    names = dict.fromkeys(str(row["question"]) for row in known)
    return [(q, _of_question(known, q), _of_question(weeks, q)) for q in names]


def _of_question(rows: list[Record], question: str) -> list[Record]:
    return [row for row in rows if row["question"] == question]


def comparisons(asked: Asked, kind: str, **wanted: str) -> list[Record]:
    """Return the area's comparisons of one kind: groups, home and visited, waves."""
    rows = where(frame("comparisons"), survey=asked.survey, area_code=asked.area)
    rows = where(rows, geography=asked.geography, comparison=kind, **wanted)
    return records(rows)


def by_group(asked: Asked) -> list[Record]:
    """Return the figure for each group of people in the area, and for everyone."""
    rows = _estimates(*source(), asked.survey, asked.indicator)
    here = where(rows, area_code=asked.area, geography=asked.geography)
    wanted = here[here["by"].isin(["", asked.by])] if len(here) else here
    return _labelled(records(wanted))


def by_area(asked: Asked) -> list[Record]:
    """Return the figure for the Force and for each area of the layer, by name."""
    rows = _estimates(*source(), asked.survey, asked.indicator)
    everyone, names = where(rows, by=""), area_names()
    force = records(where(everyone, geography="force"))
    areas = records(where(everyone, geography=asked.layer))
    named = [r | {"name": names.get(r["area_code"], r["area_code"])} for r in areas]
    return [r | {"name": "Force"} for r in force] + sorted(
        named, key=lambda row: str(row["name"])
    )
