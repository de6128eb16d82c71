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
    hidden
        Shape (areas, groups, options): which numbers may not be shown, where that has
        been decided.
    """

    yes: Floats
    base: Floats
    weighted_yes: Floats
    weighted_base: Floats
    squared_base: Floats
    hidden: NDArray[np.bool_] | None = None

    def secret(self) -> NDArray[np.bool_]:
        """Say which numbers may not be shown, none where nothing has been decided."""
        if self.hidden is None:
            return np.zeros(self.yes.shape, dtype=bool)
        return self.hidden


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


@dataclass(frozen=True, eq=False)
class Split:
    """Mentions by patch and group: the cell of each, and how many groups there are.

    The last group is of those who left the question blank, and is dropped at the end.
    """

    cell: NDArray[np.int64]
    groups: int


def split(place: Ground, groups: Answers | None = None) -> Split:
    """Split the mentions by a question of one answer; without one, into one group."""
    if groups is None:
        return Split(cell=2 * place.patch, groups=1)
    many = len(groups.options)
    code = np.where(groups.codes == BLANK, many, groups.codes).astype(np.int64)
    return Split(cell=place.patch * (many + 1) + code[place.person], groups=many)


def count_answers(
    place: Ground, said: Answers, by: Split, weights: Floats | None = None
) -> dict[str, Counts]:
    """Count the answers to one question in every layer.

    Parameters
    ----------
    said
        The question. Who chose an option must be in its base.
    by
        What `split` returns for `place`.
    weights
        By respondent, 0 or more; None: 1 for everyone. Who has no weight (missing) is
        counted in `yes` and `base` and in none of the weighted sums.

    Returns
    -------
    dict of Counts
        By geography of `place`.
    """
    size = place.patches * (by.groups + 1)
    weight = None if weights is None else np.nan_to_num(weights[place.person])
    if said.several:
        tables = _several(said, place.person, by.cell, size, weight)
    else:
        tables = _single(said, place.person, by.cell, size, weight)
    # (patches, groups, columns), without the group of those who are in none.
    cube = np.concatenate(tables, axis=1).reshape(place.patches, by.groups + 1, -1)
    flat = cube[:, :-1].reshape(place.patches, -1)
    shape = (by.groups, len(said.options))
    return {name: _counts(t @ flat, *shape) for name, t in place.layers.items()}


def _tally(cell: NDArray[np.int64], size: int, weight: Floats | None) -> Floats:
    return np.bincount(cell, weight, size).astype(float)


def _single(
    said: Answers,
    person: NDArray[np.int64],
    cell: NDArray[np.int64],
    size: int,
    weight: Floats | None,
) -> list[Floats]:
    """Count by cell and option, blanks in the base and out of it as options too."""
    many = len(said.options)
    blank = np.where(said.base, many, many + 1)
    code = np.where(said.codes == BLANK, blank, said.codes).astype(np.int64)
    flat = cell * (many + 2) + code[person]

    def tally(weights: Floats | None) -> Floats:
        return _tally(flat, size * (many + 2), weights).reshape(size, many + 2)

    plain = tally(None)
    weighted = plain if weight is None else tally(weight)
    squared = plain if weight is None else tally(weight**2)
    bases = [t[:, : many + 1].sum(axis=1)[:, None] for t in (plain, weighted, squared)]
    return [plain[:, :many], weighted[:, :many], *bases]


def _several(
    said: Answers,
    person: NDArray[np.int64],
    cell: NDArray[np.int64],
    size: int,
    weight: Floats | None,
) -> list[Floats]:
    many = len(said.options)
    row, option = np.nonzero(said.codes[person])
    flat = cell[row] * many + option
    inside = np.flatnonzero(said.base[person])
    plain = _tally(flat, size * many, None).reshape(size, many)
    base = _tally(cell[inside], size, None)[:, None]
    if weight is None:
        return [plain, plain, base, base, base]
    weighted = _tally(flat, size * many, weight[row]).reshape(size, many)
    held = weight[inside]
    sums = [_tally(cell[inside], size, w)[:, None] for w in (held, held**2)]
    return [plain, weighted, base, *sums]


def _counts(table: Floats, groups: int, options: int) -> Counts:
    cube = table.reshape(len(table), groups, 2 * options + 3)
    return Counts(
        yes=cube[:, :, :options],
        weighted_yes=cube[:, :, options : 2 * options],
        base=cube[:, :, -3],
        weighted_base=cube[:, :, -2],
        squared_base=cube[:, :, -1],
    )
