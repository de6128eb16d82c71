"""A view as CSV: unrounded numbers, and a note on every row."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from dash_app import queries
from dash_app.view import View
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.tables import safe_text


def csv_text(view: View) -> str:
    """Write the view's rows; the mark at the start tells Excel it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*settings.VALUE_COLUMNS, "note"])
    for row in queries.rows_of(view):
        cells = [_cell(row[column]) for column in settings.VALUE_COLUMNS]
        writer.writerow([*cells, _cell(_note(row, view))])
    return "\ufeff" + out.getvalue()


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
