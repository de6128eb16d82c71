"""Survey answers by area: shares, numbers, and who answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.crosstabs import (
    Counts,
    Ground,
    count_answers,
    everyone,
    ground,
)
from geosafety.measures.shares import shares
from geosafety.pipeline.finish import finish
from geosafety.pipeline.inputs import Placed
from geosafety.settings import Dataset, Indicator, indicators
from geosafety.tidy import Answers

EVERYONE = "everyone"


@dataclass(frozen=True, eq=False)
class Wave:
    """One survey: what its respondents said, and where they stand in each role."""

    name: str
    kind: str
    answers: dict[str, Answers]
    grounds: dict[str, Ground]
    people: Ground

    @property
    def respondents(self) -> int:
        """How many there are, wherever they live."""
        return len(self.people.person)

    def counts(
        self, place: str, said: Answers, groups: Answers | None = None
    ) -> dict[str, Counts]:
        """Count a question by area of one role, and under `EVERYONE` once a person."""
        role = self.grounds.get(place) or next(iter(self.grounds.values()))
        by_area = count_answers(role, said, groups=groups)
        return {**by_area, **count_answers(self.people, said, groups=groups)}


def waves(inputs: list[Placed], atlas: Atlas) -> list[Wave]:
    """Put the roles of each survey together."""
    found: dict[str, dict[str, Placed]] = {}
    for placed in inputs:
        found.setdefault(placed.data.survey, {})[placed.data.role] = placed
    areas = {name: layer.areas.index for name, layer in atlas.layers.items()}
    return [_wave(name, roles, areas) for name, roles in found.items()]


def _wave(name: str, roles: dict[str, Placed], areas: dict[str, pd.Index]) -> Wave:
    data = next(iter(roles.values())).data
    people = len(next(iter(data.answers.values())).codes) if data.answers else 0
    return Wave(
        name=name,
        kind=data.kind,
        answers=data.answers,
        grounds={
            role: ground(placed.data.rows, placed.homes, areas)
            for role, placed in roles.items()
        },
        people=everyone(people),
    )


def survey_tables(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas
) -> Iterator[pd.DataFrame]:
    """Yield every indicator of every survey, layer by layer."""
    for wave in waves(inputs, atlas):
        for indicator in indicators().values():
            if indicator.dataset == dataset.name:
                yield from _one(indicator, dataset, wave, atlas)


def _one(
    indicator: Indicator, dataset: Dataset, wave: Wave, atlas: Atlas
) -> Iterator[pd.DataFrame]:
    if indicator.question and indicator.question not in wave.answers:
        return
    parts = list(_questions(indicator, wave))
    counted = [
        (groups, wave.counts(indicator.place, said, by)) for groups, said, by in parts
    ]
    for geography in indicator.geographies or atlas.layers:
        layer = atlas.layers[geography]
        fine = bool(indicator.by) and geography not in dataset.by_geographies
        kept = counted[:1] if fine else counted
        frames = [
            _table(indicator, groups, _of_layer(counts, layer, dataset), layer)
            for groups, counts in kept
        ]
        table = pd.concat(frames, ignore_index=True).assign(period=wave.name)
        yield finish(table, indicator, dataset, layer, kind=wave.kind)


def _questions(
    indicator: Indicator, wave: Wave
) -> Iterator[tuple[list[str], Answers, Answers | None]]:
    """Yield what to count: the names of the groups, the question, and who by.

    The first is of everyone.
    """
    whole = np.ones(wave.respondents, dtype=bool)
    if indicator.measure == "count":
        yield ["all"], _yes(whole, whole), None
    elif indicator.measure in ("answer_share", "answer_count"):
        for measure, said in wave.answers.items():
            yield [f"{measure}={option}" for option in said.options], said, None
    else:
        said = wave.answers[indicator.question]
        yes = _yes(said.chose(*indicator.yes), said.base)
        yield ["all"], yes, None
        for measure in indicator.by:
            if by := wave.answers.get(measure):
                yield [f"{measure}={option}" for option in by.options], yes, by


def _yes(chosen: np.ndarray, base: np.ndarray) -> Answers:
    """Make a question of one option that may be left open: yes."""
    return Answers(options=("yes",), codes=(chosen & base)[:, None], base=base)


def _of_layer(counts: dict[str, Counts], layer: Layer, dataset: Dataset) -> Counts:
    """Take one layer's counts; the papers' force figures are of everyone."""
    whole = layer.name == "force" and dataset.whole_is_everyone
    return counts[EVERYONE if whole else layer.name]


def _table(
    indicator: Indicator, groups: list[str], counts: Counts, layer: Layer
) -> pd.DataFrame:
    """Turn the counts of one question into numbers, group by group."""
    areas = len(layer.areas)
    yes = counts.yes.reshape(areas, -1)
    base = np.broadcast_to(
        counts.base[:, :, None],
        (*counts.base.shape, yes.shape[1] // len(counts.base[0])),
    ).reshape(areas, -1)
    n, b = pd.Series(yes.T.reshape(-1)), pd.Series(base.T.reshape(-1))
    table = _numbers(indicator, n, b)
    basis = table["base"].where(table["base"].notna(), table["value"])
    return table.assign(
        area_code=np.tile(layer.areas.index.to_numpy(dtype=object), len(groups)),
        group=np.repeat(np.array(groups, dtype=object), areas),
        compared_with="",
        complete=True,
        basis=basis,
    )


def _numbers(indicator: Indicator, yes: pd.Series, base: pd.Series) -> pd.DataFrame:
    if indicator.measure in ("share", "answer_share"):
        return shares(yes, base)
    empty = pd.Series(np.nan, index=yes.index)
    # A count of everyone is its own base; nobody asked gives no number of answers.
    base = empty if indicator.measure == "count" else base
    value = yes.mask(base == 0)
    columns = {"value": value, "lower": empty, "upper": empty}
    return pd.DataFrame({**columns, "numerator": yes, "base": base})
