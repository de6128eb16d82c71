"""Everything of the engagement page that the sheet decides."""

from __future__ import annotations

import math
from typing import Any

import dash
from dash import html

from dash_app.auth import PLAN, who
from dash_app.components.attributes import aria
from dash_app.components.engagement import sheet as parts
from dash_app.components.engagement import words
from dash_app.components.tables import folded, table
from dash_app.components.whisker import whisker
from dash_app.jobs.gaps import Area, Gaps, Growth
from dash_app.queries.engagement import AT_ONCE, Look, plural
from geosafety.publish.words import KIND_WORDS


def saying(look: Look, sheet: Gaps) -> list[Any]:
    """Return the sentence, and what kinds of figures it stands on."""
    return [
        html.P(words.sentence(sheet, plural(look.geography)), className="sentence"),
        html.P(_tags(sheet), className="tags"),
    ]


def content(look: Look, sheet: Gaps, growth: Growth) -> list[Any]:
    """Return the sheet, who lives there, the score, and growth."""
    areas = shown(look, sheet)
    people = parts.people(areas)
    return [
        html.P(
            "Fewest members is not least served: look at who lives there and whom the "
            "survey misses before you decide where to go."
        ),
        _links(look),
        *_pages(look, sheet),
        parts.side_by_side(sheet, areas, look.geography),
        *(
            html.P(f"Not here: {_lacking(n, why)}.", className="hint")
            for n, why in sheet.lacking.items()
        ),
        *(parts.in_full(part, areas, sheet.widest) for part in sheet.parts),
        *([html.H2("Who lives there"), people] if people is not None else []),
        html.H2("All parts in one score"),
        *parts.scores(sheet, areas),
        html.H2("Inside and outside the impact areas"),
        *_growth(growth),
        folded("How these figures are made", _list(sheet.notes)),
    ]


def shown(look: Look, sheet: Gaps) -> list[Area]:
    """Return the areas of a page: by name, or where they are many the likeliest."""
    areas = list(sheet.areas)
    if len(areas) <= AT_ONCE:
        return sorted(areas, key=lambda area: area.name)
    first = sheet.parts[0].name

    def order(area: Area) -> tuple[float, str]:
        chance = area.cells[first].chance
        return (-chance if math.isfinite(chance) else 1.0, area.name)

    start = (_page(look, sheet) - 1) * AT_ONCE
    return sorted(areas, key=order)[start : start + AT_ONCE]


def _page(look: Look, sheet: Gaps) -> int:
    return min(look.page, math.ceil(len(sheet.areas) / AT_ONCE))


def _pages(look: Look, sheet: Gaps) -> list[Any]:
    """Say which of many areas are shown, and lead to the others."""
    if len(sheet.areas) <= AT_ONCE:
        return []
    page, last = _page(look, sheet), math.ceil(len(sheet.areas) / AT_ONCE)
    start = (page - 1) * AT_ONCE
    end = min(start + AT_ONCE, len(sheet.areas))
    links = [
        html.A(text, href=dash.get_relative_path("/engagement") + search)
        for text, search in (
            ("Earlier ones", look.search(page=str(page - 1)) if page > 1 else ""),
            ("Next ones", look.search(page=str(page + 1)) if page < last else ""),
        )
        if search
    ]
    areas = plural(look.geography)
    said = (
        f"{areas[:1].upper()}{areas[1:]} {start + 1:,} to {end:,} of "
        f"{len(sheet.areas):,}, those most likely among the widest gaps in "
        f"“{sheet.parts[0].label}” first."
    )
    return [
        html.P(said),
        html.Nav(links, className="links", **aria(label="More areas")),
    ]


def _tags(sheet: Gaps) -> list[html.Span]:
    kinds = {kind for part in sheet.parts for kind in part.kinds}
    return [
        html.Span(text, className=f"tag {kind}")
        for kind, text in KIND_WORDS.items()
        if kind in kinds
    ]


def _lacking(name: str, why: str) -> str:
    return f"{parts.SHORT_LABELS.get(name, name)}: {why}"


def _links(look: Look) -> html.Div:
    if not who().may(PLAN):
        return html.Div()
    found = [
        html.A(
            f"Download the sheet ({form.upper()})",
            href=dash.get_relative_path(f"/gap.{form}") + look.search(page=""),
            download=f"gap_{look.geography}.{form}",
        )
        for form in ("csv", "xlsx")
    ]
    return html.Div(found, className="links")


def _growth(growth: Growth) -> list[Any]:
    if not growth.known:
        return [html.P(growth.words)]
    low, high = min(growth.lower, 0.0), max(growth.upper, 0.0)
    rows: list[list[Any]] = [
        ["Inside", f"{words.figure(growth.inside)} %", ""],
        ["Outside (wards that hold none)", f"{words.figure(growth.outside)} %", ""],
        [
            "Difference, points",
            words.figure(growth.difference),
            [
                f"{words.figure(growth.lower)} to {words.figure(growth.upper)}",
                whisker(
                    (growth.difference, growth.lower, growth.upper), (low, high), 0
                ),
            ],
        ],
    ]
    heads = ["Growth of WMNow members", growth.period, "95 % interval"]
    return [
        html.P(html.Strong(growth.words)),
        table("Growth of members", heads, rows, numbers=[1], named=True, titled=True),
        html.P(f"{growth.definition} Impact areas are illustrative.", className="hint"),
    ]


def _list(notes: tuple[str, ...]) -> html.Ul:
    return html.Ul([html.Li(note) for note in notes], className="prose")
