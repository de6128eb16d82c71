"""Concentration, change and near repeats in plain words and as rows of text. PURE."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geosafety.publish.classes import number
from geosafety.publish.words import period_text

Row = Mapping[str, Any]
NEAR_LEVEL = 0.05  # of each band of the near-repeat table, on its own
Tested = Mapping[float, Mapping[str, Row]]  # share of the land -> month -> row
_HELD_OUT = "held out "

# What was varied to see whether a finding holds, each with how.
VARIED = (
    ("Who counts as a neighbour", "areas that touch; the nearest six; a set distance"),
    (
        "How small numbers are treated",
        "as they are; drawn to the average by their base",
    ),
    ("How strict the test is", "1%, 5% or 10% false alarms among the findings"),
    ("Chance itself", "other random rearrangements in every run"),
)
MOVED = (
    "Where a crime was put down",
    "as published; anew within 100 metres of that point",
)


def q_text(q: float) -> str:
    """Write a q-value; empty where there is none.

    Examples
    --------
    >>> q_text(0.0004), q_text(0.0321)
    ('under 0.001', '0.032')
    """
    if not math.isfinite(q):
        return ""
    return "under 0.001" if q < 0.001 else number(q, 3)


def times_text(ratio: float, lower: float, upper: float) -> str:
    """Write a ratio with its interval.

    Examples
    --------
    >>> times_text(1.796, 1.25, 2.6)
    '1.80 times (1.25 to 2.60)'
    >>> times_text(float("inf"), 3.1, float("inf"))
    'from nothing (3.10 times or more)'
    """
    if math.isnan(ratio):
        return ""
    if math.isinf(ratio):
        return f"from nothing ({number(lower, 2)} times or more)"
    ends = f"{number(lower, 2)} to {number(upper, 2)}"
    return f"{number(ratio, 2)} times ({ends})"


def change_sentence(counts: Mapping[str, int], period: str, before: str) -> str:
    """Say in how many areas there was a rise, or a fall, that chance does not explain.

    Examples
    --------
    >>> change_sentence({"fall": 2, "not significant": 7}, "2024-03", "2023-03")
    'March 2024 against March 2023: no area rose and 2 areas fell by more than chance \
would give; of 7 areas that cannot be told.'
    """
    rose, fell = _areas(counts.get("rise", 0)), _areas(counts.get("fall", 0))
    text = (
        f"{period_text(period)} against {period_text(before)}: {rose} rose and {fell} "
        "fell by more than chance would give; of "
        f"{_areas(counts.get('not significant', 0))} that cannot be told"
    )
    if untested := counts.get("not tested", 0):
        text += f", and {_areas(untested)} could not be tested"
    return f"{text}."


def _areas(n: int) -> str:
    if not n:
        return "no area"
    return f"{n:,} area" if n == 1 else f"{n:,} areas"


# --- did last year's hot areas hold on ------------------------------------------------


def held_out(rows: Iterable[Row]) -> dict[float, dict[str, Row]]:
    """Sort the rows of the held-out test: share of the land -> month -> row."""
    found: dict[float, dict[str, Row]] = {}
    for row in rows:
        month = str(row["measure"]).removeprefix(_HELD_OUT)
        found.setdefault(float(row["area_share"]), {})[month] = row
    return dict(sorted(found.items()))


def held_out_sentence(tested: Tested) -> str:
    """Say how much of the months after lay in the areas that were densest before.

    Of the share of land nearest to 5%. Nothing where nothing was tested.
    """
    if not tested:
        return ""
    share = min(tested, key=lambda part: abs(part - 5))
    months = tested[share]
    hits = [float(row["value"]) for row in months.values()]
    times = [float(row["pai"]) for row in months.values()]
    first = next(iter(months.values()))
    held = _between(hits, 0, "%")
    when = [period_text(month) for month in months]
    span = when[0] if len(when) == 1 else f"each month from {when[0]} to {when[-1]}"
    return (
        f"The densest {number(share, 1)}% of the land in "
        f"{period_text(str(first['period']))} held {held} of the crime of {span}: "
        f"{_between(times, 1)} times what the same land would hold by chance."
    )


def _between(numbers: Sequence[float], places: int, unit: str = "") -> str:
    ends = number(min(numbers), places) + unit, number(max(numbers), places) + unit
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def held_out_rows(
    tested: Tested, *, best: bool = False
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Lay the held-out test out as heads and rows of text: land by month.

    Parameters
    ----------
    best
        Whether to give the part of the best possible instead of what was held.
    """
    months = list(dict.fromkeys(m for found in tested.values() for m in found))
    heads = ("The densest …", "Areas", *(period_text(month) for month in months))
    rows = []
    for share, found in tested.items():
        places = number(float(next(iter(found.values()))["places"]), 0)
        cells = [_hit(found.get(month), best=best) for month in months]
        rows.append((f"{number(share, 1)}% of the land", places, *cells))
    return heads, rows


def _hit(row: Row | None, *, best: bool) -> str:
    name = "pei" if best else "value"
    if row is None or not math.isfinite(float(row.get(name, math.nan))):
        return "no figure"
    if best:
        return f"{number(100 * float(row['pei']), 0)}%"
    times = number(float(row["pai"]), 1)
    return f"{number(float(row['value']), 0)}%, {times} times chance"


# --- near repeats ---------------------------------------------------------------------


def near_rows(rows: Sequence[Row]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Lay near repeats out: a row per band of distance, a column per band of days."""
    days = list(dict.fromkeys(_days(row) for row in rows))
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(_distance(row), {})[_days(row)] = _times(row)
    heads = ("How far apart", *days)
    return heads, [
        (far, *(cells.get(d, "") for d in days)) for far, cells in found.items()
    ]


def near_sentence(rows: Sequence[Row]) -> str:
    """Say what the nearest and soonest band shows, and of how many events it is."""
    first = rows[0]
    used, known = int(first["events"]), int(first["of_events"])
    drawn = "" if used == known else f", drawn at random from {known:,}"
    return f"{first['words']} {used:,} events{drawn}, {period_text(first['period'])}."


def _days(row: Row) -> str:
    return f"{row['days_from']:g} to {row['days_to']:g} days apart"


def _distance(row: Row) -> str:
    if math.isnan(row["distance_over"]):
        return "At the same place"
    return f"Over {row['distance_over']:g} to {row['distance_to']:g} metres"


def _times(row: Row) -> str:
    if row.get("status", "ok") == "suppressed":
        return "hidden"
    if math.isnan(row["ratio"]):
        return "no figure"
    sure = row["p_value"] <= NEAR_LEVEL
    said = "more than chance" if sure else "cannot tell"
    return f"{number(row['ratio'], 2)} ({said})"
