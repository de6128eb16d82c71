"""What a plan is asked for: patch, visits, walk, whom, days, and which venues."""

from __future__ import annotations

from typing import Any, cast

import dash
import dash_bootstrap_components as dbc
from dash import html

from dash_app.components import fields
from dash_app.components.tables import folded, table
from dash_app.queries import outreach
from dash_app.queries.outreach import Asked, Venue


def form(asked: Asked) -> html.Form:
    """Return the controls; sending them makes the plan."""
    return html.Form(
        [
            html.Div(_controls(asked), className="fields"),
            _venues(asked),
            html.Button(
                "Make the plan", type="submit", name="go", value="1", className="button"
            ),
        ],
        action=dash.get_relative_path("/outreach"),
        method="get",
        className="plan-form",
    )


def _controls(asked: Asked) -> list[Any]:
    day = dbc.Input(id="first", name="first", type=cast(Any, "date"), value=asked.first)
    return [
        fields.select("Patch", "patch", outreach.patches(), asked.patch),
        fields.select(
            "Whom to reach", "audience", outreach.audiences(), asked.audience
        ),
        fields.number(
            "Visits", "visits", asked.visits, low=1, high=outreach.MOST_VISITS
        ),
        fields.number(
            "Distance in metres",
            "walk",
            asked.walk,
            low=100,
            high=outreach.MOST_WALK,
            step=50,
        ),
        fields.select(
            "What matters most", "objective", outreach.OBJECTIVES, asked.objective
        ),
        fields.field("First day", "first", day),
        fields.number(
            "Over how many weeks", "weeks", asked.weeks, low=1, high=outreach.MOST_WEEKS
        ),
    ]


def _venues(asked: Asked) -> html.Details:
    """Return every venue with two boxes: booked already, ruled out."""
    venues = outreach.venues()
    rows = [
        [
            venue.name,
            ", ".join(filter(None, [venue.postcode, venue.area])),
            _about(venue),
            _box(venue, "fixed", "booked already", chosen=venue.key in asked.fixed),
            _box(venue, "out", "ruled out", chosen=venue.key in asked.out),
        ]
        for venue in venues
    ]
    heads = ["Venue", "Where", "What is known", "Booked already", "Ruled out"]
    caption = "Venues that a visit may go to"
    said = html.P(
        "A booked event comes on top of the visits; whom it reaches is not counted "
        "again. A venue that is ruled out is never chosen.",
        className="hint",
    )
    chosen = len(asked.fixed) + len(asked.out)
    count = f"{len(venues):,} venues" + (f", {chosen} marked" if chosen else "")
    shown = html.Div([said, table(caption, heads, rows, named=True)])
    return folded(f"Venues booked already or ruled out ({count})", shown)


def _about(venue: Venue) -> str:
    step = {"yes": "accessible", "no": "not accessible"}.get(venue.accessible, "")
    made_up = "made up" if venue.synthetic else ""
    return ", ".join(filter(None, [venue.kind, step, made_up]))


def _box(venue: Venue, name: str, words: str, *, chosen: bool) -> html.Div:
    label = html.Span(f"{venue.name}: {words}", className="unseen")
    one = {"label": label, "value": venue.key, "input_id": f"{name}-{venue.key}"}
    boxes = dbc.Checklist(
        [one], [venue.key] if chosen else [], id=f"{name}-{venue.key}-box", name=name
    )
    return html.Div(boxes, className="venue-choice")


def kept(asked: Asked) -> list[Any]:
    """Return a plan's wishes as fields that cannot be seen, for another form."""
    pairs = {
        "patch": asked.patch,
        "audience": asked.audience,
        "visits": asked.visits,
        "walk": asked.walk,
        "objective": asked.objective,
        "first": asked.first,
        "weeks": asked.weeks,
    }
    named = [*pairs.items()]
    named += [("fixed", key) for key in asked.fixed]
    named += [("out", key) for key in asked.out]
    return [dbc.Input(type="hidden", name=n, value=str(value)) for n, value in named]
