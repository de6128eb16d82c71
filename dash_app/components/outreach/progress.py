"""How far a plan is, while it is being made."""

from __future__ import annotations

from typing import Any

from dash import html

from dash_app.jobs.plans import Job


def steps(job: Job) -> list[Any]:
    """Return what was done so far; the last of it is being done."""
    said = [text[:1].upper() + text[1:] for text in job.steps] or ["Starting"]
    items = [html.Li(text) for text in said[:-1]]
    items.append(html.Li(html.Strong(f"{said[-1]} …")))
    return [
        html.Ol(items, className="steps"),
        html.P(
            f"{job.seconds:.0f} seconds so far. Most plans take under half a minute."
        ),
    ]


def why_not(job: Job) -> tuple[str, ...]:
    """Say why there is no plan to show, if there is none."""
    texts = {
        "cancelled": "You gave this plan up before it was finished.",
        "unknown": "This plan is no longer kept. Make it again with the button below.",
        "failed": f"{job.problem} {job.hint}".strip(),
    }
    return tuple(filter(None, [texts.get(job.state, "")]))
