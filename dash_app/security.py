"""Headers that keep the page to itself, and small answers."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.exceptions import InternalServerError

from dash_app.auth.modes import NONE, Mode
from dash_app.auth.refusals import refused

_PACKABLE = ("text/", "application/json", "application/javascript")
_SMALL = 900  # bytes under which packing saves nothing
# Of what is no page: nothing runs in it. Short, for it goes with every script.
_BARE = "default-src 'self'; object-src 'none'; frame-ancestors 'self'"
_LARGEST = 8_000_000  # bytes of a request: the largest is a view with its choices


def settle_cookies(server: Flask, mode: Mode) -> None:
    """Keep the session cookie from scripts, other sites and open connections."""
    # A browser takes `__Host-` only over TLS, for one host and every path.
    name = "__Host-geosafety" if mode.secure else "geosafety"
    server.config.update(
        SESSION_COOKIE_NAME=name,
        SESSION_COOKIE_SECURE=mode.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=_LARGEST,
    )


def say_little(server: Flask) -> None:
    """Answer what nobody foresaw with a sentence; the story goes to the log."""

    @server.errorhandler(InternalServerError)
    def tell(_error: InternalServerError) -> Response:
        return refused(500, "It has been logged. Please try again.")

    @server.errorhandler(DependencyException)
    def not_ours(_error: DependencyException) -> Response:
        return refused(404, "There is no such file.")


def secure(
    server: Flask, script_hashes: Callable[[], Sequence[str]], mode: Mode
) -> None:
    """Add security headers to every answer.

    `script_hashes` is asked anew each time, for Dash adds scripts of its own when it
    gets its first request.
    """

    @server.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        page = response.mimetype in ("text/html", "image/svg+xml")
        policy = _policy(script_hashes(), mode) if page else _BARE
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "SAMEORIGIN"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()"
        if mode.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if mode.name != NONE:
            _keep_private(response)
        return response


def _keep_private(response: Response) -> None:
    """Let no cache between the server and the person keep an answer."""
    kept = response.cache_control
    if "Cache-Control" not in response.headers:
        kept.no_store = True
    kept.public = False
    kept.private = True


def _policy(script_hashes: Sequence[str], mode: Mode) -> str:
    forms = "'self'"
    if mode.oidc is not None:
        # The way out is a form that leads on to the provider.
        provider = urlsplit(mode.oidc.issuer)
        forms += f" {provider.scheme}://{provider.netloc}"
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            # Leaflet and React place things with style attributes.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'self'",
            f"form-action {forms}",
            "frame-ancestors 'self'",
        ]
    )


def pack(server: Flask) -> None:
    """Send text gzipped; what never changes is packed once and kept."""
    kept: dict[str, bytes] = {}

    @server.after_request
    def shrink(response: Response) -> Response:
        if not _packable(response):
            return response
        response.direct_passthrough = False
        lasting = request.path.startswith("/_dash-component-suites/")
        packed = kept.get(request.full_path) if lasting else None
        if packed is None:
            packed = gzip.compress(response.get_data(), 9 if lasting else 5, mtime=0)
        # A bundle's name holds its version and time, so there are only so many; a
        # made-up query on one of them must not fill the memory.
        if lasting and len(kept) < 200:
            kept[request.full_path] = packed
        response.set_data(packed)
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response


def _packable(response: Response) -> bool:
    return (
        response.status_code == 200
        and "gzip" in request.headers.get("Accept-Encoding", "")
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(_PACKABLE)
        and (response.content_length or _SMALL) >= _SMALL
    )
