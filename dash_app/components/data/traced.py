"""From a number back to where it comes from: the form, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dash_app.components.fields import field, form, select
from dash_app.components.tables import folded, table
from dash_app.jobs.traces import Number, Trace
from geosafety.errors import GeosafetyError

# These are the answer; the others are for who checks it.
_OPEN = ("The rule", "Computed anew", "Why it is hidden")


def asking(
    number: Number, indicators: Mapping[str, str], layers: Mapping[str, str]
) -> Any:
    """Return the form that asks for a number."""
    return form(
        "/data",
        select(
            "Figure", "i", indicators, number.indicator or next(iter(indicators), "")
        ),
        select("Areas", "g", layers, number.geography or next(iter(layers), "")),
        _text("Area", "a", number.area, "A name or a code, such as Coventry or CV"),
        _text("Period", "p", number.period, "Such as 2022-03 or 2023-04/2024-03"),
        _text("Group", "grp", number.group, "all, or such as category=Burglary"),
        button="Where does it come from?",
    )


def _text(label: str, name: str, value: str, hint: str) -> html.Div:
    box = dbc.Input(id=name, name=name, type="text", value=value, autocomplete="off")
    return field(label, name, box, hint=hint)


def answer(found: Trace) -> list[Any]:
    """Return the number in a sentence, and every step back from it."""
    checked = {
        True: "Computed again from the counts below, it comes out the same.",
        False: "Computed again from the counts below, it does NOT come out the same: "
        "please report this.",
        None: "There are no counts to compute it from again.",
    }[found.agrees]
    parts: list[Any] = [
        html.P(f"{found.title}.", className="sentence", id="traced"),
        html.P(checked),
    ]
    ordered = sorted(found.sections, key=lambda section: section[0] not in _OPEN)
    for heading, heads, rows in ordered:
        shown: Any = table(heading, heads, rows, named=True, titled=True)
        if heading in _OPEN:
            parts += [html.H3(heading), shown]
        else:
            parts.append(folded(f"{heading} ({len(rows):,})", shown))
    return parts


def refused(error: GeosafetyError) -> list[Any]:
    """Say why there is no such number."""
    return [html.P(f"{error.problem} {error.hint}", className="notice", role="status")]
