"""What a plan would reach with one venue in the place of another, nothing else new."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.engagement.model import make_model
from geosafety.engagement.planner import Plan
from geosafety.engagement.solver import keeps
from geosafety.errors import MethodError

COLUMNS = ["gone", "instead", "closed", "change", "keeps"]


def swaps(made: Plan) -> pd.DataFrame:
    """Put every other venue in the place of every pick, one at a time.

    Nothing is planned anew: the other picks stay where they are.

    Parameters
    ----------
    made
        A plan without capacities: an area counts as a whole, whoever reaches it.

    Returns
    -------
    DataFrame
        `gone, instead`: the pick that falls out and the venue that takes its place
        (`venue` of both); `closed`: weighted deficit that the new visits then close;
        `change`: that less what the plan closes, below 0 where the swap loses;
        `keeps`: whether all that was asked of the plan still holds. Venues of the plan,
        booked and ruled-out ones are not among those put in.

    Raises
    ------
    MethodError
        The plan counts responses by capacity.

    Examples
    --------
    >>> from geosafety.engagement.planner import plan
    >>> from geosafety.engagement.problem import Request
    >>> need = pd.DataFrame(
    ...     {"area_code": ["A", "B"], "group": "all", "deficit": [10, 30]}
    ... )
    >>> venues = pd.DataFrame({"venue": ["hall", "library"]})
    >>> reach = pd.DataFrame(
    ...     {"venue": ["hall", "library"], "area_code": ["A", "B"], "distance": 1.0}
    ... )
    >>> swaps(plan(need, venues, reach, Request(walk=1, visits=1))).values.tolist()
    [['library', 'hall', 10.0, -20.0, True]]
    """
    problem = made.problem
    if problem.in_responses:
        text = "Swaps are told of plans without capacities only."
        raise MethodError(text, hint="Leave out the response share.")
    model = make_model(problem)
    keys = problem.venues.index
    booked = problem.venues["booked"].to_numpy(bool)
    picked = keys.isin(made.picks["venue"]) | booked
    rows = []
    for gone in made.picks["venue"]:
        stay = picked & (keys != gone)
        known = _reached(made, stay)
        closed = float(problem.value[known & ~_reached(made, booked)].sum())
        more = problem.covers @ (problem.value * ~known)
        for at in np.flatnonzero(~picked).tolist():
            trial = np.where(keys == keys[at], 1, stay).astype(int)
            fits = keeps(model, trial)
            rows.append((gone, keys[at], closed + float(more[at]), fits))
    table = pd.DataFrame(rows, columns=["gone", "instead", "closed", "keeps"])
    return table.assign(change=table["closed"] - made.closed)[COLUMNS]


def _reached(made: Plan, venues: np.ndarray) -> np.ndarray:
    """Tell which cells some of the venues reach."""
    found: np.ndarray = (made.problem.covers.T @ venues.astype(int)) > 0
    return found
