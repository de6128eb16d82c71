"""What one swap would change: the other visits stay where they are."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import html

from dash_app.components.outreach.form import kept
from dash_app.components.outreach.result import whole
from dash_app.components.tables import folded, table
from dash_app.queries.outreach import Asked


def swap_form(plan: dict[str, Any], asked: Asked, job: str, chosen: list[str]) -> Any:
    """Return two lists: the visit that falls out, and the venue in its place."""
    if not plan["swaps"]:
        return None
    gone, instead = chosen
    picks = [
        {"value": p["venue"], "label": f"{p['rank']}. {p['name']}"}
        for p in plan["picks"]
    ]
    others = [
        {"value": v["venue"], "label": v["name"]}
        for v in sorted(plan["venues"], key=lambda v: v["name"])
        if v["state"] == "other"
    ]
    controls = [
        _choice("Instead of", "gone", picks, gone),
        _choice("go to", "instead", others, instead),
    ]
    return html.Form(
        [
            *kept(asked),
            dbc.Input(type="hidden", name="job", value=job),
            html.Div(controls, className="fields"),
            html.Button("Show what changes", type="submit", className="button plain"),
        ],
        action=dash.get_relative_path("/outreach"),
        method="get",
    )


def _choice(label: str, name: str, options: list[Any], value: str) -> html.Div:
    value = value or options[0]["value"]
    control = dbc.Select(id=name, name=name, options=options, value=value)
    return html.Div([html.Label(label, htmlFor=name), control], className="field")


def swapped(plan: dict[str, Any], asked: Asked, chosen: list[str]) -> list[Any]:
    """Say what one swap changes; nothing where none was chosen."""
    gone, instead = chosen
    row = next(
        (s for s in plan["swaps"] if (s["gone"], s["instead"]) == (gone, instead)), None
    )
    if row is None:
        return []
    names = {venue["venue"]: venue["name"] for venue in plan["venues"]}
    change = row["change"]
    less = f"{whole(abs(change))} {'fewer' if change < 0 else 'more'}"
    if abs(change) < 0.5:
        less = "as many"
    then, now = whole(row["closed"]), whole(plan["closed"])
    said = (
        f"With {names[instead]} in place of {names[gone]}, the plan would reach "
        f"{then} {plan['unit']} instead of {now}: {less}."
    )
    best = sorted(
        (s for s in plan["swaps"] if s["gone"] == gone), key=lambda s: -s["change"]
    )
    rows = [
        [names[s["instead"]], whole(s["closed"]), _signed(s["change"])] for s in best
    ]
    heads = ["In its place", f"Then reached: {plan['unit']}", "Change"]
    caption = f"In place of {names[gone]}: the ten that lose least"
    without = asked.search(out=[*asked.out, gone], go="1")
    again = dash.get_relative_path("/outreach") + without
    return [
        html.P(said, className="swap", role="status"),
        folded(
            "Other venues in its place",
            table(caption, heads, rows[:10], numbers=[1, 2]),
        ),
        html.P(html.A(f"Make a whole new plan without {names[gone]}", href=again)),
    ]


def _signed(change: float) -> str:
    return f"+{whole(change)}" if change > 0 else whole(change)
