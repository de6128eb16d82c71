"""The steps of a trace, each as rows of text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety import __version__, results
from geosafety.publish import words
from geosafety.publish.about import input_files, methods
from geosafety.settings import Indicator, datasets, geographies

Row = Mapping[str, Any]
# Which smaller areas are listed for which: the first of them that holds values.
SMALLER = {
    "force": ("local_authority", "npu"),
    "local_authority": ("ward", "lsoa"),
    "npu": ("ward", "lsoa"),
    "impact_area": ("lsoa",),
    "ward": ("lsoa",),
    "msoa": ("lsoa",),
}
MOST_PARTS = 400
NESTED = {("force", "local_authority"), ("force", "npu"), ("msoa", "lsoa")}


def rule_rows(indicator: Indicator, row: Row) -> list[tuple[str, str]]:
    """Say how the indicator is made, and when it is hidden or flagged."""
    made = methods([indicator]).iloc[0]
    policy = datasets().get(indicator.dataset)
    counted = f"{policy.row}s" if policy else "what its source gives"
    rows = [
        ("What it is", indicator.label),
        ("How it is made", str(made["How it is made"])),
        ("Numerator", counted + (", weighted by harm" if indicator.weighted else "")),
        ("Denominator", _denominator(row, indicator)),
        ("Times", f"{indicator.per:,}" if indicator.measure == "rate" else ""),
        ("Unit", str(made["Unit"])),
        ("Question", f"{indicator.question}: {', '.join(indicator.yes)}".strip(": ")),
        ("Hidden under", _under(policy.suppress_below, policy.row) if policy else ""),
        ("Flagged under", _under(policy.low_base_below, policy.row) if policy else ""),
        ("Policy", "As the catalogue has it; [policy] in a project may change it."),
        ("Remark", indicator.note),
    ]
    return [(name, text) for name, text in rows if text]


def _denominator(row: Row, indicator: Indicator) -> str:
    name = str(row["denominator"]) or indicator.denominator
    return words.denominator_text(name) if name else ""


def _under(least: int, row: str) -> str:
    return f"{least} {row}s" if least else "never"


def ledger_rows(
    ledger: pd.DataFrame, indicator: Indicator, geography: str
) -> list[tuple[str, ...]]:
    """Account for every row of the inputs of this kind, in the area's layer."""
    if ledger.empty or "dataset" not in ledger:
        return []
    mine = ledger[
        (ledger["dataset"] == indicator.dataset) & (ledger["geography"] == geography)
    ]
    return [
        (
            str(line["input"]),
            str(line["outcome"]),
            str(line["how"]),
            f"{line['rows']:,.0f}",
            f"{line['counted']:,.10g}",
        )
        for line in mine.to_dict("records")
    ]


def coverage_rows(
    coverage: pd.DataFrame, indicator: Indicator, row: Row, boroughs: Sequence[str]
) -> list[tuple[str, ...]]:
    """List the months of the period that the source does not wholly cover."""
    if coverage.empty:
        return []
    months = coverage["period"]
    within = months != months
    for period in (str(row["period"]), str(row["compared_with"])):
        first, _, last = period.partition("/")
        within |= months.between(first, last or first)
    mine = coverage[
        (coverage["dataset"] == indicator.dataset)
        & coverage["local_authority"].isin(boroughs)
        & within
    ]
    if mine.empty:
        return []
    gaps = mine[mine["status"] != "complete"]
    if gaps.empty:
        what = f"{len(mine):,} borough-months"
        return [("All", str(row["period"]), "", "", f"complete: {what}")]
    return [
        (
            str(line["local_authority"]),
            str(line["period"]),
            _number(line["small_areas"]),
            _number(line["expected"]),
            str(line["status"]),
        )
        for line in gaps.to_dict("records")
    ]


