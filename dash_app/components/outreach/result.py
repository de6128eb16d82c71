"""A finished plan: what it brings, where to go and why, and what to take away."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
from dash import html

from dash_app.components.attributes import aria
from dash_app.components.outreach.plan_map import plan_map
from dash_app.components.tables import folded, table
from dash_app.queries.outreach import Asked
from geosafety.publish.classes import number
from geosafety.publish.words import KIND_WORDS

_FILES = {
    "plan.ics": "Calendar (ICS)",
    "plan.csv": "Plan as a table (CSV)",
    "plan.xlsx": "Plan as a workbook (XLSX)",
    "plan.html": "Map that opens anywhere (HTML)",
    "plan.png": "Map as a picture (PNG)",
}
DAYS = (
    "The days are proposals on weekdays: nobody has asked the venues; bank holidays "
    "are not known here."
)
_SURE = {"robust": "Stable", "depends": "Fragile"}


def headline(plan: dict[str, Any], job: str) -> list[Any]:
    """Return what the plan brings, how sure that is, and its files."""
    return [
        html.P(plan["headline"], className="sentence"),
        html.P(_tags(plan), className="tags"),
        html.P([plan["objective"], " ", plan["proof"], " ", _fewer(plan)]),
        downloads(plan, job),
        html.P(DAYS, className="hint") if plan["picks"] else None,
    ]


def result(plan: dict[str, Any], asked: Asked, job: str) -> list[Any]:
    """Return the map and the visits with their reasons."""
    return [
        html.Div(
            [plan_map(plan, asked.patch), visits(plan, job)],
            className="plan",
        ),
        numbers(plan),
        folded("Before you rely on it", _list(plan["notes"])),
    ]


def _fewer(plan: dict[str, Any]) -> str:
    made = sum(pick["visits"] for pick in plan["picks"])
    if plan["asked"] is None or made >= plan["asked"]:
        return ""
    return f"{plan['asked']} visits were allowed; no further one would add anything."


def _tags(plan: dict[str, Any]) -> list[html.Span]:
    kinds = {pick["kind"] for pick in plan["picks"]}
    tags = [
        html.Span(f"Venues: {text[:1].lower()}{text[1:]}", className=f"tag {kind}")
        for kind, text in KIND_WORDS.items()
        if kind in kinds
    ]
    if any(note.startswith("Estimated") for note in plan["notes"]):
        tags.append(html.Span("Estimated for small areas", className="tag estimated"))
    return tags


def downloads(plan: dict[str, Any], job: str) -> html.Div:
    """Return the files of a plan; nothing where it has no visit."""
    if not plan["picks"]:
        return html.Div()
    links = [
        html.A(label, href=file_path(job, name), download=name, className=look)
        for (name, label), look in zip(
            _FILES.items(), ["button", *[""] * (len(_FILES) - 1)], strict=True
        )
    ]
    return html.Div(links, className="links", role="group", **aria(label="Downloads"))


def file_path(job: str, name: str) -> str:
    """Return where a file of a plan is fetched."""
    return str(dash.get_relative_path(f"/plans/{job}/{name}"))


def visits(plan: dict[str, Any], job: str) -> html.Section:
    """Return the visits, the one that adds most first, each with its reason."""
    items = [_visit(pick, plan, job) for pick in plan["picks"]]
    return html.Section(
        [
            html.H2("Where to go, the visit that adds most first"),
            html.Ol(items, className="visits"),
        ],
        **aria(label="Visits"),
    )


def _visit(pick: dict[str, Any], plan: dict[str, Any], job: str) -> html.Li:
    where = ", ".join(filter(None, [pick["postcode"], pick["zone_name"]]))
    day = day_text(pick["day"]) if pick["day"] else "no free day while it is open"
    step = {True: "Accessible.", False: "Not accessible."}.get(
        pick["accessible"], "Whether it is accessible is not known."
    )
    return html.Li(
        [
            html.H3(f"{pick['rank']}. {pick['name']}"),
            html.P(f"{where}. Proposed day: {day}. {step}"),
            html.P(_sure(pick, plan), className="sure"),
            html.P(pick["reason"]),
            html.P(
                html.A(
                    f"Brief for visit {pick['rank']}, to print",
                    href=file_path(job, f"brief-{pick['rank']}.html"),
                )
            ),
        ]
    )


def day_text(day: str) -> str:
    """Write a day out.

    Examples
    --------
    >>> day_text("2026-12-07")
    'Monday 7 December 2026'
    """
    known = date.fromisoformat(day)
    return f"{known:%A} {known.day} {known:%B %Y}"


def _sure(pick: dict[str, Any], plan: dict[str, Any]) -> str:
    if not plan["runs"]:
        return ""
    runs = f"{round(pick['kept'] * plan['runs'])} of {plan['runs']}"
    said = _SURE.get(pick["word"], pick["word"])
    return f"{said}: kept in {runs} plans made with other assumptions."


def numbers(plan: dict[str, Any]) -> Any:
    """Return the visits as a table of numbers."""
    unit = plan["unit"]
    heads = ["No.", "Venue", "People within reach", "Newly within reach"]
    heads += [f"Adds: {unit}", "Lost without it", "Best other venue", "Lost with that"]
    rows = [
        [
            str(pick["rank"]),
            pick["name"],
            *(whole(pick[c]) for c in ("people", "people_new", "adds", "lost")),
            pick["replaced_by"] or "none",
            whole(pick["lost_replaced"]),
        ]
        for pick in plan["picks"]
    ]
    caption = f"What each visit adds, in {unit}; people are those aged 16 and over"
    return folded(
        "The numbers of each visit",
        table(caption, heads, rows, numbers=[0, 2, 3, 4, 5, 7]),
    )


def whole(value: float | None) -> str:
    """Write a number of people for reading; a few with a decimal."""
    if value is None:
        return "not possible"
    return number(value, 0) if abs(value) >= 10 or value == 0 else number(value, 1)


def _list(notes: list[str]) -> html.Ul:
    return html.Ul([html.Li(note) for note in notes], className="prose")
