"""Files to take away: tables, their descriptions, and the map as a picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request

from dash_app import plain
from dash_app.auth import BRIEF, EXPORT, needs
from dash_app.components.map.parts import file_name
from dash_app.jobs import exports, pictures
from dash_app.queries import choices, downloads, maps
from geosafety.errors import GeosafetyError

_PART = 1 << 18  # bytes


def add_routes(server: Flask) -> None:
    """Add the routes."""
    server.add_url_rule("/download/<name>", view_func=download)
    server.add_url_rule("/view.png", view_func=view_png)


@needs(EXPORT)
def download(name: str) -> Response:
    """Send the table that the URL asks for, as one kind of file."""
    if name not in exports.FORMS:
        abort(404)
    if error := choices.problem():
        return Response(plain.stopped(error), 503)
    asked, notes = downloads.resolve(_several())
    if notes:
        return Response(plain.refused("\n".join(notes)), 404)
    # A folder that cannot be removed yet (Windows, a file still open) is no failure.
    kept = tempfile.TemporaryDirectory(prefix="geosafety-", ignore_cleanup_errors=True)
    out = Path(kept.name) / exports.file_name(name, asked)
    try:
        exports.write(name, asked, out)
    except GeosafetyError as error:
        kept.cleanup()
        return Response(plain.refused(f"{error.problem} {error.hint}"), 409)
    answer = Response(_parts(out, kept), mimetype=exports.FORMS[name].mimetype)
    answer.content_length = out.stat().st_size
    answer.headers["Content-Disposition"] = f'attachment; filename="{out.name}"'
    answer.call_on_close(kept.cleanup)
    return answer


def _parts(path: Path, kept: tempfile.TemporaryDirectory[str]) -> Iterator[bytes]:
    """Send a file piece by piece, for some are too large for the memory."""
    with kept, path.open("rb") as file:
        while part := file.read(_PART):
            yield part


def _several() -> dict[str, Any]:
    return {key: request.args.getlist(key) for key in downloads.FILTERS} | {
        key: request.args.get(key, "") for key in ("t", "w")
    }


@needs(BRIEF)
def view_png() -> Response:
    """Send the view in the URL as a picture."""
    if error := choices.problem():
        return Response(plain.stopped(error), 503)
    view, notes = maps.resolve(**{k: str(v) for k, v in request.args.items()})
    if notes:
        return Response(plain.refused("\n".join(notes)), 404)
    try:
        body = pictures.png(view)
    except GeosafetyError as error:
        return Response(plain.refused(f"{error.problem} {error.hint}"), 404)
    response = Response(body, mimetype="image/png")
    name = file_name(view).replace(".csv", ".png")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
