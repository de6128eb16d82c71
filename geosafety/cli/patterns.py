"""Ask where it clusters, and how concentrated it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import (
    main,
    results_option,
    say_and_write,
    speaking,
)
from geosafety.settings import geographies

# As in `spatial.local`, whose import takes a second.
STATISTICS = (
    "gi_star",
    "moran",
    "moran_rate",
    "geary",
    "join_counts",
    "bivariate_moran",
)


@main.command()
@results_option
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    default="lsoa",
    show_default=True,
)
@click.option("--group", default="all", show_default=True)
@click.option(
    "--statistic",
    type=click.Choice(STATISTICS),
    default="gi_star",
    show_default=True,
    help="Gi*; local Moran, plain or of smoothed rates; local Geary; join counts of "
    "the category that stands out (with --group); or one indicator here with another "
    "next door.",
)
@click.option("--indicator", default="", help="Where several were tested so: which.")
@click.option("--trends", is_flag=True, help="Classes through time and change instead.")
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every area.")
@speaking
def hotspots(  # noqa: PLR0913
    *,
    folder: Path,
    geography: str,
    group: str,
    statistic: str,
    indicator: str,
    trends: bool,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say where recorded crime clusters, and whether that is stable or new."""
    del quiet, verbose
    from geosafety.pipeline.patterns import answers

    if trends:
        words, table = answers.trends(folder, geography=geography, group=group)
    else:
        words, table = answers.hotspots(
            folder,
            geography=geography,
            group=group,
            statistic=statistic,
            indicator=indicator,
        )
    say_and_write(words, table, out)
    if out is None and not trends:
        _list_clusters(table[answers.HOTSPOT_COLUMNS].head(20))


def _list_clusters(table: Any) -> None:
    """Print the first clusters, one a line."""
    for row in table.itertuples():
        if row.label in ("not significant", "too few permutations", "not tested"):
            break
        where = f", in {row.impact_area}" if row.impact_area else ""
        click.echo(
            f"{row.area_code}  {row.area_name:22} {row.label:10} {row.stability_word:8}"
            f" z {row.z_score:6.2f}  q {row.q_value:.4f}{where}"
        )


@main.command()
@results_option
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    default="lsoa",
    show_default=True,
)
@click.option("--group", default="all", show_default=True)
@click.option(
    "--near-repeat",
    is_flag=True,
    help="Whether events near in place come near in time, of the Force area, instead.",
)
@click.option("--out", type=click.Path(path_type=Path), help="A CSV of every measure.")
@speaking
def concentration(  # noqa: PLR0913
    *,
    folder: Path,
    geography: str,
    group: str,
    near_repeat: bool,
    out: Path | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Say how few places hold most of the crime, and whether they held on."""
    del quiet, verbose
    from geosafety.pipeline.patterns import answers

    if near_repeat:
        said = answers.near_repeat(folder)
    else:
        said = answers.concentration(folder, geography=geography, group=group)
    say_and_write(*said, out)
