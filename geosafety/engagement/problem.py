"""What is asked of a plan, and the tables behind it, checked and put in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geosafety.errors import InputError, MethodError, nearest

MOST, FAIREST, NEAREST, FURTHEST = "most", "fairest", "nearest", "furthest"
BY_DISTANCE = (NEAREST, FURTHEST)
OBJECTIVES = (MOST, FAIREST, *BY_DISTANCE)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a plan.

    Attributes
    ----------
    objective
        `most`: close most of the weighted deficit. `fairest`: the worst-served zone
        first: a person in a zone where twice the share of people is still short counts
        eight times (a zone's loss is the fourth power of its remaining share).
        `nearest`: the least mean distance to the nearest venue, by weighted deficit.
        `furthest`: the least greatest distance. These two take visits, booked and
        excluded venues, and no other wish.
    visits, budget
        At most so many new visits; at most so much cost of new visits (`cost` of the
        venues). At least one of the two is given.
    walk
        How far a venue reaches, in the unit of the reach table (metres or minutes).
    fixed
        Venues where an event is booked already: they come on top of `visits` and
        `budget`, and what they reach is not counted as new.
    excluded
        Venues that are ruled out.
    accessible
        At least so many of the new visits at venues known to be accessible.
    per_zone
        At most so many visits in one zone, booked events included.
    per_venue
        At most so many visits of one venue; more than one makes sense only where a
        venue's capacity is the limit.
    minimums
        By group: at least so much of its deficit closed.
    response_share
        Of the people a venue holds (`capacity`), the share that will answer, 0 to 1.
        Without it nothing is said of responses: a deficit counts as closed when any
        venue of the plan reaches it.
    time_limit
        Seconds for one solution. When they run out, the best plan found is given with
        its gap.
    """

    walk: float
    visits: int | None = None
    budget: float | None = None
    objective: Literal["most", "fairest", "nearest", "furthest"] = "most"
    fixed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    accessible: int = 0
    per_zone: int | None = None
    per_venue: int = 1
    minimums: Mapping[str, float] = field(default_factory=dict)
    response_share: float | None = None
    time_limit: float = 60.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Tables of one plan, in a fixed order, so that row order never changes a plan.

    Attributes
    ----------
    cells
        `area_code, group, deficit, weight, zone`: deficits above 0.
    venues
        Indexed by `venue`, sorted: `name, zone, capacity, cost, accessible, booked`,
        and by group the share of the audience (`mix`, 0 to 1; missing is not known).
    covers
        Venues by cells, true where a venue reaches a cell's area.
    sizes
        By zone: its people, or its weighted deficit where people are not given.
    """

    cells: pd.DataFrame
    venues: pd.DataFrame
    mix: pd.DataFrame
    covers: csr_array
    sizes: pd.Series
    request: Request

    @property
    def value(self) -> np.ndarray:
        """Weighted deficit of every cell."""
        return (self.cells["deficit"] * self.cells["weight"]).to_numpy(float)

    @property
    def in_responses(self) -> bool:
        """Whether venues are limited by whom they can hold."""
        return self.request.response_share is not None


def make_problem(
    need: pd.DataFrame, venues: pd.DataFrame, reach: pd.DataFrame, request: Request
) -> Problem:
    """Check the tables of a plan and put them in order.

    Parameters
    ----------
    need
        `area_code, group, deficit` and, as far as known, `weight` (1), `zone` ("all"),
        `population` (of the area, the same in each of its rows). A deficit of 0 needs
        nothing; a missing one is an error, because missing is not zero.
    venues
        `venue` (a name of its own) and, as far as known, `name`, `zone`, `capacity`,
        `cost` (0), `accessible` (true, false or missing: not known), and audience
        shares by group in per cent: `age=18-24`, or `age=18-24 low` and `... high`,
        whose middle is then taken.
    reach
        `venue, area_code, distance`; what is farther than `request.walk` is dropped.

    Raises
    ------
    InputError
        A table does not fit, or the request names unknown venues or groups.
    MethodError
        The request contradicts itself, or asks for responses without capacities.
    """
    _check_need(need)
    _check_request(request, venues, need)
    cells = need[need["deficit"] > 0].sort_values(["area_code", "group"])
    cells = cells.assign(
        weight=cells.get("weight", 1.0), zone=cells.get("zone", "all")
    ).reset_index(drop=True)
    kept = venues[~venues["venue"].isin(request.excluded)]
    kept = kept.set_index("venue").sort_index()
    near = reach[reach["distance"] <= request.walk]
    known = kept.assign(
        name=kept.get("name", kept.index.to_series()),
        zone=kept.get("zone", "all"),
        capacity=kept.get("capacity", np.nan),
        cost=kept.get("cost", 0.0),
        accessible=kept.get("accessible"),
        booked=kept.index.isin(request.fixed),
    )
    if request.response_share is not None:
        _need_capacity(known)
    return Problem(
        cells=cells[["area_code", "group", "deficit", "weight", "zone"]],
        venues=known,
        mix=audience(known, sorted(cells["group"].unique())),
        covers=_covers(known.index, cells["area_code"], near),
        sizes=_sizes(need),
        request=request,
    )


def audience(venues: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Return the expected share of each group at each venue, 0 to 1.

    A group's own column counts, or else the middle of its low and high; missing where
    neither is known.

    Examples
    --------
    >>> venues = pd.DataFrame({"age=18-24 low": [10.0], "age=18-24 high": [30.0]})
    >>> audience(venues, ["age=18-24"])["age=18-24"].tolist()
    [0.2]
    """
    nothing = pd.Series(np.nan, index=venues.index)
    found = {}
    for group in groups:
        low, high = (venues.get(f"{group} {end}", nothing) for end in ("low", "high"))
        middle = (low.astype(float) + high.astype(float)) / 2
        found[group] = venues.get(group, nothing).astype(float).fillna(middle) / 100
    return pd.DataFrame(found, index=venues.index)


