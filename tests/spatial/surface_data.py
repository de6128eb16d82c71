"""Points and squares that the tests of surfaces share."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.affinity

from geosafety.spatial.grid import grid_for

GRID = grid_for((400_000, 280_000, 408_000, 286_000), 100)


def some_points(n=400, seed=1):
    rng = np.random.default_rng(seed)
    return 404_000 + rng.normal(0, 900, n), 283_000 + rng.normal(0, 600, n)


def snapped_points():
    x, y = some_points(2000, 2)
    return np.round(x / 150) * 150 + 37, np.round(y / 150) * 150 + 11


def one_point():
    return np.array([404_025.0]), np.array([283_025.0])


def squares(side=1000, columns=4, rows=3, crs="EPSG:27700", west=400_000):
    cells = [
        shapely.affinity.translate(
            shapely.box(0, 0, side, side), west + c * side, 280_000 + r * side
        )
        for r in range(rows)
        for c in range(columns)
    ]
    codes = [f"A{i}" for i in range(len(cells))]
    return gpd.GeoDataFrame(
        geometry=cells, index=pd.Index(codes, name="area_code"), crs=crs
    )
