"""Somebody whom a proxy has signed in."""

from __future__ import annotations

import re
from ipaddress import ip_address

from flask import Request

from dash_app.auth.modes import Mode, Networks, Proxy
from dash_app.auth.roles import User, role_of

# An id of a person: a name, an e-mail address, or DOMAIN\name.
_ID = re.compile(r"[\w.@+\\-]{1,120}")


def is_id(text: str) -> bool:
    r"""Say whether a text can be the id of one person.

    Examples
    --------
    >>> is_id("WMP\\jo.smith"), is_id("jo,sam"), is_id("")
    (True, False, False)
    """
    return _ID.fullmatch(text) is not None


def user_of(request: Request, mode: Mode, proxy: Proxy) -> User | None:
    """Return who the proxy says is asking; nobody, when it was not the proxy.

    What counts is the address at the other end of the connection. Headers that say
    where a request came from are not read.
    """
    name = request.headers.get(proxy.user_header, "")
    if not is_id(name) or not is_listed(request, proxy.addresses):
        return None
    given = request.headers.get(proxy.groups_header, "")
    groups = [group.strip() for group in re.split("[,;]", given)]
    npu = next((mode.npus[group] for group in groups if group in mode.npus), "")
    return User(name, role_of(groups, mode.roles), npu)


def is_forged(request: Request, proxy: Proxy) -> bool:
    """Say whether somebody other than the proxy has sent its headers."""
    sent = (
        proxy.user_header in request.headers or proxy.groups_header in request.headers
    )
    return sent and not is_listed(request, proxy.addresses)


def is_listed(request: Request, addresses: Networks) -> bool:
    """Say whether the connection comes from one of the addresses."""
    try:
        peer = ip_address(str(request.environ.get("REMOTE_ADDR", "")))
    except ValueError:
        return False  # a socket file has no address
    mapped = getattr(peer, "ipv4_mapped", None)
    return any((mapped or peer) in network for network in addresses)
