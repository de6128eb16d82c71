"""Square boards of areas, and noise to put on them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


def square(side):
    row, column = np.divmod(np.arange(side**2), side)
    x, y = 100.0 * column, 100.0 * row
    codes = pd.Index([f"A{i:04}" for i in range(side**2)], name="area_code")
    shapes = shapely.box(x, y, x + 100, y + 100)
    return gpd.GeoDataFrame(geometry=shapes, index=codes, crs=27700)


def noise(index, seed=0):
    x = np.random.default_rng(seed).normal(size=len(index))
    return pd.Series(x, index=index)


def block(areas, rows, columns):
    side = round(len(areas) ** 0.5)
    return [r * side + c for r in rows for c in columns]
