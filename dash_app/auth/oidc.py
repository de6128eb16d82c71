"""Sign in with OpenID Connect: code flow with PKCE, state and nonce (Authlib).

Who somebody is, with role and NPU, is kept in a signed cookie that ends after so many
hours. Signing out ends it on the server too, for every worker.
"""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, current_app, redirect, request, session
from joserfc.errors import JoseError
from requests import RequestException

from dash_app.auth import limits
from dash_app.auth.audit import COUNTS, write_line
from dash_app.auth.modes import Mode, Oidc
from dash_app.auth.proxy import is_id
from dash_app.auth.refusals import SIGN_IN, refused, said
from dash_app.auth.roles import User, open_to_all, role_of

_TIMEOUT = 10  # seconds for one answer of the provider
# What Authlib, and a provider that answers oddly, can raise.
_FAILED = (
    AuthlibBaseError,
    JoseError,
    RequestException,
    RuntimeError,
    ValueError,
    LookupError,
)
_log = logging.getLogger(__name__)


def add_sign_in(server: Flask, mode: Mode, oidc: Oidc) -> None:
    """Add the way in and the way out."""
    client = OAuth(server).register(
        "provider",
        client_id=oidc.client_id,
        client_secret=oidc.client_secret,
        server_metadata_url=f"{oidc.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": " ".join(oidc.scopes),
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT,
        },
    )
    server.extensions["geosafety_oidc"] = (client, mode, oidc)
    server.add_url_rule("/sign-in", view_func=sign_in)
    server.add_url_rule("/signed-in", view_func=signed_in)
    server.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])
    server.add_url_rule("/signed-out", view_func=signed_out)


def user_of(mode: Mode) -> User | None:
    """Return who signed in, while the session lasts."""
    kept = session.get("user")
    if not kept or kept["until"] < time.time():
        return None
    if limits.is_taken(mode.state / COUNTS, f"ended:{kept['id']}"):
        return None
    return User(kept["name"], kept["role"], kept["npu"])


@open_to_all
def sign_in() -> Response:
    """Send somebody to the provider."""
    client, mode, _ = _provider()
    session["next"] = _inside(request.args.get("next", ""))
    try:
        answer = client.authorize_redirect(f"{mode.public_url}/signed-in")
    except _FAILED as error:
        return _failed(error, 502, "The sign-in service cannot be reached.")
    return cast(Response, answer)


@open_to_all
def signed_in() -> Response:
    """Take somebody back from the provider, and start their session."""
    client, mode, oidc = _provider()
    try:
        user = _user_from(_claims(client, oidc), mode, oidc)
    except _FAILED as error:
        write_line(mode, "refused", None, why="the sign-in failed")
        return _failed(error, 403, "The sign-in did not succeed.")
    target = session.get("next", "/")
    session.clear()
    session["user"] = {
        "name": user.name,
        "role": user.role,
        "npu": user.npu,
        "id": secrets.token_hex(8),
        "until": int(time.time() + oidc.session_hours * 3600),
    }
    write_line(mode, "sign-in", user)
    return cast(Response, redirect(target))


@open_to_all
def sign_out() -> Response:
    """End the session here, and then at the provider."""
    client, mode, oidc = _provider()
    user, kept = user_of(mode), session.get("user")
    session.clear()
    home = f"{mode.public_url}/signed-out"
    if user is None or not kept:
        return cast(Response, redirect(home, 303))
    left = max(kept["until"] - time.time(), 1)
    limits.take(mode.state / COUNTS, f"ended:{kept['id']}", most=1, seconds=left)
    write_line(mode, "sign-out", user)
    try:
        asked = client.create_logout_url(home, client_id=oidc.client_id)
    except _FAILED:
        return cast(Response, redirect(home, 303))  # the provider has no way out
    return cast(Response, redirect(asked["url"], 303))


@open_to_all
def signed_out() -> Response:
    """Say that it is done."""
    text = "You are signed out. Close this window on a shared computer."
    return said(200, "Signed out", text, link=SIGN_IN)


def _provider() -> tuple[Any, Mode, Oidc]:
    found: tuple[Any, Mode, Oidc] = current_app.extensions["geosafety_oidc"]
    return found


def _claims(client: Any, oidc: Oidc) -> dict[str, Any]:
    """Return what the provider vouches for, from its token and, if need be, asked."""
    issuer = str(client.load_server_metadata().get("issuer", ""))
    if issuer.rstrip("/") != oidc.issuer:
        text = f"the provider calls itself {issuer!r}, not {oidc.issuer!r}"
        raise ValueError(text)
    token = client.authorize_access_token()
    claims = dict(token["userinfo"])
    if oidc.groups_claim in claims and oidc.user_claim in claims:
        return claims
    more = dict(client.userinfo(token=token))
    if more.get("sub") != claims["sub"]:
        text = "the provider tells of two people"
        raise ValueError(text)
    return more | claims


def _user_from(claims: dict[str, Any], mode: Mode, oidc: Oidc) -> User:
    name = str(claims[oidc.user_claim])
    if not is_id(name):
        text = f"the claim {oidc.user_claim} holds no id of a person"
        raise ValueError(text)
    given = claims.get(oidc.groups_claim, [])
    groups = [given] if isinstance(given, str) else [str(group) for group in given]
    npu = next((mode.npus[group] for group in groups if group in mode.npus), "")
    return User(name, role_of(groups, mode.roles), npu)


def _inside(path: str) -> str:
    """Return a path of this app, whatever was asked for."""
    parts = urlsplit(path)
    strange = parts.scheme or parts.netloc or not path.isprintable() or "\\" in path
    return "/" if strange or path[:1] != "/" or path[:2] == "//" else path


def _failed(error: Exception, status: int, text: str) -> Response:
    _log.warning("sign-in: %s: %s", type(error).__name__, error)
    return refused(status, text, link=SIGN_IN)
