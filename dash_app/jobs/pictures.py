"""A view of the map as a picture to put in a report."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dash_app.queries import looks, patterns
from dash_app.queries.source import Source, source
from dash_app.view import AGAINST, BETWEEN, View

if TYPE_CHECKING:
    from geosafety.pipeline.map_files import Wanted


def png(view: View) -> bytes:
    """Draw a view.

    Raises
    ------
    GeosafetyError
        The results do not hold what it shows.
    """
    return _png(source(), _wanted(view))


def _wanted(view: View) -> Wanted:
    # These load what no page needs.
    from geosafety.pipeline.map_files import Wanted

    if view.surface:
        return Wanted(look="surface", geography=view.geography, surface=view.surface)
    shown, _ = looks.drawn(view)
    period, _, compared_with = shown.period.partition(BETWEEN)
    return Wanted(
        look=_look(shown),
        geography=shown.geography,
        indicator=shown.indicator,
        period=period,
        compared_with=compared_with,
        group=shown.group,
    )


def _look(shown: View) -> str:
    """Return a look that a map to take away has; a change is a value of its own."""
    if shown.look == AGAINST or patterns.spots(shown)[0]:
        return shown.look
    return "value"


@lru_cache(maxsize=8)
def _png(source: Source, wanted: Wanted) -> bytes:
    from geosafety.pipeline.map_files import read_sheet
    from geosafety.publish.static_map import draw

    return draw(read_sheet(source[0], wanted), "png")
