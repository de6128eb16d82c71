"""Count placed rows by area, period and group; and find what the source left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ALL = "all"


@dataclass(frozen=True)
class Tally:
    """Counts of one dataset in one layer, every combination, zeros included.

    Attributes
    ----------
    n
        Counts, shape (areas, periods, groups); the first group is `all`.
    complete
        Shape (areas, periods): whether the source covers the area in the period.
    """

    areas: pd.Index
    periods: tuple[str, ...]
    groups: tuple[str, ...]
    n: NDArray[np.float64]
    complete: NDArray[np.bool_]


def placed_rows(rows: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Join rows to the areas of their places; `n` is split where a place is shared out.

    Parameters
    ----------
    rows
        `place`, `n` and more.
    placed
        `place`, `area_code`, `share`; unplaced places are dropped here and nowhere
        else, and the ledger has counted them.
    """
    homes = placed.loc[placed["area_code"].notna(), ["place", "area_code", "share"]]
    joined = rows.merge(homes, on="place")
    return joined.assign(n=joined["n"] * joined["share"])


def tally_events(
    joined: pd.DataFrame, areas: pd.Index, months: Sequence[str], groups: Sequence[str]
) -> NDArray[np.float64]:
    """Count events in a cube of areas, months and groups (without `all`).

    Parameters
    ----------
    joined
        `area_code`, `period`, `group`, `n`.
    """
    shape = (len(areas), len(months), len(groups))
    a = areas.get_indexer(pd.Index(joined["area_code"]))
    m = pd.Index(months).get_indexer(pd.Index(joined["period"]))
    g = pd.Index(groups).get_indexer(pd.Index(joined["group"]))
    flat = np.ravel_multi_index((a, m, g), shape)
    n = np.bincount(flat, weights=joined["n"].to_numpy(float), minlength=np.prod(shape))
    return n.reshape(shape).astype(float)


def month_span(periods: pd.Series) -> tuple[str, ...]:
    """List every month from the first to the last, gaps included.

    Examples
    --------
    >>> month_span(pd.Series(["2023-12", "2024-02"]))
    ('2023-12', '2024-01', '2024-02')
    """
    span = pd.period_range(periods.min(), periods.max(), freq="M")
    return tuple(str(month) for month in span)


def covered(
    small: NDArray[np.float64], borough: NDArray[np.int64], *, below: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Tell which borough-months the source covers.

    A borough-month is incomplete when fewer of its small areas have any row than
    `below` times the number in the borough's median month.

    Parameters
    ----------
    small
        Events by small area and month.
    borough
        The number of the borough of each small area.
    below
        The share of the median month under which a month is incomplete.

    Returns
    -------
    reporting, expected, complete
        Small areas with any row (boroughs, months); the median (boroughs); and whether
        the month is complete (boroughs, months).
    """
    boroughs = int(borough.max()) + 1
    reporting = np.zeros((boroughs, small.shape[1]), dtype=np.int64)
    np.add.at(reporting, borough, (small > 0).astype(np.int64))
    expected = np.median(reporting, axis=1)
    complete = (reporting >= below * expected[:, None]) & (reporting > 0)
    return reporting, expected, complete


def event_periods(
    months: Sequence[str], complete: NDArray[np.bool_], wanted: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Name the periods to report, each with its first and last month's number.

    Parameters
    ----------
    months
        Every month, in order.
    complete
        By month: whether the whole force area is covered.
    wanted
        Of `month`, `financial_year` (April to March, whole ones only),
        `last_complete_12` (the latest twelve covered months in a row) and `all`.
    """
    found: dict[str, tuple[int, int]] = {}
    last = len(months) - 1
    if "month" in wanted:
        found |= {month: (i, i) for i, month in enumerate(months)}
    ranges: list[tuple[int, int]] = []
    if "financial_year" in wanted:
        aprils = [
            i for i, m in enumerate(months) if m.endswith("-04") and i + 11 <= last
        ]
        ranges += [(i, i + 11) for i in aprils]
    if "last_complete_12" in wanted:
        starts = [i for i in range(last - 10) if complete[i : i + 12].all()]
        ranges += [(i, i + 11) for i in starts[-1:]]
    if "all" in wanted and last > 0:
        ranges.append((0, last))
    return found | {f"{months[a]}/{months[b]}": (a, b) for a, b in ranges}


def make_tally(
    cube: NDArray[np.float64],
    complete: NDArray[np.bool_],
    areas: pd.Index,
    groups: Sequence[str],
    periods: dict[str, tuple[int, int]],
) -> Tally:
    """Add months up to periods and groups to `all`.

    Parameters
    ----------
    cube
        Events by area, month and group.
    complete
        By area and month.
    """
    whole = np.concatenate([cube.sum(axis=2, keepdims=True), cube], axis=2)
    # Running totals make every period one subtraction.
    total = np.concatenate([np.zeros_like(whole[:, :1]), whole.cumsum(axis=1)], axis=1)
    gaps = np.concatenate(
        [np.zeros((len(areas), 1)), (~complete).cumsum(axis=1)], axis=1
    )
    first = np.array([a for a, _ in periods.values()])
    after = np.array([b + 1 for _, b in periods.values()])
    # Shared-out rows leave sums such as 3.0000000000000004.
    n = np.round(total[:, after] - total[:, first], 9)
    return Tally(
        areas=areas,
        periods=tuple(periods),
        groups=(ALL, *groups),
        n=n,
        complete=(gaps[:, after] - gaps[:, first]) == 0,
    )


def long_form(tally: Tally) -> pd.DataFrame:
    """Lay a tally out as rows: `area_code, period, group, n, complete`.

    The text columns are categories; `n` is what was counted even where the source does
    not cover the area and period.
    """
    a, p, g = tally.n.shape
    area = np.repeat(np.arange(a, dtype=np.int32), p * g)
    period = np.tile(np.repeat(np.arange(p, dtype=np.int32), g), a)
    group = np.tile(np.arange(g, dtype=np.int32), a * p)
    return pd.DataFrame(
        {
            "area_code": pd.Categorical.from_codes(
                area, categories=tally.areas.astype(str)
            ),
            "period": pd.Categorical.from_codes(
                period, categories=pd.Index(tally.periods)
            ),
            "group": pd.Categorical.from_codes(
                group, categories=pd.Index(tally.groups)
            ),
            "n": tally.n.reshape(-1),
            "complete": np.repeat(tally.complete.reshape(-1), g),
        }
    )
