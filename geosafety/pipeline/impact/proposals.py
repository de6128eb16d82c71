"""Propose impact areas: from results to a table, a map and files for a GIS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.impact_areas import PEOPLE, most_dense, overlap, shares_inside
from geosafety.engagement.proposal import DEPENDS, OUTSIDE, Limits, Proposal, propose
from geosafety.errors import InputError
from geosafety.pipeline.impact.files import write_proposal_files
from geosafety.pipeline.impact.ground import (
    PRESENT,
    SmallAreas,
    complete_year,
    groups_of,
    months_of,
    read_small_areas,
    sums,
)
from geosafety.pipeline.inputs import Progress
from geosafety.pipeline.plan.need import SMALL, inside, parents, read_csv
from geosafety.settings import CRS
from geosafety.spatial.neighbours import build_graph, links_of

PROPOSED, NOW = "proposed areas", "impact areas in the results"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody asks of a proposal, in their words.

    Attributes
    ----------
    need
        `crime`, `harm`, or a CSV: `area_code` of the small areas, `need` and, where it
        comes from counted events, `events`.
    categories
        Of crime; none is all.
    period
        Of crime or harm; empty is the latest twelve complete months.
    share
        Per cent of the residents inside all areas together; None: as many as the
        impact areas in the results have.
    least, most
        Residents of one area; None: half and twice the average.
    npu_least, npu_most
        Areas in each NPU.
    overlay
        A file of polygons to compare with.
    """

    n: int = 19
    need: str = "crime"
    categories: tuple[str, ...] = ()
    period: str = ""
    share: float | None = None
    least: float | None = None
    most: float | None = None
    npu_least: int = 0
    npu_most: int | None = None
    overlay: Path | None = None
    runs: int = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class NeedBySmallArea:
    """`need` and, where known, `events`, by small area; and what they are of."""

    table: pd.DataFrame
    label: str
    notes: tuple[str, ...]


def write_proposal(
    folder: Path, out: Path, wanted: Wanted, *, seed: int, progress: Progress
) -> list[str]:
    """Draw candidate areas, compare them with the present ones, and write both.

    Returns
    -------
    list of str
        What was drawn, in sentences.
    """
    progress("reading small areas")
    small = read_small_areas(folder)
    need = _need(folder, wanted, small)
    limits = _limits(wanted, small)
    progress(f"drawing {wanted.n} areas, and {wanted.runs} times more by chance")
    table = need.table.assign(people=small.table["people"], zone=small.table["npu"])
    links = links_of(build_graph(small.shapes[["geometry"]]), small.shapes.index)
    made = propose(table, links, limits, seed=seed, runs=wanted.runs)
    progress("comparing")
    layers, outlines = _layers(folder, wanted, small, need, made)
    amounts = _amounts(folder, small, need)
    compared = shares_inside(amounts, layers)
    people = amounts[PEOPLE]
    compared["overlap"] = compared["layer"].map(
        {
            name: overlap(layers[PROPOSED], layer, people)
            for name, layer in layers.items()
        }
    )
    notes = _notes(folder, made, need, small, compared)
    progress(f"writing {out}")
    write_proposal_files(
        out,
        small,
        made.areas,
        by_area=_by_area(made, small, amounts, need.label),
        compared=compared,
        outlines=outlines,
        notes=notes,
        manifest=results.read_manifest(folder),
    )
    return notes


def _need(folder: Path, wanted: Wanted, small: SmallAreas) -> NeedBySmallArea:
    if wanted.need not in ("crime", "harm"):
        return _from_file(Path(wanted.need), small)
    period = wanted.period or complete_year(folder)
    months = months_of(period)
    groups = groups_of(folder, wanted.categories)
    counts = sums(folder, SMALL, "crime_count", groups, months)["value"]
    label, said = "recorded crimes", "all crime"
    found, notes = counts, []
    if wanted.need == "harm":
        found = sums(folder, SMALL, "crime_harm", groups, months)["value"]
        label = "harm points (estimated)"
        notes.append(
            "Harm is an estimate, as good as the weights that the project gives."
        )
    if wanted.categories:
        said = ", ".join(wanted.categories)
    codes = small.table.index
    table = pd.DataFrame(
        {"need": found.reindex(codes), "events": counts.reindex(codes)}
    )
    if table["need"].isna().any():
        problem = _lacking(table, wanted.need, period, folder)
        raise InputError(problem, hint="Give another --period; see the coverage table.")
    notes.insert(0, f"Need: {label} ({said}), {period}.")
    return NeedBySmallArea(table=table, label=label, notes=tuple(notes))


