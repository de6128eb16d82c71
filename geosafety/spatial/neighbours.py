"""Which areas are neighbours, as a `libpysal.graph.Graph` of zeros and ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree

from geosafety.errors import MethodError, nearest
from geosafety.settings import CRS

if TYPE_CHECKING:
    from libpysal.graph import Graph

Kind = Literal["queen", "knn", "distance"]
KINDS = ("queen", "knn", "distance")
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Two areas that ought to touch but were drawn apart lie this near at most, in metres.
# Simplifying each ONS polygon alone by 5 m opens gaps of up to 5 m at corners.
TOLERANCE = 5.0
# A permutation test on fewer areas has too few arrangements to say much, and no map of
# them shows a pattern that a table of them would not.
FEWEST = 30


@dataclass(frozen=True)
class Sample:
    """The areas that can be tested, and their links as positions among them.

    Attributes
    ----------
    where
        Positions of these areas among all.
    focal, neighbour
        One pair per link and direction, sorted.
    degree
        Neighbours of each area.
    island
        Among all areas: no neighbour at all.
    alone
        Among all areas: a value, but no neighbour that can be tested.
    """

    where: Integers
    focal: Integers
    neighbour: Integers
    degree: Integers
    island: NDArray[np.bool_]
    alone: NDArray[np.bool_]

    @property
    def n(self) -> int:
        """How many areas can be tested."""
        return len(self.where)

    def lag(self, x: Floats) -> Floats:
        """Sum over each area's neighbours."""
        sums = np.bincount(self.focal, weights=x[self.neighbour], minlength=self.n)
        return sums.astype(float)


def build_graph(
    areas: gpd.GeoDataFrame,
    *,
    kind: Kind = "queen",
    k: int = 6,
    distance: float | None = None,
) -> Graph:
    """Say which areas are neighbours; links weigh 1, none joins an area to itself.

    Parameters
    ----------
    areas
        Polygons in EPSG:27700 indexed by `area_code`.
    kind
        - `queen`: the areas share an edge, a corner or an overlap of drawing; or they
          are within `TOLERANCE` of each other and the gap between them belongs to no
          other area. On a layer without gaps this is plain queen contiguity.
        - `knn`: the `k` areas with the nearest centroids (a link goes one way).
        - `distance`: centroids at most `distance` metres apart.
    distance
        In metres. By default the distance at which areas have, on average, `k`
        neighbours; some may then have none.

    Returns
    -------
    Graph
        Areas without a neighbour are kept, as isolates.

    Raises
    ------
    MethodError
        Not in EPSG:27700, a code stands twice, or there are too few areas for `k`.

    Examples
    --------
    >>> row = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    >>> areas = gpd.GeoDataFrame(geometry=row, index=list("ABC"), crs=27700)
    >>> build_graph(areas)["B"].index.tolist()
    ['A', 'C']
    """
    _check(areas, kind)
    if kind == "knn" or (kind == "distance" and distance is None):
        _check_number(areas, k)
    if kind == "queen":
        focal, neighbour = _touching(areas.geometry.to_numpy())
    elif kind == "knn":
        focal, neighbour = _nearest(areas, k)
    else:
        focal, neighbour = _within(areas, k, distance)
    return from_links(focal, neighbour, areas.index)


def from_links(focal: Integers, neighbour: Integers, index: pd.Index) -> Graph:
    """Make a graph of links between positions in `index`.

    Parameters
    ----------
    focal, neighbour
        Positions, one pair per link and direction.
    """
    from libpysal.graph import Graph

    alone = np.setdiff1d(np.arange(len(index)), focal)
    # libpysal writes an area without neighbours as a link to itself of weight 0.
    table = pd.DataFrame(
        {
            "focal": index[np.concatenate([focal, alone])],
            "neighbor": index[np.concatenate([neighbour, alone])],
            "weight": np.repeat([1.0, 0.0], [len(focal), len(alone)]),
        }
    )
    order = np.lexsort(
        [np.concatenate([neighbour, alone]), np.concatenate([focal, alone])]
    )
    links = table.iloc[order].set_index(["focal", "neighbor"])["weight"]
    return Graph(links, is_sorted=True)


