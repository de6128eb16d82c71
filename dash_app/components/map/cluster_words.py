"""What the clusters of a view mean: the words of `publish.cluster_words`."""

from __future__ import annotations

from dash import html

from geosafety.publish.cluster_words import (
    UNKNOWN,
    about_all,
    about_area,
    class_text,
    definition_texts,
    label_text,
    months_text,
    run_text,
    title,
)
from geosafety.publish.spots import Spots
from geosafety.settings import Indicator

__all__ = [
    "UNKNOWN",
    "about_all",
    "about_area",
    "class_text",
    "definitions",
    "label_text",
    "months_text",
    "run_text",
    "title",
]


def definitions(spots: Spots, indicator: Indicator) -> html.Details:
    """Say what the words mean, and what they do not say."""
    texts = definition_texts(spots, indicator)
    return html.Details(
        [html.Summary("What is this?"), *(html.P(text) for text in texts)]
    )