def _lacking(table: pd.DataFrame, need: str, period: str, folder: Path) -> str:
    lacking = table.index[table["need"].isna()]
    if need == "harm" and len(lacking) == len(table):
        return f"{folder} holds no harm: the project has no [harm] block."
    return (
        f"{len(lacking)} small areas have no complete {need} for {period}, such as "
        f"{lacking[0]}."
    )


def _from_file(path: Path, small: SmallAreas) -> NeedBySmallArea:
    if not path.is_file():
        problem = f"There is no need table {str(path)!r}."
        raise InputError(problem, hint="Give crime, harm or a CSV file.")
    table = read_csv(path, {"area_code", "need"}).set_index("area_code")
    for name in {"need", "events"} & set(table):
        table[name] = pd.to_numeric(table[name], errors="coerce")
    unknown = table.index.difference(small.table.index)
    if len(unknown):
        problem = f"{path.name}: {unknown[0]!r} is no small area of these results."
        raise InputError(problem, hint="`geosafety areas --geography lsoa` lists them.")
    kept = [name for name in ("need", "events") if name in table]
    notes = [f"Need: as given in {path.name}; small areas that are not in it count 0."]
    if "events" not in kept:
        notes.append("Without a column `events` the runs differ in their start only.")
    whole = table[kept].reindex(small.table.index).fillna(0.0)
    return NeedBySmallArea(table=whole, label="need", notes=tuple(notes))


def _limits(wanted: Wanted, small: SmallAreas) -> Limits:
    people = small.table["people"]
    if wanted.share is not None:
        inside_all = people.sum() * wanted.share / 100
    else:
        inside_all = float(people[small.table["present"].notna()].sum())
    if not inside_all > 0:
        problem = (
            "The results hold no impact areas to take the number of residents from."
        )
        raise InputError(problem, hint="Say how many per cent with --share.")
    average = inside_all / wanted.n
    return Limits(
        n=wanted.n,
        people=float(inside_all),
        least=average / 2 if wanted.least is None else wanted.least,
        most=average * 2 if wanted.most is None else wanted.most,
        zone_least=wanted.npu_least,
        zone_most=wanted.npu_most,
    )


def _layers(
    folder: Path,
    wanted: Wanted,
    small: SmallAreas,
    need: NeedBySmallArea,
    made: Proposal,
) -> tuple[dict[str, pd.Series], dict[str, gpd.GeoDataFrame]]:
    """Return what to compare: small areas inside by layer, and outlines to draw."""
    layers = {PROPOSED: made.areas["number"] > 0}
    outlines = {}
    present = small.table["present"].notna()
    if present.any():
        layers[NOW] = present
        outlines[NOW] = results.read_geometry(folder, PRESENT)
    if wanted.overlay is not None:
        shapes = _read_overlay(wanted.overlay)
        points = gpd.GeoDataFrame(
            geometry=small.shapes.representative_point(), crs=small.shapes.crs
        )
        layers[wanted.overlay.name] = inside(points, shapes).notna()
        outlines[wanted.overlay.name] = shapes
    codes = pd.Series(small.shapes.index, index=small.shapes.index)
    ward = parents(folder, codes, "ward")
    wards = results.read_geometry(folder, "ward")
    by_ward = need.table["need"].groupby(ward).sum()
    area = wards.area.reindex(by_ward.index) / 1e6
    dense = most_dense(by_ward / area, wanted.n)
    layers[f"{wanted.n} densest wards (by square kilometre)"] = ward.isin(dense)
    return layers, outlines


def _read_overlay(path: Path) -> gpd.GeoDataFrame:
    """Read polygons of one's own, in whatever projection they say they are."""
    try:
        shapes = gpd.read_file(path)
    except Exception as error:
        problem = f"{path.name} could not be read as polygons."
        raise InputError(problem, hint="Give a GeoPackage or GeoJSON.") from error
    if shapes.crs is None:
        problem = f"{path.name} does not say its projection."
        raise InputError(problem, hint="Save it with its coordinate system.")
    index = pd.Index([str(i) for i in range(len(shapes))], name="area_code")
    return shapes[["geometry"]].to_crs(CRS).set_index(index)


