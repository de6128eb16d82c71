"""Areas beside each other: one scale for each measure, verdicts in words, no winner."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dash import html

from dash_app.components.area.choose import area_link
from dash_app.components.tables import folded, table
from dash_app.components.whisker import whisker
from dash_app.jobs.comparisons import Measure, Pair
from dash_app.queries.area import Place
from dash_app.table import Row
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number

_SHOWN = ("ok", "low base")
_CLASSES = {
    "clear": "clearly different",
    "likely": "likely different, not certain",
    "same": "with no meaningful difference",
    "too few answers": "where it cannot be told",
    "suppressed": "hidden",
    "incomplete": "incomplete",
    "not available": "without a figure",
}
_KEY = (
    "Drawn on one scale for each measure: dot, the figure; bar, its 95% interval; grey "
    "line, the Force, or no change. The words below a figure set it against the Force."
)


def sentence(measures: Sequence[Measure], places: Sequence[Place]) -> str:
    """Say on how much areas differ; none is better or worse for it."""
    pairs = [pair for measure in measures for pair in measure.pairs]
    if not pairs:
        return "These areas share no measure that can be tested."
    counts = Counter(_class(pair) for pair in pairs)
    told = [f"{counts[name]:,} {say}" for name, say in _CLASSES.items() if counts[name]]
    if len(places) == 2:
        return f"On {_many(len(pairs), 'measure')}: {'; '.join(told)}."
    tested = sum(bool(measure.pairs) for measure in measures)
    return (
        f"Every two of these {len(places)} areas, on {_many(tested, 'measure')}: "
        f"{_many(len(pairs), 'comparison')}, {'; '.join(told)}."
    )


def _class(pair: Pair) -> str:
    if pair.finding == "no meaningful difference":
        return "same"
    return pair.verdict if pair.finding == "difference" else pair.finding


def together(measures: Sequence[Measure], places: Sequence[Place]) -> list[Any]:
    """Return the table: a row for each measure, a column for each area."""
    heads = ["Measure", *(place.name for place in places), "Force"]
    rows = [
        [_what(m), *(_cell(row, m) for row in m.sides), _force(m)] for m in measures
    ]
    caption = "Measures of each area and of the Force"
    made = table(caption, heads, rows, named=True, titled=True)
    return [
        html.H2("Side by side"),
        html.P(["About: ", *_named(places)], className="links"),
        html.P(_KEY, className="hint"),
        html.Div(made, className="beside"),
    ]


def _named(places: Sequence[Place]) -> list[Any]:
    return [area_link(place) for place in places]


def _what(measure: Measure) -> list[Any]:
    known = settings.indicator(measure.indicator)
    kinds = dict.fromkeys(row.kind for row in measure.sides if row.kind != "observed")
    notes = [measure.period, *(k for k in kinds if k)]
    if measure.weighted:
        notes.append("weighted")
    return [known.label, html.Span("; ".join(notes), className="verdict")]


def _cell(row: Row, measure: Measure) -> Any:
    """Write one figure: its verdict, the number, its interval drawn and in words."""
    if row.status not in _SHOWN or not math.isfinite(row.value):
        return html.Span(words.STATUS_WORDS[row.status], className="verdict")
    known = settings.indicator(measure.indicator)
    interval = words.interval_text(row.lower, row.upper, known)
    whom = settings.datasets()[known.dataset].row
    base = f"of {number(row.base, 0)} {whom}s" if known.measure == "share" else ""
    few = words.STATUS_WORDS[row.status]
    said = words.verdict_words(row.verdict, known)
    return [
        html.Strong(words.value_text(row.value, known)),
        whisker((row.value, row.lower, row.upper), _ends(measure), _line(measure)),
        html.Span(f"{interval} {base}".strip(), className="interval"),
        html.Span("; ".join(t for t in (said, few) if t), className="verdict"),
    ]


def _line(measure: Measure) -> float:
    """Return what areas are set against: the Force, or no change."""
    if settings.indicator(measure.indicator).measure == "change_pct":
        return 0.0
    return measure.force.value if measure.force else math.nan


def _ends(measure: Measure) -> tuple[float, float]:
    """Return the ends of a measure's axis, which all its areas share."""
    ends = [x for row in measure.sides for x in (row.value, row.lower, row.upper)]
    known = [x for x in (*ends, _line(measure)) if math.isfinite(x)]
    return (min(known), max(known)) if known else (0.0, 1.0)


def _force(measure: Measure) -> str:
    row = measure.force
    if row is None or row.status not in _SHOWN:
        return "no figure available"
    return words.value_text(row.value, settings.indicator(measure.indicator))


def each_with_each(measures: Sequence[Measure]) -> list[Any]:
    """Return what may be said of every two areas, measure by measure."""
    tested = [measure for measure in measures if measure.pairs]
    count = sum(len(measure.pairs) for measure in tested)
    if not count:
        return []
    return [
        html.H2("Can I say that they differ?"),
        html.P(_together(count)),
        *(_two(tested) if count == len(tested) else _several(tested)),
        *_untested(measures),
    ]


def _two(tested: Sequence[Measure]) -> list[Any]:
    """Return a row for each measure of two areas."""
    rows = [[_title(m), _said(m.pairs[0])] for m in tested]
    heads = ("Measure", "What may be said")
    title = "What may be said of the two areas"
    made = table(title, heads, rows, named=True, titled=True)
    return [html.Div(made, className="sayings")]


def _several(tested: Sequence[Measure]) -> list[Any]:
    """Return a list of every two areas for each measure, one click away."""
    return [
        folded(
            f"{_title(m)}: {_many(len(m.pairs), 'comparison')}",
            html.Ul([html.Li(_said(pair)) for pair in m.pairs], className="prose"),
        )
        for m in tested
    ]


def _title(measure: Measure) -> str:
    return f"{settings.indicator(measure.indicator).label}, {measure.period}"


def _said(pair: Pair) -> str:
    told = pair.verdict in ("clear", "likely")
    if pair.overlap and told:
        return (
            f"{pair.words} Their two intervals overlap; the verdict rests on the "
            "interval of the difference."
        )
    return f"{pair.words} Their two intervals overlap." if pair.overlap else pair.words


def _together(count: int) -> str:
    if count == 1:
        return "One comparison, read by itself."
    return (
        f"The {count} comparisons on this page are read together: who looks at many "
        "will find some that stand out by luck alone, and the verdicts allow for that "
        "(Benjamini and Hochberg, 1995). The intervals are each comparison's own. "
        "Crimes, stops and members are taken as chance events, and two areas as having "
        "no people or events in common. Nothing here says why areas differ."
    )


def _untested(measures: Sequence[Measure]) -> list[html.P]:
    names = [settings.indicator(m.indicator).label for m in measures if not m.pairs]
    if not names:
        return []
    text = "Not tested between areas, only shown: " + "; ".join(names) + "."
    return [html.P(text, className="hint")]


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
