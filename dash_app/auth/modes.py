"""How people are known: nobody signs in, a proxy says who they are, or a provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from geosafety.errors import InputError

Networks = tuple[IPv4Network | IPv6Network, ...]
NONE, PROXY, OIDC = "none", "proxy", "oidc"
KEY = "GEOSAFETY_SECRET_KEY"
_SHORTEST = 32  # characters of a key


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy that signs people in and says in a header who they are."""

    addresses: Networks
    user_header: str = "X-Forwarded-User"
    groups_header: str = "X-Forwarded-Groups"


@dataclass(frozen=True, kw_only=True)
class Oidc:
    """An OpenID Connect provider, and which of its claims say who and what."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ("openid", "profile")
    user_claim: str = "preferred_username"
    groups_claim: str = "groups"
    session_hours: float = 8


@dataclass(frozen=True, kw_only=True)
class Mode:
    """Everything the guard needs to know.

    Attributes
    ----------
    public_url
        The address people open, without a path.
    state
        A folder that all workers share, for the limits and the audit log.
    roles, npus
        The role, and the code of the NPU, that a group stands for.
    """

    name: str = NONE
    public_url: str = ""
    state: Path = Path()
    proxy: Proxy | None = None
    oidc: Oidc | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    npus: Mapping[str, str] = field(default_factory=dict)
    exports_per_hour: int = 60

    @property
    def secure(self) -> bool:
        """Say whether people reach the app over TLS."""
        return self.public_url.startswith("https://")


NO_LOGIN = Mode()


def is_loopback(host: str) -> bool:
    """Say whether an address is reached from this computer only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def read_key(environ: Mapping[str, str] = os.environ) -> str:
    """Read the key that signs cookies, the same for every worker.

    Raises
    ------
    InputError
        It is missing or short.
    """
    key = environ.get(KEY, "")
    if len(key) < _SHORTEST:
        text = f"The environment variable {KEY} is missing or too short."
        hint = f"Give it {_SHORTEST} or more random characters: docs/operators.md."
        raise InputError(text, hint=hint)
    return key
