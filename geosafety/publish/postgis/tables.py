"""One table in PostGIS: its columns, rows, keys, checks and comments.

Rows are copied "frozen" into a table that the same transaction made: whoever can see
the table then sees all of its rows, whatever his own transaction saw before (PostgreSQL
documentation, SQL commands, COPY, FREEZE).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import psycopg
from psycopg import sql

from geosafety.errors import InputError
from geosafety.publish.dictionary import column_words, table_words
from geosafety.publish.postgis.lines import copy_lines, multipolygons
from geosafety.settings import STATUSES

EPSG = 27700
GEOMETRY_WORDS = "Boundary, British National Grid (EPSG:27700), metres"
AREA = ("geography", "area_code")
# By what the rows of a table are told apart; the first columns are what is asked by.
KEYS: dict[str, tuple[str, ...]] = {
    "areas": AREA,
    "alike": (*AREA, "place"),
    "values": (
        "indicator", "geography", "period", "group", "compared_with", "area_code"
    ),
    "choices": (
        "indicator", "geography", "period", "group", "compared_with", "kind"
    ),
    "clusters": (
        "indicator", "geography", "period", "group", "statistic", "area_code"
    ),
    "autocorrelation": ("indicator", "geography", "group", "statistic", "period"),
    "trends": (
        "indicator", "geography", "trend", "period", "compared_with", "group",
        "area_code",
    ),
    "estimates": (
        "survey", "question", "option", "place", "indicator", "by", "category", *AREA
    ),
    "comparisons": (
        "survey", "comparison", "indicator", "by", "first", "second", *AREA
    ),
    "coverage": ("dataset", "local_authority", "period"),
    "evenness": ("survey", "dimension", "variable", "category", *AREA),
    "leads": ("survey", "question", "week", *AREA),
    "ledger": ("input", "geography", "outcome", "how"),
    "legitimacy": ("period", *AREA),
    "priorities": ("survey", "question", "week", "option", *AREA),
    "representation": ("survey", "dimension", "category", *AREA),
    "responses_needed": ("survey", "dimension", "category", *AREA),
    "surface_areas": ("surface", *AREA),
    "surfaces": ("name",),
    "venues": ("venue",),
    "weighting": ("survey", "dimension", "category"),
}  # fmt: skip
# What a status may say; a coverage says complete.
_STATUSES = (*STATUSES, "complete")
_HIDDEN = ("value", "lower", "upper", "numerator", "base")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where tables are made: a connection, a schema, and the schema PostGIS is in."""

    connection: psycopg.Connection
    schema: str
    postgis: str

    def run(self, command: sql.SQL | sql.Composed) -> None:
        """Run one command."""
        self.connection.execute(command)

    def name(self, table: str) -> sql.Identifier:
        """Write the name of a table with its schema."""
        return sql.Identifier(self.schema, table)


def write_rows(place: Place, name: str, table: pd.DataFrame, areas: pd.Index) -> None:
    """Make a table of the results with all that is known of it.

    Parameters
    ----------
    table
        Its rows. Text is kept as text, "" as ""; NaN and None become NULL.
    areas
        Pairs of geography and area code that there are. A table refers to them where
        every one of its rows is of an area.
    """
    types = {str(column): _type(cells) for column, cells in table.items()}
    _create(place, name, {column: sql.SQL(kind) for column, kind in types.items()})
    _copy(place, name, table)
    _add_keys(place, name, table, areas)
    _add_checks(place, name, table)
    words = table_words(name)
    about = [words.title, words.row, "" if len(table) else "No rows in these results"]
    said = ". ".join(part for part in [*about, words.method] if part)
    comment(place, name, f"{said}.", column_words(name, types))


def write_layer(place: Place, name: str, layer: gpd.GeoDataFrame, about: str) -> None:
    """Make the table of a kind of area: code, name and multipolygon, with an index.

    Parameters
    ----------
    layer
        Polygons in EPSG:27700, indexed by `area_code`, with `area_name`.
    """
    shape = sql.SQL("{}.geometry(MultiPolygon, {}) NOT NULL")
    columns = {
        "area_code": sql.SQL("text PRIMARY KEY"),
        "area_name": sql.SQL("text NOT NULL"),
        "geom": shape.format(sql.Identifier(place.postgis), sql.Literal(EPSG)),
    }
    _create(place, name, columns)
    rows = {"area_code": layer.index.astype(str), "area_name": layer["area_name"]}
    shapes = multipolygons(layer.geometry.to_numpy(), EPSG)
    _copy(place, name, pd.DataFrame({**rows, "geom": shapes}))
    index = sql.SQL("CREATE INDEX ON {} USING gist (geom)")
    place.run(index.format(place.name(name)))
    words = column_words("areas", ["area_code", "area_name"])
    words["geom"] = GEOMETRY_WORDS
    comment(place, name, about, words)


