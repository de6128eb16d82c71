"""Ask where it clusters, how concentrated it is, and how dense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import (
    Reporter,
    main,
    results_option,
    say_and_write,
    speaking,
)
from geosafety.settings import geographies


@main.command()
@results_option
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    default="lsoa",
    show_default=True,
)
@click.option("--group", default="all", show_default=True)
@click.option(
    "--statistic",
    type=click.Choice(["gi_star", "moran", "moran_rate"]),
    default="gi_star",
    show_default=True,
    help="Gi*, local Moran, or local Moran of smoothed rates.",
)
@click.option("--trends", is_flag=True, help="Classes through time and change instead.")
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every area.")
@speaking
def hotspots(  # noqa: PLR0913
    *,
    folder: Path,
    geography: str,
    group: str,
    statistic: str,
    trends: bool,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say where recorded crime clusters, and whether that is stable or new."""
    del quiet, verbose
    from geosafety.pipeline import answers

    words, table = answers.hotspots(
        folder, geography=geography, group=group, statistic=statistic
    )
    if trends:
        table = answers.trends(folder, geography=geography, group=group)
    say_and_write(words, table, out)
    if out is None and not trends:
        _list_clusters(table[answers.HOTSPOT_COLUMNS].head(20))


def _list_clusters(table: Any) -> None:
    """Print the first clusters, one a line."""
    for row in table.itertuples():
        if row.label in ("not significant", "not tested"):
            break
        where = f", in {row.impact_area}" if row.impact_area else ""
        click.echo(
            f"{row.area_code}  {row.area_name:22} {row.label:10} {row.stability_word:8}"
            f" z {row.z_score:6.2f}  q {row.q_value:.4f}{where}"
        )


@main.command()
@results_option
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    default="lsoa",
    show_default=True,
)
@click.option("--group", default="all", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every measure.")
@speaking
def concentration(  # noqa: PLR0913
    *,
    folder: Path,
    geography: str,
    group: str,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say how few places hold most of the crime, and whether they held on."""
    del quiet, verbose
    from geosafety.pipeline import answers

    say_and_write(*answers.concentration(folder, geography=geography, group=group), out)


@main.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--input", "name", required=True, help="The name of an input of events.")
@click.option("--group", default="", help="Such as category=Burglary; default all.")
@click.option("--cell", type=float, default=100.0, show_default=True, help="Metres.")
@click.option("--bandwidth", type=float, help="Metres; default: chosen by a rule.")
@click.option(
    "--kernel", type=click.Choice(["gaussian", "quartic"]), default="gaussian"
)
@click.option("--risk", is_flag=True, help="Per 1,000 residents instead of per km2.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("density.tif"))
@speaking
def density(  # noqa: PLR0913
    *,
    project: Path,
    name: str,
    group: str,
    cell: float,
    bandwidth: float | None,
    kernel: Any,
    risk: bool,
    out: Path,
    quiet: bool,
    verbose: bool,
) -> None:
    """Draw a density surface of an input's points as a GeoTIFF."""
    from geosafety.pipeline.surfaces import Request, draw

    say = Reporter(quiet=quiet, verbose=verbose)
    request = Request(
        cell=cell, bandwidth=bandwidth, kernel=kernel, group=group, risk=risk
    )
    surface = draw(project, name, request, out, progress=say)
    say(f"Wrote {out}: {surface.units}, bandwidth {surface.bandwidth:.0f} m.")
    if not quiet:
        click.echo(surface.words)
