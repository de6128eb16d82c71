"""The figures of one view as plain rows: class, verdict and rank. PURE."""

from __future__ import annotations

import math
from dataclasses import dataclass

from geosafety.publish import words
from geosafety.publish.classes import NOT_SIGNIFICANT, Scale, scale_for
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
        return sorted((r for r in self.rows if not r.rank), key=lambda r: r.name)


def make_table(
    found: dict[str, Row],
    *,
    order: dict[str, str],
    force: Row | None,
    indicator: Indicator,
    against: bool = False,
) -> Table:
    """Put rows in the map's order, with class, verdict and rank.

    Where they are set `against` the Force, the classes lie on both sides of its value,
    and what cannot be told from it has none.
    """
    rows = [found.get(code) or Row(code, name) for code, name in order.items()]
    scale = scale_for(
        [row.value for row in rows if row.status in ("ok", "low base")],
        measure=indicator.measure,
        centre=force.value if against and force else None,
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
        rows=tuple(_finish(row, scale, ranks, against=against) for row in rows),
        force=force,
        scale=scale,
        kinds=tuple(sorted({row.kind for row in rows if row.kind})),
    )


def _finish(row: Row, scale: Scale, ranks: dict[float, int], *, against: bool) -> Row:
    ok = row.status == "ok"
    verdict = words.VERDICT_CODES.get(row.verdict, "") if ok else ""
    alike = against and verdict in ("same", "unsure")
    # Written out: `dataclasses.replace` takes a layer's 1,700 rows four times as long.
    return Row(
        row.code,
        row.name,
        row.value,
        row.lower,
        row.upper,
        row.numerator,
        row.base,
        row.denominator,
        row.kind,
        row.status,
        verdict,
        NOT_SIGNIFICANT if alike else scale.symbol(row.value, row.status),
        ranks.get(row.value, 0) if ok else 0,
    )
