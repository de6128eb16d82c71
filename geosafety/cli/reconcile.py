"""Ask what does not add up in printed tables."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import Reporter, main, say_and_write, speaking


@main.command()
@click.argument(
    "file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every check.")
@click.option("--strict", is_flag=True, help="Exit code 1 if anything does not add up.")
@speaking
def reconcile(
    *, file: Path | None, out: Path | None, strict: bool, quiet: bool, verbose: bool
) -> None:
    """Recompute a printed table and list what in it does not add up.

    FILE is TOML, as docs/reference.md describes; without it, the tables of the source
    papers are checked. Findings are results, not failures: the exit code stays 0.
    """
    from geosafety.measures.reconcile import WRONG
    from geosafety.pipeline.papers.reconcile import reconcile_papers

    words, table = reconcile_papers(file)
    say_and_write([] if quiet else words, table, out)
    if out is not None:
        Reporter(quiet=quiet, verbose=verbose)(f"Wrote {len(table):,} checks to {out}.")
    if strict and (table["class"] == WRONG).any():
        raise SystemExit(1)
