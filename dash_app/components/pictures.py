"""Drawings from `geosafety.publish`, which say in words what they show."""

from __future__ import annotations

from urllib.parse import quote

from dash import html

from geosafety.publish.briefing import Picture


def picture(drawn: Picture, *, name: str = "") -> html.Img:
    """Return a drawing as an image: its texts cannot run, and its words are its alt."""
    source = f"data:image/svg+xml;charset=utf-8,{quote(drawn.svg)}"
    return html.Img(src=source, alt=drawn.alt, className=f"drawing {name}".strip())
