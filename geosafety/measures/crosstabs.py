"""Count answers by area and group of people, many questions over the same ground.

Respondents stand on *patches*: the distinct combinations of the areas of every layer.
A question is counted once, by patch, and added up to the areas of each layer; a million
respondents are passed over once per question and dimension, whatever the layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from geosafety.tidy import BLANK, Answers

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ground:
    """Where the respondents of one role stand.

    Attributes
    ----------
    patch, person
        By mention (one for each respondent who has one home; several where several
        places were named): the number of the patch, and of the respondent.
    patches
        How many patches there are. Who could not be placed stands on one too.
    layers
        By geography, the share of each patch that lies in each area, areas by patches.
        A patch outside the layer has no share.
    """

    patch: NDArray[np.int64]
    person: NDArray[np.int64]
    patches: int
    layers: dict[str, sparse.csr_array]


@dataclass(frozen=True, eq=False)
class Counts:
    """Answers to one question, unweighted and weighted.

    Attributes
    ----------
    yes, weighted_yes
        Shape (areas, groups, options).
    base, weighted_base, squared_base
        Shape (areas, groups): people in the base, the sum of their weights, and the
        sum of the squares of their weights.
    """

    yes: Floats
    base: Floats
    weighted_yes: Floats
    weighted_base: Floats
    squared_base: Floats


def ground(
    rows: pd.DataFrame, homes: Mapping[str, pd.DataFrame], areas: Mapping[str, pd.Index]
) -> Ground:
    """Find the patches of some placed rows.

    Parameters
    ----------
    rows
        `place` and `respondent`.
    homes
        By geography: `place`, `area_code` (missing: outside or unknown) and `share`.
    areas
        By geography, the codes of its areas in order.
    """
    places = int(rows["place"].max()) + 1 if len(rows) else 0
    by_layer = {name: _shares(homes[name], areas[name], places) for name in areas}
    signature, first = _signatures(by_layer, places)
    return Ground(
        patch=signature[rows["place"].to_numpy()],
        person=rows["respondent"].to_numpy(dtype=np.int64),
        patches=len(first),
        layers={name: table[:, first] for name, table in by_layer.items()},
    )


def everyone(respondents: int) -> Ground:
    """Return ground of one area, "everyone", where each respondent stands once.

    Wherever they live, or if nobody knows.
    """
    return Ground(
        patch=np.zeros(respondents, dtype=np.int64),
        person=np.arange(respondents),
        patches=1,
        layers={"everyone": sparse.csr_array(np.ones((1, 1)))},
    )


def _shares(home: pd.DataFrame, areas: pd.Index, places: int) -> sparse.csr_array:
    """Lay out which area each place is in: areas by places."""
    known = home[home["area_code"].notna() & (home["place"] < places)]
    at = areas.get_indexer(pd.Index(known["area_code"].astype("object")))
    cells = (known["share"].to_numpy(float), (at, known["place"].to_numpy()))
    return sparse.csr_array(cells, shape=(len(areas), places))


def _signatures(
    by_layer: Mapping[str, sparse.csr_array], places: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each distinct combination of areas a number, and each shared-out place.

    Returns
    -------
    ndarray, ndarray
        The number of each place, and the first place of each number.
    """
    keys = np.zeros((places, len(by_layer) + 1), dtype=np.int64)
    for column, table in enumerate(by_layer.values(), start=1):
        held = table.tocsc()
        in_areas = np.diff(held.indptr)
        one = in_areas == 1
        keys[one, column] = held.indices[held.indptr[:-1][one]] + 1
        keys[in_areas > 1, 0] = np.flatnonzero(in_areas > 1) + 1
    _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return number.reshape(-1), first


def count_answers(
    place: Ground,
    said: Answers,
    *,
    groups: Answers | None = None,
    weights: Floats | None = None,
) -> dict[str, Counts]:
    """Count the answers to one question in every layer.

    Parameters
    ----------
    said
        The question.
    groups
        A question of one answer by which to split; who left it blank is in no group.
        None: one group of everyone.
    weights
        By respondent, 0 or more; None: 1 for everyone. Who has no weight (missing) is
        counted in `yes` and `base` and in none of the weighted sums.

    Returns
    -------
    dict of Counts
        By geography of `place`.
    """
    person = place.person
    group = np.zeros(len(person), np.int64)
    many = 1
    if groups is not None:
        group, many = groups.codes[person].astype(np.int64), len(groups.options)
    inside = group != BLANK
    cell = place.patch[inside] * many + group[inside]
    person = person[inside]
    weight = np.ones(len(person)) if weights is None else weights[person]
    weight = np.where(np.isnan(weight), 0.0, weight)
    size = place.patches * many
    in_base = said.base[person]
    yes, weighted_yes = _options(said, person, cell, size, weight)
    counted = [yes, weighted_yes]
    for value in (np.ones(len(weight)), weight, weight**2):
        total = np.bincount(cell[in_base], value[in_base], size)
        counted.append(total.astype(float)[:, None])
    by_patch = np.hstack(counted).reshape(place.patches, -1)
    shape = (many, 2 * len(said.options) + 3)
    return {name: _counts(t @ by_patch, *shape) for name, t in place.layers.items()}


def _options(
    said: Answers,
    person: NDArray[np.int64],
    cell: NDArray[np.int64],
    size: int,
    weight: Floats,
) -> tuple[Floats, Floats]:
    """Count who chose each option by cell, plain and weighted: (cells, options)."""
    many = len(said.options)
    if said.several:
        row, option = np.nonzero(said.codes[person])
    else:
        code = said.codes[person].astype(np.int64)
        row = np.flatnonzero(code != BLANK)
        option = code[row]
    flat = cell[row] * many + option
    yes = np.bincount(flat, minlength=size * many).astype(float)
    weighted = np.bincount(flat, weight[row], size * many).astype(float)
    return yes.reshape(size, many), weighted.reshape(size, many)


def _counts(table: Floats, groups: int, columns: int) -> Counts:
    cube = table.reshape(len(table), groups, columns)
    options = (columns - 3) // 2
    return Counts(
        yes=cube[:, :, :options],
        weighted_yes=cube[:, :, options : 2 * options],
        base=cube[:, :, -3],
        weighted_base=cube[:, :, -2],
        squared_base=cube[:, :, -1],
    )
