"""Members, residents and venues: what stands at a date, by area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.geography.atlas import Atlas
from geosafety.measures.counted import Counts, counted
from geosafety.pipeline.disclosure.numbers import HiddenNumbers
from geosafety.pipeline.finish import finish, without
from geosafety.pipeline.inputs import Placed
from geosafety.settings import Dataset, Indicator, indicators, weakest

NAMES = ("population", "population_16plus", "population_under25")


@dataclass(frozen=True)
class Stock:
    """One input of a stock in one layer: numbers by area and date.

    Attributes
    ----------
    table
        `area_code, period, n, complete` and the denominators that came with it.
    """

    table: pd.DataFrame
    kind: str
    vintage: str


@dataclass(frozen=True)
class Denominators:
    """Residents by geography and name: the first input listed that has them."""

    by_layer: dict[tuple[str, str], Stock]

    def attach(self, here: Counts, geography: str) -> Counts:
        """Add each denominator to counts, in their row order."""
        found = dict(here.denominators)
        for name in NAMES:
            stock = self.by_layer.get((geography, name))
            if stock is not None and name not in found:
                values = stock.table.set_index("area_code")[name]
                codes = pd.Index(here.table["area_code"].astype("object"))
                found[name] = pd.Series(values.reindex(codes).to_numpy(float))
        return Counts(here.table, found)

    def kind(self, indicator: Indicator, geography: str) -> str:
        """Return the kind of an indicator's denominator ("observed" if it has none)."""
        stock = self.by_layer.get((geography, indicator.denominator))
        return stock.kind if stock else "observed"

    def vintage(self, indicator: Indicator, geography: str) -> str:
        """Return the vintage of an indicator's denominator."""
        stock = self.by_layer.get((geography, indicator.denominator))
        return stock.vintage if stock else ""


def stock_by_layer(placed: Placed, atlas: Atlas, geography: str) -> Stock:
    """Add one input up to the areas of a layer.

    An area is complete when every area that the input should have for it is there.
    """
    data = placed.data
    if data.totals:  # of a raster, summed to every layer from its own cells
        summed = data.totals[geography].rename_axis("area_code").reset_index()
        summed = summed.assign(period="", population=summed["n"])
        return Stock(summed, data.kind, data.denominator_vintage)
    carried = [c for c in NAMES if c in data.rows]
    homes = placed.homes[geography]
    homes = homes.loc[homes["area_code"].notna(), ["place", "area_code", "share"]]
    joined = data.rows.merge(homes, on="place")
    columns = ["n", *carried]
    joined[columns] = joined[columns].mul(joined["share"], axis=0)
    if "period" not in joined:
        joined["period"] = ""
    table = joined.groupby(["area_code", "period"], as_index=False)[columns].sum()
    # Shared-out areas leave sums such as 306404.00000000006.
    table[columns] = table[columns].round(6)
    periods = data.rows["period"].unique() if "period" in data.rows else [""]
    every = pd.MultiIndex.from_product(
        [atlas.layers[geography].areas.index, sorted(periods)],
        names=["area_code", "period"],
    )
    table = table.set_index(["area_code", "period"]).reindex(every).reset_index()
    return Stock(
        table.assign(complete=_complete(placed, atlas, geography, table)),
        data.kind,
        data.denominator_vintage,
    )


def _complete(
    placed: Placed, atlas: Atlas, geography: str, table: pd.DataFrame
) -> np.ndarray:
    """Tell which areas have all their parts in the input."""
    level = placed.level
    if not level or level == geography:
        return np.ones(len(table), dtype=bool)
    known = set(placed.homes[level]["area_code"].dropna())
    up = atlas.lookup(level, geography)["parent"]
    short = set(up[~up.index.isin(known)].dropna())
    whole: np.ndarray = ~table["area_code"].isin(short).to_numpy()
    return whole


def find_denominators(inputs: list[Placed], atlas: Atlas) -> Denominators:
    """Find the residents of every layer, from the first input that reaches it."""
    found: dict[tuple[str, str], Stock] = {}
    for geography in atlas.layers:
        for placed in inputs:
            if not placed.reaches(geography):
                continue
            stock = stock_by_layer(placed, atlas, geography)
            for name in NAMES:
                if name in stock.table and (geography, name) not in found:
                    found[geography, name] = stock
    return Denominators(found)


def population_tables(
    dataset: Dataset, denominators: Denominators, atlas: Atlas
) -> Iterator[pd.DataFrame]:
    """Yield the residents of every layer as indicators."""
    for (geography, name), stock in denominators.by_layer.items():
        indicator = indicators()[name]
        table = stock.table.assign(
            n=stock.table[name], group="all", period=stock.vintage
        )
        whole = Counts(table)
        yield finish(
            counted(indicator, dataset, whole, whole),
            indicator,
            dataset,
            atlas.layers[geography],
            kind=stock.kind,
            vintage=stock.vintage,
        )


def stock_tables(
    dataset: Dataset,
    inputs: list[Placed],
    atlas: Atlas,
    denominators: Denominators,
    hidden: HiddenNumbers | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the indicators of members or venues, layer by layer.

    Where several inputs reach a layer, the one listed first in the project counts.
    """
    force: Counts | None = None
    for geography, layer in atlas.layers.items():
        stock = _first_stock(dataset, inputs, atlas, geography)
        if stock is None:
            continue
        here = _counts(stock, denominators, geography)
        force = force if force is not None else here
        for indicator in indicators().values():
            if indicator.dataset == dataset.name:
                own = indicator.denominator in stock.table
                people = denominators.kind(indicator, geography)
                yield finish(
                    without(counted(indicator, dataset, here, force), hidden, layer),
                    indicator,
                    dataset,
                    layer,
                    kind=stock.kind if own else weakest([stock.kind, people]),
                    vintage=_vintage(stock, denominators, indicator, geography),
                )


def _vintage(
    stock: Stock, denominators: Denominators, indicator: Indicator, geography: str
) -> str:
    """Name the vintage of the denominator: the stock's own, or the population's."""
    if indicator.denominator in stock.table:
        return stock.vintage
    return denominators.vintage(indicator, geography)


def _first_stock(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas, geography: str
) -> Stock | None:
    reaching = [p for p in inputs if p.reaches(geography)]
    if not reaching:
        return None
    if dataset.name == "venues":
        tables = [stock_by_layer(p, atlas, geography) for p in reaching]
        table = pd.concat([t.table for t in tables])
        total = table.groupby(["area_code", "period"], as_index=False)["n"].sum()
        kind = weakest([t.kind for t in tables])
        return Stock(total.fillna({"n": 0.0}).assign(complete=True), kind, "")
    return stock_by_layer(reaching[0], atlas, geography)


def _counts(stock: Stock, denominators: Denominators, geography: str) -> Counts:
    """Make counts of a stock; the denominators that came with it go before others."""
    table = stock.table.assign(group="all", complete=stock.table["complete"])
    own = {name: table[name] for name in NAMES if name in table}
    return denominators.attach(Counts(table, own), geography)