def _amounts(folder: Path, small: SmallAreas, need: NeedBySmallArea) -> pd.DataFrame:
    """Lay side by side what may be inside: residents, need, harm, deprivation."""
    amounts = pd.DataFrame({PEOPLE: small.table["people"]})
    amounts[need.label] = need.table["need"]
    if "recorded crimes" not in amounts:
        amounts["recorded crimes"] = _latest(folder, "crime_count", small)
    if not any("harm" in str(name) for name in amounts):
        amounts["harm points (estimated)"] = _latest(folder, "crime_harm", small)
    demand = _latest(folder, "crime_count", small, "category=Anti-social behaviour")
    amounts["anti-social behaviour (for demand)"] = demand
    if small.has_deprivation:
        most = small.table["people"] * small.table["most"] / 100
        amounts["residents in the most deprived tenth"] = most
    return amounts.dropna(axis="columns", how="all").fillna(0.0)


def _latest(
    folder: Path, indicator: str, small: SmallAreas, group: str = "all"
) -> pd.Series:
    """Return the latest twelve complete months of something, or nothing."""
    try:
        months = months_of(complete_year(folder, indicator))
    except InputError:
        return pd.Series(np.nan, index=small.table.index)
    found = sums(folder, SMALL, indicator, [group], months)["value"]
    return found.reindex(small.table.index)


def _by_area(
    made: Proposal, small: SmallAreas, amounts: pd.DataFrame, need: str
) -> pd.DataFrame:
    """Lay out one row per proposed area."""
    mine = made.areas[made.areas["number"] > 0]
    groups = mine.groupby("number")
    table = amounts.loc[mine.index].groupby(mine["number"]).sum()
    table.insert(0, "npu", small.table["npu"].groupby(mine["number"]).first())
    table.insert(1, "small_areas", groups.size())
    table["need_per_1000"] = 1000 * table[need] / table[PEOPLE].where(table[PEOPLE] > 0)
    table["stable_core"] = groups["word"].agg(lambda w: int((w != DEPENDS).sum()))
    table["kept"] = groups["inside"].mean()
    return table.reset_index()


def _notes(
    folder: Path,
    made: Proposal,
    need: NeedBySmallArea,
    small: SmallAreas,
    compared: pd.DataFrame,
) -> list[str]:
    """Say what was drawn, how good and how stable it is, and beside what."""
    more = made.bound / made.need - 1
    said = [
        "A drawing for inspectors to judge, not a decision.",
        *need.notes,
        *_compared_words(compared, need.label),
        "The drawing is not proved best; no choice of small areas with as many "
        f"residents, connected or not, holds over {more:.1%} more.",
        *_stable_words(made),
        "A small area counts as inside a layer when its representative point is.",
        "Centres of shops and offices have few residents and many visitors: need per "
        "resident is high there for that reason too.",
    ]
    manifest = results.read_manifest(folder)
    layer = manifest["layers"].get(PRESENT, {})
    if small.table["present"].notna().any() and layer.get("note"):
        said.append(f"{NOW.capitalize()}: {layer['note']}")
    if manifest.get("synthetic"):
        said.append("Synthetic: made up for demonstration, about nobody.")
    if small.people_kind != "observed":
        said.append(f"Residents by small area are {small.people_kind}.")
    return said


def _compared_words(compared: pd.DataFrame, need: str) -> list[str]:
    lines = []
    for layer, part in compared.groupby("layer", sort=False):
        row = part.set_index("amount")
        people = float(row.loc[PEOPLE, "share"])  # type: ignore[arg-type]
        share, times = (float(row.loc[need, c]) for c in ("share", "times"))  # type: ignore[arg-type]
        text = (
            f"{str(layer).capitalize()}: {share:.1f} % of {need} and {people:.1f} % of "
            f"residents, {times:.1f} times as much as residents alone would bring"
        )
        shared = float(row["overlap"].iloc[0])
        lines.append(
            f"{text}."
            if layer == PROPOSED
            else f"{text}; {shared:.0%} of the residents of either are in both."
        )
    return lines


def _stable_words(made: Proposal) -> list[str]:
    if not made.runs:
        return ["Stability was not looked at."]
    mine = made.areas[made.areas["number"] > 0]
    core = int((mine["word"] != DEPENDS).sum())
    others = int(((made.areas["word"] != OUTSIDE) & (made.areas["number"] == 0)).sum())
    how = "other starts and counts drawn anew as chance would"
    how = how if made.jittered else "other starts"
    return [
        f"Of {len(mine)} small areas proposed, {core} are a stable core: in 8 of 10 "
        f"runs or more, with {how} ({made.runs} runs). The other {len(mine) - core} "
        f"depend on chance, and {others} more were inside in some run."
    ]
