"""What people put first, what they said, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dash import html

from dash_app.components.surveys.hints import hints
from dash_app.components.tables import LONG, folded, table
from dash_app.components.whisker import whisker
from geosafety.publish.cells import Row, cell, day_text, figure, span, status_of, told
from geosafety.publish.survey_words import (
    against_force,
    band_text,
    bands,
    first_sentence,
    in_order,
    tally_sentence,
    verdict_text,
)

SHORT = 25  # options from which a list is folded
HOME_VISITED = {
    "feels_safe_home": "Feel safe",
    "feels_unsafe_home": "Feel unsafe",
}


def priorities(
    found: Sequence[tuple[str, Sequence[Row], Sequence[Row]]], where: str
) -> list[Any]:
    """Show what people put first, in bands of options that cannot be told apart."""
    title = html.H2("What do people choose most?", id="first")
    if not found:
        text = "Not asked: this survey lets nobody choose among several answers."
        return [title, html.P(text)]
    how = (
        "The range is where an option’s place lies in 9 of 10 random draws. Where the "
        "ranges meet, the order may be chance: such options stand in one band, without "
        "a clear break from one to the next. Between bands the order is firm. Counts "
        "are of those who answered, not weighted."
    )
    parts = [part for one in found for part in _question(*one, where)]
    return [title, *parts, html.P(how, className="hint")]


def _question(
    name: str, options: Sequence[Row], leads: Sequence[Row], where: str
) -> list[Any]:
    made = bands(options)
    ranked = [_row(row, band, len(options)) for band in made for row in band]
    rest = [row for row in options if not math.isfinite(float(row["rank"]))]
    body = [*ranked, *(_row(row, [], len(options)) for row in rest)]
    heads = ("Option", "Place", "Chose it", "Of those who answered", "Range of places")
    title = name.replace("_", " ").capitalize()
    base = told(options[0], "base")
    shown = table(f"{title}: {base} answered", heads, body, numbers=(2, 3), named=True)
    return [
        html.H3(title),
        html.P(first_sentence(made, where)),
        *(html.P(verdict_text(row)) for row in leads if not row["week"]),
        folded(f"All {len(body)} options of “{title}”", shown)
        if len(body) > SHORT
        else shown,
        _weeks([row for row in leads if row["week"]]),
        *hints(options),
    ]


def _weeks(leads: Sequence[Row]) -> html.Details | None:
    """Say what led in each week, and whether it can be told from the next."""
    if not leads:
        return None
    body = [
        (day_text(str(row["week"])), verdict_text(row), told(row, "base"))
        for row in leads
    ]
    heads = ("Week from", "What leads, and can I say this?", "Answered")
    question = str(leads[0]["question"]).replace("_", " ")
    shown = table(f"Week by week: {question}", heads, body, numbers=(2,), named=True)
    return folded("Week by week", shown)


def _row(row: Row, band: Sequence[Row], options: int) -> list[Any]:
    ends = span(row, "rank_lower", "rank_upper", places=0)
    ranks = float(row["rank"]), float(row["rank_lower"]), float(row["rank_upper"])
    drawn = whisker(ranks, (1.0, float(options)))
    place = band_text(band) if band else "not ranked"
    return [
        html.Div(row["option"], className="long-text"),
        place,
        told(row, "n"),
        told(row, "share", places=1, unit="%"),
        [ends, drawn] if band else "not ranked",
    ]


def home_and_visited(rows: Sequence[Row], where: str) -> list[Any]:
    """Compare how safe people feel where they live and where they go."""
    title = html.H2("Where people live, and where they go", id="visited")
    if not rows:
        text = (
            f"Not asked, or not known of {where}: it takes the same question about the "
            "places that people visit, work or volunteer in."
        )
        return [title, html.P(text)]
    names = [HOME_VISITED.get(str(r["indicator"]), str(r["indicator"])) for r in rows]
    said = (
        "Of people who live here and answered about both: the share who feel so where "
        "they live, and the same people’s share where they visit, work or volunteer."
    )
    first, second = "Where they live", "Where they go"
    shown = _compared("Home and visited places", rows, names, (first, second))
    return [title, html.P(said), *shown]


def groups(
    rows: Sequence[Row], hidden_by: str, figure_name: str, where: str
) -> list[Any]:
    """Say which groups of people answer differently, and which cannot be told apart."""
    title = html.H2("Can I say this? Groups against each other", id="groups")
    intro = f"{figure_name}, {where}, by {hidden_by.lower()}."
    if not rows:
        text = "These results hold no comparison of these groups. Choose another."
        return [title, html.P(f"{intro} {text}")]
    ordered = in_order(rows)
    names = [f"{row['first']} against {row['second']}" for row in ordered]
    shown = _compared("Groups", ordered, names, ("First", "Second"))
    assumed = dict.fromkeys(str(row["assumption"]) for row in rows)
    said = [html.P(f"{intro} {tally_sentence(rows)}")]
    return [title, *said, *shown, *(html.P(t, className="hint") for t in assumed)]


def waves(rows: Sequence[Row]) -> list[Any]:
    """Compare with an earlier survey, and say what is not the same in both."""
    if not rows:
        return []
    names = [f"{row['by']} view of the police" for row in rows]
    assumed = dict.fromkeys(str(row["assumption"]) for row in rows)
    listed = html.Ul([html.Li(text) for text in assumed], className="prose")
    heads = ("This survey", "The other")
    return [
        html.H2("Against another survey", id="waves"),
        *_compared("Against another survey", rows, names, heads),
        folded("What is taken for granted", listed),
    ]


def _compared(
    caption: str,
    rows: Sequence[Row],
    names: Sequence[str],
    sides: tuple[str, str],
) -> list[Any]:
    """List comparisons: both sides, the difference on one axis, what may be said."""
    reach = max([10.0, *(abs(x) for row in rows for x in _ends(row) if x == x)])
    body = [
        [
            name,
            html.Div(verdict_text(row), className="long-text"),
            told(row, "first_value", places=1, unit="%"),
            told(row, "second_value", places=1, unit="%"),
            [_difference(row), whisker(_ends(row), (-reach, reach), 0.0)],
        ]
        for row, name in zip(rows, names, strict=True)
    ]
    heads = ("Compared", "Can I say this?", *sides, "Difference, points (95% interval)")
    shown: Any = table(caption, heads, body, numbers=(2, 3), named=True, titled=True)
    if len(body) > LONG:
        shown = folded(f"Show all {len(body):,} comparisons", shown)
    return [shown, *hints(rows)]


def _ends(row: Row) -> tuple[float, float, float]:
    return float(row["difference"]), float(row["lower"]), float(row["upper"])


def _difference(row: Row) -> str:
    text = figure(row, "difference", places=1)
    ends = span(row, "lower", "upper")
    return cell(f"{text} ({ends})" if ends else text, status_of(row))


def estimates(
    title: str, name: str, rows: Sequence[Row], where: str, *, first: str
) -> list[Any]:
    """Show a figure weighted beside unweighted, with what it rests on."""
    heading = html.H3(title)
    if not rows:
        return [heading, html.P(f"Not asked, or nobody could be placed: {where}.")]
    small = any(math.isfinite(float(row["smoothed"])) for row in rows)
    heads = [first, "Answers", "Not weighted (95% interval)", "Weighted (95% interval)"]
    heads += ["Worth, after weighting"]
    heads += ["Drawn to the larger area (estimated)"] if small else []
    heads += ["Against the Force"] if any(row["verdict"] for row in rows) else []
    body = [_estimate(row, small=small, judged=len(heads) > 5 + small) for row in rows]
    caption = f"{name}, {where}"
    shown: Any = table(caption, heads, body, numbers=(1, 4), named=True)
    if len(body) > LONG:
        shown = folded(f"Show all {len(body):,} lines", shown)
    return [heading, shown, *hints(rows)]


def _estimate(row: Row, *, small: bool, judged: bool) -> list[Any]:
    cells = [
        "Everyone" if row["name"] == "all" else row["name"],
        told(row, "base"),
        _interval(row, "value", "lower", "upper"),
        _interval(row, "weighted", "weighted_lower", "weighted_upper"),
        told(row, "effective_n"),
    ]
    if small:
        text = _interval(row, "smoothed", "smoothed_lower", "smoothed_upper")
        none = not figure(row, "smoothed") and status_of(row) in ("ok", "low base")
        cells.append("not drawn" if none else text)
    if not judged:
        return cells
    return [*cells, cell(against_force(row) or "not compared", status_of(row))]


def _interval(row: Row, value: str, low: str, high: str) -> str:
    text = figure(row, value, places=1, unit="%")
    ends = span(row, low, high)
    return cell(f"{text} ({ends})" if ends else text, status_of(row))
