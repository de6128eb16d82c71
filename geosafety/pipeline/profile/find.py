"""Find the areas that a briefing is asked for, by code or name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, nearest

FORCE = "force"
FEW = 60  # names that fit in a hint


def find_areas(
    folder: Path, wanted: tuple[str, ...], geography: str
) -> list[tuple[str, str]]:
    """Find areas by code or name.

    Parameters
    ----------
    wanted
        Codes or names, letter case aside; none means every area of `geography`.
    geography
        Where to look; empty looks everywhere but in the Force.

    Returns
    -------
    list of (geography, code)
        In the order asked for, each once.

    Raises
    ------
    InputError
        A name is not known, or is that of several areas.
    """
    known = results.read_areas(folder)
    known = known[known["geography"] != FORCE]
    if geography:
        known = known[known["geography"] == geography]
    if not wanted:
        return [(geography, str(code)) for code in known["area_code"]]
    return list(dict.fromkeys(_one_area(known, text) for text in wanted))


def _one_area(known: pd.DataFrame, text: str) -> tuple[str, str]:
    asked = text.strip().casefold()
    rows = known[known["area_code"].str.casefold() == asked]
    if rows.empty:
        rows = known[known["area_name"].str.casefold() == asked]
    if rows.empty:
        names = [*known["area_code"], *known["area_name"]]
        hint = nearest(text, names) if len(names) < FEW else _nearest_name(text, names)
        problem = f"These results hold no area {text!r}."
        raise InputError(problem, hint=hint)
    if len(rows) > 1:
        several = ", ".join(
            f"{row['geography']} {row['area_code']}" for row in rows.to_dict("records")
        )
        problem = f"{text!r} is {len(rows)} areas: {several}."
        raise InputError(problem, hint="Give its code, or say --geography.")
    return str(rows["geography"].iloc[0]), str(rows["area_code"].iloc[0])


def _nearest_name(text: str, names: list[str]) -> str:
    """Name the nearest; thousands of names are no hint."""
    hint = nearest(text, names)
    listing = "`geosafety areas --geography ...` lists them."
    return listing if hint.startswith("Known: ") else hint
