"""The results folder that this app shows, and its tables."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from flask import current_app

from dash_app.one_build import build_number
from geosafety import results

Source = tuple[Path, int]
_WHOLE = ("ok", "complete")


def folder() -> Path:
    """Return the results folder this app was made for."""
    build_number()  # from the first look into it, the answer is of one build
    return Path(current_app.config["GEOSAFETY_RESULTS"])


def source() -> Source:
    """Return the folder and the number of its build: the key of everything cached."""
    return folder(), build_number()


def manifest() -> dict[str, Any]:
    """Return what went into the results."""
    return results.read_manifest(folder())


def frame(name: str) -> pd.DataFrame:
    """Return a small table of the results; with nothing in it where there is none."""
    return frame_at(*source(), name)


@lru_cache(maxsize=24)
def frame_at(path: Path, _stamp: int, name: str) -> pd.DataFrame:
    """Return a small table of one build (`source`)."""
    if not (path / f"{name}.parquet").exists():
        return pd.DataFrame()
    return results.read_table(path, name)


def where(table: pd.DataFrame, **wanted: str) -> pd.DataFrame:
    """Keep the rows in which each column has the value wanted."""
    for column, value in wanted.items():
        if column not in table:
            return table.iloc[:0]
        table = table[table[column] == value]
    return table


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain dictionaries, which pages may see."""
    return [{str(k): v for k, v in r.items()} for r in table.to_dict("records")]


def ledger() -> list[dict[str, Any]]:
    """Return what became of every input row."""
    return records(frame("ledger"))


def coverage() -> list[dict[str, Any]]:
    """Return which borough and period each dataset covers only in part."""
    found = records(frame("coverage"))
    return [row for row in found if row.get("status") not in _WHOLE]
