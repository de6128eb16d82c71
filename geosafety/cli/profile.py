"""One page about an area."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import Reporter, main, results_option, speaking
from geosafety.settings import geographies

AREAS = [name for name, known in geographies().items() if not known.whole]


@main.command()
@click.argument("areas", nargs=-1, metavar="[AREA]...")
@results_option
@click.option(
    "--geography", type=click.Choice(AREAS), help="Where to look for the areas."
)
@click.option("--all", "every", is_flag=True, help="Every area of --geography.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("briefings"),
    show_default=True,
    help="A folder for the pages.",
)
@click.option(
    "--format",
    "forms",
    default="html,pdf",
    show_default=True,
    metavar="html,pdf",
    help="One or both, with a comma between.",
)
@speaking
def profile(  # noqa: PLR0913
    *,
    areas: tuple[str, ...],
    folder: Path,
    geography: str | None,
    every: bool,
    out: Path,
    forms: str,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write a one-page briefing for each AREA (code or name), as HTML and PDF.

    Where it is, headline figures with verdicts, the trend, areas alike, what people
    said, who is not heard, in words that the verdicts allow. Prints as one A4 page.
    """
    if every == bool(areas) or (every and not geography):
        problem = "Name the areas, or say --all with a --geography."
        raise click.UsageError(problem)
    asked = tuple(form.strip() for form in forms.split(","))
    if unknown := [form for form in asked if form not in ("html", "pdf")]:
        problem = f"--format: {unknown[0]!r} is not html or pdf."
        raise click.UsageError(problem)
    from geosafety.pipeline.profile.writing import write_briefings

    say = Reporter(quiet=quiet, verbose=verbose)
    paths = write_briefings(
        folder, areas, out, geography=geography or "", forms=asked, say=say
    )
    say(f"Wrote {len(paths):,} files to {out}.")
