"""Write surfaces: a GeoTIFF for a GIS, a picture for the map, and two tables.

surfaces/NAME.tif        Cloud-Optimised GeoTIFF, EPSG:27700, described in its tags
surfaces/NAME.png        the same, classed, warped to Web Mercator
surfaces.parquet         what each one is, its corners and its key
surface_areas.parquet    the mean of each surface by area: its alternative in text
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geosafety import __version__, results
from geosafety.errors import GeosafetyError, InputError, nearest
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.inputs import Placed, Progress, place_inputs, read_inputs
from geosafety.pipeline.stocks import Denominators, find_denominators
from geosafety.pipeline.surfaces.drawing import (
    Request,
    Surface,
    share_of_cells,
    surface_of,
)
from geosafety.project import read_project
from geosafety.publish.surfaces import overlay_png, write_cog
from geosafety.readers.boundaries import read_atlas
from geosafety.settings import Dataset, weakest
from geosafety.spatial.grid import on_grid
from geosafety.spatial.zonal import zonal

# An area has a mean where at least this share of it lies on cells with a value.
INSIDE = 0.5


def write_surfaces(  # noqa: PLR0913
    folder: Path,
    inputs: list[Placed],
    atlas: Atlas,
    people: Denominators,
    *,
    policy: Mapping[str, Dataset],
    progress: Progress,
) -> list[str]:
    """Write the density and the risk of every input of events that has points.

    Returns
    -------
    list of str
        A sentence for each surface, and for each that is refused, why.
    """
    notes: list[str] = []
    rows: list[dict[str, Any]] = []
    means: list[pd.DataFrame] = []
    (folder / "surfaces").mkdir(exist_ok=True)
    for placed, request, name in _wanted(inputs, policy):
        dataset = policy[placed.data.dataset]
        what = "risk" if request.risk else "density"
        try:
            progress(f"drawing the {what} of {placed.data.name}")
            surface = surface_of(placed, atlas, people, request, dataset)
        except GeosafetyError as refused:
            notes.append(f"No {what} surface of {placed.data.name}: {refused.problem}")
            continue
        row = describe(surface, placed, request, _kind(placed, people, request))
        write_surface(surface, row, folder / "surfaces" / f"{name}.tif")
        rows.append({"name": name, **row, **_picture(surface, atlas, folder, name)})
        means += _means(surface, name, row["units"], atlas, dataset)
        notes.append(f"Surface {name}: {surface.words}")
    results.write_table(folder, "surfaces", [pd.DataFrame(rows)])
    results.write_table(folder, "surface_areas", means)
    return notes


def _wanted(
    inputs: list[Placed], policy: Mapping[str, Dataset]
) -> Iterator[tuple[Placed, Request, str]]:
    """Yield what to draw of which input, under a file name that no other has."""
    taken: set[str] = set()
    for placed in inputs:
        if policy[placed.data.dataset].counts != "events":
            continue
        if not placed.homes["force"]["area_code"].notna().any():
            continue
        bare = re.sub(r"[^a-z0-9]+", "-", placed.data.name.lower()).strip("-")
        name, number = bare, 1
        while name in taken or f"{name}-risk" in taken:
            number += 1
            name = f"{bare}-{number}"
        taken |= {name, f"{name}-risk"}
        yield placed, Request(), name
        yield placed, Request(risk=True), f"{name}-risk"


def _kind(placed: Placed, people: Denominators, request: Request) -> str:
    stock = people.by_layer.get(("lsoa", "population"))
    kinds = [placed.data.kind]
    return weakest([*kinds, stock.kind]) if request.risk and stock else kinds[0]


def describe(
    surface: Surface, placed: Placed, request: Request, kind: str
) -> dict[str, Any]:
    """Say what a surface is: the tags of its file, and its row of the table."""
    periods = placed.data.rows["period"].astype(str)
    label = "per resident" if request.risk else "density"
    return {
        "label": f"{placed.data.name}: {label}",
        "measure": "risk" if request.risk else "density",
        "units": surface.units,
        "bandwidth_m": round(surface.bandwidth, 1),
        "kernel": request.kernel,
        "cell_m": surface.grid.cell,
        "period": f"{periods.min()}/{periods.max()}",
        "months": periods.nunique(),
        "dataset": placed.data.dataset,
        "input": placed.data.name,
        "source": placed.data.source or "not stated",
        "group": request.group or "all",
        "kind": kind,
        "points": surface.points,
        "floor": surface.floor,
        "residents": surface.residents,
        "words": surface.words,
    }


def write_surface(surface: Surface, row: dict[str, Any], path: Path) -> None:
    """Write one surface as a Cloud-Optimised GeoTIFF that says what it is."""
    own = ("units", "bandwidth_m", "kernel")
    said = {k: str(v) for k, v in row.items() if k not in own and v == v and v != ""}
    write_cog(
        surface.values,
        surface.grid,
        path,
        units=surface.units,
        bandwidth=row["bandwidth_m"],
        kernel=row["kernel"],
        provenance={**said, "software": f"geosafety {__version__}"},
    )


def _picture(surface: Surface, atlas: Atlas, folder: Path, name: str) -> dict[str, Any]:
    """Write the picture for the map; return its corners, key and hash."""
    force = atlas.layers["force"].areas.geometry.union_all()
    inside = share_of_cells(force, surface.grid) > 0
    drawn = overlay_png(np.where(inside, surface.values, np.nan), surface.grid)
    (folder / "surfaces" / f"{name}.png").write_bytes(drawn.png)
    (south, west), (north, east) = drawn.bounds
    corners = {"south": south, "west": west, "north": north, "east": east}
    digest = hashlib.sha256(drawn.png).hexdigest()[:16]
    return {**corners, "key": json.dumps(drawn.legend), "digest": digest}


def _means(
    surface: Surface, name: str, units: str, atlas: Atlas, dataset: Dataset
) -> Iterator[pd.DataFrame]:
    """Yield the mean by area of every layer that the policy gives this dataset."""
    raster = on_grid(surface.values, surface.grid)
    for geography, layer in atlas.layers.items():
        if dataset.geographies and geography not in dataset.geographies:
            continue
        found = zonal(raster, layer.areas)
        shapes = layer.areas.geometry.to_numpy()
        known = shapely.area(shapely.intersection(shapes, surface.ground))
        share = known / shapely.area(shapes)
        enough = (share >= INSIDE) & (found["covered"] >= INSIDE).to_numpy()
        yield pd.DataFrame(
            {
                "surface": name,
                "geography": geography,
                "area_code": layer.areas.index,
                "area_name": layer.areas["area_name"].to_numpy(),
                "mean": found["mean"].where(enough).to_numpy(),
                "units": units,
                "covered": found["covered"].to_numpy(),
            }
        )


def draw(
    project_file: Path, name: str, request: Request, out: Path, *, progress: Progress
) -> Surface:
    """Read a project and draw one of its inputs: `geosafety density`."""
    project = read_project(project_file)
    progress("reading boundaries")
    atlas, _ = read_atlas(project)
    inputs, _ = place_inputs(read_inputs(project, atlas, progress), atlas, progress)
    by_name = {p.data.name: p for p in inputs if "group" in p.data.rows}
    if name not in by_name:
        problem = f"The project has no events called {name!r}."
        raise InputError(problem, hint=nearest(name, by_name))
    people = find_denominators(
        [p for p in inputs if p.data.dataset == "population"], atlas
    )
    placed = by_name[name]
    dataset = project.policy[placed.data.dataset]
    surface = surface_of(placed, atlas, people, request, dataset)
    row = describe(surface, placed, request, _kind(placed, people, request))
    write_surface(surface, row, out)
    return surface
