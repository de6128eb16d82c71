"""Fixtures that more than one folder of tests uses."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geosafety.geography.atlas import Atlas, Crosswalk, Layer
from geosafety.settings import CRS, FORCE_CODE

WEST, SOUTH, CELL = 400_000, 280_000, 1_000


@pytest.fixture(scope="session")
def real_data(real_folder: Path) -> Path:
    """The folder of real published files, which never is a part of the project."""
    return real_folder


def cells(codes: dict[str, tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    """Make a layer of boxes, in cells of the grid: west, south, east, north."""
    shapes = [
        box(WEST + w * CELL, SOUTH + s * CELL, WEST + e * CELL, SOUTH + n * CELL)
        for w, s, e, n in codes.values()
    ]
    index = pd.Index(list(codes), dtype="object", name="area_code")
    names = [f"Area {code}" for code in codes]
    return gpd.GeoDataFrame({"area_name": names}, geometry=shapes, index=index, crs=CRS)


def make_grid() -> gpd.GeoDataFrame:
    """Make 6 x 6 squares of 1 km: A00 in the south-west, A05 in the south-east."""
    return cells({f"A{y}{x}": (x, y, x + 1, y + 1) for y in range(6) for x in range(6)})


@pytest.fixture
def grid() -> gpd.GeoDataFrame:
    return make_grid()


def make_atlas(*, crosswalk: bool = True) -> Atlas:
    """Make every layer over the grid; its squares are the small areas.

    Wards do not nest (a border runs through the squares), two impact areas cover
    little, and three boroughs are the neighbourhood policing units too.
    """
    blocks = {
        f"M{y}{x}": (2 * x, 2 * y, 2 * x + 2, 2 * y + 2)
        for y in range(3)
        for x in range(3)
    }
    thirds = {str(x): (2 * x, 0, 2 * x + 2, 6) for x in range(3)}
    areas = {
        "force": cells({FORCE_CODE: (0, 0, 6, 6)}),
        "local_authority": cells({f"L{k}": v for k, v in thirds.items()}),
        "npu": cells({f"N{k}": v for k, v in thirds.items()}),
        "impact_area": cells({"I0": (0, 0, 1, 2), "I1": (4, 4, 6, 6)}),
        "ward": cells({"W0": (0, 0, 2.4, 6), "W1": (2.4, 0, 6, 6)}),
        "msoa": cells(blocks),
        "lsoa": make_grid(),
    }
    layers = {
        name: Layer(name=name, areas=layer, vintage="2021", bundled=name == "lsoa")
        for name, layer in areas.items()
    }
    postcodes = pd.DataFrame(
        {
            "easting": [WEST + 500, WEST + 5500],
            "northing": [SOUTH + 500, SOUTH + 5500],
            "lsoa": pd.Categorical(["A00", "A55"], ["A00", "A55", "OLD"]),
        },
        index=pd.Index(["B1 1AA", "B6 6FF"], dtype="object"),
    )
    table = pd.DataFrame(
        [
            ("SPLIT", "A00", 0.7),
            ("SPLIT", "A01", 0.3),
            ("ACROSS", "A21", 0.6),
            ("ACROSS", "A22", 0.4),
            ("EDGE", "A00", 0.75),
            ("EDGE", "ELSEWHERE", 0.25),
            ("SAME", "A33", 1.0),
            ("MERGED", "A33", 1.0),
            ("AWAY", "ELSEWHERE", 1.0),
        ],
        columns=["from_code", "to_code", "share"],
    )
    walk = Crosswalk(geography="lsoa", table=table, weight="residents")
    return Atlas(
        layers=layers, postcodes=postcodes, crosswalk=walk if crosswalk else None
    )


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    return make_atlas()


@pytest.fixture(scope="session")
def atlas_without_crosswalk() -> Atlas:
    return make_atlas(crosswalk=False)
