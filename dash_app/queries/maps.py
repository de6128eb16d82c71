"""The figures of one view: of every area, of one area through time, for a file.

Every name that comes from a URL is looked up in the results before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from dash_app.queries import looks
from dash_app.queries.choices import choices, filled
from dash_app.queries.layers import layer_at, layer_of, overlays
from dash_app.queries.source import Source, folder, source
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
from geosafety.settings import FORCE_CODE, VALUE_COLUMNS

# What the map shows first.
PREFERRED = ("wmnow_rate",)


def resolve(**asked: str) -> tuple[View, Notes]:
    """Turn what a URL asks for into a view that exists, and say what was changed."""
    notes: list[str] = []
    known = choices()
    g = pick(asked.get("g", ""), known, ("npu", "local_authority"), "layer", notes)
    i = pick(_mapped(asked, notes), known[g], PREFERRED, "indicator here", notes)
    group = asked.get("grp", "") or "all"
    p = pick_period(asked.get("p", ""), known[g][i], lambda: filled(g, i, group), notes)
    grp = pick(asked.get("grp", ""), known[g][i][p], ("all",), "group here", notes)
    a = asked.get("a", "")
    if a and a not in layer_of(g).names:
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
    asked = (view.geography, view.indicator, view.group, view.area)
    return list(_history(source(), *asked))


def rows_of(view: View) -> list[dict[str, Any]]:
    """Return the view's rows with every column, unrounded, for a file."""
    wanted = _wanted(view)
    found = results.as_lists(results.read_arrow(folder(), VALUE_COLUMNS, **wanted))
    rows = zip(*found.values(), strict=True)
    return [dict(zip(found, row, strict=True)) for row in rows]


def _wanted(view: View) -> dict[str, list[str]]:
    period, _, compared_with = view.period.partition(BETWEEN)
    return {
        "geography": [view.geography],
        "indicator": [view.indicator],
        "group": [view.group],
        "period": [period],
        "compared_with": [compared_with],
    }


@lru_cache(maxsize=64)
def _history(source: Source, *asked: str) -> tuple[tuple[str, Row], ...]:
    names = ("geography", "indicator", "group", "area_code")
    wanted = {name: [one] for name, one in zip(names, asked, strict=True)}
    columns = ("period", "compared_with", *COLUMNS)
    found = results.as_lists(results.read_arrow(source[0], columns, **wanted))
    rows = [
        (period_key(period, compared_with), Row(*figures))
        for period, compared_with, *figures in zip(*found.values(), strict=True)
    ]
    return tuple(sorted(rows, key=lambda pair: pair[0]))


_SHOWN = tuple(column for column in COLUMNS if column != "area_name")


@lru_cache(maxsize=16)
def _table(source: Source, view: View) -> Table:
    found = results.as_lists(results.read_arrow(source[0], _SHOWN, **_wanted(view)))
    forces = dict(_history(source, "force", view.indicator, view.group, FORCE_CODE))
    return make_table(
        found,
        order=layer_at(*source, view.geography).names,
        force=forces.get(view.period),
        indicator=settings.indicator(view.indicator),
        against=view.look == AGAINST,
    )
