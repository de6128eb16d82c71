"""A synthetic need surface, and illustrative impact areas grown on it.

No extent of the 19 real impact areas is published. These stand in for them: nothing
here is measured from any real place, and neither codes nor names can be taken for
real ones.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

SEED = 20250519
AREAS = 19
SMALLEST, LARGEST = 4, 10  # LSOAs in an impact area

CORES = 60  # small hot cores over the force
CORE_REACH = (350.0, 800.0)  # metres: the spread of a core's need
SWELLS = 40  # broad rises and dips of the background
SWELL_REACH = 4_000.0
STOP_BELOW = 0.7  # a neighbour must have this share of the area's mean need


def synthetic_need(lsoa: gpd.GeoDataFrame, seed: int = SEED) -> np.ndarray:
    """Draw a smooth need surface with small hot cores; its mean over LSOAs is 1.

    Cores and swells are centred on LSOAs drawn at random, so they are thicker where
    people are; their heights and reaches are drawn too. Nothing else goes in.
    """
    rng = np.random.default_rng(seed)
    points = shapely.get_coordinates(shapely.centroid(lsoa.geometry.to_numpy()))

    def bumps(count: int, reach: np.ndarray, height: np.ndarray) -> np.ndarray:
        centres = points[rng.choice(len(points), count, replace=False)]
        away = np.linalg.norm(points[:, None] - centres[None], axis=2)
        return (height * np.exp(-((away / reach) ** 2) / 2)).sum(axis=1)

    swells = bumps(
        SWELLS, np.full(SWELLS, SWELL_REACH), rng.normal(0, 0.25, size=SWELLS)
    )
    cores = bumps(
        CORES, rng.uniform(*CORE_REACH, size=CORES), rng.lognormal(0.9, 0.45, CORES)
    )
    need = np.exp(swells + rng.normal(0, 0.12, len(points))) + cores
    return np.round(need / need.mean(), 4)


def _neighbours(lsoa: gpd.GeoDataFrame) -> tuple[list[set[int]], list[set[int]]]:
    """Give for every LSOA those it touches, and those it shares a border line with."""
    shapes = lsoa.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="touches")
    line = shapely.length(shapely.intersection(shapes[left], shapes[right])) > 0
    touching: list[set[int]] = [set() for _ in shapes]
    bordering: list[set[int]] = [set() for _ in shapes]
    for one, other, has_line in zip(left, right, line, strict=True):
        touching[one].add(int(other))
        if has_line:
            bordering[one].add(int(other))
    return touching, bordering


def _quotas(need: pd.Series, npu: pd.Series) -> pd.Series:
    """Share the areas out: one for each NPU, the rest by need (largest remainder)."""
    total = need.groupby(npu).sum()
    exact = total / total.sum() * (AREAS - len(total))
    quota = np.floor(exact).astype(int)
    order = (exact - quota).sort_values(ascending=False, kind="stable")
    quota[order.index[: AREAS - len(total) - quota.sum()]] += 1
    return quota + 1


def _grow(
    start: int, need: np.ndarray, free: set[int], bordering: list[set[int]]
) -> list[int]:
    """Add the neediest free bordering LSOA until the next one falls well short."""
    area = [start]
    while len(area) < LARGEST:
        edge = set().union(*(bordering[i] for i in area)) & free - set(area)
        if not edge:
            break
        # Two sides in common count for more than one: it keeps the area compact.
        best = max(edge, key=lambda i: (need[i] * len(bordering[i] & {*area}), -i))
        if len(area) >= SMALLEST and need[best] < STOP_BELOW * need[area].mean():
            break
        area.append(best)
    return area


def grow_impact_areas(lsoa: gpd.GeoDataFrame) -> pd.Series:
    """Choose the LSOAs of the illustrative impact areas.

    NPU by NPU, the start is the free LSOA whose own and bordering need is highest on
    average; from it the area grows by `_grow`. LSOAs that touch a finished area are
    barred, so no two areas touch. LSOAs of more than one part take no part.

    Parameters
    ----------
    lsoa
        The layer, with ``synthetic_need`` and ``npu``.

    Returns
    -------
    Series
        Code of the impact area, or missing, in the order of ``lsoa``.
    """
    need = lsoa["synthetic_need"].to_numpy()
    touching, bordering = _neighbours(lsoa)
    around = np.array([need[[i, *sorted(b)]].mean() for i, b in enumerate(bordering)])
    whole = shapely.get_num_geometries(lsoa.geometry.to_numpy()) == 1
    free = set(np.flatnonzero(whole).tolist())
    code = pd.Series(None, index=lsoa.index, dtype="str")
    for npu, quota in _quotas(lsoa["synthetic_need"], lsoa["npu"]).items():
        members = set(np.flatnonzero(lsoa["npu"] == npu).tolist())
        number = 0
        while number < quota:
            start = max(members & free, key=lambda i: (around[i], -i))
            area = _grow(start, need, members & free, bordering)
            free -= {start}
            if len(area) < SMALLEST:
                continue
            number += 1
            code.iloc[area] = f"IA-{npu}-{number}"
            free -= set(area).union(*(touching[i] for i in area))
    return code


def impact_layer(lsoa: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dissolve the LSOAs of each illustrative impact area."""
    members = lsoa.dropna(subset=["impact_area"])
    layer = members[["impact_area", "npu", "geometry"]].dissolve(
        "impact_area", method="coverage"
    )
    layer = layer.rename_axis("area_code").reset_index()
    label = "Illustrative impact area " + layer["area_code"].str.removeprefix("IA-")
    layer.insert(1, "area_name", label)
    return layer.sort_values("area_code", ignore_index=True)
