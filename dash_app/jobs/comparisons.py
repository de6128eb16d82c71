"""A few areas beside each other: every measure, and every pair of areas in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dash_app.queries.source import Source, records, source
from dash_app.table import COLUMNS, Row
from geosafety.publish import words


@dataclass(frozen=True, kw_only=True)
class Pair:
    """What may be said of two areas.

    Attributes
    ----------
    first, second
        Their codes.
    verdict
        `clear`, `likely`, `cannot tell` or `suppressed`, all pairs read together.
    finding
        What the verdict rests on: `difference`, `no meaningful difference`, ...
    words
        The same as a sentence.
    overlap
        Whether their intervals do.
    """

    first: str
    second: str
    verdict: str
    finding: str
    words: str
    overlap: bool


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of all the areas, in one period.

    Attributes
    ----------
    sides
        The areas in the order asked for; one without a figure says why.
    force
        The Force's figure, where there is one.
    weighted
        Whether the shares are those of a survey after weighting.
    pairs
        Every two areas; none where the measure allows no test.
    """

    indicator: str
    period: str
    sides: tuple[Row, ...]
    force: Row | None
    weighted: bool
    pairs: tuple[Pair, ...]


def beside(geography: str, codes: tuple[str, ...]) -> tuple[Measure, ...]:
    """Set areas of one layer beside each other, on every measure that any of them has.

    Some 0.2 seconds for the first who asks; then kept as long as the build stays.
    """
    return _beside(source(), geography, codes)


@lru_cache(maxsize=64)
def _beside(
    source: Source, geography: str, codes: tuple[str, ...]
) -> tuple[Measure, ...]:
    from geosafety.pipeline.profile.among import pairs_among, read_beside

    values = read_beside(source[0], geography, codes)
    pairs = records(pairs_among(values))
    rows = records(values)
    names = dict.fromkeys(str(row["indicator"]) for row in rows)
    return tuple(
        _measure(
            codes,
            [row for row in rows if row["indicator"] == name],
            [pair for pair in pairs if pair["indicator"] == name],
        )
        for name in names
    )


def _measure(
    codes: tuple[str, ...], rows: list[dict[str, Any]], pairs: list[dict[str, Any]]
) -> Measure:
    own = {row["area_code"]: row for row in rows if row["geography"] != "force"}
    force = next((row for row in rows if row["geography"] == "force"), None)
    some = rows[0]
    return Measure(
        indicator=some["indicator"],
        period=words.period_text(some["period"], some["compared_with"]),
        sides=tuple(_row(own[c]) if c in own else Row(c, c) for c in codes),
        force=None if force is None else _row(force),
        weighted=any(row["weighted"] for row in rows),
        pairs=tuple(_pair(pair) for pair in pairs),
    )


def _row(row: dict[str, Any]) -> Row:
    told = words.VERDICT_CODES.get(row["verdict"], "")
    return Row(**{_FIELDS.get(c, c): row[c] for c in COLUMNS} | {"verdict": told})


_FIELDS = {"area_code": "code", "area_name": "name"}


def _pair(pair: dict[str, Any]) -> Pair:
    return Pair(
        first=pair["first"],
        second=pair["second"],
        verdict=pair["verdict"],
        finding=pair["finding"],
        words=pair["words"],
        overlap=bool(pair["overlap"]),
    )
