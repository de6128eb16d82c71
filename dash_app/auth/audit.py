"""The audit log: one line of JSON for each sign-in, refusal and export.

It holds the user's id and no other personal data: no network address, no browser. A
line is written in one piece at the end of the file, so several workers can share it,
and the file is opened anew each time, so it can be moved away under them.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from flask import request

from dash_app.auth import limits
from dash_app.auth.modes import NONE, Mode
from dash_app.auth.roles import User

FILE = "audit.jsonl"
COUNTS = "counts.sqlite"
_LONGEST = 300  # characters of an address
_NOBODY_AN_HOUR = 100  # lines about people who are not known


def write_line(mode: Mode, event: str, user: User | None, **more: str | int) -> None:
    """Add a line.

    Refusals of people who are not known are cut off after so many an hour: nobody
    outside can fill the disk.
    """
    if mode.name == NONE:
        return
    if user is None:
        counts = mode.state / COUNTS
        if limits.take(counts, "unknown", most=_NOBODY_AN_HOUR, seconds=3600):
            return
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": event,
        "user": user.name if user else "",
        "role": user.role if user else "",
        "method": request.method,
        "address": _address(),
        **more,
    }
    _append(mode.state / FILE, json.dumps(line) + "\n")


def _address() -> str:
    """Return what was asked for; the way in has codes in its address."""
    asked = request.path if request.endpoint == "signed_in" else request.full_path
    return asked.rstrip("?")[:_LONGEST]


def _append(file: Path, line: str) -> None:
    how = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    handle = os.open(file, how, 0o600)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)
