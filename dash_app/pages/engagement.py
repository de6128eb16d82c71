"""Who is not heard: the gaps side by side, how sure they are, and a score of them."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, callback, dcc, html

from dash_app.components import fields, shell
from dash_app.components.engagement.content import content, saying
from dash_app.jobs import gaps
from dash_app.queries import choices, engagement, source
from dash_app.queries.engagement import Look
from geosafety.errors import GeosafetyError

dash.register_page(
    __name__,
    path="/engagement",
    name="Engagement",
    title="Engagement: geosafety",
    order=20,
    in_menu=True,
)

WORKING = "Working out the sheet. That takes a few seconds the first time."


def layout(**asked: str) -> html.Div:
    """Build the page for the sheet in the URL (`?g=&k=&w_PART=&page=`)."""
    if error := choices.problem():
        return shell.page("/engagement", *shell.stopped(error))
    look, notes = engagement.resolve(**asked)
    ready = gaps.ready(look.geography, look.widest, look.weights)
    said, shown = _made(look) if ready else ([html.P(WORKING)], [])
    return shell.page(
        "/engagement",
        shell.notices(notes),
        html.H1("Who are we not hearing?"),
        html.Div(said, id="gaps-said", role="status"),
        html.Div(_form(look), className="gaps-form"),
        html.Div(shown, id="gaps", className="gaps"),
        # Asked for after the page is there, and only where it is not there yet.
        dcc.Store(id="gaps-asked", data="" if ready else look.search()),
        synthetic=bool(source.manifest().get("synthetic")),
    )


def _form(look: Look) -> html.Form:
    return fields.form(
        "/engagement",
        fields.select("Areas", "g", engagement.layers_offered(), look.geography),
        fields.number(
            "How many “widest”",
            "k",
            look.widest,
            low=1,
            high=engagement.MOST_WIDEST,
        ),
        *(_weight(look, name, usual) for name, usual in engagement.usual_weights()),
    )


def _weight(look: Look, name: str, usual: float) -> html.Div:
    value = dict(look.weights).get(name, usual)
    most = engagement.MOST_WEIGHT
    label = f"Weight: {name}"
    return fields.number(label, f"w_{name}", value, low=0, high=most, step=0.5)


def _made(look: Look) -> tuple[list[Any], list[Any]]:
    try:
        sheet = gaps.gaps(look.geography, look.widest, look.weights)
    except GeosafetyError as error:
        return [html.P(f"{error.problem} {error.hint}", className="notice")], []
    return saying(look, sheet), content(look, sheet, gaps.growth())


@callback(
    Output("gaps-said", "children"),
    Output("gaps", "children"),
    Input("gaps-asked", "data"),
)
def show(asked: str) -> tuple[Any, Any]:
    """Show the sheet once it is made."""
    if not asked:
        return dash.no_update, dash.no_update
    look, _ = engagement.resolve(**engagement.parsed(asked))
    return _made(look)
