"""List what can be worked out of published tables, and how."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack

from geosafety.disclosure.attack import ranges
from geosafety.disclosure.layout import KEY, TOLERANCE, Tables
from geosafety.disclosure.primary import Policy, small_remainders
from geosafety.disclosure.reader import seen

HIDDEN, REMAINDER = "hidden cell", "remainder"
COLUMNS = [*KEY, "what", "lower", "upper", "exact", "how"]
SHOWN_TERMS = 6  # of a sum, in words


def leaks(tables: Tables, policy: Policy) -> pd.DataFrame:
    """Attack tables, and list every number that too much can be said of.

    Returns
    -------
    DataFrame
        `geography, area_code, part`; `what`: a hidden cell, or a remainder (a small
        group that nobody printed, but that subtracting printed numbers tells of; it
        stands under the area that it is a part of); `lower` and `upper`, the least and
        the most it can be; `exact`, where they are the same; `how` it is worked out.

    Raises
    ------
    MethodError
        The tables contradict one another.

    Examples
    --------
    >>> from geosafety.disclosure.layout import lay_out
    >>> pieces = pd.DataFrame({"npu": ["BE", "BE"], "impact_area": ["IA-BE-1", None]})
    >>> cells = pd.DataFrame(
    ...     {
    ...         "geography": ["npu", "impact_area"],
    ...         "area_code": ["BE", "IA-BE-1"],
    ...         "part": "all",
    ...         "count": [31, 28],
    ...     }
    ... )
    >>> leaks(lay_out(cells, pieces), Policy())["how"].item()
    'npu BE (31) - impact_area IA-BE-1 (28) = 3'
    """
    groups = small_remainders(tables, policy)
    hidden = np.flatnonzero(tables.hidden)
    cells = tables.cells[KEY]
    labels = pd.concat(
        [
            cells.iloc[hidden].assign(what=HIDDEN),
            cells.iloc[groups.table["outer"].astype(int)].assign(what=REMAINDER),
        ],
        ignore_index=True,
    )
    sums = csr_array(vstack([tables.sums[hidden], groups.sums]))
    if not len(labels):
        return pd.DataFrame(columns=COLUMNS)
    found = ranges(seen(tables), sums, policy.width)
    narrow = sorted(found.pull_up)
    lower, upper = found.lower[narrow], found.upper[narrow]
    how = [
        explain(tables, sums[[at]], (found.lower[at], found.upper[at])) for at in narrow
    ]
    table = labels.iloc[narrow].assign(lower=lower, upper=upper, how=how)
    table["exact"] = table["upper"] - table["lower"] < TOLERANCE
    return table[COLUMNS].reset_index(drop=True)


def explain(tables: Tables, target: csr_array, ends: tuple[float, float]) -> str:
    """Say which printed cells add up to, or hem in, a sum of unknowns.

    Of all ways to the same result, the one with the fewest and smallest steps.

    Parameters
    ----------
    target
        One row.
    ends
        The least and the most that it can be.
    """
    least, most = ends
    above, exact = _combination(tables, target)
    if exact and most - least < TOLERANCE:
        return f"{_words(tables, above)} = {most:g}"
    below, _ = _combination(tables, -target)
    said = f"at most {_words(tables, above)} = {most:g}"
    if (np.abs(below[~tables.hidden]) > TOLERANCE).any() and least > TOLERANCE:
        said += f"; at least {_words(tables, -below)} = {least:g}"
    return said


def _combination(tables: Tables, target: csr_array) -> tuple[np.ndarray, bool]:
    """Find how often each cell goes into the tightest upper bound of a target.

    Every unknown must count in the combination at least as often as in the target; a
    hidden cell may only be taken off, at the least it can be. The second answer is
    whether every unknown counts exactly as often.
    """
    hidden, least = tables.hidden, tables.cells["least"].to_numpy(float)
    usable = ~hidden | np.isfinite(least)
    sums = tables.sums[usable]
    value = np.where(hidden, least, tables.count)[usable]
    free = ~hidden[usable]
    both = csr_array(hstack([sums.T, -sums.T]))
    wanted = target.toarray()[0]
    bounds = [(0, None if add else 0) for add in free] + [(0, None)] * len(free)
    worth = np.concatenate([value, -value])
    tight = linprog(worth, A_ub=-both, b_ub=-wanted, bounds=bounds, method="highs")
    if tight.x is None:
        return np.zeros(len(hidden)), False
    short = linprog(
        np.concatenate([1 + 1e-4 * value, 1 + 1e-4 * value]),
        A_ub=vstack([-both, csr_array(worth[None, :])]),
        b_ub=np.append(-wanted, tight.fun + TOLERANCE),
        bounds=bounds,
        method="highs",
    )
    best = tight.x if short.x is None else short.x
    times = np.zeros(len(hidden))
    times[usable] = best[: len(free)] - best[len(free) :]
    exact = bool((np.abs(both @ best - wanted) < TOLERANCE).all())
    return times, exact


def _words(tables: Tables, times: np.ndarray) -> str:
    """Write a combination out: what is added, then what is taken off."""
    used = np.flatnonzero(np.abs(times) > TOLERANCE)
    order = used[np.lexsort((used, -np.sign(times[used])))]
    said = ""
    for place, cell in enumerate(order[:SHOWN_TERMS]):
        sign = "-" if times[cell] < 0 else "+"
        said += f" {sign} " if place else ("-" if sign == "-" else "")
        often = abs(times[cell])
        said += f"{often:.4g} x " if abs(often - 1) > 1e-4 else ""
        said += _named(tables, cell)
    if len(order) > SHOWN_TERMS:
        said += f" and {len(order) - SHOWN_TERMS} more"
    return said or "0"


def _named(tables: Tables, cell: int) -> str:
    """Name a cell with its number; a hidden one with the least it can be."""
    row = tables.cells.iloc[cell]
    name = f"{row['geography']} {row['area_code']}"
    if row["part"] != "all":
        name += f" {row['part']}"
    if row["hidden"]:
        return f"{name} (hidden, {row['least']:g} or more)"
    return f"{name} ({row['count']:g})"
