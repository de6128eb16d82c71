"""Take results away: tables, maps, and lists of what there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from geosafety.cli.common import Reporter, main, results_option, speaking
from geosafety.settings import geographies
from geosafety.settings import indicators as catalogue

if TYPE_CHECKING:
    from geosafety.pipeline.export import Layout

FORMATS = ("csv", "xlsx", "gpkg", "geoparquet", "geojson")


@main.command()
@results_option
@click.option(
    "--table",
    default="values",
    show_default=True,
    help="Another table of the results: estimates, comparisons, ledger, ...",
)
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
@click.option(
    "--round-people",
    "people_to",
    type=click.IntRange(2, 100),
    help="Round numbers of people (not crimes) at random to this base, such as 5.",
)
@click.option("--bom", is_flag=True, help="CSV: begin with the mark for Excel.")
@click.option(
    "--describe",
    is_flag=True,
    help="CSV: write FILE-metadata.json (CSVW) beside the file.",
)
@speaking
def export(  # noqa: PLR0913
    *,
    folder: Path,
    table: str,
    geography: tuple[str, ...],
    indicator: tuple[str, ...],
    period: tuple[str, ...],
    group: tuple[str, ...],
    kind: str | None,
    out: str,
    wide: bool,
    decimals: int | None,
    people_to: int | None,
    bom: bool,
    describe: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write a table: CSV, workbook, GeoPackage, GeoParquet or GeoJSON.

    Without --table these are the values. A workbook holds notes, a data dictionary,
    methods, sources, ledger and coverage beside them.
    """
    from geosafety.pipeline.export import Layout
    from geosafety.pipeline.export import export as run

    kind = kind or _format_of(out)
    layout = Layout(
        wide=wide, decimals=decimals, bom=bom, describe=describe, people_to=people_to
    )
    _check(kind, out, table, layout)
    say = Reporter(quiet=quiet, verbose=verbose)
    wanted = {
        "geography": geography,
        "indicator": indicator,
        "period": period,
        "group": group,
    }
    rows = run(folder, wanted, table=table, form=kind, out=out, layout=layout)
    if out != "-":
        say(f"Wrote {rows:,} rows to {out}.")


def _check(kind: str, out: str, table: str, layout: Layout) -> None:
    """Refuse options that do not go together."""
    problem = ""
    if out == "-" and kind in ("xlsx", "gpkg", "geoparquet"):
        problem = f"{kind} cannot go to the screen: give a file with --out."
    elif kind != "csv" and (layout.bom or layout.describe):
        problem = "--bom and --describe are for CSV files."
    elif out == "-" and layout.describe:
        problem = "--describe writes beside a file: give one with --out."
    elif table != "values" and kind not in ("csv", "xlsx"):
        problem = f"The table {table} is written as csv or xlsx, not {kind}."
    elif table != "values" and layout.wide:
        problem = "--wide is for values."
    elif table != "values" and layout.people_to:
        problem = "--round-people is for values."
    if problem:
        raise click.UsageError(problem)


def _format_of(out: str) -> str:
    endings = {".xlsx": "xlsx", ".gpkg": "gpkg", ".parquet": "geoparquet"}
    endings |= {".geojson": "geojson", ".json": "geojson"}
    return endings.get(Path(out).suffix.lower(), "csv")


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
