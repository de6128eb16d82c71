"""Native form controls with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import html


def field(label: str, target: str, control: Any, *, hint: str = "") -> html.Div:
    """Return a control under its label."""
    parts = [html.Label(label, htmlFor=target), control]
    if hint:
        parts.append(html.P(hint, className="hint"))
    return html.Div(parts, className="field")


def select(label: str, name: str, offered: Mapping[str, str], value: str) -> html.Div:
    """Return a list to choose one of: value -> what is shown."""
    options = [{"value": key, "label": text} for key, text in offered.items()]
    control = dbc.Select(id=name, name=name, options=options, value=value)
    return field(label, name, control)


def number(  # noqa: PLR0913 - one control's own properties
    label: str, name: str, value: float, *, low: float, high: float, step: float = 1
) -> html.Div:
    """Return a box for a number."""
    box = dbc.Input(
        id=name,
        name=name,
        type="number",
        value=value,
        min=low,
        max=high,
        step=step,
        debounce=True,
    )
    return field(label, name, box)


def form(path: str, *controls: Any, button: str = "Show") -> html.Form:
    """Return controls that lead to a page with what is chosen in its address."""
    return html.Form(
        [
            html.Div(list(controls), className="fields"),
            html.Button(button, type="submit", className="button"),
        ],
        action=dash.get_relative_path(path),
        method="get",
    )
