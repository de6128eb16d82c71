"""Does the map cluster, how concentrated is it, did it hold, and does it repeat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import dash
from dash import html

from dash_app.components.pictures import picture
from dash_app.components.tables import folded, table
from dash_app.queries import hotspots
from dash_app.queries.hotspots import Asked, Concentration, Record
from geosafety.publish.classes import number
from geosafety.publish.curves import lorenz_picture
from geosafety.publish.pattern_words import (
    Tested,
    held_out,
    held_out_rows,
    held_out_sentence,
    near_rows,
    near_sentence,
    times_text,
)
from geosafety.publish.words import lower_first, period_text

MOST_WARDS = 10


def whole_map(asked: Asked) -> list[Any]:
    """Say whether values lie next to their like."""
    said = hotspots.whole_map(asked)
    if not said:
        return []
    first, *more = said
    others = html.Ul([html.Li(text) for text in more], className="prose")
    return [
        html.H2("Does the map as a whole cluster?", id="whole"),
        html.P(first),
        folded(f"{len(more)} more tests of the whole map", others) if more else None,
    ]


def concentration(asked: Asked, found: Concentration | None) -> list[Any]:
    """Say how few places hold most of it, with the curve and its points."""
    title = html.H2("How concentrated is it?", id="concentration")
    if found is None:
        return [title, html.P(_elsewhere(asked))]
    rows = [
        (
            str(row["measure"]).removeprefix("places holding ").replace(" %", "%"),
            number(row["places"], 0),
            f"{number(row['value'], 1)}%",
            f"{number(row['by_chance'], 1)}%",
        )
        for row in found.shares
    ]
    heads = ("Part of the total", "Places", "Part of all places", "By chance alone")
    shown = table(f"Places that hold it, {period_text(found.period)}", heads, rows)
    said = [html.P(str(found.shares[0]["words"])), html.P(found.gini)]
    return [
        title,
        html.Div([html.Div([*said, shown]), _curve(asked, found)], className="drawn"),
        _points(found),
        _harm(found),
    ]


def _elsewhere(asked: Asked) -> Any:
    text = "This is measured on the smallest areas only. "
    if asked.view.geography == asked.finest or not asked.finest:
        return "These results hold no measure of concentration here."
    here = dash.get_relative_path("/hotspots")
    link = html.A("See it there", href=f"{here}?g={asked.finest}#concentration")
    return [text, link, "."]


def _name(asked: Asked) -> str:
    _, _, category = asked.view.group.partition("=")
    return lower_first(category) if category else "crime"


def _curve(asked: Asked, found: Concentration) -> Any:
    drawn = lorenz_picture(found.curve, what=_name(asked))
    return picture(drawn, name="curve") if drawn else None


def _points(found: Concentration) -> Any:
    rows = [tuple(f"{number(value, 1)}%" for value in point) for point in found.curve]
    heads = ("Quietest places", "Hold", "Spread as evenly as can be")
    shown = table("The points of the curve", heads, rows, numbers=(0, 1, 2))
    return folded("The curve as a table", shown) if rows else None


def _harm(found: Concentration) -> Any:
    if not found.harm:
        return None
    listed = html.Ul([html.Li(text) for text in found.harm], className="prose")
    return folded("The same, with each crime weighed by its harm (estimated)", listed)


def held_on(found: Concentration | None) -> list[Any]:
    """Say how much of later months lay in the areas that were densest before."""
    if found is None:
        return []
    title = html.H2("Did last year’s hottest areas stay hot?", id="held")
    tested = held_out(found.tested)
    if not tested:
        text = "Not tested: it takes twelve covered months and three more after them."
        return [title, html.P(text)]
    heads, rows = held_out_rows(tested)
    caption = "How much of each later month lay in the densest areas before it"
    how = (
        "1 times chance is what the same part of the land would hold anywhere. It is a "
        "check of the past, not a forecast."
    )
    return [
        title,
        html.P(held_out_sentence(tested)),
        table(caption, heads, rows, numbers=(1,), named=True),
        html.P(how, className="hint"),
        _best(tested),
    ]


def _best(tested: Tested) -> html.Details:
    """Set what was held against the most that so much land could have held."""
    heads, rows = held_out_rows(tested, best=True)
    caption = "What was held, over the most that so much land could have held"
    shown = table(caption, heads, rows, numbers=(1,), named=True)
    return folded("How close to the best possible", shown)


def mix(asked: Asked) -> list[Any]:
    """Say in which wards one kind of crime is clearly a larger part than overall."""
    tested, rows = hotspots.mix(asked)
    if not tested:
        return []
    name = asked.view.group.partition("=")[2]
    said = (
        f"In {len(rows):,} of {tested:,} wards {lower_first(name)} is clearly a larger "
        "part of the ward’s crime than of all crime. This is the mix, not the rate: "
        "there may be little of it."
    )
    body = [
        (row["area_name"], times_text(row["value"], row["lower"], row["upper"]))
        for row in rows[:MOST_WARDS]
    ]
    left = len(rows) - len(body)
    return [
        html.H2("Where is it a larger part of crime?", id="mix"),
        html.P(said),
        table("Clearest first", ("Ward", "Its part, as a multiple"), body, named=True)
        if body
        else None,
        html.P(f"{left:,} more are not listed.", className="hint")
        if left > 0
        else None,
    ]


def near_repeats(found: Sequence[tuple[str, Sequence[Record]]]) -> list[Any]:
    """Say whether events near in place come near in time, or why that is not known."""
    if not found:
        return []
    title = html.H2("Do events repeat nearby, soon after?", id="near")
    return [title, *(part for name, rows in found for part in _near(name, rows))]


def _near(name: str, rows: Sequence[Record]) -> list[Any]:
    known = [row for row in rows if row.get("status") != "not available"]
    if not known or math.isnan(float(known[0].get("ratio", math.nan))):
        said = dict.fromkeys(str(row["words"]) for row in rows)
        return [html.P(f"{name}: {text}") for text in said]
    heads, body = near_rows(known)
    caption = f"{name}: pairs, as a multiple of chance"
    how = (
        f"Each of the {len(known)} cells is tested on its own at 5%: chance alone "
        "marks about one. It says that there is a pattern, not why, and nothing of who."
    )
    return [
        html.P(near_sentence(known)),
        table(caption, heads, body, named=True),
        html.P(how, className="hint"),
    ]
