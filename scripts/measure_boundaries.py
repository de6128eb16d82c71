"""Measure ``data/boundaries`` against real ONS layers; prints markdown tables.

Usage::

    python scripts/measure_boundaries.py [--real FOLDER] [--ours FOLDER]

The real layers are for measuring only: no part of them goes into what is shipped.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ROOT = Path(__file__).resolve().parents[1]
REAL = {
    "ward": ("ons_ward25", "WD25CD"),
    "msoa": ("ons_msoa11", "MSOA11CD"),
    "lsoa": ("ons_lsoa11", "LSOA11CD"),
}
CRS = "EPSG:27700"
POINTS = 200_000
SEED = 1


def read_real(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """Read the real layers; authorities and the force are dissolved from wards."""
    real = {}
    for layer, (name, code) in REAL.items():
        frame = gpd.read_file(folder / "boundaries" / f"{name}.geojson").to_crs(CRS)
        frame["geometry"] = frame.geometry.make_valid()
        real[layer] = frame.rename(columns={code: "area_code"})
    authority = real["ward"][["LAD25CD", "geometry"]].dissolve("LAD25CD").reset_index()
    authority = authority.rename(columns={"LAD25CD": "area_code"})
    real["local_authority"] = authority
    real["force"] = authority.assign(area_code="E23000014").dissolve("area_code")
    real["force"] = real["force"].reset_index()
    npu = gpd.read_file(folder / "boundaries" / "birmingham_npu_derived.geojson")
    real["npu (Birmingham)"] = _rename_npu(npu.to_crs(CRS))
    order = ["force", "local_authority", "npu (Birmingham)", "ward", "msoa", "lsoa"]
    return {layer: real[layer][["area_code", "geometry"]] for layer in order}


def _rename_npu(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    text = frame.drop(columns="geometry").astype(str)
    column = next(name for name in text if set(text[name]) == {"BE", "BW"})
    return frame.rename(columns={column: "area_code"})


def overlap(ours: gpd.GeoDataFrame, real: gpd.GeoDataFrame) -> pd.Series:
    """Give intersection over union for every area of the real layer."""
    pairs = real.merge(ours, on="area_code", suffixes=("_real", "_ours"))
    one, two = (pairs[f"geometry_{side}"].to_numpy() for side in ("real", "ours"))
    both = shapely.area(shapely.intersection(one, two))
    return pd.Series(both / (shapely.area(one) + shapely.area(two) - both))


def code_at(layer: gpd.GeoDataFrame, points: np.ndarray) -> pd.Series:
    """Give the code of the area each point falls in; the first, on a border."""
    shapes = layer.geometry.to_numpy()
    point, area = shapely.STRtree(shapes).query(points, predicate="intersects")
    found = pd.DataFrame({"point": point, "code": layer["area_code"].to_numpy()[area]})
    first = found.sort_values(["point", "code"]).drop_duplicates("point")
    return first.set_index("point")["code"].reindex(range(len(points)))


def agreement(
    ours: gpd.GeoDataFrame, real: gpd.GeoDataFrame, points: np.ndarray
) -> float:
    """Give the share of points, of those in the real layer, put in the same area."""
    truth = code_at(real, points)
    return float((code_at(ours, points) == truth)[truth.notna()].mean())


def uniform_points(force: gpd.GeoDataFrame) -> np.ndarray:
    """Draw points evenly over the real force area."""
    west, south, east, north = force.total_bounds
    rng = np.random.default_rng(SEED)
    xy = rng.uniform((west, south), (east, north), size=(2 * POINTS, 2))
    points = shapely.points(xy)
    shape = force.geometry.iloc[0]
    shapely.prepare(shape)
    return points[shapely.contains(shape, points)][:POINTS]


def file_points(files: list[Path]) -> np.ndarray:
    """Read the positions of police.uk rows, one point for each row."""
    frames = [pd.read_csv(file, dtype=str) for file in files]
    frames = [frame.rename(columns=str.lower) for frame in frames]
    place = pd.concat([frame[["longitude", "latitude"]] for frame in frames])
    place = place.apply(pd.to_numeric, errors="coerce").dropna()
    x, y = place["longitude"], place["latitude"]
    return gpd.GeoSeries.from_xy(x, y, crs="EPSG:4326").to_crs(CRS).to_numpy()


def neighbours(layer: gpd.GeoDataFrame, near: float) -> set[tuple[str, str]]:
    """Give the pairs of areas that touch, or lie within ``near`` metres."""
    shapes, code = layer.geometry.to_numpy(), layer["area_code"].to_numpy()
    tree = shapely.STRtree(shapes)
    left, right = tree.query(shapes, predicate="dwithin", distance=near)
    return {(code[i], code[j]) for i, j in zip(left, right, strict=True) if i < j}


def print_accuracy(
    ours: dict[str, gpd.GeoDataFrame], real: dict[str, gpd.GeoDataFrame], folder: Path
) -> None:
    """Print the table of overlaps and agreements."""
    crime = folder / "crime"
    samples = {
        "uniform": uniform_points(real["force"]),
        "street": file_points([crime / "birmingham_centre_2017_api_pull.csv"]),
        "stops": file_points(sorted(crime.glob("*west-midlands-stop-and-search.csv"))),
    }
    sizes = ", ".join(f"{name} {len(points):,}" for name, points in samples.items())
    print(f"Points: {sizes}\n")
    print("| layer | areas | median IoU | 10th percentile | lowest |", end="")
    print(" uniform % | street % | stops % |\n|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, truth in real.items():
        mine = ours[name.split()[0]]
        shares = overlap(mine, truth)
        figures = [shares.median(), shares.quantile(0.1), shares.min()]
        same = [100 * agreement(mine, truth, points) for points in samples.values()]
        cells = [f"{value:.3f}" for value in figures] + [f"{x:.1f}" for x in same]
        print(f"| {name} | {len(shares):,} | {' | '.join(cells)} |")


def print_neighbours(ours: gpd.GeoDataFrame, real: gpd.GeoDataFrame) -> None:
    """Print how the queen neighbours of the LSOAs agree."""
    # The real layer is generalised area by area, so its corners may miss by a little.
    truth, mine = neighbours(real, 1.0), neighbours(ours, 0.0)
    both = len(truth & mine)
    print(
        f"\nLSOA queen neighbours: {len(truth):,} real pairs, {len(mine):,} ours, "
        f"{both:,} in both ({both / len(truth):.1%} of the real ones found, "
        f"{both / len(mine):.1%} of ours real)."
    )
    parts = shapely.get_num_geometries(ours.geometry.to_numpy())
    print(f"LSOAs in more than one part: {(parts > 1).sum()} of ours.")


def print_npu_people(ours: dict[str, gpd.GeoDataFrame], folder: Path) -> None:
    """Print people of 16 and over by Birmingham NPU, mid-2020, two ways."""
    file = next((folder / "census").glob("mye2020_lsoa11_*.csv"))
    people = pd.read_csv(file).set_index("lsoa11_code")
    ages = [str(age) for age in range(16, 90)] + ["90+"]
    adults = people[ages].sum(axis=1)
    lsoa = ours["lsoa"].set_index("area_code")
    whole = adults.groupby(lsoa["npu"]).sum()
    table = ours["postcodes"]
    share = table.groupby("lsoa", observed=True)["npu"].value_counts(normalize=True)
    share = share.rename("share").reset_index()
    share["adults"] = share["share"] * share["lsoa"].astype(str).map(adults)
    split = share.groupby("npu", observed=True)["adults"].sum()
    straddling = (
        share[share["share"] > 0].groupby("lsoa", observed=True).size() > 1
    ).sum()
    print(f"\nLSOAs with postcodes in two NPUs: {straddling}.")
    for npu in ("BE", "BW"):
        print(
            f"{npu}, 16 and over, mid-2020: {split[npu]:,.0f} by postcode share, "
            f"{whole[npu]:,.0f} by whole LSOAs."
        )


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    default = os.environ.get("GEOSAFETY_REAL_DATA")
    parser.add_argument("--real", type=Path, default=default and Path(default))
    parser.add_argument("--ours", type=Path, default=ROOT / "data" / "boundaries")
    options = parser.parse_args()
    if options.real is None:
        parser.error("Set GEOSAFETY_REAL_DATA, or give the folder with --real.")
    if not (options.real / "boundaries").is_dir():
        parser.error(f"There is no folder boundaries in {options.real}.")
    names = ["force", "local_authority", "npu", "ward", "msoa", "lsoa"]
    ours = {name: gpd.read_parquet(options.ours / f"{name}.parquet") for name in names}
    ours["postcodes"] = pd.read_parquet(options.ours / "postcodes.parquet")
    real = read_real(options.real)
    print_accuracy(ours, real, options.real)
    print_neighbours(ours["lsoa"], real["lsoa"])
    print_npu_people(ours, options.real)


if __name__ == "__main__":
    main()
