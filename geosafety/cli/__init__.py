"""Command line: parse, call one function, print, set the exit code.

Heavy libraries are imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

from geosafety.cli import (
    build,
    disclosure,
    gap,
    impact_areas,
    legitimacy,
    patterns,
    plan,
    profile,
    reconcile,
    serve,
    surfaces,
    survey,
    tables,
)
from geosafety.cli.common import main

__all__ = [
    "build",
    "disclosure",
    "gap",
    "impact_areas",
    "legitimacy",
    "main",
    "patterns",
    "plan",
    "profile",
    "reconcile",
    "serve",
    "surfaces",
    "survey",
    "tables",
]
