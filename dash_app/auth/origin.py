"""Whether a request comes from our own pages or from somebody else's."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

from dash_app.auth.modes import NONE, Mode, is_loopback

_SAFE = ("GET", "HEAD", "OPTIONS")


def is_foreign(request: Request, mode: Mode) -> bool:
    """Say whether another site's page has made this request.

    A link from elsewhere may open a page. All else that another site starts is
    foreign: what it would post, put into a frame or fetch (the resource isolation
    policy of Fetch Metadata, and the origin of a post for browsers without it).
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in ("none", "same-origin") and not _opens_a_page(request):
        return True
    origin = request.headers.get("Origin")
    if origin is None or request.method in _SAFE:
        return False
    return origin.lower() != (mode.public_url or f"{request.scheme}://{request.host}")


def _opens_a_page(request: Request) -> bool:
    return (
        request.method in _SAFE
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest") == "document"
    )


def is_misnamed(request: Request, mode: Mode) -> bool:
    """Say whether a request that needs no login calls this computer by another name.

    A site elsewhere can point a name of its own at this computer and then read the
    answers as if they were its own pages (DNS rebinding).
    """
    host = urlsplit(f"//{request.host}").hostname or ""
    return mode.name == NONE and not is_loopback(host)
