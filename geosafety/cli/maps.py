"""Maps to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geosafety.cli.common import Reporter, main, results_option, speaking
from geosafety.settings import geographies
from geosafety.settings import indicators as catalogue

LOOKS = ("value", "force", "clusters", "emerging", "surface")


@main.command("map")
@results_option
@click.option(
    "--look",
    type=click.Choice(LOOKS),
    default="value",
    show_default=True,
    help="Values; the same set beside the Force; hot and cold spots; the same through "
    "time; or a density surface.",
)
@click.option(
    "--geography",
    type=click.Choice(list(geographies())),
    help="Default: npu; of clusters lsoa; over a surface local_authority.",
)
@click.option(
    "--indicator",
    type=click.Choice(list(catalogue())),
    help="Default: wmnow_rate; of clusters crime_rate.",
)
@click.option("--period", help="Of values. Default: the latest.")
@click.option("--group", default="all", show_default=True)
@click.option("--surface", help="Its name in surfaces.parquet. Default: the first.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("map.html"),
    show_default=True,
    help="The ending says what: .html, .png or .svg.",
)
@speaking
def make_map(
    *, folder: Path, out: Path, quiet: bool, verbose: bool, **asked: Any
) -> None:
    """Write one map as a page that opens without a network, or as a picture."""
    from geosafety.pipeline.map_files import Wanted, write_map

    if asked["surface"]:
        asked["look"] = "surface"
    wanted = Wanted(**{name: text for name, text in asked.items() if text})
    title = write_map(folder, wanted, out)
    Reporter(quiet=quiet, verbose=verbose)(f"Wrote {title}, to {out}.")
