"""A view as CSV: unrounded numbers, and a note on every row."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from dash_app.queries import looks, maps, patterns
from dash_app.view import View
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.tables import safe_text


def csv_text(view: View) -> str:
    """Write the view's rows; the mark at the start tells Excel it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if patterns.spots(view)[0] is not None:
        _write_spots(writer, view)
        return "\ufeff" + out.getvalue()
    writer.writerow([*settings.VALUE_COLUMNS, "note"])
    view, _ = looks.drawn(view)
    for row in maps.rows_of(view):
        cells = [_cell(row[column]) for column in settings.VALUE_COLUMNS]
        writer.writerow([*cells, _cell(_note(row, view))])
    return "\ufeff" + out.getvalue()


def _write_spots(writer: Any, view: View) -> None:
    """Write what the tests found, in a table of its own: its period is its own too."""
    layer = settings.geography(view.geography)
    rows = patterns.spot_rows(view)
    columns = list(rows[0])
    writer.writerow([*columns, "note"])
    for row in rows:
        parts = [words.KIND_WORDS.get(row["kind"], ""), f"areas: {layer.vintage}"]
        parts.append("Gi*; false discovery rate 5% across all areas and groups")
        note = _cell("; ".join(part for part in parts if part))
        writer.writerow([*(_cell(row[column]) for column in columns), note])


def _cell(value: Any) -> str:
    """Write a number as it is, and text so that no spreadsheet runs it."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return safe_text(value)


def _note(row: dict[str, Any], view: View) -> str:
    layer = settings.geography(view.geography)
    parts = [words.KIND_WORDS.get(row["kind"], ""), f"areas: {layer.vintage}"]
    parts.append(words.STATUS_WORDS.get(row["status"], ""))
    return "; ".join(part for part in parts if part)
