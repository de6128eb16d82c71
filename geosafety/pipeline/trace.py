"""From one number back to where it comes from: rule, counts, rows, files, hashes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geosafety import results
from geosafety.errors import InputError
from geosafety.pipeline.export import nothing_for
from geosafety.pipeline.profile.find import find_areas
from geosafety.pipeline.recompute import recomputed
from geosafety.pipeline.trace_parts import (
    build_rows,
    coverage_rows,
    denominator_rows,
    file_rows,
    ledger_rows,
    part_rows,
    rule_rows,
)
from geosafety.publish import words
from geosafety.settings import FORCE_CODE, NUMBERS, VALUE_COLUMNS, Indicator, indicators

Row = Mapping[str, Any]
FORCE = "force"


@dataclass(frozen=True, kw_only=True)
class Section:
    """One step back: a heading, and a table of text."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A number and everything that it comes from.

    Attributes
    ----------
    title
        The number in a sentence, or why there is none.
    agrees
        Whether the value computed anew from the stored counts is the stored one; None
        where there is nothing to compute it from.
    """

    title: str
    agrees: bool | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which number.

    Attributes
    ----------
    area
        A code or a name.
    geography, compared_with
        Needed only where there is more than one of that name, or earlier period.
    """

    indicator: str
    area: str
    period: str
    group: str = "all"
    geography: str = ""
    compared_with: str = ""


def trace(folder: Path, wanted: Wanted) -> Trace:
    """Follow a number back.

    Parameters
    ----------
    folder
        The results.

    Raises
    ------
    InputError
        The results hold no such number; the hint names what is near.
    """
    manifest = results.read_manifest(folder)
    geography, code = _area(folder, wanted)
    row = _row(folder, wanted, geography, code)
    indicator = _indicator(wanted.indicator, manifest)
    again = recomputed(folder, row, indicator)
    tables = {name: results.read_table(folder, name) for name in ("ledger", "coverage")}
    layers = _areas_near(folder, geography, code)
    sections = [
        ("The value as it is stored", ("Column", "Value"), _stored(row)),
        ("The rule", ("What", "How"), rule_rows(indicator, row)),
        ("Computed anew", ("Step", "Result"), again.rows),
        *_hidden(folder, row, indicator),
        *_parts(folder, row, again.shown),
        (
            "Where the rows went",
            ("Input", "Outcome", "How", "Rows", "Counted"),
            ledger_rows(tables["ledger"], indicator, geography),
        ),
        (
            "Months not covered",
            ("Borough", "Period", "Small areas with rows", "Expected", "Status"),
            coverage_rows(tables["coverage"], indicator, row, layers),
        ),
        ("The base", ("What", "From"), denominator_rows(row, indicator, manifest)),
        ("Files", ("Input", "File", "Rows", "SHA-256"), file_rows(manifest, indicator)),
        ("The build", ("What", "Value"), build_rows(manifest)),
    ]
    made = tuple(
        Section(heading=heading, columns=columns, rows=tuple(rows))
        for heading, columns, rows in sections
        if rows
    )
    return Trace(title=_title(row, indicator), agrees=again.agrees, sections=made)


def _area(folder: Path, wanted: Wanted) -> tuple[str, str]:
    if wanted.geography == FORCE or wanted.area.casefold() in (
        FORCE,
        FORCE_CODE.casefold(),
    ):
        return FORCE, FORCE_CODE
    return find_areas(folder, (wanted.area,), wanted.geography)[0]


def _row(folder: Path, wanted: Wanted, geography: str, code: str) -> Row:
    keys = {
        "geography": [geography],
        "indicator": [wanted.indicator],
        "group": [wanted.group],
        "period": [wanted.period],
    }
    found = results.read_values(folder, **keys, area_code=[code])
    if found.empty:
        raise nothing_for(folder, keys)
    earlier = found["compared_with"].astype(str)
    if wanted.compared_with:
        found = found[earlier == wanted.compared_with]
    if len(found) != 1:
        said = ", ".join(sorted(earlier.unique()))
        problem = f"{wanted.indicator} of {wanted.period} is compared with: {said}."
        raise InputError(problem, hint="Choose one with --compared-with.")
    return {str(name): part for name, part in found.iloc[0].items()}


def _indicator(name: str, manifest: Row) -> Indicator:
    """Return what is measured, by the catalogue or as the project gave it."""
    if name in indicators():
        return indicators()[name]
    own = [*manifest.get("series", []), *manifest.get("area_values", [])]
    said: Row = next((one for one in own if one["indicator"] == name), {})
    return Indicator(
        name=name,
        label=str(said.get("label", name)),
        dataset="series" if said in manifest.get("series", []) else "area_values",
        measure="given",
        unit=str(said.get("unit", "")),
        higher_is=said.get("higher_is", "neither"),
    )


def _title(row: Row, indicator: Indicator) -> str:
    value = words.value_text(row["value"], indicator)
    shown = f"{value} {words.unit_text(indicator)}".strip() if value else ""
    group = "" if row["group"] == "all" else f" ({words.group_text(row['group'])})"
    when = words.period_text(str(row["period"]), str(row["compared_with"]))
    said = shown or words.STATUS_WORDS[str(row["status"])]
    return f"{indicator.label}{group}, {row['area_name']}, {when}: {said}"


def _stored(row: Row) -> list[tuple[str, str]]:
    return [(name, _plain(row[name], name)) for name in VALUE_COLUMNS]


def _plain(value: Any, column: str) -> str:
    if column not in NUMBERS:
        return str(value)
    return repr(float(value)) if math.isfinite(value) else ""


def _hidden(
    folder: Path, row: Row, indicator: Indicator
) -> Iterable[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Say which rule hid a value, without any count."""
    if row["status"] != "suppressed":
        return
    from geosafety.settings import datasets

    policy = datasets()[indicator.dataset]
    rows: list[tuple[str, ...]] = [
        (
            "Too few",
            f"Hidden where fewer than {policy.suppress_below} {policy.row}s stand "
            "behind a value (1 or more): value, interval, numerator and base.",
        ),
        (
            "Too easily worked out",
            "Hidden too where a total less its other parts would give a value away.",
        ),
        ("Not shown here", "Which of the two it was, since that would tell a count."),
    ]
    yield "Why it is hidden", ("Rule", "What it hides"), rows
    if (folder / "disclosure.parquet").exists():
        table = results.read_table(folder, "disclosure")
        for name in ("dataset", "geography"):
            wanted = {"dataset": indicator.dataset, "geography": row["geography"]}
            table = table[table[name] == wanted[name]] if name in table else table
        text = [tuple(str(cell) for cell in cells) for cells in table.to_numpy()]
        if text:
            columns = tuple(str(name) for name in table.columns)
            yield "What was hidden in this build", columns, text


def _parts(
    folder: Path, row: Row, shown: bool
) -> Iterable[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """List the counts of smaller areas inside, where the area's own count is shown."""
    if not shown:
        return
    name, rows = part_rows(folder, row)
    if rows:
        columns = ("Area", "Code", "Numerator", "Base", "Status", "Kind")
        yield f"The same by {words.lower_first(name)}", columns, rows


def _areas_near(folder: Path, geography: str, code: str) -> list[str]:
    """Return the boroughs that an area lies in, or holds."""
    boroughs = results.read_geometry(folder, "local_authority")
    if geography == FORCE:
        return [str(name) for name in boroughs.index]
    own = results.read_geometry(folder, geography).geometry[code]
    share = boroughs.intersection(own).area / own.area
    return [str(name) for name in share[share > 0.01].index]
