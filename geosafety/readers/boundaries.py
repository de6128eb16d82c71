"""Read the layers of a build: the project's own, and the bundled for the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geosafety.errors import BoundaryError, CatalogError, InputError, nearest
from geosafety.geography.atlas import (
    Atlas,
    Crosswalk,
    Layer,
    crossing,
    share_inside,
)
from geosafety.geography.crosswalk import make_crosswalk
from geosafety.geography.topology import clean_layer, dissolve
from geosafety.project import Boundary, CrosswalkSource, LayerPart, Project, find_files
from geosafety.readers.tables import read_table, to_number
from geosafety.settings import CRS, FORCE_CODE, boundaries_folder, geographies

SMALLEST = "lsoa"
INSIDE = 0.1  # of an area must lie in the force area: outlines differ at the edge
MADE = "layers made of it"  # in a layer's `attrs` while the atlas is read


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
    _forget_replaced(layers)
    notes += _leave_out_beyond(layers)
    crosswalk = None
    if project and project.crosswalk:
        crosswalk = _read_crosswalk(project, project.crosswalk, layers)
    atlas = Atlas(layers=layers, postcodes=_postcodes(), crosswalk=crosswalk)
    return _mark_approximate(atlas, notes), notes


def _forget_replaced(layers: dict[str, Layer]) -> None:
    """Drop what bundled areas know of a bundled parent that the project replaces."""
    own = [name for name, layer in layers.items() if not layer.bundled]
    for name, layer in layers.items():
        made = layer.areas.attrs.pop(MADE, [])
        lost = [n for n in own if n in layer.areas and n not in made]
        if layer.bundled and lost:
            layers[name] = replace(layer, areas=layer.areas.drop(columns=lost))


def _leave_out_beyond(layers: dict[str, Layer]) -> list[str]:
    """Leave areas of an own layer out that lie outside the force area.

    A layer of all England would otherwise stand in every table with zeros for places
    that the sources say nothing about.
    """
    notes = []
    outline = layers["force"].areas.geometry.union_all()
    for name, layer in layers.items():
        if layer.bundled or name == "force":
            continue
        inside = share_inside(layer.areas, outline) >= INSIDE
        if not inside.any():
            problem = f"No area of the {name} layer lies in the force area."
            raise BoundaryError(problem, hint="Is it the right layer and projection?")
        if not inside.all():
            layers[name] = replace(layer, areas=layer.areas[inside])
            notes.append(
                f"{geographies()[name].plural}: {int((~inside).sum()):,} areas outside "
                "the force area are left out."
            )
    return notes


def _mark_approximate(atlas: Atlas, notes: list[str]) -> Atlas:
    """Mark the project's own layers into which the small areas do not nest."""
    layers = dict(atlas.layers)
    for name, layer in atlas.layers.items():
        small = SMALLEST if name in geographies()[SMALLEST].up_to else ""
        if layer.bundled or not small or name == "force":
            continue
        if crossed := crossing(atlas, small, name):
            whole = len(atlas.layers[small].areas)
            said = (
                f"{crossed:,} of {whole:,} small areas (LSOAs) cross its border; a row "
                "known only by such an area's code is placed whole, by a lookup or by "
                "the middle of it."
            )
            layers[name] = replace(
                layer, approximate=True, note=f"{layer.note} {said}".strip()
            )
            notes.append(f"{geographies()[name].plural}: {said}")
    return replace(atlas, layers=layers)


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
    return (
        Layer(
            name=boundary.geography,
            areas=areas,
            vintage=boundary.vintage or "not stated",
            approximate=approximate,
            note=boundary.note,
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
    if not isinstance(layer, gpd.GeoDataFrame):
        problem = f"{path.name} has no geometry."
        raise BoundaryError(problem, hint="Use GeoJSON, GeoPackage or Shapefile.")
    fields = [c for c in layer.columns if c != layer.geometry.name]
    for heading in filter(None, (part.code, part.name)):
        if heading not in fields:
            problem = f"{path.name} has no field {heading!r}."
            raise BoundaryError(problem, hint=nearest(heading, fields))
    if layer.geometry.name != "geometry":
        layer = layer.rename_geometry("geometry")
    code = layer[part.code].astype("str").where(layer[part.code].notna())
    name = layer[part.name].astype("str").fillna(code) if part.name else code
    keep = [c for c in fields if c not in ("area_code", "area_name")]
    tidy = layer[[*keep, "geometry"]].assign(area_code=code, area_name=name)
    areas, notes = clean_layer(_chosen(tidy, part, path.name), path.name)
    return areas, notes


def _chosen(layer: gpd.GeoDataFrame, part: LayerPart, where: str) -> gpd.GeoDataFrame:
    """Rename codes and names as the part says, leaving out what it does not name."""
    if part.codes:
        _known_values(part, layer["area_code"], where)
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
        _known_values(part, codes, where)
        codes = codes.map(part.codes)
    made = dissolve(fine, codes).set_index("area_code")
    names = {**_bundled_names(geography), **part.names}
    made["area_name"] = [names.get(code, code) for code in made.index]
    if geography in fine.attrs.setdefault(MADE, []):
        codes = codes.where(codes.notna(), fine[geography])
    fine[geography] = codes
    fine.attrs[MADE].append(geography)
    return made


def _codes(
    project: Project, part: LayerPart, fine: gpd.GeoDataFrame, where: str
) -> pd.Series:
    """Find the coarser code of each finer area: one whole, a field, or a lookup."""
    if part.lookup:
        path = find_files(project, (part.lookup,))[0]
        wanted = {"code": part.lookup_code, "value": part.lookup_value}
        table = pd.concat([chunk.frame for chunk in read_table(path, wanted)])
        table = table.dropna().drop_duplicates()
        if table["code"].duplicated().any():
            twice = table.loc[table["code"].duplicated(), "code"].iloc[0]
            problem = f"{path.name} gives {twice!r} more than one {part.lookup_value}."
            raise BoundaryError(problem, hint="Each area goes to one larger area.")
        pairs = table.set_index("code")["value"]
        return pd.Series(fine.index.map(pairs), index=fine.index, dtype="object")
    if not part.by:
        return pd.Series(FORCE_CODE, index=fine.index, dtype="object")
    if part.by not in fine:
        fields = [c for c in fine.columns if c != "geometry"]
        problem = f"{where} dissolves by {part.by!r}, which is no field of it."
        raise BoundaryError(problem, hint=nearest(part.by, fields))
    codes: pd.Series = fine[part.by].astype("object")
    return codes


def _known_values(part: LayerPart, values: pd.Series, where: str) -> None:
    """Raise where `codes` renames a value that is not there: a typing error."""
    there = sorted(values.dropna().unique())
    for value in part.codes:
        if value not in there:
            problem = f"{where} renames {value!r}, which is not among its codes."
            raise BoundaryError(problem, hint=nearest(value, there))


def _bundled_names(geography: str) -> dict[str, str]:
    areas = read_bundled_layer(geography).areas
    return dict(zip(areas.index, areas["area_name"], strict=True))


def _read_crosswalk(
    project: Project, source: CrosswalkSource, layers: dict[str, Layer]
) -> Crosswalk:
    """Read the table between two vintages, whichever way round the layers need it."""
    where = f"{project.path.name}: [crosswalk]"
    if source.geography not in layers:
        problem = f"{where} geography {source.geography!r} is not a geography."
        raise CatalogError(problem, hint=nearest(source.geography, layers))
    if source.weight_file and source.weight == "equal":
        problem = f"{where} has a weight_file, and no name for it."
        raise CatalogError(problem, hint='Such as weight = "Census 2021 residents".')
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
        number = to_number(table["n"])
        if table["code"].dropna().duplicated().any():
            problem = f"{source.weight_file} has more than one weight for an area."
            raise InputError(problem, hint="Each area stands once.")
        weights, name = pd.Series(number.to_numpy(), index=table["code"]), source.weight
    elif source.weight != "equal" and forward:
        problem = f"{where} weight {source.weight!r} has no file."
        hint = 'Name weight_file, weight_code and weight_column, or weight = "equal".'
        raise InputError(problem, hint=hint)
    return make_crosswalk(
        pairs.rename(columns=named), weights, geography=source.geography, weight=name
    )


def _frame(project: Project, file: str, columns: dict[str, str]) -> pd.DataFrame:
    path: Path = find_files(project, (file,))[0]
    return pd.concat([chunk.frame for chunk in read_table(path, columns)])
