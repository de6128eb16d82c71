"""What the words that stand in place of figures mean."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html

from geosafety.publish.cells import Row, notes, status_of


def hints(rows: Iterable[Row]) -> list[html.P]:
    """Explain hidden, few answers, not available and not asked, where they occur."""
    found = notes(status_of(row) for row in rows)
    return [html.P(text, className="hint") for text in found]