def _type(cells: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(cells):
        return "boolean"
    if pd.api.types.is_integer_dtype(cells):
        return "bigint"
    return "double precision" if pd.api.types.is_numeric_dtype(cells) else "text"


def _create(place: Place, name: str, columns: dict[str, sql.Composable]) -> None:
    lines = [
        sql.SQL("{} {}").format(sql.Identifier(column), kind)
        for column, kind in columns.items()
    ]
    made = sql.SQL("CREATE TABLE {} ({})")
    place.run(made.format(place.name(name), sql.SQL(", ").join(lines)))


def _copy(place: Place, name: str, table: pd.DataFrame) -> None:
    if table.empty:
        return
    into = sql.SQL("COPY {} ({}) FROM STDIN (FREEZE)")
    command = into.format(place.name(name), _names([str(c) for c in table.columns]))
    with place.connection.cursor() as cursor:
        with cursor.copy(command) as copy:
            for lines in copy_lines(table, name=name):
                copy.write(lines)
        if cursor.rowcount != len(table):
            problem = f"{cursor.rowcount:,} of {len(table):,} rows of {name} arrived."
            raise InputError(problem, hint="Nothing was changed. Please report this.")


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)


def _add_keys(place: Place, name: str, table: pd.DataFrame, areas: pd.Index) -> None:
    """Add the keys that hold: rows told apart, and rows of known areas."""
    key = [column for column in KEYS.get(name, ()) if column in table]
    if len(table) and key and not _repeated(table[key]):
        unique = sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})")
        place.run(unique.format(place.name(name), _names(key)))
    if name == "areas" or not set(AREA) <= set(table.columns) or table.empty:
        return
    found = table[list(AREA)].drop_duplicates().astype("str")
    if not pd.MultiIndex.from_frame(found).isin(areas).all():
        return
    index = sql.SQL("CREATE INDEX ON {} ({})")
    place.run(index.format(place.name(name), _names(AREA)))
    refer = sql.SQL("ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})")
    to = place.name("areas")
    place.run(refer.format(place.name(name), _names(AREA), to, _names(AREA)))


def _repeated(key: pd.DataFrame) -> bool:
    return bool(key.isna().any(axis=None) or key.duplicated().any())


def _add_checks(place: Place, name: str, table: pd.DataFrame) -> None:
    """Let no status in but the known words, and no number beside "suppressed"."""
    if "status" not in table:
        return
    strange = sorted(set(table["status"].dropna().astype("str")) - set(_STATUSES))
    if strange or table["status"].isna().any():
        problem = f"The table {name} holds the status {(strange or [''])[0]!r}."
        raise InputError(problem, hint=f"Known: {', '.join(_STATUSES)}.")
    words = sql.SQL(", ").join(sql.Literal(word) for word in _STATUSES)
    known = sql.SQL(
        "ALTER TABLE {} ALTER status SET NOT NULL, ADD CHECK (status IN ({}))"
    )
    place.run(known.format(place.name(name), words))
    if name == "values":
        gone = sql.SQL(" AND ").join(
            sql.SQL("{} IS NULL").format(sql.Identifier(column)) for column in _HIDDEN
        )
        hidden = sql.SQL("ALTER TABLE {} ADD CHECK (status <> 'suppressed' OR ({}))")
        place.run(hidden.format(place.name(name), gone))


def comment(
    place: Place, name: str, about: str, words: dict[str, str], *, kind: str = "TABLE"
) -> None:
    """Say what a table or view and its columns are, where the database keeps it."""
    said = sql.SQL("COMMENT ON {} {} IS {}")
    what = sql.SQL("VIEW" if kind == "VIEW" else "TABLE")
    place.run(said.format(what, place.name(name), sql.Literal(about)))
    for column, meaning in words.items():
        whole = sql.Identifier(place.schema, name, column)
        of_column = sql.SQL("COMMENT ON COLUMN {} IS {}")
        place.run(of_column.format(whole, sql.Literal(meaning)))
