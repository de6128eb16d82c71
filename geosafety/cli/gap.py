"""Set the gaps side by side."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import Reporter, main, results_option, speaking
from geosafety.cli.tables import FORMATS
from geosafety.engagement.gap_rules import gap_rules
from geosafety.settings import datasets, geographies

AREAS = [name for name, known in geographies().items() if not known.whole]


@main.command()
@results_option
@click.option("--geography", type=click.Choice(AREAS), default="npu", show_default=True)
@click.option(
    "--period",
    multiple=True,
    metavar="[PART=]PERIOD",
    help="Such as 2022-03, or crime=2024-04/2025-03. Repeatable. Default: the latest.",
)
@click.option(
    "--k",
    "widest",
    type=click.IntRange(min=1),
    default=gap_rules().limits.widest,
    show_default=True,
    help="How many areas are the widest gaps.",
)
@click.option(
    "--target",
    type=click.FloatRange(min=0, min_open=True),
    help="WMNow members wanted per 1,000 people aged 16 and over.",
)
@click.option(
    "--precision",
    type=click.FloatRange(0, 50, min_open=True, max_open=True),
    default=datasets()["survey"].precision,
    show_default=True,
    help="How precise a share of an area's answers should be: points either side.",
)
@click.option(
    "--weight",
    multiple=True,
    metavar="PART=NUMBER",
    help="What a part counts in the score; 0 leaves it out. Repeatable.",
)
@click.option("--seed", default=0, show_default=True, help="For the probabilities.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(FORMATS),
    help="Default: by the ending of --out, else csv.",
)
@click.option("--out", default="", help="A file, or - for the screen.")
@click.option(
    "--decimals", type=click.IntRange(0, 12), help="Round half up in the file."
)
@speaking
def gap(  # noqa: PLR0913
    *,
    folder: Path,
    geography: str,
    period: tuple[str, ...],
    widest: int,
    target: float | None,
    precision: float,
    weight: tuple[str, ...],
    seed: int,
    kind: str | None,
    out: str,
    decimals: int | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Set members, answers, safety, crime and harm side by side, area by area.

    Each with interval, verdict against the Force and the chance of being among the
    widest gaps. Prints the sheet; --out writes all of it, one row an area.
    """
    from geosafety.cli.tables import _format_of
    from geosafety.pipeline.gap.files import write_sheet
    from geosafety.pipeline.gap.sheet import Wish, make_sheet
    from geosafety.pipeline.gap.text import sheet_lines

    if kind and not out:
        out = "-"
    kind = kind or _format_of(out)
    if out == "-" and kind in ("xlsx", "gpkg", "geoparquet"):
        problem = f"{kind} cannot go to the screen: give a file with --out."
        raise click.UsageError(problem)
    wish = Wish(
        geography=geography,
        periods=dict(_split(text) for text in period),
        widest=widest,
        target=target,
        precision=precision,
        weights={part: _number(text) for part, text in map(_split, weight)},
        seed=seed,
    )
    say = Reporter(quiet=quiet, verbose=verbose)
    sheet = make_sheet(folder, wish)
    for line in [] if quiet or out == "-" else sheet_lines(sheet):
        click.echo(line)
    if out:
        write_sheet(folder, sheet, form=kind, out=out, decimals=decimals)
        say(f"Wrote {len(sheet.table):,} areas to {out}." if out != "-" else "")


def _split(text: str) -> tuple[str, str]:
    """Split PART=VALUE; without a part, the value is for all."""
    part, _, value = text.rpartition("=")
    return part, value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        problem = f"--weight: {text!r} is not a number; write such as members=2."
        raise click.UsageError(problem) from None
