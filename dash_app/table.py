"""The figures of one view as plain rows: class, verdict and rank. PURE."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from geosafety.publish import words
from geosafety.publish.classes import Scale, scale_for
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


@dataclass(frozen=True, slots=True)
class Row:
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
        kept = [row for row in self.rows if row.rank]
        return sorted(kept, key=lambda r: (-r.value if highest else r.value, r.name))

    def unranked(self) -> list[Row]:
        """Return the areas left out of the ranking."""
        return sorted((r for r in self.rows if not r.rank), key=lambda r: r.name)


def make_table(
    found: dict[str, Row],
    *,
    order: dict[str, str],
    force: Row | None,
    indicator: Indicator,
) -> Table:
    """Put rows in the map's order, with class, verdict and rank."""
    rows = [found.get(code) or Row(code, name) for code, name in order.items()]
    scale = scale_for(
        [row.value for row in rows if row.status in ("ok", "low base")],
        measure=indicator.measure,
    )
    ranked = [
        row.value for row in rows if row.status == "ok" and math.isfinite(row.value)
    ]
    ranks: dict[float, int] = {}
    for place, value in enumerate(sorted(ranked, reverse=True), start=1):
        ranks.setdefault(value, place)
    if indicator.measure == "index" and force is None:
        force = Row(FORCE_CODE, "Force", value=100.0, kind="", status="ok")
    return Table(
        rows=tuple(_finish(row, scale, ranks) for row in rows),
        force=force,
        scale=scale,
        kinds=tuple(sorted({row.kind for row in rows if row.kind})),
    )


def _finish(row: Row, scale: Scale, ranks: dict[float, int]) -> Row:
    ok = row.status == "ok"
    return replace(
        row,
        symbol=scale.symbol(row.value, row.status),
        verdict=words.VERDICT_CODES.get(row.verdict, "") if ok else "",
        rank=ranks.get(row.value, 0) if ok else 0,
    )
