"""Score the impact areas: what the plan asks to be watched, beside areas alike."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.comparators import (
    FAR,
    PROFILE,
    matched_groups,
    nearest_areas,
    scales,
)
from geosafety.engagement.impact_areas import growth_gap
from geosafety.errors import InputError
from geosafety.pipeline.impact_ground import (
    PRESENT,
    SmallAreas,
    months_held,
    months_to_compare,
    months_to_match,
    period_of,
    read_small_areas,
    sums,
)
from geosafety.pipeline.inputs import Progress
from geosafety.pipeline.plan_need import SMALL
from geosafety.pipeline.scorecard_rows import SCORE_COLUMNS, score_rows
from geosafety.pipeline.scorecard_values import Measure, Units, measure
from geosafety.publish.tables import write_csv, write_workbook
from geosafety.settings import FORCE_CODE, catalog_text, from_block
from geosafety.spatial.neighbours import build_graph, links_of

FILE = "scorecard.toml"
ALL_AREAS = "all impact areas"
NO_COMPARATORS = "a number against a target or of one group: no comparators"


@dataclass(frozen=True, kw_only=True, eq=False)
class Matched:
    """Comparators of every impact area.

    Attributes
    ----------
    targets
        The impact areas' own profiles: `people, rank, rate`, by code.
    groups, wards
        As `comparators.matched_groups` and `nearest_areas` return them.
    months
        Those whose crime level they were matched on; none without comparators.
    apart
        Whether these come before the months that changes are counted from.
    wards_outside
        Wards with no small area inside an impact area.
    """

    targets: pd.DataFrame
    groups: pd.DataFrame
    wards: pd.DataFrame
    months: tuple[str, ...]
    apart: bool
    wards_outside: tuple[str, ...]

    @property
    def base(self) -> str:
        """Name the months that they were matched on."""
        return period_of(self.months)


@cache
def scorecard() -> tuple[dict[str, Measure], str]:
    """Read the measures of the scorecard, and the plan they are from."""
    block = tomllib.loads(catalog_text(FILE))
    measures = {
        name: from_block(Measure, {"name": name, **one}, f"{FILE}: [measures.{name}]")
        for name, one in block["measures"].items()
    }
    source = block["source"]
    return measures, f"{source['title']}, {source['body']}, {source['date']}"


def write_scorecard(
    folder: Path, out: Path, *, comparators: int, progress: Progress
) -> list[str]:
    """Score every impact area of some results, and write the tables.

    Parameters
    ----------
    out
        Where `scorecard.csv`, `scorecard.xlsx`, `comparators.csv` and `notes.txt` go.
    comparators
        How many areas alike each impact area is set beside.

    Returns
    -------
    list of str
        What to know of it, in sentences.
    """
    progress("reading small areas")
    small = read_small_areas(folder)
    shapes = results.read_geometry(folder, PRESENT)
    codes = [str(code) for code in shapes.index]
    if not codes:
        problem = f"{folder} holds no impact areas."
        raise InputError(problem, hint="Name a layer with [boundaries.impact_area].")
    names = dict(zip(codes, shapes["area_name"].astype("str"), strict=True))
    progress("looking for areas alike")
    matched = _matched(folder, small, codes, comparators)
    tables = []
    for what in scorecard()[0].values():
        progress(f"measuring {what.label}")
        tables.append(score_rows(folder, what, names, _others(what, matched)))
    table = pd.concat(tables, ignore_index=True)
    whole = _all_areas(folder, small, matched)
    table = pd.concat([table, whole], ignore_index=True)[list(SCORE_COLUMNS)]
    notes = _notes(folder, table, matched, small)
    progress(f"writing {out}")
    _write(folder, out, table, _listed(matched, names), notes)
    return notes


def _matched(folder: Path, small: SmallAreas, codes: list[str], k: int) -> Matched:
    """Find comparators, matched on crime before the months changes are counted from.

    Matched on those months themselves, groups that were high in them by chance would be
    chosen, and fall more than the impact areas do (Daw and Hatfield, 2018, Health
    Services Research 53, 4138-4156).
    """
    held = months_held(folder, "crime_count")
    _, before = months_to_compare(held)
    months = months_to_match(held, before)
    outside, free = _outside(small)
    wards_outside = _wards_outside(folder, small)
    if not months:
        none = pd.DataFrame(columns=["area_code", "codes", *PROFILE, "distance"])
        return Matched(
            targets=none[list(PROFILE)],
            groups=none,
            wards=none,
            months=(),
            apart=False,
            wards_outside=wards_outside,
        )
    events = sums(folder, SMALL, "crime_count", ["all"], months)["value"]
    outside = outside.assign(events=events.reindex(outside.index))
    links = links_of(build_graph(small.shapes.loc[free, ["geometry"]]), outside.index)
    targets = _profiles(folder, PRESENT, codes, months)
    usable = targets[targets[["people", "rate"]].notna().all(axis=1)]
    known = outside[outside["people"] > 0]
    rate = (known["events"] + 0.5) / known["people"]
    pool = _profiles(folder, "ward", list(wards_outside), months)
    return Matched(
        targets=targets,
        groups=matched_groups(outside, links, usable, k=k),
        wards=nearest_areas(pool, usable, scales(known.assign(rate=rate)), k=k),
        months=tuple(months),
        apart=months[0] < before[0],
        wards_outside=wards_outside,
    )


def _outside(small: SmallAreas) -> tuple[pd.DataFrame, pd.Index]:
    """Return the small areas in no impact area and touching none.

    What is done in an area may reach over its border: its neighbours are not left out
    of the Force, but they are no comparators.
    """
    inside = small.table["present"].notna().to_numpy()
    focal, other = links_of(build_graph(small.shapes[["geometry"]]), small.shapes.index)
    near = np.zeros(len(inside), dtype=bool)
    near[other[inside[focal]]] = True
    free = small.table.index[~(inside | near)]
    return small.table.loc[free, ["people", "rank"]], free


def _wards_outside(folder: Path, small: SmallAreas) -> tuple[str, ...]:
    """List the wards that hold no small area of an impact area."""
    from geosafety.pipeline.plan_need import parents

    codes = pd.Series(small.table.index, index=small.table.index)
    ward = parents(folder, codes, "ward")
    taken = set(ward[small.table["present"].notna()].dropna())
    return tuple(sorted(set(ward.dropna().astype("str")) - taken))


def _profiles(
    folder: Path, geography: str, codes: list[str], months: list[str]
) -> pd.DataFrame:
    """Return residents, mean rank of deprivation and crimes per resident of areas."""
    people, rank = (
        _latest(folder, geography, name) for name in ("population", "deprivation_rank")
    )
    crimes = sums(folder, geography, "crime_count", ["all"], months)["value"]
    table = pd.DataFrame({"people": people.reindex(codes), "rank": rank.reindex(codes)})
    table["rate"] = crimes.reindex(codes) / table["people"].where(table["people"] > 0)
    return table


def _latest(folder: Path, geography: str, name: str) -> pd.Series:
    values = results.read_values(
        folder, geography=[geography], indicator=[name], group=["all"]
    )
    values = values[values["period"] == values["period"].astype("str").max()]
    return pd.Series(values["value"].to_numpy(float), values["area_code"].astype("str"))


def _others(what: Measure, matched: Matched) -> tuple[Units, dict[str, list[str]]]:
    """Return the comparators of one measure as units, and whose they are."""
    if not what.comparators:
        return Units(geography=SMALL, codes={}), {}
    chosen = matched.groups if what.comparators == "groups" else matched.wards
    geography = SMALL if what.comparators == "groups" else "ward"
    names = ["+".join(codes) for codes in chosen["codes"]]
    units = Units(
        geography=geography, codes=dict(zip(names, chosen["codes"], strict=True))
    )
    whose: dict[str, list[str]] = {}
    for code, name in zip(chosen["area_code"], names, strict=True):
        whose.setdefault(str(code), []).append(name)
    return units, whose


def _all_areas(folder: Path, small: SmallAreas, matched: Matched) -> pd.DataFrame:
    """Set the growth of members inside all areas beside that outside."""
    what = scorecard()[0]["members"]
    parts = {
        "inside": _parts(
            folder, what, PRESENT, sorted(small.table["present"].dropna().unique())
        ),
        "outside": _parts(folder, what, "ward", list(matched.wards_outside)),
    }
    row = {
        "area_code": "all",
        "area_name": ALL_AREAS,
        "measure": what.name,
        "label": f"{what.label}: growth inside less growth outside",
        "unit": "points",
        "higher_is": what.higher_is,
        "wanted": what.wanted,
        "definition": "Growth of all impact areas together less that of all wards that "
        "hold none of them, in per cent; the interval is of how unevenly parts grow.",
    }
    missing = [name for name, part in parts.items() if part[0].empty]
    if missing:
        why = parts[missing[0]][1] or f"no members {missing[0]} are held"
        return pd.DataFrame(
            [{**row, "status": "not available", "reason": why}]
        ).reindex(columns=list(SCORE_COLUMNS))
    gap = growth_gap(parts["inside"][0], parts["outside"][0]).iloc[0]
    row |= {
        "period": parts["inside"][1],
        "value": gap["inside"],
        "comparator_mean": gap["outside"],
        "comparator_kind": "wards outside",
        "comparators": gap["outside_parts"],
        "difference": gap["gap"],
        "difference_lower": gap["lower"],
        "difference_upper": gap["upper"],
        "status": "ok" if np.isfinite(gap["gap"]) else "not available",
    }
    return pd.DataFrame([row]).reindex(columns=list(SCORE_COLUMNS))


def _parts(
    folder: Path, what: Measure, geography: str, codes: list[str]
) -> tuple[pd.DataFrame, str]:
    """Return the members before and after of some areas; and the period, or why not."""
    units = Units(geography=geography, codes={str(c): [str(c)] for c in codes})
    found = measure(folder, what, units)
    table = found.table.rename(columns={"earlier_value": "before", "value": "after"})
    known = table[["before", "after"]].dropna()
    if known.empty:
        return known, found.reason or found.change_reason
    return known, f"{found.earlier} to {found.period}"


def _listed(matched: Matched, names: dict[str, str]) -> pd.DataFrame:
    """List the impact areas' profiles, each followed by its comparators'."""
    own = matched.targets.rename_axis("area_code").reset_index()
    own = own.assign(number=0, used_for="", distance=0.0, codes=own["area_code"])
    parts = [own]
    for used, chosen in (("groups", matched.groups), ("wards", matched.wards)):
        if len(chosen):
            codes = [" ".join(c) for c in chosen["codes"]]
            parts.append(chosen.assign(codes=codes, used_for=used))
    table = pd.concat(parts, ignore_index=True)
    table["area_name"] = table["area_code"].map(names)
    table["crimes_per_1000"] = 1000 * table["rate"].astype(float)
    table["matched_on"] = matched.base
    columns = ["area_code", "area_name", "used_for", "number", "people", "rank"]
    columns += ["crimes_per_1000", "matched_on", "distance", "codes"]
    order = ["area_code", "used_for", "number"]
    return table.sort_values(order, kind="stable")[columns].reset_index(drop=True)


def _notes(
    folder: Path, table: pd.DataFrame, matched: Matched, small: SmallAreas
) -> list[str]:
    """Say what the scorecard is, and what it cannot say."""
    said = [
        f"Measures follow the {scorecard()[1]}.",
        "The scorecard says what is and how it changed. It does not say why.",
        *_match_notes(folder, table, matched, small),
        "Verdicts of one measure are adjusted for how many areas are read together.",
    ]
    lacking = table[table["status"] == "not available"]
    whole = lacking.groupby("label", sort=False)["reason"].agg(["size", "first"])
    areas = len(matched.targets) or table["area_code"].nunique()
    said += [
        f"Not available: {label} ({row['first']})."
        for label, row in whole.iterrows()
        if row["size"] >= areas or label.endswith("outside")
    ]
    manifest = results.read_manifest(folder)
    layer = manifest["layers"].get(PRESENT, {})
    if layer.get("note"):
        said.append(f"Impact areas: {layer['note']}")
    if manifest.get("synthetic"):
        said.append("Synthetic: made up for demonstration, about nobody.")
    return said


def _match_notes(
    folder: Path, table: pd.DataFrame, matched: Matched, small: SmallAreas
) -> list[str]:
    if not matched.months:
        return ["No comparators: no month of crime is complete both now and before."]
    ranked = "deprivation, " if small.has_deprivation else ""
    groups = matched.groups.groupby("area_code")["distance"].max()
    far = int((groups > FAR).sum())
    said = [
        "Impact areas were chosen for being high. Areas chosen so tend to be lower later "
        "by chance alone (regression to the mean): a fall is to be read beside that of "
        "areas alike, never by itself.",
        f"Comparators are alike in residents, {ranked}and crime in {matched.base}; impact "
        "areas and the small areas that touch them are left out. Profiles and distances "
        "are in comparators.csv.",
        _chance_note(folder, matched),
    ]
    if not ranked:
        said.append("Deprivation was not compared: the results hold no ranks.")
    if far:
        said.append(
            f"{far} of {len(groups)} impact areas have a comparator farther off than "
            f"{FAR:g} standard deviation of small areas: those are alike in part only."
        )
    crime = table[table["measure"] == "all_crime"]
    change = crime["comparator_change"].mean()
    own = crime["change"].mean()
    if np.isfinite(change) and np.isfinite(own):
        said.append(
            f"From {crime['earlier'].iloc[0]} to {crime['period'].iloc[0]} all recorded "
            f"crime changed by {own:+.1f} % on average in the impact areas, and by "
            f"{change:+.1f} % in areas alike."
        )
    return said


def _chance_note(folder: Path, matched: Matched) -> str:
    """Measure regression to the mean where the months allow, or warn of it."""
    if not matched.apart:
        return (
            "No earlier month is complete, so comparators were matched on the very months "
            "that changes are counted from. Areas chosen so tend to move back towards the "
            "average by chance: changes of comparators are to be read with care."
        )
    _, before = months_to_compare(months_held(folder, "crime_count"))
    units = Units(
        geography=SMALL,
        codes={" ".join(codes): codes for codes in matched.groups["codes"]},
    )
    force = Units(geography="force", codes={FORCE_CODE: [FORCE_CODE]})
    moved = []
    for one in (units, force):
        early, late = (
            one.total(sums(folder, one.geography, "crime_count", ["all"], m)["value"])
            / len(m)
            for m in (matched.months, before)
        )
        moved.append(float(late.sum() / early.sum()))
    drift = 100 * (moved[0] / moved[1] - 1)
    return (
        f"How much chance alone may do: chosen for their level in {matched.base}, the "
        f"comparators stood {drift:+.1f} % from it in {period_of(before)}, beyond what "
        "the Force did. Areas chosen on so many months are to be expected to move so."
    )


def _write(
    folder: Path, out: Path, table: pd.DataFrame, listed: pd.DataFrame, notes: list[str]
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, one in (("scorecard", table), ("comparators", listed)):
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(one, None, file)
    manifest = results.read_manifest(folder)
    about = {**manifest, "notes": [*notes, *manifest.get("notes", [])]}
    text = table.select_dtypes(exclude="number").columns
    whole = table.fillna(dict.fromkeys(text, ""))
    write_workbook(whole, about, out / "scorecard.xlsx")
    (out / "notes.txt").write_text("\n".join(notes) + "\n", encoding="utf-8")