def _covers(venues: pd.Index, areas: pd.Series, reach: pd.DataFrame) -> csr_array:
    """Return venues by cells, 1 where the venue reaches the cell's area."""
    pairs = reach[["venue", "area_code"]].drop_duplicates()
    cell = pd.DataFrame({"area_code": areas, "cell": np.arange(len(areas))})
    found = pairs.merge(cell, on="area_code")
    row = venues.get_indexer(pd.Index(found["venue"]))
    keep = row >= 0
    entries = (np.ones(keep.sum()), (row[keep], found["cell"].to_numpy()[keep]))
    return csr_array(entries, shape=(len(venues), len(areas)))


def _sizes(need: pd.DataFrame) -> pd.Series:
    """Return by zone what its remaining deficit is a share of."""
    zone = need.get("zone", pd.Series("all", index=need.index))
    if "population" in need:
        areas = need.assign(zone=zone).drop_duplicates("area_code")
        return areas.groupby("zone")["population"].sum().astype(float)
    value = need["deficit"] * need.get("weight", 1.0)
    return value.groupby(zone).sum().astype(float)


def _check_need(need: pd.DataFrame) -> None:
    lacking = {"area_code", "group", "deficit"} - set(need.columns)
    if lacking:
        problem = f"The need table has no column {sorted(lacking)[0]!r}."
        raise InputError(problem, hint="It has area_code, group and deficit.")
    numbers = [c for c in ("deficit", "weight", "population") if c in need]
    for name in numbers:
        wrong = ~(need[name].astype(float) >= 0) | np.isinf(need[name].astype(float))
        if wrong.any():
            row = need[wrong].iloc[0]
            problem = f"{row['area_code']}, {row['group']}: the {name} is {row[name]}."
            hint = "It is 0 or more; leave out, and say so, what is not known."
            raise InputError(problem, hint=hint)
    twice = need.duplicated(["area_code", "group"])
    if twice.any():
        row = need[twice].iloc[0]
        problem = f"{row['area_code']}, {row['group']} stands twice in the need table."
        raise InputError(problem, hint="Each area and group stands once.")
    dimensions = sorted(set(need["group"].str.partition("=")[0]))
    if len(dimensions) > 1:
        problem = f"The need table mixes {dimensions[0]!r} and {dimensions[1]!r}."
        hint = "One person stands in both and would count twice: plan one at a time."
        raise InputError(problem, hint=hint)
    if not (need["deficit"] > 0).any():
        problem = "Nobody is short of anything in the need table."
        raise MethodError(problem, hint="There is nothing to plan.")


