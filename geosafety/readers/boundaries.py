"""Read the layers of a build: the project's own, and the bundled for the rest."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geosafety.errors import BoundaryError, InputError, nearest
from geosafety.geography.atlas import Atlas, Crosswalk, Layer
from geosafety.geography.crosswalk import make_crosswalk
from geosafety.geography.topology import clean_layer, dissolve
from geosafety.project import Boundary, CrosswalkSource, LayerPart, Project, find_files
from geosafety.readers.tables import read_table
from geosafety.settings import CRS, FORCE_CODE, boundaries_folder, geographies

FORCE_LABEL = "West Midlands Police force area"


def read_atlas(project: Project | None) -> tuple[Atlas, list[str]]:
    """Read every layer, the postcode table and the crosswalk.

    Returns
    -------
    Atlas, list of str
        And a sentence for everything that had to be mended or is approximate.
    """
    layers: dict[str, Layer] = {}
    notes: list[str] = []
    own = project.boundaries if project else {}
    # Finest first: a coarser layer may be made by dissolving a finer one.
    for name in reversed(geographies()):
        if project and name in own:
            layers[name], said = _own_layer(project, own[name], layers)
            notes += said
        else:
            layers[name] = read_bundled_layer(name)
    layers = {name: layers[name] for name in geographies()}
    crosswalk = None
    if project and project.crosswalk:
        crosswalk = _read_crosswalk(project, project.crosswalk, layers)
    return Atlas(layers=layers, postcodes=_postcodes(), crosswalk=crosswalk), notes


def read_bundled_layer(name: str) -> Layer:
    """Read one of the layers that come with the package."""
    geography = geographies()[name]
    path = boundaries_folder() / geography.file
    if not path.exists():
        problem = f"The bundled boundary file {geography.file} is missing."
        raise BoundaryError(problem, hint="Install the package again.")
    areas = gpd.read_parquet(path)
    areas = areas.set_index(areas.pop("area_code").astype("object")).sort_index()
    approximate = name not in ("impact_area",)
    return Layer(
        name=name,
        areas=areas,
        vintage=geography.vintage,
        approximate=approximate,
        bundled=True,
        note=geography.note,
    )


def _postcodes() -> pd.DataFrame:
    table = pd.read_parquet(boundaries_folder() / "postcodes.parquet")
    return table.set_index(table.pop("postcode").astype("object"))


def _own_layer(
    project: Project, boundary: Boundary, layers: dict[str, Layer]
) -> tuple[Layer, list[str]]:
    """Read or make one layer of the project's own from its parts."""
    where = f"{project.path.name}: [boundaries.{boundary.geography}]"
    frames, notes, approximate = [], [], boundary.approximate
    for part in boundary.parts:
        if part.file:
            frame, said = _from_file(project, part)
        else:
            frame = _from_layer(project, part, layers, where, boundary.geography)
            said = []
        frames.append(frame)
        notes += said
    areas = gpd.GeoDataFrame(pd.concat(frames).sort_index(), crs=CRS)
    if areas.index.duplicated().any():
        twice = areas.index[areas.index.duplicated()][0]
        problem = f"{where} makes {twice!r} twice."
        raise BoundaryError(problem, hint="Use `codes` to choose.")
    geography = geographies()[boundary.geography]
    return (
        Layer(
            name=boundary.geography,
            areas=areas,
            vintage=boundary.vintage or "not stated",
            approximate=approximate,
            note=boundary.note or ("" if geography.whole else ""),
        ),
        notes,
    )


def _from_file(project: Project, part: LayerPart) -> tuple[gpd.GeoDataFrame, list[str]]:
    path = find_files(project, (part.file,))[0]
    try:
        layer = (
            gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
        )
    except Exception as error:  # pyogrio raises its own family of errors
        problem = f"{path.name} cannot be read as a boundary file: {error}."
        raise BoundaryError(
            problem, hint="Use GeoJSON, GeoPackage or Shapefile."
        ) from error
    fields = [c for c in layer.columns if c != "geometry"]
    for heading in filter(None, (part.code, part.name)):
        if heading not in fields:
            problem = f"{path.name} has no field {heading!r}."
            raise BoundaryError(problem, hint=nearest(heading, fields))
    if layer.geometry.name != "geometry":
        layer = layer.rename_geometry("geometry")
    code = layer[part.code].astype("str").where(layer[part.code].notna())
    name = layer[part.name].astype("str") if part.name else code
    keep = [c for c in fields if c not in ("area_code", "area_name")]
    tidy = layer[[*keep, "geometry"]].assign(area_code=code, area_name=name)
    areas, notes = clean_layer(_chosen(tidy, part), path.name)
    return areas, notes


