"""Proposed areas on a map: one page that opens with the network off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from geosafety.publish.map_sheet import KeyLine, MapSheet, Mark, Tip, outline_lines
from geosafety.publish.notes import LICENCE
from geosafety.publish.offline import render_offline, safe_script
from geosafety.publish.web_shapes import lean

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# By state: what the key calls it, and its fill.
STATES = {
    "stable core": ("proposed, in nearly every run", "#8a1538"),
    "depends": ("proposed, but depends on chance", "#d98a9f"),
    "might": ("not proposed, inside in some runs", "#f3e3c0"),
    "outside": ("not proposed", "#ffffff"),
}
OUTLINE = "#1f5f8b"
MOST_NOTES = 4
_MAP_DIV = re.compile(r'<div class="folium-map"[^>]*>\s*</div>')


def proposal_html(
    areas: gpd.GeoDataFrame,
    outlines: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    *,
    title: str,
    notes: Sequence[str],
) -> str:
    """Draw proposed areas.

    Parameters
    ----------
    areas
        Small areas indexed by `area_code`, with `state` (a key of `STATES`) and
        `number` (0 outside).
    outlines
        Layers to lay over, by the name the key gives them.
    tables
        What stands below the map, by caption; text and numbers ready to be read.
    notes
        Sentences under the heading; they say what the page is and is not.

    Returns
    -------
    str
        HTML that fetches nothing.
    """
    html = render_offline(_figure(areas, outlines), _head(title))
    said = "".join(f"<p>{escape(note)}</p>" for note in notes)
    before = f'<main><h1>{escape(title)}</h1>{said}<div class="frame">'
    made = "".join(_table(caption, table) for caption, table in tables.items())
    after = f"{_key(areas, outlines)}</div>{made}<footer><p>{escape(LICENCE)}</p>"
    html = html.replace("<body>", f"<body>{before}", 1)
    return _MAP_DIV.sub(
        lambda found: f"{found.group(0)}{after}</footer></main>", html, count=1
    )


def proposal_sheet(
    areas: gpd.GeoDataFrame,
    outlines: Mapping[str, gpd.GeoDataFrame],
    *,
    title: str,
    notes: Sequence[str],
) -> MapSheet:
    """Make the same map for `static_map.draw`; parameters as for `proposal_html`.

    The first notes, which say what the map is and is not, go above it, others below.
    """
    symbols = {state: str(n) for n, state in enumerate(STATES)}
    states = {str(code): str(state) for code, state in areas["state"].items()}
    counts = areas["state"].value_counts()
    key = [
        KeyLine(symbol=symbols[state], label=label, count=int(counts[state]))
        for state, (label, _) in STATES.items()
        if state in counts
    ]
    return MapSheet(
        title=title,
        notes=tuple(notes[:MOST_NOTES]),
        geometry=areas,
        tips={
            code: Tip(name=code, text=STATES[state][0], symbol=symbols[state])
            for code, state in states.items()
        },
        colours=tuple(colour for _, colour in STATES.values()),
        key_title="Key: small areas",
        key=(*key, *outline_lines(outlines)),
        base=f"Base: {len(areas):,} small areas, each in or out as a whole.",
        sources=(*notes[MOST_NOTES:], LICENCE),
        outlines=outlines,
        marks=tuple(_marks(areas)),
    )


def _marks(areas: gpd.GeoDataFrame) -> Iterator[Mark]:
    """Yield the number of each proposed area, on it."""
    whole = areas[areas["number"] > 0].dissolve("number")
    for number, point in whole.representative_point().items():
        yield Mark(
            x=point.x,
            y=point.y,
            colour="#2b2f36",
            size=10,
            number=int(str(number)),
        )


def _head(title: str) -> str:
    folder = files("geosafety").joinpath("publish")
    read = {
        name: folder.joinpath(name).read_text("utf-8")
        for name in ("map_page.css", "patterns.js", "plan_map.js")
    }
    looks = {state: colour for state, (_, colour) in STATES.items()}
    marks = {"number": ["#2b2f36", 10]}
    known = f"var planAreas = {json.dumps(looks)}; var planMarks = {json.dumps(marks)};"
    script = safe_script(known + read["patterns.js"] + read["plan_map.js"])
    return (
        f"<title>{escape(title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{read['map_page.css']} "
        ".plan-number { font: 700 12px system-ui, Arial, sans-serif; color: #fff; "
        "text-align: center; line-height: 22px } "
        f".key i.line {{ border: 2px dashed {OUTLINE} }}</style>\n"
        f"<script>{script}</script>"
    )


def _figure(areas: gpd.GeoDataFrame, outlines: Mapping[str, gpd.GeoDataFrame]) -> Any:
    import folium
    from folium.utilities import JsCode

    chart = folium.Map(
        tiles=None, zoom_snap=0.1, attribution_control=False, control_scale=True
    )
    drawn = lean(areas, coverage=True)
    states = areas["state"].to_dict()
    for feature in drawn["features"]:
        feature["properties"] = {"s": states[feature["properties"]["code"]]}
    draw = JsCode("function (feature, layer) { planArea(feature, layer); }")
    folium.GeoJson(drawn, on_each_feature=draw, style_function=None).add_to(chart)
    folium.map.CustomPane("over", z_index=450, pointer_events=True).add_to(chart)
    for name, layer in outlines.items():
        folium.GeoJson(
            lean(layer, coverage=False),
            name=name,
            pane="over",
            interactive=False,
            style_function=lambda _: {
                "color": OUTLINE,
                "weight": 2.2,
                "fill": False,
                "dashArray": "7 4",
            },
        ).add_to(chart)
    mark = JsCode("function (feature, at) { return planMark(feature, at); }")
    folium.GeoJson(
        _numbers(areas), pane="over", point_to_layer=mark, style_function=None
    ).add_to(chart)
    west, south, east, north = (float(v) for v in areas.to_crs(4326).total_bounds)
    chart.fit_bounds([[south, west], [north, east]], padding=(6, 6))
    return chart.get_root()


def _numbers(areas: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return a point with its number in each proposed area."""
    whole = areas[areas["number"] > 0].dissolve("number")
    where = whole.representative_point().to_crs(4326)
    features = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [round(point.x, 6), round(point.y, 6)],
            },
            "properties": {
                "n": "Proposed area",
                "s": "number",
                "r": int(str(number)),
                "m": 0,
            },
        }
        for number, point in where.items()
    ]
    return {"type": "FeatureCollection", "features": features}


def _key(areas: gpd.GeoDataFrame, outlines: Mapping[str, gpd.GeoDataFrame]) -> str:
    lines = []
    for state, (label, colour) in STATES.items():
        if count := int((areas["state"] == state).sum()):
            mark = f'<i style="background:{colour}"></i>'
            text = f"<span>small area: {label}</span><span>{count:,}</span>"
            lines.append(f"<li>{mark}{text}</li>")
    for name, layer in outlines.items():
        text = f"<span>{escape(name)}</span><span>{len(layer):,}</span>"
        lines.append(f'<li><i class="line"></i>{text}</li>')
    return (
        '<section class="key" aria-label="Key"><h2>Key</h2>'
        f"<ul>{''.join(lines)}</ul></section>"
    )


def _table(caption: str, table: pd.DataFrame) -> str:
    heads = "".join(f'<th scope="col">{escape(str(c))}</th>' for c in table)
    rows = []
    for first, *cells in table.itertuples(index=False, name=None):
        rest = "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{escape(str(first))}</th>{rest}</tr>')
    return (
        '<div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
