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
    _keep_own_results(out)
    project = write_demo(
        raw, boundaries=boundaries_folder(), seed=seed, crimes=crimes, progress=say
    )
    _summary(run(project, out, progress=say), out, say)


def _keep_own_results(out: Path) -> None:
    """Stop a demonstration that would replace a build of somebody's own data."""
    from geosafety.errors import InputError
    from geosafety.results import read_manifest

    if (out / "manifest.json").exists() and not read_manifest(out).get("synthetic"):
        problem = f"{out} holds a build of your own data; the demo would replace it."
        raise InputError(problem, hint="Give another folder with --out.")


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
@_results_option
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
@_speaking
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
    _say_and_write(words, table, out)
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


def _say_and_write(words: list[str], table: Any, out: Path | None) -> None:
    """Print sentences, and write a table where a file is named."""
    for sentence in words:
        click.echo(sentence)
    if out is not None:
        from geosafety.publish.tables import write_csv

        with out.open("w", encoding="utf-8", newline="") as file:
            write_csv(table, None, file)


@main.command()
@_results_option
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    default="lsoa",
    show_default=True,
)
@click.option("--group", default="all", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every measure.")
@_speaking
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

    _say_and_write(
        *answers.concentration(folder, geography=geography, group=group), out
    )


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
@_speaking
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
