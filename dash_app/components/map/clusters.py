"""Clusters on the map page: is it really a hotspot, is it new, is it here to stay."""

from __future__ import annotations

import math
from typing import Any

from dash import html

from dash_app.components.attributes import data
from dash_app.components.map import card, leaflet, ranking
from dash_app.components.map.cluster_words import definitions
from dash_app.table import Row
from dash_app.view import View, period_text
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import (
    CLUSTER_COLOURS,
    EMERGING_COLOURS,
    EMERGING_SYMBOLS,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    PLAIN_GREY,
    TOO_FEW,
    hatch_line,
    number,
)
from geosafety.publish.cluster_words import (
    UNKNOWN,
    about_all,
    about_area,
    class_text,
    label_text,
    months_text,
    run_text,
    short_class,
    title,
)
from geosafety.publish.spots import FOUND, Spot, Spots
from geosafety.settings import Indicator

__all__ = ["about_all", "definitions", "title"]  # said by `cluster_words`

LONGEST = {"clusters": 12, "emerging": 8}  # rows of one label beside the map
HEADS: tuple[str, ...] = (
    "Area",
    "Label",
    "Stability",
    "Gi* z-score",
    "q-value",
    "Through time",
    "Impact area",
    "Reason",
)
# Shown in the key only where there are some.
_RARE = (TOO_FEW, NOT_TESTED)
_KEY = {
    "0": "Hot, stable",
    "a": "Hot, fragile",
    "1": "Cold, stable",
    "b": "Cold, fragile",
    NOT_SIGNIFICANT: "Not significant",
    TOO_FEW: "Too few permutations to tell",
    NOT_TESTED: "Not tested: the card says why",
}


def parts(
    view: View, spots: Spots, value: Row | None, indicator: Indicator
) -> dict[str, Any]:
    """Return what the page shows of a view's clusters, as `parts.parts` does."""
    spot = spots.row(view.area) if view.area else None
    first, *more = (
        about_area(spot, spots, view, indicator)
        if spot
        else about_all(spots, view, indicator)
    )
    kinds = [
        html.Span(words.KIND_WORDS.get(kind, kind), className=f"tag {kind}")
        for kind in spots.kinds
    ]
    late = spots.look == "emerging"
    return {
        "heading": [
            html.H1(title(spots, view, indicator)),
            html.P(first, className="sentence"),
            html.P(kinds, className="tags"),
            html.P(" ".join(more), className="more"),
        ],
        "hideout": leaflet.hideout_of_spots(
            spots, [_tip(row, late=late) for row in spots.rows]
        ),
        "unit": f"Key: hot spots through time, {months_text(spots)}"
        if late
        else f"Key: clusters, {spots.period}",
        "key": key(spots),
        "card": spot_card(spot, spots, value, view, indicator),
        "listed": "Hot spots by class" if late else "Hot areas, then cold",
        "ranking": listing(spots, view),
        "about": [definitions(spots, indicator), *_about(view)],
    }


def _tip(spot: Spot, *, late: bool) -> str:
    if not late:
        return label_text(spot)
    if spot.emerging in ("none", UNKNOWN):
        return class_text(spot)
    return f"{class_text(spot)} ({spot.hot_months} of {spot.months} months)"


def key(spots: Spots) -> list[Any]:
    """Return the key in words, with how many areas there are of each."""
    counts = spots.counts()
    if spots.look == "emerging":
        shown = {
            EMERGING_SYMBOLS[name]: _short_class(name) for name in words.EMERGING_WORDS
        }
        colours: tuple[str, ...] = EMERGING_COLOURS
    else:
        shown, colours = _KEY, CLUSTER_COLOURS
    items = [
        _item(symbol, text, counts[symbol], colours)
        for symbol, text in shown.items()
        if counts[symbol] or not (symbol in _RARE or spots.look == "emerging")
    ]
    return [html.Ul(items, className="kinds"), *_empty(spots)]


def _empty(spots: Spots) -> list[html.P]:
    """Name the classes through time that no area has."""
    if spots.look != "emerging":
        return []
    names = [name for name in words.EMERGING_WORDS if name not in ("none", UNKNOWN)]
    none = [name for name in names if not spots.classed(name)]
    return [html.P(f"No area is {_or(none)}.", className="hint")] if none else []


def _or(names: list[str]) -> str:
    return " or ".join(", ".join(names).rsplit(", ", 1))


def _short_class(name: str) -> str:
    text = short_class(name)
    return f"{text}: the card says why" if name == UNKNOWN else text


def _item(symbol: str, text: str, n: int, colours: tuple[str, ...]) -> html.Li:
    look: dict[str, Any] = {"className": "swatch"}
    if symbol in (TOO_FEW, NOT_TESTED):
        look["className"] += " dotted" if symbol == TOO_FEW else " grid"
    elif symbol.isdigit():
        look["style"] = {"background": colours[int(symbol)]}
    elif symbol == NOT_SIGNIFICANT:
        look["style"] = {"background": PLAIN_GREY}
    else:
        colour = colours["abcde".index(symbol)]
        line = hatch_line(colour)
        stripes = f"-45deg, {colour} 0 4px, {line} 4px 5px"
        look["style"] = {"background": f"repeating-linear-gradient({stripes})"}
    areas = html.Span(" areas", className="unseen")
    return html.Li(
        [
            html.Span(**look),
            html.Span(text, className="class"),
            html.Span([f"{n:,}", areas], className="n"),
        ],
        **data(symbols=symbol),
    )


