"""What QGIS can show: the latest figures of every layer and indicator. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geosafety.publish.classes import Scale, scale_for
from geosafety.publish.words import COMPARABLE
from geosafety.settings import STATUSES, Indicator, indicators

DRAWN = ("ok", "low base")  # the statuses whose value is shown
_KEYS = ["geography", "indicator", "period", "compared_with", "group"]
_COLUMN = re.compile(r"(?P<indicator>\S+) (?P<period>.*?)(?: from (?P<earlier>.+))?")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One indicator on one layer: its latest period, of one group.

    Attributes
    ----------
    layer
        What the kind of area is called, and whether it is illustrative.
    rows
        The rows of `VALUE_COLUMNS` that are shown: one per area.
    """

    geography: str
    layer: str
    indicator: Indicator
    period: str
    compared_with: str
    group: str
    rows: pd.DataFrame

    @property
    def scale(self) -> Scale:
        """The classes of the values that are shown."""
        shown = self.rows.loc[self.rows["status"].isin(DRAWN), "value"]
        return scale_for(shown.to_list(), measure=self.indicator.measure)

    @property
    def column(self) -> str:
        """The name of its column in a wide table."""
        earlier = f" from {self.compared_with}" if self.compared_with else ""
        return f"{self.indicator.name} {self.period}{earlier}"


def latest_figures(values: pd.DataFrame, manifest: Mapping[str, Any]) -> list[Figure]:
    """Choose what to draw: per layer and indicator the latest period of everyone.

    Parameters
    ----------
    values
        Rows in the shape of `VALUE_COLUMNS`. Where no row is of the group `all`, the
        first group stands in. The latest period is the last that has a value, a range
        (a year) before a month; of several earlier periods compared with, the last.
    manifest
        Says what the layers are called.

    Returns
    -------
    list of Figure
        In the order of the catalogue; an indicator that is not in it is left out.
    """
    everyone = values[values["group"] == "all"]
    rows = (everyone if len(everyone) else values).copy()
    rows[[*_KEYS, "status"]] = rows[[*_KEYS, "status"]].astype("str")
    parts = rows[rows["indicator"].isin(list(indicators()))].groupby(_KEYS, sort=False)
    keys = parts["value"].count().reset_index(name="known").to_dict("records")
    best: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for one in keys:
        place = one["geography"], one["indicator"]
        if place not in best or _lateness(one) > _lateness(best[place]):
            best[place] = one
    order = {name: number for number, name in enumerate(indicators())}
    chosen = sorted(best.values(), key=lambda one: order[one["indicator"]])
    return [
        _figure(one, parts.get_group(tuple(one[key] for key in _KEYS)), manifest)
        for one in chosen
    ]


def opening(figures: Iterable[Figure]) -> dict[str, str]:
    """Choose the indicator each layer opens with: one that can be compared, if any.

    A map coloured by a count shows how large areas are.
    """
    chosen: dict[str, Figure] = {}
    for one in figures:
        before = chosen.setdefault(one.geography, one)
        if not _comparable(before) and _comparable(one):
            chosen[one.geography] = one
    return {layer: one.indicator.name for layer, one in chosen.items()}


def _comparable(one: Figure) -> bool:
    return one.indicator.measure in COMPARABLE


def wide_figures(table: pd.DataFrame, manifest: Mapping[str, Any]) -> list[Figure]:
    """Find what to draw in a wide table: one row per area and group.

    Columns are named as `tables.wide_table` names them; others are passed over.
    """
    found = [_COLUMN.fullmatch(str(column)) for column in table]
    ours = [one for one in found if one and one["indicator"] in indicators()]
    if not ours:
        return []
    return latest_figures(pd.concat([_long(table, one) for one in ours]), manifest)


def _long(table: pd.DataFrame, found: re.Match[str]) -> pd.DataFrame:
    column = found.string
    parts = table["status"].str.split("; ")
    said = pd.Series("ok", index=table.index)
    for status in STATUSES:
        line = f"{column}: {status}"
        said[[line in of_row for of_row in parts]] = status
    kept = pd.DataFrame(table[["geography", "group", "kind"]])
    return kept.assign(
        indicator=found["indicator"],
        period=found["period"],
        compared_with=found["earlier"] or "",
        value=table[column],
        status=said,
    )


def _lateness(one: Mapping[Any, Any]) -> tuple[bool, bool, str, str, str]:
    period = str(one["period"])
    known = bool(one["known"])
    return known, "/" in period, period.split("/")[-1], period, one["compared_with"]


def _figure(
    one: Mapping[Any, Any], rows: pd.DataFrame, manifest: Mapping[str, Any]
) -> Figure:
    return Figure(
        geography=one["geography"],
        layer=_layer_label(one["geography"], manifest),
        indicator=indicators()[one["indicator"]],
        period=one["period"],
        compared_with=one["compared_with"],
        group=one["group"],
        rows=rows,
    )


def _layer_label(name: str, manifest: Mapping[str, Any]) -> str:
    layer = manifest.get("layers", {}).get(name, {})
    illustrative = "illust" in f"{layer.get('vintage')} {layer.get('note')}".lower()
    label = str(layer.get("label", name.replace("_", " ")))
    return f"{label} (illustrative)" if illustrative else label
