"""Build the app."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

from dash import Dash, html, page_container, set_props

from dash_app.routes import add_routes
from dash_app.security import pack, secure
from geosafety.errors import GeosafetyError

_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
{%css%}
</head>
<body>
<noscript>This page draws its map with JavaScript, which is switched off here.
The command line makes the same maps, tables and files.</noscript>
{%app_entry%}
<div hidden>{%config%}{%scripts%}{%renderer%}</div>
</body>
</html>
"""


def create_app(results: Path) -> Dash:
    """Make the app that shows one results folder.

    Parameters
    ----------
    results
        The folder. It need not exist yet: the pages then say what to run.
    """
    app = Dash(
        "dash_app",
        use_pages=True,
        serve_locally=True,
        suppress_callback_exceptions=True,
        external_scripts=["/patterns.js"],
        title="geosafety",
        update_title="",
        on_error=tell,
        index_string=_PAGE,
    )
    app.server.config["GEOSAFETY_RESULTS"] = results.resolve()
    app.server.secret_key = secrets.token_hex()
    app.layout = html.Div([html.Div(id="notice", role="alert"), page_container])
    add_routes(app.server)
    pack(app.server)
    secure(app.server, app.csp_hashes)
    return app


def tell(error: Exception) -> None:
    """Show an expected problem in full; log any other and say only that it broke."""
    if isinstance(error, GeosafetyError):
        set_props("notice", {"children": f"{error.problem} {error.hint}"})
    else:
        logging.getLogger(__name__).exception("callback failed", exc_info=error)
        set_props("notice", {"children": "Something went wrong; it has been logged."})
