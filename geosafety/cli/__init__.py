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
    maps,
    patterns,
    plan,
    profile,
    publish,
    reconcile,
    serve,
    surfaces,
    survey,
    tables,
    trace,
)
from geosafety.cli.common import main

__all__ = [
    "build",
    "disclosure",
    "gap",
    "impact_areas",
    "legitimacy",
    "main",
    "maps",
    "patterns",
    "plan",
    "profile",
    "publish",
    "reconcile",
    "serve",
    "surfaces",
    "survey",
    "tables",
    "trace",
]
