"""Is it new, is it here to stay, and what rose or fell."""

from __future__ import annotations

from collections import Counter
from typing import Any

import dash
from dash import html

from dash_app.components.tables import LONG, folded, table
from dash_app.queries import hotspots
from dash_app.queries.hotspots import Asked, Changes
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.cluster_words import UNKNOWN, about_all, months_text
from geosafety.publish.pattern_words import (
    change_sentence,
    q_text,
    times_text,
)
from geosafety.publish.spots import Spots

_QUIET = ("none", UNKNOWN)


def through_time(asked: Asked, late: Spots | None, why: str) -> list[Any]:
    """Count the classes through time, with what each means; or say why not."""
    title = html.H2("Is it new, is it here to stay?", id="time")
    if late is None:
        return [title, html.P(why)]
    said = about_all(late, asked.view, settings.indicator(asked.view.indicator))
    cold = hotspots.cold_classes(asked)
    heads = ("Class", "Hot spots", "Cold spots", "What it means, of a hot spot")
    rows = [_class(name, late, cold) for name in words.EMERGING_WORDS]
    caption = f"Classes through time, {months_text(late)}"
    shown = table(caption, heads, rows, numbers=(1, 2), named=True)
    hint = html.P("Of a cold spot, read cold for hot.", className="hint")
    return [title, *(html.P(text) for text in said), shown, hint, _members(asked, late)]


def _class(name: str, late: Spots, cold: Counter[str]) -> tuple[str, ...]:
    said = "none of these" if name == "none" else name
    counted = f"{cold[name]:,}" if cold else "not tested"
    hot = f"{len(late.classed(name)):,}"
    return said.capitalize(), hot, counted, words.EMERGING_WORDS[name]


def _members(asked: Asked, late: Spots) -> html.Details | None:
    """List the areas of every class, which may be many."""
    path, view = dash.get_relative_path("/"), asked.view
    body = [
        (
            html.A(row.name, href=path + view.search(v="emerging", a=row.code)),
            name.capitalize(),
            f"{row.hot_months:,} of {row.months:,}",
        )
        for name in words.EMERGING_WORDS
        if name not in _QUIET
        for row in late.classed(name)
    ]
    if not body:
        return None
    heads = ("Area", "Class", "Months hot")
    shown = table("Areas by class", heads, body, named=True, titled=True)
    return folded(f"Which areas: {len(body):,}", shown)


def on_the_year(changes: Changes | None) -> list[Any]:
    """Say what rose and fell by more than chance, and list those alone."""
    title = html.H2("What rose and what fell?", id="change")
    if changes is None:
        text = "No months of one year could be set against the same months before."
        return [title, html.P(text)]
    said = html.P(change_sentence(changes.counts, changes.period, changes.before))
    if not changes.rows:
        none = "So no area is listed: a rise or a fall here may be chance."
        return [title, said, html.P(none, className="hint")]
    heads = ("Area", "What happened", "After, as a multiple of before", "q-value")
    body = [
        (
            row["area_name"],
            str(row["words"]).replace(" %", "%"),
            times_text(row["ratio"], row["lower"], row["upper"]),
            q_text(row["q_value"]),
        )
        for row in changes.rows
    ]
    caption = "Clear rises, then clear falls"
    shown: Any = table(caption, heads, body, numbers=(3,), named=True)
    if len(body) > LONG:
        shown = folded(f"Show all {len(body):,} areas that clearly changed", shown)
    order = (
        "In order of the least they can have changed. The false discovery rate is held "
        "at 5% across all areas: about one in twenty of these may be chance."
    )
    return [title, said, html.P(order, className="hint"), shown]
