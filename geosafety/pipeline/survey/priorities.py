"""What people put first: options with the range of their ranks, and which leads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.comparison import compare_table
from geosafety.measures.ranking import rank_options
from geosafety.pipeline.survey.hiding import hidden_weeks
from geosafety.pipeline.survey.waves import EVERYONE, Wave
from geosafety.settings import Dataset

TABLES = ("priorities", "leads")
TOP = 5
KEYS = ["survey", "question", "geography", "area_code", "area_name", "week"]


def priority_tables(
    wave: Wave, atlas: Atlas, dataset: Dataset, *, seed: int
) -> dict[str, list[pd.DataFrame]]:
    """Rank the options of every question that lets people choose several.

    By area of the layers of `by_geographies`, and for everyone who answered by week.
    Numbers are of those who answered, not weighted. Fewer than `suppress_below` answers
    are hidden, and what else is decided to be (`hiding`); under `low_base_below` there
    are shares and no ranks.

    Returns
    -------
    dict of list of DataFrame
        `priorities`: a row per option. `leads`: the first against the second, which the
        same people chose among, with a verdict.
    """
    made: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for measure, said in wave.answers.items():
        if not said.several or len(said.options) < 3:
            continue
        for keys, inside, secret in _groups(wave, measure, atlas, dataset):
            same = {"survey": wave.name, "question": measure, **keys}
            marks = said.codes[inside]
            ranked, lead = _one(marks, said.options, dataset, seed, secret=secret)
            made["priorities"].append(ranked.assign(**same, kind=wave.kind))
            made["leads"].append(lead.assign(**same, kind=wave.kind))
    return made


def _groups(
    wave: Wave, measure: str, atlas: Atlas, dataset: Dataset
) -> Iterator[tuple[dict[str, str], np.ndarray, bool]]:
    """Yield each area and week, who in the base belongs to it, and if it is hidden."""
    said = wave.answers[measure]
    reached = wave.grounds[wave.home].layers
    counted = wave.counts(wave.home, said, of=measure)
    for layer in (name for name in dataset.by_geographies if name in reached):
        areas = atlas.layers[layer].areas
        home = wave.area(layer, areas.index).codes
        if layer == "force" and dataset.whole_is_everyone:
            home = np.zeros(wave.respondents, dtype=int)
        shown = EVERYONE if layer == "force" and dataset.whole_is_everyone else layer
        secret = np.atleast_1d(counted[shown].secret()[:, 0].any(axis=1))
        for at, (code, name) in enumerate(areas["area_name"].items()):
            keys = dict(zip(KEYS[2:], (layer, str(code), str(name), ""), strict=True))
            yield keys, said.base & (home == at), bool(secret[at])
    if wave.weeks is None:
        return
    force = atlas.layers["force"].areas
    gone = hidden_weeks(wave, said, dataset)
    for at, week in enumerate(wave.weeks.options):
        names = ("force", str(force.index[0]), str(force["area_name"].iloc[0]), week)
        keys = dict(zip(KEYS[2:], names, strict=True))
        yield keys, said.base & (wave.weeks.codes == at), bool(gone[at])


def _one(
    marks: np.ndarray,
    options: tuple[str, ...],
    dataset: Dataset,
    seed: int,
    *,
    secret: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank one group's choices, and compare the first with the second."""
    base = len(marks)
    chosen = marks.sum(axis=0).astype(float)
    table = pd.DataFrame({"option": options, "n": chosen, "base": float(base)})
    if secret or base < max(dataset.suppress_below, 1):
        status = "suppressed" if base else "not available"
        hidden = table.assign(n=np.nan, base=np.nan, status=status)
        return hidden, pd.DataFrame([{"status": status, "verdict": ""}])
    x = marks.astype(np.float32)
    ranked = rank_options(chosen, (x.T @ x).astype(float), base, top=TOP, seed=seed)
    whole = table.join(ranked)
    if base < dataset.low_base_below:
        whole[["rank", "rank_lower", "rank_upper", "in_top", "first"]] = np.nan
        return whole.assign(status="low base"), _lead(
            marks, options, dataset, "low base"
        )
    return whole.assign(status="ok"), _lead(marks, options, dataset, "ok")


def _lead(
    marks: np.ndarray, options: tuple[str, ...], dataset: Dataset, status: str
) -> pd.DataFrame:
    """Compare the most chosen option with the next: the same people chose both."""
    chosen = marks.sum(axis=0)
    first, second = np.argsort(-chosen, kind="stable")[:2]
    base = len(marks)
    differ = (marks[:, first] != marks[:, second]).mean()
    row = {
        "first_value": 100 * chosen[first] / base,
        "second_value": 100 * chosen[second] / base,
        "first_effective_n": base,
        "second_effective_n": base,
        "first_status": status,
        "first_name": options[first],
        "second_name": options[second],
        "discordant": 100 * differ,
    }
    found = compare_table(
        pd.DataFrame([row]),
        "share",
        minimum_effect=dataset.minimum_effect,
        relation="paired",
    )
    names = {"first": options[first], "second": options[second], "base": float(base)}
    return found.assign(**names, status=status)
