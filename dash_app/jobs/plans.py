"""Plans of visits, made in the background: started, watched, given up, fetched.

A plan is a folder that all workers share, named after what is asked and of which
results; asking the same again finds what is there. Nothing of it is in the memory of a
worker.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dash_app.jobs import plan_run
from dash_app.queries.outreach import Asked
from dash_app.queries.source import folder
from geosafety import __version__
from geosafety.errors import InputError

FOLDER = "GEOSAFETY_PLANS"  # in the environment: where plans are kept
AT_ONCE = 2
KEPT = 7 * 24 * 3600.0  # seconds
SILENT = 15.0  # seconds without a sign of life
RUNNING, READY, FAILED, CANCELLED = "running", "ready", "failed", "cancelled"
UNKNOWN = "unknown"
FILES = ("plan.ics", "plan.csv", "plan.xlsx", "plan.html", "plan.png")
_ID = re.compile(r"[0-9a-f]{16}")
_BRIEF = re.compile(r"brief-([1-9][0-9]?)\.html")


@dataclass(frozen=True, kw_only=True)
class Job:
    """How far a plan is.

    Attributes
    ----------
    state
        `RUNNING`, `READY`, `FAILED`, `CANCELLED`, or `UNKNOWN`: never made, or no
        longer kept.
    steps
        What was done so far, as sentences; the last is being done.
    seconds
        Since it was started.
    problem, hint
        Why it failed, and what to do.
    """

    id: str
    state: str
    steps: tuple[str, ...] = ()
    seconds: float = 0.0
    problem: str = ""
    hint: str = ""


def name_of(asked: Asked) -> str:
    """Return the name of the plan that is asked for, of the results as they are."""
    said = json.dumps(_told(asked), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def start(asked: Asked) -> Job:
    """Have a plan made, unless it is there or on its way.

    Raises
    ------
    InputError
        Too many plans are being made.
    """
    job = look(name_of(asked))
    if job.state in (RUNNING, READY):
        return job
    room = _room()
    _tidy(room)
    if sum(_is_alive(other) for other in room.iterdir()) >= AT_ONCE:
        problem = f"{AT_ONCE} plans are being made already, for others perhaps."
        raise InputError(problem, hint="Try again in a minute.")
    _clear(room / job.id)
    try:
        (room / job.id).mkdir()
    except FileExistsError:
        return look(job.id)  # another worker was faster
    asking = room / job.id / plan_run.ASKED
    asking.write_text(json.dumps(_told(asked)), encoding="utf-8")
    (room / job.id / plan_run.ALIVE).touch()
    _launch(room / job.id)
    return look(job.id)


def look(name: str) -> Job:
    """Return how far a plan is."""
    job = _folder(name)
    if job is None:
        return Job(id=name, state=UNKNOWN)
    steps = tuple(_read(job / plan_run.STEPS) or ())
    begun = (job / plan_run.ASKED).stat().st_mtime
    error = _read(job / plan_run.ERROR) or {}
    state = RUNNING if _is_alive(job) else FAILED
    if (job / plan_run.DONE).exists():
        state = READY
    elif (job / plan_run.CANCELLED).exists():
        state = CANCELLED
    elif error:
        state = FAILED
    stopped = {"problem": "The plan stopped before it was finished.", "hint": ""}
    return Job(
        id=name,
        state=state,
        steps=steps,
        seconds=max(0.0, time.time() - begun),
        **(error or (stopped if state == FAILED else {})),
    )


def cancel(name: str) -> None:
    """Give a plan up; what has no such name is left alone."""
    job = _folder(name)
    if job is not None and look(name).state == RUNNING:
        (job / plan_run.CANCELLED).touch()


def plan_of(name: str) -> dict[str, Any]:
    """Return a finished plan, as `geosafety.pipeline.plan.data` writes it.

    Raises
    ------
    InputError
        There is none of this name.
    """
    job = _folder(name)
    if job is None or look(name).state != READY:
        problem = "There is no such plan any more."
        raise InputError(problem, hint="Make it again.")
    return _plan(job / plan_run.DONE / "plan.json")


def is_old(name: str) -> bool:
    """Say whether the results were built anew since a plan was made."""
    job = _folder(name)
    asked = (_read(job / plan_run.ASKED) or {}) if job else {}
    return bool(asked) and asked["build"] != plan_run.build_of(folder())


def file_of(name: str, file: str) -> Path | None:
    """Return a file of a finished plan: one of `FILES`, or a venue's brief by rank."""
    job = _folder(name)
    if job is None or look(name).state != READY:
        return None
    done = job / plan_run.DONE
    if file in FILES:
        return done / file
    asked = _BRIEF.fullmatch(file)
    start = f"{int(asked[1]):02}-" if asked else "no brief"
    briefs = [p for p in (done / "briefs").iterdir() if p.name.startswith(start)]
    return briefs[0] if briefs else None


def _told(asked: Asked) -> dict[str, Any]:
    results = folder()
    build = plan_run.build_of(results)
    told = {**asdict(asked), "results": str(results), "build": build}
    return {**told, "version": __version__}


def _launch(job: Path) -> None:
    """Start the process that watches over a plan."""
    root = str(Path(plan_run.__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-m", plan_run.__name__, "watch", str(job)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    # Somebody has to take note of its end, or it would stay in the list of processes.
    threading.Thread(target=process.wait, daemon=True).start()


def _room() -> Path:
    """Return the folder of all plans; nobody else's."""
    own = str(os.getuid()) if hasattr(os, "getuid") else "own"
    usual = Path(tempfile.gettempdir()) / f"geosafety-plans-{own}"
    room = Path(os.environ.get(FOLDER) or usual)
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = room.lstat()
    if room.is_symlink() or (own != "own" and about.st_uid != int(own)):
        problem = f"The folder {room.name} for plans belongs to somebody else."
        raise InputError(problem, hint=f"Set {FOLDER} to another folder.")
    return room


def _folder(name: str) -> Path | None:
    """Return the folder of a plan, if it is one of the results shown here."""
    if not _ID.fullmatch(name):
        return None
    asked = _read(_room() / name / plan_run.ASKED) or {}
    return _room() / name if asked.get("results") == str(folder()) else None


def _is_alive(job: Path) -> bool:
    try:
        return time.time() - (job / plan_run.ALIVE).stat().st_mtime < SILENT
    except OSError:
        return False


def _clear(job: Path) -> None:
    """Take away what is left of a plan; if it is just ending, wait for that."""
    deadline = time.monotonic() + 3
    while _is_alive(job) and time.monotonic() < deadline:
        time.sleep(plan_run.BEAT)
    shutil.rmtree(job, ignore_errors=True)


def _tidy(room: Path) -> None:
    for job in room.iterdir():
        if time.time() - job.stat().st_mtime > KEPT and not _is_alive(job):
            shutil.rmtree(job, ignore_errors=True)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _plan(path: Path) -> dict[str, Any]:
    return _plan_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _plan_at(path: Path, _stamp: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
