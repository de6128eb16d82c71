"""One map as one HTML file that opens with the network off."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from geosafety import settings
from geosafety.errors import MethodError
from geosafety.publish import map_page, words
from geosafety.publish.classes import Scale, number, scale_for
from geosafety.publish.offline import render_offline

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_MAP_DIV = re.compile(r'<div class="folium-map"[^>]*>\s*</div>')
_TOLERANCE = 35.0  # metres: below what a screen shows of the whole Force


def map_html(  # noqa: PLR0913 - what one map is of
    values: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    *,
    indicator: settings.Indicator,
    manifest: Mapping[str, Any],
    geography: str,
    period: str,
    overlays: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> str:
    """Draw one indicator on one layer as a self-contained page.

    Parameters
    ----------
    values
        Rows in the shape of `VALUE_COLUMNS` of one group. Rows of the geography
        `force`, if any, give the Force value to show beside it.
    geometry
        The polygons, indexed by `area_code`, with `area_name`; every one is drawn.
    indicator
        What is mapped.
    manifest
        The results' manifest: says whether there are synthetic figures.
    geography, period
        Which rows to draw.
    overlays
        Outlines to lay over, by the name the key gives them.

    Returns
    -------
    str
        HTML that fetches nothing.

    Raises
    ------
    MethodError
        There are no values for the map, or they are of more than one group.
    """
    areas, force = _areas(values, geometry, indicator, geography, period)
    shown = [a["value"] for a in areas.values() if a["status"] in ("ok", "low base")]
    scale = scale_for(shown, measure=indicator.measure)
    for area in areas.values():
        _describe(area, scale, indicator)
    outlines = overlays or {}
    figure = _figure(geometry, areas, outlines)
    unit = words.unit_text(indicator)
    title = _title(areas.values(), indicator, settings.geography(geography), period)
    html = render_offline(figure, map_page.head(title, scale, unit))
    before = map_page.heading(title, _notes(areas.values(), force, indicator))
    after = [
        map_page.key(areas.values(), scale, outlines, unit or indicator.unit),
        "</div>",
        map_page.table(areas.values()),
        f"<footer>{map_page.sources(manifest, geography)}</footer></main>",
    ]
    # folium's own markup is the one <div> between the two.
    html = html.replace("<body>", f'<body><main>{before}<div class="frame">', 1)
    return _MAP_DIV.sub(lambda found: found.group(0) + "".join(after), html, count=1)


def _areas(
    values: pd.DataFrame,
    geometry: gpd.GeoDataFrame,
    indicator: settings.Indicator,
    geography: str,
    period: str,
) -> tuple[dict[str, dict[str, Any]], float]:
    """Return every polygon's row, by code, and the Force value."""
    columns = [c for c in settings.VALUE_COLUMNS if c not in settings.NUMBERS]
    frame = values.astype(dict.fromkeys(columns, "str"))
    frame = frame[(frame["indicator"] == indicator.name) & (frame["period"] == period)]
    own = frame[frame["geography"] == geography]
    if own.empty:
        text = f"There are no {indicator.name} values for {geography} in {period!r}."
        raise MethodError(text, hint="`geosafety areas` and the data page list them.")
    if own["area_code"].duplicated().any():
        text = f"The {indicator.name} values for {geography} are of several groups."
        raise MethodError(text, hint="Choose one group.")
    found: dict[str, dict[str, Any]] = {
        str(row["area_code"]): {str(name): part for name, part in row.items()}
        for row in own.to_dict("records")
    }
    forces = frame.loc[frame["geography"] == "force", "value"]
    names = geometry["area_name"].astype(str)
    return (
        {str(c): found.get(str(c)) or _no_row(str(c), n) for c, n in names.items()},
        float(forces.iloc[0]) if len(forces) else math.nan,
    )


