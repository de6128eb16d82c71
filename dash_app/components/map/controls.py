"""The choices above the map, the search box and the order of the list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from dash_app.queries import choices, layers, looks
from dash_app.view import LOOKS, VALUE, View, period_order, period_text, steps
from geosafety import settings
from geosafety.publish import words

Options = list[dict[str, str]]


def options(view: View) -> dict[str, Options]:
    """Return what each of the lists offers in this view."""
    known = choices.choices()
    periods = known[view.geography][view.indicator]
    layers, measures = settings.geographies(), settings.indicators()
    labels = {
        "g": {g: layers[g].plural for g in known},
        "i": {i: measures[i].label for i in known[view.geography]},
        "p": {p: period_text(p) for p in sorted(periods, key=period_order)},
        "grp": {grp: words.group_text(grp) for grp in periods[view.period]},
        "v": {look: LOOKS[look] for look in _looks_of(view)},
    }
    return {name: _options(found) for name, found in labels.items()}


def _options(labels: dict[str, str]) -> Options:
    return [{"value": value, "label": label} for value, label in labels.items()]


def pickers(view: View, *, fixed: bool) -> html.Div:
    """Return the lists; a period that is `fixed` by the tests cannot be chosen."""
    offered = options(view)
    chosen = {
        "i": ("Show", view.indicator),
        "g": ("For each", view.geography),
        "p": ("Period", view.period),
        "grp": ("Group", view.group),
    }
    return html.Div(
        [
            _field(
                label,
                f"pick-{name}",
                dbc.Select(
                    id=f"pick-{name}",
                    options=offered[name],
                    value=value,
                    disabled=fixed and name == "p",
                ),
            )
            for name, (label, value) in chosen.items()
        ]
        + [_looks(view, offered["v"])],
        className="pickers",
    )


def _looks_of(view: View) -> list[str]:
    return looks.offered(view.geography, view.indicator)


def _looks(view: View, offered: Options) -> html.Div:
    """Return what the map can be coloured by, where there is a choice."""
    select = dbc.Select(id="pick-v", options=offered, value=view.look or VALUE)
    return html.Div(
        _field("Colour by", "pick-v", select),
        id="looks",
        hidden=not has_looks(view),
    )


def has_looks(view: View) -> bool:
    """Say whether there is a choice of what the map is coloured by."""
    return len(_looks_of(view)) > 1


def stepper(view: View, *, fixed: bool) -> html.Div:
    """Return the steps through time: back, a number, on."""
    found = place_in_time(view)
    box = dbc.Input(
        id="step", type="number", min=1, step=1, debounce=True, **found["box"]
    )
    return html.Div(
        [
            html.Label("Step through time", htmlFor="step"),
            html.Div(
                [_step("back", "Earlier"), box, _step("on", "Later")],
                className="time-steps",
            ),
            html.P(found["said"], id="step-says", className="hint"),
        ],
        id="time",
        className="field time",
        hidden=fixed or found["alone"],
    )


def _step(name: str, text: str) -> html.Button:
    return html.Button(text, id=f"step-{name}", type="button", className="button plain")


def place_in_time(view: View) -> dict[str, Any]:
    """Return where a view's period stands among those of its length."""
    known = _steps(view)
    at, last = known.index(view.period) + 1, len(known)
    return {
        "box": {"value": at, "max": last},
        "said": f"{at:,} of {last:,}: {period_text(view.period)}",
        "alone": last < 2,
    }


def moved(view: View, step: int | None, *, by: int) -> View:
    """Return the view at another time: by so many steps, or at the one asked for.

    Beyond either end it is the last there; a change has no steps of its own.
    """
    known = _steps(view)
    here = known.index(view.period) + 1
    to = here + by if by else int(step or here)
    period = known[min(max(to, 1), len(known)) - 1]
    groups = choices.choices()[view.geography][view.indicator][period]
    group = next((g for g in (view.group, "all") if g in groups), groups[0])
    return replace(view, period=period, group=group)


def _steps(view: View) -> list[str]:
    return steps(view.period, choices.choices()[view.geography][view.indicator])


OVERLAY_WORDS = {
    "impact_area": "Impact areas (illustrative)",
    "npu": "NPUs",
    "ward": "Wards",
    "msoa": "MSOAs",
    "lsoa": "LSOAs",
    layers.VENUES: "Venues",
}


def overlays(view: View) -> html.Details:
    """Return the choice of what to lay over the map."""
    offered = [
        {"value": name, "label": OVERLAY_WORDS.get(name, name)}
        for name in layers.overlays()
    ]
    boxes = dbc.Checklist(offered, list(view.overlays), id="overlays", inline=True)
    return html.Details(
        [
            html.Summary("Outlines and venues"),
            html.Fieldset([html.Legend("Lay over the map", className="unseen"), boxes]),
        ],
        open=bool(view.overlays),
    )


def _field(label: str, target: str, control: Any) -> html.Div:
    return html.Div([html.Label(label, htmlFor=target), control], className="field")


def search() -> html.Div:
    """Return the box that finds an area by name or postcode.

    The page's script fills the list of names from the polygons: as components, some
    1,700 names would slow down every change of the page.
    """
    return html.Div(
        [
            html.Label("Find an area by name or postcode", htmlFor="find"),
            dbc.Input(
                id="find",
                list="area-names",
                debounce=True,
                autocomplete="off",
                type="text",
            ),
            html.Datalist(id="area-names"),
            html.P(id="find-says", role="status", className="hint"),
        ],
        className="field find",
    )


def order(*, hidden: bool) -> html.Div:
    """Return the choice between the two ends of the list."""
    field = html.Fieldset(
        [
            html.Legend("Order of the list", className="unseen"),
            dbc.RadioItems(
                [
                    {"label": "Highest first", "value": "highest"},
                    {"label": "Lowest first", "value": "lowest"},
                ],
                "highest",
                id="order",
                inline=True,
            ),
        ]
    )
    return html.Div(field, id="order-field", hidden=hidden)
