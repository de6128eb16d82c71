"""The sheets of data of a workbook, one for each layer and indicator. PURE.

A sheet holds one table. Numbers stay unrounded; how they are shown is their format.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geosafety.publish import words
from geosafety.publish.marks import note_mark, shorthand
from geosafety.settings import KINDS, Indicator, geographies

KEYS = ["area_code", "area_name", "group"]
MOST_SHEETS = 60  # of readable tables; nobody looks through more
ONE_TABLE = "This worksheet contains one table."
BLANKS = (
    "A blank cell has no figure: the shorthand beside it says why, and is not zero."
)
_PROBABILITIES = ("p", "p_value", "q_value", "smallest_p", "trend_p")
_DEGREES = ("south", "west", "north", "east")
_MARKS = ("horthand", "Verdict")
_TOGETHER = ("value", "lower", "upper")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One worksheet with one table.

    Attributes
    ----------
    name
        On the tab: at most 31 characters, unique in the workbook.
    title, lines
        In A1, and in the cells under it.
    table
        Its columns are the headings; floats are numbers, all else is text.
    formats
        How numbers are shown, by column.
    keys
        How many columns stay in sight at the left.
    links
        The first column names sheets, and leads to them.
    """

    name: str
    title: str
    table: pd.DataFrame
    lines: tuple[str, ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    keys: int = 1
    links: bool = False


def number_formats(
    table: pd.DataFrame, decimals: int | None = None, *, alike: bool = False
) -> dict[str, str]:
    """Choose how the numbers of each column are shown.

    Whole numbers without a point, others to a tenth; finer where all are small, or a
    small one would look like 0. Spreadsheets show halves rounded away from zero, as
    people do.

    Parameters
    ----------
    decimals
        Places that were asked for.
    alike
        All columns hold the same thing, such as one rate in many periods.

    Examples
    --------
    >>> number_formats(pd.DataFrame({"base": [2310560.0], "value": [52.38]}))
    {'base': '#,##0', 'value': '#,##0.0'}
    """
    numbers = table.select_dtypes("float")
    made = {
        str(name): _format(str(name), numbers[name].to_numpy(), decimals)
        for name in numbers
    }
    # A value and the ends of its interval are read together, so they look alike.
    same = [name for name in made if alike or name.lower().startswith(_TOGETHER)]
    if same:
        one = _format("value", numbers[same].to_numpy(), decimals)
        made |= dict.fromkeys(same, one)
    return made


def _format(name: str, values: np.ndarray, decimals: int | None) -> str:
    if name == "seed":
        return "0"
    if name in _PROBABILITIES:
        return "0.00000"
    known = values[np.isfinite(values)]
    if (known == np.round(known)).all():
        return "#,##0"
    size = np.abs(known[known != 0])
    places = 4 if name in _DEGREES else 3 if size.max() <= 1 else 2
    if name not in _DEGREES and size.max() >= 10:
        places = 1
    # What is not 0 must not look like 0.
    places = max(places, min(4, math.ceil(-math.log10(size.min()))))
    places = places if decimals is None else decimals
    return "#,##0" + ("." + "0" * places if places else "")


def dense(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Leave out columns with nothing in them, and say which.

    Examples
    --------
    >>> dense(pd.DataFrame({"value": [1.0], "lower": [None], "note": [""]}))[1]
    'Columns left out because nothing is in them: lower, note.'
    """
    empty = [str(c) for c in table if (table[c].isna() | (table[c] == "")).all()]
    said = f"Columns left out because nothing is in them: {', '.join(empty)}."
    return table.drop(columns=empty), said if empty else ""


def with_shorthand(table: pd.DataFrame) -> pd.DataFrame:
    """Put the mark of its status into every row, before the status."""
    if "status" not in table:
        return table
    at = list(table.columns).index("status")
    marked = table.copy()
    marked.insert(at, "shorthand", shorthand(table["status"]).to_numpy())
    return marked


def value_sheets(
    values: pd.DataFrame,
    *,
    measured: Mapping[str, Indicator],
    manifest: Mapping[str, Any],
    notes: pd.DataFrame,
    decimals: int | None,
) -> Iterator[Sheet]:
    """Yield a readable sheet for each geography and indicator.

    With one period the value stands with its interval and base; with several, their
    values stand side by side.

    Parameters
    ----------
    values
        As `tables.long_table` returns them.
    measured
        What each indicator is.
    notes
        As `marks.numbered_notes` returns them.
    """
    for (geography, name), part in values.groupby(
        ["geography", "indicator"], sort=False
    ):
        indicator = measured[str(name)]
        spans = part[["period", "compared_with"]].drop_duplicates()
        one = len(spans) == 1
        table = _one_period(part, indicator, notes) if one else _periods(part)
        several = bool((part["group"] != "all").any())
        table = table.drop(columns=_needless(table, several=several))
        mark = note_mark(notes, f"Layer: {geography}")
        table, gone = dense(table.rename(columns={"Area": f"Area{mark}"}))
        yield Sheet(
            name=f"{geography} {name}"[:31],
            title=_title(part, indicator, str(geography), one=one),
            lines=_lines(part, indicator, str(geography), manifest, notes, gone),
            table=table,
            formats=number_formats(table, decimals, alike=not one),
            keys=3 if several else 2,
        )


def _needless(table: pd.DataFrame, *, several: bool) -> list[str]:
    """Name the columns that only say something where there is something to say."""
    empty = [
        str(c) for c in table if str(c).endswith(_MARKS) and (table[c] == "").all()
    ]
    return empty if several else [*empty, "Group"]


def _title(part: pd.DataFrame, indicator: Indicator, name: str, *, one: bool) -> str:
    layer = words.lower_first(geographies()[name].label)
    first = part.iloc[0]
    when = words.period_text(first["period"], first["compared_with"])
    return f"{indicator.label}, by {layer}" + (f", {when}" if one else "")


def _lines(  # noqa: PLR0913 - what a sheet says of itself
    part: pd.DataFrame,
    indicator: Indicator,
    geography: str,
    manifest: Mapping[str, Any],
    notes: pd.DataFrame,
    gone: str,
) -> tuple[str, ...]:
    unit = words.unit_text(indicator) or indicator.unit
    layer = manifest.get("layers", {}).get(geography, {})
    mark = note_mark(notes, f"Indicator: {indicator.label}")
    lines = [
        words.kinds_text(list(part["kind"].unique())) + ".",
        f"Unit: {unit}.{mark} Boundaries: {layer.get('vintage', 'not stated')}.",
        f"{ONE_TABLE} {BLANKS} Notes are on the sheet Notes.",
        gone,
    ]
    return tuple(line for line in lines if line)


def _areas(part: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Area code": part["area_code"],
            "Area": part["area_name"],
            "Group": part["group"].map(words.group_text),
        }
    )


def _one_period(
    part: pd.DataFrame, indicator: Indicator, notes: pd.DataFrame
) -> pd.DataFrame:
    unit = words.unit_text(indicator) or indicator.unit
    interval = note_mark(notes, "Intervals")
    of = words.denominator_text(part["denominator"].iloc[0]) or "the base"
    columns = {
        f"Value, {unit}": part["value"],
        f"Lower end, 95 %{interval}": part["lower"],
        f"Upper end, 95 %{interval}": part["upper"],
        "Counted": part["numerator"],
        f"Out of: {of}": part["base"],
        "Shorthand": shorthand(part["status"]),
        "Verdict": part.get("verdict", ""),
        "Kind": part["kind"],
    }
    return _areas(part).assign(**columns)


def _periods(part: pd.DataFrame) -> pd.DataFrame:
    """Set the values of several periods side by side, each with its marks, if any."""
    rows = part.drop_duplicates(KEYS)
    index = pd.MultiIndex.from_frame(rows[KEYS])
    table = _areas(rows).set_index(index)
    spans = part.groupby(["period", "compared_with"], sort=False)
    for (period, earlier), here in spans:
        head = words.period_text(str(period), str(earlier))
        found = here.set_index(KEYS).reindex(index)
        table[head] = found["value"]
        table[f"{head}: shorthand"] = shorthand(found["status"])
    weakest = part["kind"].map(KINDS.index).groupby([part[c] for c in KEYS]).max()
    table["Kind"] = [KINDS[i] for i in weakest.reindex(index)]
    return table.reset_index(drop=True)
