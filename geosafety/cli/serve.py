"""Serve the dashboard."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import main, results_option, speaking


@main.command()
@results_option
@click.option("--port", type=click.IntRange(0, 65535), default=8050, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@speaking
def serve(*, folder: Path, port: int, host: str, quiet: bool, verbose: bool) -> None:
    """Serve the dashboard on this machine."""
    del quiet, verbose
    from geosafety.errors import InputError

    try:
        from dash_app.server import serve as run
    except ModuleNotFoundError as error:
        problem = f"The dashboard needs {error.name}, which is not installed."
        hint = 'Install it with: python -m pip install "geosafety[app]"'
        raise InputError(problem, hint=hint) from error
    run(folder, port=port, host=host)
