"""Who is asking, and what they may do. Pages ask `who`; routes say what they need."""

from __future__ import annotations

from dash_app.auth.guard import demand, guard, signs_in, signs_out, who
from dash_app.auth.roles import (
    BRIEF,
    EXPORT,
    PLAN,
    VIEW,
    User,
    needs,
    open_to_all,
)

__all__ = [
    "BRIEF",
    "EXPORT",
    "PLAN",
    "VIEW",
    "User",
    "demand",
    "guard",
    "needs",
    "open_to_all",
    "signs_in",
    "signs_out",
    "who",
]
