"""A density surface laid under the borders of the map, its key and its text."""

from __future__ import annotations

from typing import Any

import dash
import dash_bootstrap_components as dbc
import dash_leaflet as dl
from dash import html

from dash_app.queries import surfaces
from dash_app.surfaces import NO_SURFACE, Mean, Surface, ordered
from dash_app.view import View
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number

LISTED = 10


def picker(view: View) -> html.Div:
    """Return the choice of a surface; nothing to see where the results hold none."""
    known = surfaces.surfaces()
    options = [{"value": NO_SURFACE, "label": "None"}]
    options += [{"value": name, "label": s.label} for name, s in known.items()]
    return html.Div(
        [
            html.Label("Density surface", htmlFor="pick-s"),
            dbc.Select(id="pick-s", options=options, value=view.surface or NO_SURFACE),
        ],
        className="field surface-field",
        hidden=not known,
    )


def changes(view: View, changed: dict[str, Any]) -> dict[str, Any]:
    """Add to everything that changes with the view what a surface changes."""
    return {
        **laid_over(view, changed),
        "s_value": view.surface or NO_SURFACE,
        "surface": image(view),
    }


def image(view: View) -> list[Any]:
    """Return the picture, or nothing."""
    surface = surfaces.surface(view)
    if surface is None:
        return []
    url = dash.get_relative_path(f"/surfaces/{surface.name}/{surface.digest}.png")
    return [
        dl.ImageOverlay(
            url=str(url),
            bounds=[list(corner) for corner in surface.corners],
            alt=f"{surface.label}; its means by area are in the text",
            interactive=False,
        )
    ]


def laid_over(view: View, shown: dict[str, Any]) -> dict[str, Any]:
    """Change the parts of a page as a surface does; leave them alone without one.

    Two scales of colour on one map cannot be told apart, so the areas keep only their
    borders while a surface lies under them, and the key is the surface's.
    """
    surface = surfaces.surface(view)
    if surface is None:
        return shown
    means = surfaces.surface_means(view)
    return {
        **shown,
        "hideout": shown["hideout"] | {"bare": True},
        "unit": f"Key: {surface.units}",
        "key": key(surface),
        "heading": [
            *shown["heading"],
            html.P(said(surface, means, view), className="more"),
        ],
        "about": [html.P(line) for line in (surface.words, _how(surface))]
        + [_means(surface, means, view), *shown["about"]],
    }


def key(surface: Surface) -> list[Any]:
    """Return the classes, and in words what has no colour."""
    items = [
        html.Li(
            [
                html.Span(
                    className="swatch", style={"background": colour, "opacity": 0.75}
                ),
                html.Span(label, className="class"),
            ]
        )
        for label, colour in reversed(surface.key)
    ]
    per = "" if surface.measure == "risk" else "Not per person. "
    lines = [
        f"{per}{_when(surface)}; blurred over {surface.bandwidth:,.0f} m.",
        f"No colour: {_blank(surface)}",
        "The list still shows the figure above; the areas show their borders only.",
    ]
    return [html.Ul(items, className="kinds"), *(html.P(line) for line in lines)]


def said(surface: Surface, means: list[Mean], view: View) -> str:
    """Say in a sentence where a surface is highest: what the picture shows.

    Of the chosen area it gives the mean.
    """
    layer = settings.geography(view.geography)
    tag = f" ({words.KIND_WORDS.get(surface.kind, surface.kind)})"
    head = f"Surface: {surface.label}{tag}."
    first = ordered(means)[:3]
    if not first:
        return f"{head} It has no means for {words.lower_first(layer.plural)}."
    most = ", ".join(f"{m.name} ({_value(m)})" for m in first)
    told = f"{head} Highest means, {surface.units}: {most}."
    own = next((mean for mean in means if mean.code == view.area), None)
    if own is None:
        return told
    return f"{told} {own.name}: {_value(own) if own.known else _blank(surface)}"


def _value(mean: Mean) -> str:
    return number(mean.value, 0 if mean.value >= 10 else 1)


def _when(surface: Surface) -> str:
    first, _, last = surface.period.partition("/")
    period = surface.period if first != last else first
    months = f"{surface.months} month{'s' if surface.months > 1 else ''}"
    return f"{words.period_text(period)} ({months} with records)"


def _blank(surface: Surface) -> str:
    why = "not covered"
    if "Hidden where" in surface.words:
        why += ", or too few to show"
    if surface.measure == "risk":
        why += ", or too few residents"
    return f"{why}; it does not mean none."


def _how(surface: Surface) -> str:
    return (
        f"{surface.label}: {surface.units}, {surface.kernel} kernel of "
        f"{surface.bandwidth:,.0f} m on cells of {surface.cell:g} m. The colours "
        "show a blur of points, not where any one of them was."
    )


def _means(surface: Surface, means: list[Mean], view: View) -> html.Details:
    """Return the highest means as a table: the picture's alternative in text."""
    layer = settings.geography(view.geography)
    rows = ordered(means)
    none = len(means) - len(rows)
    body = [
        html.Tr(
            [html.Th(mean.name, scope="row"), html.Td(_value(mean), className="number")]
        )
        for mean in rows[:LISTED]
    ]
    table = html.Table(
        [
            html.Caption(f"Mean {surface.units}, the highest {len(body)}"),
            html.Thead(
                html.Tr([html.Th("Area", scope="col"), html.Th("Mean", scope="col")])
            ),
            html.Tbody(body),
        ]
    )
    rest = f"{len(rows):,} of {len(means):,} areas have a mean; {none:,} have none."
    return html.Details(
        [
            html.Summary(
                f"The surface as figures, by {words.lower_first(layer.label)}"
            ),
            table if body else None,
            html.P(rest),
        ]
    )
