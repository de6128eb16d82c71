"""What the words about clusters mean, behind one click."""

from __future__ import annotations

from dash import html

from geosafety.publish.cluster_words import definition_texts
from geosafety.publish.spots import Spots
from geosafety.settings import Indicator


def definitions(spots: Spots, indicator: Indicator) -> html.Details:
    """Say what the words mean, and what they do not say."""
    texts = definition_texts(spots, indicator)
    return html.Details(
        [html.Summary("What is this?"), *(html.P(text) for text in texts)]
    )
