"""Maps to hand on: read what is drawn, and write it as a page, a PNG or an SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geosafety import results
from geosafety.errors import InputError, MethodError, nearest
from geosafety.pipeline.export import latest_period, nothing_for
from geosafety.settings import datasets, geographies, indicators
from geosafety.settings import indicator as find_indicator

if TYPE_CHECKING:
    import geopandas as gpd

    from geosafety.publish.map_sheet import MapSheet

ENDINGS = (".html", ".png", ".svg")
STATISTIC = "gi_star"
# What is shown where nothing is asked for: the layer and the indicator of each look.
DEFAULTS = {
    "value": ("npu", "wmnow_rate"),
    "force": ("npu", "wmnow_rate"),
    "clusters": ("lsoa", "crime_rate"),
    "emerging": ("lsoa", "crime_rate"),
    "surface": ("local_authority", ""),
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a map is to show.

    Attributes
    ----------
    look
        `value`, `force` (values set beside the Force's), `clusters`, `emerging` or
        `surface`.
    geography, indicator, period
        Empty: as in `DEFAULTS`; the latest period. Clusters are tested on one period.
    compared_with
        Of a change, the earlier period. Empty: the nearest one.
    surface
        The name of a surface, for that look.
    """

    look: str = "value"
    geography: str = ""
    indicator: str = ""
    period: str = ""
    compared_with: str = ""
    group: str = "all"
    surface: str = ""


def write_map(folder: Path, wanted: Wanted, out: Path) -> str:
    """Write one map; return its title.

    Parameters
    ----------
    out
        A file: `.html` is a self-contained page, `.png` and `.svg` are pictures.

    Raises
    ------
    InputError
        The ending is none of these, or the results do not hold what is wanted.
    MethodError
        The layer is one where clusters mean nothing.
    """
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        problem = f"A map is not written as {ending or 'a file without an ending'}."
        raise InputError(problem, hint=f"End --out in {', '.join(ENDINGS)}.")
    sheet = read_sheet(folder, wanted)
    if ending == ".html":
        from geosafety.publish.map_page import page_html

        out.write_text(page_html(sheet), encoding="utf-8")
    else:
        from geosafety.publish.static_map import draw

        out.write_bytes(draw(sheet, ending[1:]))
    return sheet.title


def read_sheet(folder: Path, wanted: Wanted) -> MapSheet:
    """Read what a map shows, before it is drawn."""
    manifest = results.read_manifest(folder)
    geography, indicator = DEFAULTS[wanted.look]
    asked = Wanted(
        look=wanted.look,
        geography=wanted.geography or geography,
        indicator=wanted.indicator or indicator,
        period=wanted.period,
        compared_with=wanted.compared_with,
        group=wanted.group,
        surface=wanted.surface,
    )
    makers = {"value": _of_values, "force": _of_values, "surface": _of_surface}
    return makers.get(wanted.look, _of_clusters)(folder, asked, manifest)


def _of_values(folder: Path, asked: Wanted, manifest: Mapping[str, Any]) -> MapSheet:
    from geosafety.publish.maps import indicator_sheet

    _refuse_series(asked.indicator, manifest)
    values, period = _values(folder, asked)
    return indicator_sheet(
        values,
        results.read_geometry(folder, asked.geography),
        indicator=find_indicator(asked.indicator),
        manifest=manifest,
        geography=asked.geography,
        period=period,
        against=asked.look == "force",
        overlays=outlines(folder, asked.geography, manifest),
        context=_context(folder, asked.geography),
    )


def _values(folder: Path, asked: Wanted) -> tuple[pd.DataFrame, str]:
    """Return the rows of the areas and of the Force, and the period they are of."""
    wanted = {
        "geography": [asked.geography],
        "indicator": [asked.indicator],
        "group": [asked.group],
    }
    values = results.read_values(folder, **wanted)
    if values.empty:
        raise nothing_for(folder, wanted)
    period = asked.period or latest_period(values)
    shown = values[values["period"] == period]
    if shown.empty:
        raise nothing_for(folder, {**wanted, "period": [period]})
    # Of several earlier periods to compare with, the nearest.
    earlier = asked.compared_with or max(shown["compared_with"].astype(str))
    shown = shown[shown["compared_with"] == earlier]
    if shown.empty:
        raise nothing_for(folder, {**wanted, "compared_with": [earlier]})
    force = results.read_values(folder, **{**wanted, "geography": ["force"]})
    same = (force["period"] == period) & (force["compared_with"] == earlier)
    return pd.concat([shown, force[same]]), period


