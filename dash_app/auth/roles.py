"""Who may do what: a table, and the mark that a route carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

VIEW = "view"  # maps, tables and pages
BRIEF = "brief"  # the one-page briefing, as a file
PLAN = "plan"  # try out a plan of visits
EXPORT = "export"  # take data away
ADMIN = "admin"  # what looks after the server itself

# The later a role stands, the more it may do: of several, a person has the last.
ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "inspector": frozenset({VIEW, BRIEF}),
        "engagement": frozenset({VIEW, BRIEF, PLAN}),
        "analyst": frozenset({VIEW, BRIEF, PLAN, EXPORT}),
        "admin": frozenset({VIEW, BRIEF, PLAN, EXPORT, ADMIN}),
    }
)
PERMISSIONS = frozenset().union(*ROLES.values())

_MARK = "geosafety_needs"
_OPEN = ""  # needs nobody: health, and the way in and out
_Route = TypeVar("_Route", bound=Callable[..., Any])


@dataclass(frozen=True)
class User:
    """Who is asking.

    Attributes
    ----------
    name
        The user's id, as the police network knows it.
    role
        One of `ROLES`; empty for somebody who has none here.
    npu
        The code of their neighbourhood policing unit, where that is known.
    """

    name: str
    role: str
    npu: str = ""

    def may(self, permission: str) -> bool:
        """Say whether this user has a permission.

        Examples
        --------
        >>> User("jo", "analyst").may(EXPORT), User("sam", "inspector").may(EXPORT)
        (True, False)
        """
        return permission in ROLES.get(self.role, ())


# Who asks where nobody signs in: the person at this computer.
LOCAL = User("local", "admin")


def role_of(groups: Iterable[str], mapped: Mapping[str, str]) -> str:
    """Return the role that may do most of those a person's groups stand for.

    Examples
    --------
    >>> role_of(["A", "I", "?"], {"A": "analyst", "I": "inspector"})
    'analyst'
    """
    found = {mapped[group] for group in groups if group in mapped}
    return next((role for role in reversed(tuple(ROLES)) if role in found), "")


def needs(permission: str) -> Callable[[_Route], _Route]:
    """Mark a route with the permission it needs; one without a mark is refused."""
    if permission not in PERMISSIONS:
        text = f"There is no permission called {permission!r}."
        raise ValueError(text)
    return _marked(permission)


def open_to_all(route: _Route) -> _Route:
    """Mark a route that must answer before anybody has signed in."""
    return _marked(_OPEN)(route)


def _marked(permission: str) -> Callable[[_Route], _Route]:
    def mark(route: _Route) -> _Route:
        setattr(route, _MARK, permission)
        return route

    return mark


def mark_of(route: Callable[..., Any]) -> str | None:
    """Return the permission a route was marked with, or nothing."""
    mark: str | None = getattr(route, _MARK, None)
    return mark
