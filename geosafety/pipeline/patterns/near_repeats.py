"""Whether events close in place come close in time: inputs that know their day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.pipeline.inputs import Placed
from geosafety.settings import FORCE_CODE, Dataset, weakest

PERMUTATIONS = 499  # a p-value to 0.002, in a second for a year of stops
# More near pairs than this take longer than the rest of a build: fewer events are used.
MOST_PAIRS = 1_000_000
MONTHS_ONLY = (
    "Not tested: these events know only their month, and a near repeat is a matter of "
    "days. police.uk gives crimes by month only."
)


def near_repeats(
    dataset: Dataset, inputs: list[Placed], *, seed: int
) -> pd.DataFrame | None:
    """Count pairs of events near in place and time in the whole Force area (Knox).

    Rows of one place and one minute are one occasion, and count once: people who are
    searched together are no repeat. Only counts of pairs leave this step; those from 1
    to under `dataset.suppress_below` are hidden with all that is made of them.

    Returns
    -------
    DataFrame
        Rows for the `near_repeat` table: one a band of distance and of days
        (`dataset.near_metres`, `dataset.near_days`), or one that says why not. None
        where there is nothing to ask: no bands, or no events in the Force area.
    """
    here = [placed for placed in inputs if _in_force(placed).any()]
    if not dataset.near_metres or not here:
        return None
    keys = {
        "geography": "force",
        "area_code": FORCE_CODE,
        "indicator": f"{dataset.name}_count",
        "group": "all",
        "kind": weakest([placed.data.kind for placed in here]),
    }
    dated = [placed for placed in here if "when" in placed.data.rows]
    events = _occasions(dated)
    if len(events) < 2:
        words = MONTHS_ONLY if not dated else "Not tested: too few events have a point."
        return pd.DataFrame([{"status": "not available", "words": words} | keys])
    keys["period"] = f"{events['period'].min()}/{events['period'].max()}"
    return _tested(dataset, events, seed).assign(**keys)


def _in_force(placed: Placed) -> pd.Series:
    """By place number: whether it lies in the Force area."""
    home = placed.homes["force"].set_index("place")["area_code"]
    return home[~home.index.duplicated()].notna()


def _occasions(inputs: list[Placed]) -> pd.DataFrame:
    """List the distinct places and minutes in the Force area that have a point."""
    columns = ["x", "y", "when", "period"]
    found = [pd.DataFrame(columns=columns), *(_of_one(placed) for placed in inputs)]
    some = [part for part in found if len(part)] or found[:1]
    whole = pd.concat(some, ignore_index=True).drop_duplicates(["x", "y", "when"])
    return whole.sort_values(["when", "x", "y"], ignore_index=True)


def _of_one(placed: Placed) -> pd.DataFrame:
    point = placed.places[["x", "y"]]
    inside = _in_force(placed).reindex(point.index, fill_value=False)
    point = point[inside & point["x"].notna()]
    rows = placed.data.rows
    rows = rows[rows["place"].isin(point.index)]
    where = point.reindex(rows["place"].to_numpy()).set_index(rows.index)
    return where.assign(when=rows["when"], period=rows["period"])


def _tested(dataset: Dataset, events: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Make the table of one set of occasions, or say why there is none."""
    from geosafety.spatial.near_repeat import knox

    used = _few_enough(events, dataset.near_metres[-1], seed)
    try:
        table = knox(
            used["x"].to_numpy(float),
            used["y"].to_numpy(float),
            used["when"].str[:10].to_numpy(),
            distances=dataset.near_metres,
            days=dataset.near_days,
            permutations=PERMUTATIONS,
            seed=seed,
        )
    except MethodError as refused:
        words = f"Not tested: {refused.problem}"
        return pd.DataFrame([{"status": "not available", "words": words}])
    hidden = _hidden(table, dataset.suppress_below)
    return hidden.assign(
        events=len(used), of_events=len(events), permutations=PERMUTATIONS, seed=seed
    )


def _few_enough(events: pd.DataFrame, reach: float, seed: int) -> pd.DataFrame:
    """Draw events at random where all of them would make too many pairs.

    Fewer events thin every cell alike, so that the ratios stay what they are.
    """
    from geosafety.spatial.near_repeat import near_pairs

    x, y = (events[c].to_numpy(float) for c in ("x", "y"))
    found = near_pairs(x, y, reach)
    if found <= MOST_PAIRS:
        return events
    keep = int(len(events) * np.sqrt(MOST_PAIRS / found))
    return events.sample(keep, random_state=seed).sort_index()


def _hidden(table: pd.DataFrame, below: int) -> pd.DataFrame:
    """Hide the small counts, and all that would give them away."""
    small = (table["pairs"] > 0) & (table["pairs"] < below)
    numbers = ["pairs", "expected", "ratio", "p_value"]
    table = table.astype(dict.fromkeys(numbers, "float64"))
    table.loc[small, numbers] = np.nan
    table.loc[small, "words"] = f"Fewer than {below} pairs: not shown."
    none = table["ratio"].isna() & ~small
    status = np.select([small, none], ["suppressed", "not available"], "ok")
    return table.assign(status=status)


def near_repeat_tables(
    policy: dict[str, Dataset], inputs: list[Placed], *, seed: int
) -> Iterator[pd.DataFrame]:
    """Yield the near-repeat rows of every dataset of events."""
    for dataset in policy.values():
        mine = [placed for placed in inputs if placed.data.dataset == dataset.name]
        table = near_repeats(dataset, mine, seed=seed)
        if table is not None:
            yield table
