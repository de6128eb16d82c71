"""Impact areas: their scorecard, and a proposal of new ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import Reporter, main, results_option, speaking

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _out(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(default),
        show_default=True,
        help="The folder to write into.",
    )


@main.group("impact-areas")
def impact_areas() -> None:
    """Score the impact areas, or propose new ones.

    Both take --quiet and --verbose.
    """


@impact_areas.command()
@results_option
@click.option(
    "--comparators",
    type=click.IntRange(min=3, max=50),
    default=10,
    show_default=True,
    help="Areas alike, to set each impact area beside.",
)
@_out("scorecard")
@speaking
def score(
    *, folder: Path, comparators: int, out: Path, quiet: bool, verbose: bool
) -> None:
    """Score each impact area: level, change, and areas alike. Says what, not why."""
    from geosafety.pipeline.impact.score import write_scorecard

    say = Reporter(quiet=quiet, verbose=verbose)
    said = write_scorecard(folder, out, comparators=comparators, progress=say)
    for sentence in [] if quiet else [*said, f"Wrote {out}."]:
        click.echo(sentence)


@impact_areas.command()
@results_option
@click.option("--n", type=click.IntRange(min=1), default=19, show_default=True)
@click.option(
    "--need",
    default="crime",
    show_default=True,
    help="crime, harm, or a CSV: area_code, need and, of counted events, events.",
)
@click.option(
    "--category", "categories", multiple=True, help="Of crime. Repeatable; none: all."
)
@click.option("--period", default="", help="Default: the latest 12 complete months.")
@click.option(
    "--share",
    type=click.FloatRange(0, 100, min_open=True),
    help="Per cent of residents inside. Default: as in the present impact areas.",
)
@click.option("--least", type=click.FloatRange(min=0), help="Residents of one area.")
@click.option("--most", type=click.FloatRange(min=0), help="Residents of one area.")
@click.option(
    "--npu-least",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Areas in each NPU, at least.",
)
@click.option("--npu-most", type=click.IntRange(min=1), help="And at most.")
@click.option("--overlay", type=FILE, help="Polygons of your own to compare with.")
@click.option(
    "--runs",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Drawn anew so often, to see what depends on chance.",
)
@click.option("--seed", default=0, show_default=True)
@_out("proposal")
@speaking
def propose(
    *, folder: Path, out: Path, seed: int, quiet: bool, verbose: bool, **asked: Any
) -> None:
    """Draw candidate areas: most need inside for a number of residents."""
    from geosafety.pipeline.impact.proposals import Wanted, write_proposal

    say = Reporter(quiet=quiet, verbose=verbose)
    said = write_proposal(folder, out, Wanted(**asked), seed=seed, progress=say)
    for sentence in [] if quiet else [*said, f"Wrote {out}."]:
        click.echo(sentence)
