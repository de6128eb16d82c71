"""Visits as a calendar file (iCalendar, RFC 5545) that any calendar can take in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from geosafety import __version__

OCTETS = 75  # of a line, without its end (RFC 5545, section 3.1)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One visit, all day.

    Attributes
    ----------
    uid
        Stays the same when the plan is written again, so that a calendar replaces the
        entry instead of adding a second one.
    """

    uid: str
    day: date
    title: str
    place: str = ""
    about: str = ""


def calendar_text(entries: Iterable[Entry], *, stamp: datetime, name: str) -> str:
    r"""Write entries as an iCalendar file, tentative, each of one day.

    Parameters
    ----------
    stamp
        When it is written, in UTC.
    name
        What the calendar is called.

    Returns
    -------
    str
        Lines end with CR LF, and none is longer than 75 octets: write it without
        translating line ends.

    Examples
    --------
    >>> one = Entry(uid="a", day=date(2026, 1, 5), title="A, b")
    >>> text = calendar_text([one], stamp=datetime(2026, 1, 1), name="Plan")
    >>> [line for line in text.splitlines() if line.startswith(("DTST", "SU"))]
    ['DTSTAMP:20260101T000000Z', 'DTSTART;VALUE=DATE:20260105', 'SUMMARY:A\\, b']
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//geosafety//{__version__}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(name)}",
    ]
    for entry in entries:
        lines += _event(entry, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(entry: Entry, stamp: datetime) -> list[str]:
    last = entry.day + timedelta(1)  # the end of an all-day event is the day after
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(entry.uid)}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{last:%Y%m%d}",
        f"SUMMARY:{_escaped(entry.title)}",
        *([f"LOCATION:{_escaped(entry.place)}"] if entry.place else []),
        *([f"DESCRIPTION:{_escaped(entry.about)}"] if entry.about else []),
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    """Write text so that none of it can end its line or start a property."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line at 75 octets, never inside a character."""
    parts, room = [b""], OCTETS
    for character in line:
        octets = character.encode()
        if len(parts[-1]) + len(octets) > room:
            parts.append(b"")
            room = OCTETS - 1  # the blank that continues a line counts
        parts[-1] += octets
    return b"\r\n ".join(parts).decode()
