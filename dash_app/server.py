"""Serve the app from one process; the same on Windows and Linux."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import click
from waitress import create_server

from dash_app.app import create_app
from dash_app.queries import choices
from geosafety.errors import InputError

_TAKEN = (errno.EADDRINUSE, errno.EACCES, 10013, 10048)  # the last two are Windows'


def serve(results: Path, *, port: int, host: str = "127.0.0.1") -> None:
    """Serve the results until the process is stopped.

    Parameters
    ----------
    results
        The results folder.
    port
        The port to listen on; 0 takes any that is free.
    host
        The address to listen on. The default is reachable from this computer only.

    Raises
    ------
    InputError
        The port is in use or not allowed.
    """
    _check_free(host, port)
    app = create_app(results)
    with app.server.app_context():
        choices.problem()  # reads what there is to choose from, so no reader waits
    try:
        server = create_server(app.server, host=host, port=port, threads=8)
    except OSError as error:
        if error.errno in _TAKEN:
            raise _taken(port) from error
        text = f"The address {host} cannot be listened on: {error.strerror}."
        raise InputError(text, hint="Use --host 127.0.0.1.") from error
    click.echo(f"Open http://{host}:{server.effective_port}/  (Ctrl+C stops it)")
    try:
        server.run()
    finally:
        server.close()


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
