"""Add density surfaces to the small results folder: peaks whose places are known."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.publish.surfaces import overlay_png
from geosafety.spatial.density import kernel_density
from geosafety.spatial.grid import grid_for
from tests.fixtures_results import SIDE, SOUTH, WEST

CELL = 100
GRID = grid_for((WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), CELL)
# The middle of the first borough, where the page also writes its name.
PEAK = (WEST + SIDE / 4, SOUTH + SIDE / 4)
HOSTILE = "../<b>manifest</b>"


def add_surfaces(folder: Path) -> Path:
    """Write a density and a risk, and a row whose name would leave the folder."""
    (folder / "surfaces").mkdir()
    x, y = np.array(PEAK)[:, None]
    density = 9000 * kernel_density(x, y, GRID, bandwidth=900)
    risk = np.where(density > 1, density / 20, np.nan)
    rows = [
        _row(folder, "crime", "crimes per square kilometre", "density", density),
        _row(folder, "crime-risk", "crimes per 1,000 residents", "risk", risk),
    ]
    stray = {**rows[0], "name": HOSTILE, "label": HOSTILE}
    results.write_table(folder, "surfaces", [pd.DataFrame([*rows, stray])])
    results.write_table(folder, "surface_areas", [_means()])
    return folder


def _row(
    folder: Path, name: str, units: str, measure: str, values: np.ndarray
) -> dict[str, object]:
    drawn = overlay_png(values, GRID)
    (folder / "surfaces" / f"{name}.png").write_bytes(drawn.png)
    (south, west), (north, east) = drawn.bounds
    return {
        "name": name,
        "label": f"crime, street: {measure}",
        "measure": measure,
        "units": units,
        "bandwidth_m": 900.0,
        "cell_m": CELL,
        "kernel": "gaussian",
        "period": "2023-04/2024-03",
        "months": 12,
        "kind": "synthetic",
        "floor": 100.0 if measure == "risk" else np.nan,
        "words": "Crimes are densest in the south-west.",
        "key": json.dumps(drawn.legend),
        "digest": hashlib.sha256(drawn.png).hexdigest()[:16],
        "south": south,
        "west": west,
        "north": north,
        "east": east,
    }


def _means() -> pd.DataFrame:
    codes = [f"E0500{i:04d}" for i in range(16)]
    names = ["<i>First</i>", *(f"Ward {i + 1}" for i in range(1, 16))]
    means = np.arange(16.0, 0.0, -1.0)
    means[-1] = np.nan
    return pd.DataFrame(
        {
            "surface": "crime",
            "geography": "ward",
            "area_code": codes,
            "area_name": names,
            "mean": means,
            "units": "crimes per square kilometre",
            "covered": 1.0,
        }
    )
