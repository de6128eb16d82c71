"""Events on small areas by covered month: what the pattern steps work on.

Months that the source does not cover are left out, never taken for zero.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas, Layer
from geosafety.measures.tallies import ALL
from geosafety.pipeline.events import Coverage, event_cube, event_groups
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.patterns.jitter import Moved, moved_counts
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import Dataset, weakest

if TYPE_CHECKING:
    from libpysal.graph import Graph

Result = TypeVar("Result")

# The false discovery rate of every map, and the level of every trend.
ALPHA = 0.05


@dataclass(frozen=True)
class Events:
    """Monthly counts of one dataset in one layer, and who lives there.

    Attributes
    ----------
    cube
        Counts by area, covered month and group; the first group is `all`.
    months
        The covered months, in order.
    base
        Residents by area code.
    inputs
        What was counted, to move its points.
    """

    dataset: Dataset
    layer: Layer
    cube: np.ndarray
    months: tuple[str, ...]
    groups: tuple[str, ...]
    base: pd.Series
    kind: str
    seed: int
    inputs: tuple[Placed, ...] = ()

    @property
    def indicator(self) -> str:
        """The indicator whose pattern is tested."""
        return f"{self.dataset.name}_rate"

    @cached_property
    def graphs(self) -> dict[str, Graph]:
        """Neighbours of every kind, by kind."""
        from geosafety.spatial.stability import all_graphs

        return all_graphs(self.layer.areas)

    @cached_property
    def moved(self) -> Moved:
        """Counts of the last year with snapped points put down anew."""
        return moved_counts(
            self.inputs,
            self.layer,
            self.counts(self.last_year),
            self.last_year,
            seed=self.seed,
        )

    @property
    def graph(self) -> Graph:
        """Queen neighbours: what is mapped. The other kinds only judge stability."""
        return self.graphs["queen"]

    @property
    def tested(self) -> tuple[str, ...]:
        """The groups to test: every category on the smallest areas, else all crime."""
        finest = self.layer.name == self.dataset.small_area
        groups = self.groups if finest else self.groups[:1]
        seen = self.counts(self.last_year)
        return tuple(group for group in groups if seen[group].any())

    @property
    def period(self) -> str:
        """The covered months that are tested together: the latest twelve, or all."""
        return f"{self.last_year[0]}/{self.last_year[-1]}"

    @property
    def last_year(self) -> tuple[str, ...]:
        """The latest twelve covered months."""
        return self.months[-12:]

    def counts(self, months: tuple[str, ...]) -> pd.DataFrame:
        """Add some months up: counts by area code and group."""
        wanted = [self.months.index(m) for m in months]
        n = self.cube[:, wanted].sum(axis=1).round(6)
        return pd.DataFrame(n, index=self.layer.areas.index, columns=self.groups)

    def rates(self, counts: pd.DataFrame) -> pd.DataFrame:
        """Rates per 1,000 residents; missing where nobody lives."""
        base = self.base.where(self.base > 0)
        return counts.mul(1000.0).div(base, axis=0)


def monthly_events(  # noqa: PLR0913
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    denominators: Denominators,
    coverage: Coverage,
    geography: str,
    seed: int,
) -> Events | None:
    """Count the covered months of one layer; None without residents or months."""
    stock = denominators.by_layer.get((geography, "population"))
    layer = atlas.layers[geography]
    covered = coverage.of_force()
    if stock is None or not covered.any():
        return None
    groups = event_groups(inputs)
    cube = event_cube(inputs, geography, layer.areas.index, coverage.months, groups)
    cube = cube[:, covered]
    whole = np.concatenate([cube.sum(axis=2, keepdims=True), cube], axis=2)
    base = stock.table.set_index("area_code")["population"].reindex(layer.areas.index)
    return Events(
        dataset=dataset,
        layer=layer,
        cube=whole,
        months=tuple(np.array(coverage.months)[covered]),
        groups=(ALL, *groups),
        base=base,
        kind=weakest([stock.kind, *(p.data.kind for p in inputs)]),
        seed=seed,
        inputs=tuple(inputs),
    )


def for_each_group(events: Events, work: Callable[[str], Result]) -> dict[str, Result]:
    """Do the same work for every tested group, on all cores.

    Each group's work has its own seeded draws, so the answer is the same on any number
    of cores; sorting, which takes most of the time, runs beside other threads.
    """
    with ThreadPoolExecutor() as pool:
        return dict(zip(events.tested, pool.map(work, events.tested), strict=True))


def row_keys(events: Events, group: str) -> dict[str, str]:
    """Return the keys that every row about these events carries."""
    return {
        "geography": events.layer.name,
        "period": events.period,
        "indicator": events.indicator,
        "group": group,
        "kind": events.kind,
    }
