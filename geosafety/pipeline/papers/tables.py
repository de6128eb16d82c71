"""Lay out the arithmetic of every row of a printed table, from its figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.measures.reconcile import HUNDRED, Difference, Ratio, Sum
from geosafety.pipeline.papers.printed import Block
from geosafety.settings import FORCE_CODE

Arithmetic = Sum | Ratio | Difference


def table_rows(kind: str, block: Block) -> Iterator[tuple[str, str, Arithmetic]]:
    """Make the arithmetic of every row of a table: its place, its name, its numbers."""
    figures = block.figures
    cells = figures[figures["indicator"] == block.text("printed")]
    if cells.empty:
        problem = f"{block.where}: there is no figure of {block.text('printed')!r}."
        hint = nearest(block.text("printed"), dict.fromkeys(figures["indicator"]))
        raise InputError(problem, hint=hint)
    if kind == "parts":
        yield from _column_sums(block, cells)
    elif kind == "difference":
        for _, rows in cells.groupby("area_code", sort=False):
            pairs = pairwise(rows.sort_values("period").itertuples())
            for earlier, later in pairs:
                ratios = [_cell_ratio(block, cell) for cell in (earlier, later)]
                found = Difference(earlier=ratios[0], later=ratios[1])
                yield str(later.where), _name(later), found
    else:
        for cell in cells.itertuples():
            yield str(cell.where), _name(cell), _cell(kind, block, cell)


def _column_sums(block: Block, cells: pd.DataFrame) -> Iterator[tuple[str, str, Sum]]:
    """Compare what the areas of one geography sum to with the figure of the Force."""
    areas = cells[cells["geography"] == block.text("geography")]
    forces: list[Any] = list(cells[cells["geography"] == "force"].itertuples())
    for whole in forces:
        same = (areas["period"] == whole.period) & (areas["group"] == whole.group)
        if not same.any():
            problem = f"{block.where}: no area of {block.text('geography')!r} has it."
            hint = nearest(block.text("geography"), set(cells["geography"]))
            raise InputError(problem, hint=hint)
        parts = tuple(areas.loc[same, "value"])
        rounded = looks_rounded(parts, whole.value)
        found = sum_of(parts, whole.value, rounded=rounded)
        yield str(whole.where), _name(whole), found


def _cell(kind: str, block: Block, cell: Any) -> Sum | Ratio:
    """Lay out how one printed cell follows from the counts of its row."""
    if kind in ("share", "rate"):
        return _cell_ratio(block, cell)
    after = _figure(block, "part", cell, cell.period)
    before = _figure(block, "part", cell, cell.compared_with)
    if kind == "change":
        return Sum(parts=(after, -before), total=cell.value, total_rounded=True)
    return Ratio(count=after, before=before, base=before, printed=cell.value)


def _cell_ratio(block: Block, cell: Any) -> Ratio:
    """Divide by `base` of the same area, or by `part` of the whole Force."""
    count = _figure(block, "part", cell, cell.period)
    per = int(block.number("per")) if "per" in block.values else 100
    if "base" in block.values:
        base = _figure(block, "base", cell, "")
    else:
        whole = cell._replace(geography="force", area_code=FORCE_CODE)
        base = _figure(block, "part", whole, cell.period)
    return Ratio(count=count, base=base, printed=cell.value, per=per)


def _figure(block: Block, key: str, cell: Any, period: str) -> Decimal:
    """Find the figure of the same area; without a period, the only one there is."""
    wanted = {"indicator": block.text(key), "geography": cell.geography}
    wanted |= {"area_code": cell.area_code, "group": cell.group}
    wanted |= {"period": period} if period else {}
    named = Block({key: wanted}, block.figures, f"{block.where}, {key}")
    return named.number(key)


def _name(cell: Any) -> str:
    area = "Force" if cell.geography == "force" else str(cell.area_code)
    group = "" if cell.group == "all" else f", {cell.group}"
    return f"{area}, {cell.period}{group}"


def looks_rounded(parts: tuple[Decimal, ...], total: Decimal) -> bool:
    """Tell whether any of some numbers is printed with decimals, as no count is."""
    return any(int(n.as_tuple().exponent) < 0 for n in (*parts, total))


def sum_of(
    parts: tuple[Decimal, ...],
    total: Decimal,
    *,
    rounded: bool,
    complete: bool = True,
    reason: str = "",
) -> Sum:
    """Lay out a sum; a hundred per cent is exact, whatever it is the sum of."""
    return Sum(
        parts=parts,
        total=total,
        rounded=rounded,
        total_rounded=rounded and total != HUNDRED,
        complete=complete,
        reason=reason,
    )
