"""Publish results into PostGIS: all of them, or nothing changed, in one transaction.

The old tables are moved aside and the new ones made in their place; nobody else sees
either before the end. Then every old table is locked for a moment, so that whoever is
still reading finishes with the old tables and starts his next transaction on the new.
Rows are copied frozen: a reader whose own view of the database is older than the new
tables sees their rows all the same, never an empty table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from psycopg import sql

from geosafety.errors import InputError
from geosafety.publish.postgis.server import (
    check_schema,
    check_server,
    connected,
    ensure_reader,
    relations,
)
from geosafety.publish.postgis.swap import drop, move_aside
from geosafety.publish.postgis.tables import (
    AREA,
    Place,
    comment,
    write_layer,
    write_rows,
)
from geosafety.publish.postgis.views import write_styles, write_views
from geosafety.publish.qgis.figures import Figure, latest_figures


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What is published.

    Attributes
    ----------
    manifest
        Of the results.
    areas
        `geography, area_code, area_name, approximate, note`.
    layers
        By geography, polygons indexed by `area_code`, with `area_name`, in EPSG:27700.
    tables
        The other tables with their names, `values` among them; each is asked for once
        and let go, so that memory holds one.
    """

    manifest: Mapping[str, Any]
    areas: pd.DataFrame
    layers: Mapping[str, gpd.GeoDataFrame]
    tables: Iterable[tuple[str, pd.DataFrame]]


@dataclass(frozen=True, kw_only=True)
class Published:
    """What was done: the publication's number, rows by table, what QGIS still needs."""

    number: int
    rows: Mapping[str, int]
    styles_need: str


def publish(
    dsn: str,
    contents: Contents,
    *,
    schema: str,
    reader: str,
    patience: float = 60.0,
    progress: Callable[[str], None] = lambda _: None,
) -> Published:
    """Write results into a schema of a PostGIS database; replace what stood there.

    Parameters
    ----------
    dsn
        Connection string or address; see `server.connected`.
    schema
        The schema, which is wholly ours. It is made, or holds an earlier publication.
    reader
        The role that may read and no more; made as a group role where it is missing.
        Grant it to whoever is to read.
    patience
        Seconds to wait in all for readers who keep a transaction open.

    Raises
    ------
    InputError
        The server, the schema or the role is not as needed, a reader did not finish, or
        the database refused something. What was published before then still stands.
    """
    with connected(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        place = Place(
            connection=connection, schema=schema, postgis=check_server(connection)
        )
        _settle(place)
        before = check_schema(connection, schema)
        ensure_reader(connection, reader)
        old = move_aside(place)
        rows, figures = _write(place, contents, progress)
        number = (before or 0) + 1
        _write_manifest(place, contents.manifest, number)
        _grant(place, reader)
        need = write_styles(place, figures, reader)
        if old:
            progress("Waiting for readers of the earlier tables to finish.")
            drop(place, old, patience)
        connection.commit()
    return Published(number=number, rows=rows, styles_need=need)


def _settle(place: Place) -> None:
    """Take the server's time limits off but one, and keep a second publisher out."""
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        place.run(sql.SQL("SET LOCAL {} = 0").format(sql.Identifier(setting)))
    place.run(sql.SQL("SET LOCAL lock_timeout = '10s'"))
    place.run(sql.SQL("SET LOCAL maintenance_work_mem = '256MB'"))
    alone = place.connection.execute(
        "SELECT pg_try_advisory_xact_lock(hashtext('geosafety'), hashtext(%s))",
        [place.schema],
    ).fetchone()
    if alone != (True,):
        problem = f"Somebody else is publishing into {place.schema} just now."
        raise InputError(problem, hint="Wait until that is done.")


def _write(
    place: Place, contents: Contents, progress: Callable[[str], None]
) -> tuple[dict[str, int], list[Figure]]:
    areas = contents.areas
    codes = pd.MultiIndex.from_frame(areas[list(AREA)].astype("str"))
    rows: dict[str, int] = {}
    figures: list[Figure] = []
    write_rows(place, "areas", areas, codes)
    for name, layer in contents.layers.items():
        write_layer(place, name, layer, _about(name, contents.manifest))
        rows[name] = len(layer)
    for name, table in contents.tables:
        if name in rows or name == "areas":
            problem = f"Two tables would be called {name}."
            raise InputError(problem, hint="Please report this.")
        progress(f"Writing {name}: {len(table):,} rows.")
        write_rows(place, name, table, codes)
        rows[name] = len(table)
        if name == "values":
            drawn = latest_figures(table, contents.manifest)
            figures = [one for one in drawn if one.geography in contents.layers]
    if "values" in rows:
        write_views(place, figures)
    return {"areas": len(areas), **rows}, figures


def _about(name: str, manifest: Mapping[str, Any]) -> str:
    layer = manifest.get("layers", {}).get(name, {})
    vintage = str(layer.get("vintage", ""))
    words = [f"{layer.get('label', name)}: boundaries", vintage]
    unsaid = layer.get("approximate") and "approximate" not in vintage
    words += ["Approximate" if unsaid else "", str(layer.get("note", ""))]
    return ". ".join(word.rstrip(".") for word in words if word) + "."


def _write_manifest(place: Place, manifest: Mapping[str, Any], number: int) -> None:
    """Write what was published: one row, by which the schema is known as ours."""
    table = place.name("manifest")
    made = sql.SQL(
        "CREATE TABLE {} (publication integer PRIMARY KEY, published_at timestamptz"
        " NOT NULL DEFAULT now(), relations text[] NOT NULL, manifest jsonb NOT NULL)"
    )
    place.run(made.format(table))
    ours = relations(place.connection, place.schema)
    text = json.dumps(manifest, ensure_ascii=False, allow_nan=False)
    _copy_manifest(place, number, ours or [], text)
    words = {
        "publication": "Counts up with every publication into this schema",
        "published_at": "When it was published",
        "relations": "Every table and view of it",
        "manifest": "What went in, with hashes; versions; notes, as in manifest.json",
    }
    comment(place, "manifest", "What was published, and when: one row.", words)


def _copy_manifest(place: Place, number: int, ours: list[str], text: str) -> None:
    into = sql.SQL("COPY {} (publication, relations, manifest) FROM STDIN (FREEZE)")
    with (
        place.connection.cursor() as cursor,
        cursor.copy(into.format(place.name("manifest"))) as copy,
    ):
        copy.write_row((number, ours, text))


def _grant(place: Place, reader: str) -> None:
    schema, role = sql.Identifier(place.schema), sql.Identifier(reader)
    for command in (
        sql.SQL("REVOKE ALL ON SCHEMA {schema} FROM PUBLIC"),
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}"),
        sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}"),
        sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"),
    ):
        place.run(command.format(schema=schema, role=role))
    for name in relations(place.connection, place.schema) or []:
        if not name.endswith("_latest"):
            place.run(sql.SQL("ANALYZE {}").format(place.name(name)))
