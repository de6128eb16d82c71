"""How far the chance of being among the widest gaps can be believed.

Run `python benchmarks/evidence_worst.py [MAPS]` (400 unless told). True rates are
planted in areas of three shapes and events counted; each area then has a probability of
being among the widest gaps, and it is counted how often areas of a probability are.
Beside it the same from values as they stand, without smoothing.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from geosafety.engagement.gap import rate_part
from geosafety.engagement.worst import among_worst

# Areas, people in each, the usual rate, its spread (of the logarithm), the widest.
SHAPES = {
    "units, answers": (8, (200_000, 600_000), 0.0018, 0.15, 3),
    "wards, crimes of a month": (60, (5_000, 20_000), 0.008, 0.5, 10),
    "small areas, crimes of a month": (200, (1_000, 3_000), 0.008, 0.5, 20),
}
Shape = tuple[int, tuple[int, int], float, float, int]


def one_map(seed: int, shape: Shape) -> tuple[np.ndarray, pd.DataFrame]:
    """Plant rates, count events, smooth."""
    many, people, usual, spread, _ = shape
    rng = np.random.default_rng(seed)
    base = rng.uniform(*people, many)
    true = usual * np.exp(rng.normal(0, spread, many))
    count = rng.poisson(true * base).astype(float)
    areas = pd.DataFrame({"count": count, "base": base})
    areas = areas.assign(status="ok", parent="Force")
    whole = (float(count.sum()), float(base.sum()))
    return true, rate_part(areas, whole, per=1000, minimum_effect=10)


def forecasts(
    shape: Shape, maps: int, *, smooth: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return each area's probability, and whether it is among the widest."""
    said, came, k = [], [], shape[-1]
    for seed in range(maps):
        true, part = one_map(seed, shape)
        value, error = part["race_value"], part["race_error"]
        if not smooth:
            value = ((part["count"] + 0.25) / part["base"]) ** 0.5
            error = 0.5 / part["base"] ** 0.5
        found = among_worst(value, error, k=k, widest="high", seed=seed, draws=2_000)
        said.append(found.to_numpy() / 100)
        came.append(np.isin(np.arange(len(true)), np.argsort(-true)[:k]))
    return np.concatenate(said), np.concatenate(came)


def main(maps: int = 400) -> None:
    """Say the reliability tables."""
    for name, shape in SHAPES.items():
        for smooth in (True, False):
            said, came = forecasts(shape, maps, smooth=smooth)
            how = "smoothed" if smooth else "as they stand"
            score = ((said - came) ** 2).mean()
            sys.stdout.write(f"{name}, {how}: Brier score {score:.4f}\n")
            rows = np.minimum((10 * said).astype(int), 9)
            for row in np.unique(rows):
                here = rows == row
                line = f"  said {said[here].mean():5.1%}  came {came[here].mean():5.1%}"
                sys.stdout.write(f"{line}  ({here.sum():,})\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
