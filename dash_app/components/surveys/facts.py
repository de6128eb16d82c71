"""Which surveys there are, how each was done, and how it was weighted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from dash_app.components.surveys.hints import hints
from dash_app.components.tables import folded, table
from dash_app.queries.survey_choices import dimension_text
from dash_app.queries.surveys import Facts, Record
from geosafety.publish import words
from geosafety.publish.cells import day_text, figure, told

_UNKNOWN = "not known"


def heading(one: Facts, sentence: str, caution: str, area: str) -> html.Div:
    """Say whom the survey does not hear, and what kind of survey it is."""
    about = one.about
    title = about.title if about else words.period_text(one.name)
    kind = html.Span(words.KIND_WORDS.get(one.kind, ""), className=f"tag {one.kind}")
    read = f"{one.rows:,} answers were read."
    more = (caution, read, about.note if about else "")
    return html.Div(
        [
            html.H1(f"{title}: answers of {area}"),
            html.P(sentence, className="sentence"),
            html.P(kind if one.kind else None, className="tags"),
            html.P(" ".join(text for text in more if text), className="more"),
        ],
        id="heading",
    )


def all_surveys(found: Sequence[Facts]) -> list[Any]:
    """List every survey these results hold: when, how, how many, how weighted."""
    heads = (
        "Survey",
        "Fieldwork",
        "How it was done",
        "Answers",
        "Worth, after weighting",
        "Design effect",
    )
    rows = [
        (
            words.period_text(one.name),
            _dates(one),
            one.about.mode if one.about else _UNKNOWN,
            f"{one.rows:,}" if one.rows else _UNKNOWN,
            figure(one.weighting, "effective_n") or "not weighted",
            figure(one.weighting, "design_effect", places=2) or "not weighted",
        )
        for one in found
    ]
    how = (
        "Weighting makes the answers look like the people who live there, at a price: "
        "they then say only as much as fewer equal answers would. The design effect is "
        "that price: answers over what they are worth."
    )
    shown = table("Surveys", heads, rows, numbers=(3, 4, 5), named=True, titled=True)
    return [
        html.H2("The surveys in these results", id="surveys"),
        shown,
        html.P(how, className="hint"),
    ]


def _dates(one: Facts) -> str:
    days = one.about.fieldwork if one.about else ()
    return " to ".join(day_text(day) for day in days) or _UNKNOWN


def weighted(one: Facts, margins: Sequence[Record]) -> list[Any]:
    """Say how a survey was weighted, with every margin before and after."""
    title = html.H2("How it was weighted", id="weighting")
    said = str(one.weighting.get("words", ""))
    if not said:
        return [title, html.P("This survey was not weighted.")]
    rows = [
        (
            dimension_text(str(row["dimension"])),
            row["name"],
            told(row, "n"),
            *(
                told(row, c, places=1, unit="%") if _known(row) else "–"
                for c in _SHARES
            ),
            row.get("note", ""),
        )
        for row in margins
    ]
    heads = ("By", "Group", "Answers", "Of answers", "Of residents", "After", "Note")
    shown = table("Margins", heads, rows, numbers=(2, 3, 4, 5), titled=True)
    return [
        title,
        html.P(said.replace("local_authority", "borough")),
        folded("Every margin, before and after", html.Div([shown, *hints(margins)])),
    ]


_SHARES = ("sample_share", "target_share", "weighted_share")


def _known(row: Record) -> bool:
    """Those who did not say are in no share."""
    return bool(row["category"] != "not stated")
