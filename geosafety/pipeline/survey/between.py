"""Compare surveys with each other, where they share a measure (`harmonised.toml`)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.comparison import compare_table
from geosafety.measures.crosstabs import Counts
from geosafety.measures.verdicts import CLEAR, LIKELY
from geosafety.measures.weighting import kish
from geosafety.pipeline.survey.comparing import COLUMNS, status_of
from geosafety.pipeline.survey.waves import Wave
from geosafety.questionnaires import survey
from geosafety.questionnaires.harmonise import (
    Harmonised,
    harmonise,
    harmonised_measures,
)
from geosafety.settings import Dataset, weakest
from geosafety.tidy import BLANK, Answers

# Not every survey lets people say it, so it is in no base here.
DONT_KNOW = "Don't know"


def wave_comparisons(
    waves: list[Wave], atlas: Atlas, dataset: Dataset
) -> Iterator[pd.DataFrame]:
    """Yield comparisons of a later survey with an earlier one, with `COLUMNS`.

    Each shared answer, by area. Where the questions differ, the difference may be one
    of wording or of whom they were put to: every sentence says so, and no verdict is
    above `likely`. `assumption` lists what the labels of each were counted as.
    """
    by_name = {wave.name: wave for wave in waves}
    for measure, fed_by in harmonised_measures().items():
        present = [name for name in fed_by if name in by_name]
        present.sort(key=lambda name: survey(name).fieldwork)
        for earlier, later in combinations(present, 2):
            pair = by_name[later], by_name[earlier]
            shared = [harmonise(wave.name, measure) for wave in pair]
            asked = [
                form.question in w.answers for form, w in zip(shared, pair, strict=True)
            ]
            if all(asked):
                yield from _pair(pair, (shared[0], shared[1]), atlas, dataset)


def _pair(
    pair: tuple[Wave, Wave],
    shared: tuple[Harmonised, Harmonised],
    atlas: Atlas,
    dataset: Dataset,
) -> Iterator[pd.DataFrame]:
    kept = [
        option
        for option in shared[0].options
        if option != DONT_KNOW
        and all(option in form.mapping.values() for form in shared)
    ]
    notes = " ".join(dict.fromkeys(note for form in shared for note in form.notes))
    differ = "Not the same question in both surveys. " if notes else ""
    counted = [
        wave.counts(wave.home, _recoded(wave, form, kept), of=form.question)
        for wave, form in zip(pair, shared, strict=True)
    ]
    both = set(counted[0]) & set(counted[1])
    for layer in (name for name in dataset.by_geographies if name in both):
        areas = atlas.layers[layer].areas
        sides = _side("first", counted[0][layer], pair[0], dataset)
        sides = sides.join(_side("second", counted[1][layer], pair[1], dataset))
        found = compare_table(
            sides,
            "share",
            minimum_effect=dataset.minimum_effect,
            family=pd.Series("one", index=sides.index),
        )
        hidden = ~sides[["first_status", "second_status"]].isin(["ok", "low base"])
        status = sides["first_status"].where(
            ~hidden["second_status"], sides["second_status"]
        )
        shown = ~hidden.any(axis=1)
        yield found.assign(
            survey=pair[0].name,
            comparison="waves",
            indicator=shared[0].measure,
            by=np.tile(kept, len(areas)),
            geography=layer,
            area_code=np.repeat(areas.index.to_numpy(dtype=object), len(kept)),
            area_name=np.repeat(areas["area_name"].to_numpy(dtype=object), len(kept)),
            first=pair[0].name,
            second=pair[1].name,
            first_value=sides["first_value"].where(shown),
            second_value=sides["second_value"].where(shown),
            first_n=sides["first_effective_n"].where(shown),
            second_n=sides["second_effective_n"].where(shown),
            words=differ + found["words"].str.removeprefix("Clear: "),
            assumption=found["assumption"] + (f" {notes}" if notes else ""),
            verdict=found["verdict"].replace({CLEAR: LIKELY} if notes else {}),
            status=status,
            kind=weakest([wave.kind for wave in pair]),
        ).reindex(columns=COLUMNS)


def _recoded(wave: Wave, form: Harmonised, kept: list[str]) -> Answers:
    """Put a survey's answers into the shared ones; all others are in no base."""
    said = wave.answers[form.question]
    number = [
        kept.index(to) if (to := form.mapping.get(option, "")) in kept else BLANK
        for option in said.options
    ]
    codes = np.array([*number, BLANK])[said.codes]
    return Answers(options=tuple(kept), codes=codes, base=codes != BLANK)


def _side(side: str, counts: Counts, wave: Wave, dataset: Dataset) -> pd.DataFrame:
    """Lay one survey's shares out: by area, the options together."""
    options = counts.yes.shape[2]
    total = counts.weighted_base[:, 0]
    n = kish(total, counts.squared_base[:, 0])
    share = (
        100 * counts.weighted_yes[:, 0] / np.where(total > 0, total, np.nan)[:, None]
    )
    base = counts.base[:, 0]
    return pd.DataFrame(
        {
            f"{side}_value": share.reshape(-1),
            f"{side}_effective_n": np.repeat(n, options),
            f"{side}_responses": np.repeat(base, options),
            f"{side}_status": np.repeat(status_of(counts, dataset)[:, 0], options),
            f"{side}_name": wave.name,
        }
    )
