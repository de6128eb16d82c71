"""Density surfaces of inputs that have points, and of risk to residents."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geosafety.errors import InputError, MethodError
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import CRS, Dataset
from geosafety.spatial import density
from geosafety.spatial.grid import Grid, grid_for
from geosafety.spatial.points import require_points
from geosafety.spatial.risk import dual_density, surface_words
from geosafety.spatial.zonal import spread

CELL = 100.0
# Residents per square kilometre below which a rate of risk is not given.
FLOOR = 100.0
# Policy: shorter bandwidths and finer cells would show the single point, and so the
# event of one person. A Gaussian's 200 m has the variance of a quartic's 566 m.
LEAST_BANDWIDTH = {"gaussian": 200.0, "quartic": 566.0}
LEAST_CELL = 50.0
# A surface is said to cover a part of the force only below this share of its area.
WHOLE = 0.9


@dataclass(frozen=True, kw_only=True)
class Request:
    """How to draw a surface."""

    cell: float = CELL
    bandwidth: float | None = None
    kernel: density.Kernel = "gaussian"
    group: str = ""
    risk: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """A finished surface and what to know about it.

    Attributes
    ----------
    values
        On `grid`; NaN outside the ground, where it is hidden, and below the floor.
    ground
        What the points cover: the hull around them.
    points
        How many events stand behind it.
    floor
        Residents per square kilometre below which a risk is missing; NaN of a density.
    residents
        The vintage of the residents, of a risk.
    """

    values: np.ndarray
    grid: Grid
    units: str
    bandwidth: float
    words: str
    ground: shapely.Geometry
    points: float
    floor: float = np.nan
    residents: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """The places of events in the force area, and how many stand at each."""

    x: np.ndarray
    y: np.ndarray
    n: np.ndarray

    @property
    def hull(self) -> shapely.Geometry:
        """The ground that they cover: nothing is known of what lies outside."""
        at = np.column_stack([self.x, self.y])
        return shapely.convex_hull(shapely.multipoints(at))

    def within(self, ground: shapely.Geometry) -> Points:
        """Keep those on some ground, its edge included."""
        shapely.prepare(ground)
        keep = shapely.intersects_xy(ground, self.x, self.y)
        return Points(x=self.x[keep], y=self.y[keep], n=self.n[keep])


def surface_of(
    placed: Placed,
    atlas: Atlas,
    people: Denominators,
    request: Request,
    dataset: Dataset,
) -> Surface:
    """Estimate the density of one input's points in the force area, or the risk.

    Parameters
    ----------
    dataset
        The policy: where `suppress_below` is set (stop and search), the surface is
        missing where fewer than that many events stand under the kernel.

    Raises
    ------
    MethodError
        The places are areas, not points: their centroids would draw dots. Or the
        bandwidth or the cell is so small that single points would show.
    InputError
        A risk is asked for, and there are no residents by LSOA.
    """
    require_points(placed.places, atlas.layers["lsoa"].areas)
    points = _points(placed, request.group)
    _must_blur(request)
    grid = grid_for(atlas.layers["force"].areas.total_bounds, request.cell)
    bandwidth = request.bandwidth or _chosen(points, request)
    make = _risk if request.risk else _density
    return make(points, atlas, people, (grid, bandwidth, request.kernel), dataset)


# A grid, a bandwidth in metres and a kernel.
How = tuple[Grid, float, density.Kernel]


def _points(placed: Placed, group: str) -> Points:
    rows = placed.data.rows
    if group:
        rows = rows[rows["group"] == group]
    home = placed.homes["force"].set_index("place")["area_code"]
    inside = home.reindex(placed.places.index).notna() & placed.places["x"].notna()
    weight = rows.groupby("place")["n"].sum().reindex(placed.places.index)
    found = placed.places.assign(n=weight)[inside].dropna(subset=["n"])
    if found.empty:
        problem = f"{placed.data.name} has no point in the force area to draw."
        raise MethodError(problem, hint="Check the group, or choose another input.")
    x, y, n = (found[c].to_numpy(float) for c in ("x", "y", "n"))
    return Points(x=x, y=y, n=n)


def _must_blur(request: Request) -> None:
    """Refuse what would show single points."""
    least = LEAST_BANDWIDTH.get(request.kernel, 0.0)
    if request.bandwidth is not None and request.bandwidth < least:
        problem = f"A bandwidth of {request.bandwidth:g} m would show single points."
        raise MethodError(problem, hint=f"Use {least:g} m or more.")
    if request.cell < LEAST_CELL:
        problem = f"Cells of {request.cell:g} m would show single points."
        raise MethodError(problem, hint=f"Use {LEAST_CELL:g} m or more.")


def _chosen(points: Points, request: Request) -> float:
    """Choose a bandwidth by the rule, but none that would show single points."""
    kernel = request.kernel
    floor = max(LEAST_BANDWIDTH.get(kernel, 0.0), 2 * request.cell)
    if np.ptp(points.x) == 0 or np.ptp(points.y) == 0:
        return floor
    chosen = density.choose_bandwidth(
        points.x, points.y, kernel=kernel, weights=points.n
    )
    return max(chosen, floor)


def _density(
    points: Points, atlas: Atlas, people: Denominators, how: How, dataset: Dataset
) -> Surface:
    del people
    grid, bandwidth, kernel = how
    values = _smooth(points, how)
    # As far as a kernel reaches beyond the ground, so that no mass is lost.
    reach = points.hull.buffer(density.REACH[kernel] * bandwidth)
    values[share_of_cells(reach, grid) == 0] = np.nan
    values[_too_few(values, how, dataset)] = np.nan
    said = surface_words(values, grid, what=f"{dataset.row}s")
    words = [said[0].upper() + said[1:]]
    return Surface(
        values=values,
        grid=grid,
        units=f"{dataset.row}s per square kilometre",
        bandwidth=bandwidth,
        words=" ".join([*words, *_limits(points.hull, atlas, dataset)]),
        ground=points.hull,
        points=float(points.n.sum()),
    )


def _risk(
    points: Points, atlas: Atlas, people: Denominators, how: How, dataset: Dataset
) -> Surface:
    """Divide events by residents, both of the same ground and smoothed alike.

    Residents outside the ground would else read as people to whom nothing happens.
    """
    grid, bandwidth, kernel = how
    stock = people.by_layer.get(("lsoa", "population"))
    if stock is None:
        problem = "A surface of risk needs residents by LSOA."
        raise InputError(problem, hint="Add a [[population]] block by LSOA.")
    areas = atlas.layers["lsoa"].areas
    known = stock.table[stock.table["complete"]].set_index("area_code")["population"]
    known = known.dropna()
    ground = _known_ground(points.hull, areas, known)
    share = share_of_cells(ground, grid)
    if not share.any():
        problem = "The points span no ground on which residents are known."
        raise MethodError(problem, hint="A risk needs points that are spread out.")
    events = _smooth(points.within(ground), how)
    cells = spread(known, areas.loc[known.index.intersection(areas.index)], grid)
    residents = density.smooth_cells(
        cells * share, grid, bandwidth=bandwidth, kernel=kernel
    )
    values = dual_density(events, residents, floor=FLOOR)
    values[(share < 0.5) | _too_few(events, how, dataset)] = np.nan
    words = (
        f"Residents ({stock.vintage or 'of an unstated year'}) are not the people who "
        "are there by day: a centre of shops and offices stands out. Missing under "
        f"{FLOOR:g} residents per square kilometre."
    )
    return Surface(
        values=values,
        grid=grid,
        units=f"{dataset.row}s per 1,000 residents",
        bandwidth=bandwidth,
        words=" ".join([words, *_limits(ground, atlas, dataset)]),
        ground=ground,
        points=float(points.within(ground).n.sum()),
        floor=FLOOR,
        residents=stock.vintage,
    )


def _smooth(points: Points, how: How) -> np.ndarray:
    grid, bandwidth, kernel = how
    return density.kernel_density(
        points.x, points.y, grid, bandwidth=bandwidth, kernel=kernel, weights=points.n
    )


def _too_few(values: np.ndarray, how: How, dataset: Dataset) -> np.ndarray:
    """Tell where fewer events stand under the kernel than the policy shows."""
    _, bandwidth, kernel = how
    base = np.nan_to_num(values) * density.effective_area(bandwidth, kernel=kernel)
    few: np.ndarray = base < dataset.suppress_below
    return few


def _known_ground(
    hull: shapely.Geometry, areas: gpd.GeoDataFrame, known: pd.Series
) -> shapely.Geometry:
    """Take the areas whose residents are not known out of the ground."""
    unknown = areas[~areas.index.isin(known.index)]
    if unknown.empty:
        return hull
    return shapely.difference(hull, unknown.geometry.union_all())


def share_of_cells(ground: shapely.Geometry, grid: Grid) -> np.ndarray:
    """Return the share of each cell that lies on the ground."""
    outline = gpd.GeoDataFrame(geometry=[ground], index=["ground"], crs=CRS)
    if ground.area == 0:
        return np.zeros(grid.shape)
    inside = pd.Series({"ground": ground.area / grid.cell**2})
    return spread(inside, outline, grid)


def _limits(ground: shapely.Geometry, atlas: Atlas, dataset: Dataset) -> list[str]:
    """Say where there is nothing to see, and why."""
    force = atlas.layers["force"].areas.geometry.union_all()
    covered = shapely.intersection(ground, force).area
    said = []
    if covered < WHOLE * force.area:
        said.append(
            f"The points cover {covered / 1e6:,.1f} of the {force.area / 1e6:,.0f} "
            "square kilometres of the force area: of the rest nothing is known."
        )
    if dataset.suppress_below:
        said.append(
            f"Hidden where fewer than {dataset.suppress_below} {dataset.row}s stand "
            "under the kernel."
        )
    return said
