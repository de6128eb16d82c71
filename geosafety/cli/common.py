"""What every command shares: the group, how loud to be, where the results are."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geosafety import __version__
from geosafety.errors import GeosafetyError

RESULTS = Path("results")


class Group(click.Group):
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


def speaking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--quiet` and `--verbose`."""
    loud = click.option("--verbose", is_flag=True, help="Say the time of every step.")
    soft = click.option("--quiet", is_flag=True, help="Say nothing unless it fails.")
    return loud(soft(command))


def results_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--results`."""
    return click.option(
        "--results",
        "folder",
        type=click.Path(path_type=Path),
        default=RESULTS,
        show_default=True,
        help="The results folder.",
    )(command)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Community safety by area for the West Midlands police force area."""


def say_and_write(words: list[str], table: Any, out: Path | None) -> None:
    """Print sentences, and write a table where a file is named."""
    for sentence in words:
        click.echo(sentence)
    if out is not None:
        from geosafety.publish.tables import write_csv

        with out.open("w", encoding="utf-8", newline="") as file:
            write_csv(table, None, file)
