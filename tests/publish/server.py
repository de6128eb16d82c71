"""A PostgreSQL server with PostGIS for the tests: its own folder, socket and user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

BOSS = "boss"
_QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
_QUICK |= {"wal_level": "minimal", "max_wal_senders": "0", "listen_addresses": ""}


class Server:
    """A running server; databases are made from a template that has PostGIS."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made = 0

    def dsn(self, base: str, user: str = BOSS) -> str:
        return f"host={self.folder} port=5432 dbname={base} user={user}"

    def base(self, template: str = "template1") -> str:
        """Make an empty database and return its name."""
        self.made += 1
        name = f"base{self.made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def run(self, command: str, base: str = "postgres") -> list[tuple]:
        with psycopg.connect(self.dsn(base), autocommit=True) as connection:
            cursor = connection.execute(command)
            return cursor.fetchall() if cursor.description else []


def _programs() -> Path | None:
    for control in sorted(
        Path("/usr/share/postgresql").glob("*/extension/postgis.control")
    ):
        folder = Path("/usr/lib/postgresql") / control.parts[-3] / "bin"
        if (folder / "initdb").exists():
            return folder
    return None


def _who() -> dict[str, object]:
    """Say as whom to run: the server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {one.pw_name: one for one in pwd.getpwall()}
    one = names.get("postgres") or names["nobody"]
    return {"user": one.pw_uid, "group": one.pw_gid, "extra_groups": []}


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server of the distribution, or skip; stop it at the end."""
    programs = _programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL with PostGIS on this computer")
    # Another user cannot enter pytest's folders, and a socket needs a short name.
    folder = Path(tempfile.mkdtemp(prefix="geosafety-pg-", dir="/tmp"))
    who = _who()
    if who:
        os.chown(folder, who["user"], who["group"])
    data, log = folder / "data", (folder / "log").open("wb")
    make = [programs / "initdb", "-D", data, "-U", BOSS, "--auth=trust", "-N"]
    more = ["--encoding=UTF8", "--locale=C.UTF-8"]
    options = [f"--{key}={value}" for key, value in _QUICK.items()]
    process = None
    try:
        subprocess.run(
            [*make, *more], check=True, stdout=log, stderr=log, cwd=folder, **who
        )
        start = [programs / "postgres", "-D", data, "-k", folder, *options]
        process = subprocess.Popen(start, stdout=log, stderr=log, cwd=folder, **who)
        server = Server(folder)
        _wait(server, process)
        server.run("CREATE EXTENSION postgis", "template1")
        yield server
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
            process.wait(timeout=30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: Server, process: subprocess.Popen) -> None:
    for _ in range(300):
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            assert process.poll() is None, (server.folder / "log").read_text()
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not start")
