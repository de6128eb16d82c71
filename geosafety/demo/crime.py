"""Synthetic crimes in the layout of police.uk street files, with their real faults.

The faults and their rates are those measured in real files: no location at all,
points snapped to anchors, blank ids for anti-social behaviour, identical rows that are
separate incidents, ids that repeat, small-area codes that disagree with the point, and
a few points far outside the force. Intensity follows the synthetic need, and says
nothing about real places.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from geosafety.demo.allot import Ints, largest_remainder
from geosafety.demo.anchors import Anchors, make_anchors
from geosafety.demo.places import Places

MONTHS = tuple(str(month) for month in pd.period_range("2022-04", "2025-03", freq="M"))
FORCE = "West Midlands Police"
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,"
    "LSOA code,LSOA name,Crime type,Last outcome category,Context\n"
)

NO_LOCATION = 0.05
REPEATED_ID = 0.015
COPIED_ASB = 0.15  # of anti-social behaviour, all of it without an id
FAR_AWAY = 12

ASB = "Anti-social behaviour"
# Shares of recorded crime: ordinary places, and busy ones (shops, nights out).
MIX = {
    ASB: (0.085, 0.095),
    "Bicycle theft": (0.006, 0.014),
    "Burglary": (0.068, 0.040),
    "Criminal damage and arson": (0.090, 0.060),
    "Drugs": (0.022, 0.035),
    "Other crime": (0.021, 0.018),
    "Other theft": (0.060, 0.100),
    "Possession of weapons": (0.014, 0.020),
    "Public order": (0.070, 0.095),
    "Robbery": (0.022, 0.035),
    "Shoplifting": (0.032, 0.150),
    "Theft from the person": (0.006, 0.038),
    "Vehicle crime": (0.124, 0.060),
    "Violence and sexual offences": (0.380, 0.240),
}
OUTCOMES = {
    "Investigation complete; no suspect identified": 0.40,
    "Unable to prosecute suspect": 0.33,
    "Status update unavailable": 0.11,
    "Under investigation": 0.05,
    "Court result unavailable": 0.04,
    "Awaiting court outcome": 0.03,
    "Local resolution": 0.02,
    "Action to be taken by another organisation": 0.01,
    "Further investigation is not in the public interest": 0.005,
    "Offender given a caution": 0.005,
}
# One unreadable month and one row cut short: something for the list of rejects.
BAD_ROWS = {
    "2023-05": f",2023-13,{FORCE},{FORCE},,,No Location,,,{ASB},,\n",
    "2024-11": f",2024-11,{FORCE},{FORCE},-1.89\n",
}


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """What varies from row to row of one month: indices into the constant tables."""

    anchor: Ints
    category: Ints
    outcome: Ints
    crime_id: pa.StringArray


def write_crimes(folder: Path, places: Places, *, crimes: int, seed: int = 0) -> None:
    """Write one street file a month, April 2022 to March 2025.

    Parameters
    ----------
    folder
        Receives `YYYY-MM/YYYY-MM-west-midlands-street.csv`.
    places
        LSOAs with their synthetic need, and postcodes to snap to.
    crimes
        How many well-formed rows in all; two malformed ones come on top.
    seed
        The same seed gives the same bytes.
    """
    rng = np.random.default_rng([seed, 12])
    anchors = make_anchors(places, rng)
    sizes = largest_remainder(_month_weights(), crimes)
    far = np.bincount(
        rng.choice(len(MONTHS), min(FAR_AWAY, crimes // 100)), minlength=len(MONTHS)
    )
    for month, size, strays in zip(MONTHS, sizes, far, strict=True):
        rows = _make_month(anchors, int(size), int(strays), rng)
        path = folder / month / f"{month}-west-midlands-street.csv"
        _write_month(path, _table(rows, anchors, month), BAD_ROWS.get(month, ""))


def _month_weights() -> list[float]:
    """Days, a summer peak of a tenth, and a mild fall of 2 % a year."""
    weights = []
    for number, month in enumerate(pd.PeriodIndex(MONTHS, freq="M")):
        season = 1 + 0.1 * np.cos(2 * np.pi * (month.month - 7) / 12)
        weights.append(month.days_in_month * season * 0.98 ** (number / 12))
    return weights


def _make_month(
    anchors: Anchors, size: int, strays: int, rng: np.random.Generator
) -> _Rows:
    anchor = np.searchsorted(anchors.cumulative, rng.random(size))
    busy = anchors.busy[anchor]
    mix = np.array(list(MIX.values())).T
    category = np.empty(size, dtype=np.int64)
    for column, place in enumerate((~busy, busy)):
        shares = mix[column] / mix[column].sum()
        category[place] = rng.choice(len(MIX), int(place.sum()), p=shares)
    anchor[rng.random(size) < NO_LOCATION] = anchors.nowhere
    is_asb = category == list(MIX).index(ASB)
    # Copies before strays: a far-away point must not multiply.
    _copy_places(anchor, np.flatnonzero(is_asb), rng)
    somewhere = np.flatnonzero((anchor != anchors.nowhere) & ~is_asb)
    astray = rng.permutation(somewhere)[:strays]
    anchor[astray] = anchors.far[rng.integers(len(anchors.far), size=len(astray))]
    outcome = rng.choice(len(OUTCOMES), size, p=list(OUTCOMES.values())) + 1
    outcome[is_asb] = 0
    return _Rows(
        anchor=anchor,
        category=category,
        outcome=outcome,
        crime_id=_crime_ids(is_asb, rng),
    )


def _copy_places(anchor: Ints, asb: Ints, rng: np.random.Generator) -> None:
    """Put some anti-social behaviour where other such rows are: identical rows."""
    copied = asb[rng.random(len(asb)) < COPIED_ASB]
    if len(copied):
        anchor[copied] = anchor[rng.choice(asb, len(copied))]


def _crime_ids(is_asb: np.ndarray, rng: np.random.Generator) -> pa.StringArray:
    """Draw 64 hexadecimal digits; blank for anti-social behaviour; some repeat."""
    size = len(is_asb)
    digits = np.frombuffer(rng.bytes(32 * size).hex().encode(), dtype="S64")
    named = np.flatnonzero(~is_asb)
    source = np.arange(size)
    repeats = named[rng.random(len(named)) < REPEATED_ID]
    if len(repeats):
        source[repeats] = rng.choice(named, len(repeats))
    ids = np.where(is_asb, b"", digits[source])
    return pa.array(ids, type=pa.binary()).cast(pa.string())


def _table(rows: _Rows, anchors: Anchors, month: str) -> pa.Table:
    size = len(rows.anchor)
    place = anchors.table.take(pa.array(rows.anchor))
    constant = {
        "Month": month,
        "Reported by": FORCE,
        "Falls within": FORCE,
        "Context": "",
    }
    columns = {
        name: pa.repeat(pa.scalar(text), size) for name, text in constant.items()
    }
    columns |= {name: place[name] for name in place.column_names}
    columns["Crime ID"] = rows.crime_id
    columns["Crime type"] = pa.array(list(MIX)).take(pa.array(rows.category))
    columns["Last outcome category"] = pa.array(["", *OUTCOMES]).take(
        pa.array(rows.outcome)
    )
    return pa.table({name: columns[name] for name in HEADER.strip().split(",")})


def _write_month(path: Path, table: pa.Table, bad_row: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # No cell holds a comma or a quote, so nothing is quoted, as in the real files.
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write(HEADER.encode())
        csv.write_csv(table, file, options)
        file.write(bad_row.encode())
