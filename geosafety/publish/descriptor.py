"""Describe a CSV file beside it, in the W3C's "CSV on the Web" vocabulary.

Tennison and Kellogg (2015), Metadata Vocabulary for Tabular Data, W3C Recommendation,
17 December 2015. A program that knows the standard finds the description by the name of
the file: `rates.csv` has `rates.csv-metadata.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import pandas as pd

from geosafety.publish.dictionary import column_words
from geosafety.publish.marks import SHORTHAND
from geosafety.publish.notes import STATUS_NOTES

CONTEXT = "http://www.w3.org/ns/csvw"
ENDING = "-metadata.json"
LICENCE_URL = (
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)


def csvw_text(
    table: pd.DataFrame,
    *,
    file: str,
    name: str,
    facts: Mapping[str, str],
    notes: Iterable[tuple[str, str]],
) -> str:
    """Return the description of a CSV file as JSON.

    Parameters
    ----------
    table
        What is in the file: its columns and their forms.
    file
        The name of the file, without a folder.
    name
        Which table it is: `values`, `estimates`, ...
    facts
        As `about.facts` returns them.
    notes
        Further pairs of a name and a line.

    Examples
    --------
    >>> table = pd.DataFrame({"area_code": ["BE"], "value": [60.2]})
    >>> text = csvw_text(table, file="t.csv", name="values", facts={}, notes=[])
    >>> [c["datatype"] for c in json.loads(text)["tableSchema"]["columns"]]
    ['string', 'number']
    """
    words = column_words(name, [str(column) for column in table.columns])
    said = [("this file", f"{key}: {line}") for key, line in facts.items()]
    described: dict[str, Any] = {
        "@context": [CONTEXT, {"@language": "en"}],
        "@type": "Table",
        "url": quote(file),
        "dc:title": facts.get("What", name),
        "dc:description": facts.get("Synthetic figures", ""),
        "dc:language": "en-GB",
        "dc:spatial": facts.get("Where", ""),
        "dc:temporal": facts.get("When", ""),
        "dc:source": facts.get("Source", ""),
        "dc:rights": facts.get("Licence", ""),
        "dc:license": {"@id": LICENCE_URL},
        "dc:created": facts.get("Built", ""),
        "dialect": {
            "encoding": "utf-8",
            "delimiter": ",",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
            "headerRowCount": 1,
            "lineTerminators": ["\n"],
        },
        "notes": [{"about": a, "says": says} for a, says in [*notes, *said]],
        "tableSchema": {
            "columns": [
                _column(str(column), table[column], words[str(column)])
                for column in table
            ]
        },
    }
    kept = {key: part for key, part in described.items() if part not in ("", [])}
    return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"


def _column(name: str, cells: pd.Series, meaning: str) -> dict[str, Any]:
    number = pd.api.types.is_numeric_dtype(cells)
    column: dict[str, Any] = {
        "name": _variable(name),
        "titles": name,
        "dc:description": meaning,
        "datatype": "number" if number else "string",
        "null": "",
    }
    if name == "status":
        known = {status: STATUS_NOTES[status] for status in SHORTHAND}
        column["dc:description"] += ": " + " ".join(
            f"{status}: {line}" for status, line in known.items()
        )
    return column


def _variable(name: str) -> str:
    """Write a name so that it can stand in an address template (RFC 6570, 2.3)."""
    coded = quote(name.replace(" ", "_"), safe="").lstrip("_")
    return coded.replace("-", "%2D").replace("~", "%7E") or "column"
