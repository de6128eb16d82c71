"""Put new tables in the place of old ones so that every reader sees one set, whole.

The old schema gets another name in the same transaction that makes the new one; nobody
else sees either before the end. At the end every old table is locked for a moment: who
has read any of them finishes with them, and who comes later gets the new ones.
"""

from __future__ import annotations

import time

import psycopg
from psycopg import sql

from geosafety.errors import InputError
from geosafety.publish.postgis.server import relations
from geosafety.publish.postgis.tables import Place

# How long to ask for all locks together, and then to step back: first briefly, so that
# nobody waits behind us for long. Never PostgreSQL's deadlock_timeout (1 s by default):
# where a reader waits for us and we for him, it is we who give way.
_FIRST, _LONGEST = 0.05, 0.7  # seconds


def move_aside(place: Place) -> str:
    """Give the schema another name, if there is one, and make it anew."""
    old = ""
    if relations(place.connection, place.schema) is not None:
        old = f"{place.schema}_replaced"
        if relations(place.connection, old) is not None:
            problem = f"There is a schema {old}, whose name is needed for a moment."
            raise InputError(problem, hint=f"Give {old} another name.")
        rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
        place.run(rename.format(sql.Identifier(place.schema), sql.Identifier(old)))
    place.run(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(place.schema)))
    return old


def drop(place: Place, old: str, patience: float) -> None:
    """Drop the earlier tables once nobody reads them any more."""
    names = relations(place.connection, old) or []
    tables = [sql.Identifier(old, name) for name in names]
    end, hold = time.monotonic() + patience, _FIRST
    while tables and not _locked(place, tables, hold):
        if time.monotonic() > end:
            problem = f"Somebody kept reading {place.schema} for {patience:g} s."
            hint = "Nothing was changed. Try again when this is closed"
            raise InputError(problem, hint=f"{hint}: {_who(place.connection, old)}.")
        time.sleep(hold / 2)
        hold = min(2 * hold, _LONGEST)
    try:
        _drop_all(place, old)
    except psycopg.errors.DependentObjectsStillExist as error:
        said = (error.diag.message_detail or "").replace(old, place.schema)
        lines = "; ".join(said.splitlines()[:3])
        problem = f"Something else is made from {place.schema}: {lines}."
        hint = "It would be lost: nothing was changed. Drop it, publish, make it anew."
        raise InputError(problem, hint=hint) from error


def _drop_all(place: Place, old: str) -> None:
    """Drop what is ours, and nothing that hangs on it."""
    for kind, word in (("v", sql.SQL("VIEW")), ("r", sql.SQL("TABLE"))):
        found = place.connection.execute(
            "SELECT relname::text FROM pg_class JOIN pg_namespace n"
            ' ON n.oid = relnamespace WHERE nspname = %s AND relkind = %s::"char"',
            [old, kind],
        ).fetchall()
        if found:
            listed = sql.SQL(", ").join(sql.Identifier(old, row[0]) for row in found)
            place.run(sql.SQL("DROP {} {} RESTRICT").format(word, listed))
    place.run(sql.SQL("DROP SCHEMA {} RESTRICT").format(sql.Identifier(old)))


def _locked(place: Place, tables: list[sql.Identifier], hold: float) -> bool:
    """Lock all tables at once, views first as readers do; False if one is read."""
    lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
    limit = sql.SQL("SET LOCAL statement_timeout = {}")
    try:
        with place.connection.transaction():
            place.run(limit.format(sql.Literal(int(1000 * hold))))
            place.run(lock.format(sql.SQL(", ").join(tables)))
            place.run(limit.format(sql.Literal(0)))
    except (psycopg.errors.QueryCanceled, psycopg.errors.DeadlockDetected):
        return False
    return True


def _who(connection: psycopg.Connection, old: str) -> str:
    """Name the programs that read the earlier tables."""
    found = connection.execute(
        "SELECT DISTINCT usename || ' in ' || COALESCE(NULLIF(application_name, ''),"
        " 'a program without a name') FROM pg_locks l JOIN pg_class c"
        " ON c.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid"
        " WHERE c.relnamespace = to_regnamespace(quote_ident(%s))"
        " AND a.datname = current_database() AND l.pid <> pg_backend_pid() ORDER BY 1",
        [old],
    ).fetchall()
    return ", ".join(str(row[0]) for row in found[:3] if row[0]) or "nobody known"
