"""A briefing's headline figures, in words and drawn."""

from __future__ import annotations

import math
from typing import Any

from geosafety.engagement.gap_rules import gap_rules
from geosafety.pipeline.gap.parts import Found
from geosafety.pipeline.profile.numbers import SHOWN
from geosafety.pipeline.profile.parts import Ground
from geosafety.publish.briefing import Figure
from geosafety.publish.briefing_drawings import interval_picture
from geosafety.publish.briefing_words import CHANGE_SAYINGS, Said, short_saying
from geosafety.publish.classes import number
from geosafety.publish.words import (
    STATUS_WORDS,
    interval_text,
    period_text,
    value_text,
)
from geosafety.settings import datasets, indicator

LABELS = {
    "crime": "Recorded crimes per 1,000 residents",
    "safety": "Feel safe or very safe where they live",
    "members": "WMNow members per 1,000 people aged 16 and over",
}
Row = dict[str, Any]


def said_of(row: Row, part: str) -> Said:
    """Return what may be said of a part of the sheet; not known where it is absent."""
    if f"{part}_level" not in row:
        return Said(level="not known")
    return Said(
        level=str(row[f"{part}_level"]),
        verdict=str(row[f"{part}_verdict"]),
        status=str(row[f"{part}_status"]),
    )


def part_figure(ground: Ground, row: Row, part: str) -> Figure:
    """Make the headline figure of a part of the sheet."""
    if f"{part}_value" not in row:
        why = "these results hold no figure of it for this kind of area"
        return _no_figure(part, "not available", why)
    found = next(f for f in ground.sheet.parts if f.part.name == part)
    about = f"{period_text(found.period)}{_base(row, part)}{_kind(row, part)}"
    if row[f"{part}_status"] not in SHOWN:
        return _no_figure(part, STATUS_WORDS[str(row[f"{part}_status"])], about)
    known = indicator(found.part.indicator)
    value, lower, upper = (row[f"{part}_{c}"] for c in ("value", "lower", "upper"))
    interval, verdict = interval_text(lower, upper, known), said_of(row, part)
    force = value_text(found.force, known) or "not known"
    here = value_text(value, known)
    alt = f"{here} here, interval {interval}; the Force {force}."
    return Figure(
        label=LABELS[part],
        value=here,
        interval=interval,
        beside=f"Force {force}",
        verdict=short_saying(verdict),
        note=about,
        bar=interval_picture(
            (value, lower, upper), found.force, _matters(found), alt=alt
        ),
    )


def _matters(found: Found) -> float:
    """Return the smallest difference from the Force that matters, in its unit."""
    if indicator(found.part.indicator).measure == "share":
        return datasets()["survey"].minimum_effect
    return gap_rules().limits.minimum_effect / 100 * found.force


def _no_figure(part: str, value: str, note: str) -> Figure:
    return Figure(
        label=LABELS[part],
        value=value,
        interval="",
        beside="",
        verdict="not known",
        note=note,
        bar=None,
    )


def _base(row: Row, part: str) -> str:
    """Say what a figure stands on."""
    count, base = row[f"{part}_count"], row[f"{part}_base"]
    if not (math.isfinite(count) and math.isfinite(base)):
        return ""
    if part == "safety":
        return f"; {number(base, 0)} answers"
    what, whom = "crimes", "residents"
    if part == "members":
        what, whom = "members", "people aged 16 and over"
    return f"; {number(count, 0)} {what}, {number(base, 0)} {whom}"


def _kind(row: Row, part: str) -> str:
    kind = row[f"{part}_kind"]
    return "" if kind == "observed" else f"; {kind}"


def change_figure(ground: Ground, code: str, kind: str) -> Figure:
    """Make the headline figure of the change on the year."""
    row: Row = {str(k): v for k, v in ground.change.loc[code].items()}
    verdict = CHANGE_SAYINGS.get(str(row["verdict"]), "not known")
    if not row["pairs"]:
        note = "no month is wholly covered in both years"
        return Figure(
            label="Change in recorded crimes on the year",
            value="not available",
            interval="",
            beside="",
            verdict="not known",
            note=note,
            bar=None,
        )
    known = indicator("crime_change_pct")
    change, lower, upper = (float(row[c]) for c in ("change", "lower", "upper"))
    first, last = period_text(row["first"]), period_text(row["last"])
    span = first if first == last else f"{first} to {last}"
    counts = f"{number(row['before'], 0)} to {number(row['after'], 0)} crimes"
    here = value_text(change, known) if math.isfinite(change) else "none before"
    interval = interval_text(lower, upper, known)
    return Figure(
        label="Change in recorded crimes on the year",
        value=here,
        interval=interval,
        beside="no change: 0%",
        verdict=verdict,
        note=f"the {int(row['pairs'])} covered months of {span} against the same "
        f"months a year before: {counts}{'' if kind == 'observed' else f'; {kind}'}",
        bar=interval_picture(
            (change, lower, upper),
            0.0,
            gap_rules().limits.minimum_effect,
            alt=f"Change {here}, interval {interval}.",
        ),
    )
