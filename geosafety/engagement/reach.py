"""Which areas a venue reaches: by distance, or by a table of travel times."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from geosafety.errors import InputError, nearest

REACH_COLUMNS = ["venue", "area_code", "distance"]


def within_walk(
    areas: pd.DataFrame, venues: pd.DataFrame, *, metres: float, detour: float = 1.0
) -> pd.DataFrame:
    """Find the areas whose middle lies within walking distance of each venue.

    An area counts as a whole, by the one point given for it. A distance of just
    `metres` is within.

    Parameters
    ----------
    areas
        `area_code, x, y`: metres in EPSG:27700, nothing missing.
    venues
        `venue, x, y`, likewise.
    metres
        The walk, above 0.
    detour
        How much longer a walk is than the straight line, 1 or more. With 1 a straight
        line is measured, which is shorter than any street.

    Returns
    -------
    DataFrame
        `venue, area_code, distance`: one row per pair within reach, the distance being
        that of the walk (the straight line times `detour`).

    Raises
    ------
    InputError
        A place has no point, or the distance is none.

    Examples
    --------
    >>> areas = pd.DataFrame({"area_code": ["A", "B"], "x": [0, 900.0], "y": 0.0})
    >>> venues = pd.DataFrame({"venue": ["hall"], "x": [100.0], "y": [0.0]})
    >>> within_walk(areas, venues, metres=500).to_dict("list")
    {'venue': ['hall'], 'area_code': ['A'], 'distance': [100.0]}
    """
    if not (metres > 0 and detour >= 1):
        problem = f"A walk of {metres} m with a detour factor of {detour}."
        raise InputError(problem, hint="The first is above 0, the second 1 or more.")
    points = {"area_code": areas, "venue": venues}
    xy = {name: _points(frame, name) for name, frame in points.items()}
    if areas.empty or venues.empty:
        return pd.DataFrame(columns=REACH_COLUMNS)
    # A hair is added, and cut off again, so that the edge does not hang on rounding.
    near = KDTree(xy["venue"]).sparse_distance_matrix(
        KDTree(xy["area_code"]), metres / detour * (1 + 1e-9), output_type="ndarray"
    )
    found = pd.DataFrame(
        {
            "venue": venues["venue"].to_numpy()[near["i"]],
            "area_code": areas["area_code"].to_numpy()[near["j"]],
            "distance": near["v"] * detour,
        }
    )
    found = found[found["distance"] <= metres * (1 + 1e-9)]
    return found.sort_values(["venue", "area_code"], ignore_index=True)


def _points(frame: pd.DataFrame, name: str) -> np.ndarray:
    xy = frame[["x", "y"]].to_numpy(float)
    lost = ~np.isfinite(xy).all(axis=1)
    if lost.any():
        problem = f"{frame[name].to_numpy()[lost][0]!r} has no point."
        raise InputError(problem, hint="Leave it out, or say where it is.")
    return xy


def by_travel_time(
    table: pd.DataFrame, areas: pd.DataFrame, venues: pd.DataFrame, *, limit: float
) -> pd.DataFrame:
    """Take what venues reach from a table of travel times (or any other cost).

    A pair that the table does not hold is out of reach: routers leave out what is far.

    Parameters
    ----------
    table
        `venue, area_code, distance`, the last in any unit, such as minutes.
    areas, venues
        With `area_code` and `venue`: what the table may speak of.
    limit
        The longest time within reach, in the same unit.

    Returns
    -------
    DataFrame
        As `within_walk`.

    Raises
    ------
    InputError
        The table names an unknown place, holds a pair twice, or a time is missing or
        below 0.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"venue": "hall", "area_code": ["A", "B"], "distance": [12.0, 31.0]}
    ... )
    >>> areas, venues = table[["area_code"]], pd.DataFrame({"venue": ["hall"]})
    >>> by_travel_time(table, areas, venues, limit=20)["area_code"].tolist()
    ['A']
    """
    for name, known in (("venue", venues["venue"]), ("area_code", areas["area_code"])):
        strange = table.loc[~table[name].isin(known), name]
        if len(strange):
            problem = f"The travel times name the {name} {strange.iloc[0]!r}."
            raise InputError(problem, hint=nearest(str(strange.iloc[0]), known))
    cost = table["distance"].astype(float)
    wrong = ~(cost >= 0)
    wrong |= table.duplicated(["venue", "area_code"])
    if wrong.any():
        row = table[wrong].iloc[0]
        problem = (
            f"The travel time from {row['venue']!r} to {row['area_code']!r} is "
            f"{row['distance']}, or stands twice."
        )
        raise InputError(problem, hint="Each pair stands once, with 0 or more.")
    found = table.assign(distance=cost)[REACH_COLUMNS][cost <= limit]
    return found.sort_values(["venue", "area_code"], ignore_index=True)
