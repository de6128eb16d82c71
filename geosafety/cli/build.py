"""Make results: the demonstration, a project of your own, and a check without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import RESULTS, Reporter, main, speaking


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
@speaking
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
@speaking
def build(*, project: Path, out: Path, quiet: bool, verbose: bool) -> None:
    """Build the results of a PROJECT file."""
    from geosafety.pipeline import build as run

    say = Reporter(quiet=quiet, verbose=verbose)
    _summary(run(project, out, progress=say), out, say)


@main.command()
@click.argument("project", type=click.Path(path_type=Path))
@speaking
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
