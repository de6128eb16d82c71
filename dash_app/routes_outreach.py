"""The files of the engagement and the outreach page: the gap sheet, and plans."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from dash_app.auth import PLAN, needs
from dash_app.jobs import gaps, plans
from dash_app.queries import choices, engagement
from geosafety.errors import GeosafetyError

_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar",
    "html": "text/html",
    "png": "image/png",
}


def add_routes(server: Flask) -> None:
    """Add the routes of both pages."""
    server.add_url_rule("/plans/<job>/<file>", view_func=plan_file)
    server.add_url_rule("/gap.csv", view_func=gap_csv)
    server.add_url_rule("/gap.xlsx", view_func=gap_xlsx)


@needs(PLAN)
def plan_file(job: str, file: str) -> Response:
    """Send a file of a finished plan; a venue's brief opens, the others are saved."""
    path = None if choices.problem() else plans.file_of(job, file)
    if path is None or not path.exists():
        abort(404)
    kind = _TYPES[path.suffix.removeprefix(".")]
    response = Response(path.read_bytes(), mimetype=kind)
    if not file.startswith("brief-"):
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["Cache-Control"] = "no-cache"
    return response


@needs(PLAN)
def gap_csv() -> Response:
    """Send the gap sheet of the view in the URL as CSV."""
    return _gap("csv")


@needs(PLAN)
def gap_xlsx() -> Response:
    """Send it as a workbook, with its notes."""
    return _gap("xlsx")


def _gap(form: str) -> Response:
    if error := choices.problem():
        return Response(f"{error.problem} {error.hint}", 404, mimetype="text/plain")
    asked = {name: str(value) for name, value in request.args.items()}
    look, notes = engagement.resolve(**asked)
    if notes:
        return Response("\n".join(notes), 404, mimetype="text/plain")
    try:
        body = gaps.as_file(look.geography, look.widest, look.weights, form)
    except GeosafetyError as error:
        return Response(f"{error.problem} {error.hint}", 404, mimetype="text/plain")
    response = Response(body, mimetype=_TYPES[form])
    name = f"gap_{look.geography}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