def spot_card(
    spot: Spot | None,
    spots: Spots,
    value: Row | None,
    view: View,
    indicator: Indicator,
) -> list[Any]:
    """Return what is known of the chosen area, or how to choose one."""
    if spot is None:
        return [html.P(card.NONE_CHOSEN, className="hint")]
    late = spots.look == "emerging"
    terms = _terms(spot, spots, value, view, indicator)
    return [
        html.H2(spot.name),
        html.P(html.Span(_headline(spot, late=late), className="big")),
        html.P(_share(spot), className="hint") if not late else None,
        html.P(_statistic(spot), className="hint") if not late else None,
        html.Dl(
            [
                part
                for term, text in terms.items()
                if text
                for part in (html.Dt(term), html.Dd(text))
            ]
        ),
        card.clear(),
    ]


def _headline(spot: Spot, *, late: bool) -> str:
    if late:
        name = "not hot now" if spot.emerging == "none" else spot.emerging
        return f"{name[:1].upper()}{name[1:]}"
    sure = spot.stability_word if spot.label in FOUND else ""
    label = words.CLUSTER_WORDS[spot.label]
    return f"{label}, {sure}" if sure else label


def _share(spot: Spot) -> str:
    if not math.isfinite(spot.stability):
        return ""
    share = words.share_text(spot.stability)
    return f"It keeps this label in {share} of runs with other fair choices."


def _statistic(spot: Spot) -> str:
    """Write the statistic itself, for those who ask for it."""
    if not math.isfinite(spot.z):
        return ""
    q = f", q-value {_small(spot.q)}" if math.isfinite(spot.q) else ""
    return f"The statistic: Gi* z-score {number(spot.z, 2)}{q}"


def _small(q: float) -> str:
    if not math.isfinite(q):
        return ""
    return "under 0.001" if q < 0.001 else number(q, 3)


def _terms(
    spot: Spot, spots: Spots, value: Row | None, view: View, indicator: Indicator
) -> dict[str, str]:
    late = spots.look == "emerging"
    through = f"{class_text(spot)}. {run_text(spot, spots)}." if spots.months else ""
    known = any(row.impact_area for row in spots.rows)
    inside = spots.impact_areas.get(spot.impact_area, spot.impact_area)
    figure = words.value_text(value.value, indicator) if value else ""
    shown = f"{figure} {words.unit_text(indicator)}, {period_text(view.period)}"
    return {
        "Why": spot.reason,
        "Over the year": f"{label_text(spot)} ({spots.period})" if late else "",
        "By month": through,
        "Change on the year": spot.change,
        "Impact area": (inside or "None") if known else "",
        "Value": shown if figure else "",
        "Figures": words.kinds_text(list(spots.kinds)),
        "Code": spot.code,
    }


def listing(spots: Spots, view: View) -> list[Any]:
    """Return the areas that were found, by label; places in order would say nothing."""
    late = spots.look == "emerging"
    if late:
        quiet = ("none", UNKNOWN)
        names = [name for name in words.EMERGING_WORDS if name not in quiet]
        found = {name: spots.classed(name) for name in names}
    else:
        found = {label: spots.labelled(label) for label in FOUND}
    shown = {name: rows for name, rows in found.items() if rows}
    if not shown:
        none = "hot in the last month" if late else "hot or cold"
        return [html.P(f"No area here is {none}.", className="hint")]
    return [part for name, rows in shown.items() for part in _section(name, rows, view)]


def _section(name: str, rows: list[Spot], view: View) -> list[Any]:
    longest = LONGEST[view.look]
    left = len(rows) - longest
    heading = f"{name[:1].upper()}{name[1:]}: {len(rows):,}"
    body = html.Tbody([_listed(row, view) for row in rows[:longest]])
    table = html.Table(
        [html.Caption(f"Areas: {name}", className="unseen"), _head(view), body],
        className="ranked",
    )
    more = html.P(f"{left:,} more are in “Show as table”.", className="hint")
    return [html.H3(heading), table, more if left > 0 else None]


def _head(view: View) -> html.Thead:
    second = "Months hot" if view.look == "emerging" else "Finding"
    heads = [html.Th("Area", scope="col"), html.Th(second, scope="col")]
    return html.Thead(html.Tr(heads))


def _listed(spot: Spot, view: View) -> html.Tr:
    chosen = spot.code == view.area
    if view.look == "emerging":
        said = f"{spot.hot_months:,} of {spot.months:,}"
    else:
        sure = spot.stability_word or "stability not known"
        share = words.share_text(spot.stability)
        said = f"{sure} ({share} of runs)" if share else sure
    button = ranking.choose(spot.code, spot.name, chosen=chosen)
    cells = [html.Th(button, scope="row"), html.Td(said)]
    return html.Tr(cells, className="chosen" if chosen else "")


def cells(spot: Spot, spots: Spots) -> tuple[str, ...]:
    """Return an area's row in the table page, after its name; see `HEADS`."""
    share = words.share_text(spot.stability)
    return (
        words.CLUSTER_WORDS[spot.label],
        f"{spot.stability_word}, {share} of runs" if share else "",
        number(spot.z, 2) if math.isfinite(spot.z) else "",
        _small(spot.q),
        f"{class_text(spot)} ({spot.hot_months} of {spot.months} months)"
        if spots.months
        else "",
        spots.impact_areas.get(spot.impact_area, spot.impact_area),
        spot.reason,
    )


def _about(view: View) -> list[Any]:
    layer = settings.geography(view.geography)
    lines = [f"Areas: {layer.plural} ({layer.vintage}).", layer.note]
    return [html.P(line) for line in lines if line]
