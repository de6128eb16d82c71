"""What the page of gaps can be asked for, and what its address asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from dash_app.queries.choices import choices
from dash_app.view import pick
from geosafety import settings
from geosafety.engagement.gap_rules import gap_rules
from geosafety.publish.words import lower_first

AT_ONCE = 50  # areas on one page
MOST_WIDEST, MOST_WEIGHT = 50, 10
_W = "w_"
_PLAINER = {"msoa": "middle-sized areas (MSOAs)", "lsoa": "small areas (LSOAs)"}


@dataclass(frozen=True, kw_only=True)
class Look:
    """A sheet that is asked for.

    Attributes
    ----------
    weights
        Of every part in the score; empty where they are the usual ones.
    page
        Of its areas, from 1.
    """

    geography: str
    widest: int
    weights: tuple[tuple[str, float], ...] = ()
    page: int = 1

    def search(self, **more: str) -> str:
        """Write the sheet as the end of a URL."""
        parts = {"g": self.geography, "k": str(self.widest)}
        parts |= {f"{_W}{name}": f"{weight:g}" for name, weight in self.weights}
        parts |= {"page": str(self.page) if self.page > 1 else ""} | more
        return "?" + urlencode({k: v for k, v in parts.items() if v})


def layers_offered() -> dict[str, str]:
    """Return the kinds of area there are, and what they are called."""
    known = settings.geographies()
    return {name: known[name].label for name in choices()}


def plural(geography: str) -> str:
    """Return what many areas of a kind are called in a sentence."""
    known = settings.geographies()[geography].plural.split(" (")[0]
    return _PLAINER.get(geography) or lower_first(known)


def usual_weights() -> tuple[tuple[str, float], ...]:
    """Return every part that a sheet can have, and its usual weight in the score."""
    return tuple((name, part.weight) for name, part in gap_rules().parts.items())


def resolve(**asked: str) -> tuple[Look, tuple[str, ...]]:
    """Turn what a URL asks for into a sheet, and say what was changed."""
    notes: list[str] = []
    g = pick(asked.get("g", ""), choices(), ("npu", "local_authority"), "layer", notes)
    usual = gap_rules().limits.widest
    widest = _whole("How many is wide", asked.get("k", ""), usual, notes)
    page = _whole("The page", asked.get("page", ""), 1, notes)
    weights = tuple((n, _weight(n, asked, w, notes)) for n, w in usual_weights())
    kept = weights if weights != usual_weights() else ()
    return Look(geography=g, widest=widest, weights=kept, page=page), tuple(notes)


def _whole(what: str, text: str, otherwise: int, notes: list[str]) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WIDEST:
        return int(text)
    if text:
        notes.append(f"{what}: give a whole number from 1 to {MOST_WIDEST}.")
    return otherwise


def _weight(
    name: str, asked: Mapping[str, str], usual: float, notes: list[str]
) -> float:
    text = asked.get(f"{_W}{name}", "")
    try:
        weight = float(text) if text else usual
    except ValueError:
        weight = -1.0
    if 0 <= weight <= MOST_WEIGHT:
        return weight
    notes.append(f"The weight of {name} must be a number from 0 to {MOST_WEIGHT}.")
    return usual


def parsed(search: str) -> dict[str, str]:
    """Read the end of a URL that `Look.search` wrote."""
    return dict(parse_qsl(search.removeprefix("?")))
