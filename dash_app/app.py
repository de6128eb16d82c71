"""Build the app."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any, cast

from dash import Dash, html, page_container, set_props

from dash_app import routes_area, routes_downloads, routes_outreach
from dash_app.answers import forget, keep_answers
from dash_app.auth import guard
from dash_app.auth.modes import NO_LOGIN, Mode
from dash_app.one_build import Server
from dash_app.routes import add_routes
from dash_app.security import pack, say_little, secure, settle_cookies
from dash_app.slim import leave_out_tables
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


def create_app(results: Path, mode: Mode = NO_LOGIN, *, key: str = "") -> Dash:
    """Make the app that shows one results folder.

    Parameters
    ----------
    results
        The folder. It need not exist yet: the pages then say what to run.
    mode
        How people are known; without one, nobody signs in.
    key
        What signs cookies; without one, a key that no other process has.
    """
    server = Server("dash_app", static_folder=None)
    # A link may be put in the place of the folder, so it is followed at each request.
    server.config["GEOSAFETY_RESULTS"] = results.absolute()
    server.secret_key = key or secrets.token_hex()
    settle_cookies(server, mode)
    guard(server, mode)  # before Dash, so that nothing of Dash comes before it
    keep_answers(server)
    leave_out_tables()
    app = Dash(
        "dash_app",
        server=cast(Any, server),  # Dash takes a Flask, though its types forget it
        use_pages=True,
        serve_locally=True,
        suppress_callback_exceptions=True,
        external_scripts=["/patterns.js"],
        title="geosafety",
        update_title="",
        on_error=tell,
        index_string=_PAGE,
        enable_mcp=False,  # or an environment variable could switch it on
        websocket_callbacks=False,
    )
    app.layout = html.Div([html.Div(id="notice", role="alert"), page_container])
    add_routes(server)
    routes_area.add_routes(server)
    routes_downloads.add_routes(server)
    routes_outreach.add_routes(server)
    say_little(server)
    pack(server)
    secure(server, app.csp_hashes, mode)
    return app


def tell(error: Exception) -> None:
    """Show an expected problem in full; log any other and say only that it broke."""
    forget()
    if isinstance(error, GeosafetyError):
        set_props("notice", {"children": f"{error.problem} {error.hint}"})
    else:
        logging.getLogger(__name__).exception("callback failed", exc_info=error)
        set_props("notice", {"children": "Something went wrong; it has been logged."})
