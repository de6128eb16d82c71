"""Cells of the postcode points: which area each bit of land falls to.

A postcode point stands for a stretch of street, not for a spot, so the straight lines
between neighbouring points of the same area are given to that area too: extra sites
are put on the edges of the Delaunay triangulation whose two ends agree. The nearest
site then decides, from the largest areas down to the smallest (authority, ward, MSOA,
LSOA): at each step only sites inside the area already decided may win, so the pieces
nest. The land is looked at on a square grid, which gives every layer the same lines.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rasterio import features, transform
from scipy import ndimage
from scipy.spatial import Delaunay, cKDTree
from shapely.geometry import shape

from .areas import BOROUGHS, CRS

LEVELS = ["local_authority", "ward", "msoa", "lsoa"]
OUTSIDE = "outside"

STEP = 10  # metres: the side of a grid square
EXTRA_SITES = 3  # on an edge whose ends agree
SPECK = 2_000  # square metres: smaller patches go to their largest neighbour
TOLERANCE = 20  # metres: the size of a wiggle that simplification may drop
EDGE = 1_500  # metres of grid around the outermost points of the force


def label_sites(joined: pd.DataFrame) -> pd.DataFrame:
    """Turn postcode points into labelled sites.

    Points placed on less than a building (quality 50 and worse) are left out. The two
    sources can disagree about the authority of a postcode on the border; Code-Point
    looked at the point itself, so it wins, and the census codes are then unknown.
    """
    sites = joined.loc[joined["quality"] < 50, ["easting", "northing", *LEVELS]].copy()
    agrees = joined["lookup_authority"] == joined["local_authority"]
    sites.loc[~agrees.loc[sites.index], ["msoa", "lsoa"]] = None
    outside = ~sites["local_authority"].isin(BOROUGHS)
    sites.loc[outside, LEVELS] = OUTSIDE
    return sites


def _one_label_per_place(sites: pd.DataFrame, depth: int) -> pd.DataFrame:
    """Keep the commonest label of every distinct position, ties to the lowest."""
    known = sites.dropna(subset=LEVELS[:depth])
    place = ["easting", "northing"]
    label = known[LEVELS[:depth]].agg("|".join, axis=1)
    counts = known[place].assign(label=label).value_counts().reset_index()
    order = [True, True, False, True]
    counts = counts.sort_values([*place, "count", "label"], ascending=order)
    return counts.drop_duplicates(place).reset_index(drop=True)


def _thicken(xy: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add sites along Delaunay edges between two points of the same label."""
    triangles = Delaunay(xy).simplices
    edges = np.vstack([triangles[:, pair] for pair in ([0, 1], [1, 2], [0, 2])])
    start, end = np.unique(np.sort(edges, axis=1), axis=0).T
    same = label[start] == label[end]
    start, end = start[same], end[same]
    shares = np.arange(1, EXTRA_SITES + 1) / (EXTRA_SITES + 1)
    extra = [xy[start] * (1 - share) + xy[end] * share for share in shares]
    labels = np.concatenate([label, *[label[start]] * EXTRA_SITES])
    return np.vstack([xy, *extra]), labels


def _nearest_label(
    squares: np.ndarray, sites: np.ndarray, label: np.ndarray
) -> np.ndarray:
    if label.min() == label.max():
        return np.full(len(squares), label[0])
    # Trees for a few hundred squares are not worth starting threads for.
    workers = 1 if len(squares) < 100_000 else -1
    return label[cKDTree(sites).query(squares, workers=workers)[1]]


