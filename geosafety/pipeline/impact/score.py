"""Score the impact areas: what the plan asks to be watched, beside areas alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.impact_areas import growth_gap
from geosafety.errors import InputError
from geosafety.pipeline.impact.book import write_book
from geosafety.pipeline.impact.catalog import Measure, scorecard
from geosafety.pipeline.impact.ground import (
    PRESENT,
    SmallAreas,
    read_small_areas,
)
from geosafety.pipeline.impact.matched import (
    Matched,
    listed,
    match_areas,
    wards_outside,
)
from geosafety.pipeline.impact.notes import scorecard_notes
from geosafety.pipeline.impact.rows import SCORE_COLUMNS, score_rows
from geosafety.pipeline.impact.values import Units, measure
from geosafety.pipeline.inputs import Progress
from geosafety.pipeline.plan.need import SMALL
from geosafety.publish.tables import write_csv

FILE = "scorecard.toml"
ALL_AREAS = "all impact areas"
NO_COMPARATORS = "a number against a target or of one group: no comparators"


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
    matched = match_areas(folder, small, codes, comparators)
    tables = []
    for what in scorecard()[0].values():
        progress(f"measuring {what.label}")
        tables.append(score_rows(folder, what, names, _others(what, matched)))
    table = pd.concat(tables, ignore_index=True)
    whole = _all_areas(folder, small, matched.wards_outside)
    table = pd.concat([table, whole], ignore_index=True)[list(SCORE_COLUMNS)]
    notes = scorecard_notes(folder, table, matched, small)
    progress(f"writing {out}")
    _write(folder, out, table, listed(matched, names), notes)
    return notes


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


def growth_inside(folder: Path) -> pd.DataFrame:
    """Set the growth of members inside all impact areas beside that outside.

    Returns
    -------
    DataFrame
        One row of the scorecard: `value` (growth inside, per cent), `comparator_mean`
        (outside), `difference` and its interval (points), `period`, `status`, `reason`.
    """
    small = read_small_areas(folder)
    return _all_areas(folder, small, wards_outside(folder, small))


def _all_areas(folder: Path, small: SmallAreas, outer: tuple[str, ...]) -> pd.DataFrame:
    """Set the growth of members inside all areas beside that outside."""
    what = scorecard()[0]["members"]
    parts = {
        "inside": _parts(
            folder, what, PRESENT, sorted(small.table["present"].dropna().unique())
        ),
        "outside": _parts(folder, what, "ward", list(outer)),
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


def _write(
    folder: Path, out: Path, table: pd.DataFrame, listed: pd.DataFrame, notes: list[str]
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, one in (("scorecard", table), ("comparators", listed)):
        with (out / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(one, None, file)
    manifest = results.read_manifest(folder)
    about = {**manifest, "notes": [*notes, *manifest.get("notes", [])]}
    write_book(folder, table, about, out / "scorecard.xlsx")
    (out / "notes.txt").write_text("\n".join(notes) + "\n", encoding="utf-8")
