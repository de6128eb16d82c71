"""Deny by default: one guard before every route there is.

A route says what it needs with `needs` or `open_to_all`; those that Dash makes are in
the table below. Whatever is in neither is refused to everybody.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, has_app_context, request

from dash_app.auth import limits, oidc, origin, proxy
from dash_app.auth.audit import COUNTS, write_line
from dash_app.auth.modes import NO_LOGIN, NONE, OIDC, Mode
from dash_app.auth.refusals import NOWHERE, SIGN_IN, TO_THE_MAP, refused
from dash_app.auth.roles import LOCAL, VIEW, User, mark_of
from geosafety.errors import InputError

_DASH: Mapping[str, str] = {
    "/": VIEW,
    "/<path:path>": VIEW,
    "/_dash-layout": VIEW,
    "/_dash-dependencies": VIEW,
    "/_dash-update-component": VIEW,
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": VIEW,
    "/_favicon.ico": VIEW,
    "_dash_assets.static": VIEW,
}
_NOBODY = User("", "")
_NEW_AFTER = 12 * 3600  # seconds after which a proxy's user is a new sign-in


def guard(server: Flask, mode: Mode) -> None:
    """Stand before every route of a server that has none yet."""
    server.config["GEOSAFETY_MODE"] = mode
    server.before_request(_deny)
    server.after_request(_record)
    if mode.name != NONE:
        limits.make(mode.state / COUNTS)
    if mode.oidc is not None:
        oidc.add_sign_in(server, mode, mode.oidc)


def who() -> User:
    """Return who is asking; one who may do nothing, when nobody is known."""
    if has_app_context() and "user" in g:
        user: User = g.user
        return user
    return LOCAL if _mode().name == NONE else _NOBODY


def signs_in() -> bool:
    """Say whether people sign in at all."""
    return _mode().name != NONE


def signs_out() -> bool:
    """Say whether the app has a way out; with a proxy, it is the proxy that has it."""
    return _mode().name == OIDC


def demand(permission: str) -> None:
    """Stop a callback that its user may not run: callbacks share one route.

    Raises
    ------
    InputError
        The user has not the permission.
    """
    if not who().may(permission):
        text = f"Your role here ({who().role or 'none'}) may not do this."
        raise InputError(text, hint="Ask whoever looks after geosafety.")


def needed(endpoint: str | None) -> str | None:
    """Return what an endpoint needs: a permission, "" for nothing, or None: refuse.

    An address that leads nowhere needs as much as a page, so that only those who may
    look at pages learn that it leads nowhere.
    """
    if endpoint is None:
        return VIEW
    mark = mark_of(current_app.view_functions[endpoint])
    return _DASH.get(endpoint) if mark is None else mark


def _mode() -> Mode:
    mode: Mode = current_app.config.get("GEOSAFETY_MODE", NO_LOGIN)
    return mode


def _deny() -> Response | None:
    mode, permission = _mode(), needed(request.endpoint)
    if origin.is_misnamed(request, mode):
        return refused(400, "Open it as http://127.0.0.1 or http://localhost.")
    if origin.is_foreign(request, mode):
        write_line(mode, "refused", None, why="from another site")
        return refused(403, "Another site made this request.")
    if permission == "":
        return None
    user = _identify(mode)
    if user is None:
        return _send_to_sign_in(mode)
    g.user = user
    return _pass(mode, user, permission)


def _identify(mode: Mode) -> User | None:
    if mode.name == NONE:
        return LOCAL
    if mode.name == OIDC:
        return oidc.user_of(mode)
    if mode.proxy is None:
        return None
    if proxy.is_forged(request, mode.proxy):
        write_line(mode, "refused", None, why="headers of the proxy from elsewhere")
        return None
    user = proxy.user_of(request, mode, mode.proxy)
    if user and not limits.is_taken(mode.state / COUNTS, f"seen:{user.name}"):
        _greet(mode, user)
    return user


def _greet(mode: Mode, user: User) -> None:
    """Record the first request of a working day: a proxy tells of no sign-in."""
    name = f"seen:{user.name}"
    if not limits.take(mode.state / COUNTS, name, most=1, seconds=_NEW_AFTER):
        write_line(mode, "sign-in", user)


def _send_to_sign_in(mode: Mode) -> Response:
    if mode.name == OIDC and request.method == "GET" and _wants_a_page():
        response = Response(status=302)
        response.location = f"/sign-in?{_next()}"
        return response
    text = "You are not signed in, or have been signed out after a while."
    return refused(401, text, link=SIGN_IN if mode.name == OIDC else NOWHERE)


def _wants_a_page() -> bool:
    wanted = request.headers.get("Sec-Fetch-Dest", "document")
    return wanted == "document" and "text/html" in request.headers.get("Accept", "")


def _next() -> str:
    return urlencode({"next": request.full_path.rstrip("?")})


def _pass(mode: Mode, user: User, permission: str | None) -> Response | None:
    if permission is None:
        logging.getLogger(__name__).error("no permission for %s", request.endpoint)
    if permission is None or not user.may(permission):
        write_line(mode, "refused", user, why=f"needs {permission or 'nothing known'}")
        return _may_not(mode, user)
    if permission == VIEW or mode.name == NONE:
        return None
    most = mode.exports_per_hour
    wait = limits.take(mode.state / COUNTS, user.name, most=most, seconds=3600)
    if not wait:
        return None
    write_line(mode, "refused", user, why="too many files")
    text = f"You have taken {most} files in an hour. Try again in {_minutes(wait)}."
    response = refused(429, text)
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response


def _may_not(mode: Mode, user: User) -> Response:
    ask = "Ask whoever looks after geosafety."
    if user.role:
        text = f"Your role here ({user.role}) may not open this. {ask}"
        return refused(403, text, link=TO_THE_MAP)
    text = f"You are signed in as {user.name}, with no role in geosafety. {ask}"
    return refused(403, text, way_out=mode.name == OIDC)


def _minutes(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minute{'s' * (minutes > 1)}"


def _record(response: Response) -> Response:
    """Record a file that was taken away."""
    taken = needed(request.endpoint) not in (VIEW, "", None)
    if taken and response.status_code == 200 and "user" in g:
        write_line(_mode(), "export", g.user, bytes=response.content_length or 0)
    return response
