"""Read what the generator needs: margins, small areas and postcodes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geosafety.errors import BoundaryError

LOCAL_AUTHORITIES = {
    "E08000025": "Birmingham",
    "E08000026": "Coventry",
    "E08000027": "Dudley",
    "E08000028": "Sandwell",
    "E08000029": "Solihull",
    "E08000030": "Walsall",
    "E08000031": "Wolverhampton",
}


@dataclass(frozen=True, kw_only=True)
class Places:
    """The parts of the bundled boundaries that synthetic people and crimes live in.

    Attributes
    ----------
    lsoas
        One row per LSOA: `area_code`, `area_name`, `local_authority` (a label),
        `npu`, `postcodes` (a count) and `synthetic_need` (mean 1).
    postcodes
        One row per postcode: `postcode`, `easting`, `northing`, `lsoa`.
    impact_areas
        One row per impact area: `area_code`, `area_name`.
    """

    lsoas: pd.DataFrame
    postcodes: pd.DataFrame
    impact_areas: pd.DataFrame


def read_margins() -> dict[str, Any]:
    """Read the whole-number margins that the synthetic surveys reproduce."""
    text = files("geosafety.demo").joinpath("margins.toml").read_text("utf-8")
    return tomllib.loads(text)


def read_places(boundaries: Path) -> Places:
    """Read the bundled layers in a fixed order, so that a seed means one result.

    Parameters
    ----------
    boundaries
        The folder with `lsoa.parquet`, `postcodes.parquet` and
        `impact_area.parquet`.

    Returns
    -------
    Places
        The tables, sorted by code.

    Raises
    ------
    BoundaryError
        If a layer is missing.
    """
    for name in ("lsoa", "postcodes", "impact_area"):
        if not (boundaries / f"{name}.parquet").is_file():
            problem = f"There is no {name}.parquet in {boundaries}."
            raise BoundaryError(problem, hint="Use the bundled boundaries folder.")
    areas = gpd.read_parquet(boundaries / "impact_area.parquet")
    lsoas = gpd.read_parquet(boundaries / "lsoa.parquet").drop(columns="geometry")
    postcodes = pd.read_parquet(boundaries / "postcodes.parquet").astype({"lsoa": str})
    # The layer holds codes; people write names.
    lsoas["local_authority"] = lsoas["local_authority"].replace(LOCAL_AUTHORITIES)
    return Places(
        lsoas=lsoas.sort_values("area_code", ignore_index=True),
        postcodes=postcodes[["postcode", "easting", "northing", "lsoa"]]
        .loc[postcodes["lsoa"].isin(lsoas["area_code"])]
        .sort_values("postcode", ignore_index=True),
        impact_areas=areas[["area_code", "area_name"]].sort_values(
            "area_code", ignore_index=True
        ),
    )
