"""The first sentence of a view: what it says, before any number or chart."""

from __future__ import annotations

import math
from collections import Counter

from dash_app.table import Row, Table
from geosafety.publish import words
from geosafety.settings import Geography, Indicator, datasets


def title(indicator: Indicator, layer: Geography, period: str, group: str) -> str:
    """Name a view in full."""
    part = "" if group == "all" else f" ({words.group_text(group)})"
    return f"{indicator.label}{part}, by {words.lower_first(layer.label)}, {period}"


def about_area(row: Row, table: Table, indicator: Indicator, group: str) -> str:
    """Say an area's figure, and how it stands to the Force."""
    if row.status not in ("ok", "low base") or not math.isfinite(row.value):
        return f"{row.name}: {words.STATUS_WORDS[row.status]}."
    text = _figure(row, indicator, group) + _against(row, table.force, indicator)
    if row.status == "low base":
        return f"{text}. It rests on few cases: read it with care."
    return f"{text}."


def about_all(table: Table, indicator: Indicator, layer: Geography) -> str:
    """Say how far apart the areas are, and how many differ from the Force."""
    ranked = table.ranked()
    if not ranked:
        return (
            f"No figure here is firm enough to rank {words.lower_first(layer.plural)}."
        )
    top, bottom = ranked[0], ranked[-1]
    text = (
        f"From {_said(bottom.value, indicator)} in {bottom.name} "
        f"to {_said(top.value, indicator)} in {top.name}"
    )
    force = table.force
    if force and indicator.measure in words.COMPARABLE and math.isfinite(force.value):
        text += f"; the Force is {_said(force.value, indicator)}"
    return f"{text}.{_tally(ranked)}{_left_out(table)}"


def _tally(ranked: list[Row]) -> str:
    judged = [row.verdict for row in ranked if row.verdict]
    if not judged:
        return ""
    higher, lower = (judged.count(v) for v in ("higher", "lower"))
    likely = sum(v.endswith("likely") for v in judged)
    rest = len(judged) - higher - lower - likely
    firm = f"{higher:,} {_are(higher)} clearly higher than the Force and {lower:,} "
    firm += "clearly lower"
    if not higher + lower:
        firm = "none is clearly higher or lower than the Force"
    said = [f"{likely:,} {_are(likely)} likely to differ"] if likely else []
    if rest:
        said.append(f"{rest:,} cannot be told from it or hardly differ")
    others = f"; {', and '.join(said)}" if said else ""
    return f" Of {len(judged):,}, {firm}{others}."


def _left_out(table: Table) -> str:
    counts = Counter(row.status for row in table.unranked())
    if not counts:
        return ""
    reasons = ", ".join(
        f"{count:,} {words.SHORT_STATUS[status]}" for status, count in counts.items()
    )
    return f" Not ranked: {reasons}."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _figure(row: Row, indicator: Indicator, group: str) -> str:
    value = words.value_text(row.value, indicator)
    part = "" if group == "all" else f" ({group.partition('=')[2]})"
    if indicator.measure == "rate":
        dataset = datasets()[indicator.dataset]
        verb = "has" if dataset.counts == "stock" else "had"
        unit = words.unit_text(indicator)
        return f"{row.name} {verb} {value} {dataset.row}s{part} {unit}"
    if indicator.measure == "count":
        return f"{row.name}: {value} {indicator.unit}{part}"
    return f"{indicator.label}{part}: {value} in {row.name}"


def _against(row: Row, force: Row | None, indicator: Indicator) -> str:
    if not force or indicator.measure not in words.COMPARABLE:
        return ""
    if not math.isfinite(force.value):
        return ""
    shown = words.value_text(force.value, indicator)
    if row.status == "low base":  # too few to be called higher or lower
        return f"; the Force is {shown}"
    if row.verdict in ("same", "unsure"):
        return f", {words.verdict_words(row.verdict, indicator)} ({shown})"
    more, less = (
        ("more", "fewer") if indicator.measure == "rate" else ("higher", "lower")
    )
    firm = {"higher": "clearly ", "lower": "clearly ", "": ""}
    clearly = firm.get(row.verdict, "likely ")
    if words.value_text(row.value, indicator) == shown:
        return f", the same as the Force ({shown})"
    how = more if row.value > force.value else less
    return f", {clearly}{how} than the Force ({shown})"


def _said(value: float, indicator: Indicator) -> str:
    return words.value_text(value, indicator)
