"""What an address that leads nowhere shows."""

from __future__ import annotations

import dash
from dash import html

from dash_app.components import shell

dash.register_page(__name__, title="Not found: geosafety", in_menu=False)


def layout(**_asked: str) -> html.Div:
    """Build the page."""
    home = html.A("Go to the map", href=dash.get_relative_path("/"))
    text = "There is no page at this address."
    return shell.page("", html.H1("Page not found"), html.P(text), html.P(home))
