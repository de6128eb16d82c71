"""Reach a PostgreSQL server, and see before anything is written that all can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from geosafety.errors import InputError

_NAME = "geosafety publish"  # how the server lists us
_MARK = "manifest"  # the table by which a schema is known as ours
_SECRETS = ("password", "sslpassword")


@contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection]:
    """Open a connection for one transaction, which is undone unless it is committed.

    Parameters
    ----------
    dsn
        A connection string or address as libpq knows it. What it leaves out is taken
        from libpq's environment (PGPASSWORD, PGSERVICE, a password file).

    Raises
    ------
    InputError
        There is no such server or database, or the string cannot be read. No message
        holds a password.
    """
    given = _parts(dsn)
    try:
        connection = psycopg.connect(dsn, connect_timeout=15, application_name=_NAME)
    except psycopg.Error as error:
        problem = f"The database cannot be reached: {_clean(str(error), given)}"
        hint = "Check host, port, database and user, and that this machine may connect."
        raise InputError(problem, hint=hint) from None
    try:
        yield connection
    except psycopg.Error as error:
        if connection.broken:  # perhaps in the very moment of the commit
            problem = f"The database was lost: {_clean(str(error), given)}"
            hint = "Its table `manifest` says which publication stands; publish again."
            raise InputError(problem, hint=hint) from error
        raise _refusal(error, given) from error
    finally:
        connection.close()


def _parts(dsn: str) -> Mapping[str, object]:
    """Take a connection string apart; say nothing of what is in it."""
    hint = (
        "Write postgresql://user@host:5432/database, and in a password %40 for @, "
        "%3A for : and %2F for /; or leave it out and set PGPASSWORD."
    )
    problem = "The connection string cannot be read."
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.Error:
        raise InputError(problem, hint=hint) from None
    port = str(given.get("port") or "0")
    torn = any("@" in str(given.get(part, "")) for part in ("host", "port", "dbname"))
    if torn or not port.replace(",", "").isdigit():
        raise InputError(problem, hint=hint)
    return given


def _clean(text: str, given: Mapping[str, object]) -> str:
    for secret in (str(given[name]) for name in _SECRETS if given.get(name)):
        text = text.replace(secret, "...")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(dict.fromkeys(lines)).rstrip(".") + "."


def _refusal(error: psycopg.Error, given: Mapping[str, object]) -> InputError:
    said = error.diag.message_primary or str(error)
    if error.diag.message_detail:
        said = f"{said}: {error.diag.message_detail}"
    problem = f"The database refused: {_clean(said, given)}"
    hint = "Nothing was changed: what was published before still stands."
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        hint += " Ask the administrator of the database for the right it names."
    return InputError(problem, hint=hint)


def check_server(connection: psycopg.Connection) -> str:
    """Return the schema that PostGIS is in, or say what is missing on the server."""
    found = connection.execute(
        "SELECT current_database(), current_user, current_setting('server_encoding'),"
        " has_database_privilege(current_database(), 'CREATE'),"
        " (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n"
        " ON n.oid = e.extnamespace WHERE e.extname = 'postgis')"
    ).fetchone()
    base, user, encoding, may_create, home = found or ("", "", "", False, None)
    if home is None:
        problem = f"The database {base} has no PostGIS."
        hint = "An administrator runs there: CREATE EXTENSION postgis;"
        raise InputError(problem, hint=hint)
    if not may_create:
        problem = f"{user} may not make a schema in the database {base}."
        raise InputError(
            problem, hint=_ask(f"GRANT CREATE ON DATABASE {base} TO {user};")
        )
    if encoding != "UTF8":
        problem = f"The database {base} keeps text as {encoding}: names would be lost."
        hint = "Make a database with: CREATE DATABASE ... ENCODING 'UTF8'."
        raise InputError(problem, hint=hint)
    return str(home)


def check_schema(connection: psycopg.Connection, schema: str) -> int | None:
    """Return the number of the publication that stands in a schema; None if none does.

    Raises
    ------
    InputError
        The schema holds something that was not published by us, or we do not own it.
    """
    if schema in ("public", "information_schema") or schema.startswith("pg_"):
        problem = f"The schema {schema} belongs to the database."
        raise InputError(problem, hint="Give one of its own with --schema.")
    if not 0 < len(schema.encode()) <= 50:
        problem = "The name of a schema has 1 to 50 letters."
        raise InputError(problem, hint="Give another with --schema.")
    there = relations(connection, schema)
    if there is None:
        return None
    owned = connection.execute(
        "SELECT pg_get_userbyid(nspowner), pg_has_role(nspowner, 'USAGE')"
        " FROM pg_namespace WHERE nspname = %s",
        [schema],
    ).fetchone()
    if owned and not owned[1]:
        problem = f"The schema {schema} belongs to {owned[0]}."
        raise InputError(
            problem, hint=f"Publish as {owned[0]}, or give another --schema."
        )
    if not there:
        return None
    return _ours(connection, schema, there)


def _ours(connection: psycopg.Connection, schema: str, there: list[str]) -> int:
    hint = "Nothing was changed. Give another schema with --schema, or empty that one."
    manifest = sql.Identifier(schema, _MARK)
    marked = connection.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = %s"
        " AND table_name = %s AND column_name IN ('publication', 'relations')",
        [schema, _MARK],
    ).fetchone()
    if marked != (2,):
        problem = (
            f"The schema {schema} holds {there[0]}, and nothing that we published."
        )
        raise InputError(problem, hint=hint)
    query = sql.SQL("SELECT publication, relations FROM {}").format(manifest)
    publication, known = connection.execute(query).fetchone() or (0, [])
    strange = sorted(set(there) - set(known))
    if strange:
        problem = f"The schema {schema} holds {strange[0]}, which is not ours."
        hint = f"It would be lost. Move it: ALTER TABLE ... SET SCHEMA ... {hint}"
        raise InputError(problem, hint=hint)
    return int(publication)


def relations(connection: psycopg.Connection, schema: str) -> list[str] | None:
    """List tables and views of a schema, views first; None if there is no schema."""
    found = connection.execute(
        "SELECT array_remove(array_agg(c.relname::text ORDER BY c.relkind = 'v' DESC,"
        " c.relname), NULL) FROM pg_namespace n LEFT JOIN pg_class c"
        " ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S')"
        " WHERE n.nspname = %s GROUP BY n.oid",
        [schema],
    ).fetchone()
    return list(found[0]) if found else None


def ensure_reader(connection: psycopg.Connection, reader: str) -> None:
    """Make the role that may only read, if it is not there.

    Raises
    ------
    InputError
        It is not there and this user may not make it, or it could do more than read.
    """
    role = connection.execute(
        "SELECT rolsuper, pg_has_role(oid, current_user, 'USAGE') OR"
        " rolname = current_user FROM pg_roles WHERE rolname = %s",
        [reader],
    ).fetchone()
    if role is not None:
        if any(role):
            problem = f"The role {reader} can do more than read."
            raise InputError(problem, hint="Give a role of its own with --reader.")
        return
    may = connection.execute(
        "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if may != (True,):
        problem = f"There is no role {reader}, and this user may not make one."
        raise InputError(problem, hint=_ask(f'CREATE ROLE "{reader}" NOLOGIN;'))
    made = sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(reader))
    connection.execute(made)


def _ask(command: str) -> str:
    return f"Ask an administrator of the database to run: {command}"
