"""Every answer is of one build, though results are replaced under a running server.

A build ends by putting a new folder in the place of the old one. A request that reads
before and after that would mix two builds; it is found out by the manifest, and done
again from the start. Its reads are cached under a number that no other build will have,
so what it read is forgotten with it.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context

_TRIES = 10
_SWAP = 2.0  # seconds that a swap may take
_Identity = tuple[int, int, int] | None
_seen: dict[Path, tuple[_Identity, int]] = {}
_lock = threading.Lock()


class Server(Flask):
    """A Flask that answers from one build at a time."""

    def dispatch_request(self, *args: Any) -> Any:
        """Answer; if the results were replaced meanwhile, answer again."""
        for _ in range(_TRIES):
            g.pop("build", None)
            try:
                answer = super().dispatch_request(*args)
            except Exception:
                if _is_one_build():
                    raise
            else:
                if _is_one_build():
                    return answer
        text = "The results are being replaced. Please try again."
        return Response(text, 503, {"Retry-After": "5"}, mimetype="text/plain")


def build_number() -> int:
    """Return the number of the build that this request is answered from.

    It is settled when first asked for; a request that never asks is never repeated.
    """
    if not has_request_context():
        return _number()
    if "build" not in g:
        g.build = _number()
    number: int = g.build
    return number


def _is_one_build() -> bool:
    return "build" not in g or g.build == _number()


def _number() -> int:
    """Count the builds this process has met in the app's folder."""
    folder = Path(current_app.config["GEOSAFETY_RESULTS"])
    before, number = _seen.get(folder, (None, 0))
    identity = _identity(folder, patient=before is not None)
    with _lock:
        before, number = _seen.get(folder, (None, 0))
        if identity != before or not number:
            number += 1
            _seen[folder] = identity, number
    return number


def _identity(folder: Path, *, patient: bool) -> _Identity:
    """Tell builds apart by their manifest: its time, its place on the disk, its size.

    For a moment of a swap neither folder is there, so where there were results, or
    some are on their way, it is worth a wait.
    """
    deadline = time.monotonic() + _SWAP
    while True:
        try:
            found = (folder / "manifest.json").stat()
        except OSError:
            coming = patient or folder.with_name(folder.name + ".old").exists()
            if not coming or time.monotonic() > deadline:
                return None
            time.sleep(0.01)
        else:
            return found.st_mtime_ns, found.st_ino, found.st_size
