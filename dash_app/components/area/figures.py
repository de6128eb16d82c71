"""An area's headline figures: the verdict, the number, how sure it is."""

from __future__ import annotations

from typing import Any

from dash import html

from dash_app.components.pictures import picture
from geosafety.publish.briefing import Figure
from geosafety.publish.briefing_page import BAR_KEY


def sentences(said: tuple[str, ...]) -> list[html.P]:
    """Return what may be said of an area, the first sentence largest."""
    first, *rest = said
    return [
        html.P(first, className="sentence"),
        *(html.P(line, className="saying") for line in rest),
    ]


def tiles(figures: tuple[Figure, ...]) -> list[Any]:
    """Return a tile for each headline figure, and how to read them."""
    return [
        html.H2("Headline figures"),
        html.Div([_tile(figure) for figure in figures], className="tiles"),
        html.P(BAR_KEY, className="hint"),
    ]


def _tile(figure: Figure) -> html.Section:
    about = "; ".join(part for part in (_interval(figure), figure.beside) if part)
    return html.Section(
        [
            html.H3(figure.label),
            html.P(_capital(figure.verdict), className="found"),
            html.P(figure.value, className="value" if figure.bar else "none"),
            html.P(about, className="hint"),
            html.Div(picture(figure.bar, name="bar") if figure.bar else None),
            html.P(_capital(figure.note), className="hint"),
        ],
        className="tile",
    )


def _interval(figure: Figure) -> str:
    return f"95% interval {figure.interval}" if figure.interval else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
