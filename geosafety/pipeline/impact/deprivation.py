"""Deprivation by area: the mean rank of residents, and how many live in the worst."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geosafety.errors import InputError
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.finish import finish
from geosafety.pipeline.inputs import Placed
from geosafety.pipeline.stocks import Denominators
from geosafety.settings import Dataset, indicators, weakest

SMALL = "lsoa"
MOST = 1  # the most deprived tenth


def deprivation_tables(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas, people: Denominators
) -> Iterator[pd.DataFrame]:
    """Yield the mean rank and the share in the most deprived tenth, layer by layer.

    A small area that is new since the ranks were made has the rank of the one that it
    was part of; one made of several, their mean. Larger areas take their small areas'
    by residents, as the published summaries by borough do ("average rank", "proportion
    in the most deprived tenth"), except that here residents are counted where the
    official share counts small areas. An area with any small area that is not ranked
    is incomplete.

    Raises
    ------
    InputError
        More than one `[[deprivation]]`.
    """
    if len(inputs) > 1:
        problem = f"The project has {len(inputs)} [[deprivation]] blocks."
        raise InputError(problem, hint="Keep one: their ranks cannot be mixed.")
    stock = people.by_layer.get((SMALL, "population"))
    if not inputs or stock is None:
        return
    small = _by_small_area(inputs[0], atlas)
    known = stock.table.set_index("area_code")["population"]
    small["people"] = known.reindex(small.index).to_numpy(float)
    for geography, layer in atlas.layers.items():
        table = _summed(small, atlas, geography)
        for name in ("deprivation_rank", "deprivation_most"):
            one = table[["area_code", "base", "complete", name, f"{name}_sum"]]
            one = one.rename(columns={name: "value", f"{name}_sum": "numerator"})
            yield finish(
                one.assign(
                    period=inputs[0].data.vintage,
                    compared_with="",
                    group="all",
                    lower=np.nan,
                    upper=np.nan,
                    basis=one["base"],
                ),
                indicators()[name],
                dataset,
                layer,
                kind=weakest([inputs[0].data.kind, stock.kind]),
                vintage=stock.vintage,
            )


def _by_small_area(placed: Placed, atlas: Atlas) -> pd.DataFrame:
    """Return `rank` and `most` (1 in the most deprived tenth) of today's areas."""
    homes = placed.homes[SMALL].dropna(subset="area_code")
    joined = placed.data.rows.merge(homes[["place", "area_code", "share"]], on="place")
    joined["most"] = (joined["decile"] == MOST).astype(float)
    weighed = joined[["rank", "most"]].mul(joined["share"], axis=0)
    sums = weighed.groupby(joined["area_code"]).sum()
    share = joined.groupby("area_code")["share"].sum()
    return sums.div(share, axis=0).reindex(atlas.layers[SMALL].areas.index)


def _summed(small: pd.DataFrame, atlas: Atlas, geography: str) -> pd.DataFrame:
    """Weigh the small areas of each larger one by residents."""
    if geography == SMALL:
        parent = pd.Series(small.index, index=small.index)
    else:
        parent = atlas.lookup(SMALL, geography)["parent"]
    people = small["people"]
    parts = pd.DataFrame(
        {
            "base": people,
            "deprivation_rank_sum": people * small["rank"],
            "deprivation_most_sum": people * small["most"],
            "lacking": (small["rank"].isna() | people.isna()).astype(float),
        }
    )
    sums = parts.groupby(parent).sum().reindex(atlas.layers[geography].areas.index)
    base = sums["base"].where(sums["base"] > 0)
    return (
        sums.assign(
            base=base,
            deprivation_rank=sums["deprivation_rank_sum"] / base,
            deprivation_most=100 * sums["deprivation_most_sum"] / base,
            complete=(sums["lacking"] == 0).to_numpy(),
        )
        .rename_axis("area_code")
        .reset_index()
    )
