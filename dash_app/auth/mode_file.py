"""Read a mode from its file; its secrets come from the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dash_app.auth.modes import (
    KEY,
    OIDC,
    PROXY,
    Mode,
    Networks,
    Oidc,
    Proxy,
    is_loopback,
)
from dash_app.auth.roles import ROLES
from geosafety.errors import InputError, nearest

CLIENT_SECRET = "GEOSAFETY_OIDC_CLIENT_SECRET"  # a name, not a secret
_TOP = ("mode", "public_url", "state", "proxy", "oidc", "roles", "npus", "limits")
_PROXY = ("addresses", "user_header", "groups_header")
_CLAIMS = ("scopes", "user_claim", "groups_claim", "session_hours")


def read_mode(path: Path, environ: Mapping[str, str] = os.environ) -> Mode:
    """Read how people are known.

    Parameters
    ----------
    path
        A TOML file; `examples/deploy` has one of each mode.
    environ
        Where the secrets are: in the file they would be an unknown key.

    Raises
    ------
    InputError
        Something in the file is missing, unknown or cannot be.
    """
    top = _Table(path.name, "", _read(path))
    top.only(_TOP)
    name = top.text("mode")
    if name not in (PROXY, OIDC):
        raise top.wrong(key="mode", hint='Write mode = "proxy" or mode = "oidc".')
    return Mode(
        name=name,
        public_url=_public_url(top),
        state=_state(path, top),
        proxy=_proxy(top.table("proxy")) if name == PROXY else None,
        oidc=_oidc(top.table("oidc"), environ) if name == OIDC else None,
        roles=_roles(top.table("roles")),
        npus=top.table("npus").texts(),
        exports_per_hour=_exports(top.table("limits")),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        text = f"There is no file {path}."
        raise InputError(text, hint="Copy one from examples/deploy.") from error
    except ValueError as error:
        text = f"{path.name} is not TOML: {error}."
        raise InputError(text, hint="Compare it with examples/deploy.") from error


@dataclass(frozen=True)
class _Table:
    """A table of the file, which can say where in it something is wrong."""

    file: str
    name: str
    values: Any

    def wrong(self, *, key: str, hint: str) -> InputError:
        where = f"[{self.name}] " if self.name else ""
        if key not in self.values:
            return InputError(f"{self.file}: {where}{key} is missing.", hint=hint)
        said = f"{self.file}: {where}{key} is {self.values[key]!r}."
        return InputError(said, hint=hint)

    def only(self, known: Iterable[str]) -> None:
        names = list(known)
        for key in self.values:
            if key in names:
                continue
            where = f" in [{self.name}]" if self.name else ""
            hint = nearest(key, names)
            if re.search("secret|key|password", key):
                hint = f"Secrets come from the environment: {KEY}, {CLIENT_SECRET}."
            text = f"{self.file}: there is no key {key!r}{where}."
            raise InputError(text, hint=hint)

    def table(self, name: str) -> _Table:
        values = self.values.get(name, {})
        if not isinstance(values, dict):
            raise self.wrong(key=name, hint=f"Write [{name}] and its keys below it.")
        return _Table(self.file, name, values)

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value:
            raise self.wrong(key=key, hint=f'Write {key} = "..."; see examples/deploy.')
        return value

    def texts(self) -> dict[str, str]:
        return {key: self.text(key) for key in self.values}

    def list(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            return tuple(value)
        raise self.wrong(key=key, hint=f'Write {key} = ["...", "..."].')

    def number(self, key: str, default: float, *, most: float) -> float:
        value = self.values.get(key, default)
        if isinstance(value, int | float) and 0 < value <= most:
            return value
        raise self.wrong(key=key, hint=f"Write a number above 0, {most:g} at most.")


def _public_url(top: _Table) -> str:
    parts = urlsplit(top.text("public_url").lower().rstrip("/"))
    here = is_loopback(parts.hostname or "")
    safe = parts.scheme == "https" or (parts.scheme == "http" and here)
    if safe and parts.netloc and not (parts.path or parts.query or parts.username):
        return f"{parts.scheme}://{parts.netloc}"
    raise top.wrong(
        key="public_url", hint='Write it as "https://name.example", with no path.'
    )


def _state(path: Path, top: _Table) -> Path:
    folder = path.parent.joinpath(top.text("state")).absolute()
    if folder.is_dir() and os.access(folder, os.W_OK):
        return folder
    hint = "Make that folder, and let the user that serves write in it."
    raise top.wrong(key="state", hint=hint)


def _proxy(table: _Table) -> Proxy:
    table.only(_PROXY)
    return Proxy(
        addresses=_networks(table),
        user_header=table.text("user_header", Proxy.user_header),
        groups_header=table.text("groups_header", Proxy.groups_header),
    )


def _networks(table: _Table) -> Networks:
    try:
        networks = tuple(ip_network(text) for text in table.list("addresses"))
    except ValueError as error:
        hint = 'Write addresses as in "10.1.2.3", networks as in "10.1.2.0/28".'
        raise table.wrong(key="addresses", hint=hint) from error
    if any(network.prefixlen == 0 for network in networks):
        hint = "That would trust everybody: list the addresses of the proxy alone."
        raise table.wrong(key="addresses", hint=hint)
    return networks


def _oidc(table: _Table, environ: Mapping[str, str]) -> Oidc:
    table.only(("issuer", "client_id", *_CLAIMS))
    issuer = table.text("issuer").rstrip("/")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise table.wrong(key="issuer", hint="A provider is reached over https.")
    if not (secret := environ.get(CLIENT_SECRET, "")):
        text = f"The environment variable {CLIENT_SECRET} is missing."
        raise InputError(text, hint="Give it the secret of this client.")
    scopes = table.list("scopes") if "scopes" in table.values else Oidc.scopes
    return Oidc(
        issuer=issuer,
        client_id=table.text("client_id"),
        client_secret=secret,
        scopes=tuple(dict.fromkeys(("openid", *scopes))),
        user_claim=table.text("user_claim", Oidc.user_claim),
        groups_claim=table.text("groups_claim", Oidc.groups_claim),
        session_hours=table.number("session_hours", Oidc.session_hours, most=24),
    )


def _roles(table: _Table) -> dict[str, str]:
    mapped = table.texts()
    if not mapped:
        text = f"{table.file}: [roles] is missing, so nobody could come in."
        raise InputError(text, hint="Name the group of each role; see examples/deploy.")
    for group, role in mapped.items():
        if role not in ROLES:
            raise table.wrong(key=group, hint=nearest(role, ROLES))
    return mapped


def _exports(table: _Table) -> int:
    table.only(("exports_per_hour",))
    return int(table.number("exports_per_hour", Mode.exports_per_hour, most=10_000))
