"""Serve the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import main, results_option, speaking


@main.command()
@results_option
@click.option("--port", type=click.IntRange(0, 65535), default=8050, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes; more than one needs Linux or macOS.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="GEOSAFETY_CONFIG",
    help="Who may come in, and how they sign in; needed to serve other computers.",
)
@speaking
def serve(*, folder: Path, quiet: bool, verbose: bool, **how: Any) -> None:
    """Serve the dashboard: to this computer, or to others with a login."""
    del quiet, verbose
    from geosafety.errors import InputError

    try:
        from dash_app.server import serve as run
    except ModuleNotFoundError as error:
        problem = f"The dashboard needs {error.name}, which is not installed."
        hint = 'Install it with: python -m pip install "geosafety[app]"'
        raise InputError(problem, hint=hint) from error
    run(folder, **how)
