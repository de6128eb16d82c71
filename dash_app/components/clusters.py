"""Clusters on the map page: is it really a hotspot, is it new, is it here to stay."""

from __future__ import annotations

import math
import re
from typing import Any

from dash import html

from dash_app import queries
from dash_app.components import card, leaflet, ranking
from dash_app.components.attributes import data
from dash_app.spots import FOUND, Spot, Spots
from dash_app.table import Row
from dash_app.view import View
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
from geosafety.settings import Indicator

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
_UNKNOWN = "not tested"
_KEY = {
    "0": "Hot, stable",
    "a": "Hot, fragile",
    "1": "Cold, stable",
    "b": "Cold, fragile",
    NOT_SIGNIFICANT: "Not significant",
    TOO_FEW: "Too few permutations to tell",
    NOT_TESTED: "Not tested: the card says why",
}
_MEANING = {
    "hot": "{what} there and next door is higher than chance would give",
    "cold": "{what} there and next door is lower than chance would give",
    "not significant": (
        "{what} there and next door is not clearly outside what chance would give"
    ),
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
        "unit": f"Key: hot spots through time, {_months(spots)}"
        if late
        else f"Key: clusters, {spots.period}",
        "key": key(spots),
        "card": spot_card(spot, spots, value, view, indicator),
        "listed": "Hot spots by class" if late else "Hot areas, then cold",
        "ranking": listing(spots, view),
        "about": [definitions(spots, indicator), *_about(view)],
    }


def title(spots: Spots, view: View, indicator: Indicator) -> str:
    """Name the view, with the period that was tested."""
    group = "" if view.group == "all" else f" ({words.group_text(view.group)})"
    layer = words.lower_first(settings.geography(view.geography).label)
    row = settings.datasets()[indicator.dataset].row
    if spots.look == "emerging":
        what, when = "Emerging hot spots", f"followed over {_months(spots)}"
    else:
        what, when = "Hot and cold spots", f"tested on {spots.period}"
    return f"{what} of {row}{group}, by {layer}, {when}"


def about_all(spots: Spots, view: View, indicator: Indicator) -> list[str]:
    """Say what was found in plain words: the first sentence, then the others."""
    nouns = _nouns(view)
    if spots.look == "emerging":
        return _late(spots, nouns)
    hot, cold = (spots.labelled(label) for label in FOUND)
    total = len(spots.rows)
    if hot:
        meaning = _meaning("hot", view, indicator)
        found = f"{len(hot):,} of {total:,} {nouns} {_are(hot)} hot: {meaning}."
        found += _fragile(hot)
    else:
        found = f"None of the {total:,} {nouns} is hot: none stands out above what "
        found += "chance would give."
    others = f"{len(cold):,} {_are(cold)} cold{_weak(cold)}." if cold else ""
    return [
        found,
        others or "None is cold.",
        *_inside(hot, spots, nouns),
        *_untested(spots),
        _when(spots),
    ]


def about_area(spot: Spot, spots: Spots, view: View, indicator: Indicator) -> list[str]:
    """Say what one area is, how firm that is, and what was tested."""
    if spots.look == "emerging":
        run = [f"{_run(spot, spots)}."] if spot.months else []
        return [_late_area(spot), *run, _each_month(spots)]
    if spot.label in _MEANING:
        meaning = _meaning(spot.label, view, indicator)
        what = f"is {spot.label}" if spot.label in FOUND else "does not stand out"
        first = f"{spot.name} {what}: {meaning}."
        if spot.label in FOUND and spot.stability_word:
            first += f" The finding is {spot.stability_word}."
    else:
        first = f"{spot.name}: {_label(spot)}."
    tested = _when(spots)
    return [first, tested]


def _late(spots: Spots, nouns: str) -> list[str]:
    total = len(spots.rows)
    gone = len(spots.classed("historical"))
    quiet = ("historical", "none", _UNKNOWN)
    counts = {
        name: len(spots.classed(name))
        for name in words.EMERGING_WORDS
        if name not in quiet
    }
    hot = sum(counts.values())
    if hot:
        were = "was" if hot == 1 else "were"
        each = ", ".join(f"{n:,} {name}" for name, n in counts.items() if n)
        first = (
            f"{hot:,} of {total:,} {nouns} {were} hot in {spots.last_month}: {each}."
        )
    else:
        first = f"None of the {total:,} {nouns} was hot in {spots.last_month}."
    past = f"{gone:,} {'was' if gone == 1 else 'were'} nearly always hot until then."
    return [first, *([past] if gone else []), _each_month(spots)]


