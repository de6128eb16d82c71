"""The areas that a build found to be most like an area."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from sys import intern
from typing import NamedTuple

from dash_app.queries.layers import layer_at
from dash_app.queries.source import Source, source
from geosafety import results

_COLUMNS = (
    "area_code",
    "other_code",
    "like",
    "compared_by",
    "period",
    "kind",
    "reason",
)


class Alike(NamedTuple):
    """The areas most like one area, the most alike first.

    Attributes
    ----------
    codes
        Of the same layer; none where there is a `reason`.
    like
        How many of them, from the first, are alike; the others are only the nearest.
    compared_by, period, kind
        By what, of which months the crimes are, and the weakest kind of the figures.
    reason
        Why the area has none, to follow "because".
    """

    codes: tuple[str, ...]
    like: int
    compared_by: str
    period: str
    kind: str
    reason: str


def alike(geography: str, code: str) -> Alike | None:
    """Return the areas most like an area; None where the results do not say."""
    return _of_layer(source(), geography).get(code)


@lru_cache(maxsize=8)
def _of_layer(source: Source, geography: str) -> dict[str, Alike]:
    # Of every area at once: the file takes as long to open for one as for all.
    if not (source[0] / "alike.parquet").exists():
        return {}
    table = results.read_table(source[0], "alike", geography=geography)
    rows = zip(*(table[column].tolist() for column in _COLUMNS), strict=True)
    known = layer_at(*source, geography).names
    own = dict(zip(known, known, strict=True))  # the layer's own texts, kept once
    return {
        code: _one([row[1:] for row in found], own)
        for code, found in groupby(rows, key=lambda row: row[0])
    }


def _one(rows: list[tuple[str, ...]], own: dict[str, str]) -> Alike:
    """Make an area's answer of its rows; texts that many share are kept once."""
    compared_by, period, kind, reason = map(intern, rows[0][2:])
    return Alike(
        codes=tuple(own[other] for other, *_ in rows if other),
        like=sum(like == "yes" for _, like, *_ in rows),
        compared_by=compared_by,
        period=period,
        kind=kind,
        reason=reason,
    )
