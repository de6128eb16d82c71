"""What went into the results, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash_app.queries.choices import choices
from dash_app.queries.layers import has_layer, outline_of
from dash_app.queries.source import frame, manifest, records, where
from geosafety import settings
from geosafety.publish.about import methods as about_methods

WHOLE = ("complete", "ok")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Rows of all inputs: as many as were placed, unplaced and rejected together."""

    inputs: int
    rows: int
    placed: int
    unplaced: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    """How far a source covers one borough and month; missing where it says nothing."""

    small_areas: float
    expected: float
    status: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """One dataset's coverage.

    Attributes
    ----------
    boroughs
        Names by code, in order.
    cells
        By (borough's code, month).
    """

    dataset: str
    boroughs: dict[str, str]
    periods: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]


def counted() -> Counted:
    """Count the rows of every input."""
    inputs = manifest().get("inputs", [])

    def total(name: str) -> int:
        return sum(int(one.get(name) or 0) for one in inputs)

    return Counted(
        inputs=len(inputs),
        rows=total("rows"),
        placed=total("placed"),
        unplaced=total("unplaced"),
        rejected=total("rejected"),
    )


def rejects() -> list[tuple[str, str, int]]:
    """Return input, reason and number of the rows that were rejected; never values."""
    found = where(frame("ledger"), outcome="rejected")
    if found.empty:
        return []
    # A rejected row is rejected in every layer: one of them counts it once.
    layer = "force" if (found["geography"] == "force").any() else ""
    kept = where(found, geography=layer) if layer else found.drop_duplicates("input")
    return [(str(r["input"]), str(r["how"]), int(r["rows"])) for r in records(kept)]


def coverage() -> list[Coverage]:
    """Return what each source covers, borough by month."""
    table = frame("coverage")
    if table.empty:
        return []
    names = _boroughs()
    made = []
    for dataset, part in table.groupby("dataset", sort=False):
        codes = sorted(part["local_authority"].unique(), key=lambda c: names.get(c, c))
        cells = {
            (str(row["local_authority"]), str(row["period"])): Cell(
                small_areas=float(row["small_areas"]),
                expected=float(row["expected"]),
                status=str(row["status"]),
            )
            for row in records(part)
        }
        made.append(
            Coverage(
                dataset=_label(str(dataset)),
                boroughs={str(code): names.get(code, str(code)) for code in codes},
                periods=tuple(sorted(part["period"].unique())),
                cells=cells,
            )
        )
    return made


def _label(dataset: str) -> str:
    known = settings.datasets().get(dataset)
    return known.label if known else dataset


def _boroughs() -> dict[str, str]:
    if not has_layer("local_authority"):
        return {}
    return outline_of("local_authority").names


def methods() -> list[dict[str, Any]]:
    """Return how each indicator of these results is made."""
    known = settings.indicators()
    held = {name for layer in choices().values() for name in layer}
    return records(about_methods(known[name] for name in known if name in held))
