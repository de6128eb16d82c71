"""Parts of the data page: plain tables of what went in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dash_app.components.tables import LONG, folded, table
from dash_app.queries.data import WHOLE, Counted, Coverage
from dash_app.view import period_text
from geosafety.publish import words


def sentence(counted: Counted) -> str:
    """Say how many rows there were and what became of them."""
    text = f"{counted.rows:,} rows of {counted.inputs:,} inputs: {counted.placed:,} "
    text += f"placed on the map, {counted.unplaced:,} without a place in the force area"
    return f"{text}, {counted.rejected:,} rejected."


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


def rejects(rows: Sequence[tuple[str, str, int]]) -> list[Any]:
    """List why rows were rejected; their values are shown to nobody."""
    title = "Rows that could not be used"
    if not rows:
        return [html.H2(title), html.P("No row was rejected.")]
    text = (
        "Counts and reasons only. The rows themselves lie beside the results, where "
        "whoever built them can look, because they may hold personal data."
    )
    named = [(name, why, f"{count:,}") for name, why, count in rows]
    return _section(title, ("Input", "Reason", "Rows"), named, text)


def coverage(found: Iterable[Coverage]) -> list[Any]:
    """Show what each source covers, as a grid of boroughs and months."""
    return [part for one in found for part in _grid(one)]


def _grid(one: Coverage) -> list[Any]:
    short = sum(cell.status not in WHOLE for cell in one.cells.values())
    of = f"of {len(one.cells):,} boroughs and months"
    line = (
        f"{short:,} {of} are covered in part. Their figures are shown as incomplete, "
        "never as zero."
        if short
        else f"Every one {of} is covered."
    )
    title = f"What is covered: {words.lower_first(one.dataset)}"
    rows = [
        (period_text(period), *(_cell(one, code, period) for code in one.boroughs))
        for period in one.periods
    ]
    heads = ("Month", *one.boroughs.values())
    made = table(title, heads, rows, named=True, titled=True)
    note = "In each cell: small areas with any record, out of the usual number."
    grid = html.Div([html.P(note), made], className="grid-table")
    return [html.H2(title), html.P(line), folded("Show borough by month", grid)]


def _cell(one: Coverage, code: str, period: str) -> Any:
    cell = one.cells.get((code, period))
    if cell is None:
        return "no record"
    if cell.status in WHOLE:
        return "full"
    text = f"part: {cell.small_areas:,.0f} of {cell.expected:,.0f}"
    return html.Span(text, className="part")


def layers(manifest: dict[str, Any]) -> list[Any]:
    """List the layers of areas and how far they can be trusted."""
    rows = [
        (
            layer.get("label", name),
            _count(layer.get("areas")),
            layer.get("vintage", ""),
            _how_exact(layer),
            layer.get("note", ""),
        )
        for name, layer in manifest.get("layers", {}).items()
    ]
    return _section("Areas", ("Layer", "Areas", "Vintage", "Approximate", "Note"), rows)


def _how_exact(layer: dict[str, Any]) -> str:
    """Say how far borders can be trusted; made-up ones are neither yes nor no."""
    if "illustrative" in str(layer.get("vintage", "")):
        return "made up"
    return "yes" if layer.get("approximate") else "no"


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
