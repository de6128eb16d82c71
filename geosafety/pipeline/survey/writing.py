"""Everything a build says of its surveys beyond their values, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.inputs import Progress
from geosafety.pipeline.stocks import Denominators
from geosafety.pipeline.survey import priorities
from geosafety.pipeline.survey.between import wave_comparisons
from geosafety.pipeline.survey.comparing import comparison_tables
from geosafety.pipeline.survey.estimates import COLUMNS, TEXT, estimate_tables
from geosafety.pipeline.survey.references import references
from geosafety.pipeline.survey.representing import TABLES, representation_tables
from geosafety.pipeline.survey.waves import Wave
from geosafety.pipeline.survey.weights import Weighting, weigh
from geosafety.settings import Dataset


def write_surveys(  # noqa: PLR0913
    folder: Path,
    dataset: Dataset,
    surveys: list[Wave],
    margins: pd.DataFrame,
    atlas: Atlas,
    people: Denominators,
    *,
    seed: int,
    progress: Progress,
) -> list[str]:
    """Write `estimates`, `comparisons`, `weighting`, and the tables of two steps.

    Those of `representing` and of `priorities`.

    Parameters
    ----------
    surveys
        What is hidden of each is decided already.
    margins
        Residents by group, as the project's `[[margins]]` give them.

    Returns
    -------
    list of str
        How each survey was weighted, or why it was not.
    """
    known = references(margins, people, atlas)
    done: list[tuple[Wave, Weighting]] = []
    for wave in surveys:
        progress(f"weighting {wave.name}: {wave.respondents:,} respondents")
        done.append(weigh(wave, known, atlas))
    made: dict[str, list[pd.DataFrame]] = {
        name: [] for name in (*TABLES, *priorities.TABLES)
    }
    compared: list[pd.DataFrame] = []
    for wave, _ in done:
        progress(f"comparing the answers of {wave.name}")
        steps = representation_tables(wave, known, atlas, dataset)
        steps |= priorities.priority_tables(wave, atlas, dataset, seed=seed)
        for name, tables in steps.items():
            made[name] += tables
        compared += comparison_tables(wave, atlas, dataset)
    compared += wave_comparisons([wave for wave, _ in done], atlas, dataset)

    def estimates() -> Iterator[pd.DataFrame]:
        for wave, _ in done:
            progress(f"estimating every answer of {wave.name} by area")
            yield from estimate_tables(wave, atlas, dataset)

    columns = {column: column in TEXT for column in COLUMNS}
    results.write_stream(folder, "estimates", estimates(), columns)
    made |= {"comparisons": compared, "weighting": [_reported(*pair) for pair in done]}
    for name, tables in made.items():
        results.write_table(folder, name, tables)
    return [f"{how.survey}: {how.words}" for _, how in done]


def _reported(wave: Wave, how: Weighting) -> pd.DataFrame:
    """Lay a report out: a row for the whole, and one for each group weighted by."""
    whole: dict[str, object] = {
        "survey": how.survey,
        "dimension": "",
        "words": how.words,
    }
    if how.report is None:
        return pd.DataFrame([whole])
    report = how.report
    whole |= {
        "converged": float(report.converged),
        "iterations": report.iterations,
        "gap": report.gap,
        "capped": report.capped,
        "effective_n": report.effective_n,
        "design_effect": report.design_effect,
    }
    parts = _without_hidden(wave, report.margins).assign(survey=how.survey)
    return pd.concat([pd.DataFrame([whole]), parts], ignore_index=True)


def _without_hidden(wave: Wave, margins: pd.DataFrame) -> pd.DataFrame:
    """Blank the groups of the force area whose number of respondents is hidden."""
    table = margins.copy()
    for dimension, rows in margins.groupby("dimension"):
        said = wave.answers.get(str(dimension))
        if said is None or wave.hidden is None:
            continue
        secret = wave.counts(wave.home, said, of=str(dimension))["force"].secret()
        out = {o for o, yes in zip(said.options, secret[0, 0], strict=True) if yes}
        out |= {said.bands.get(o, o) for o in out}
        gone = rows.index[rows["category"].isin(out)]
        table.loc[gone, ["n", "sample_share"]] = np.nan
    return table
