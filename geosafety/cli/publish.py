"""Publish results into other systems."""

from __future__ import annotations

from pathlib import Path

import click

from geosafety.cli.common import Reporter, main, speaking


@main.group()
def publish() -> None:
    """Publish finished results into another system.

    It takes --quiet and --verbose.
    """


@publish.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="RESULTS")
@click.option(
    "--dsn",
    envvar="GEOSAFETY_DSN",
    show_envvar=True,
    required=True,
    help="The database, such as postgresql://user@host/base. Better in the environment "
    "variable GEOSAFETY_DSN: a command line can be read by others. A password can also "
    "come from PGPASSWORD or a password file.",
)
@click.option(
    "--schema", default="geosafety", show_default=True, help="Schema, wholly ours."
)
@click.option(
    "--reader",
    default="geosafety_reader",
    show_default=True,
    help="The role that may only read; made where it is missing.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0, 3600),
    default=60.0,
    show_default=True,
    help="Seconds to wait for readers who keep a transaction open.",
)
@speaking
def postgis(  # noqa: PLR0913
    *,
    folder: Path,
    dsn: str,
    schema: str,
    reader: str,
    wait: float,
    quiet: bool,
    verbose: bool,
) -> None:
    """Write layers and tables into PostGIS, in one transaction.

    An earlier publication in the schema is replaced at once; a failed one changes
    nothing. QGIS opens the views ending in _latest with our styles.
    """
    from geosafety.errors import InputError

    try:
        import psycopg  # noqa: F401

        from geosafety.pipeline.publishing import publish_postgis
    except ModuleNotFoundError as error:
        problem = f"Publishing needs {error.name}, which is not installed."
        hint = 'Install it with: python -m pip install "geosafety[postgis]"'
        raise InputError(problem, hint=hint) from error
    say = Reporter(quiet=quiet, verbose=verbose)
    done = publish_postgis(
        folder, dsn, schema=schema, reader=reader, patience=wait, progress=say
    )
    say(
        f"Publication {done.number}: {sum(done.rows.values()):,} rows in "
        f"{len(done.rows)} tables of the schema {schema}. {reader} may read it."
    )
    if done.styles_need:
        say(
            "The styles for QGIS were not written. Ask an administrator to run: "
            f"{done.styles_need}"
        )
