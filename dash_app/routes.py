"""What the page fetches besides itself: polygons, patterns, the view as a file."""

from __future__ import annotations

import gzip
from importlib.resources import files

from flask import Flask, Response, abort, request

from dash_app import plain, whole_table
from dash_app.auth import EXPORT, VIEW, needs, open_to_all
from dash_app.components.map.parts import file_name
from dash_app.export import csv_text
from dash_app.queries import choices, layers, maps, surfaces
from geosafety.errors import GeosafetyError

_FOR_EVER = "public, max-age=31536000, immutable"


def add_routes(server: Flask) -> None:
    """Add every route that Dash does not make."""
    server.add_url_rule("/geo/<geography>/<digest>.json", view_func=geometry)
    server.add_url_rule("/surfaces/<name>/<digest>.png", view_func=surface)
    server.add_url_rule("/patterns.js", view_func=patterns)
    server.add_url_rule("/table", view_func=table)
    server.add_url_rule("/view.csv", view_func=view_csv)
    server.add_url_rule("/health", view_func=health)
    server.add_url_rule("/ready", view_func=ready)


@needs(VIEW)
def geometry(geography: str, digest: str) -> Response:
    """Send a layer as it lies in the results, already packed."""
    try:
        layer = layers.outline_of(geography)
    except GeosafetyError:
        abort(404)
    if digest != layer.digest:
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    body = layer.packed if packed else gzip.decompress(layer.packed)
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = _FOR_EVER
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


@needs(VIEW)
def surface(name: str, digest: str) -> Response:
    """Send the picture of a density surface as the build left it."""
    known = {} if choices.problem() else surfaces.surfaces()
    if name not in known or digest != known[name].digest:
        abort(404)
    response = Response(surfaces.surface_png(name), mimetype="image/png")
    response.headers["Cache-Control"] = _FOR_EVER
    return response


@needs(VIEW)
def patterns() -> Response:
    """Send the fill patterns that the page shares with the folium map."""
    text = files("geosafety").joinpath("publish", "patterns.js").read_text("utf-8")
    response = Response(text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@needs(VIEW)
def table() -> Response:
    """Send every area of the view in the URL as a plain page."""
    if error := choices.problem():
        return Response(plain.stopped(error), 503)
    view, notes = maps.resolve(**{k: str(v) for k, v in request.args.items()})
    order = request.args.get("sort", "")
    return Response(whole_table.table_page(view, notes, order))


@needs(EXPORT)
def view_csv() -> Response:
    """Send the view in the URL as CSV."""
    if error := choices.problem():
        return Response(f"{error.problem} {error.hint}", 404, mimetype="text/plain")
    view, notes = maps.resolve(**{k: str(v) for k, v in request.args.items()})
    if notes:
        return Response("\n".join(notes), 404, mimetype="text/plain")
    response = Response(csv_text(view), mimetype="text/csv")
    name = file_name(view)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@open_to_all
def health() -> Response:
    """Say that the server is up."""
    return Response("ok", mimetype="text/plain")


@open_to_all
def ready() -> Response:
    """Say whether the results can be read, and to strangers nothing more."""
    missing = choices.problem() is not None
    text, status = ("not ready", 503) if missing else ("ready", 200)
    return Response(text, status, mimetype="text/plain")
