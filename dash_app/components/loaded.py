"""Parts of the data page: plain tables of what went in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dash_app.components.tables import LONG, folded, table
from geosafety.publish import words
from geosafety.settings import indicators


def build(manifest: dict[str, Any]) -> list[Any]:
    """Say what these results are."""
    made = str(manifest.get("built", ""))[:16].replace("T", " at ")
    line = (
        f"{manifest.get('title', 'These results')}. Built {made} "
        f"with geosafety {manifest.get('version', '')}."
    )
    notes = manifest.get("notes", [])
    if not notes:
        return [html.P(line)]
    listed = html.Ul([html.Li(note) for note in notes], className="prose")
    count = html.Summary(f"{len(notes)} notes on the inputs")
    return [html.P(line), html.Details([count, listed])]


def inputs(manifest: dict[str, Any]) -> list[Any]:
    """List the inputs: what kind of figures, how many rows, what became of them."""
    rows = [
        (
            found.get("name", ""),
            words.KIND_WORDS.get(found.get("kind", ""), ""),
            found.get("source", ""),
            *(_count(found.get(name)) for name in _COUNTED),
            _files(found.get("files", [])),
        )
        for found in manifest.get("inputs", [])
    ]
    heads = (
        "Input",
        "Kind",
        "Source",
        "Rows",
        "Placed",
        "Unplaced",
        "Rejected",
        "Files",
    )
    return _section("Inputs", heads, rows)


def _files(files: list[dict[str, Any]]) -> str:
    named = [f"{f['name']} (SHA-256 {f['sha256'][:12]}…)" for f in files]
    if len(named) < 3:
        return ", ".join(named)
    return f"{len(named)} files, from {named[0]} to {named[-1]}"


_COUNTED = ("rows", "placed", "unplaced", "rejected")


def ledger(rows: list[dict[str, Any]]) -> list[Any]:
    """List what became of every row, for every layer."""
    heads = ("Input", "Layer", "Outcome", "How or why", "Rows")
    named = [
        (r["input"], r["geography"], r["outcome"], r["how"], _count(r["rows"]))
        for r in rows
    ]
    text = "No row disappears: every input row is placed, unplaced or rejected."
    return _section("Where every row went", heads, named, text)


def coverage(rows: list[dict[str, Any]]) -> list[Any]:
    """List the boroughs and periods that a source covers only in part."""
    heads = ("Dataset", "Borough", "Period", "Small areas", "Expected", "Status")
    names = (
        "dataset",
        "local_authority",
        "period",
        "small_areas",
        "expected",
        "status",
    )
    named = [tuple(str(row.get(name, "")) for name in names) for row in rows]
    text = "Figures for these are shown as incomplete, never as zero."
    return _section("Periods covered in part", heads, named, text)


def layers(manifest: dict[str, Any]) -> list[Any]:
    """List the layers of areas and how far they can be trusted."""
    rows = [
        (
            layer.get("label", name),
            _count(layer.get("areas")),
            layer.get("vintage", ""),
            "yes" if layer.get("approximate") else "no",
            layer.get("note", ""),
        )
        for name, layer in manifest.get("layers", {}).items()
    ]
    return _section("Areas", ("Layer", "Areas", "Vintage", "Approximate", "Note"), rows)


def methods() -> list[Any]:
    """Say in plain words how figures are made."""
    lines = (
        "A rate is the number of cases per 1,000 people of the area. A "
        "larger area’s rate is made from its own counts, never from a mean of rates.",
        "A share is of those who chose any answer to the question.",
        "An interval says how far chance alone could move a figure: 95 times in 100 it "
        "holds the true one.",
        "An area is called clearly higher or lower than the Force only where chance "
        "does not explain the difference, for so many areas, and where it is large "
        "enough to matter: 5 points of a share, a tenth of a rate.",
        "Few cases (low base): fewer than 30. The figure is shown, marked, not ranked.",
        "Hidden: fewer than 10 in survey, membership and stop and search figures. The "
        "figure, its interval, its number and its base are all left out.",
        "Incomplete: the source does not cover the area or the period. It is not zero.",
    )
    notes = [f"{i.label}: {i.note}" for i in indicators().values() if i.note]
    points = [html.Li(line) for line in (*lines, *notes)]
    return [html.H2("How the figures are made"), html.Ul(points, className="prose")]


def _section(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], text: str = ""
) -> list[Any]:
    body = list(rows)
    if not body:
        return []
    shown: Any = table(title, heads, body, titled=True)
    if len(body) > LONG:
        shown = folded(f"Show all {len(body):,} lines", shown)
    return [html.H2(title), html.P(text) if text else None, shown]


def _count(value: Any) -> str:
    return f"{int(value):,}" if isinstance(value, int | float) else ""
