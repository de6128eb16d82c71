"""Ask what people said: by area, for whom, against whom, and whether it can be said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import main, results_option, say_and_write, speaking
from geosafety.settings import geographies
from geosafety.settings import indicators as catalogue

GEOGRAPHIES = click.Choice(list(geographies()))
OUT = click.option("--out", type=click.Path(path_type=Path), help="A CSV of every row.")


def _number(value: Any, form: str = "5.1f") -> str:
    """Write a number, or a dash where there is none."""
    width = form.split(".")[0]
    return f"{value:{form}}" if value == value else f"{'-':>{width}}"


@main.command()
@results_option
@click.option("--survey", required=True, help="Such as consultation_2024.")
@click.option("--question", "name", required=True, help="An indicator or a question.")
@click.option("--geography", type=GEOGRAPHIES, default="npu", show_default=True)
@click.option("--by", default="", help="A demographic question, such as age.")
@OUT
@speaking
def survey(  # noqa: PLR0913
    *,
    folder: Path,
    survey: str,
    name: str,
    geography: str,
    by: str,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """List answers by area: unweighted, weighted, smoothed, and against the Force."""
    del quiet, verbose
    from geosafety.pipeline.survey import answers as survey_answers

    words, table = survey_answers.estimates(
        folder, survey=survey, name=name, geography=geography, by=by
    )
    say_and_write(words, table, out)
    if out is not None:
        return
    click.echo(
        "area        answers   plain  weighted (95 % interval)  smoothed  verdict"
    )
    for row in table.itertuples():
        plain = f"{_number(row.base, '8.0f')} {_number(row.value, '7.1f')}"
        ends = f"{_number(row.weighted_lower)} to {_number(row.weighted_upper)}"
        label = " ".join([str(row.option), str(row.category) if by else ""]).strip()
        click.echo(
            f"{row.area_code:10} {plain}  {_number(row.weighted)} ({ends})"
            f"  {_number(row.smoothed, '8.1f')}  {_said(row)}  {label}"
        )


def _said(row: Any) -> str:
    """Say in words what may be said of a row."""
    if row.status not in ("ok", "low base"):
        return str(row.status)
    base = " (low base)" if row.status == "low base" else ""
    if not row.verdict:
        return base.strip()
    side = "higher" if row.difference > 0 else "lower"
    if row.verdict == "cannot tell":
        return f"cannot tell: {row.finding}{base}"
    return f"{row.verdict}: {side} than the Force{base}"


@main.command()
@results_option
@click.option("--survey", required=True, help="Such as consultation_2024.")
@click.option("--geography", type=GEOGRAPHIES, default="force", show_default=True)
@click.option("--needed", is_flag=True, help="Answers still needed, by group.")
@OUT
@speaking
def representation(  # noqa: PLR0913
    *,
    folder: Path,
    survey: str,
    geography: str,
    needed: bool,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Set who answered against who lives there; say whom the survey does not hear."""
    del quiet, verbose
    from geosafety.pipeline.survey import answers as survey_answers

    name = "responses_needed" if needed else "representation"
    words, table = survey_answers.table_of(
        folder, name, survey=survey, geography=geography
    )
    say_and_write(words, table, out)
    if out is not None:
        return
    for row in table.itertuples():
        where = f"{row.area_code:10} {row.dimension:15} {row.category:44}"
        if needed:
            click.echo(f"{where} {row.words}")
        else:
            click.echo(
                f"{where} {_number(row.share)} % of answers, "
                f"{_number(row.population_share)} % of residents, "
                f"{_number(row.ratio, '5.2f')}  {row.word}"
            )
    if not needed:
        for said in dict.fromkeys(table["reference"]):
            click.echo(f"Residents: {said}.")


@main.command()
@results_option
@click.option("--survey", required=True, help="Such as consultation_2024.")
@click.option("--geography", type=GEOGRAPHIES, default="force", show_default=True)
@click.option("--question", default="", help="Default: every question of several.")
@click.option("--weeks", is_flag=True, help="Who led in each week, and if it is real.")
@OUT
@speaking
def priorities(  # noqa: PLR0913
    *,
    folder: Path,
    survey: str,
    geography: str,
    question: str,
    weeks: bool,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Rank what people chose, with the range that each rank may have."""
    del quiet, verbose
    from geosafety.pipeline.survey import answers as survey_answers

    name = "leads" if weeks else "priorities"
    words, table = survey_answers.table_of(
        folder, name, survey=survey, geography=geography, question=question
    )
    table = table[(table["week"] != "") == weeks]
    say_and_write(words, table, out)
    if out is not None:
        return
    if weeks:
        for row in table.itertuples():
            base = _number(row.base, "4.0f")
            click.echo(f"{row.question}  {row.week}  {base}  {row.words}")
        return
    for row in table.sort_values(["area_code", "question", "rank"]).itertuples():
        ranks = f"{_number(row.rank, '3.0f')} ({_number(row.rank_lower, '2.0f')} to"
        click.echo(
            f"{row.area_code:10} {ranks} {_number(row.rank_upper, '2.0f')})"
            f" {_number(row.share)} %  in the first five {_number(row.in_top, '4.2f')}"
            f"  {row.option}"
        )


@main.command()
@results_option
@click.option(
    "--indicator", "name", type=click.Choice(list(catalogue())), required=True
)
@click.option("--geography", type=GEOGRAPHIES, default="npu", show_default=True)
@click.option("--area", required=True, help="A code or a name.")
@click.option("--with", "other", default="", help="Another area; default: the Force.")
@click.option("--period", default="", help="Default: the latest.")
@click.option("--with-period", default="", help="Default: that of the first.")
@click.option("--group", default="all", show_default=True)
@click.option("--with-group", default="", help="Default: that of the first.")
@speaking
def compare(  # noqa: PLR0913
    *,
    folder: Path,
    name: str,
    geography: str,
    area: str,
    other: str,
    period: str,
    with_period: str,
    group: str,
    with_group: str,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say whether two values differ: clear, likely, or cannot tell."""
    del quiet, verbose
    from geosafety.pipeline.survey import answers as survey_answers

    click.echo(
        survey_answers.compare_values(
            folder,
            name,
            geography=geography,
            first=area,
            second=area if (with_period or with_group) and not other else other,
            periods=(period, with_period or period),
            groups=(group, with_group or group),
        )
    )
