"""Find a postcode's area without asking anybody else: the build wrote the table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dash_app.queries.source import source
from geosafety import results, settings
from geosafety.publish import words

# An outward and an inward part, as Royal Mail writes them: B1 1AY, WV10 9QQ.
_SHAPE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_NONE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class _Known:
    """Every postcode in about one megabyte; as text they would take ten times that.

    Attributes
    ----------
    postcodes
        Sorted, without blanks, one byte a letter.
    guessed
        Whether its small area is a guess.
    areas
        By geography: the codes of the areas, and for each postcode which one it is in.
    """

    postcodes: np.ndarray[Any, Any]
    guessed: np.ndarray[Any, Any]
    areas: dict[str, tuple[tuple[str, ...], np.ndarray[Any, Any]]]


def looks_like_one(text: str) -> bool:
    """Say whether a text has the form of a whole postcode.

    Examples
    --------
    >>> looks_like_one("b17 8ls"), looks_like_one("B17"), looks_like_one("Harborne")
    (True, False, False)
    """
    return bool(_SHAPE.fullmatch(_plain(text)))


def find(geography: str, text: str) -> tuple[str, str]:
    """Look a postcode up in a layer: the area's code and a sentence about it.

    The code is empty where there is no such area; the sentence then says why.
    """
    known = _known(*source())
    wanted = _plain(text)
    shown = f"{wanted[:-3]} {wanted[-3:]}"
    if known is None:
        return "", "These results hold no postcodes: build them again to have them."
    at = int(np.searchsorted(known.postcodes, wanted.encode()))
    if at == len(known.postcodes) or known.postcodes[at] != wanted.encode():
        return "", f"{shown} is not a live postcode of the force area."
    label = words.lower_first(settings.geography(geography).label)
    codes, where = known.areas.get(geography, ((), known.guessed))
    if not codes or where[at] == _NONE:
        return "", f"{shown} lies in no {label}."
    guess = " Its small area is a guess." if known.guessed[at] else ""
    return codes[where[at]], (
        f"{shown} is shown by the middle of the postcode, which may cross a border: "
        f"approximate.{guess}"
    )


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


@lru_cache(maxsize=2)
def _known(path: Path, _stamp: int) -> _Known | None:
    if not (path / "postcodes.parquet").exists():
        return None
    table = results.read_table(path, "postcodes")
    if table.empty:
        return None
    plain = table["postcode"].str.replace(" ", "").to_numpy(dtype="S8")
    order = np.argsort(plain)
    layers = [name for name in settings.geographies() if name in table]
    return _Known(
        postcodes=plain[order],
        guessed=(table["approximate"].astype(str) == "True").to_numpy()[order],
        areas={name: _coded(table[name], order) for name in layers},
    )


def _coded(
    column: pd.Series, order: np.ndarray[Any, Any]
) -> tuple[tuple[str, ...], np.ndarray[Any, Any]]:
    numbers, codes = pd.factorize(column.mask(column == ""))
    return tuple(str(code) for code in codes), numbers.astype(np.int16)[order]
