"""The key: a small histogram whose bars are the map's classes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from dash import html

from dash_app.components.attributes import aria, data
from dash_app.table import Row, Table
from geosafety.publish.against_force import ALIKE
from geosafety.publish.classes import (
    INCOMPLETE,
    LOW_BASE,
    LOW_ZERO,
    MISSING,
    NOT_SIGNIFICANT,
    SUPPRESSED,
    SYMBOL_WORDS,
    ZERO,
)
from geosafety.publish.words import COMPARABLE
from geosafety.settings import Indicator


def key(table: Table, chosen: Row | None, indicator: Indicator) -> list[Any]:
    """Return the key of a map: classes, how many areas in each, and who is where."""
    counts = Counter(row.symbol for row in table.rows)
    sizes = [
        counts[str(n)] + counts[LOW_BASE[n]] for n in range(len(table.scale.labels))
    ]
    zeros = counts[ZERO] + counts[LOW_ZERO]
    most = max([*sizes, zeros, 1])
    marks = _marks(table, chosen, indicator)
    bars = [
        _bar(
            str(n), label, sizes[n], most, marks.get(str(n), []), table.scale.colours[n]
        )
        for n, label in enumerate(table.scale.labels)
    ]
    if zeros:
        words = SYMBOL_WORDS[ZERO]
        bars.insert(0, _bar(ZERO, words, zeros, most, marks.get(ZERO, []), "#ffffff"))
    return [html.Ul(bars[::-1], className="bars"), *_others(counts)]


def _marks(
    table: Table, chosen: Row | None, indicator: Indicator
) -> dict[str, list[Any]]:
    marks: dict[str, list[Any]] = {}
    force = table.force
    comparable = indicator.measure in COMPARABLE
    if force and comparable and math.isfinite(force.value):
        marks.setdefault(table.scale.symbol(force.value, "ok"), []).append(
            html.Span("Force", className="mark force")
        )
    if chosen and math.isfinite(chosen.value):
        marks.setdefault(table.scale.symbol(chosen.value, "ok"), []).append(
            html.Span(chosen.name, className="mark")
        )
    return marks


def _bar(  # noqa: PLR0913 - one row of a picture
    symbol: str, label: str, size: int, most: int, marks: list[Any], colour: str
) -> html.Li:
    width = f"{100 * size / most:.1f}%"
    return html.Li(
        [
            html.Span(className="swatch", style={"background": colour}),
            html.Span(label, className="class"),
            html.Span(
                html.Span(
                    className="fill", style={"width": width, "background": colour}
                ),
                className="track",
                **aria(hidden="true"),
            ),
            html.Span(
                [f"{size:,}", html.Span(" areas", className="unseen")], className="n"
            ),
            html.Span(marks, className="marks") if marks else None,
        ],
        **data(symbols=symbol + (LOW_BASE[int(symbol)] if symbol.isdigit() else "y")),
    )


def _others(counts: Counter[str]) -> list[Any]:
    low = sum(counts[symbol] for symbol in (*LOW_BASE, LOW_ZERO))
    shown = [
        (NOT_SIGNIFICANT, counts[NOT_SIGNIFICANT], NOT_SIGNIFICANT),
        ("low", low, LOW_BASE + LOW_ZERO),
        (SUPPRESSED, counts[SUPPRESSED], SUPPRESSED),
        (INCOMPLETE, counts[INCOMPLETE], INCOMPLETE),
        (MISSING, counts[MISSING], MISSING),
    ]
    items = [
        html.Li(
            [
                html.Span(className=f"swatch {_CLASSES[name]}"),
                html.Span(_WORDS[name], className="class"),
                html.Span(f"{count:,}", className="n"),
            ],
            **data(symbols=symbols),
        )
        for name, count, symbols in shown
        if count
    ]
    return [html.Ul(items, className="others")] if items else []


_WORDS = {
    **SYMBOL_WORDS,
    NOT_SIGNIFICANT: ALIKE,
}
_CLASSES = {
    NOT_SIGNIFICANT: "plain",
    "low": "hatched",
    SUPPRESSED: "outlined",
    INCOMPLETE: "dotted",
    MISSING: "grey",
}


def outlines(names: tuple[str, ...], said: Mapping[str, str]) -> list[Any]:
    """Return the lines of the key for what is laid over the map."""
    items = [
        html.Li(
            [
                html.Span(className=f"swatch line {name}"),
                html.Span(said.get(name, name), className="class"),
            ]
        )
        for name in names
    ]
    return [html.Ul(items, className="others")] if items else []
