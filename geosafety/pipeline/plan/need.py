"""What a plan is to close: deficits by small area, from results or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geosafety import results
from geosafety.engagement.need import second_half, shared_down, short_of_share
from geosafety.errors import InputError, nearest
from geosafety.pipeline.export import latest_period
from geosafety.pipeline.plan.groups import OF_GROUP, UNDER_25, group_need
from geosafety.publish.plan_brief import EVERYONE
from geosafety.settings import boundaries_folder, geographies

SMALL = "lsoa"
# From the finest: the first whose every area has a figure.
FINEST_FIRST = ("lsoa", "msoa", "ward", "npu", "local_authority")
KINDS_OF_NEED = ("wmnow", "survey", "residents", UNDER_25)


@dataclass(frozen=True, kw_only=True, eq=False)
class Need:
    """Deficits of the small areas, and what is to be said of them.

    Attributes
    ----------
    table
        `area_code, group, deficit, population` and, where a file gives it, `weight`.
    unit
        What a deficit counts, in the plural.
    half_time
        At half-time: what each area and group of the file still needs.
    """

    table: pd.DataFrame
    unit: str
    notes: tuple[str, ...]
    half_time: pd.DataFrame | None = None


def read_residents(folder: Path) -> pd.DataFrame:
    """Read the residents of 16 and over of the small areas: `area_code, population`."""
    for name in ("population_16plus", "population"):
        values = results.read_values(folder, geography=[SMALL], indicator=[name])
        if values["value"].notna().any():
            table = pd.DataFrame(
                {
                    "area_code": values["area_code"].astype("str"),
                    "population": values["value"].fillna(0.0),
                }
            )
            return table.drop_duplicates("area_code").reset_index(drop=True)
    problem = f"{folder} holds no residents by {SMALL}."
    raise InputError(problem, hint="Build with a [[population]] block by LSOA.")


def read_need(
    folder: Path, wanted: str, residents: pd.DataFrame, *, target: float | None
) -> Need:
    """Read what a plan is to close.

    Parameters
    ----------
    wanted
        `wmnow` (members short of the Force rate), `survey` (responses short of the
        area's share), `survey:age=18-24` (those of one group), `residents` (everyone),
        `under25` (residents younger than that), or a CSV: `area_code`, `deficit` and,
        if there are any, `group` and `weight`; with `target`, responses at half-time:
        `area_code`, `n`, `population` and, if there are any, `group`.
    target
        Responses wanted by the end.
    """
    if wanted == "residents":
        table = residents.assign(group="all", deficit=residents["population"])
        said = "Everyone of 16 and over counts as not yet heard."
        return Need(table=table, unit=EVERYONE, notes=(said,))
    if wanted == UNDER_25:
        return _under25(folder, residents)
    if wanted in ("wmnow", "survey") or wanted.startswith(OF_GROUP):
        large, geography, unit, notes = _kept(folder, wanted)
        return _small(
            folder,
            large,
            geography,
            residents,
            Need(table=large, unit=unit, notes=notes),
        )
    path = Path(wanted)
    if not path.is_file():
        problem = f"There is no need table {wanted!r}."
        hint = f"Give a CSV file, or one of {', '.join(KINDS_OF_NEED)}."
        raise InputError(problem, hint=hint)
    return _from_file(folder, path, residents, target)


def _kept(folder: Path, wanted: str) -> tuple[pd.DataFrame, str, str, tuple[str, ...]]:
    """Read deficits that the results hold, of areas of any size."""
    if wanted.startswith(OF_GROUP):
        return group_need(folder, wanted.removeprefix(OF_GROUP))
    return _wmnow(folder) if wanted == "wmnow" else _survey(folder)


def _under25(folder: Path, residents: pd.DataFrame) -> Need:
    values = results.read_values(
        folder, geography=[SMALL], indicator=["population_under25"]
    )
    values = values.dropna(subset=["value"]).drop_duplicates("area_code")
    if values.empty:
        problem = f"{folder} holds no residents under 25 by {SMALL}."
        raise InputError(
            problem, hint="Build with residents by age, or choose another."
        )
    codes = values["area_code"].astype("str")
    young = pd.DataFrame({"area_code": codes, "deficit": values["value"]})
    table = young.merge(residents, on="area_code", how="left")
    table = table.fillna({"population": 0.0}).assign(group="all")
    said = "Everyone under 25 counts as not yet heard, children too."
    return Need(table=table, unit="people under 25", notes=(said,))


def _wmnow(folder: Path) -> tuple[pd.DataFrame, str, str, tuple[str, ...]]:
    values, geography = _finest(folder, "wmnow_needed", "")
    table = _deficits(values, values["value"])
    period = str(values["period"].iloc[0])
    notes = [
        f"WMNow members short of the Force rate in {period}, by {_label(geography)}."
    ]
    if (values["kind"] == "synthetic").any():
        notes.append(
            f"These figures by {_label(geography)} are synthetic: "
            f"{_sources(folder, 'wmnow')}. They tell one NPU from another, and nothing "
            "of the small areas in it."
        )
    return table, geography, "members short of the Force rate", tuple(notes)


def _survey(folder: Path) -> tuple[pd.DataFrame, str, str, tuple[str, ...]]:
    force = results.read_values(
        folder, geography=["force"], indicator=["survey_responses"]
    )
    if force.empty:
        problem = f"{folder} holds no survey."
        raise InputError(problem, hint="Choose another need, such as wmnow.")
    period = str(force["period"].iloc[int(force["value"].argmax())])
    values, geography = _finest(folder, "survey_responses", period)
    people = _people(folder, geography)
    codes = values["area_code"].astype("str")
    answers = pd.DataFrame({"area_code": codes, "n": values["value"]})
    answers["population"] = people.reindex(codes).to_numpy(float)
    table = short_of_share(answers.reset_index(drop=True)).dropna(subset=["deficit"])
    notes = [
        f"Responses to {period} short of each area's share of its residents, by "
        f"{_label(geography)}, the finest areas of which none is hidden."
    ]
    if (values["kind"] == "synthetic").any():
        notes.append(f"The responses are synthetic: {_sources(folder, 'survey')}.")
    return table.assign(group="all"), geography, "responses short", tuple(notes)


def _people(folder: Path, geography: str) -> pd.Series:
    """Return the residents (of 16 and over, if known) by area of a geography."""
    for name in ("population_16plus", "population"):
        known = results.read_values(folder, geography=[geography], indicator=[name])
        if known["value"].notna().any():
            return known.set_index(known["area_code"].astype("str"))["value"]
    return pd.Series(dtype=float)


def _finest(folder: Path, indicator: str, period: str) -> tuple[pd.DataFrame, str]:
    """Return the values of the finest areas that all have one."""
    for geography in FINEST_FIRST:
        values = results.read_values(
            folder, geography=[geography], indicator=[indicator], group=["all"]
        )
        if values.empty:
            continue
        chosen = values[values["period"] == (period or latest_period(values))]
        if len(chosen) and chosen["value"].notna().all():
            return chosen.reset_index(drop=True), geography
    problem = f"{folder} holds no {indicator} without hidden areas."
    raise InputError(problem, hint="Give a need table of your own with --need FILE.")


def _deficits(values: pd.DataFrame, short: pd.Series) -> pd.DataFrame:
    codes = values["area_code"].astype("str")
    table = pd.DataFrame({"area_code": codes, "deficit": short.clip(lower=0)})
    return table.assign(group="all").reset_index(drop=True)


def _label(geography: str) -> str:
    return geographies()[geography].label


def _sources(folder: Path, dataset: str) -> str:
    entries = results.read_manifest(folder)["inputs"]
    said = [
        e["source"].rstrip(".").removeprefix("Synthetic: ")
        for e in entries
        if e["dataset"] == dataset and e["kind"] == "synthetic"
    ]
    return "; ".join(dict.fromkeys(said)) or "made up"


def _from_file(
    folder: Path, path: Path, residents: pd.DataFrame, target: float | None
) -> Need:
    """Read a need table, or responses at half-time."""
    table = read_csv(path, {"area_code", "n" if target is not None else "deficit"})
    table = table.assign(group=table.get("group", "all"))
    geography = _geography_of(folder, table["area_code"], path.name)
    unit, half = "people short", None
    notes: tuple[str, ...] = (f"Need as given in {path.name}.",)
    if target is not None:
        if "population" not in table and table["group"].eq("all").all():
            known = _people(folder, geography)
            table["population"] = known.reindex(table["area_code"]).to_numpy(float)
        table = table.assign(population=table.get("population", float("nan")))
        half = second_half(table, target=target)
        hidden = int(half["deficit"].isna().sum())
        notes = (
            f"Responses at half-time as given in {path.name}; {target:,.0f} wanted by "
            "the end, shared out by residents.",
            *(
                [f"{hidden} rows are hidden and left out of the plan."]
                if hidden
                else []
            ),
        )
        unit = "responses still needed"
        table = half.dropna(subset=["deficit"])
    made = Need(table=table, unit=unit, notes=notes, half_time=half)
    return _small(folder, table, geography, residents, made)


def read_csv(path: Path, needs: set[str]) -> pd.DataFrame:
    """Read a small CSV of numbers by code; missing columns are an error."""
    table = pd.read_csv(
        path, dtype={"area_code": "str", "group": "str", "venue": "str"}
    )
    for name in sorted(needs - set(table)):
        problem = f"{path.name} has no column {name!r}."
        raise InputError(problem, hint=nearest(name, map(str, table.columns)))
    for name in {"deficit", "weight", "population", "n", "distance"} & set(table):
        number = pd.to_numeric(table[name], errors="coerce")
        wrong = number.isna() & table[name].notna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            said = table[name].iloc[row]
            problem = f"{path.name}, row {row + 2}: {name} is {said!r}."
            raise InputError(problem, hint="It must be a number.")
        table[name] = number
    return table


def _geography_of(folder: Path, codes: pd.Series, file: str) -> str:
    """Find which areas the codes are of, all of them."""
    areas = results.read_areas(folder)
    best, lost = "", list(codes)
    for geography, part in areas.groupby("geography", observed=True):
        away = codes[~codes.isin(part["area_code"].astype("str"))].tolist()
        if len(away) < len(lost):
            best, lost = str(geography), away
    if lost:
        where = f" of {best}" if best else ""
        problem = f"{file}: {lost[0]!r} is no area{where} in {folder}."
        raise InputError(problem, hint="`geosafety areas` lists the codes.")
    return best


def _small(
    folder: Path,
    table: pd.DataFrame,
    geography: str,
    residents: pd.DataFrame,
    need: Need,
) -> Need:
    """Bring deficits to the small areas; larger ones are shared out by residents."""
    columns = ["area_code", "group", "deficit"]
    columns += [c for c in ("weight",) if c in table]
    if geography == SMALL:
        joined = table[columns].merge(residents, on="area_code", how="left")
        return replace(need, table=joined.fillna({"population": 0.0}))
    inside = parents(folder, residents["area_code"], geography)
    parts = residents.assign(parent=inside.to_numpy()).dropna(subset=["parent"])
    small, lost = shared_down(table[columns], parts)
    notes = [
        f"Estimated: each {_label(geography)}'s deficit is shared out over its small "
        "areas by residents, as if its people were short everywhere alike."
    ]
    if lost:
        notes.append(f"Left out, without residents: {', '.join(lost)}.")
    return replace(need, table=small, notes=(*need.notes, *notes))


def parents(
    folder: Path, codes: Sequence[str] | pd.Series, geography: str
) -> pd.Series:
    """Return by small area the larger area that its representative point lies in."""
    shapes = results.read_geometry(folder, SMALL).reindex(pd.Index(codes))
    points = gpd.GeoDataFrame(geometry=shapes.representative_point(), crs=shapes.crs)
    return inside(points, results.read_geometry(folder, geography))


def inside(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return by point the area that it lies in; on an edge, the lowest code."""
    shapes = areas[["geometry"]].sort_index().rename_axis("parent")
    joined = points.sjoin(shapes, how="left", predicate="intersects")
    found: pd.Series = joined["parent"].groupby(level=0, sort=False).min()
    return found.reindex(points.index)


def centres(folder: Path) -> pd.DataFrame:
    """Return the middle of each small area: the mean of its postcodes' points.

    That is nearer to where people live than the middle of the ground. An area without
    a postcode has its representative point.
    """
    shapes = results.read_geometry(folder, SMALL)
    table = pd.read_parquet(boundaries_folder() / "postcodes.parquet")
    where = gpd.points_from_xy(table["easting"], table["northing"], crs=shapes.crs)
    points = gpd.GeoDataFrame(table[["easting", "northing"]], geometry=where)
    means = points[["easting", "northing"]].groupby(inside(points, shapes)).mean()
    own = shapes.representative_point()
    xy = means.reindex(shapes.index)
    return pd.DataFrame(
        {
            "area_code": shapes.index.astype("str"),
            "x": xy["easting"].fillna(own.x).to_numpy(float),
            "y": xy["northing"].fillna(own.y).to_numpy(float),
        }
    )
