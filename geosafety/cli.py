"""Command line: parse, call one function, print, set the exit code.

Heavy libraries are imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geosafety import __version__
from geosafety.errors import GeosafetyError
from geosafety.settings import geographies
from geosafety.settings import indicators as catalogue

RESULTS = Path("results")
FORMATS = ("csv", "xlsx", "gpkg", "geoparquet", "geojson")


class _Group(click.Group):
    """Turn every expected error into one clean message and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except GeosafetyError as error:
            raise click.ClickException(str(error)) from error
        except PermissionError as error:
            problem = f"{error.filename} may not be written or read."
            raise click.ClickException(problem) from error
        except IsADirectoryError as error:
            problem = f"{error.filename} is a folder: give the name of a file."
            raise click.ClickException(problem) from error
        except FileNotFoundError as error:
            problem = f"There is no {error.filename}, or no folder for it."
            raise click.ClickException(problem) from error
        except BrokenPipeError:
            # The reader of a pipe went away (`| head`); nothing is wrong.
            sys.stderr.close()
            raise SystemExit(0) from None


class Reporter:
    """Say what is being done, on standard error, as loudly as asked."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self.quiet, self.verbose = quiet, verbose
        self.start = time.perf_counter()

    def __call__(self, sentence: str) -> None:
        """Say one step."""
        if self.quiet:
            return
        clock = f"[{time.perf_counter() - self.start:5.1f} s] " if self.verbose else ""
        click.echo(f"{clock}{sentence}", err=True)


def _speaking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--quiet` and `--verbose`."""
    loud = click.option("--verbose", is_flag=True, help="Say the time of every step.")
    soft = click.option("--quiet", is_flag=True, help="Say nothing unless it fails.")
    return loud(soft(command))


def _results_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--results",
        "folder",
        type=click.Path(path_type=Path),
        default=RESULTS,
        show_default=True,
        help="The results folder.",
    )(command)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Community safety by area for the West Midlands police force area."""


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=RESULTS,
    show_default=True,
    help="Where the results go.",
)
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Where the made-up input files go.",
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same data.")
@click.option(
    "--crimes",
    type=click.IntRange(min=1000),
    default=100_000,
    show_default=True,
    help="How many crimes to make up.",
)
@_speaking
def demo(  # noqa: PLR0913
    *, out: Path, raw: Path, seed: int, crimes: int, quiet: bool, verbose: bool
) -> None:
    """Make the demonstration: published WMNow figures, synthetic everything else."""
    from geosafety.demo import write_demo
    from geosafety.pipeline import build as run
    from geosafety.settings import boundaries_folder

    say = Reporter(quiet=quiet, verbose=verbose)
    project = write_demo(
        raw, boundaries=boundaries_folder(), seed=seed, crimes=crimes, progress=say
    )
    _summary(run(project, out, progress=say), out, say)


@main.command()
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=RESULTS,
    show_default=True,
    help="Where the results go.",
)
@_speaking
def build(*, project: Path, out: Path, quiet: bool, verbose: bool) -> None:
    """Build the results of a PROJECT file."""
    from geosafety.pipeline import build as run

    say = Reporter(quiet=quiet, verbose=verbose)
    _summary(run(project, out, progress=say), out, say)


@main.command()
@click.argument("project", type=click.Path(path_type=Path))
@_speaking
def check(*, project: Path, quiet: bool, verbose: bool) -> None:
    """Read and place everything that a PROJECT file names, and write nothing."""
    from geosafety.pipeline import check as run

    say = Reporter(quiet=quiet, verbose=verbose)
    manifest, ledger = run(project, progress=say)
    if quiet:
        return
    for name, layer in manifest["layers"].items():
        mark = ", approximate" if layer["approximate"] else ""
        click.echo(f"{name:16} {layer['areas']:>6,} areas  ({layer['vintage']}{mark})")
    _print_ledger(manifest, ledger)
    for note in manifest["notes"]:
        click.echo(f"Note: {note}")
    click.echo("The project can be built.")


def _print_ledger(manifest: dict[str, Any], ledger: Any) -> None:
    """Print what became of every input's rows in the Force layer."""
    for entry in manifest["inputs"]:
        click.echo(
            f"{entry['name']}: {entry['rows']:,} rows = {entry['placed']:,} placed"
            f" + {entry['unplaced']:,} unplaced + {entry['rejected']:,} rejected"
        )
        lines = ledger[
            (ledger["input"] == entry["name"]) & (ledger["geography"] == "force")
        ]
        for line in lines.itertuples():
            click.echo(f"    {line.outcome:9} {line.rows:>10,}  {line.how}")


def _summary(manifest: dict[str, Any], out: Path, say: Reporter) -> None:
    """Print what a build did."""
    if say.quiet:
        return
    for entry in manifest["inputs"]:
        click.echo(
            f"{entry['name']}: {entry['rows']:,} rows = {entry['placed']:,} placed"
            f" + {entry['unplaced']:,} unplaced + {entry['rejected']:,} rejected"
        )
    for note in manifest["notes"]:
        click.echo(f"Note: {note}")
    click.echo(f"Built {out} in {manifest['seconds']:.0f} s.")


@main.command()
@_results_option
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
@_speaking
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
@_results_option
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
@_speaking
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
@_speaking
def indicators(*, quiet: bool, verbose: bool) -> None:
    """List the indicators of the catalogue."""
    del quiet
    for indicator in catalogue().values():
        line = f"{indicator.name:28} {indicator.label}"
        click.echo(
            f"{line} [{indicator.dataset}, {indicator.measure}]" if verbose else line
        )


@main.command()
@_results_option
@click.option(
    "--geography",
    multiple=True,
    type=click.Choice(list(geographies())),
    help="Repeatable.",
)
@_speaking
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


@main.command()
@_results_option
@click.option("--port", type=click.IntRange(0, 65535), default=8050, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@_speaking
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


if __name__ == "__main__":
    main()
