"""Turn finished values into tables: long, one row a value; wide, one row an area. PURE.

How they are written stands in `csv_files`, `workbook` and `geo_files`, whose writers
can be had from here too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from geosafety.errors import InputError, nearest
from geosafety.publish.csv_files import write_csv
from geosafety.publish.geo_files import (
    geojson_text,
    with_geometry,
    write_geopackage,
    write_geoparquet,
)
from geosafety.publish.inert import safe_text
from geosafety.publish.plain_workbook import write_workbook
from geosafety.publish.rounding import round_half_up
from geosafety.settings import KINDS, NUMBERS, VALUE_COLUMNS

__all__ = [
    "any_table",
    "chosen",
    "geojson_text",
    "long_table",
    "safe_text",
    "wide_table",
    "with_geometry",
    "write_csv",
    "write_geopackage",
    "write_geoparquet",
    "write_workbook",
]
ROUNDED_TO = "rounded_to"  # beside the columns of values, where people are rounded
AREA = ["geography", "area_code", "area_name", "group"]


def long_table(values: pd.DataFrame, decimals: int | None) -> pd.DataFrame:
    """One row per value, text as text, numbers as numbers.

    Parameters
    ----------
    values
        `VALUE_COLUMNS`.
    decimals
        Round half up to this many places; None leaves numbers as they are.
    """
    text = {c: "object" for c in VALUE_COLUMNS if c not in NUMBERS}
    more = [c for c in (ROUNDED_TO,) if c in values]
    table = values[[*VALUE_COLUMNS, *more]].astype(text)
    return _rounded(table, list(NUMBERS), decimals)


def wide_table(values: pd.DataFrame, decimals: int | None) -> pd.DataFrame:
    """One row per area and group, one column per indicator and period.

    `kind` is the weakest of the row's values; `status` says "ok", or which columns are
    not and why: a blank cell is never left to be read as a zero.
    """
    table = long_table(values, None)
    table["column"] = table["indicator"] + " " + table["period"]
    changed = table["compared_with"] != ""
    table.loc[changed, "column"] += " from " + table["compared_with"][changed]
    order = list(dict.fromkeys(table["column"]))
    areas = table.drop_duplicates(AREA)[AREA]
    numbers = table.pivot(index=AREA, columns="column", values="value")[order]
    rank = table["kind"].map(KINDS.index).groupby([table[c] for c in AREA]).max()
    said = table[table["status"] != "ok"]
    lines = said["column"] + ": " + said["status"]
    status = lines.groupby([said[c] for c in AREA], sort=False).agg("; ".join)
    wide = numbers.reindex(pd.MultiIndex.from_frame(areas))
    wide["kind"] = [KINDS[i] for i in rank.reindex(wide.index)]
    wide["status"] = status.reindex(wide.index).fillna("ok")
    wide.columns.name = None
    return _rounded(wide.reset_index(), order, decimals)


def any_table(table: pd.DataFrame, decimals: int | None) -> pd.DataFrame:
    """Make any table of results plain: text without gaps, numbers as floats.

    Truth values become the words "true" and "false". Columns keep their order.
    """
    columns: dict[str, pd.Series] = {}
    for name, column in table.items():
        if pd.api.types.is_bool_dtype(column):
            columns[str(name)] = column.map({True: "true", False: "false"})
        elif pd.api.types.is_numeric_dtype(column):
            columns[str(name)] = column.astype(float)
        else:
            text = column.astype("object")
            columns[str(name)] = text.where(text.notna(), "").astype(str)
    plain = pd.DataFrame(columns)
    numbers = [str(c) for c in plain.select_dtypes("float")]
    return _rounded(plain, numbers, decimals)


def chosen(
    table: pd.DataFrame, wanted: Mapping[str, Sequence[str]], *, name: str
) -> pd.DataFrame:
    """Keep the rows of a table that were asked for.

    Parameters
    ----------
    wanted
        Values by column; an empty list lets all through.
    name
        What the table is called, for messages.

    Raises
    ------
    InputError
        The table has no such column, or no such value in it, or nothing is left.

    Examples
    --------
    >>> table = pd.DataFrame({"geography": ["npu", "ward"], "rows": [1, 2]})
    >>> chosen(table, {"geography": ["ward"]}, name="ledger")["rows"].tolist()
    [2]
    """
    for column, values in wanted.items():
        if not values:
            continue
        if column not in table:
            problem = f"The table {name} has no {column} to choose by."
            raise InputError(problem, hint=f"It has: {', '.join(table.columns)}.")
        have = table[column].astype(str)
        missing = [value for value in values if value not in set(have)]
        if missing:
            problem = f"The table {name} holds no {column} {missing[0]!r} here."
            known = sorted(set(have) - {""})
            raise InputError(problem, hint=nearest(missing[0], known))
        table = table[have.isin(list(values))]
    if table.empty:
        problem = f"These results hold no rows of the table {name}."
        raise InputError(problem, hint="The project has no input that it is made from.")
    return table


def _rounded(
    table: pd.DataFrame, columns: list[str], decimals: int | None
) -> pd.DataFrame:
    if decimals is None:
        return table
    made = {}
    for name in columns:
        endless = table[name].isin([float("inf"), float("-inf")])
        made[name] = round_half_up(table[name].mask(endless), decimals)
        made[name] = made[name].mask(endless, table[name])
    return table.assign(**made)