def _check_request(request: Request, venues: pd.DataFrame, need: pd.DataFrame) -> None:
    if venues["venue"].duplicated().any():
        twice = venues.loc[venues["venue"].duplicated(), "venue"].iloc[0]
        problem = f"The venue {twice!r} stands twice."
        raise InputError(problem, hint="Each venue has a name of its own.")
    for said, names in (("fixed", request.fixed), ("excluded", request.excluded)):
        for name in sorted(set(names) - set(venues["venue"])):
            problem = f"The {said} venue {name!r} is not among the venues."
            raise InputError(problem, hint=nearest(name, venues["venue"]))
    if both := sorted(set(request.fixed) & set(request.excluded)):
        problem = f"{both[0]!r} is both booked and ruled out."
        raise MethodError(problem, hint="Take it out of one of the two.")
    if unknown := sorted(set(request.minimums) - set(need["group"])):
        problem = f"There is a minimum for {unknown[0]!r}, which is no group."
        raise InputError(problem, hint=nearest(unknown[0], need["group"].unique()))
    if request.visits is None and request.budget is None:
        problem = "Neither a number of visits nor a budget is given."
        raise MethodError(problem, hint="Give one of them, or both.")
    if request.objective not in OBJECTIVES:
        problem = f"There is no objective {request.objective!r}."
        raise MethodError(problem, hint=nearest(request.objective, OBJECTIVES))
    if request.objective in BY_DISTANCE:
        _check_by_distance(request)
    share = request.response_share
    wrong = share is not None and not 0 < share <= 1
    counts = [request.visits, request.budget, request.accessible, request.per_zone]
    if wrong or any(n is not None and n < 0 for n in counts) or request.per_venue < 1:
        problem = "A number of the request is out of its range."
        hint = "Counts are 0 or more, visits of one venue 1 or more, shares 0 to 1."
        raise MethodError(problem, hint=hint)
    if request.budget is not None and not _has_costs(venues):
        problem = "There is a budget, and venues whose cost is not known."
        raise InputError(problem, hint="Give every venue a cost (0 is free).")


def _check_by_distance(request: Request) -> None:
    """Refuse what a plan by distance alone cannot keep."""
    wishes = {
        "a budget": request.budget is not None,
        "a number of accessible venues": request.accessible > 0,
        "a most per zone": request.per_zone is not None,
        "several visits of one venue": request.per_venue > 1,
        "a minimum for a group": bool(request.minimums),
        "a response share (capacities)": request.response_share is not None,
    }
    if asked := [wish for wish, is_asked in wishes.items() if is_asked]:
        problem = f"The objective {request.objective!r} cannot keep {asked[0]}."
        hint = "Leave it out, or choose the objective most or fairest."
        raise MethodError(problem, hint=hint)
    if not request.visits:
        problem = f"The objective {request.objective!r} needs a number of visits."
        raise MethodError(problem, hint="Ask for one visit or more.")


def _has_costs(venues: pd.DataFrame) -> bool:
    return "cost" in venues and bool(venues["cost"].notna().all())


def _need_capacity(venues: pd.DataFrame) -> None:
    unknown = venues[~(venues["capacity"].astype(float) >= 0)]
    if len(unknown):
        problem = (
            f"{len(unknown)} of {len(venues)} venues have no capacity, "
            f"such as {unknown['name'].iloc[0]!r}."
        )
        hint = "Leave out the response share to count people within reach instead."
        raise InputError(problem, hint=hint)
