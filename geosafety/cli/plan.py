"""Plan where to go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import Reporter, main, results_option, speaking

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
ZONES = ["local_authority", "npu", "impact_area", "ward"]


def _request_options(command: Any) -> Any:
    """Give a command the options that say what is asked of a plan."""
    options = [
        click.option(
            "--visits", type=click.IntRange(min=0), help="New visits, at most."
        ),
        click.option("--budget", type=click.FloatRange(min=0), help="Cost, at most."),
        click.option(
            "--objective",
            type=click.Choice(["most", "fairest", "nearest", "furthest"]),
            default="most",
            show_default=True,
            help="Cover most people, or the worst-served areas first; or the least "
            "mean distance to a venue, or the least greatest distance.",
        ),
        click.option(
            "--fixed",
            multiple=True,
            help="A venue booked already: on top of --visits. Repeatable.",
        ),
        click.option("--exclude", multiple=True, help="A venue ruled out. Repeatable."),
        click.option(
            "--accessible",
            type=click.IntRange(min=0),
            default=0,
            help="At least so many.",
        ),
        click.option(
            "--per-zone", type=click.IntRange(min=1), help="At most so many in a zone."
        ),
        click.option(
            "--zones", type=click.Choice(ZONES), help="[default: npu; in a patch, ward]"
        ),
        click.option(
            "--geography",
            type=click.Choice(["lsoa", "msoa", "ward"]),
            default="lsoa",
            show_default=True,
            help="For nearest and furthest: the areas that distances start from.",
        ),
        click.option(
            "--minimum",
            multiple=True,
            metavar="GROUP:NUMBER",
            help="At least so many of a group, such as age=18-24:200. Repeatable.",
        ),
        click.option(
            "--response-share",
            type=click.FloatRange(0, 1, min_open=True),
            help="Share of those a venue holds who will answer: then capacities count.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@main.command()
@results_option
@click.option(
    "--need",
    default="wmnow",
    show_default=True,
    help="wmnow, survey, residents, or a CSV: area_code, group, deficit.",
)
@click.option(
    "--target",
    type=click.FloatRange(min=0),
    help="At half-time: responses wanted by the end; --need then holds area_code, n.",
)
@click.option(
    "--walk",
    type=click.FloatRange(min=0, min_open=True),
    default=1500.0,
    show_default=True,
    help="Metres, or the unit of --times.",
)
@click.option(
    "--detour",
    type=click.FloatRange(min=1),
    default=1.0,
    show_default=True,
    help="A walk's length over the straight line.",
)
@click.option(
    "--patch",
    default="",
    metavar="GEOGRAPHY:CODE",
    help="Only those short in one area count, such as npu:CV.",
)
@click.option("--times", type=FILE, help="A CSV: venue, area_code, distance.")
@_request_options
@click.option(
    "--runs",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="Plans with other assumptions, to see what depends on them.",
)
@click.option("--seed", default=0, show_default=True, help="For those runs.")
@click.option(
    "--first",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The first day of a visit. [default: the Monday after next]",
)
@click.option(
    "--weeks",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="Over how many weeks the visits are spread.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("plan"),
    show_default=True,
    help="The folder of the plan.",
)
@speaking
def plan(
    *, folder: Path, out: Path, seed: int, quiet: bool, verbose: bool, **asked: Any
) -> None:
    """Choose venues that reach most of those not yet heard, and say why.

    Writes plan.csv, plan.html (a map), plan.ics (a calendar) and a page per venue.
    """
    from geosafety.pipeline.plan.planning import write_plan
    from geosafety.pipeline.plan.words import Wish

    if asked["visits"] is None and asked["budget"] is None:
        raise click.UsageError("Say how much: --visits or --budget.")  # noqa: EM101
    minimums = dict(_minimum(text) for text in asked.pop("minimum"))
    # Inside one unit, fairness is between its wards.
    asked["zones"] = asked["zones"] or ("ward" if asked["patch"] else "npu")
    asked["first"] = asked["first"].date() if asked["first"] else None
    wish = Wish(excluded=asked.pop("exclude"), minimums=minimums, **asked)
    say = Reporter(quiet=quiet, verbose=verbose)
    now = datetime.now(UTC)
    said = write_plan(folder, out, wish, seed=seed, as_of=now, progress=say)
    for sentence in [] if quiet else [*said, f"Wrote {out}."]:
        click.echo(sentence)


def _minimum(text: str) -> tuple[str, float]:
    group, _, number = text.rpartition(":")
    try:
        return group, float(number)
    except ValueError:
        problem = f"--minimum {text!r}: write GROUP:NUMBER, such as age=18-24:200."
        raise click.UsageError(problem) from None