def _chosen(layer: gpd.GeoDataFrame, part: LayerPart) -> gpd.GeoDataFrame:
    """Rename codes and names as the part says, leaving out what it does not name."""
    if part.codes:
        layer = layer.assign(area_code=layer["area_code"].map(part.codes))
        layer = layer.dropna(subset=["area_code"])
    if part.names:
        named = layer["area_code"].map(part.names)
        layer = layer.assign(area_name=named.fillna(layer["area_name"]))
    return layer


def _from_layer(
    project: Project,
    part: LayerPart,
    layers: dict[str, Layer],
    where: str,
    geography: str,
) -> gpd.GeoDataFrame:
    """Dissolve a finer layer, and note in it which area each of its areas went to."""
    if part.dissolve not in layers:
        problem = f"{where} dissolves {part.dissolve!r}, which is not a finer layer."
        raise BoundaryError(problem, hint=f"Finer layers: {', '.join(layers)}.")
    fine = layers[part.dissolve].areas
    codes = _codes(project, part, fine, where)
    if part.codes:
        codes = codes.map(part.codes)
    made = dissolve(fine, codes).set_index("area_code")
    names = {**_bundled_names(geography), **part.names}
    made["area_name"] = [names.get(code, code) for code in made.index]
    earlier = fine.get(geography, None)
    fine[geography] = codes if earlier is None else codes.where(codes.notna(), earlier)
    return made


def _codes(
    project: Project, part: LayerPart, fine: gpd.GeoDataFrame, where: str
) -> pd.Series:
    """Find the coarser code of each finer area: one whole, a field, or a lookup."""
    if part.lookup:
        path = find_files(project, (part.lookup,))[0]
        wanted = {"code": part.lookup_code, "value": part.lookup_value}
        table = pd.concat([chunk.frame for chunk in read_table(path, wanted)])
        pairs = table.dropna().drop_duplicates("code").set_index("code")["value"]
        return pd.Series(fine.index.map(pairs), index=fine.index, dtype="object")
    if not part.by:
        return pd.Series(FORCE_CODE, index=fine.index, dtype="object")
    if part.by not in fine:
        fields = [c for c in fine.columns if c != "geometry"]
        problem = f"{where} dissolves by {part.by!r}, which is no field of it."
        raise BoundaryError(problem, hint=nearest(part.by, fields))
    codes: pd.Series = fine[part.by].astype("object")
    return codes


def _bundled_names(geography: str) -> dict[str, str]:
    areas = read_bundled_layer(geography).areas
    return dict(zip(areas.index, areas["area_name"], strict=True))


def _read_crosswalk(
    project: Project, source: CrosswalkSource, layers: dict[str, Layer]
) -> Crosswalk:
    """Read the table between two vintages, whichever way round the layers need it."""
    pairs = _frame(project, source.file, {"a": source.from_code, "b": source.to_code})
    ours = layers[source.geography].areas.index
    forward = pairs["b"].isin(ours).mean() >= pairs["a"].isin(ours).mean()
    named = (
        {"a": "from_code", "b": "to_code"}
        if forward
        else {"a": "to_code", "b": "from_code"}
    )
    weights, name = None, "equal parts"
    if source.weight_file and forward:
        table = _frame(
            project,
            source.weight_file,
            {"code": source.weight_code, "n": source.weight_column},
        )
        number = pd.to_numeric(table["n"], errors="coerce")
        weights, name = pd.Series(number.to_numpy(), index=table["code"]), source.weight
    elif source.weight != "equal" and forward:
        problem = (
            f"{project.path.name}: [crosswalk] weight {source.weight!r} has no file."
        )
        hint = 'Name weight_file, weight_code and weight_column, or weight = "equal".'
        raise InputError(problem, hint=hint)
    return make_crosswalk(
        pairs.rename(columns=named), weights, geography=source.geography, weight=name
    )


def _frame(project: Project, file: str, columns: dict[str, str]) -> pd.DataFrame:
    path: Path = find_files(project, (file,))[0]
    return pd.concat([chunk.frame for chunk in read_table(path, columns)])