def _late_area(spot: Spot) -> str:
    meaning = spot.late_reason or words.EMERGING_WORDS[spot.emerging]
    if spot.emerging == _UNKNOWN:
        return f"{spot.name} was not tested by month: {meaning}."
    if spot.emerging == "none":
        return f"{spot.name} is no emerging hot spot: {meaning}."
    article = "an" if spot.emerging[0] in "io" else "a"
    return f"{spot.name} is {article} {spot.emerging} hot spot: {meaning}."


def _each_month(spots: Spots) -> str:
    return (
        f"Each month of {_months(spots)} was tested by itself, and no other period. "
        "A month holds far less than a year, so fewer areas stand out."
    )


def _months(spots: Spots) -> str:
    return words.period_text(spots.months)


def _nouns(view: View) -> str:
    """Return the short name of the areas: what stands in brackets, if anything does."""
    plural = settings.geography(view.geography).plural
    short = re.search(r"\((\w+)\)", plural)
    return short[1] if short else words.lower_first(plural)


def _meaning(label: str, view: View, indicator: Indicator) -> str:
    what = settings.datasets()[indicator.dataset].row
    if view.group != "all":
        what = f"{what} ({view.group.partition('=')[2]})"
    return _MEANING[label].format(what=f"{what} per resident")


def _are(found: list[Spot]) -> str:
    return "is" if len(found) == 1 else "are"


def _when(spots: Spots) -> str:
    return f"Tested on {spots.period} only; another period does not change this."


def _weak(found: list[Spot]) -> str:
    weak = sum(row.stability_word == "fragile" for row in found)
    return f", {weak:,} of them fragile" if weak else ""


def _fragile(found: list[Spot]) -> str:
    weak = [row for row in found if row.stability_word == "fragile"]
    if len(found) == 1:
        return " It is fragile." if weak else " It is stable."
    if not weak:
        return " None of them is fragile."
    who = "All" if len(weak) == len(found) else f"{len(weak):,}"
    return f" {who} of them {_are(weak)} fragile."


ILLUSTRATIVE = ("IA-", "Illustrative")  # how the bundled codes and names begin


def _inside(hot: list[Spot], spots: Spots, nouns: str) -> list[str]:
    """Say how many of the hot areas lie in an impact area, where that is known."""
    if not hot or not any(row.impact_area for row in spots.rows):
        return []
    inside = sum(bool(row.impact_area) for row in hot)
    outside = len(hot) - inside
    lie, do = "lies" if inside == 1 else "lie", "does" if outside == 1 else "do"
    who = f"{inside:,} of the {len(hot):,} hot {nouns}"
    said = [f"{who} {lie} inside an impact area; {outside:,} {do} not."]
    # The bundled areas are made up: nobody may read this of the real nineteen.
    made_up = [
        row.impact_area.startswith(ILLUSTRATIVE) for row in hot if row.impact_area
    ]
    return [*said, "These impact areas are illustrative."] if any(made_up) else said


def _untested(spots: Spots) -> list[str]:
    counts = spots.counts()
    said = {TOO_FEW: "had too few permutations to tell", NOT_TESTED: "not tested"}
    found = []
    for symbol, text in said.items():
        n = counts[symbol]
        verb = "" if symbol == TOO_FEW else "was " if n == 1 else "were "
        found += [f"{n:,} {verb}{text}."] if n else []
    return found


def _label(spot: Spot) -> str:
    """Write an area's label, with the reason where there is one."""
    if spot.label in FOUND:
        sure = spot.stability_word or "stability not known"
        return f"{words.CLUSTER_WORDS[spot.label]}, {sure}"
    why = f" ({spot.reason})" if spot.reason else ""
    return f"{words.CLUSTER_WORDS[spot.label]}{why}"


