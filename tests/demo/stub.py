"""A small made-up force area, for tests that need no real boundaries."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety.demo.places import LOCAL_AUTHORITIES, Places

NPUS = {
    "Birmingham": ["BE", "BW"],
    "Coventry": ["CV"],
    "Dudley": ["DY"],
    "Sandwell": ["SW"],
    "Solihull": ["SH"],
    "Walsall": ["WS"],
    "Wolverhampton": ["WV"],
}


def stub_places(per_authority: int = 12, per_lsoa: int = 40) -> Places:
    """Seven authorities on a line, each a row of square LSOAs full of postcodes."""
    rng = np.random.default_rng(5)
    lsoas, postcodes = [], []
    for row, name in enumerate(LOCAL_AUTHORITIES.values()):
        for column in range(per_authority):
            number = row * per_authority + column
            code = f"E0100{8000 + number}"
            npus = NPUS[name]
            lsoas.append(
                (code, f"{name} {number:03d}A", name, npus[column % len(npus)])
            )
            east = 400_000 + 1_000 * column + rng.integers(0, 1_000, per_lsoa)
            north = 280_000 + 1_000 * row + rng.integers(0, 1_000, per_lsoa)
            for i in range(per_lsoa):
                postcode = f"B{row + 1}{column % 10} {i % 9}{chr(65 + number % 26)}"
                postcodes.append(
                    (f"{postcode}{chr(65 + i % 26)}{i}", east[i], north[i], code)
                )
    frame = pd.DataFrame(
        lsoas, columns=["area_code", "area_name", "local_authority", "npu"]
    )
    need = rng.gamma(4, 0.25, len(frame))
    frame = frame.assign(postcodes=per_lsoa, synthetic_need=need / need.mean())
    codes = [f"IA-{'BE' if i < 10 else 'SW'}-{i}" for i in range(1, 20)]
    areas = pd.DataFrame({"area_code": sorted(codes)})
    areas["area_name"] = "Illustrative impact area " + areas["area_code"].str[3:]
    return Places(
        lsoas=frame,
        postcodes=pd.DataFrame(
            postcodes, columns=["postcode", "easting", "northing", "lsoa"]
        ),
        impact_areas=areas,
    )


def write_stub(folder, places: Places | None = None):
    """Write the made-up force area as the boundary files that the demo reads."""
    places = places or stub_places()
    codes = {name: code for code, name in LOCAL_AUTHORITIES.items()}
    lsoas = places.lsoas.assign(
        local_authority=places.lsoas["local_authority"].map(codes)
    )
    for name, frame in (("lsoa", lsoas), ("impact_area", places.impact_areas)):
        shapes = gpd.GeoSeries.from_xy([0.0] * len(frame), [0.0] * len(frame))
        layer = gpd.GeoDataFrame(frame, geometry=shapes.buffer(1), crs="EPSG:27700")
        layer.to_parquet(folder / f"{name}.parquet")
    places.postcodes.to_parquet(folder / "postcodes.parquet")
    return folder
