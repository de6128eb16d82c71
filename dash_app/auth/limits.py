"""How often somebody may do something, counted once for all workers.

The counts are kept in SQLite, which comes with Python and locks its file between
processes. Of the libraries for this, Flask-Limiter shares counts only through a server
(Redis, Memcached), and diskcache is no longer looked after and unpickles what it finds
(CVE-2025-69872).
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

_TABLE = "CREATE TABLE IF NOT EXISTS taken (name TEXT, until REAL)"
_INDEX = "CREATE INDEX IF NOT EXISTS by_name ON taken (name, until)"


def take(file: Path, name: str, *, most: int, seconds: float) -> float:
    """Count one more use, unless there have been too many.

    Parameters
    ----------
    file
        The counts; made when it is missing.
    name
        What is counted, and for whom.
    most, seconds
        So many are let through in any span of so many seconds.

    Returns
    -------
    float
        0 when it was counted; else the seconds until the next may be.
    """
    now = time.time()
    with closing(_open(file)) as store:
        store.execute("BEGIN IMMEDIATE")
        store.execute("DELETE FROM taken WHERE until <= ?", (now,))
        found = "SELECT until FROM taken WHERE name = ? ORDER BY until DESC LIMIT ?"
        ends = [end for (end,) in store.execute(found, (name, most))]
        wait = float(ends[-1]) - now if len(ends) >= most else 0.0
        if not wait:
            store.execute("INSERT INTO taken VALUES (?, ?)", (name, now + seconds))
        store.execute("COMMIT")
    return wait


def is_taken(file: Path, name: str) -> bool:
    """Say whether a use is on record, without counting one."""
    query = "SELECT 1 FROM taken WHERE name = ? AND until > ? LIMIT 1"
    with closing(_open(file)) as store:
        return store.execute(query, (name, time.time())).fetchone() is not None


def make(file: Path) -> None:
    """Make the file, before there are workers that could make it twice."""
    _open(file).close()
    file.chmod(0o600)


def _open(file: Path) -> sqlite3.Connection:
    store = sqlite3.connect(file, timeout=10, isolation_level=None)
    # With a log of its own nobody who reads waits for somebody who writes.
    store.execute("PRAGMA journal_mode = WAL")
    store.execute(_TABLE)
    store.execute(_INDEX)
    return store
