"""What every file says of itself: what, where, when, base, method, source, licence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from geosafety.publish import words
from geosafety.publish.notes import DEMO, INTERVALS, LICENCE
from geosafety.settings import Indicator, datasets

NOT_STATED = "Not recorded: ask the owner of the source"
_MEASURES = {
    "count": "How many",
    "rate": "Count over the base, times the number it is per",
    "share_of_force": "Part of the Force total, per cent",
    "change": "Later count minus earlier count",
    "change_pct": "Change in per cent of the earlier count",
    "rate_change": "Later rate minus earlier rate, both unrounded",
    "share_change": "Later share minus earlier share, in points",
    "index": "Rate over the Force rate, times 100",
    "needed": "How many more would reach the Force rate",
    "share": "Part of those who answered who chose it, per cent",
    "answer_share": "Part of those who answered who chose each answer, per cent",
    "answer_count": "How many chose each answer",
    "given": "As its source gives it",
}


def facts(
    table: pd.DataFrame, manifest: Mapping[str, Any], *, what: str, method: str
) -> dict[str, str]:
    """Return what a file has to say of itself, by name.

    Parameters
    ----------
    table
        The rows of the file; `geography`, `period`, `survey`, `kind` and `denominator`
        are read where it has them.
    what, method
        What the table is, and how it was made.
    """
    synthetic = bool(manifest.get("synthetic"))
    inputs = manifest.get("inputs", [])
    return {
        "What": what,
        "Project": str(manifest.get("title", "")),
        "Synthetic figures": DEMO if synthetic else _kinds(table),
        "Where": _layers(table, manifest),
        "When": _when(table),
        "Base": _bases(table),
        "Method": method,
        "Intervals": INTERVALS,
        "Built": str(manifest.get("built", "")),
        "Version": f"geosafety {manifest.get('version', '')}",
        "Seed": str(manifest.get("seed", "none")),
        "Source": "; ".join(dict.fromkeys(str(one["source"]) for one in inputs)),
        "Licence": f"Boundaries: {LICENCE} Inputs: as their owners give them.",
    }


def _kinds(table: pd.DataFrame) -> str:
    kinds = list(table["kind"].unique()) if "kind" in table else []
    if "synthetic" in kinds:
        return "Some rows: see the column kind."
    return "None."


def _layers(table: pd.DataFrame, manifest: Mapping[str, Any]) -> str:
    if "geography" not in table:
        return "The West Midlands police force area"
    lines = []
    for name in table["geography"].unique():
        layer = manifest.get("layers", {}).get(name, {})
        lines.append(
            f"{layer.get('label', name)} ({layer.get('vintage', 'no vintage')})"
        )
    return "; ".join(lines)


def _when(table: pd.DataFrame) -> str:
    found = [c for c in table if c == "survey" or str(c).endswith("period")]
    spans = sorted({str(s) for c in found for s in table[c].unique()} - {""})
    if not spans:
        return "As built"
    if len(spans) > 6:
        return f"{len(spans)} periods, {spans[0]} to {spans[-1]}"
    return "; ".join(words.period_text(span) for span in spans)


def _bases(table: pd.DataFrame) -> str:
    if "denominator" not in table:
        return "In the table, where there is one"
    names = [str(name) for name in table["denominator"].unique() if name]
    said = "; ".join(words.denominator_text(name) for name in names)
    return said or "Counts, or answers: in the column base"


def methods(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Return a row per indicator: how it is made, and when it is hidden or flagged."""
    rows = []
    for one in indicators:
        policy = datasets().get(one.dataset)
        rows.append(
            {
                "Indicator": one.name,
                "What it is": one.label,
                "How it is made": _MEASURES.get(one.measure, one.measure),
                "Unit": words.unit_text(one) or one.unit,
                "Out of": words.denominator_text(one.denominator) or "see the base",
                "From": policy.label if policy else one.dataset,
                "Hidden under": float(policy.suppress_below) if policy else 0.0,
                "Flagged under": float(policy.low_base_below) if policy else 0.0,
                "Higher is": one.higher_is,
                "Remark": one.note,
            }
        )
    return pd.DataFrame(rows)


def sources(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row per input and layer: whose it is, and what happened to it."""
    rows = [_input(entry) for entry in manifest.get("inputs", [])]
    for layer in manifest.get("layers", {}).values():
        row = {"Name": f"Boundaries: {layer['label']}", "Kind of input": "boundaries"}
        row |= {"Source": str(layer.get("note", "")), "Vintage": layer["vintage"]}
        row |= {"Kind of figures": "approximate" if layer["approximate"] else "given"}
        rows.append({**row, "Rows": float(layer["areas"]), "Licence": LICENCE})
    table = pd.DataFrame(rows)
    text = table.select_dtypes(exclude="float").columns
    return table.fillna(dict.fromkeys(text, ""))


def _input(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Name": entry["name"],
        "Kind of input": entry["dataset"],
        "Kind of figures": entry["kind"],
        "Source": entry["source"],
        "Vintage": str(entry.get("vintage", "")),
        "Rows": float(entry["rows"]),
        "Placed": float(entry["placed"]),
        "Unplaced": float(entry["unplaced"]),
        "Rejected": float(entry["rejected"]),
        "Licence": str(entry.get("licence") or NOT_STATED),
    }


def input_files(manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row per file that was read, with the hash by which to know it again."""
    rows = [
        (entry["name"], file["name"], float(file["rows"]), file["sha256"])
        for entry in manifest.get("inputs", [])
        for file in entry.get("files", [])
    ]
    return pd.DataFrame(rows, columns=["Input", "File", "Rows", "SHA-256"])
