"""Every question by area and group: unweighted and weighted, smoothed, and a verdict.

The values of a survey go into the one table of values; here each stands beside its
weighted form, the value that borrows from the parent area, and what may be said of it
against the Force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.comparison import compare_table
from geosafety.measures.crosstabs import Counts
from geosafety.measures.shares import weighted_shares
from geosafety.measures.smoothing_maps import shrink_share_maps
from geosafety.measures.status import with_status
from geosafety.measures.weighting import kish
from geosafety.pipeline.survey.waves import EVERYONE, Wave
from geosafety.settings import Dataset, indicators
from geosafety.tidy import Answers

# What a small area's value is drawn towards.
PARENTS = {
    "local_authority": "force",
    "npu": "force",
    "impact_area": "npu",
    "ward": "local_authority",
    "msoa": "local_authority",
    "lsoa": "ward",
}
LAYERS = ("force", "local_authority", "npu", "impact_area", "ward")
NUMBERS = ["value", "lower", "upper", "numerator", "base"]
WEIGHTED = ["weighted", "weighted_lower", "weighted_upper"]
WEIGHTED += ["effective_n", "design_effect"]
SMOOTHED = ["smoothed", "smoothed_lower", "smoothed_upper", "rmse", "own_share"]
AGAINST = ["difference", "difference_lower", "difference_upper", "more_needed"]
COLUMNS = ["survey", "place", "indicator", "question", "option", "by", "category"]
COLUMNS += ["geography", "area_code", *NUMBERS, *WEIGHTED, *SMOOTHED, *AGAINST]
COLUMNS += ["verdict", "finding", "status", "kind"]
TEXT = [c for c in COLUMNS if c not in (*NUMBERS, *WEIGHTED, *SMOOTHED, *AGAINST)]


Columns = dict[str, np.ndarray]
# Which axis of the counts numbers each text.
AXES = {"area_code": "area at", "parent": "area at"}
AXES |= {"category": "group at", "option": "option at"}
SAME = ("place", "indicator", "question", "by", "geography")
# More than the options of a question times the groups of a dimension.
LINES = 10_000
# Rows that are finished together: enough to make the steps cheap, few enough to hold.
BATCH = 250_000


@dataclass(frozen=True)
class Item:
    """What is counted: a question's options, or the yes of an indicator."""

    indicator: str
    question: str
    options: tuple[str, ...]
    said: Answers
    place: str


def estimate_tables(
    wave: Wave, atlas: Atlas, dataset: Dataset
) -> Iterator[pd.DataFrame]:
    """Yield the estimates of one survey, some questions at a time, with `COLUMNS`.

    Groups of people are told apart in the layers of `by_geographies` only.
    """
    words = Words()
    batch: list[Columns] = []
    for number, table in enumerate(_counted(wave, atlas, dataset, words)):
        table["line"] += number * LINES
        batch.append(table)
        if sum(len(t["line"]) for t in batch) > BATCH:
            yield _finished(batch, words, wave, dataset)
            batch = []
    if batch:
        yield _finished(batch, words, wave, dataset)


class Words:
    """Numbers for texts: a column of a million rows names a few hundred of them."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, texts: Iterable[str]) -> np.ndarray:
        """Give each text its number; the same text always has the same."""
        known = self._numbers
        found = [known.setdefault(str(text), len(known)) for text in texts]
        return np.array(found, dtype=np.int32)

    def column(self, numbers: np.ndarray) -> Any:
        """Return the texts of some numbers, as a column that stays small."""
        return pd.Categorical.from_codes(numbers, pd.Index(list(self._numbers)))


def _counted(
    wave: Wave, atlas: Atlas, dataset: Dataset, words: Words
) -> Iterator[Columns]:
    """Yield counts: the columns of one table for each item, dimension and layer."""
    layers = {
        name: _areas(name, atlas, words) for name in LAYERS if name in atlas.layers
    }
    who = (*dataset.by_geographies, *dataset.who_geographies)
    for item in _items(wave):
        for by in ["", *wave.demographics]:
            if by and item.said.demographic:
                # Who is of one group and another too is a number of few people.
                continue
            if by == item.question:
                continue
            counted = wave.counts(item.place, item.said, by, of=item.question)
            groups = wave.answers[by].options if by else ("all",)
            for layer, areas in layers.items():
                if layer not in counted:
                    continue
                if by and layer not in dataset.by_geographies:
                    continue
                if item.said.demographic and layer not in who:
                    continue
                whole = layer == "force" and dataset.whole_is_everyone
                shown = counted[EVERYONE if whole else layer]
                table = _table(item, shown, counted[layer], counted["force"])
                at = {**areas, "category": words.number(groups)}
                at["option"] = words.number(item.options)
                table |= {name: codes[table[AXES[name]]] for name, codes in at.items()}
                same = (wave.role(item.place), item.indicator, item.question, by, layer)
                table |= {
                    name: np.full(len(table["line"]), number)
                    for name, number in zip(SAME, words.number(same), strict=True)
                }
                yield table


def _items(wave: Wave) -> Iterator[Item]:
    """List what to count: the indicators that the survey feeds, and every question."""
    for indicator in indicators().values():
        if indicator.measure == "share" and wave.feeds(indicator):
            said = wave.yes(indicator)
            yield Item(
                indicator.name, indicator.question, ("yes",), said, indicator.place
            )
    for measure, said in wave.answers.items():
        yield Item("survey_answer_share", measure, said.options, said, wave.home)


def _areas(layer: str, atlas: Atlas, words: Words) -> Columns:
    """List a layer's areas and the parent of each; the force has none."""
    codes = atlas.layers[layer].areas.index
    parent = [""] * len(codes)
    if layer in PARENTS:
        parent = atlas.lookup(layer, PARENTS[layer])["parent"].fillna("").tolist()
    return {"area_code": words.number(codes), "parent": words.number(parent)}


