"""Make one plan in a process of its own, watched by another that can end it.

`watch` starts `make`, says every moment that it is alive, and ends it when the plan is
given up or takes too long. It holds the process it started itself, so that it never
ends another one whose number is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

LIMIT = 300.0  # seconds for one plan
BEAT = 0.2  # seconds between two signs of life
ASKED, STEPS, ERROR = "asked.json", "steps.json", "error.json"
ALIVE, CANCELLED, LOG = "alive", "cancelled", "log.txt"
DONE, MAKING = "done", "making"


def watch(job: Path, *, limit: float = LIMIT) -> None:
    """Have a plan made; end it when it is given up or out of time."""
    command = [sys.executable, "-m", "dash_app.jobs.plan_run", "make", str(job)]
    quiet = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # of Windows
    deadline = time.monotonic() + limit
    with (job / LOG).open("wb") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=quiet,
        )
        try:
            while child.poll() is None:
                (job / ALIVE).touch()
                if (job / CANCELLED).exists() or time.monotonic() > deadline:
                    child.kill()
                time.sleep(BEAT)
        finally:
            child.kill()
            child.wait()
            _last_words(job, late=time.monotonic() > deadline)
            (job / ALIVE).unlink(missing_ok=True)


def _last_words(job: Path, *, late: bool) -> None:
    """Say why there is no plan, where nobody has said it."""
    if (job / DONE).exists() or (job / ERROR).exists() or (job / CANCELLED).exists():
        return
    problem = "The plan stopped before it was finished."
    if late:
        problem = f"The plan was not finished within {LIMIT / 60:.0f} minutes."
    _write(job / ERROR, {"problem": problem, "hint": "Ask for less, or try again."})


def make(job: Path) -> None:
    """Make the plan that `asked.json` asks for, into the folder `done`."""
    asked = json.loads((job / ASKED).read_text("utf-8"))
    results = Path(asked["results"])
    if hasattr(os, "nice"):
        os.nice(5)  # pages come first
    # These take a second or two, which the process that watches does not need.
    from geosafety.errors import GeosafetyError
    from geosafety.pipeline.plan.planning import write_plan

    steps: list[str] = []

    def say(sentence: str) -> None:
        steps.append(sentence)
        _write(job / STEPS, steps)

    try:
        write_plan(
            results,
            job / MAKING,
            _wish(asked),
            seed=0,
            as_of=datetime.now(UTC),
            progress=say,
        )
    except GeosafetyError as error:
        _write(job / ERROR, {"problem": error.problem, "hint": error.hint})
        return
    if build_of(results) != asked["build"]:
        problem = "The results were replaced while the plan was made."
        _write(job / ERROR, {"problem": problem, "hint": "Make it again."})
        return
    (job / MAKING).rename(job / DONE)


def build_of(results: Path) -> str:
    """Return what tells one build of the results from another, in every process."""
    return hashlib.sha256((results / "manifest.json").read_bytes()).hexdigest()[:16]


def _wish(asked: dict[str, Any]) -> Any:
    from geosafety.pipeline.plan.words import Wish

    patch = "" if asked["patch"] == "force" else asked["patch"]
    return Wish(
        need=asked["audience"],
        walk=float(asked["walk"]),
        visits=asked["visits"],
        objective=asked["objective"],
        fixed=tuple(asked["fixed"]),
        excluded=tuple(asked["out"]),
        # Inside one unit, fairness is between its wards.
        zones="ward" if patch else "npu",
        weeks=asked["weeks"],
        patch=patch,
        first=date.fromisoformat(asked["first"]),
    )


def _write(path: Path, content: Any) -> None:
    """Write JSON at once: whoever reads meanwhile reads the old or the new."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content), encoding="utf-8")
    # Windows refuses while somebody reads; the next step will say more.
    with suppress(PermissionError):
        fresh.replace(path)


if __name__ == "__main__":
    {"watch": watch, "make": make}[sys.argv[1]](Path(sys.argv[2]))
