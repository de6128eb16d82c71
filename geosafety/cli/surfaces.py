"""Draw surfaces of points, sum rasters to areas, share totals out by one."""

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

FILE = click.Path(path_type=Path)
LAYERS = click.Choice(list(geographies()))


def boundaries_option(command: Any) -> Any:
    """Give a command `--project` and `--results`: whose boundaries to use."""
    said = "Take the boundaries of a project instead of those of the results."
    return results_option(click.option("--project", type=FILE, help=said)(command))


@main.command()
@click.argument("project", type=FILE)
@click.option("--input", "name", required=True, help="The name of an input of events.")
@click.option("--group", default="", help="Such as category=Burglary; default all.")
@click.option("--cell", type=float, default=100.0, show_default=True, help="Metres.")
@click.option("--bandwidth", type=float, help="Metres; default: chosen by a rule.")
@click.option(
    "--kernel", type=click.Choice(["gaussian", "quartic"]), default="gaussian"
)
@click.option("--risk", is_flag=True, help="Per 1,000 residents instead of per km2.")
@click.option("--out", type=FILE, default=Path("density.tif"))
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
    from geosafety.pipeline.surfaces.drawing import Request
    from geosafety.pipeline.surfaces.files import draw

    say = Reporter(quiet=quiet, verbose=verbose)
    request = Request(
        cell=cell, bandwidth=bandwidth, kernel=kernel, group=group, risk=risk
    )
    surface = draw(project, name, request, out, progress=say)
    say(f"Wrote {out}: {surface.units}, bandwidth {surface.bandwidth:.0f} m.")
    if not quiet:
        click.echo(surface.words)


@main.command()
@click.argument("raster", type=FILE)
@boundaries_option
@click.option("--geography", type=LAYERS, default="lsoa", show_default=True)
@click.option(
    "--statistic",
    type=click.Choice(["mean", "sum", "max"]),
    default="mean",
    show_default=True,
    help="The sum of a density is a number of points.",
)
@click.option("--out", type=FILE, required=True, help="A CSV of every area.")
@speaking
def zonal(  # noqa: PLR0913
    *,
    raster: Path,
    project: Path | None,
    folder: Path,
    geography: str,
    statistic: str,
    out: Path,
    quiet: bool,
    verbose: bool,
) -> None:
    """Summarise a surface, or any raster, by area."""
    from geosafety.pipeline.surfaces import zones

    areas = zones.areas_of(geography, project=project, folder=folder)
    words, table = zones.zonal(raster, areas, geography=geography, statistic=statistic)
    say_and_write([] if quiet else words, table, out)
    Reporter(quiet=quiet, verbose=verbose)(f"Wrote {len(table):,} areas to {out}.")


@main.command()
@click.argument("table", type=FILE)
@boundaries_option
@click.option("--from", "source", type=LAYERS, required=True, help="What areas it has.")
@click.option("--to", "target", type=LAYERS, required=True, help="What areas you want.")
@click.option("--raster", type=FILE, required=True, help="Residents per cell.")
@click.option("--code", default="area_code", show_default=True, help="A column.")
@click.option("--value", default="value", show_default=True, help="A column.")
@click.option("--out", type=FILE, required=True, help="A CSV of every area.")
@speaking
def reallocate(  # noqa: PLR0913
    *,
    table: Path,
    project: Path | None,
    folder: Path,
    source: str,
    target: str,
    raster: Path,
    code: str,
    value: str,
    out: Path,
    quiet: bool,
    verbose: bool,
) -> None:
    """Estimate counts by other areas, by where a raster says that people live."""
    from geosafety.pipeline.surfaces import zones

    layers = [
        zones.areas_of(name, project=project, folder=folder)
        for name in (source, target)
    ]
    words, found = zones.reallocate(
        table, raster, code=code, value=value, source=layers[0], target=layers[1]
    )
    say_and_write([] if quiet else words, found.assign(geography=target), out)
    Reporter(quiet=quiet, verbose=verbose)(f"Wrote {len(found):,} rows to {out}.")
