"""Areas by name, code and postcode."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from dash_app.queries import postcodes
from dash_app.queries.choices import choices
from dash_app.queries.layers import layer_of
from dash_app.queries.source import Source, source
from geosafety import settings

# The kinds of area that most people look for, in this order; the rest come after.
FIRST = ("impact_area", "npu", "local_authority")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One area: which layer it is of, its code and its name."""

    geography: str
    code: str
    name: str

    @property
    def kind(self) -> str:
        """Return what kind of area it is, as people say it."""
        return settings.geography(self.geography).label


def layers() -> tuple[str, ...]:
    """Return the layers that have values, those most asked for first."""
    known = choices()
    first = [name for name in FIRST if name in known]
    return (*first, *(name for name in known if name not in first))


def places(geography: str) -> tuple[Place, ...]:
    """Return the areas of a layer by name; none where there is no such layer."""
    if geography not in choices():
        return ()
    return _places(source(), geography)


def place(geography: str, code: str) -> Place | None:
    """Return one area, or nothing."""
    return next((p for p in places(geography) if p.code == code), None)


def find(text: str, geography: str = "") -> tuple[Place, ...]:
    """Find areas by code or name: the same, else those whose name holds the text."""
    wanted = " ".join(text.split()).casefold()
    within = (geography,) if geography else layers()
    every = [p for name in within for p in places(name)]
    if not wanted:
        return ()
    same = [p for p in every if wanted in (p.code.casefold(), p.name.casefold())]
    return tuple(same or (p for p in every if wanted in p.name.casefold()))


def search(text: str) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """Find what a reader typed: a code, a name or a postcode.

    Returns
    -------
    tuple of Place, tuple of str
        The areas, one of each layer for a postcode; and what has to be said of them.
    """
    found = find(text)
    if found or not postcodes.looks_like_one(text):
        return found, ()
    holding = {name: postcodes.find(name, text) for name in layers()}
    found = tuple(p for g, (a, _) in holding.items() if a and (p := place(g, a)))
    said = [why for code, why in holding.values() if bool(code) == bool(found)]
    return found, tuple(dict.fromkeys(said))[:1]


def codes_by_name(geography: str) -> dict[str, str]:
    """Return the code of each name that only one area of a layer has."""
    every = places(geography)
    times = Counter(p.name for p in every)
    return {p.name: p.code for p in every if times[p.name] == 1}


@lru_cache(maxsize=16)
def _places(_source: Source, geography: str) -> tuple[Place, ...]:
    every = (
        Place(geography=geography, code=code, name=name)
        for code, name in layer_of(geography).names.items()
    )
    return tuple(sorted(every, key=lambda p: (p.name.casefold(), p.code)))