def _of_clusters(folder: Path, asked: Wanted, manifest: Mapping[str, Any]) -> MapSheet:
    from geosafety.publish.cluster_map import cluster_sheet
    from geosafety.publish.spots import spots_of

    indicator = _tested(asked.indicator)
    keys = {"geography": asked.geography, "indicator": indicator.name}
    tests = _rows(folder, "autocorrelation", keys)
    refused = tests[tests["statistic"] == "refused"]
    if len(refused):
        small = [name for name, one in geographies().items() if one.local_statistics]
        hint = f"Use --geography {', '.join(small)}."
        raise MethodError(str(refused["words"].iloc[0]), hint=hint)
    keys["group"] = asked.group
    clusters = _rows(folder, "clusters", {**keys, "statistic": STATISTIC})
    trends = _rows(folder, "trends", keys)
    _must_be_tested(asked, trends)
    geometry = results.read_geometry(folder, asked.geography)
    spots = spots_of(
        clusters,
        trends,
        tests[tests["group"] == asked.group],
        names={str(code): str(n) for code, n in geometry["area_name"].items()},
        look=asked.look,
        impact_areas=_impact_names(folder, manifest),
    )
    return cluster_sheet(
        spots,
        geometry,
        view=asked,
        indicator=indicator,
        manifest=manifest,
        overlays=outlines(folder, asked.geography, manifest),
    )


def _tested(name: str) -> Any:
    """Return the indicator that was tested where its counts or rates are asked for."""
    asked = find_indicator(name)
    tested = f"{asked.dataset}_rate"
    small = datasets()[asked.dataset].small_area
    if not small or asked.measure not in ("rate", "count"):
        problem = f"{asked.label}: this is not tested for clusters."
        raise MethodError(problem, hint="Use --indicator crime_rate.")
    return find_indicator(tested)


def _must_be_tested(asked: Wanted, trends: pd.DataFrame) -> None:
    from geosafety.publish.spots import EMERGING

    if asked.look == "emerging" and not (trends["trend"] == EMERGING).any():
        problem = "These areas were not followed through time."
        raise MethodError(problem, hint="Use --look clusters, or more months.")


def _rows(folder: Path, name: str, keys: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows of a table that match, or say which name does not."""
    table = results.read_table(folder, name)
    if table.empty:
        problem = f"These results hold no {name}: nothing was counted on small areas."
        hint = "Add [[crime]] and [[population]] and build again."
        raise InputError(problem, hint=hint)
    for column, value in keys.items():
        known = sorted(table[column].unique())
        if value not in known:
            problem = f"The {name} of these results hold no {column} {value!r}."
            raise InputError(problem, hint=nearest(value, known))
        table = table[table[column] == value]
    return table


def _of_surface(folder: Path, asked: Wanted, manifest: Mapping[str, Any]) -> MapSheet:
    from geosafety.publish.surface_map import surface_sheet

    table = results.read_table(folder, "surfaces")
    known = list(table["name"]) if len(table) else []
    if not known:
        problem = "These results hold no surface: no input has points."
        raise InputError(problem, hint="The notes of the build say why.")
    name = asked.surface or known[0]
    if name not in known:  # looked up, so that no name reaches another file
        problem = f"These results hold no surface {name!r}."
        raise InputError(problem, hint=nearest(name, known))
    row = table[table["name"] == name].iloc[0]
    means = results.read_table(folder, "surface_areas")
    mine = means[means["surface"] == name]
    here = mine[mine["geography"] == asked.geography]
    if here.empty:
        problem = f"The surface {name} has no means by {asked.geography}."
        hint = nearest(asked.geography, mine["geography"].unique())
        raise InputError(problem, hint=hint)
    return surface_sheet(
        {str(k): v for k, v in row.items()},
        (folder / "surfaces" / f"{name}.png").read_bytes(),
        here,
        results.read_geometry(folder, asked.geography),
        manifest=manifest,
        geography=asked.geography,
        overlays=outlines(folder, asked.geography, manifest),
    )


def _context(folder: Path, geography: str) -> gpd.GeoDataFrame | None:
    """Return the boroughs, below a layer that leaves most of the Force out."""
    if geographies()[geography].covers_force:
        return None
    return results.read_geometry(folder, "local_authority")


def outlines(
    folder: Path, geography: str, manifest: Mapping[str, Any]
) -> dict[str, gpd.GeoDataFrame]:
    """Return the impact areas to lay over a map, called illustrative where they are."""
    impact = manifest["layers"].get("impact_area")
    if impact is None or geography in ("impact_area", "force"):
        return {}
    name = "Impact areas" + (" (illustrative)" if "illust" in impact["vintage"] else "")
    return {name: results.read_geometry(folder, "impact_area")}


def _impact_names(folder: Path, manifest: Mapping[str, Any]) -> dict[str, str]:
    if "impact_area" not in manifest["layers"]:
        return {}
    layer = results.read_geometry(folder, "impact_area")
    return {str(code): str(name) for code, name in layer["area_name"].items()}


def _refuse_series(indicator: str, manifest: Mapping[str, Any]) -> None:
    """Refuse to draw what is one number for the whole Force."""
    own = {one["indicator"]: one["label"] for one in manifest.get("series", [])}
    known = indicators().get(indicator)
    if indicator in own or (known and known.series):
        label = own.get(indicator) or (known.label if known else indicator)
        problem = f"{label}: this exists for the Force only, so there is no map of it."
        hint = f"`geosafety export --indicator {indicator}` writes its values."
        if known is None:
            hint = "`geosafety export --geography force` writes its values."
        raise InputError(problem, hint=hint)
