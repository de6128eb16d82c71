"""Read a `[[population]]` block whose file is a raster: residents of every layer."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from geosafety.errors import InputError
from geosafety.geography.atlas import Atlas
from geosafety.project import InputSource, Project, find_files
from geosafety.readers.rasters import read_population
from geosafety.readers.tables import new_file
from geosafety.settings import geographies
from geosafety.spatial.grid import Raster
from geosafety.spatial.zonal import zonal
from geosafety.tidy import FileRecord, Observations, complete_places, no_rejects

SMALL = "lsoa"
# An area needs a value on this share of it: what lies on cells without one is not 0,
# but unknown, and a sum over the rest would be too small.
ENOUGH = 0.95
# exactextract's coverage fractions are 32-bit: more than this is an overlap of areas.
ROUNDING = 1e-5


def read_population_raster(
    source: InputSource, project: Project, atlas: Atlas, progress: Callable[[str], None]
) -> Observations:
    """Read residents per cell and sum them to the areas of every layer.

    A cell on a border is shared out by how much of it each area covers. Every layer is
    summed from the cells themselves, not from smaller areas.

    Parameters
    ----------
    source
        `format = "raster"` and one file of residents per cell, in any reference system.

    Returns
    -------
    Observations
        Rows by LSOA, and one for the residents in no LSOA, which the ledger counts as
        outside; `totals` by layer; and a note for each layer of who is in it and who is
        not. An area on cells without a value has no residents given, not 0.

    Raises
    ------
    InputError
        There are several files, or what `readers.rasters.read_population` refuses.
    """
    paths = find_files(project, source.files)
    if len(paths) != 1 or source.columns:
        problem = f"[[population]] as a raster names {len(paths)} files"
        problem += " and columns." if source.columns else "."
        raise InputError(problem, hint="Give one raster of one band, and no columns.")
    path = paths[0]
    progress(f"reading {path.name}")
    digest = new_file(path, [])
    bounds = tuple(atlas.layers["force"].areas.total_bounds)
    raster = read_population(path, within=bounds)
    totals = {
        name: residents(raster, layer.areas) for name, layer in atlas.layers.items()
    }
    whole = float(raster.values[raster.values > 0].sum())
    notes = [_told(path.name, whole, name, table) for name, table in totals.items()]
    rows, places = _rows(totals[SMALL], whole)
    return Observations(
        dataset="population",
        name=source.name or "population raster",
        kind=source.kind,
        source=source.source,
        vintage=source.vintage,
        denominator_vintage=source.denominator_vintage or source.vintage,
        places=places,
        rows=rows,
        rejects=no_rejects(),
        files=(FileRecord(path.name, digest, len(rows)),),
        notes=(*raster.notes, *notes),
        totals=totals,
    )


def residents(raster: Raster, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Sum residents by area.

    Returns
    -------
    DataFrame
        Indexed by `area_code`: `n`, missing where no cell has a value, and `complete`,
        whether enough of the area lies on cells with one.
    """
    found = zonal(raster, areas)
    complete = found["covered"] >= ENOUGH
    return pd.DataFrame({"n": found["sum"], "complete": complete})


def _rows(table: pd.DataFrame, whole: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a row of each area, and one of those who are in none."""
    known = table["n"].dropna()
    codes = pd.Series([*known.index, None], dtype="object")
    places = pd.DataFrame({"code": codes, "level": codes.where(codes.isna(), SMALL)})
    n = [*known, max(whole - known.sum(), 0.0)]
    places = places.assign(outside=codes.isna().to_numpy())
    rows = pd.DataFrame({"place": range(len(n)), "rows": 1, "n": n})
    return rows.assign(population=rows["n"]), complete_places(places)


def _told(file: str, whole: float, name: str, table: pd.DataFrame) -> str:
    """Say who of a raster is in a layer and who is not: together they are everyone."""
    label = geographies()[name].plural.lower() if name != "force" else "the force area"
    inside = float(table["n"].sum())
    if inside > whole * (1 + ROUNDING):
        problem = f"{file} has {inside:,.0f} residents in {label}, of {whole:,.0f}."
        raise InputError(problem, hint="The areas overlap: each may count once only.")
    told = (
        f"{file}: of {whole:,.0f} residents in the cells about the force area, "
        f"{inside:,.0f} are in {label} and {max(whole - inside, 0.0):,.0f} are not."
    )
    thin = int((~table["complete"]).sum())
    return f"{told} {thin:,} areas lie on cells without a value." if thin else told
