"""Lay published tables out as cells, each a sum of counts that nobody printed.

Areas of several layers overlap. The finest pieces that their borders cut out of one
another, and the finest categories of people (and waves), make the *unknowns*; a printed
cell is a sum of some of them. Everything that can be worked out of the tables follows
from those sums, and from counts never being below 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity

from geosafety.errors import MethodError

KEY = ["geography", "area_code", "part"]
Parts = Mapping[str, Mapping[str, float]]
TOLERANCE = 1e-6
NEVER = 1e4  # the price of a cell that does not add up, against 1 for a person in a gap


@dataclass(frozen=True, eq=False)
class Tables:
    """Cells of published tables, and what each is a sum of.

    Attributes
    ----------
    cells
        `geography, area_code, part`; `count` (people; missing where it is not known);
        `hidden`; `fixed` (shown, and must stay so: it is public already); `least`, the
        least that a reader takes a hidden cell to be.
    sums
        Cells by unknowns: how often each unknown counts in each cell.
    """

    cells: pd.DataFrame
    sums: csr_array

    @property
    def hidden(self) -> np.ndarray:
        """Which cells are hidden."""
        return self.cells["hidden"].to_numpy(bool)

    @property
    def count(self) -> np.ndarray:
        """What the cells hold."""
        return self.cells["count"].to_numpy(float)

    def hiding(self, hidden: np.ndarray) -> Tables:
        """Return the same tables with other cells hidden."""
        return replace(self, cells=self.cells.assign(hidden=hidden))


def lay_out(
    cells: pd.DataFrame,
    pieces: pd.DataFrame,
    parts: Parts | None = None,
    *,
    least: float = 1.0,
) -> Tables:
    """Say of every cell which unknowns it sums.

    Parameters
    ----------
    cells
        `geography, area_code, part, count`, and `hidden` and `fixed` where there are
        any. A count that is missing is hidden. A cell that comes twice counts once.
    pieces
        One row a piece of ground, with the code of its area in a column for each
        geography; missing where it lies outside the layer.
    parts
        What each `part` is made of: `{"all": {"men": 1, "women": 1}, "men": {"men":
        1}}`; a change between waves is `{"2022": 1, "2021": -1}`. A part that is not
        listed is one of the finest.
    least
        What a hidden count is at least. Tables that print 0 as 0 tell their readers
        that what is hidden is not 0, hence 1; a column `least` of the cells goes before
        it. Changes may be anything.

    Raises
    ------
    MethodError
        A cell's area is in no piece; or a cell comes twice with two counts.

    Examples
    --------
    >>> pieces = pd.DataFrame({"npu": ["A", "A"], "impact_area": ["I", None]})
    >>> cells = pd.DataFrame(
    ...     {
    ...         "geography": ["npu", "impact_area"],
    ...         "area_code": ["A", "I"],
    ...         "part": "all",
    ...         "count": [31, 28],
    ...     }
    ... )
    >>> lay_out(cells, pieces).sums.toarray().tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    cells = _once(cells)
    known: dict[str, Mapping[str, float]] = {p: {p: 1.0} for p in cells["part"]}
    known |= {name: made for name, made in (parts or {}).items() if name in known}
    finest = list(dict.fromkeys(e for made in known.values() for e in made))
    at = {name: number for number, name in enumerate(finest)}
    where = _where(cells, pieces)
    rows, columns, data = [], [], []
    for row, (geography, code, part) in enumerate(cells[KEY].itertuples(index=False)):
        on = where[geography, code]
        for name, times in known[part].items():
            columns.append(on * len(finest) + at[name])
            rows.append(np.full(len(on), row))
            data.append(np.full(len(on), float(times)))
    change = [min(known[part].values()) < 0 for part in cells["part"]]
    shape = (len(cells), len(pieces) * len(finest))
    entries = tuple(np.concatenate([*p, []]) for p in (data, rows, columns))
    sums = csr_array(
        (entries[0], (entries[1].astype(int), entries[2].astype(int))), shape
    )
    at_least = cells.get("least", least)
    return Tables(cells.assign(least=np.where(change, -np.inf, at_least)), sums)


def _once(cells: pd.DataFrame) -> pd.DataFrame:
    """Put the cells in order, each once, with every column."""
    text = cells[KEY].astype("str")
    full = cells.assign(**{c: text[c] for c in KEY})
    for column in ("hidden", "fixed"):
        given = np.broadcast_to(full.get(column, False), len(full)).astype(bool)
        full = full.assign(**{column: given})
    full["hidden"] |= full["count"].isna()
    spread = full.groupby(KEY)["count"].agg(["min", "max"])
    if len(twice := spread[spread["max"] - spread["min"] > TOLERANCE]):
        first = " ".join(twice.index[0])
        low, high = twice.iloc[0]
        problem = f"{first} is printed as {low:g} and as {high:g}."
        raise MethodError(problem, hint="Give tables of the same people and date.")
    together = {"count": "max", "hidden": "all", "fixed": "any"}
    together |= {"least": "min"} if "least" in full else {}
    return full.groupby(KEY, sort=True).agg(together).reset_index()


