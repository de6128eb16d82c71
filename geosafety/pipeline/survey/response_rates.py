"""How many of those who were asked answered: by survey and breakdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from geosafety.measures.response_rates import NUMBERS, response_rates
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.survey.waves import EVERYONE, Wave
from geosafety.project import Project
from geosafety.readers.invited import INVITED, Invited, read_invited
from geosafety.settings import Dataset
from geosafety.tidy import BLANK, Answers, Observations

ALL = "all"
KEYS = ["survey", "dimension", "category"]


def read_all_invited(project: Project) -> list[Invited]:
    """Read how many each survey of the project asked, where a file says so."""
    blocks = [s for s in project.inputs if s.dataset == "survey"]
    return [found for s in blocks if (found := read_invited(s, project)) is not None]


def invited_notes(invited: list[Invited]) -> list[str]:
    """Say how many were asked, and by which file."""
    return [
        f"{one.survey}: {one.table[INVITED].sum():,.0f} people were asked, as "
        f"{one.file} says (SHA-256 {one.sha256})."
        for one in invited
    ]


def response_rate_tables(
    dataset: Dataset,
    invited: list[Invited],
    inputs: list[Placed],
    surveys: Sequence[Wave] = (),
) -> Iterator[pd.DataFrame]:
    """Yield the response rates of each survey that says how many it asked.

    Parameters
    ----------
    dataset
        The survey policy: `suppress_below`, `low_base_below`.
    surveys
        With what is hidden of each, as decided for all its tables.

    Yields
    ------
    DataFrame
        `survey, dimension, category, responses, invited, rate, lower, upper, status,
        words, kind, source`: the whole (`all`, `all`), and each breakdown by itself.
        Responses are answers that could be read, wherever the person lives; those who
        are in no group of a breakdown are in the whole alone.
    """
    for one in invited:
        data = next(
            p.data
            for p in inputs
            if p.data.dataset == "survey" and p.data.survey == one.survey
        )
        for dimension in [ALL, *one.measures]:
            counts = _counts(one, data, dimension)
            rates = response_rates(
                counts,
                suppress_below=dataset.suppress_below,
                low_base_below=dataset.low_base_below,
            )
            rates = _without(rates, _hidden(surveys, one.survey, dimension))
            keys = {"survey": one.survey, "dimension": dimension}
            about = {"kind": data.kind, "source": one.source}
            table = rates.rename_axis("category").reset_index().assign(**keys, **about)
            yield table[[*KEYS, *[c for c in table if c not in KEYS]]]


def _counts(one: Invited, data: Observations, dimension: str) -> pd.DataFrame:
    """Count responses and people asked by the options of one question."""
    if dimension == ALL:
        respondents = len(next(iter(data.answers.values())).codes)
        total = one.table[INVITED].sum()
        columns = {"responses": [respondents], "invited": [total]}
        return pd.DataFrame(columns, index=[ALL])
    asked = one.table.groupby(dimension)[INVITED].sum()
    said = data.answers.get(dimension)
    answered = _answered(said) if said else pd.Series(dtype=float)
    options = list(said.options) if said else list(asked.index)
    kept = [o for o in options if o in asked.index or answered.get(o, 0)]
    # Nobody asked is not known of a group that the file leaves out.
    return pd.DataFrame(
        {"responses": answered.reindex(kept), "invited": asked.reindex(kept)}
    )


def _hidden(surveys: Sequence[Wave], survey: str, dimension: str) -> set[str]:
    """List the groups of everyone who answered that are hidden."""
    for wave in surveys:
        said = wave.answers.get(dimension)
        if wave.name == survey and said is not None:
            counted = wave.counts(wave.home, said, of=dimension)[EVERYONE]
            secret = counted.secret()[0, 0]
            return {o for o, out in zip(said.options, secret, strict=True) if out}
    return set()


def _without(rates: pd.DataFrame, hidden: set[str]) -> pd.DataFrame:
    """Hide groups, in the words that small ones are hidden in."""
    out = rates.index.isin(hidden)
    table = rates.copy()
    table.loc[out, [*NUMBERS]] = np.nan
    table.loc[out, "status"] = "suppressed"
    table.loc[out, "words"] = (
        "hidden: too few answers to show, here or in a group beside it"
    )
    return table


def _answered(said: Answers) -> pd.Series:
    codes = said.codes[said.codes != BLANK]
    counts = np.bincount(codes, minlength=len(said.options))
    return pd.Series(counts, index=pd.Index(said.options), dtype=float)
