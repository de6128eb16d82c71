"""Small plans drawn by chance, and their best answers by trying every choice."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from geosafety.engagement.solver import POWER, STEPS


def draw(seed, venues=8, areas=14, groups=("all",)):
    rng = np.random.default_rng(seed)
    cells = pd.MultiIndex.from_product(
        [[f"A{i:02}" for i in range(areas)], groups], names=["area_code", "group"]
    )
    need = cells.to_frame(index=False)
    zone = dict(
        zip(need["area_code"].unique(), rng.choice(list("XYZ"), areas), strict=True)
    )
    need["deficit"] = rng.integers(0, 30, len(need)).astype(float)
    need["weight"] = rng.choice([0.5, 1.0, 2.0], len(need))
    need["zone"] = need["area_code"].map(zone)
    people = dict(zip(zone, rng.integers(40, 200, areas), strict=True))
    need["population"] = need["area_code"].map(people).astype(float)
    table = pd.DataFrame(
        {
            "venue": [f"V{i}" for i in range(venues)],
            "zone": rng.choice(list("XYZ"), venues),
            "capacity": rng.integers(5, 60, venues).astype(float),
            "cost": rng.integers(1, 9, venues).astype(float),
            "accessible": pd.Series(rng.choice([True, False], venues), dtype="object"),
        }
    )
    pairs = pd.MultiIndex.from_product(
        [table["venue"], need["area_code"].unique()], names=["venue", "area_code"]
    ).to_frame(index=False)
    reach = pairs.assign(distance=rng.uniform(0, 4, len(pairs)))
    return need, table, reach


def chosen_sets(names, most):
    for size in range(most + 1):
        yield from (set(choice) for choice in combinations(names, size))


def covered(need, reach, walk, chosen):
    near = (reach["distance"].to_numpy() <= walk) & [
        v in chosen for v in reach["venue"]
    ]
    areas = set(reach["area_code"].to_numpy()[near])
    return np.array([code in areas for code in need["area_code"]])


def worth(need, reach, walk, chosen):
    value = (need["deficit"] * need["weight"]).to_numpy()
    return float(value[covered(need, reach, walk, chosen)].sum())


def loss(need, reach, walk, chosen):
    value = (need["deficit"] * need["weight"]).to_numpy()
    left = pd.Series(np.where(covered(need, reach, walk, chosen), 0, value))
    whole = pd.Series(value).groupby(need["zone"].to_numpy()).sum()
    left = left.groupby(need["zone"].to_numpy()).sum()
    size = need.drop_duplicates("area_code").groupby("zone")["population"].sum()
    total = 0.0
    for zone in whole.index[whole > 0]:
        knots = np.linspace(0, whole[zone] / size[zone], STEPS + 1)
        total += size[zone] * np.interp(left[zone] / size[zone], knots, knots**POWER)
    return total


def responses(need, venues, reach, walk, chosen, share):
    """The most that chosen venues can take in: a flow, written out pair by pair."""
    near = reach[(reach["distance"] <= walk) & reach["venue"].isin(chosen)]
    flows = near.merge(need, on="area_code")
    flows = flows.merge(venues, on="venue", suffixes=("", "_venue"))
    if flows.empty:
        return 0.0
    rows, most = [], []
    for _, part in flows.groupby("venue"):
        rows.append(flows.index.isin(part.index))
        most.append(share * part["capacity"].iloc[0])
    for _, part in flows.groupby(["area_code", "group"]):
        rows.append(flows.index.isin(part.index))
        most.append(part["deficit"].iloc[0])
    for (_, group), part in flows.groupby(["venue", "group"]):
        if group in venues:
            rows.append(flows.index.isin(part.index))
            most.append(share * part["capacity"].iloc[0] * part[group].iloc[0] / 100)
    found = linprog(-flows["weight"], np.array(rows, dtype=float), most)
    return -float(found.fun)
