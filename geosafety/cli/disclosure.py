"""Ask what published tables give away."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import (
    Reporter,
    main,
    results_option,
    say_and_write,
    speaking,
)

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@main.group()
@speaking
def disclosure(*, quiet: bool, verbose: bool) -> None:
    """Ask what tables give away that they do not print."""
    del quiet, verbose  # each of its commands has its own


@disclosure.command()
@click.argument("tables", nargs=-1, required=True, type=FILE)
@results_option
@click.option("--lookup", type=FILE, help="A CSV of which areas overlap, instead.")
@click.option(
    "--below",
    type=click.IntRange(2),
    default=10,
    show_default=True,
    help="A group of fewer people is small.",
)
@click.option(
    "--width",
    type=click.FloatRange(0),
    help="How uncertain a hidden number must be; default: one less than --below.",
)
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every finding.")
@click.option("--strict", is_flag=True, help="Exit code 1 if anything is found.")
@speaking
def check(  # noqa: PLR0913
    *,
    tables: tuple[Path, ...],
    folder: Path,
    lookup: Path | None,
    below: int,
    width: float | None,
    out: Path | None,
    strict: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Attack published tables: list hidden numbers that can be worked out, and how.

    TABLES are all that is published together: files of `geosafety export`, or counts by
    area with the columns geography, area_code, group and count. Findings are results,
    not failures: the exit code stays 0.
    """
    from geosafety.disclosure.primary import Policy
    from geosafety.pipeline.disclosure.check import check_tables

    policy = Policy(suppress_below=below, protect_width=width)
    words, found = check_tables(tables, policy, results=folder, lookup=lookup)
    say_and_write([] if quiet else words, found, out)
    if out is not None:
        Reporter(quiet=quiet, verbose=verbose)(f"Wrote {len(found):,} rows to {out}.")
    if strict and len(found):
        raise SystemExit(1)
