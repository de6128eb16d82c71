"""What the tables and columns of results mean: read from `columns.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

NO_WORDS = "No description yet"


@dataclass(frozen=True, kw_only=True)
class TableWords:
    """What one table is.

    Attributes
    ----------
    title, row, method
        Its name, what one row stands for, and how it was made.
    columns
        The meaning of its own columns, where it differs from the common one.
    """

    title: str
    row: str = "One row per finding"
    method: str = ""
    columns: dict[str, str] = field(default_factory=dict)


@cache
def _words() -> dict[str, Any]:
    text = files("geosafety").joinpath("publish", "columns.toml").read_text("utf-8")
    return tomllib.loads(text)


def table_words(name: str) -> TableWords:
    """Return what a table is; one that nobody described gets its name for a title.

    Examples
    --------
    >>> table_words("ledger").title
    'Ledger: where every row went'
    >>> table_words("new_table").title
    'New table'
    """
    known = _words().get(name) if name != "columns" else None
    if known is None:
        return TableWords(title=name.replace("_", " ").capitalize())
    return TableWords(**known)


def column_words(table: str, columns: Iterable[str]) -> dict[str, str]:
    """Return the meaning of columns, in order; `NO_WORDS` where nobody said it.

    Examples
    --------
    >>> column_words("evenness", ["cv", "n"])
    {'cv': 'S over the mean rate', 'n': 'How many answered'}
    """
    own, common = table_words(table).columns, _words()["columns"]
    return {name: own.get(name) or common.get(name, NO_WORDS) for name in columns}
