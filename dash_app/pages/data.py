"""What was loaded, what became of it, and how the figures are made."""

from __future__ import annotations

import dash
from dash import html

from dash_app.components import loaded, shell
from dash_app.queries import choices, source

dash.register_page(
    __name__, path="/data", name="Data", title="Data: geosafety", order=2, in_menu=True
)


def layout(**_asked: str) -> html.Div:
    """Build the page."""
    if error := choices.problem():
        return shell.page("/data", *shell.stopped(error))
    manifest = source.manifest()
    return shell.page(
        "/data",
        html.H1("What was loaded"),
        *loaded.build(manifest),
        *loaded.inputs(manifest),
        *loaded.ledger(source.ledger()),
        *loaded.coverage(source.coverage()),
        *loaded.layers(manifest),
        *loaded.methods(),
        synthetic=bool(manifest.get("synthetic")),
    )
