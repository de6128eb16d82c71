"""Say the legitimacy score of each area, with its parts."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import main, results_option, say_and_write, speaking

# As in `pipeline.legitimacy`, which takes a second to import.
LAYERS = ("npu", "local_authority", "impact_area")


@main.command()
@results_option
@click.option(
    "--geography", type=click.Choice(LAYERS), default="npu", show_default=True
)
@click.option("--period", help="The last month of a year. Default: the latest scored.")
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every area.")
@speaking
def legitimacy(
    *,
    folder: Path,
    geography: str,
    period: str | None,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say the legitimacy score of each area, its parts, and how far weights decide."""
    del quiet, verbose
    from geosafety.pipeline.legitimacy.words import ask_legitimacy

    words, table = ask_legitimacy(folder, geography=geography, period=period)
    say_and_write(words, table, out)
