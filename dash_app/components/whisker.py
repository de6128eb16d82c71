"""An interval drawn as a line with a dot, on an axis that the rows of a list share."""

from __future__ import annotations

import math

from dash import html

from dash_app.components.attributes import aria


def whisker(
    figure: tuple[float, float, float],
    ends: tuple[float, float],
    beside: float = math.nan,
) -> html.Span | None:
    """Draw a value, its lower and upper end, between the ends of an axis.

    Decoration: the same figures must stand beside it in words. None where the figure
    has no interval; `beside` (the Force, say) is a line, or absent where missing.
    """
    value, lower, upper = figure
    low, high = ends
    if not math.isfinite(value + lower + upper):
        return None

    def at(number: float) -> str:
        return f"{100 * (number - low) / ((high - low) or 1):.1f}%"

    width = f"{100 * (upper - lower) / ((high - low) or 1):.1f}%"
    placed = {"--from": at(lower), "--width": width, "--at": at(value)}
    if math.isfinite(beside):
        placed["--force"] = at(beside)
    # One element, drawn by the style sheet: a list of areas has many.
    return html.Span(className="whisker", style=placed, **aria(hidden="true"))
