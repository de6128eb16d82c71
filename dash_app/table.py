"""The figures of one view as plain rows: class, verdict and rank. PURE."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from geosafety.publish import against_force, words
from geosafety.publish.classes import Scale
from geosafety.settings import FORCE_CODE, Indicator

# The columns of a result that a row is made of, in this order.
COLUMNS = (
    "area_code",
    "area_name",
    "value",
    "lower",
    "upper",
    "numerator",
    "base",
    "denominator",
    "kind",
    "status",
    "verdict",
)


class Row(NamedTuple):
    """One area's figures in one view. Numbers are NaN where there are none."""

    code: str
    name: str
    value: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    numerator: float = math.nan
    base: float = math.nan
    denominator: str = ""
    kind: str = ""
    status: str = "not available"
    verdict: str = ""
    symbol: str = ""
    rank: int = 0


_NAME, _RANK = attrgetter("name"), attrgetter("rank")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Every area of one view, in the order the map draws them."""

    rows: tuple[Row, ...]
    force: Row | None
    scale: Scale
    kinds: tuple[str, ...]

    def row(self, code: str) -> Row | None:
        """Return one area's row."""
        return next((row for row in self.rows if row.code == code), None)

    def ranked(self, *, highest: bool = True) -> list[Row]:
        """Return the areas that may be ranked; the others are never among them."""
        return list(self._highest_first if highest else self._lowest_first)

    @cached_property
    def _highest_first(self) -> list[Row]:
        kept = [row for row in self.rows if row.rank]
        return sorted(sorted(kept, key=_NAME), key=_RANK)

    @cached_property
    def _lowest_first(self) -> list[Row]:
        return sorted(self._highest_first, key=_RANK, reverse=True)

    def rank_range(self, row: Row) -> tuple[int, int] | None:
        """Return the best and the worst place that a ranked area may have.

        Above it stands for certain who is higher by the whole of both intervals, and
        below it who is lower by them. That errs on the side of too wide a range: two
        intervals that overlap a little may still differ. None where an interval of any
        ranked area is missing.
        """
        others = [r for r in self.rows if r.rank and r.code != row.code]
        known = [row.lower, row.upper]
        known += [end for r in others for end in (r.lower, r.upper)]
        if not row.rank or not all(map(math.isfinite, known)):
            return None
        above = sum(r.lower > row.upper for r in others)
        below = sum(r.upper < row.lower for r in others)
        return 1 + above, 1 + len(others) - below

    def unranked(self) -> list[Row]:
        """Return the areas left out of the ranking."""
        return sorted((row for row in self.rows if not row.rank), key=_NAME)


def make_table(
    found: Mapping[str, Sequence[Any]],
    *,
    order: Mapping[str, str],
    force: Row | None,
    indicator: Indicator,
    against: bool = False,
) -> Table:
    """Put figures in the map's order, with class, verdict and rank.

    Where they are set `against` the Force, the classes lie on both sides of its value,
    and what cannot be told from it has none.

    Parameters
    ----------
    found
        The columns of a result, by name; an area that is not in them has no figures.
    order
        The name of every area by code, as the map draws them.
    """
    places = {code: i for i, code in enumerate(found["area_code"])}
    at = [places.get(code, len(places)) for code in order]
    columns = {
        name: [column[i] for i in at]
        for name, column in (
            (name, [*found[name], Row._field_defaults[name]]) for name in _FIGURES
        )
    }
    values, statuses = columns["value"], columns["status"]
    scale, symbols = against_force.classed(
        values,
        statuses,
        columns["verdict"],
        measure=indicator.measure,
        force=force.value if against and force else math.nan,
    )
    if indicator.measure == "index" and force is None:
        force = Row(FORCE_CODE, "Force", value=100.0, kind="", status="ok")
    judged = zip(columns["verdict"], statuses, strict=True)
    columns["verdict"] = [
        words.VERDICT_CODES.get(verdict, "") if status == "ok" else ""
        for verdict, status in judged
    ]
    # Code and name are the layer's own texts, so that tables share them.
    made = (order, order.values(), *columns.values(), symbols, _ranks(values, statuses))
    return Table(
        rows=tuple(map(Row._make, zip(*made, strict=True))),
        force=force,
        scale=scale,
        kinds=tuple(sorted(set(columns["kind"]) - {""})),
    )


_FIGURES = COLUMNS[COLUMNS.index("value") :]


def _ranks(values: Sequence[float], statuses: Sequence[str]) -> list[int]:
    """Return every area's place, the highest first; 0 for one that has none."""
    known = np.asarray(values, dtype=float)
    may = (np.asarray(statuses, dtype=str) == "ok") & np.isfinite(known)
    lowest_first = np.sort(known[may])
    higher = len(lowest_first) - np.searchsorted(lowest_first, known, side="right")
    found: list[int] = np.where(may, higher + 1, 0).tolist()
    return found