@dataclass(frozen=True, eq=False)
class _Pair:
    """A graph and an index as a key: the same graph, and an equal index."""

    graph: Graph
    index: pd.Index

    def __hash__(self) -> int:
        return hash((id(self.graph), len(self.index)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Pair):
            return False
        return self.graph is other.graph and self.index.equals(other.index)


def links_of(graph: Graph, index: pd.Index) -> tuple[Integers, Integers]:
    """List a graph's links as sorted positions in `index`; leave out links to others.

    The last few answers are kept: hundreds of maps are tested on the same graph.

    Raises
    ------
    MethodError
        A weight other than 0 and 1, which the permutation tests here cannot use, or an
        area of `index` that the graph does not know.
    """
    return _links(_Pair(graph, index))


@lru_cache(maxsize=16)
def _links(pair: _Pair) -> tuple[Integers, Integers]:
    graph, index = pair.graph, pair.index
    unknown = index.difference(graph.unique_ids)
    if len(unknown):
        problem = f"Area {unknown[0]!r} is not among the graph's areas."
        raise MethodError(problem, hint="Build the graph from the same layer.")
    links = graph.adjacency
    weights = links.to_numpy(float)
    if not np.isin(weights, [0.0, 1.0]).all():
        first = weights[~np.isin(weights, [0.0, 1.0])][0]
        problem = f"The graph has a weight of {first:g}; only 0 and 1 are understood."
        raise MethodError(problem, hint="Use build_graph, which makes such graphs.")
    focal = index.get_indexer(links.index.get_level_values(0))
    neighbour = index.get_indexer(links.index.get_level_values(1))
    kept = (weights == 1) & (focal >= 0) & (neighbour >= 0) & (focal != neighbour)
    focal, neighbour = focal[kept].astype(np.int64), neighbour[kept].astype(np.int64)
    order = np.lexsort([neighbour, focal])
    return focal[order], neighbour[order]


def sample_of(usable: NDArray[np.bool_], graph: Graph, index: pd.Index) -> Sample:
    """Keep the areas that have a value and a neighbour with a value.

    Parameters
    ----------
    usable
        In the order of `index`: whether the area has a value.

    Raises
    ------
    MethodError
        Fewer than `FEWEST` are left.
    """
    focal, neighbour = links_of(graph, index)
    island = np.bincount(focal, minlength=len(index)) == 0
    left, lost = usable & ~island, usable
    # Where links go one way, leaving an area out can leave another without neighbours.
    while lost.any():
        kept = left[focal] & left[neighbour]
        lost = left & (np.bincount(focal[kept], minlength=len(index)) == 0)
        left = left & ~lost
    where = np.flatnonzero(left)
    refuse_few(len(where), len(index))
    number = np.full(len(index), -1)
    number[where] = np.arange(len(where))
    focal, neighbour = number[focal[kept]], number[neighbour[kept]]
    degree = np.bincount(focal, minlength=len(where))
    return Sample(where, focal, neighbour, degree, island, usable & ~left & ~island)


def islands(graph: Graph) -> list[str]:
    """List the areas without a neighbour."""
    return [str(code) for code in graph.isolates]


def compare(a: Graph, b: Graph) -> pd.DataFrame:
    """List the links that only one of two graphs has, each once.

    Returns
    -------
    DataFrame
        `area_code`, `neighbour`, `only_in` ("first" or "second") and `in_both`, whether
        both graphs know both areas.
    """
    first, second = _pairs(a), _pairs(b)
    rows = [(*pair, "first") for pair in sorted(first - second)]
    rows += [(*pair, "second") for pair in sorted(second - first)]
    table = pd.DataFrame(rows, columns=["area_code", "neighbour", "only_in"])
    known = a.unique_ids.intersection(b.unique_ids)
    in_both = table["area_code"].isin(known) & table["neighbour"].isin(known)
    return table.assign(in_both=in_both.astype(bool))


def require_connected(graph: Graph) -> None:
    """Refuse a layer on which neighbour statistics mean nothing.

    Raises
    ------
    MethodError
        Fewer than `FEWEST` areas have a neighbour.
    """
    total = len(graph.unique_ids)
    refuse_few(total - len(graph.isolates), total)


def refuse_few(connected: int, total: int) -> None:
    """Raise a `MethodError` for fewer than `FEWEST` connected areas."""
    if connected >= FEWEST:
        return
    problem = (
        f"Only {connected} of {total} areas have a value and a neighbour with one; "
        f"a test of clusters needs {FEWEST}: with fewer, chance alone makes patterns."
    )
    hint = "Use LSOAs, MSOAs or wards, and lay the larger areas over the result."
    raise MethodError(problem, hint=hint)


def _check(areas: gpd.GeoDataFrame, kind: str) -> None:
    if kind not in KINDS:
        problem = f"There is no kind of neighbours called {kind!r}."
        raise MethodError(problem, hint=nearest(kind, KINDS))
    if areas.crs is None or areas.crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        problem = (
            f"Neighbours need metres; this layer is in {areas.crs or 'no system'}."
        )
        raise MethodError(problem, hint=f'Convert it first: areas.to_crs("{CRS}").')
    if areas.index.has_duplicates:
        code = areas.index[areas.index.duplicated()][0]
        problem = f"The area code {code!r} stands twice in the layer."
        raise MethodError(problem, hint="Dissolve the layer by its code.")


def _check_number(areas: gpd.GeoDataFrame, k: int) -> None:
    if not 0 < k < len(areas):
        problem = f"{len(areas)} areas cannot have {k} neighbours each."
        raise MethodError(problem, hint="Choose a smaller k.")


def _touching(shapes: NDArray[Any]) -> tuple[Integers, Integers]:
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=TOLERANCE)
    once = left < right
    left, right = left[once], right[once]
    apart = shapely.distance(shapes[left], shapes[right]) > 0
    linked = ~apart
    linked[apart] = _nobody_between(tree, left[apart], right[apart])
    left, right = left[linked], right[linked]
    return np.concatenate([left, right]), np.concatenate([right, left])


