"""Where to go: a plan of visits, made on request, with its reasons and its files."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
from dash import Input, Output, State, callback, dcc, html

from dash_app.auth import PLAN, demand, who
from dash_app.components import shell
from dash_app.components.outreach.form import form
from dash_app.components.outreach.progress import steps, why_not
from dash_app.components.outreach.result import headline, result
from dash_app.components.outreach.swap import swap_form, swapped
from dash_app.jobs import plans
from dash_app.jobs.plans import Job
from dash_app.queries import choices, outreach, source
from dash_app.queries.outreach import Asked
from geosafety.errors import GeosafetyError

dash.register_page(
    __name__,
    path="/outreach",
    name="Outreach",
    title="Outreach: geosafety",
    order=30,
    in_menu=True,
)

HEADING = html.H1("Where to go next")
NO_VENUES = "These results hold no venues, so there is nowhere to plan a visit to."


def layout(**asked: Any) -> html.Div:
    """Build the page (`?patch=&audience=&visits=&walk=&…`, then `&go=1` or `&job=`)."""
    if error := choices.problem():
        return _page(*shell.stopped(error))
    if not outreach.venues():
        hint = "Add a [[venues]] block to the project and build it again."
        return _page(HEADING, html.P(NO_VENUES, className="sentence"), html.P(hint))
    wish, notes = outreach.resolve(date.today(), **asked)
    if not who().may(PLAN):
        said = "Your role here may not plan visits. The engagement team’s may."
        return _page(HEADING, html.P(said, className="sentence"))
    job, why = _job(wish, asked, can_start=not notes)
    if job is not None and job.state == plans.RUNNING:
        return _page(HEADING, *_running(job, wish))
    notes = (*notes, *why, *(why_not(job) if job else ()))
    if job is not None and job.state == plans.READY:
        return _page(HEADING, *_ready(job, wish, asked))
    return _page(
        HEADING,
        _told(notes),
        html.P(
            "Say where, whom and how often; the plan then names the venues that bring "
            "the most people within reach, and why.",
            className="sentence",
        ),
        form(wish),
    )


def _page(*children: Any) -> html.Div:
    broken = choices.problem() is not None
    synthetic = not broken and bool(source.manifest().get("synthetic"))
    content = html.Div(list(children[1:]), className="outreach")
    return shell.page("/outreach", children[0], content, synthetic=synthetic)


def _told(notes: tuple[str, ...]) -> html.Div:
    look = "notice" if notes else ""
    return html.Div([html.P(text) for text in notes], role="status", className=look)


def _job(
    wish: Asked, asked: dict[str, Any], *, can_start: bool
) -> tuple[Job | None, tuple[str, ...]]:
    """Return the plan that the URL means: one that is there, or one just started."""
    try:
        if asked.get("job"):
            return plans.look(str(asked["job"])), ()
        if asked.get("go") and can_start:
            return plans.start(wish), ()
    except GeosafetyError as error:
        return None, (f"{error.problem} {error.hint}",)
    return None, ()


def _running(job: Job, wish: Asked) -> list[Any]:
    return [
        html.P("Your plan is being made.", className="sentence"),
        html.Div(steps(job), id="plan-steps", role="status", className="progress"),
        html.Button(
            "Give it up", id="plan-cancel", type="button", className="button plain"
        ),
        dcc.Interval(id="plan-tick", interval=1000),
        dcc.Store(
            id="plan-job", data={"id": job.id, "search": wish.search(job=job.id)}
        ),
        dcc.Location(id="plan-go", refresh=True),
    ]


def _ready(job: Job, wish: Asked, asked: dict[str, Any]) -> list[Any]:
    plan = plans.plan_of(job.id)
    chosen = [str(asked.get(name, "")) for name in ("gone", "instead")]
    old = "The results were built anew since: make this plan again to use them."
    swap = swap_form(plan, wish, job.id, chosen)
    return [
        _told((old,) if plans.is_old(job.id) else ()),
        *headline(plan, job.id),
        *swapped(plan, wish, chosen),
        *result(plan, wish, job.id),
        *([html.H2("What if you went elsewhere?"), swap] if swap else []),
        html.H2("Change the plan"),
        form(wish),
    ]


@callback(
    Output("plan-steps", "children"),
    Output("plan-tick", "disabled"),
    Output("plan-go", "href"),
    Input("plan-tick", "n_intervals"),
    State("plan-job", "data"),
    prevent_initial_call=True,
)
def tick(_n: int, told: dict[str, str]) -> tuple[Any, bool, Any]:
    """Say how far the plan is; when it has ended, go where it is shown."""
    demand(PLAN)
    job = plans.look(told["id"])
    if job.state == plans.RUNNING:
        return steps(job), False, dash.no_update
    return dash.no_update, True, dash.get_relative_path("/outreach") + told["search"]


@callback(
    Output("plan-cancel", "children"),
    Input("plan-cancel", "n_clicks"),
    State("plan-job", "data"),
    prevent_initial_call=True,
)
def give_up(_n: int, told: dict[str, str]) -> str:
    """End the plan that is being made."""
    demand(PLAN)
    plans.cancel(told["id"])
    return "Giving it up …"
