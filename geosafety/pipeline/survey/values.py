"""Survey answers by area: shares, numbers, and who answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.crosstabs import Counts
from geosafety.measures.shares import shares
from geosafety.pipeline.finish import finish
from geosafety.pipeline.survey.waves import EVERYONE, Wave
from geosafety.settings import Dataset, Indicator, indicators
from geosafety.tidy import Answers


def survey_tables(
    dataset: Dataset, surveys: list[Wave], atlas: Atlas
) -> Iterator[pd.DataFrame]:
    """Yield every indicator of every survey, layer by layer."""
    for wave in surveys:
        for indicator in indicators().values():
            if indicator.dataset == dataset.name:
                yield from _one(indicator, dataset, wave, atlas)


def _one(
    indicator: Indicator, dataset: Dataset, wave: Wave, atlas: Atlas
) -> Iterator[pd.DataFrame]:
    if indicator.question and not wave.feeds(indicator):
        return
    counted = list(_counted(indicator, wave))
    for geography in indicator.geographies or atlas.layers:
        if geography not in counted[0][1]:
            continue
        layer = atlas.layers[geography]
        fine = bool(indicator.by) and geography not in dataset.by_geographies
        frames = [
            _table(indicator, groups, *of_layer(counts, layer, dataset), layer)
            for groups, counts in (counted[:1] if fine else counted)
        ]
        table = pd.concat(frames, ignore_index=True).assign(period=wave.name)
        yield finish(table, indicator, dataset, layer, kind=wave.kind)


def _counted(
    indicator: Indicator, wave: Wave
) -> Iterator[tuple[list[str], dict[str, Counts]]]:
    """Yield the names of the groups and their counts; the first is of everyone."""
    if indicator.measure == "count":
        yield ["all"], wave.counts(indicator.place, _whole(wave.respondents))
    elif indicator.measure in ("answer_share", "answer_count"):
        for measure, said in wave.answers.items():
            groups = [f"{measure}={option}" for option in said.options]
            yield groups, wave.counts(indicator.place, said, of=measure)
    else:
        yes = wave.yes(indicator)
        of = indicator.question
        yield ["all"], _first(wave.counts(indicator.place, yes, of=of))
        for measure in indicator.by:
            if by := wave.answers.get(measure):
                groups = [f"{measure}={option}" for option in by.options]
                counts = wave.counts(indicator.place, yes, measure, of=of)
                yield groups, _first(counts)


def _whole(respondents: int) -> Answers:
    """Make the question that everyone answers alike: being a respondent."""
    return Answers(
        options=("respondent",),
        codes=np.zeros(respondents, dtype=np.int8),
        base=np.ones(respondents, dtype=bool),
    )


def _first(counts: dict[str, Counts]) -> dict[str, Counts]:
    """Keep the first option of each: of yes and no, the yes."""
    return {
        name: replace(
            c,
            yes=c.yes[:, :, :1],
            weighted_yes=c.weighted_yes[:, :, :1],
            hidden=c.secret()[:, :, :1],
        )
        for name, c in counts.items()
    }


def of_layer(
    counts: dict[str, Counts], layer: Layer, dataset: Dataset
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take the yeses, bases and what is hidden of one layer: areas by groups, options.

    The papers' force figures are of everyone who answered, wherever they live.
    """
    whole = layer.name == "force" and dataset.whole_is_everyone
    found = counts[EVERYONE if whole else layer.name]
    base = np.broadcast_to(found.base[:, :, None], found.yes.shape)
    areas = len(found.yes)
    cubes = (found.yes, base, found.secret())
    yes, bases, hidden = (cube.reshape(areas, -1) for cube in cubes)
    return yes, bases, hidden


def _table(  # noqa: PLR0913
    indicator: Indicator,
    groups: list[str],
    yes: np.ndarray,
    base: np.ndarray,
    hidden: np.ndarray,
    layer: Layer,
) -> pd.DataFrame:
    """Turn the counts of one question into numbers, group by group."""
    areas = len(layer.areas)
    n, b = pd.Series(yes.T.reshape(-1)), pd.Series(base.T.reshape(-1))
    table = _numbers(indicator, n, b)
    basis = table["base"].where(table["base"].notna(), table["value"])
    return table.assign(
        area_code=np.tile(layer.areas.index.to_numpy(dtype=object), len(groups)),
        group=np.repeat(np.array(groups, dtype=object), areas),
        compared_with="",
        complete=True,
        basis=basis,
        hidden=hidden.T.reshape(-1),
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