def _where(
    cells: pd.DataFrame, pieces: pd.DataFrame
) -> dict[tuple[str, str], np.ndarray]:
    """Find the pieces of every area."""
    found: dict[tuple[str, str], np.ndarray] = {}
    for geography, codes in cells.groupby("geography")["area_code"]:
        known: dict[str, np.ndarray] = {}
        if geography in pieces:
            column = pieces[geography].reset_index(drop=True)
            known = {
                str(k): np.asarray(v) for k, v in column.groupby(column).groups.items()
            }
        for code in codes.unique():
            if code not in known:
                problem = f"It is not known where {geography} {code} lies."
                hint = "Name it in the table that says which areas overlap."
                raise MethodError(problem, hint=hint)
            found[str(geography), code] = known[code]
    return found


def distinct_pieces(pieces: pd.DataFrame, layers: Sequence[str]) -> pd.DataFrame:
    """Return the distinct combinations of areas of some layers, sorted.

    Pieces that only layers left out tell apart become one.
    """
    kept = pieces[[name for name in layers if name in pieces]]
    kept = kept.astype("object").where(kept.notna(), None)
    kept = kept[kept.notna().any(axis=1)].drop_duplicates()
    return kept.sort_values(list(kept.columns), na_position="last", ignore_index=True)


def with_gaps(
    cells: pd.DataFrame, pieces: pd.DataFrame, parts: Parts | None = None
) -> pd.DataFrame:
    """Add pieces for people who are known by a larger area only.

    Somebody who gave a borough and no postcode is in the borough's figure and in no
    ward's. Such a gap is added where the cells cannot be had without it, and nowhere
    else: the fewer pieces, the more a reader can work out.

    Returns
    -------
    DataFrame
        `pieces` and the gaps: the area and those around it, nothing finer.

    Raises
    ------
    MethodError
        The cells add up with no gaps whatsoever; the hint names one that does not.
    """
    gaps = _gaps(pieces)
    every = pd.concat([pieces, gaps], ignore_index=True)
    tables = lay_out(cells, every, parts)
    people = _with_fewest(tables, np.arange(len(every)) >= len(pieces))
    needed = people.reshape(len(every), -1).max(axis=1, initial=0.0) > TOLERANCE
    needed[: len(pieces)] = True
    return pd.DataFrame(every[needed]).reset_index(drop=True)


def _with_fewest(tables: Tables, dear: np.ndarray) -> np.ndarray:
    """Find counts that fit the cells, with the fewest people on some pieces.

    Parameters
    ----------
    dear
        By piece, whether it is one to avoid.
    """
    unknowns, cells = tables.sums.shape[1], len(tables.cells)
    least = tables.cells["least"].to_numpy(float)
    lower = np.where(tables.hidden, least, tables.count)
    slack = identity(cells)
    cost = np.repeat(dear, unknowns // len(dear)).astype(float)
    found = milp(
        np.concatenate([cost, np.full(2 * cells, NEVER)]),
        constraints=LinearConstraint(
            csr_array(hstack([tables.sums, slack, -slack])),
            lower,
            np.where(tables.hidden, np.inf, lower),
        ),
    )
    people, more, less = np.split(found.x, [unknowns, unknowns + cells])
    away = np.abs(more - less)
    if away.max(initial=0.0) > TOLERANCE:
        raise _does_not_add_up(tables.cells.iloc[int(away.argmax())], away.max())
    counts: np.ndarray = people
    return counts


def _does_not_add_up(cell: pd.Series, away: float) -> MethodError:
    name = " ".join([cell["geography"], cell["area_code"], cell["part"]])
    number = "hidden" if cell["hidden"] else f"{cell['count']:g}"
    problem = (
        f"The tables do not add up: {name} ({number}) is {away:g} away from what the"
        " other tables make of it."
    )
    hint = "Give tables of the same people, and of counts that are not rounded."
    return MethodError(problem, hint=hint)


def _gaps(pieces: pd.DataFrame) -> pd.DataFrame:
    """Make, for every area, pieces that are in it and in no finer layer.

    Finer are the layers that do not say the same all over the area; or, where an area
    happens to lie in one of a finer layer's, those that come after it in the columns.
    """
    rows = []
    for place, layer in enumerate(pieces.columns):
        for _, inside in pieces.groupby(layer):
            around = inside.nunique(dropna=False) == 1
            rows.append(inside.iloc[0].where(around, None))
            coarser = around & (np.arange(len(around)) <= place)
            rows.append(inside.iloc[0].where(coarser, None))
    gaps = pd.DataFrame(rows, columns=pieces.columns).astype("object")
    gaps = gaps.where(gaps.notna(), None).drop_duplicates()
    keep = ~gaps.apply(tuple, axis=1).isin(set(pieces.apply(tuple, axis=1)))
    return gaps[keep].reset_index(drop=True)
