"""Numbers of people by area and group as arrays: what of them is to be hidden.

The form in which a build has them, before anything is finished: how many stand on each
patch of ground, in each of the finest groups. `layout` takes finished tables instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, kron, vstack

from geosafety.disclosure.layout import Tables

Cells = dict[tuple[str, str], np.ndarray]  # by layer and part, an array by area


@dataclass(frozen=True, eq=False)
class Board:
    """Numbers of people by area and part.

    Attributes
    ----------
    layers
        By layer, the share of each patch that lies in each area: areas by patches.
    people
        How many stand on each patch in each of the finest groups: patches by groups.
    parts
        What is printed: by part, how often each of the finest groups counts in it.
    hidden, firm
        By layer and part, which areas' numbers are hidden already; and which must stay
        shown, because they are public or larger than anybody would hide.
    known
        Parts that a reader knows, and that are not decided here.
    apart
        Layers that are not of areas (everyone, wherever they live): what is left when
        areas are taken off is no group to protect.
    free
        Parts that are no group of people, such as those who do not say what they are:
        never too small, and always known.
    elsewhere
        Parts that are decided elsewhere, and reported there.
    batch
        By part, which others it is judged with when a layer is hidden as a whole: the
        months, say. Parts that are not named are one batch.
    rough
        Leave layers that are hidden as a whole out of the attack.
    printed
        The layers of each part; all of them where a part is not named.
    totals
        Layers of which a reader knows how many people are in all their areas together,
        as the ledger tells of those placed in an impact area.
    """

    layers: Mapping[str, csr_array]
    people: np.ndarray
    parts: Mapping[str, np.ndarray]
    hidden: Cells = field(default_factory=dict)
    firm: Cells = field(default_factory=dict)
    known: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    batch: Mapping[str, str] = field(default_factory=dict)
    rough: bool = False
    printed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    totals: tuple[str, ...] = ()

    def count(self, layer: str, part: str) -> np.ndarray:
        """Return the numbers of a part by area of a layer."""
        found: np.ndarray = (
            self.layers[layer] @ (self.people @ self.parts[part])
        ).round(6)
        return found

    def cells(self) -> list[tuple[str, str]]:
        """List the layers and parts that are printed."""
        every = tuple(self.layers)
        return [
            (layer, part)
            for part in self.parts
            for layer in every
            if layer in self.printed.get(part, every)
        ]


@dataclass(frozen=True, eq=False)
class Laid:
    """A board as tables.

    Attributes
    ----------
    kin
        By cell of the tables, what `small_remainders` takes.
    keys, areas, number
        By number that is printed: its layer and part, its area, and its cell. Numbers
        of the same people (a borough that is a policing unit too) are one cell.
    """

    tables: Tables
    kin: np.ndarray
    keys: list[tuple[str, str]]
    areas: list[int]
    number: np.ndarray


def laid_out(board: Board, hidden: Cells, whole: set[tuple[str, str]]) -> Laid | None:
    """Lay a board out as tables; layers hidden as a whole say nothing and are out."""
    shown = [key for key in hidden if key not in whole or not board.rough]
    columns = _patches(vstack([board.layers[name] for name in dict(shown)]))
    if columns is None or not shown:
        return None
    first, number = columns
    people = np.zeros((len(first), board.people.shape[1]))
    np.add.at(people, number, board.people)
    frames, sums, keys, places, kin = [], [], [], [], []
    for family, (layer, part) in enumerate(shown):
        on = csr_array(board.layers[layer][:, first])
        there = np.flatnonzero(np.diff(on.indptr))
        if (layer, part) in whole:
            there = np.flatnonzero(board.count(layer, part) > 0)
        made = np.asarray(board.parts[part], float)[None, :]
        sums.append(csr_array(kron(on[there], csr_array(made))))
        firm = board.firm.get((layer, part), np.zeros(on.shape[0], dtype=bool))
        known = part in board.known or part in board.free
        frames.append(
            pd.DataFrame(
                {
                    "geography": layer,
                    "area_code": there.astype(str),
                    "part": part,
                    "count": board.count(layer, part)[there],
                    "hidden": hidden[layer, part][there],
                    "fixed": (firm[there] | known),
                    "least": float((layer, part) not in whole),
                }
            )
        )
        keys += [(layer, part)] * len(there)
        places += there.tolist()
        apart = known or layer in board.apart
        kin += [-1 - family if apart else 0] * len(there)
    cells = pd.concat(frames, ignore_index=True)
    # A number hidden with others though nobody is in it may be 0.
    cells.loc[cells["hidden"] & (cells["count"] < 1), "least"] = 0.0
    table = csr_array(vstack(sums))
    table.eliminate_zeros()
    one, number = _distinct(table)
    together = {"hidden": "max", "fixed": "max", "least": "min"}
    for name, how in together.items():
        cells.loc[one, name] = cells.groupby(number)[name].agg(how).to_numpy()
    kind = pd.Series(kin).groupby(number).max().to_numpy()
    tables = Tables(cells.iloc[one].reset_index(drop=True), csr_array(table[one]))
    return Laid(tables, kind, keys, places, number)


def _patches(areas: csr_array) -> tuple[np.ndarray, np.ndarray] | None:
    """Find patches that no layer tells apart; None where there is no patch at all."""
    return _distinct(csr_array(areas.T)) if areas.shape[1] else None


def _distinct(table: csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Return the first of each distinct row, and by row the number of its own."""
    rows = table.tocsr()
    rows.sort_indices()
    numbers: dict[tuple[bytes, bytes], int] = {}
    first: list[int] = []
    number = np.zeros(table.shape[0], dtype=int)
    for at in range(table.shape[0]):
        part = slice(rows.indptr[at], rows.indptr[at + 1])
        key = rows.indices[part].tobytes(), rows.data[part].tobytes()
        if key not in numbers:
            numbers[key] = len(first)
            first.append(at)
        number[at] = numbers[key]
    return np.array(first, dtype=int), number
