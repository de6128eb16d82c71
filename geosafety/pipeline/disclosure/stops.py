"""Decide which numbers of stops are hidden: by area and period, and by who was stopped.

Stops by month are told in total; how they were made, and of whom, by longer periods
below the Force. What came of stops is an answer, not a group: it is hidden with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from geosafety.disclosure.board import Board
from geosafety.disclosure.decide import decide
from geosafety.disclosure.primary import Policy
from geosafety.geography.atlas import Atlas
from geosafety.measures.crosstabs import ground
from geosafety.pipeline.disclosure.numbers import HiddenNumbers, policy_of
from geosafety.pipeline.inputs import Placed
from geosafety.settings import Dataset

ALL, FORCE = "all", "force"
FIRM = (FORCE, "local_authority", "npu")
# A number of so many stops is not hidden for the sake of a small one.
LARGE = 100
AT = "\n"  # stands between a period and a group in the name of a part
Ranges = dict[str, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class _Stops:
    """Stops by patch of ground: `rows` has `patch, month` and the groups of each."""

    layers: dict[str, csr_array]
    rows: pd.DataFrame

    def count(self, column: np.ndarray, many: int) -> np.ndarray:
        """Count by patch and number, 0 to under `many`; below 0 is left out."""
        patches = self.layers[FORCE].shape[1]
        kept = column >= 0
        cell = self.rows["patch"].to_numpy()[kept] * many + column[kept]
        n = np.bincount(cell, self.rows["n"].to_numpy()[kept], patches * many)
        return n.reshape(patches, many)


def hide_stops(
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    months: tuple[str, ...],
    periods: Ranges,
) -> HiddenNumbers:
    """Decide what is hidden of a dataset of events in which each is a person.

    Parameters
    ----------
    months, periods
        Every month, in order; and the periods that are reported, each with its first
        and last month's number.
    """
    if not months or not dataset.suppress_below:
        return HiddenNumbers()
    names = [g for g in (dataset.geographies or atlas.layers) if g in atlas.layers]
    areas = {name: atlas.layers[name].areas.index for name in names}
    stops = _stops(inputs, areas, months)
    ranges = {name: ends for name, ends in periods.items() if ends[0] < ends[1]}
    policy = policy_of(dataset)
    made: dict[tuple[str, str, str], np.ndarray] = {}
    reports = []
    for board, dimension in _boards(stops, (periods, ranges), made, dataset):
        found = decide(board, policy, rounds=dataset.protect_rounds)
        for (layer, part), out in found.hidden.items():
            period, _, group = part.partition(AT)
            made[layer, period, group] = out
        reports.append(found.report.assign(dimension=dimension))
    reports.append(_groups_not_told(made, stops, periods, dataset))
    report = pd.concat(reports, ignore_index=True)
    span = f"{months[0]}/{months[-1]}"
    about = {"dataset": dataset.name, "period": span, "people": "stops", "role": ""}
    return HiddenNumbers(made, report.assign(**about))


def _stops(
    inputs: list[Placed], areas: dict[str, pd.Index], months: tuple[str, ...]
) -> _Stops:
    """Put the stops of all inputs on patches of ground."""
    parts, tables = [], []
    before = 0
    for placed in inputs:
        rows = placed.data.rows.reset_index(drop=True)
        found = ground(rows.assign(respondent=0), placed.homes, areas)
        month = pd.Index(months).get_indexer(pd.Index(rows["period"]))
        columns = {"patch": found.patch + before, "month": month, "n": rows["n"]}
        columns |= {"type": rows["group"].astype(str)}
        if "ethnicity" in rows:
            columns["ethnicity"] = "ethnicity=" + rows["ethnicity"].astype(str)
        table = pd.DataFrame(columns)
        parts.append(found.layers)
        tables.append(table[table["month"] >= 0])
        before += found.patches
    layers = {name: csr_array(hstack([part[name] for part in parts])) for name in areas}
    return _Stops(layers, pd.concat(tables, ignore_index=True))


def _boards(
    stops: _Stops,
    times: tuple[Ranges, Ranges],
    made: dict[tuple[str, str, str], np.ndarray],
    dataset: Dataset,
) -> Iterator[tuple[Board, str]]:
    """Yield boards, each after what is decided on those before it is in `made`."""
    periods, ranges = times
    yield _by_month(stops, periods, ranges, policy_of(dataset)), ""
    yield _by_group(stops, "", ranges, made), ""
    told = {name: stops.layers[name] for name in _told(stops, dataset)}
    for dimension in ("type", "ethnicity"):
        if dimension in stops.rows:
            some = _Stops(told, stops.rows)
            yield _by_group(some, dimension, ranges, made), dimension


def _told(stops: _Stops, dataset: Dataset) -> list[str]:
    """List the layers in which groups are told apart; all, where none are named."""
    named = dataset.by_geographies or tuple(stops.layers)
    return [layer for layer in stops.layers if layer in named]


def _by_month(stops: _Stops, periods: Ranges, ranges: Ranges, policy: Policy) -> Board:
    """Lay out all stops by month, and the longer periods that months add up to.

    Where the months of a layer will be hidden as a whole, its longer periods are left
    to the next board: they say nothing of anybody's months.
    """
    many = 1 + max(last for _, last in periods.values())
    at = np.arange(many)
    parts = {
        name + AT + ALL: ((at >= a) & (at <= b)).astype(float)
        for name, (a, b) in periods.items()
    }
    people = stops.count(stops.rows["month"].to_numpy(), many)
    told = []
    for layer, table in stops.layers.items():
        n = table @ people
        small = (n > 0) & (n < policy.suppress_below)
        if small.sum() <= policy.layer_share * (n > 0).sum():
            told.append(layer)
    firm = {
        (layer, name + AT + ALL): np.ones(stops.layers[layer].shape[0], dtype=bool)
        for layer in FIRM
        if layer in told
        for name in ranges
    }
    return Board(
        stops.layers,
        people,
        parts,
        firm=firm,
        elsewhere=tuple(name + AT + ALL for name in ranges),
        rough=True,
        printed={name + AT + ALL: tuple(told) for name in ranges},
    )


def _by_group(
    stops: _Stops,
    dimension: str,
    ranges: Ranges,
    made: dict[tuple[str, str, str], np.ndarray],
) -> Board:
    """Lay out stops by group and longer period; months between two ends are one."""
    groups = sorted(stops.rows[dimension].dropna().unique()) if dimension else [ALL]
    ends = sorted(
        {0} | {a for a, _ in ranges.values()} | {b + 1 for _, b in ranges.values()}
    )
    spans = len(ends)
    span = np.searchsorted(ends, stops.rows["month"].to_numpy(), side="right") - 1
    group = np.zeros(len(span), dtype=int)
    if dimension:
        group = pd.Index(groups).get_indexer(pd.Index(stops.rows[dimension]))
    column = np.where(group < 0, -1, span * len(groups) + group)
    people = stops.count(column, spans * len(groups))
    parts, hidden, firm, batch = {}, {}, {}, {}
    for name, (a, b) in ranges.items():
        inside = np.array([a <= first <= b for first in ends], dtype=float)
        for at, option in enumerate([ALL, *groups] if dimension else [ALL]):
            one = np.eye(len(groups))[at - 1] if at else np.ones(len(groups))
            part = name + AT + option
            parts[part] = np.kron(inside, one)
            batch[part] = name
            for layer in stops.layers:
                nobody = np.zeros(stops.layers[layer].shape[0], dtype=bool)
                out = made.get((layer, name, ALL), nobody)
                hidden[layer, part] = out.copy()
                whole = at == 0 and (bool(dimension) or layer in FIRM)
                firm[layer, part] = ~out & whole
            for layer in FIRM if at else ():
                n = stops.layers[layer] @ (people @ parts[part])
                firm[layer, part] = (n >= LARGE) & ~hidden[layer, part]
    return Board(
        stops.layers,
        people,
        parts,
        hidden=hidden,
        firm=firm,
        elsewhere=tuple(p for p in parts if dimension and p.endswith(AT + ALL)),
        rough=True,
        free=tuple(part for part in parts if part.endswith("=not stated")),
        batch=batch,
    )


def _groups_not_told(
    made: dict[tuple[str, str, str], np.ndarray],
    stops: _Stops,
    periods: Ranges,
    dataset: Dataset,
) -> pd.DataFrame:
    """Hide the groups of months below the Force, and those of too small areas."""
    told = _told(stops, dataset)
    month = stops.rows["month"].to_numpy()
    rows = []
    for name in (n for n in ("type", "ethnicity") if n in stops.rows):
        # Who was stopped is counted by longer periods alone.
        spans = {p: e for p, e in periods.items() if name == "type" or e[0] < e[1]}
        whole = dict.fromkeys(stops.layers, 0)
        for group in stops.rows[name].dropna().unique():
            of_group = (stops.rows[name] == group).to_numpy()
            for period, (first, last) in spans.items():
                inside = of_group & (month >= first) & (month <= last)
                n = stops.count(np.where(inside, 0, -1), 1)
                for layer, table in stops.layers.items():
                    if (first == last and layer != FORCE) or layer not in told:
                        made[layer, period, group] = np.ones(len(table @ n), dtype=bool)
                        whole[layer] += int(((table @ n) > 0).sum())
        rows += [
            {"geography": layer, "cells": cells, "whole": cells, "dimension": name}
            for layer, cells in whole.items()
            if cells
        ]
    numbers = {"primary": 0, "secondary": 0, "short": 0, "remainders": 0, "gap": 0.0}
    return pd.DataFrame(rows).assign(**numbers, proved=True, width=np.nan)
