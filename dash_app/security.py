"""Headers that keep the page to itself, and small answers."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence

from flask import Flask, Response, request

_PACKABLE = ("text/", "application/json", "application/javascript")
_SMALL = 900  # bytes under which packing saves nothing


def secure(server: Flask, script_hashes: Callable[[], Sequence[str]]) -> None:
    """Add security headers to every answer.

    `script_hashes` is asked anew each time, for Dash adds scripts of its own when it
    gets its first request.
    """

    @server.after_request
    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _policy(script_hashes())
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "geolocation=(), camera=()"
        return response


def _policy(script_hashes: Sequence[str]) -> str:
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            # Leaflet and React place things with style attributes.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
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
