"""Weight the respondents of a survey so that they look like the residents."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.geography.atlas import Atlas
from geosafety.measures.weighting import Report, rake
from geosafety.pipeline.survey.references import AREAS
from geosafety.pipeline.survey.waves import Wave
from geosafety.tidy import BLANK, Answers

# Weighting by boroughs and by NPUs, which are boroughs or parts of them, would weight
# twice by the same.
USED_AREA = AREAS[0]


@dataclass(frozen=True)
class Weighting:
    """How a survey was weighted, or why it was not."""

    survey: str
    words: str
    report: Report | None = None


def weigh(wave: Wave, margins: pd.DataFrame, atlas: Atlas) -> tuple[Wave, Weighting]:
    """Give the respondents of a survey who live in the force area their weights.

    Parameters
    ----------
    margins
        What `references` returns. A dimension is used where it has figures for the
        force area and the survey asked for it in the same groups.

    Returns
    -------
    Wave, Weighting
        The wave as it was where nothing can be weighted by; the reason is in words.
    """
    inside = wave.area("force", atlas.layers["force"].areas.index).base
    own = margins[margins["geography"] == "force"]
    dimensions = [d for d in own["dimension"].unique() if d not in AREAS]
    if not dimensions:
        return _by_design(wave, "the project names no margins ([[margins]])")
    groups, targets, left_out = {}, {}, {}
    for dimension in [*dimensions, USED_AREA]:
        target = own[own["dimension"] == dimension].set_index("category")["population"]
        said, why = fitted(dimension_of(wave, dimension, atlas), target)
        if said is None:
            left_out[dimension] = why
            continue
        groups[dimension] = stated(said)[inside]
        targets[dimension] = target
    if not set(groups) - set(AREAS):
        return _by_design(wave, "; ".join(f"{d}: {w}" for d, w in left_out.items()))
    table = pd.DataFrame(groups)
    design = None
    if wave.design is not None:
        design = pd.Series(wave.design[inside], index=table.index)
    try:
        made = rake(table, targets, design=design)
    except MethodError as refused:
        return _by_design(wave, refused.problem)
    weights = np.full(wave.respondents, np.nan)
    weights[inside] = made.weights.to_numpy()
    words = _words(made.report, left_out)
    return replace(wave, weights=weights), Weighting(wave.name, words, made.report)


def _by_design(wave: Wave, why: str) -> tuple[Wave, Weighting]:
    """Weight by the design alone, where there is one."""
    if wave.design is None:
        return wave, Weighting(wave.name, f"Not weighted: {why}.")
    words = f"Weighted by the design weights of its file alone: {why}."
    weights = wave.design / wave.design.mean()
    return replace(wave, weights=weights), Weighting(wave.name, words)


def dimension_of(wave: Wave, dimension: str, atlas: Atlas) -> Answers | None:
    """Find what a dimension of the margins is in a survey: a question, or where."""
    if dimension in AREAS:
        return wave.area(dimension, atlas.layers[dimension].areas.index)
    return wave.demographics.get(dimension)


def stated(said: Answers) -> pd.Series:
    """Name the group of each respondent; missing where it is not stated."""
    options = np.array([*said.options, None], dtype=object)
    named = pd.Series(options[np.where(said.codes == BLANK, -1, said.codes)])
    return named.mask(named.isin(said.not_stated))


def fitted(said: Answers | None, target: pd.Series) -> tuple[Answers | None, str]:
    """Find the form in which a question has the groups of the margins, or say why none.

    The questionnaire's own options, or the bands that surveys share.

    Parameters
    ----------
    target
        Residents by group.
    """
    if said is None:
        return None, "the survey did not ask for it"
    why = _misfit(said, target)
    if not why:
        return said, ""
    if said.bands and not _misfit(banded := said.banded(), target):
        return banded, ""
    return None, why


def _misfit(said: Answers, target: pd.Series) -> str:
    """Say why the options of a question cannot be used; empty where they can."""
    for option in said.options:
        if option in said.not_stated:
            continue
        if option not in target.index or pd.isna(target[option]):
            return f'the margins have no group "{option}", as the survey calls it'
    return ""


def _words(report: Report, left_out: dict[str, str]) -> str:
    said = [report.sentence(), "Only who lives in the force area is weighted."]
    said += [f"Not used: {d}, because {why}." for d, why in left_out.items() if why]
    return " ".join(said)
