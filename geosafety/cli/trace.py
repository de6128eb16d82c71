"""From a number back to its files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosafety.cli.common import main, results_option, speaking
from geosafety.settings import geographies

if TYPE_CHECKING:
    from geosafety.pipeline.trace import Section


@main.command()
@click.argument("indicator")
@click.argument("area")
@click.argument("period")
@results_option
@click.option("--group", default="all", show_default=True)
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    help="Where to look for the area.",
)
@click.option("--compared-with", default="", help="Of a change: the earlier period.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@speaking
def trace(  # noqa: PLR0913
    *,
    indicator: str,
    area: str,
    period: str,
    folder: Path,
    group: str,
    geography: str | None,
    compared_with: str,
    as_json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Follow the number of INDICATOR in AREA (code or name) and PERIOD back.

    To its rule, counts, denominator, rows, files and hashes; and compute it anew.
    """
    del quiet, verbose
    from dataclasses import asdict

    from geosafety.pipeline.trace import Wanted
    from geosafety.pipeline.trace import trace as follow

    wanted = Wanted(
        indicator=indicator,
        area=area,
        period=period,
        group=group,
        geography=geography or "",
        compared_with=compared_with,
    )
    made = follow(folder, wanted)
    if as_json:
        click.echo(json.dumps(asdict(made), indent=2, ensure_ascii=False))
        return
    click.echo(made.title)
    for section in made.sections:
        click.echo(f"\n{section.heading}")
        for line in _lines(section):
            click.echo(f"  {line}")


def _lines(section: Section) -> list[str]:
    """Set a section as columns; two columns need no headings."""
    rows = list(section.rows)
    if len(section.columns) > 2:
        rows.insert(0, section.columns)
    widths = [
        min(max(len(row[i]) for row in rows), 44) for i in range(len(section.columns))
    ]
    return [
        "  ".join(
            cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
