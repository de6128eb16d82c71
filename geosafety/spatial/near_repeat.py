"""Whether events near in space are near in time too: the Knox near-repeat table.

It does not say that one event causes the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geosafety.errors import MethodError

MAX_PAIRS = 30_000_000  # near pairs in a Knox test: about 0.5 GB
DAYS_NEEDED = 0.5  # share of events on one day of their month that means "month only"


def knox(  # noqa: PLR0913 - where, when, and how finely
    x: np.ndarray,
    y: np.ndarray,
    day: np.ndarray,
    *,
    distances: Sequence[float] = (100.0, 200.0, 300.0, 400.0),
    days: Sequence[int] = (7, 14, 21, 28),
    permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    """Count pairs of events near in space and time, and compare with shuffled days.

    The near-repeat table. Shuffling the days over the events keeps every place and
    every day as busy as it was, so that only their coming together is tested. Rows of
    one incident (several people searched together) are pairs at 0 m and 0 days: give
    each incident once if that is not what is asked.

    Parameters
    ----------
    x, y
        Metres, shape (n,), none missing.
    day
        Dates (in local time: a stamp near midnight in UTC is of another day half the
        year), or whole numbers of days, shape (n,).
    distances
        Upper ends of the bands, metres, each included in its band. The first band of
        the table is always "same place" (0 m): snapped points make many such pairs.
    days
        Upper ends of the bands, days, included; the first band begins at 0 days.
    permutations, seed
        Shuffles of the days; same seed, same answer.

    Returns
    -------
    DataFrame
        One row for each band of distance and of days, by name, so that they cannot be
        swapped: `distance_over` (missing: same place), `distance_to`, `days_from`,
        `days_to`, `pairs`, `expected` (the exact mean over all shuffles), `ratio`,
        `p_value` (share of shuffles with at least as many pairs, the observed counted;
        one-sided) and `words`. `knox_grid` spreads it out.

    Raises
    ------
    MethodError
        Bands not rising, points or days missing, days that are months (all on one day
        of the month), or more near pairs than can be held.

    References
    ----------
    Knox (1964), The detection of space-time interactions, Applied Statistics 13, 25-29;
    Ratcliffe and Rengert (2008), Near-repeat patterns in Philadelphia shootings,
    Security Journal 21, 58-76.
    """
    edges, ends = _bands(distances, "distances"), _bands(days, "days")
    if permutations < 1:
        problem = f"{permutations} permutations cannot give a p-value."
        raise MethodError(problem, hint="Use 999 or more.")
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    when = _whole_days(day)
    if not (len(x) == len(y) == len(when)):
        problem = f"x, y and day have {len(x)}, {len(y)} and {len(when)} values."
        raise MethodError(problem, hint="Give one of each per event.")
    when = _from_first(when)
    pairs = _near_pairs(x, y, edges)
    observed = _cross(when, pairs, ends)
    rng = np.random.default_rng(seed)
    as_many = np.ones(observed.shape)
    for _ in range(permutations):
        as_many += _cross(rng.permutation(when), pairs, ends) >= observed
    p_value = as_many / (permutations + 1)
    expected = _expected(when, pairs[2], ends)
    return _knox_table(edges, ends, observed, expected, p_value)


def near_pairs(x: np.ndarray, y: np.ndarray, reach: float) -> int:
    """Count the pairs of events at most `reach` metres apart, without making them.

    Examples
    --------
    >>> near_pairs(np.array([0.0, 30.0, 500.0]), np.zeros(3), 100)
    1
    """
    from scipy.spatial import KDTree

    tree = KDTree(np.column_stack([x, y]))
    return (int(tree.count_neighbors(tree, reach)) - len(x)) // 2


def knox_grid(table: pd.DataFrame, value: str = "ratio") -> pd.DataFrame:
    """Spread a Knox table out: a row per band of distance, a column per band of days.

    Parameters
    ----------
    table
        What `knox` returns.
    value
        Which of its columns.
    """
    rows = ["same place" if pd.isna(d) else d for d in table["distance_over"]]
    labelled = table.assign(
        distance=[
            r if r == "same place" else f"over {r:g} to {t:g} m"
            for r, t in zip(rows, table["distance_to"], strict=True)
        ],
        days=[
            f"{a:g} to {b:g} days"
            for a, b in zip(table["days_from"], table["days_to"], strict=True)
        ],
    )
    grid = labelled.pivot(index="distance", columns="days", values=value)
    return grid.reindex(
        index=labelled["distance"].unique(), columns=labelled["days"].unique()
    )


def _bands(ends: Sequence[float], name: str) -> np.ndarray:
    values = np.asarray(ends, dtype=float)
    rising = len(values) > 0 and (np.diff(values) > 0).all() and np.isfinite(values[-1])
    if not rising or values[0] < 0 or (name == "distances" and values[0] == 0):
        problem = f"The {name} {list(ends)} do not rise from above 0."
        raise MethodError(problem, hint="Give the upper end of each band.")
    return values


def _whole_days(day: np.ndarray) -> np.ndarray:
    """Return days as whole numbers, and refuse months dressed up as days."""
    values = pd.Series(np.asarray(day))
    if not (
        pd.api.types.is_datetime64_any_dtype(values)
        or pd.api.types.is_numeric_dtype(values)
    ):
        _refuse_months(values)
        values = pd.to_datetime(values, errors="coerce")
    if values.isna().any():
        problem = f"{int(values.isna().sum()):,} events have no day."
        raise MethodError(problem, hint="Leave them out, and say how many they are.")
    if pd.api.types.is_numeric_dtype(values):
        return np.asarray(np.floor(values.to_numpy(float)), dtype=np.int64)
    of_month = values.dt.day.value_counts(normalize=True)
    spans_months = values.dt.to_period("M").nunique() > 1
    if spans_months and of_month.iloc[0] > DAYS_NEEDED:
        _raise_months()
    return values.to_numpy("datetime64[D]").astype(np.int64)


def _from_first(when: np.ndarray) -> np.ndarray:
    """Count days from the first, in small numbers: shuffles are paid by the byte."""
    since = when - when.min(initial=when[0] if len(when) else 0)
    small = since.max(initial=0) <= np.iinfo(np.int16).max
    return np.asarray(since, dtype=np.int16 if small else np.int32)


def _refuse_months(values: pd.Series) -> None:
    if values.astype("str").str.fullmatch(r"\d{4}-\d{2}").any():
        _raise_months()


def _raise_months() -> None:
    problem = "These events know only their month; a near repeat is a matter of days."
    hint = "police.uk gives crimes by month only. Stop and search has days."
    raise MethodError(problem, hint=hint)


def _near_pairs(
    x: np.ndarray, y: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every pair within reach once, by distance, and where each band starts.

    Band 0 is the same place; the pairs of band k are those from `starts[k]` up to
    `starts[k + 1]`.
    """
    from scipy.spatial import KDTree

    if not (np.isfinite(x) & np.isfinite(y)).all():
        problem = "Some events have no coordinates."
        raise MethodError(problem, hint="Leave them out, and say how many they are.")
    found = near_pairs(x, y, edges[-1])
    if found > MAX_PAIRS:
        problem = f"{found:,} pairs lie within {edges[-1]:g} m of each other."
        raise MethodError(problem, hint="Use shorter distances or a shorter period.")
    tree = KDTree(np.column_stack([x, y]))
    # A shade wider, because the tree may round a pair at just the last edge away.
    pairs = tree.query_pairs(edges[-1] * (1 + 1e-9), output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    distance = np.hypot(x[first] - x[second], y[first] - y[second])
    band = np.where(distance == 0, 0, 1 + np.searchsorted(edges, distance, "left"))
    order = np.argsort(band, kind="stable")
    starts = np.searchsorted(band[order], np.arange(len(edges) + 2))
    order = order[: starts[-1]]
    return first[order], second[order], starts


def _cross(
    when: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray, np.ndarray],
    ends: np.ndarray,
) -> np.ndarray:
    """Count pairs by band of distance (rows) and of days (columns)."""
    first, second, starts = pairs
    apart = np.abs(when[first] - when[second])
    # Counting bits of whole bands at a time is what makes a shuffle cheap.
    near = [apart <= int(end) for end in ends]
    upto = [
        [np.count_nonzero(flag[a:b]) for flag in near]
        for a, b in zip(starts[:-1], starts[1:], strict=True)
    ]
    return np.diff(np.array(upto), axis=1, prepend=0)


