"""Crimes and stops: months, coverage, periods, and every indicator of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.counted import Counts, counted
from geosafety.measures.harm import Weights, harm
from geosafety.measures.tallies import (
    covered,
    event_periods,
    long_form,
    make_tally,
    month_span,
    placed_rows,
    tally_events,
)
from geosafety.pipeline.disclosure.numbers import HiddenNumbers
from geosafety.pipeline.finish import finish, without
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import Dataset, Indicator, indicators, weakest


@dataclass(frozen=True)
class Coverage:
    """Which borough-months the source covers."""

    months: tuple[str, ...]
    complete: np.ndarray  # boroughs x months
    table: pd.DataFrame

    def of_force(self) -> np.ndarray:
        """By month: whether every borough is covered."""
        return np.asarray(self.complete.all(axis=0))


def event_tables(  # noqa: PLR0913
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    denominators: Denominators,
    weights: Weights | None = None,
    hidden: HiddenNumbers | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the finished tables of one dataset of events, layer by layer.

    Indicators of harm are made where there are weights, and are estimates.
    """
    coverage = find_coverage(dataset, inputs, atlas)
    if coverage is None:
        return
    periods = event_periods(coverage.months, coverage.of_force(), dataset.periods)
    kind = weakest([p.data.kind for p in inputs if _any_placed(p)])
    groups = event_groups(inputs)
    wanted = dataset.geographies or tuple(atlas.layers)
    force = None
    for geography in ["force", *(g for g in wanted if g != "force")]:
        layer = atlas.layers[geography]
        cube = event_cube(inputs, geography, layer.areas.index, coverage.months, groups)
        whole = _area_coverage(atlas, geography, coverage.complete)
        table = long_form(make_tally(cube, whole, layer.areas.index, groups, periods))
        here = denominators.attach(Counts(table), geography)
        force = force or here
        for indicator in indicators().values():
            if indicator.dataset == dataset.name:
                own = "estimated" if indicator.weighted else kind
                made = _measured(indicator, dataset, (here, force), weights)
                yield finish(
                    without(made, hidden, layer),
                    indicator,
                    dataset,
                    layer,
                    kind=weakest([kind, own, denominators.kind(indicator, geography)]),
                    vintage=denominators.vintage(indicator, geography),
                )


def _measured(
    indicator: Indicator,
    dataset: Dataset,
    counts: tuple[Counts, Counts],
    weights: Weights | None,
) -> pd.DataFrame:
    """Compute one indicator from the layer's counts and the Force's."""
    if indicator.measure == "share":  # of stops with an outcome: see `stop_outcomes`
        return pd.DataFrame()
    if not indicator.weighted:
        return counted(indicator, dataset, *counts)
    return pd.DataFrame() if weights is None else harm(indicator, counts[0], weights)


def categories_of(inputs: list[Placed]) -> list[str]:
    """List the categories of the rows of some inputs, in the Force area or not."""
    found = [group for p in inputs for group in p.data.rows["group"].unique()]
    return sorted({str(group).split("=", 1)[-1] for group in found})


def find_coverage(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas
) -> Coverage | None:
    """Find which borough-months are covered; None where no row is in the force area."""
    in_force = [placed_rows(p.data.rows, p.homes["force"])["period"] for p in inputs]
    periods = pd.concat(in_force) if in_force else pd.Series(dtype=str)
    if periods.empty:
        return None
    months = month_span(periods)
    boroughs = atlas.layers["local_authority"].areas.index
    if not dataset.small_area:
        every = np.ones((len(boroughs), len(months)), dtype=bool)
        return Coverage(months, every, pd.DataFrame())
    up = atlas.lookup(dataset.small_area, "local_authority")["parent"].dropna()
    cube = event_cube(
        inputs, dataset.small_area, up.index, months, event_groups(inputs)
    )
    reporting, expected, complete = covered(
        cube.sum(axis=2),
        boroughs.get_indexer(pd.Index(up)),
        below=dataset.incomplete_below,
    )
    table = pd.DataFrame(
        {
            "dataset": dataset.name,
            "local_authority": np.repeat(boroughs, len(months)),
            "period": np.tile(months, len(boroughs)),
            "small_areas": reporting.reshape(-1),
            "expected": np.repeat(expected, len(months)),
            "status": np.where(complete.reshape(-1), "complete", "incomplete"),
        }
    )
    return Coverage(months, complete, table)


def _any_placed(placed: Placed) -> bool:
    return bool(placed.homes["force"]["area_code"].notna().any())


def event_groups(inputs: list[Placed]) -> tuple[str, ...]:
    """List the groups of rows that are in the force area."""
    found = [placed_rows(p.data.rows, p.homes["force"])["group"] for p in inputs]
    return tuple(sorted(set(pd.concat(found).dropna())))


def event_cube(
    inputs: list[Placed],
    geography: str,
    areas: pd.Index,
    months: tuple[str, ...],
    groups: tuple[str, ...],
) -> np.ndarray:
    """Count the rows of all inputs that are in these areas."""
    cube = np.zeros((len(areas), len(months), len(groups)))
    for placed in inputs:
        joined = placed_rows(placed.data.rows, placed.homes[geography])
        known = joined["area_code"].isin(areas) & joined["period"].isin(months)
        known &= joined["group"].isin(groups)
        cube += tally_events(joined[known], areas, months, groups)
    return cube


def _area_coverage(atlas: Atlas, geography: str, complete: np.ndarray) -> np.ndarray:
    """By area and month: covered where every borough that it touches is covered."""
    boroughs = atlas.layers["local_authority"].areas.index
    areas = atlas.layers[geography].areas.index
    member = np.zeros((len(areas), len(boroughs)), dtype=bool)
    small = atlas.lookup("lsoa", "local_authority")["parent"]
    if geography == "local_authority":
        pairs = pd.DataFrame({"area": areas, "borough": areas})
    elif geography == "lsoa":
        pairs = pd.DataFrame({"area": areas, "borough": small.reindex(areas)})
    else:
        own = atlas.lookup("lsoa", geography)["parent"]
        pairs = pd.DataFrame({"area": own, "borough": small.reindex(own.index)})
    pairs = pairs.dropna().drop_duplicates()
    a = areas.get_indexer(pd.Index(pairs["area"]))
    b = boroughs.get_indexer(pd.Index(pairs["borough"]))
    keep = (a >= 0) & (b >= 0)
    member[a[keep], b[keep]] = True
    # An area that holds no small area's centre belongs to the borough around it.
    for row in np.flatnonzero(~member.any(axis=1)):
        home = atlas.lookup(geography, "local_authority")["parent"].iloc[row]
        if home in boroughs:
            member[row, boroughs.get_loc(home)] = True
    gaps = member.astype(int) @ (~complete).astype(int)
    whole: np.ndarray = gaps == 0
    return whole
