"""Calendar files, by the rules of RFC 5545."""

import re
from datetime import UTC, date, datetime

import pytest

from geosafety.publish.calendar import Entry, calendar_text

STAMP = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def written(**about):
    entry = Entry(**{"uid": "a@b", "day": date(2026, 2, 28), "title": "Visit", **about})
    return calendar_text([entry], stamp=STAMP, name="Plan")


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


def value(text, name):
    """Read a text back, as section 3.3.11 says."""
    line = next(line for line in unfolded(text) if line.startswith(f"{name}:"))
    marks = {"\\n": "\n", "\\N": "\n", "\\\\": "\\", "\\;": ";", "\\,": ","}
    return re.sub(r"\\[nN\\;,]", lambda m: marks[m[0]], line.partition(":")[2])


def test_an_entry_has_all_that_the_standard_wants():
    lines = unfolded(written())
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "UID:a@b",
        "DTSTAMP:20260102T030405Z",
        "DTSTART;VALUE=DATE:20260228",
        "DTEND;VALUE=DATE:20260301",
        "STATUS:TENTATIVE",
    ):
        assert lines.count(line) == 1


@pytest.mark.parametrize(
    "title",
    [
        "St John's; hall, 2nd floor \\ rear",
        "two\nlines\r\nthree",
        "é" * 200,
        "📚" * 40 + ", " + "x" * 100,
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        "",
    ],
)
def test_any_text_comes_back_whole_and_breaks_no_line(title):
    text = written(title=title, about=title)
    assert value(text, "SUMMARY") == title.replace("\r\n", "\n")
    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None and b"\n" not in line for line in lines)
    assert unfolded(text).count("BEGIN:VEVENT") == 1


def test_control_characters_are_taken_out():
    assert value(written(title="a\x00b\x07c"), "SUMMARY") == "abc"


def test_the_same_plan_gives_the_same_bytes():
    assert written() == written()
