"""What the pages about areas fetch: briefings to print, and the way to a name."""

from __future__ import annotations

from urllib.parse import urlencode

import dash
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from dash_app.auth import BRIEF, VIEW, needs
from dash_app.jobs import briefings
from dash_app.queries import area, choices
from geosafety.errors import GeosafetyError


def add_routes(server: Flask) -> None:
    """Add the routes of areas."""
    server.add_url_rule("/area/find", view_func=find_area)
    server.add_url_rule("/briefing/<geography>/<code>.html", view_func=briefing_html)
    server.add_url_rule("/briefing/<geography>/<code>.pdf", view_func=briefing_pdf)


@needs(VIEW)
def find_area() -> Answer:
    """Lead to the one area that a text stands for, or to what could be meant."""
    text = request.args.get("q", "")
    found = () if choices.problem() else area.search(text)[0]
    if len(found) == 1:
        query = urlencode({"g": found[0].geography, "a": found[0].code})
        return redirect(f"{dash.get_relative_path('/area')}?{query}")
    return redirect(f"{dash.get_relative_path('/areas')}?{urlencode({'q': text})}")


@needs(BRIEF)
def briefing_html(geography: str, code: str) -> Response:
    """Send an area's briefing as a page that prints on one sheet."""
    if why := _missing(geography, code):
        return why
    return Response(briefings.as_html(geography, code), mimetype="text/html")


@needs(BRIEF)
def briefing_pdf(geography: str, code: str) -> Response:
    """Send an area's briefing as a PDF."""
    if why := _missing(geography, code):
        return why
    pdf = briefings.as_pdf(geography, code)
    response = Response(pdf, mimetype="application/pdf")
    name = "".join(c if c.isalnum() and c.isascii() else "_" for c in code)
    disposition = f'inline; filename="briefing_{geography}_{name}.pdf"'
    response.headers["Content-Disposition"] = disposition
    return response


def _missing(geography: str, code: str) -> Response | None:
    """Say why there is no briefing; nothing where there is one."""
    try:
        if error := choices.problem():
            raise error
        briefings.briefing(geography, code)
    except GeosafetyError as error:
        text = f"{error.problem} {error.hint}"
        return Response(text, 404, mimetype="text/plain")
    return None
