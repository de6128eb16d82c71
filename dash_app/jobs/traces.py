"""From one number back to where it comes from, when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dash_app.queries.source import Source, source

COLUMNS = ("indicator", "area", "period", "group", "geography", "compared_with")


@dataclass(frozen=True, kw_only=True)
class Number:
    """Which number: names as the results have them, the area by code or name."""

    indicator: str
    area: str
    period: str
    group: str = "all"
    geography: str = ""
    compared_with: str = ""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A number in a sentence, whether it is found again, and the steps back.

    Attributes
    ----------
    agrees
        Whether computing it anew gives the stored one; None: there is nothing to
        compute it from.
    sections
        (heading, column heads, rows of text).
    """

    title: str
    agrees: bool | None
    sections: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]


def trace(number: Number) -> Trace:
    """Follow a number back.

    Raises
    ------
    InputError
        The results hold no such number; the hint names what is near.
    """
    return _trace(source(), number)


@lru_cache(maxsize=32)
def _trace(source: Source, number: Number) -> Trace:
    # This loads what no other page needs.
    from geosafety.pipeline.trace import Wanted
    from geosafety.pipeline.trace import trace as follow

    found = follow(source[0], Wanted(**{c: getattr(number, c) for c in COLUMNS}))
    return Trace(
        title=found.title,
        agrees=found.agrees,
        sections=tuple((s.heading, s.columns, s.rows) for s in found.sections),
    )