def _decide(
    squares: np.ndarray, above: pd.Categorical, sites: pd.DataFrame, depth: int
) -> pd.Categorical:
    """Label every square at one level, inside the area decided one level up."""
    one = _one_label_per_place(sites, depth)
    names, codes = np.unique(one["label"].to_numpy(dtype=str), return_inverse=True)
    xy, codes = _thicken(one[["easting", "northing"]].to_numpy(float), codes)
    parents = pd.Index([name.rpartition("|")[0] for name in names])
    parent_of_site = above.categories.get_indexer(parents)[codes]
    sites_of = pd.Series(codes).groupby(parent_of_site).indices
    decided = np.empty(len(squares), dtype=int)
    for area, rows in pd.Series(above.codes).groupby(above.codes).indices.items():
        mine = sites_of[area]
        decided[rows] = _nearest_label(squares[rows], xy[mine], codes[mine])
    return pd.Categorical.from_codes(decided, names)


def _label_squares(squares: np.ndarray, sites: pd.DataFrame) -> pd.Categorical:
    """Decide level after level; what is outside the force is settled at the first."""
    label = pd.Categorical.from_codes(np.zeros(len(squares), int), [""])
    undecided = np.arange(len(squares))
    for depth in range(1, len(LEVELS) + 1):
        label = _decide(squares[undecided], label, sites, depth)
        inside = ~np.char.startswith(label.categories.to_numpy(dtype=str), OUTSIDE)
        keep = inside[label.codes]
        undecided, label = undecided[keep], label[keep]
    full = np.zeros(len(squares), int)
    full[undecided] = label.codes + 1
    return pd.Categorical.from_codes(full, [OUTSIDE, *label.categories])


def _grid(sites: pd.DataFrame) -> tuple[int, int, int, int]:
    """Give west, north, columns and rows of a grid that holds the whole force."""
    inside = sites.loc[sites["local_authority"] != OUTSIDE, ["easting", "northing"]]
    (west, south), (east, north) = (
        inside.min().to_numpy() // STEP * STEP - EDGE,
        inside.max().to_numpy() // STEP * STEP + EDGE,
    )
    return int(west), int(north), int(east - west) // STEP, int(north - south) // STEP


def _polygons(label: pd.Categorical, grid: tuple[int, int, int, int]) -> list[Any]:
    """Trace the outlines of equal squares: a list of label and polygon."""
    west, north, columns, rows = grid
    image = label.codes.reshape(rows, columns).astype("int32")
    image = features.sieve(image, size=SPECK // STEP**2, connectivity=4)
    # The force has no enclaves: a hole is one outside postcode on the wrong side.
    holes = ndimage.binary_fill_holes(image > 0) & (image == 0)
    nearest = ndimage.distance_transform_edt(
        image == 0, return_distances=False, return_indices=True
    )
    image = np.where(holes, image[tuple(nearest)], image)
    place = transform.from_origin(west, north, STEP, STEP)
    traced = features.shapes(image, mask=image > 0, connectivity=4, transform=place)
    return [(label.categories[int(code)], shape(ring)) for ring, code in traced]


def make_pieces(sites: pd.DataFrame) -> gpd.GeoDataFrame:
    """Make the finest pieces, one per authority x ward x MSOA x LSOA, simplified.

    Parameters
    ----------
    sites
        What `label_sites` gives.

    Returns
    -------
    GeoDataFrame
        One row per combination of the four codes, a valid coverage.
    """
    grid = _grid(sites)
    west, north, columns, rows = grid
    x, y = np.meshgrid(
        west + STEP / 2 + STEP * np.arange(columns),
        north - STEP / 2 - STEP * np.arange(rows),
    )
    label = _label_squares(np.column_stack([x.ravel(), y.ravel()]), sites)
    traced = _polygons(label, grid)
    parts = gpd.GeoDataFrame(
        [name.split("|") for name, _ in traced],
        columns=LEVELS,
        geometry=[polygon for _, polygon in traced],
        crs=CRS,
    ).sort_values(LEVELS, kind="stable", ignore_index=True)
    # The polygons come without the points where only a neighbour turns; neighbours
    # must share every point before they can be simplified together.
    noded = shapely.transform(shapely.segmentize(parts.geometry, STEP), np.round)
    parts.geometry = shapely.coverage_simplify(noded, TOLERANCE)
    return parts.dissolve(LEVELS, method="coverage", as_index=False)
