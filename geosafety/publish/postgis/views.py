"""Views of areas with their latest figures, and the styles in which QGIS opens them.

QGIS looks for styles in a table `layer_styles`, which it makes in the schema `public`
itself, and opens a layer with the one marked as default, the newest of several.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import psycopg
from psycopg import sql

from geosafety.publish.dictionary import column_words
from geosafety.publish.postgis.tables import GEOMETRY_WORDS, Place, comment
from geosafety.publish.qgis.figures import Figure, opening
from geosafety.publish.qgis.styles import (
    OWNER,
    Fields,
    legend_lines,
    literal,
    quoted,
    style_row,
    style_text,
)

ENDING = "_latest"
# Beside the value, which is named as its indicator.
_PARTS = ("lower", "upper", "status", "verdict", "kind")
_STYLES = sql.Identifier("public", "layer_styles")


def write_views(place: Place, figures: Sequence[Figure]) -> None:
    """Make one view per layer: its areas, and of each indicator the latest figures.

    An area without a row of an indicator has the status "not available".
    """
    by_layer = sorted(figures, key=lambda one: one.geography)
    for layer, group in groupby(by_layer, key=lambda one: one.geography):
        _write_view(place, layer, list(group))


def _write_view(place: Place, layer: str, figures: list[Figure]) -> None:
    columns: list[sql.Composable] = [sql.SQL("area.area_code, area.area_name")]
    joins: list[sql.Composable] = []
    words = column_words("areas", ["area_code", "area_name"])
    for number, one in enumerate(figures):
        alias = sql.Identifier(f"v{number}")
        columns.append(_columns(alias, one.indicator.name))
        joins.append(_join(place, alias, one))
        words |= _words(one)
    view = sql.SQL("CREATE VIEW {} AS SELECT {}, area.geom FROM {} AS area {}")
    made = view.format(
        place.name(layer + ENDING),
        sql.SQL(", ").join(columns),
        place.name(layer),
        sql.SQL(" ").join(joins),
    )
    place.run(made)
    words["geom"] = GEOMETRY_WORDS
    about = (
        f"{figures[0].layer}: every area with its latest figures, all groups together"
    )
    comment(place, layer + ENDING, about, words, kind="VIEW")


def _columns(alias: sql.Identifier, name: str) -> sql.Composable:
    taken = [sql.SQL("{}.value AS {}").format(alias, sql.Identifier(name))]
    for part in _PARTS:
        cell = sql.SQL("{}.{}").format(alias, sql.Identifier(part))
        if part == "status":
            cell = sql.SQL("COALESCE({}, 'not available')").format(cell)
        named = sql.Identifier(f"{name}_{part}")
        taken.append(sql.SQL("{} AS {}").format(cell, named))
    return sql.SQL(", ").join(taken)


def _join(place: Place, alias: sql.Identifier, one: Figure) -> sql.Composable:
    chosen = {"indicator": one.indicator.name, "geography": one.geography}
    chosen |= {"period": one.period, "compared_with": one.compared_with}
    chosen |= {"group": one.group}
    tests = [
        sql.SQL("{}.{} = {}").format(alias, sql.Identifier(column), sql.Literal(value))
        for column, value in chosen.items()
    ]
    tests.append(sql.SQL("{}.area_code = area.area_code").format(alias))
    join = sql.SQL("LEFT JOIN {} AS {} ON {}")
    return join.format(place.name("values"), alias, sql.SQL(" AND ").join(tests))


def _words(one: Figure) -> dict[str, str]:
    """Say what the columns of one indicator are: what, when, and the common words."""
    name = one.indicator.name
    common = column_words("values", _PARTS)
    parts = {f"{name}_{part}": f"Of {name}: {common[part]}" for part in _PARTS}
    return {name: ". ".join(legend_lines(one)), **parts}


def view_fields(one: Figure) -> Fields:
    """Say where a style finds its numbers in a view of latest figures."""
    status = quoted(f"{one.indicator.name}_status")
    return Fields(
        value=quoted(one.indicator.name),
        has_status=lambda word: f"{status} = {literal(word)}",
    )


def write_styles(place: Place, figures: Sequence[Figure], reader: str) -> str:
    """Put the styles of the views where QGIS looks for them.

    Our earlier styles of the schema are replaced. Those that somebody saved under his
    own name stay, and a default among them stays the default.

    Returns
    -------
    str
        What an administrator has to run first, where this user may not; else nothing.
    """
    found = place.connection.execute(
        "SELECT to_regclass('public.layer_styles') IS NOT NULL,"
        " quote_ident(current_user)"
    ).fetchone()
    there, user = found or (False, "")
    try:
        with place.connection.transaction():
            if not there:
                place.connection.execute(_TABLE)
            _put_styles(place, figures)
            if not there:
                allow = sql.SQL("GRANT SELECT ON {} TO {}")
                place.run(allow.format(_STYLES, sql.Identifier(reader)))
    except psycopg.errors.UndefinedColumn:  # a table of that name, and not QGIS's
        return "ALTER TABLE public.layer_styles RENAME TO other_styles;"
    except psycopg.errors.InsufficientPrivilege:
        if not there:
            return f"GRANT CREATE ON SCHEMA public TO {user};"
        return (
            f"GRANT SELECT, INSERT, DELETE ON public.layer_styles TO {user}; "
            f"GRANT USAGE ON SEQUENCE public.layer_styles_id_seq TO {user};"
        )
    return ""


def _put_styles(place: Place, figures: Sequence[Figure]) -> None:
    gone = sql.SQL("DELETE FROM {} WHERE f_table_schema = %s AND owner = %s")
    place.connection.execute(gone.format(_STYLES), [place.schema, OWNER])
    first = opening(figures)
    for one in figures:
        table, style = one.geography + ENDING, style_text(one, view_fields(one))
        row = style_row(one, style, table=table) | {"schema": place.schema}
        row["first"] = one.indicator.name == first[one.geography]
        place.connection.execute(_INSERT.format(table=_STYLES), row)


# As QGIS makes it.
_TABLE = (
    "CREATE TABLE public.layer_styles (id serial PRIMARY KEY,"
    " f_table_catalog varchar, f_table_schema varchar, f_table_name varchar,"
    " f_geometry_column varchar, stylename text, styleqml xml, stylesld xml,"
    " useasdefault boolean, description text, owner varchar(63), ui xml,"
    " update_time timestamp DEFAULT CURRENT_TIMESTAMP, type varchar)"
)
# Neither a second style of a name that somebody took over nor a second default.
_INSERT = sql.SQL(
    "INSERT INTO {table} (f_table_catalog, f_table_schema, f_table_name,"
    " f_geometry_column, stylename, styleqml, useasdefault, description, owner)"
    " SELECT current_database(), %(schema)s::text, %(f_table_name)s::text,"
    " %(f_geometry_column)s, %(stylename)s::text, XMLPARSE(DOCUMENT %(styleqml)s),"
    " %(first)s AND NOT EXISTS (SELECT FROM {table} WHERE useasdefault"
    " AND f_table_catalog = current_database() AND f_table_schema = %(schema)s"
    " AND f_table_name = %(f_table_name)s), %(description)s, %(owner)s"
    " WHERE NOT EXISTS (SELECT FROM {table} WHERE stylename = %(stylename)s"
    " AND f_table_catalog = current_database() AND f_table_schema = %(schema)s"
    " AND f_table_name = %(f_table_name)s)"
)
