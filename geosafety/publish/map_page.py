"""A map as one HTML file that opens with the network off: map, key, table, sources."""

from __future__ import annotations

import base64
import json
import re
from html import escape
from importlib.resources import files
from typing import Any

from geosafety.publish.classes import (
    INCOMPLETE,
    LOW_BASE,
    LOW_ZERO,
    MISSING,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    PLAIN_GREY,
    SUPPRESSED,
    TOO_FEW,
    ZERO,
    hatch_line,
)
from geosafety.publish.map_sheet import (
    CONTEXT,
    LOW,
    OUTLINE,
    KeyLine,
    MapSheet,
    Picture,
    Table,
)
from geosafety.publish.offline import render_offline, safe_script
from geosafety.publish.web_shapes import lean, lean_edge

_MAP_DIV = re.compile(r'<div class="folium-map"[^>]*>\s*</div>')
_LOOKS = {
    LOW: 'class="hatched"',
    LOW_ZERO: 'class="hatched"',
    SUPPRESSED: 'class="outlined"',
    INCOMPLETE: 'class="dotted"',
    TOO_FEW: 'class="dotted"',
    NOT_TESTED: 'class="gridded"',
    MISSING: 'class="grey"',
    OUTLINE: 'class="overlay"',
    ZERO: 'style="background:#fff"',
    NOT_SIGNIFICANT: f'style="background:{PLAIN_GREY}"',
}


def page_html(sheet: MapSheet) -> str:
    """Write a map as a self-contained page.

    Returns
    -------
    str
        HTML that fetches nothing; names in it are text.
    """
    html = render_offline(_figure(sheet), _head(sheet))
    lines = "".join(f"<p>{escape(note)}</p>" for note in sheet.notes if note)
    before = f"<main><h1>{escape(sheet.title)}</h1>{lines}"
    after = [
        _key(sheet),
        "</div>",
        _table(sheet.table) if sheet.table else "",
        "".join(f"<p>{escape(text)}</p>" for text in sheet.about),
        f"<footer>{''.join(f'<p>{escape(s)}</p>' for s in sheet.sources)}</footer>",
        "</main>",
    ]
    # folium's own markup is the one <div> between the two.
    html = html.replace("<body>", f'<body>{before}<div class="frame">', 1)
    return _MAP_DIV.sub(lambda found: _named(found[0]) + "".join(after), html, count=1)


def _named(div: str) -> str:
    """Give the map a name: it takes the keyboard's focus."""
    said = "Map. Every figure on it is in the table below."
    return div.replace("<div", f'<div role="region" aria-label="{said}"', 1)


def _head(sheet: MapSheet) -> str:
    folder = files("geosafety").joinpath("publish")
    style = folder.joinpath("map_page.css").read_text("utf-8")
    names = ("patterns.js", "map_page.js")
    scripts = "\n".join(folder.joinpath(name).read_text("utf-8") for name in names)
    known = f"var geosafetyColours = {json.dumps(sheet.colours)};"
    unit = f" {sheet.unit}" if sheet.unit else ""
    known += f"var geosafetyUnit = {json.dumps(unit)};"
    return (
        f"<title>{escape(sheet.title)}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style}</style>\n"
        f"<script>{safe_script(known + scripts)}</script>"
    )


def _key(sheet: MapSheet) -> str:
    lines = "".join(_line(line, sheet.colours) for line in sheet.key)
    base = f"<p>{escape(sheet.base)}</p>" if sheet.base else ""
    return (
        f'<section class="key" aria-label="Key"><h2>{escape(sheet.key_title)}</h2>'
        f"<ul>{lines}</ul>{base}</section>"
    )


def _line(line: KeyLine, colours: tuple[str, ...]) -> str:
    shown = "" if line.count is None else f"{line.count:,}"
    look = _look(line, colours)
    text = f"<span>{escape(line.label)}</span><span>{shown}</span>"
    return f"<li><i {look}></i>{text}</li>"


def _look(line: KeyLine, colours: tuple[str, ...]) -> str:
    if line.colour:
        return f'style="background:{line.colour}"'
    if line.symbol.isdigit():
        return f'style="background:{colours[int(line.symbol)]}"'
    if line.symbol in LOW_BASE:
        colour = colours[LOW_BASE.index(line.symbol)]
        stripes = f"-45deg,{colour} 0 4px,{hatch_line(colour)} 4px 5px"
        return f'style="background:repeating-linear-gradient({stripes})"'
    return _LOOKS[line.symbol]


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(_row(row) for row in table.rows)
    return (
        "<details><summary>Show as table</summary>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of areas">'
        f"<table><caption>{escape(table.caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _row(row: tuple[str, ...]) -> str:
    name, *cells = row
    plain = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(name)}</th>{plain}</tr>'


def _figure(sheet: MapSheet) -> Any:
    """Return the folium figure."""
    import folium
    from folium.utilities import JsCode

    chart = folium.Map(
        tiles=None,
        prefer_canvas=True,
        zoom_snap=0.1,
        attribution_control=False,
        control_scale=True,
    )
    if sheet.context is not None:
        folium.GeoJson(
            lean(sheet.context, coverage=True),
            name="context",
            interactive=False,
            style_function=lambda _: {
                "color": "#8b929c",
                "weight": 0.8,
                "fillColor": CONTEXT,
                "fillOpacity": 1,
            },
        ).add_to(chart)
    if sheet.picture:
        _overlay(sheet.picture).add_to(chart)
    folium.GeoJson(
        _features(sheet),
        on_each_feature=JsCode(
            "function (feature, layer) {"
            " layer.feature = feature; geosafetyArea(feature, layer); }"
        ),
        style_function=None,
        name="areas",
    ).add_to(chart)
    _outline(chart, sheet)
    bounds = sheet.extent.to_crs(4326).total_bounds
    west, south, east, north = (float(v) for v in bounds)
    chart.fit_bounds([[south, west], [north, east]], padding=(6, 6))
    return chart.get_root()


def _overlay(picture: Picture) -> Any:
    from folium.raster_layers import ImageOverlay

    data = base64.b64encode(picture.png).decode()
    bounds = [list(corner) for corner in picture.bounds]
    return ImageOverlay(f"data:image/png;base64,{data}", bounds, alt="")


def _features(sheet: MapSheet) -> dict[str, Any]:
    drawn = lean(sheet.geometry, coverage=True)
    for feature in drawn["features"]:
        tip = sheet.tips[feature["properties"]["code"]]
        said = {"n": tip.name, "t": tip.text, "m": "|".join(tip.more), "s": tip.symbol}
        feature["properties"] = {name: text for name, text in said.items() if text}
    return drawn


def _outline(chart: Any, sheet: MapSheet) -> None:
    """Lay over outlines, and the edge of all areas: grey ones look like the ground."""
    import folium

    pane = folium.map.CustomPane("over", z_index=450, pointer_events=False)
    pane.add_to(chart)
    edge = {"color": "#4a5058", "weight": 1.0, "fill": False}
    dashed = {"color": "#b0006a", "weight": 2.4, "fill": False, "dashArray": "7 4"}
    over = [("edge", lean_edge(sheet.geometry), edge)]
    for name, layer in sheet.outlines.items():
        over.append((name, lean(layer, coverage=False), dashed))
    for name, shape, style in over:
        folium.GeoJson(
            shape,
            name=name,
            pane="over",
            interactive=False,
            style_function=lambda _, style=style: style,
        ).add_to(chart)