def _expected(when: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return the mean of all shuffles: near pairs times the share near in time.

    A shuffle puts any two days on a pair of events alike, so the share is that of all
    pairs of days (Knox, 1964).
    """
    days = np.bincount(when, minlength=1)
    cumulated = np.concatenate([[0], np.cumsum(days)])
    upto = []
    for end in ends:
        reach = np.minimum(np.arange(len(days)) + int(end) + 1, len(days))
        later = cumulated[reach] - cumulated[1:]
        upto.append(float((days * later).sum() + (days * (days - 1) // 2).sum()))
    every = len(when) * (len(when) - 1) / 2
    share = np.diff(np.array(upto), prepend=0.0) / max(every, 1.0)
    return np.outer(np.diff(starts), share)


def _knox_table(
    edges: np.ndarray,
    ends: np.ndarray,
    observed: np.ndarray,
    expected: np.ndarray,
    p_value: np.ndarray,
) -> pd.DataFrame:
    rows, columns = observed.shape
    over = np.concatenate([[np.nan, 0.0], edges[:-1]])
    start = np.concatenate([[0], ends[:-1] + 1])
    ratio = np.full(observed.shape, np.nan)
    np.divide(observed, expected, out=ratio, where=expected > 0)
    table = pd.DataFrame(
        {
            "distance_over": np.repeat(over, columns),
            "distance_to": np.repeat(np.concatenate([[0.0], edges]), columns),
            "days_from": np.tile(start, rows).astype(int),
            "days_to": np.tile(ends, rows).astype(int),
            "pairs": observed.ravel(),
            "expected": expected.ravel(),
            "ratio": ratio.ravel(),
            "p_value": p_value.ravel(),
        }
    )
    return table.assign(words=[_knox_words(row) for row in table.itertuples()])


def _knox_words(row: object) -> str:
    over, to = row.distance_over, row.distance_to  # type: ignore[attr-defined]
    where = "at the same place" if np.isnan(over) else f"over {over:g} to {to:g} m away"
    when = f"{row.days_from} to {row.days_to} days apart"  # type: ignore[attr-defined]
    if np.isnan(row.ratio):  # type: ignore[attr-defined]
        return f"No pairs {where} could be {when}."
    said = f"Pairs {where} and {when} are {row.ratio:.2f} times"  # type: ignore[attr-defined]
    p_value = row.p_value  # type: ignore[attr-defined]
    end = "more than chance gives" if p_value <= 0.05 else "cannot tell from chance"  # noqa: PLR2004
    return f"{said} as many as if days had nothing to do with places: {end}."
