"""Risk from two surfaces: events over residents, where enough people live to say."""

from __future__ import annotations

import math

import numpy as np

from geosafety.errors import MethodError
from geosafety.spatial.grid import Grid, check_shape


def dual_density(
    events_surface: np.ndarray, population_surface: np.ndarray, *, floor: float
) -> np.ndarray:
    """Divide events by residents: the risk, where enough people live to say.

    Parameters
    ----------
    events_surface, population_surface
        Per square kilometre, on one grid, and smoothed alike.
    floor
        Residents per square kilometre below which the risk is missing, not 0: in parks
        and on motorways few residents make any number of events look huge.

    Returns
    -------
    ndarray
        Events per 1,000 residents; NaN below the floor or where either is missing.

    Raises
    ------
    MethodError
        The shapes differ, or the floor is not above 0.

    Examples
    --------
    >>> dual_density(np.array([[8.0, 8.0]]), np.array([[4000.0, 3.0]]), floor=100)
    array([[ 2., nan]])
    """
    if np.shape(events_surface) != np.shape(population_surface):
        shapes = f"{np.shape(events_surface)} and {np.shape(population_surface)}"
        problem = f"The surfaces have shapes {shapes}."
        raise MethodError(problem, hint="Make both on the same grid.")
    if not (math.isfinite(floor) and floor > 0):
        problem = f"The floor is {floor}."
        raise MethodError(problem, hint="Give residents per square km, above 0.")
    risk = np.full(np.shape(events_surface), np.nan)
    enough = np.asarray(population_surface) >= floor
    np.divide(events_surface, population_surface, out=risk, where=enough)
    return risk * 1000


def surface_words(surface: np.ndarray, grid: Grid, *, what: str) -> str:
    """Say in a sentence where a surface is densest.

    Examples
    --------
    >>> surface_words(np.array([[1.0, 3]]), Grid(4e5, 3e5, 100, 2, 1), what="crimes")
    'crimes are densest near easting 400150, northing 299950: 3 per square kilometre, \
1.5 times the average of this map. It shows where they were recorded, not why.'
    """
    check_shape(surface, grid)
    if not np.nansum(surface) > 0:
        return f"There are no {what} on this map."
    row, column = np.unravel_index(np.nanargmax(surface), grid.shape)
    x, y = grid.centres()
    top = float(surface[row, column])
    return (
        f"{what} are densest near easting {x[column]:.0f}, northing {y[row]:.0f}: "
        f"{top:,.0f} per square kilometre, {top / np.nanmean(surface):.1f} times the "
        "average of this map. It shows where they were recorded, not why."
    )
