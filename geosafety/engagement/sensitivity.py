"""How much a plan hangs on what nobody knows exactly: distances and audiences."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geosafety.engagement.model import make_model
from geosafety.engagement.planner import without_idle
from geosafety.engagement.problem import Request, audience, make_problem
from geosafety.engagement.solver import solve

ROBUST = 0.8  # a pick kept in at least this share of runs
SCALES = (0.8, 1.2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensitivity:
    """What became of a plan when its assumptions were drawn anew.

    Attributes
    ----------
    venues
        `venue, kept` (share of runs, 0 to 1), `word` (`robust` or `depends`): every
        venue that was in any run's plan, the most often kept first.
    runs, low, high
        How many runs, and the range of the walk they were drawn from.
    mixes
        Whether audience shares were drawn too.
    """

    venues: pd.DataFrame
    runs: int
    low: float
    high: float
    mixes: bool


def sensitivity(
    need: pd.DataFrame,
    venues: pd.DataFrame,
    reach: pd.DataFrame,
    request: Request,
    *,
    runs: int = 30,
    seed: int,
) -> Sensitivity:
    """Plan anew with other walks and audiences; count how often each pick stays.

    Each run draws one walk, evenly from 0.8 to 1.2 times `request.walk`, and each
    venue's share of each group, evenly between its low and its high where the venues
    give both. The draws differ by run, and are the same for the same seed.

    Parameters
    ----------
    need, venues, reach, request
        As `plan` takes them; `reach` must go as far as 1.2 times the walk, or it is
        no farther than it goes.
    runs
        How many.
    seed
        For the draws.

    Returns
    -------
    Sensitivity
        Booked events are not counted: they stay in every run.

    Examples
    --------
    >>> need = pd.DataFrame(
    ...     {"area_code": ["A", "B"], "group": "all", "deficit": [9, 8]}
    ... )
    >>> venues = pd.DataFrame({"venue": ["hall", "library"]})
    >>> reach = pd.DataFrame(
    ...     {"venue": ["hall", "library"], "area_code": ["A", "B"],
    ...      "distance": [100.0, 50.0]}
    ... )
    >>> request = Request(walk=100, visits=1)
    >>> found = sensitivity(need, venues, reach, request, seed=1)
    >>> found.venues["kept"].round(1).tolist()
    [0.5, 0.5]
    """
    rng = np.random.default_rng(seed)
    kept: dict[str, int] = {}
    mixes = False
    for _ in range(runs):
        walk = request.walk * rng.uniform(*SCALES)
        drawn, changed = _drawn_mix(venues, sorted(need["group"].unique()), rng)
        mixes = mixes or changed
        problem = make_problem(need, drawn, reach, replace(request, walk=walk))
        model = make_model(problem)
        visits = without_idle(model, solve(model).visits)
        chosen = problem.venues.index[visits > model.least]
        for venue in chosen:
            kept[str(venue)] = kept.get(str(venue), 0) + 1
    share = pd.Series(kept, dtype=float).div(max(runs, 1))
    table = share.rename_axis("venue").reset_index(name="kept")
    table = table.sort_values(["kept", "venue"], ascending=[False, True])
    table["word"] = np.where(table["kept"] >= ROBUST, "robust", "depends")
    return Sensitivity(
        venues=table.reset_index(drop=True),
        runs=runs,
        low=SCALES[0] * request.walk,
        high=SCALES[1] * request.walk,
        mixes=mixes,
    )


def _drawn_mix(
    venues: pd.DataFrame, groups: list[str], rng: np.random.Generator
) -> tuple[pd.DataFrame, bool]:
    """Draw each venue's audience shares where a range is known."""
    columns = {}
    for group in groups:
        ends = [f"{group} low", f"{group} high"]
        if not set(ends) <= set(venues):
            continue
        low, high = (venues[end].to_numpy(float) for end in ends)
        between = low + (high - low) * rng.uniform(size=len(venues))
        middle = 100 * audience(venues, [group])[group].to_numpy(float)
        columns[group] = np.where(np.isfinite(between), between, middle)
    return venues.assign(**columns), bool(columns)
