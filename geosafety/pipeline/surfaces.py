"""Density surfaces of inputs that have points, and of risk to residents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from geosafety import __version__
from geosafety.errors import InputError, MethodError, nearest
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.inputs import Placed, Progress, place_inputs, read_inputs
from geosafety.pipeline.stocks import Denominators, find_denominators
from geosafety.project import read_project
from geosafety.publish.surfaces import write_cog
from geosafety.readers.boundaries import read_atlas
from geosafety.settings import datasets
from geosafety.spatial import density

CELL = 100.0
# Residents per square kilometre below which a rate of risk is not given.
FLOOR = 100.0


@dataclass(frozen=True, kw_only=True)
class Request:
    """How to draw a surface."""

    cell: float = CELL
    bandwidth: float | None = None
    kernel: Literal["gaussian", "quartic"] = "gaussian"
    group: str = ""
    risk: bool = False


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A finished surface, what it is in, and a sentence about it."""

    values: np.ndarray
    grid: density.Grid
    units: str
    bandwidth: float
    words: str


def surface_of(
    placed: Placed, atlas: Atlas, people: Denominators, request: Request
) -> Surface:
    """Estimate the density of one input's points in the force area.

    Raises
    ------
    MethodError
        The places are areas, not points: their centroids would draw dots.
    """
    density.require_points(placed.places, atlas.layers["lsoa"].areas)
    rows = placed.data.rows
    if request.group:
        rows = rows[rows["group"] == request.group]
    home = placed.homes["force"].set_index("place")["area_code"]
    inside = home.reindex(placed.places.index).notna() & placed.places["x"].notna()
    weight = rows.groupby("place")["n"].sum().reindex(placed.places.index)
    points = placed.places.assign(n=weight)[inside].dropna(subset=["n"])
    if points.empty:
        problem = f"{placed.data.name} has no point in the force area to draw."
        raise MethodError(problem, hint="Check the group, or choose another input.")
    x, y, n = (points[c].to_numpy(float) for c in ("x", "y", "n"))
    grid = density.grid_for(atlas.layers["force"].areas.total_bounds, request.cell)
    chosen = request.bandwidth or density.choose_bandwidth(
        x, y, kernel=request.kernel, weights=n
    )
    drawn = density.kernel_density(
        x, y, grid, bandwidth=chosen, kernel=request.kernel, weights=n
    )
    units, what = "per square kilometre", f"{datasets()[placed.data.dataset].row}s"
    if request.risk:
        residents = _residents(atlas, people, grid)
        smooth = density.smooth_cells(
            residents, grid, bandwidth=chosen, kernel=request.kernel
        )
        drawn = density.dual_density(drawn, smooth, floor=FLOOR)
        return Surface(
            values=drawn,
            grid=grid,
            units="per 1,000 residents",
            bandwidth=chosen,
            words=f"Missing under {FLOOR:g} residents per square kilometre.",
        )
    words = density.surface_words(drawn, grid, what=what)
    return Surface(values=drawn, grid=grid, units=units, bandwidth=chosen, words=words)


def _residents(atlas: Atlas, people: Denominators, grid: density.Grid) -> np.ndarray:
    """Spread the residents of the small areas evenly over their cells."""
    stock = people.by_layer.get(("lsoa", "population"))
    if stock is None:
        problem = "A surface of risk needs residents by LSOA."
        raise InputError(problem, hint="Add a [[population]] block by LSOA.")
    totals = stock.table.set_index("area_code")["population"]
    return density.spread(totals, atlas.layers["lsoa"].areas, grid)


def write_surfaces(
    folder: Path,
    inputs: list[Placed],
    atlas: Atlas,
    people: Denominators,
    progress: Progress,
) -> list[str]:
    """Write a surface for every input of events that has points.

    Returns
    -------
    list of str
        A sentence for each surface, and for each input that is refused, why.
    """
    notes = []
    for placed in inputs:
        if datasets()[placed.data.dataset].counts != "events":
            continue
        if not placed.homes["force"]["area_code"].notna().any():
            continue
        try:
            progress(f"drawing the density of {placed.data.name}")
            surface = surface_of(placed, atlas, people, Request())
        except MethodError as refused:
            notes.append(f"No surface of {placed.data.name}: {refused.problem}")
            continue
        name = re.sub(r"[^a-z0-9]+", "-", placed.data.name.lower()).strip("-")
        (folder / "surfaces").mkdir(exist_ok=True)
        write_surface(surface, placed, folder / "surfaces" / f"{name}.tif", Request())
        notes.append(f"Surface of {placed.data.name}: {surface.words}")
    return notes


def write_surface(
    surface: Surface, placed: Placed, path: Path, request: Request
) -> None:
    """Write one surface as a Cloud-Optimised GeoTIFF that says what it is."""
    periods = placed.data.rows["period"].astype(str)
    provenance: dict[str, Any] = {
        "input": placed.data.name,
        "source": placed.data.source or "not stated",
        "kind": placed.data.kind,
        "group": request.group or "all",
        "period": f"{periods.min()}/{periods.max()}",
        "software": f"geosafety {__version__}",
    }
    write_cog(
        surface.values,
        surface.grid,
        path,
        units=surface.units,
        bandwidth=surface.bandwidth,
        kernel=request.kernel,
        provenance=provenance,
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
    surface = surface_of(by_name[name], atlas, people, request)
    write_surface(surface, by_name[name], out, request)
    return surface