def _nobody_between(
    tree: shapely.STRtree, left: Integers, right: Integers
) -> NDArray[np.bool_]:
    """Tell where most of the gap between two near areas is in no third area.

    Areas on two sides of a narrow third one are near, but not neighbours.
    """
    shapes = tree.geometries
    gap = shapely.shortest_line(shapes[left], shapes[right])
    which, other = tree.query(gap, predicate="intersects")
    third = (other != left[which]) & (other != right[which])
    which, other = which[third], other[third]
    covered = np.zeros(len(gap))
    inside = shapely.length(shapely.intersection(gap[which], shapes[other]))
    np.add.at(covered, which, inside)
    free: NDArray[np.bool_] = covered < shapely.length(gap) / 2
    return free


def _centres(areas: gpd.GeoDataFrame) -> Floats:
    centres: Floats = shapely.get_coordinates(
        shapely.centroid(areas.geometry.to_numpy())
    )
    return centres


def _nearest(areas: gpd.GeoDataFrame, k: int) -> tuple[Integers, Integers]:
    centres = _centres(areas)
    _, found = KDTree(centres).query(centres, k=k + 1)
    focal = np.repeat(np.arange(len(areas)), k + 1)
    neighbour = found.reshape(-1)
    itself = focal == neighbour
    # Where centres coincide an area need not come first among its own nearest.
    missed = ~itself.reshape(found.shape).any(axis=1)
    drop = itself.reshape(found.shape)
    drop[missed, -1] = True
    kept = ~drop.reshape(-1)
    return focal[kept], neighbour[kept].astype(np.int64)


def _within(
    areas: gpd.GeoDataFrame, k: int, distance: float | None
) -> tuple[Integers, Integers]:
    centres = _centres(areas)
    tree = KDTree(centres)
    if distance is None:
        distance = _usual_distance(tree, k)
    pairs = tree.query_pairs(distance, output_type="ndarray").astype(np.int64)
    left, right = pairs[:, 0], pairs[:, 1]
    return np.concatenate([left, right]), np.concatenate([right, left])


def _usual_distance(tree: KDTree, k: int) -> float:
    """Return the distance at which areas have `k` neighbours on average."""
    reach, _ = tree.query(tree.data, k=min(8 * k, tree.n - 1) + 1)
    links = np.sort(reach[:, 1:].reshape(-1))
    return float(links[min(k * tree.n, len(links)) - 1])


def _pairs(graph: Graph) -> set[tuple[str, str]]:
    links = graph.adjacency
    ends = links.index[links.to_numpy() != 0]
    return {(str(min(a, b)), str(max(a, b))) for a, b in ends if a != b}
