"""Write a proposal: tables, a GeoPackage, GeoJSON, a map, and the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geosafety.engagement.proposal import OUTSIDE
from geosafety.pipeline.impact.ground import SmallAreas
from geosafety.publish.proposal_map import proposal_html, proposal_sheet
from geosafety.publish.static_map import draw
from geosafety.publish.tables import geojson_text, write_csv, write_geopackage

TITLE = "Proposed impact areas"


def write_proposal_files(  # noqa: PLR0913 - what a proposal is made of
    out: Path,
    small: SmallAreas,
    areas: pd.DataFrame,
    *,
    by_area: pd.DataFrame,
    compared: pd.DataFrame,
    outlines: Mapping[str, gpd.GeoDataFrame],
    notes: Sequence[str],
    manifest: dict[str, Any],
) -> None:
    """Write all files of a proposal into a folder, made if it is not there.

    Parameters
    ----------
    areas
        As `Proposal.areas`.
    by_area
        One row per proposed area.
    """
    out.mkdir(parents=True, exist_ok=True)
    listed = small.shapes[["area_name"]].join(small.table[["npu", "present"]])
    listed = listed.join(areas).reset_index()
    listed = listed[listed["word"] != OUTSIDE].sort_values(
        ["number", "area_code"],
        key=lambda s: s.replace(0, 10**9) if s.name == "number" else s,
    )
    for name, table in (
        ("small_areas", listed),
        ("areas", by_area),
        ("compared", compared),
    ):
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(table, None, file)
    about = {**manifest, "notes": [*notes, *manifest.get("notes", [])]}
    layer = _polygons(small, areas, by_area)
    write_geopackage(layer, about, out / "proposed.gpkg")
    text = geojson_text(layer, about)
    (out / "proposed.geojson").write_text(text, encoding="utf-8")
    title = f"{TITLE}: {manifest.get('title', '')}"
    states = _states(small, areas)
    tables = _tables(by_area, compared)
    page = proposal_html(states, outlines, tables, title=title, notes=notes)
    (out / "proposed.html").write_text(page, encoding="utf-8")
    drawn = draw(proposal_sheet(states, outlines, title=title, notes=notes), "png")
    (out / "proposed.png").write_bytes(drawn)
    (out / "notes.txt").write_text("\n".join(notes) + "\n", encoding="utf-8")


def _polygons(
    small: SmallAreas, areas: pd.DataFrame, by_area: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Dissolve the small areas of each proposed area."""
    mine = small.shapes[["geometry"]].join(areas["number"])
    whole = mine[mine["number"] > 0].dissolve("number")
    table = by_area.set_index("number")
    code = [f"P{number:02d}" for number in whole.index]
    name = [f"Proposed area {number}" for number in whole.index]
    joined = whole.join(table).reset_index()
    joined.insert(0, "geography", "proposed_impact_area")
    joined.insert(1, "area_code", code)
    joined.insert(2, "area_name", name)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=small.shapes.crs)


def _states(small: SmallAreas, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    """Say of every small area how the map fills it."""
    state = areas["word"].mask(
        (areas["number"] == 0) & (areas["word"] != OUTSIDE), "might"
    )
    return small.shapes.assign(state=state, number=areas["number"])


def _tables(by_area: pd.DataFrame, compared: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Make both tables ready to be read: rounded last."""
    shown = by_area.copy()
    for name in shown.select_dtypes("float"):
        places = "{:.0%}" if name == "kept" else "{:,.0f}"
        shown[name] = [places.format(v) if v == v else "" for v in shown[name]]
    shares = compared.pivot(index="layer", columns="amount", values="share")
    shares = shares.reindex(index=compared["layer"].unique())[
        list(compared["amount"].unique())
    ]
    text = shares.map(lambda v: f"{v:.1f} %" if v == v else "").reset_index()
    return {
        "Proposed areas": shown.rename(columns=lambda c: str(c).replace("_", " ")),
        "Share of the whole inside each layer": text,
    }
