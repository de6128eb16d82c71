"""A view of the map as a picture to put in a report."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from dash_app.queries import looks, patterns
from dash_app.queries.source import Source, source
from dash_app.view import BETWEEN, View

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
    return Wanted(
        look=view.look if patterns.spots(view)[0] else "value",
        geography=shown.geography,
        indicator=shown.indicator,
        period=shown.period.partition(BETWEEN)[0],
        group=shown.group,
    )


@lru_cache(maxsize=8)
def _png(source: Source, wanted: Wanted) -> bytes:
    from geosafety.pipeline.map_files import read_sheet
    from geosafety.publish.static_map import draw

    return draw(read_sheet(source[0], wanted), "png")
