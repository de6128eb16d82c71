"""Take results away: tables, maps, and lists of what there is."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import Reporter, main, results_option, speaking
from geosafety.settings import geographies
from geosafety.settings import indicators as catalogue

FORMATS = ("csv", "xlsx", "gpkg", "geoparquet", "geojson")


@main.command()
@results_option
@click.option(
    "--geography",
    multiple=True,
    type=click.Choice(list(geographies())),
    help="Repeatable.",
)
@click.option(
    "--indicator",
    multiple=True,
    type=click.Choice(list(catalogue())),
    help="Repeatable.",
)
@click.option("--period", multiple=True, help="Repeatable, such as 2022-03.")
@click.option("--group", multiple=True, help="Repeatable, such as category=Burglary.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="Default: by the ending of --out, else csv.",
)
@click.option(
    "--out", default="-", show_default=True, help="A file, or - for the screen."
)
@click.option(
    "--wide", is_flag=True, help="One row per area, indicators x periods across."
)
@click.option(
    "--decimals", type=click.IntRange(0, 12), help="Round half up on the way out."
)
@speaking
def export(  # noqa: PLR0913
    *,
    folder: Path,
    geography: tuple[str, ...],
    indicator: tuple[str, ...],
    period: tuple[str, ...],
    group: tuple[str, ...],
    kind: str | None,
    out: str,
    wide: bool,
    decimals: int | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write tables of values: CSV, workbook, GeoPackage, GeoParquet or GeoJSON."""
    from geosafety.pipeline.export import export as run

    kind = kind or _format_of(out)
    if out == "-" and kind in ("xlsx", "gpkg", "geoparquet"):
        problem = f"{kind} cannot go to the screen: give a file with --out."
        raise click.UsageError(problem)
    say = Reporter(quiet=quiet, verbose=verbose)
    wanted = {
        "geography": geography,
        "indicator": indicator,
        "period": period,
        "group": group,
    }
    rows = run(folder, wanted, form=kind, out=out, wide=wide, decimals=decimals)
    if out != "-":
        say(f"Wrote {rows:,} rows to {out}.")


def _format_of(out: str) -> str:
    endings = {".xlsx": "xlsx", ".gpkg": "gpkg", ".parquet": "geoparquet"}
    endings |= {".geojson": "geojson", ".json": "geojson"}
    return endings.get(Path(out).suffix.lower(), "csv")


@main.command("map")
@results_option
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    default="npu",
    show_default=True,
)
@click.option(
    "--indicator",
    type=click.Choice(list(catalogue())),
    default="wmnow_rate",
    show_default=True,
)
@click.option("--period", help="Default: the latest.")
@click.option("--group", default="all", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("map.html"))
@speaking
def make_map(  # noqa: PLR0913
    *,
    folder: Path,
    geography: str,
    indicator: str,
    period: str | None,
    group: str,
    out: Path,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write one map as a web page of its own that opens without a network."""
    from geosafety.pipeline.export import write_map

    say = Reporter(quiet=quiet, verbose=verbose)
    chosen = write_map(
        folder,
        geography=geography,
        indicator=indicator,
        period=period,
        group=group,
        out=out,
    )
    say(f"Wrote {indicator} by {geography}, {chosen}, to {out}.")


@main.command()
@speaking
def indicators(*, quiet: bool, verbose: bool) -> None:
    """List the indicators of the catalogue."""
    del quiet
    for indicator in catalogue().values():
        line = f"{indicator.name:28} {indicator.label}"
        click.echo(
            f"{line} [{indicator.dataset}, {indicator.measure}]" if verbose else line
        )


@main.command()
@results_option
@click.option(
    "--geography",
    multiple=True,
    type=click.Choice(list(geographies())),
    help="Repeatable.",
)
@speaking
def areas(
    *, folder: Path, geography: tuple[str, ...], quiet: bool, verbose: bool
) -> None:
    """List the areas of the results: geography, code, name."""
    del quiet, verbose
    from geosafety.results import read_areas

    table = read_areas(folder)
    for row in table.itertuples():
        if not geography or row.geography in geography:
            click.echo(f"{row.geography}\t{row.area_code}\t{row.area_name}")
