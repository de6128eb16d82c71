"""Read `catalog/gap.toml`: the parts of the gap sheet, what matters, and its types."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from geosafety.errors import CatalogError, nearest
from geosafety.settings import catalog_text, from_block, indicator

FILE = "gap.toml"
LEVELS = ("low", "high", "alike")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of the sheet.

    Attributes
    ----------
    indicator
        What it stands on; for a count, `denominator` and `per` make it a rate.
    low, high
        What an area below, and above, the Force is said to be.
    widest
        The side on which the gap is.
    weight
        In the score, unless the user sets another.
    """

    name: str
    label: str
    indicator: str
    low: str
    high: str
    widest: Literal["low", "high"]
    weight: float
    denominator: str = ""
    per: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Type:
    """What a mixture of parts is called: the levels that each part named may have."""

    words: str
    when: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The smallest difference that matters, per cent; how many areas are the widest."""

    minimum_effect: float
    widest: int


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The whole file."""

    parts: dict[str, Part]
    types: tuple[Type, ...]
    limits: Limits


@cache
def gap_rules() -> Rules:
    """Read the rules of the sheet.

    Examples
    --------
    >>> list(gap_rules().parts)
    ['members', 'answers', 'safety', 'crime', 'harm']
    """
    return make_rules(tomllib.loads(catalog_text(FILE)))


def make_rules(block: dict[str, Any]) -> Rules:
    """Check what the file says, and make rules of it.

    Raises
    ------
    CatalogError
        A key, a part of a type or a level is unknown.
    """
    parts = {
        name: from_block(Part, {"name": name, **one}, f"{FILE}: [parts.{name}]")
        for name, one in block["parts"].items()
    }
    for part in parts.values():
        indicator(part.indicator)
    types = tuple(from_block(Type, one, f"{FILE}: [[types]]") for one in block["types"])
    for one in types:
        _check_type(one, parts)
    limits = from_block(Limits, block["limits"], f"{FILE}: [limits]")
    return Rules(parts=parts, types=types, limits=limits)


def _check_type(one: Type, parts: dict[str, Part]) -> None:
    for part, levels in one.when.items():
        if part not in parts:
            problem = f"{FILE}: the type {one.words!r} names no part {part!r}."
            raise CatalogError(problem, hint=nearest(part, parts))
        for level in levels:
            if level not in LEVELS:
                problem = f"{FILE}: the type {one.words!r} asks for {level!r}."
                raise CatalogError(problem, hint=nearest(level, LEVELS))
