"""A plan on a map: one page that opens with the network off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from geosafety.publish.map_sheet import DOT, KeyLine, MapSheet, Mark, Tip
from geosafety.publish.notes import LICENCE
from geosafety.publish.offline import render_offline, safe_script
from geosafety.publish.plan_brief import About, reason
from geosafety.publish.web_shapes import lean

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# By state: what the key calls it, and its fill. Dark is what the plan wins.
STATES = {
    "new": ("newly within reach of a visit", "#5b8db8"),
    "booked": ("within reach of a booked event", "#c9b8dc"),
    "left": ("short, and out of reach", "#f3e3c0"),
    "none": ("nobody short", "#ffffff"),
}
POINTS = {
    "pick": ("visit of this plan", "#8a1538", 11),
    "booked": ("event booked already", "#5b3a8c", 8),
    "other": ("venue not chosen", "#4a4f57", 3),
}
_MAP_DIV = re.compile(r'<div class="folium-map"[^>]*>\s*</div>')


def plan_html(
    areas: gpd.GeoDataFrame,
    points: pd.DataFrame,
    picks: Sequence[Mapping[str, Any]],
    *,
    about: About,
    reach: float,
) -> str:
    """Draw a plan.

    Parameters
    ----------
    areas
        Polygons indexed by `area_code`, with `state` (a key of `STATES`).
    points
        `name, x, y, state` (a key of `POINTS`), `rank` (0 where it has none).
    picks
        As `plan_brief.reason` takes them, in order.
    reach
        Radius of the circles in metres; 0 draws none.

    Returns
    -------
    str
        HTML that fetches nothing.
    """
    html = render_offline(_figure(areas, points, reach), _head(about.title))
    notes = [about.objective, about.proof]
    said = "".join(f"<p>{escape(note)}</p>" for note in notes)
    before = f"<main><h1>{escape(about.title)}</h1>{said}"
    after = [_key(areas, points), "</div>", _table(picks, about), _footer(about)]
    html = html.replace("<body>", f'<body>{before}<div class="frame">', 1)
    return _MAP_DIV.sub(lambda found: found.group(0) + "".join(after), html, count=1)


def plan_sheet(
    areas: gpd.GeoDataFrame, points: pd.DataFrame, *, about: About, reach: float
) -> MapSheet:
    """Make the same map for `static_map.draw`; parameters as for `plan_html`."""
    symbols = {state: str(n) for n, state in enumerate(STATES)}
    pairs = zip(areas.index, areas["state"], strict=True)
    return MapSheet(
        title=about.title,
        notes=tuple(note for note in (about.objective, about.proof) if note),
        geometry=areas,
        tips={
            str(code): Tip(
                name=str(code), text=STATES[str(state)][0], symbol=symbols[str(state)]
            )
            for code, state in pairs
        },
        colours=tuple(colour for _, colour in STATES.values()),
        key_title="Key",
        key=tuple(_key_lines(areas, points, symbols)),
        base=f"Circles: within {about.walk} of a visit." if reach else "",
        sources=(*about.notes, LICENCE),
        marks=tuple(_marks(points, reach)),
    )


def _key_lines(
    areas: gpd.GeoDataFrame, points: pd.DataFrame, symbols: Mapping[str, str]
) -> Iterator[KeyLine]:
    for state, (label, colour, _) in POINTS.items():
        if count := int((points["state"] == state).sum()):
            yield KeyLine(symbol=DOT, label=label, count=count, colour=colour)
    for state, (label, _) in STATES.items():
        if count := int((areas["state"] == state).sum()):
            yield KeyLine(symbol=symbols[state], label=f"area: {label}", count=count)


def _marks(points: pd.DataFrame, reach: float) -> Iterator[Mark]:
    """Yield the venues, the chosen ones last, so that they lie on top."""
    order = list(POINTS)[::-1]
    ordered = points.sort_values("state", key=lambda s: s.map(order.index))
    for row in ordered.to_dict("records"):
        _, colour, size = POINTS[row["state"]]
        yield Mark(
            x=float(row["x"]),
            y=float(row["y"]),
            colour=colour,
            size=size,
            number=int(row["rank"]),
            reach=0.0 if row["state"] == "other" else reach,
        )


def _head(title: str) -> str:
    folder = files("geosafety").joinpath("publish")
    style = folder.joinpath("map_page.css").read_text("utf-8")
    script = folder.joinpath("patterns.js").read_text("utf-8")
    own = folder.joinpath("plan_map.js").read_text("utf-8")
    looks = {state: colour for state, (_, colour) in STATES.items()}
    marks = {state: [colour, size] for state, (_, colour, size) in POINTS.items()}
    known = f"var planAreas = {json.dumps(looks)}; var planMarks = {json.dumps(marks)};"
    return (
        f"<title>{escape(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style} .key i.dot {{ border-radius: 50% }} "
        ".plan-number { font: 700 12px system-ui, Arial, sans-serif; color: #fff; "
        "text-align: center; line-height: 22px }</style>\n"
        f"<script>{safe_script(known + script + own)}</script>"
    )


def _figure(areas: gpd.GeoDataFrame, points: pd.DataFrame, reach: float) -> Any:
    import folium
    from folium.utilities import JsCode

    drawn = lean(areas, coverage=True)
    states = areas["state"].to_dict()
    drawn["features"] = [
        {**feature, "properties": {"s": states[feature["properties"]["code"]]}}
        for feature in drawn["features"]
    ]
    chart = folium.Map(
        tiles=None, zoom_snap=0.1, attribution_control=False, control_scale=True
    )
    draw = JsCode("function (feature, layer) { planArea(feature, layer); }")
    folium.GeoJson(drawn, on_each_feature=draw, style_function=None).add_to(chart)
    pane = folium.map.CustomPane("over", z_index=450, pointer_events=True)
    pane.add_to(chart)
    folium.GeoJson(
        _features(points, reach),
        pane="over",
        point_to_layer=JsCode(
            "function (feature, at) { return planMark(feature, at); }"
        ),
        style_function=None,
    ).add_to(chart)
    west, south, east, north = (float(v) for v in areas.to_crs(4326).total_bounds)
    chart.fit_bounds([[south, west], [north, east]], padding=(6, 6))
    return chart.get_root()


def _features(points: pd.DataFrame, reach: float) -> dict[str, Any]:
    """Return the venues as GeoJSON, the chosen ones last, so that they lie on top."""
    import geopandas as gpd

    order = {"other": 0, "booked": 1, "pick": 2}
    ordered = points.sort_values("state", key=lambda s: s.map(order), kind="stable")
    shapes = gpd.points_from_xy(ordered["x"], ordered["y"], crs="EPSG:27700")
    where = gpd.GeoSeries(shapes).to_crs(4326)
    names, states, ranks = (ordered[c].tolist() for c in ("name", "state", "rank"))
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(x, 6), round(y, 6)]},
            "properties": {
                "n": name,
                "s": state,
                "r": rank,
                "m": state != "other" and reach,
            },
        }
        for x, y, name, state, rank in zip(
            where.x, where.y, names, states, ranks, strict=True
        )
    ]
    return {"type": "FeatureCollection", "features": features}


def _key(areas: gpd.GeoDataFrame, points: pd.DataFrame) -> str:
    lines = []
    for state, (label, colour, _) in POINTS.items():
        if count := int((points["state"] == state).sum()):
            lines.append(_line("dot", colour, label, count))
    for state, (label, colour) in STATES.items():
        if count := int((areas["state"] == state).sum()):
            lines.append(_line("", colour, f"area: {label}", count))
    return (
        '<section class="key" aria-label="Key"><h2>Key</h2>'
        f"<ul>{''.join(lines)}</ul></section>"
    )


def _line(look: str, colour: str, label: str, count: int) -> str:
    mark = f'<i class="{look}" style="background:{colour}"></i>'
    return f"<li>{mark}<span>{escape(label)}</span><span>{count:,}</span></li>"


def _table(picks: Sequence[Mapping[str, Any]], about: About) -> str:
    rows = "".join(
        f'<tr><td>{pick["rank"]}</td><th scope="row">{escape(str(pick["name"]))}</th>'
        f"<td>{escape(str(pick['zone_name']))}</td><td>{escape(str(pick['day']))}</td>"
        f"<td>{escape(reason(pick, about))}</td></tr>"
        for pick in picks
    )
    heads = ("No.", "Venue", "Area", "Proposed day", "Why")
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of visits">'
        f"<table><caption>Visits, the one that adds most first</caption>"
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _footer(about: About) -> str:
    lines = [*about.notes, LICENCE]
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<footer>{said}</footer></main>"