def _table(item: Item, shown: Counts, placed: Counts, force: Counts) -> Columns:
    """Lay counts out as rows: by group and option, the areas of a layer together.

    Parameters
    ----------
    shown, placed
        What the unweighted columns and what the weighted ones count: they differ for
        the Force, whose published figures are of everyone who answered.
    """
    many = len(item.options)
    shape = (placed.base.shape[1], many, len(placed.base))

    def rows(cube: np.ndarray) -> np.ndarray:
        return cube[:, :, :many].transpose(1, 2, 0)

    def bases(square: np.ndarray) -> np.ndarray:
        return square.T[:, None, :]

    cubes = {
        "yes": rows(shown.yes),
        "base": bases(shown.base),
        "hidden": rows(shown.secret() | placed.secret()),
        "weight_yes": rows(placed.weighted_yes),
        "weight_base": bases(placed.weighted_base),
        "weight_squares": bases(placed.squared_base),
        "force_yes": rows(force.weighted_yes),
        "force_base": bases(force.weighted_base),
        "force_squares": bases(force.squared_base),
    }
    flat = {name: np.broadcast_to(c, shape).reshape(-1) for name, c in cubes.items()}
    group, option, area = (axis.reshape(-1) for axis in np.indices(shape))
    axes = {"group at": group, "option at": option, "area at": area}
    return {**flat, **axes, "line": group * many + option}


def _finished(
    batch: list[Columns], words: Words, wave: Wave, dataset: Dataset
) -> pd.DataFrame:
    """Compute the numbers, hide what must be hidden, smooth and compare the rest."""
    whole = {name: np.concatenate([part[name] for part in batch]) for name in batch[0]}
    texts = {name: words.column(whole[name]) for name in (*AXES, *SAME)}
    table = pd.DataFrame({**whole, **texts}).drop(columns=sorted(set(AXES.values())))
    weights = ("weight_yes", "weight_base", "weight_squares")
    numbers = weighted_shares(
        table["yes"], table["base"], **{name: table[name] for name in weights}
    )
    table = table.drop(columns=["yes", "base"]).join(numbers)
    table = with_status(table.assign(basis=table["base"], complete=True), dataset)
    table = table.drop(columns="hidden")
    shown = table["status"].isin(["ok", "low base"])
    table[WEIGHTED] = table[WEIGHTED].where(shown)
    table["best"] = table["weighted"] if wave.weights is not None else table["value"]
    table = table.join(_smoothed(table)).join(_against_force(table, dataset))
    if wave.weights is None:
        table[WEIGHTED] = np.nan
    return table.assign(survey=wave.name, kind=wave.kind).reindex(columns=COLUMNS)


def _smoothed(table: pd.DataFrame) -> pd.DataFrame:
    """Draw each area towards its parent, one option at a time.

    Options of questions are smoothed for everyone together; indicators by group too.
    """
    rows = table[["geography", "parent", "best", "effective_n"]]
    wanted = (table["by"] == "") | (table["indicator"] != "survey_answer_share")
    parts = [pd.DataFrame(columns=SMOOTHED, dtype=float)]
    for layer in PARENTS:
        mine = rows[wanted & (rows["geography"] == layer)]
        if mine.empty:
            continue
        # The areas of a map stand together, and in one order: so many rows a map.
        areas = int((table["line"] == table["line"][mine.index[0]]).sum())
        value = mine["best"].to_numpy(float).reshape(-1, areas)
        n = np.where(
            np.isnan(value),
            0.0,
            mine["effective_n"].to_numpy(float).reshape(-1, areas),
        )
        parent = mine["parent"].iloc[:areas].astype("object").reset_index(drop=True)
        inside = (parent != "").to_numpy()
        made = shrink_share_maps(value[:, inside], n[:, inside], parent[inside])
        whole = {name: np.full(value.shape, np.nan) for name in SMOOTHED}
        for name, numbers in zip(SMOOTHED, made.values(), strict=True):
            whole[name][:, inside] = numbers
        flat = {name: numbers.reshape(-1) for name, numbers in whole.items()}
        parts.append(pd.DataFrame(flat, index=mine.index))
    return pd.concat([part for part in parts if len(part)] or parts)


def _against_force(table: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Say of each area whether it may be called different from the Force."""
    rows = table[table["geography"] != "force"]
    sides = pd.DataFrame(
        {
            "first_value": rows["best"],
            "first_effective_n": rows["effective_n"],
            "first_responses": rows["base"],
            "first_status": rows["status"],
            "second_value": 100 * rows["force_yes"] / rows["force_base"],
            "second_effective_n": kish(rows["force_base"], rows["force_squares"]),
            "part": rows["weight_base"] / rows["force_base"],
        }
    )
    found = compare_table(
        sides,
        "share",
        minimum_effect=dataset.minimum_effect,
        relation="part of",
        # The areas of one map are read together.
        family=rows["line"],
        worded=False,
    )
    names = {"lower": "difference_lower", "upper": "difference_upper"}
    return found.rename(columns=names)[[*AGAINST, "verdict", "finding"]]
