"""Briefings of areas: made when they are asked for, kept as long as the build stays."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from dash_app.queries import area
from dash_app.queries.source import Source, manifest, source
from geosafety.errors import InputError
from geosafety.publish.briefing import Briefing
from geosafety.publish.briefing_page import briefing_html
from geosafety.publish.briefing_pdf import briefing_pdf

if TYPE_CHECKING:
    from geosafety.pipeline.profile.parts import Ground


def briefing(geography: str, code: str) -> Briefing:
    """Return the briefing of one area.

    The first of a layer takes a second or more (`ready`), the others a fraction.

    Raises
    ------
    InputError
        The results hold no such layer or area, or the layer is the Force itself.
    """
    # The layer's name becomes part of a path: only one that is known may.
    if area.place(geography, code) is None:
        raise _unknown(geography, code)
    return _briefing(source(), geography, code)


def ready(geography: str) -> bool:
    """Say whether a briefing of this layer can be had at once."""
    return (source(), geography) in _laid


def as_html(geography: str, code: str) -> str:
    """Return the briefing as a page that stands by itself."""
    return briefing_html(briefing(geography, code))


def as_pdf(geography: str, code: str) -> bytes:
    """Return the briefing as one A4 page; the same bytes for the same build."""
    made = datetime.fromisoformat(manifest()["built"])
    return briefing_pdf(briefing(geography, code), made=made)


_laid: set[tuple[Source, str]] = set()


@lru_cache(maxsize=8)
def _ground(source: Source, geography: str) -> Ground:
    # These load what no other page needs.
    from geosafety.pipeline.profile.parts import read_ground

    ground = read_ground(source[0], geography)
    _laid.add((source, geography))
    return ground


@lru_cache(maxsize=64)
def _briefing(source: Source, geography: str, code: str) -> Briefing:
    from geosafety.pipeline.profile.writing import make_briefing

    ground = _ground(source, geography)
    if code not in ground.areas.index:
        raise _unknown(geography, code)
    return make_briefing(ground, code)


def _unknown(geography: str, code: str) -> InputError:
    problem = f"These results hold no {geography!r} with the code {code!r}."
    return InputError(problem, hint="Choose one on the page Areas.")