def _class_text(spot: Spot) -> str:
    """Write an area's class through time with what it means."""
    meaning = spot.late_reason or words.EMERGING_WORDS[spot.emerging]
    if spot.emerging == "none":
        return f"{meaning[:1].upper()}{meaning[1:]}"
    return f"{spot.emerging[:1].upper()}{spot.emerging[1:]}: {meaning}"


def _run(spot: Spot, spots: Spots) -> str:
    months = "month" if spot.months == 1 else "months"
    return f"Hot in {spot.hot_months:,} of {spot.months:,} {months} up to {_end(spots)}"


def _end(spots: Spots) -> str:
    return spots.last_month


def _tip(spot: Spot, *, late: bool) -> str:
    if not late:
        return _label(spot)
    if spot.emerging in ("none", _UNKNOWN):
        return _class_text(spot)
    return f"{_class_text(spot)} ({spot.hot_months} of {spot.months} months)"


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
    names = [name for name in words.EMERGING_WORDS if name not in ("none", _UNKNOWN)]
    none = [name for name in names if not spots.classed(name)]
    return [html.P(f"No area is {_or(none)}.", className="hint")] if none else []


def _or(names: list[str]) -> str:
    return " or ".join(", ".join(names).rsplit(", ", 1))


def _short_class(name: str) -> str:
    if name == "none":
        return "Not hot in the last month"
    if name == _UNKNOWN:
        return "Not tested: the card says why"
    meaning = words.EMERGING_WORDS[name]
    return f"{name[:1].upper()}{name[1:]}: {meaning}"


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
    through = f"{_class_text(spot)}. {_run(spot, spots)}." if spots.months else ""
    known = any(row.impact_area for row in spots.rows)
    inside = spots.impact_areas.get(spot.impact_area, spot.impact_area)
    figure = words.value_text(value.value, indicator) if value else ""
    shown = f"{figure} {words.unit_text(indicator)}, {queries.period_text(view.period)}"
    return {
        "Why": spot.reason,
        "Over the year": f"{_label(spot)} ({spots.period})" if late else "",
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
        quiet = ("none", _UNKNOWN)
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
        f"{_class_text(spot)} ({spot.hot_months} of {spot.months} months)"
        if spots.months
        else "",
        spots.impact_areas.get(spot.impact_area, spot.impact_area),
        spot.reason,
    )


def definitions(spots: Spots, indicator: Indicator) -> html.Details:
    """Say what the words mean, and what they do not say."""
    row = settings.datasets()[indicator.dataset].row
    n = f"{len(spots.rows):,}"
    # Single months are tested with other numbers of draws than the year.
    late = spots.look == "emerging"
    draws = "many" if late else f"{spots.permutations:,}"
    texts = [
        f"An area is hot when {row} per resident in it and around it is higher than "
        f"nearly all of {draws} random rearrangements of the same "
        "figures over the map would make it, and cold when it is lower (Gi*). It "
        "names a neighbourhood that stands out, not one high figure.",
        f"Among {n} areas, chance alone makes some stand out. The false discovery "
        "rate is held at 5%: of all that is called hot or cold, about one in twenty "
        "or fewer is expected to be a false alarm.",
        "Stable means that an area kept its label in at least four of five runs with "
        "other fair choices: who counts as a neighbour, how far small numbers are "
        "smoothed, how strict the rate is. Fragile means that it did not: go and look "
        "before relying on it.",
        "Neither says why, and neither is a forecast. City centres have few residents "
        "and many visitors, and look hot for that reason too.",
    ]
    if late:
        texts.insert(
            2,
            "Through time, every month is tested by itself. “Nearly always” is at "
            "least 90% of months; rising or falling is a trend of the statistic.",
        )
        texts[3:3] = [
            f"{name[:1].upper()}{name[1:]}: {meaning}."
            for name, meaning in words.EMERGING_WORDS.items()
            if name not in ("none", _UNKNOWN)
        ]
    if spots.whole:
        texts.append(f"The map as a whole: {spots.whole}")
    return html.Details(
        [
            html.Summary("What is this?"),
            *(html.P(text) for text in texts),
        ]
    )


def _about(view: View) -> list[Any]:
    layer = settings.geography(view.geography)
    lines = [f"Areas: {layer.plural} ({layer.vintage}).", layer.note]
    return [html.P(line) for line in lines if line]
