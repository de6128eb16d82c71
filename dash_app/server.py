"""Serve the app: waitress in one process anywhere, gunicorn in several on Linux."""

from __future__ import annotations

import errno
import gc
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask
from waitress import create_server

from dash_app import jobs
from dash_app.app import create_app
from dash_app.auth.mode_file import read_mode
from dash_app.auth.modes import NO_LOGIN, NONE, Mode, is_loopback, read_key
from dash_app.components.map import parts
from dash_app.queries import choices, maps
from geosafety.errors import GeosafetyError, InputError

_TAKEN = (errno.EADDRINUSE, errno.EACCES, 10013, 10048)  # the last two are Windows'
_THREADS = 4  # of each gunicorn worker
_ALONE = 8  # threads of waitress, which is alone


@dataclass(frozen=True, kw_only=True)
class _Listen:
    host: str
    port: int
    workers: int
    public_url: str = ""

    def said(self, port: int) -> str:
        """Say where people open it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        where = f"Open http://{host}:{port}/"
        if self.public_url:
            where = f"Open {self.public_url}/, which leads to {host}:{port}"
        return f"{where}  (Ctrl+C stops it)"


def serve(
    results: Path,
    *,
    port: int,
    host: str = "127.0.0.1",
    workers: int = 1,
    config: Path | None = None,
) -> None:
    """Serve the results until the process is stopped.

    Parameters
    ----------
    results
        The results folder.
    port
        The port to listen on; 0 takes any that is free.
    host
        The address to listen on. The default is reachable from this computer only.
    workers
        How many processes; more than one takes gunicorn, which Windows has not.
    config
        A file that says how people are known. Without one, only this computer is
        served.

    Raises
    ------
    InputError
        The port cannot be had, or the address is no place to serve without a login.
    """
    mode = read_mode(config) if config else NO_LOGIN
    listen = _Listen(host=host, port=port, workers=workers, public_url=mode.public_url)
    _check_login(mode, host)
    # Alone and on this computer a key of the moment will do.
    key = read_key() if mode.name != NONE or workers > 1 else ""
    _check_free(host, port)
    server = create_app(results, mode, key=key).server
    _warm(server)
    _collect_rarely()
    run = _serve_with_gunicorn if workers > 1 else _serve_with_waitress
    run(server, listen)


def _check_login(mode: Mode, host: str) -> None:
    if mode.name == NONE and not is_loopback(host):
        text = f"Without a login only this computer is served, not {host}."
        hint = "Leave --host out, or say with --config FILE who may come in: "
        raise InputError(text, hint=f"{hint}docs/operators.md.")


def _warm(server: Flask) -> None:
    """Meet the first request, and read what there is, before anybody waits for it.

    What is read before the workers are made, they share.
    """
    server.test_client().get("/ready")
    with server.test_request_context():
        known = [] if choices.problem() else choices.choices()
        for geography in known:
            # What is broken, or replaced just now, a page will tell of.
            with suppress(GeosafetyError, OSError, ValueError):
                view, _ = maps.resolve(g=geography)
                parts.changes(view, order="highest")
    jobs.load()


def _collect_rarely() -> None:
    """Look for unreachable cycles rarely, and never among what was there at the start.

    The rows that are kept of views are many and never in cycles. With twenty users
    the 95th percentile of a switch fell by a quarter (`benchmarks/serving.py`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _serve_with_waitress(app: Flask, listen: _Listen) -> None:
    host, port = listen.host, listen.port
    try:
        server = create_server(app, host=host, port=port, threads=_ALONE, ident=None)
    except OSError as error:
        raise _no_address(error, listen) from error
    # Asked to stop, it ends like after Ctrl+C: what is being answered is finished.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    click.echo(listen.said(int(server.effective_port)))
    try:
        server.run()
    finally:
        server.close()


def _serve_with_gunicorn(app: Flask, listen: _Listen) -> None:
    try:
        from gunicorn.app.base import BaseApplication
    except ImportError as error:  # it needs fork, so Windows has none
        text = f"{listen.workers} workers need gunicorn, which is not here."
        raise InputError(text, hint="Leave --workers out; Windows has one.") from error

    class Served(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in _gunicorn_settings(listen).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return app

    Served().run()


def _gunicorn_settings(listen: _Listen) -> dict[str, Any]:
    """Return how gunicorn is set.

    The app is made before the workers are, which then share its memory; each is
    replaced after so many requests, not all at once.
    """
    memory = Path("/dev/shm")  # noqa: S108 - no file on a slow disk stops a heartbeat
    host = f"[{listen.host}]" if ":" in listen.host else listen.host
    return {
        "bind": f"{host}:{listen.port}",
        "workers": listen.workers,
        "worker_class": "gthread",
        "threads": _THREADS,
        "preload_app": True,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "timeout": 120,
        "graceful_timeout": 30,
        "keepalive": 15,
        "worker_tmp_dir": str(memory) if memory.is_dir() else None,
        "loglevel": "warning",
        "when_ready": lambda _: click.echo(listen.said(listen.port)),
        # Nobody is believed about where a request came from or what it asks for.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "control_socket_disable": True,
    }


def _no_address(error: OSError, listen: _Listen) -> InputError:
    if error.errno in _TAKEN:
        return _taken(listen.port)
    text = f"The address {listen.host} cannot be listened on: {error.strerror}."
    return InputError(text, hint="Use --host 127.0.0.1.")


def _check_free(host: str, port: int) -> None:
    # Windows lets two programs listen on one port, so asking for it is no test.
    if not port:
        return
    with socket.socket() as probe:
        probe.settimeout(1)
        reached = probe.connect_ex((host, port)) == 0
    if reached:
        raise _taken(port)


def _taken(port: int) -> InputError:
    text = f"Port {port} is in use by another program, or not allowed."
    return InputError(text, hint=f"Try another, as in --port {port + 1}.")
