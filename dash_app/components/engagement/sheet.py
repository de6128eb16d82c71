"""The gap sheet: its parts side by side, then each part with all its numbers."""

from __future__ import annotations

import math
from typing import Any

import dash
from dash import html

from dash_app.auth import PLAN, who
from dash_app.components.attributes import aria
from dash_app.components.engagement import words
from dash_app.components.tables import folded, table
from dash_app.components.whisker import whisker
from dash_app.jobs.gaps import Area, Cell, Gaps, Part
from dash_app.queries.outreach import PATCHES
from geosafety.publish.words import period_text

SHORT_LABELS = {
    "members": "WMNow members per 1,000 aged 16 and over",
    "answers": "Survey answers per 1,000 residents",
    "safety": "Feel safe at home, %",
    "crime": "Crimes per 1,000 residents",
    "harm": "Harm per 1,000 residents",
}


def side_by_side(sheet: Gaps, areas: list[Area], geography: str) -> html.Div:
    """Return one row an area: what it is like, then every part with its verdict."""
    heads = ["Area", "What it is like", *(_head(part) for part in sheet.parts)]
    rows = [
        [
            _name(area, geography),
            _like(area),
            *(_cell(area.cells[part.name]) for part in sheet.parts),
        ]
        for area in areas
    ]
    caption = (
        f"Each area against the Force, and its chance of being among the {_k(sheet)}"
    )
    return table(caption, heads, rows, named=True)


def _name(area: Area, geography: str) -> Any:
    """Name an area; where visits can be planned for it, lead there."""
    if geography not in PATCHES or not who().may(PLAN):
        return area.name
    href = dash.get_relative_path("/outreach") + f"?patch={geography}:{area.code}"
    unseen = html.Span(f" in {area.name}", className="unseen")
    return html.Div(
        [area.name, html.A(["Plan visits", unseen], href=href, className="plan-here")]
    )


def _k(sheet: Gaps) -> str:
    return f"{sheet.widest} widest gaps"


def _head(part: Part) -> Any:
    force = words.figure(part.force) or "not available"
    return [
        SHORT_LABELS.get(part.name, part.label),
        html.Span(f"{period_text(part.period)}; Force {force}", className="verdict"),
    ]


def _like(area: Area) -> Any:
    return [
        html.Strong(area.type[:1].upper() + area.type[1:]),
        html.Span(area.reading, className="verdict"),
    ]


def _cell(cell: Cell) -> Any:
    value = words.figure(cell.value)
    parts: list[Any] = [value, " "] if value else []
    parts.append(html.Span(words.verdict(cell.says), className="verdict"))
    if math.isfinite(cell.chance):
        parts += [_bar(cell.chance), html.Span(_chance(cell), className="verdict")]
    wide = cell.chance >= words.LIKELY
    return html.Div(parts, className="gap-cell wide" if wide else "gap-cell")


def _chance(cell: Cell) -> str:
    said = words.chance_word(cell.chance)
    return f"among the widest: {said} ({words.chance_text(cell.chance)})"


def _bar(chance: float) -> html.Span:
    # Decoration: the words beside it say the same.
    fill = html.Span(style={"width": f"{chance:.0f}%"})
    return html.Span(fill, className="chance", **aria(hidden="true"))


def in_full(part: Part, areas: list[Area], widest: int) -> html.Details:
    """Return all numbers of one part, behind one click."""
    cells = [(area.name, area.cells[part.name]) for area in areas]
    ends = _ends(cells)
    heads = [
        "Area",
        "Value",
        "95 % interval",
        "Smoothed",
        "Out of",
        "Against the Force",
    ]
    heads += [part.short] if part.short else []
    heads += [f"Chance: among the {widest} widest"]
    rows = [
        [
            name,
            words.figure(cell.value),
            [
                words.interval(cell),
                whisker((cell.value, cell.lower, cell.upper), ends, part.force),
            ],
            words.figure(cell.smoothed),
            words.figure(cell.base, 0),
            words.verdict(cell.says),
            *([words.figure(cell.short, 0)] if part.short else []),
            words.chance_text(cell.chance),
        ]
        for name, cell in cells
    ]
    caption = f"{part.label}, {period_text(part.period)}"
    right = [1, 3, 4, *([6, 7] if part.short else [6])]
    shown = html.Div(
        [
            table(caption, heads, rows, numbers=right, named=True),
            html.P(part.note, className="hint"),
        ]
    )
    return folded(f"The numbers: {part.label}", shown)


def _ends(cells: list[tuple[str, Cell]]) -> tuple[float, float]:
    known = [c for _, c in cells if math.isfinite(c.lower + c.upper)]
    if not known:
        return 0.0, 1.0
    return min(c.lower for c in known), max(c.upper for c in known)


def people(areas: list[Area]) -> html.Div | None:
    """Return who lives there and whom the survey misses; None where nobody knows."""
    rows = [
        [area.name, *_young(area), _missed(area)]
        for area in areas
        if math.isfinite(area.under25) or _missed(area)
    ]
    if not rows:
        return None
    heads = ["Area", "Under 25", "Share of residents", "Groups the survey misses"]
    caption = "Young residents, and whom the survey misses"
    return table(caption, heads, rows, numbers=[1, 2], named=True, titled=True)


def _young(area: Area) -> tuple[str, str]:
    share = words.figure(area.under25_share, 0)
    return words.figure(area.under25, 0), f"{share} %" if share else ""


def _missed(area: Area) -> str:
    return "" if area.missed.startswith("not available") else area.missed


def scores(sheet: Gaps, areas: list[Area]) -> list[Any]:
    """Return the score of every area, and how far the weights decide its rank."""
    if not sheet.weights:
        why = areas[0].score_words if areas else "not available"
        return [html.P(f"Score: {why}.")]
    shares = ", ".join(f"{name} {100 * w:.0f} %" for name, w in sheet.weights.items())
    rows = [[a.name, words.figure(a.score), a.score_words] for a in areas]
    heads = ["Area", "Score", "Rank, 1 is the widest gap"]
    return [
        html.P(
            f"Weights: {shares}. 100 is the mean of these areas; more is a wider gap. "
            "The range of ranks is over other weights only: the parts’ own uncertainty "
            "comes on top."
        ),
        table("Score by area", heads, rows, numbers=[1], named=True, titled=True),
    ]
