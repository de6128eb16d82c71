"""What there is to take away: tables, their choices, a preview, and what is hidden."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from dash_app.queries.source import Source, folder, frame, frame_at, records, source
from geosafety import results, settings
from geosafety.errors import nearest
from geosafety.publish.dictionary import column_words, table_words

VALUES = "values"
SHOWN = 20  # rows of a preview
# The parts of a URL, and the columns that they choose by.
FILTERS = {"g": "geography", "i": "indicator", "p": "period", "grp": "group"}
_FIRST = {"g": ("npu", "local_authority"), "i": ("wmnow_rate",), "grp": ("all",)}
_LEFT_OUT = ("choices",)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be taken away.

    Attributes
    ----------
    wanted
        By part of the URL (`FILTERS`): the names chosen; none of them is all of them.
    wide
        One row an area, with indicators and periods across.
    """

    table: str = VALUES
    wanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    wide: bool = False

    def of(self, part: str) -> tuple[str, ...]:
        """Return what was chosen of one part."""
        return dict(self.wanted).get(part, ())

    def filters(self) -> dict[str, list[str]]:
        """Return what was chosen, by column."""
        return {FILTERS[part]: list(names) for part, names in self.wanted if names}

    def search(self) -> str:
        """Write it as the end of a URL."""
        parts: dict[str, Any] = {"t": self.table, **dict(self.wanted)}
        if self.wide:
            parts["w"] = "1"
        return "?" + urlencode(parts, doseq=True)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first rows of a table, and what stands in all of it.

    Attributes
    ----------
    statuses
        How many rows there are of each status, by layer and indicator.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    count: int = 0
    statuses: tuple[tuple[str, str, str, int], ...] = ()


def tables() -> dict[str, str]:
    """Return the title of each table there is, the values first."""
    names = {path.stem for path in folder().glob("*.parquet")}
    others = sorted(names - {VALUES, *_LEFT_OUT}, key=lambda n: table_words(n).title)
    return {name: table_words(name).title for name in (VALUES, *others)}


def resolve(asked: Mapping[str, Any]) -> tuple[Asked, tuple[str, ...]]:
    """Turn what a URL asks for into what there is, and say what was left out."""
    notes: list[str] = []
    known = tables()
    table = str(asked.get("t") or VALUES)
    if table not in known:
        notes.append(f"There is no table called {table!r}. {nearest(table, known)}")
        table = VALUES
    wanted: dict[str, tuple[str, ...]] = {}
    for part in FILTERS:
        names = _many(asked.get(part))
        offer = offered(table, wanted).get(part, {})
        lost = [name for name in names if name not in offer]
        if lost:
            notes.append(f"There is no {FILTERS[part]} called {lost[0]!r} here.")
        kept = tuple(name for name in offer if name in names)
        if table == VALUES and not kept and not (names and part == "p"):
            kept = _default(part, offer)
        wanted[part] = kept
    made = Asked(table=table, wanted=tuple(wanted.items()), wide=bool(asked.get("w")))
    return made, tuple(notes)


def _many(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _default(part: str, offer: Iterable[str]) -> tuple[str, ...]:
    """Choose the first that people ask for: everything at once is no table to read."""
    names = list(offer)
    if part == "p" or not names:
        return ()
    return (next((name for name in _FIRST[part] if name in names), names[0]),)


def offered(
    table: str, wanted: Mapping[str, tuple[str, ...]]
) -> dict[str, dict[str, int]]:
    """Return the names to choose from, for each part of the URL that the table has.

    Parameters
    ----------
    wanted
        What is chosen already: it narrows what is offered of the parts after it.
    """
    chosen = tuple((part, wanted.get(part, ())) for part in FILTERS)
    return _offered(source(), table, chosen)


@lru_cache(maxsize=64)
def _offered(
    source: Source, table: str, wanted: tuple[tuple[str, tuple[str, ...]], ...]
) -> dict[str, dict[str, int]]:
    path, stamp = source
    rows = _choices(path, stamp) if table == VALUES else frame_at(path, stamp, table)
    found: dict[str, dict[str, int]] = {}
    for part, names in wanted:
        column = FILTERS[part]
        if column not in rows:
            continue
        text = rows[column].astype(str)
        counts = text[text != ""].value_counts()
        ordered = _in_order(part, list(counts.index))
        found[part] = {name: int(counts[name]) for name in ordered}
        if names:
            rows = rows[text.isin(list(names))]
    return found


def _in_order(part: str, names: list[str]) -> list[str]:
    """Order layers and indicators as the catalogue does, periods from the latest."""
    if part == "p":
        return sorted(names, key=lambda p: (p.split("/")[-1], "/" in p, p))[::-1]
    orders = {"g": list(settings.geographies()), "i": list(settings.indicators())}
    order = orders.get(part, ["all"])
    place = {name: i for i, name in enumerate(order)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


@lru_cache(maxsize=2)
def _choices(path: Path, _stamp: int) -> pd.DataFrame:
    return results.read_choices(path)


def preview(asked: Asked) -> Preview:
    """Return the first rows of what is asked for."""
    return _preview(source(), asked)


@lru_cache(maxsize=16)
def _preview(source: Source, asked: Asked) -> Preview:
    path, stamp = source
    if asked.table == VALUES:
        rows = results.read_values(path, **asked.filters())
    else:
        rows = frame_at(path, stamp, asked.table)
        for column, names in asked.filters().items():
            rows = rows[rows[column].astype(str).isin(names)]
    head = rows.head(SHOWN)
    plain = zip(*(_plain(head[column]) for column in head), strict=True)
    return Preview(
        columns=tuple(str(column) for column in rows),
        rows=tuple(plain),
        count=len(rows),
        statuses=_statuses(rows),
    )


def _plain(column: pd.Series) -> list[Any]:
    numbers = pd.api.types.is_float_dtype(column)
    cells = column.tolist() if numbers else column.astype(str).tolist()
    return ["" if isinstance(c, float) and math.isnan(c) else c for c in cells]


def _statuses(rows: pd.DataFrame) -> tuple[tuple[str, str, str, int], ...]:
    if "status" not in rows or rows.empty:
        return ()
    keys = [c for c in ("geography", "indicator", "status") if c in rows]
    counts = rows[keys].astype(str).value_counts(sort=False)
    found = counts.reset_index().to_dict("records")
    lines = [
        (r.get("geography", ""), r.get("indicator", ""), r["status"], int(r["count"]))
        for r in found
    ]
    return tuple(sorted(lines))


def dictionary(asked: Asked) -> list[tuple[str, str]]:
    """Return the meaning of every column of a table."""
    columns = preview(asked).columns
    return list(column_words(asked.table, columns).items())


def hidden() -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return what disclosure control hid in the whole build: columns and rows.

    Nothing where the build kept no account of it.
    """
    table = frame("disclosure")
    if table.empty:
        return {}, []
    words = column_words("disclosure", [str(column) for column in table])
    return words, records(table)