def denominator_rows(
    row: Row, indicator: Indicator, manifest: Row
) -> list[tuple[str, str]]:
    """Say which population the base is, of what year, and from which input."""
    name = str(row["denominator"])
    if not name:
        return []
    rows = [("Population", words.denominator_text(name))]
    rows.append(("Vintage", str(row["vintage"]) or "not stated"))
    inputs = [
        one
        for one in manifest.get("inputs", [])
        if one["dataset"] in ("population", indicator.dataset)
    ]
    for one in inputs:
        said = f"{one['dataset']}, {one['kind']}. {one['source']}"
        rows.append((f"Input that may bring it: {one['name']}", said))
    rows.append(
        (
            "Which one",
            "The counted input's own, where it carries one; else the first input of "
            "residents, in this order, that has the area's layer.",
        )
    )
    return rows


def file_rows(manifest: Row, indicator: Indicator) -> list[tuple[str, ...]]:
    """List the files of this kind of input, and of residents, with their hashes."""
    kinds = [indicator.dataset, *(["population"] if indicator.denominator else [])]
    inputs = [one for one in manifest.get("inputs", []) if one["dataset"] in kinds]
    table = input_files({"inputs": inputs})
    rows = [
        (name, file, f"{n:,.0f}", digest)
        for name, file, n, digest in table.itertuples(index=False, name=None)
    ]
    without = [one for one in inputs if not one.get("files")]
    return rows + [
        (one["name"], "none: part of the program", f"{one['rows']:,}", "")
        for one in without
    ]


def build_rows(manifest: Row) -> list[tuple[str, str]]:
    """Say which program made the results, of which project, and when."""
    libraries = manifest.get("libraries", {})
    rows = [
        ("Results", str(manifest.get("title", ""))),
        ("Synthetic figures", "yes" if manifest.get("synthetic") else "no"),
        ("Built", str(manifest.get("built", ""))),
        ("Built with", f"geosafety {manifest.get('version', '')}"),
        ("Traced with", f"geosafety {__version__}"),
        ("Python", str(manifest.get("python", ""))),
        ("Libraries", ", ".join(f"{k} {v}" for k, v in libraries.items())),
        ("Seed", str(manifest.get("seed", "none"))),
        ("Project, SHA-256", str(manifest.get("project_sha256", ""))),
        ("Catalogue, SHA-256", str(manifest.get("catalogue_sha256", ""))),
    ]
    return [(name, text) for name, text in rows if text]


def part_rows(folder: Path, row: Row) -> tuple[str, list[tuple[str, ...]]]:
    """List the numerators of smaller areas whose middle lies inside.

    Returns
    -------
    str, list of tuple
        What they are, in the plural, and a row for each, with the sum of those shown.
    """
    for geography in SMALLER.get(str(row["geography"]), ()):
        found = _inside(folder, row, geography)
        if len(found):
            return geographies()[geography].label, _listed(found, row, geography)
    return "", []


def _inside(folder: Path, row: Row, geography: str) -> pd.DataFrame:
    keys = ("indicator", "period", "group")
    values = results.read_values(
        folder, geography=[geography], **{key: [str(row[key])] for key in keys}
    )
    values = values[values["compared_with"].astype(str) == str(row["compared_with"])]
    if values.empty or row["geography"] == "force":
        return values
    own = results.read_geometry(folder, str(row["geography"])).geometry
    small = results.read_geometry(folder, geography).representative_point()
    inside = small.index[small.within(own[str(row["area_code"])])]
    return values[values["area_code"].isin(list(inside))]


def _listed(found: pd.DataFrame, row: Row, geography: str) -> list[tuple[str, ...]]:
    lines = found.sort_values("area_code").to_dict("records")
    rows = [
        (
            str(line["area_name"]),
            str(line["area_code"]),
            _number(line["numerator"]),
            _number(line["base"]),
            str(line["status"]),
            str(line["kind"]),
        )
        for line in lines[:MOST_PARTS]
    ]
    if len(lines) > MOST_PARTS:
        left = len(lines) - MOST_PARTS
        rows.append((f"and {left:,} more", "", "", "", "", ""))
    total = found["numerator"].sum()
    nested = (row["geography"], geography) in NESTED
    mark = "" if nested else "; borders may cross, so it need not be the area's own"
    said = f"sum of those shown{mark}"
    base = _number(found["base"].sum())
    return [*rows, ("Together", "", _number(total), base, said, "")]


def _number(value: float) -> str:
    return f"{value:,.10g}" if value is not None and math.isfinite(value) else ""
