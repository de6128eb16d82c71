"""The figures of one view: of every area, of one area through time, for a file.

Every name that comes from a URL is looked up in the results before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from dash_app.queries import looks
from dash_app.queries.choices import choices
from dash_app.queries.layers import layer_at, layer_of, overlays
from dash_app.queries.source import source
from dash_app.queries.surfaces import surfaces
from dash_app.surfaces import NO_SURFACE
from dash_app.table import COLUMNS, Row, Table, make_table
from dash_app.view import (
    AGAINST,
    BETWEEN,
    Notes,
    View,
    period_key,
    pick,
    pick_look,
    pick_overlays,
    pick_period,
)
from geosafety import results, settings

# What the map shows first.
PREFERRED = ("wmnow_rate",)


def resolve(**asked: str) -> tuple[View, Notes]:
    """Turn what a URL asks for into a view that exists, and say what was changed."""
    notes: list[str] = []
    known = choices()
    g = pick(asked.get("g", ""), known, ("npu", "local_authority"), "layer", notes)
    i = pick(_mapped(asked, notes), known[g], PREFERRED, "indicator here", notes)
    group = asked.get("grp", "") or "all"
    p = pick_period(
        asked.get("p", ""), known[g][i], lambda: _filled(g, i, group), notes
    )
    grp = pick(asked.get("grp", ""), known[g][i][p], ("all",), "group here", notes)
    a = asked.get("a", "")
    if a and a not in layer_of(g).features:
        notes.append(f"There is no area with the code {a!r} in this layer.")
        a = ""
    v = pick_look(asked.get("v", ""), offered=looks.offered(g, i), notes=notes)
    o = pick_overlays(asked.get("o", ""), overlays(), notes)
    s = asked.get("s", "")
    s = "" if s == NO_SURFACE else s
    if s and s not in surfaces():
        notes.append(f"These results hold no surface called {s!r}.")
        s = ""
    view = View(geography=g, indicator=i, period=p, group=grp, area=a)
    return replace(view, look=v, surface=s, overlays=o), tuple(notes)


def _filled(geography: str, indicator: str, group: str) -> set[str]:
    """Return the periods in which some area of a layer has a figure to show."""
    frame = _series(*source(), geography, indicator, group)
    own = frame[(frame["geography"] == geography) & frame["value"].notna()]
    pairs = own[["period", "compared_with"]].drop_duplicates()
    return {
        period_key(str(period), str(earlier))
        for period, earlier in pairs.itertuples(index=False, name=None)
    }


def _mapped(asked: Mapping[str, str], notes: list[str]) -> str:
    """Return the indicator asked for; of one that no map can show, say so instead."""
    found = settings.indicators().get(asked.get("i", ""))
    if found is None or not found.series:
        return asked.get("i", "")
    notes.append(f"“{found.label}” exists for the Force only: there is no map of it.")
    return ""


def table(view: View) -> Table:
    """Return the figures of a view."""
    # Every choice of area shares one table; only one look changes its classes.
    look = view.look if view.look == AGAINST else ""
    return _table(source(), replace(view, area="", look=look, surface="", overlays=()))


def history(view: View) -> list[tuple[str, Row]]:
    """Return the chosen area's figures in every period there is, oldest first."""
    frame = _series(*source(), view.geography, view.indicator, view.group)
    own = frame["geography"] == view.geography
    return sorted(
        _rows(frame[own & (frame["area_code"] == view.area)]), key=lambda pair: pair[0]
    )


def rows_of(view: View) -> list[dict[str, Any]]:
    """Return the view's rows with every column, unrounded, for a file."""
    frame = _values(source(), view, view.geography)
    plain = results.as_text(frame, _TEXT_COLUMNS)
    return [{str(k): v for k, v in r.items()} for r in plain.to_dict("records")]


_TEXT_COLUMNS = tuple(c for c in settings.VALUE_COLUMNS if c not in settings.NUMBERS)


@lru_cache(maxsize=16)
def _series(
    path: Path, _stamp: int, geography: str, indicator: str, group: str
) -> pd.DataFrame:
    """Read every period at once: stepping through time then needs no disk."""
    return results.read_values(
        path,
        geography=[geography, "force"],
        indicator=[indicator],
        group=[group],
    )


_Place = tuple[str, str, str]  # geography, period, and what it is compared with


@lru_cache(maxsize=16)
def _places(
    path: Path, stamp: int, geography: str, indicator: str, group: str
) -> dict[_Place, np.ndarray]:
    """Find which rows of a series are of which period, once for all its views."""
    frame = _series(path, stamp, geography, indicator, group)
    columns = [frame[c] for c in ("geography", "period", "compared_with")]
    found = frame.groupby(columns, observed=True).indices
    return cast("dict[_Place, np.ndarray]", found)


def _values(source: tuple[Path, int], view: View, geography: str) -> pd.DataFrame:
    period, _, compared_with = view.period.partition(BETWEEN)
    asked = (*source, view.geography, view.indicator, view.group)
    none = np.array([], dtype=int)
    rows = _places(*asked).get((geography, period, compared_with), none)
    return _series(*asked).iloc[rows]


@lru_cache(maxsize=32)
def _table(source: tuple[Path, int], view: View) -> Table:
    forces = _rows(_values(source, view, "force"))
    features = layer_at(*source, view.geography).features
    return make_table(
        {row.code: row for _, row in _rows(_values(source, view, view.geography))},
        order={code: f["properties"]["name"] for code, f in features.items()},
        force=forces[0][1] if forces else None,
        indicator=settings.indicator(view.indicator),
        against=view.look == AGAINST,
    )


_COLUMNS = ["period", "compared_with", *COLUMNS]


def _rows(frame: pd.DataFrame) -> list[tuple[str, Row]]:
    # As objects, the rows of a layer share their texts: half the time and memory.
    plain = frame[_COLUMNS].astype({c: object for c in _TEXT_COLUMNS if c in _COLUMNS})
    return [
        (period_key(period, compared_with), Row(*values))
        for period, compared_with, *values in plain.itertuples(index=False, name=None)
    ]
