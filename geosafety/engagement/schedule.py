"""Lay the visits of a plan out over the days that there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

WEEKEND = 5  # Saturday, counted from Monday = 0


def open_in(venues: pd.DataFrame, first: date, last: date) -> pd.Series:
    """Tell which venues are open on some day from `first` to `last`.

    Parameters
    ----------
    venues
        `open_from`, `open_to`: days as text (2026-09-30), blank where there is no end.

    Examples
    --------
    >>> venues = pd.DataFrame({"open_from": [""], "open_to": ["2026-01-31"]})
    >>> open_in(venues, date(2026, 2, 1), date(2026, 3, 1)).tolist()
    [False]
    """
    nothing = pd.Series("", index=venues.index)
    begins = venues.get("open_from", nothing).fillna("").astype("str")
    ends = venues.get("open_to", nothing).fillna("").astype("str")
    begun = (begins == "") | (begins <= last.isoformat())
    return begun & ((ends == "") | (ends >= first.isoformat()))


def provisional_days(
    venues: pd.DataFrame, first: date, last: date
) -> list[date | None]:
    """Give each visit a weekday of its own, evenly spread, within its opening dates.

    Venues that close soonest come first. The days are a proposal: nobody has asked the
    venue. Where no free weekday is left within its opening dates, there is none.

    Parameters
    ----------
    venues
        One row per visit, with `open_from` and `open_to` as `open_in` takes them.

    Examples
    --------
    >>> venues = pd.DataFrame({"open_from": ["", ""], "open_to": ["", "2026-01-07"]})
    >>> days = provisional_days(venues, date(2026, 1, 5), date(2026, 1, 16))
    >>> [str(day) for day in days]
    ['2026-01-14', '2026-01-07']
    """
    every = [first + timedelta(n) for n in range((last - first).days + 1)]
    every = [day for day in every if day.weekday() < WEEKEND]
    opens, closes = (
        venues.get(c, pd.Series("", index=venues.index))
        .fillna("")
        .astype("str")
        .tolist()
        for c in ("open_from", "open_to")
    )
    order = sorted(range(len(opens)), key=lambda at: (closes[at] or "9", at))
    days: list[date | None] = [None] * len(order)
    for turn, at in enumerate(order):
        free = [
            day
            for day in every
            if day not in days and _between(day, opens[at], closes[at])
        ]
        wanted = every[int((turn + 0.5) * len(every) / len(order))] if every else first
        days[at] = _closest(free, wanted)
    return days


def _between(day: date, opens: str, closes: str) -> bool:
    said = day.isoformat()
    return (not opens or said >= opens) and (not closes or said <= closes)


def _closest(days: Sequence[date], wanted: date) -> date | None:
    return min(days, key=lambda day: (abs((day - wanted).days), day), default=None)