def _no_row(code: str, name: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(settings.VALUE_COLUMNS, "")
    row |= dict.fromkeys(settings.NUMBERS, math.nan)
    return row | {"area_code": code, "area_name": name, "status": "not available"}


def _describe(
    area: dict[str, Any], scale: Scale, indicator: settings.Indicator
) -> None:
    """Add to an area its symbol and what it says."""
    status = area["status"]
    area["symbol"] = scale.symbol(area["value"], status)
    value = words.value_text(area["value"], indicator)
    code = words.VERDICT_CODES.get(area["verdict"], "")
    area["verdict"] = words.verdict_words(code, indicator)
    area["interval"] = words.interval_text(area["lower"], area["upper"], indicator)
    area["state"] = words.STATUS_WORDS[status]
    area["shown"] = value if status in ("ok", "low base") else ""
    area["tip"] = area["shown"] or area["state"]
    area["based"] = _based(area, indicator)
    more = [
        area["verdict"],
        f"95% interval {area['interval']}" if area["interval"] else "",
        area["based"],
        area["state"] if area["shown"] else "",
    ]
    area["more"] = "|".join(text for text in more if text)


def _based(area: dict[str, Any], indicator: settings.Indicator) -> str:
    if not math.isfinite(area["base"]):
        return ""
    row = settings.datasets()[indicator.dataset].row
    name = area["denominator"] or indicator.denominator
    base = f"{number(area['base'], 0)} {words.denominator_text(name) or row + 's'}"
    if not math.isfinite(area["numerator"]):
        return f"Out of {base}"
    return f"{number(area['numerator'], 0)} counted, out of {base}"


def _figure(
    geometry: gpd.GeoDataFrame,
    areas: dict[str, dict[str, Any]],
    overlays: Mapping[str, gpd.GeoDataFrame],
) -> Any:
    """Return the folium figure."""
    import folium
    from folium.utilities import JsCode

    drawn = lean(geometry, coverage=True)
    drawn["features"] = [
        {**feature, "properties": _properties(areas[feature["properties"]["code"]])}
        for feature in drawn["features"]
    ]
    bounds = geometry.to_crs(4326).total_bounds
    chart = folium.Map(
        tiles=None,
        prefer_canvas=True,
        zoom_snap=0.1,
        attribution_control=False,
        control_scale=True,
    )
    folium.GeoJson(
        drawn,
        on_each_feature=JsCode(
            "function (feature, layer) {"
            " layer.feature = feature; geosafetyArea(feature, layer); }"
        ),
        style_function=None,
        name="areas",
    ).add_to(chart)
    pane = folium.map.CustomPane("over", z_index=450, pointer_events=False)
    pane.add_to(chart)
    for name, layer in overlays.items():
        folium.GeoJson(
            lean(layer, coverage=False),
            name=name,
            pane="over",
            interactive=False,
            style_function=lambda _: {
                "color": "#b0006a",
                "weight": 2.4,
                "fill": False,
                "dashArray": "7 4",
            },
        ).add_to(chart)
    west, south, east, north = (float(v) for v in bounds)
    chart.fit_bounds([[south, west], [north, east]], padding=(6, 6))
    return chart.get_root()


def lean(layer: gpd.GeoDataFrame, *, coverage: bool) -> dict[str, Any]:
    """Return GeoJSON with few points: shared borders stay shared."""
    import shapely

    shapes = layer.geometry.to_numpy()
    if coverage:
        shapes = shapely.coverage_simplify(shapes, _TOLERANCE)
    else:
        shapes = shapely.simplify(shapes, _TOLERANCE)
    lean = layer[[]].assign(code=[str(code) for code in layer.index])
    lean = lean.set_geometry(_series(shapes, layer)).to_crs(4326)
    lean = lean.set_geometry(lean.geometry.set_precision(1e-5))
    text: dict[str, Any] = json.loads(lean.to_json(drop_id=True))
    return {"type": "FeatureCollection", "features": text["features"]}


def _series(shapes: Any, layer: gpd.GeoDataFrame) -> Any:
    import geopandas as gpd

    return gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs)


def _properties(area: dict[str, Any]) -> dict[str, str]:
    names = {"n": "area_name", "t": "tip", "m": "more", "s": "symbol"}
    return {short: area[name] for short, name in names.items() if area[name]}


def _notes(
    areas: Iterable[dict[str, Any]], force: float, indicator: settings.Indicator
) -> list[str]:
    """Return what is said above the map."""
    comparable = indicator.measure in words.COMPARABLE and math.isfinite(force)
    value = words.value_text(force, indicator)
    unit = words.unit_text(indicator)
    return [
        f"{map_page.kinds(areas)}.",
        f"The Force: {value} {unit}".strip() + "." if comparable else "",
        indicator.note,
    ]


def _title(
    areas: Iterable[dict[str, Any]],
    indicator: settings.Indicator,
    layer: settings.Geography,
    period: str,
) -> str:
    first = next(area for area in areas if area["group"])
    when = words.period_text(period, first["compared_with"])
    part = "" if first["group"] == "all" else f" ({words.group_text(first['group'])})"
    return f"{indicator.label}{part}, by {words.lower_first(layer.label)}, {when}"
