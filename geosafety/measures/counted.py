"""Indicators that come from counts: of events in a period, of people at a date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from geosafety.measures import change, rates
from geosafety.settings import Dataset, Indicator


@dataclass(frozen=True)
class Counts:
    """Long counts of one layer, and denominators in the same row order.

    Attributes
    ----------
    table
        `area_code, period, group, n, complete`.
    denominators
        By name, a number for each row of `table`.
    """

    table: pd.DataFrame
    denominators: dict[str, pd.Series] = field(default_factory=dict)

    def only(self, keep: pd.Series) -> Counts:
        """Keep some rows."""
        return Counts(
            self.table[keep].reset_index(drop=True),
            {k: d[keep].reset_index(drop=True) for k, d in self.denominators.items()},
        )


def counted(
    indicator: Indicator, dataset: Dataset, here: Counts, force: Counts
) -> pd.DataFrame:
    """Compute one indicator for one layer.

    Parameters
    ----------
    here, force
        The layer's counts, and the Force's.

    Returns
    -------
    DataFrame
        `area_code, period, compared_with, group, complete`, `NUMBERS` and `basis`: the
        number of people or events that a value stands on, for disclosure. Empty where
        the indicator cannot be made (no denominator, no second period).
    """
    if indicator.groups:
        here = here.only(here.table["group"].isin(indicator.groups))
        force = force.only(force.table["group"].isin(indicator.groups))
    lacks_base = indicator.denominator not in ("", *here.denominators)
    if lacks_base and indicator.measure != "count":
        return pd.DataFrame()
    if indicator.measure in CHANGES:
        return _changes(indicator, dataset, here, force)
    numbers = LEVELS[indicator.measure](indicator, here, force)
    keys = here.table[["area_code", "period", "group", "complete"]]
    return pd.concat([keys, numbers], axis=1).assign(
        compared_with="", basis=here.table["n"].to_numpy(float)
    )


def _count(indicator: Indicator, here: Counts, force: Counts) -> pd.DataFrame:
    del indicator, force
    return rates.counts(here.table)


def _rate(indicator: Indicator, here: Counts, force: Counts) -> pd.DataFrame:
    del force
    base = here.denominators[indicator.denominator]
    return rates.rates(here.table, base, per=indicator.per)


def _share(indicator: Indicator, here: Counts, force: Counts) -> pd.DataFrame:
    del indicator
    return rates.shares_of_force(here.table, force.table)


def _index(indicator: Indicator, here: Counts, force: Counts) -> pd.DataFrame:
    base = here.denominators[indicator.denominator]
    return rates.index(here.table, base, _force_rate(indicator, here, force))


def _needed(indicator: Indicator, here: Counts, force: Counts) -> pd.DataFrame:
    base = here.denominators[indicator.denominator]
    return rates.needed(here.table, base, _force_rate(indicator, here, force))


def _force_rate(indicator: Indicator, here: Counts, force: Counts) -> pd.Series:
    base = force.denominators[indicator.denominator]
    return rates.force_rates(here.table, force.table, base)


LEVELS: dict[str, Callable[[Indicator, Counts, Counts], pd.DataFrame]] = {
    "count": _count,
    "rate": _rate,
    "share_of_force": _share,
    "index": _index,
    "needed": _needed,
}


CHANGES = ("change", "change_pct", "rate_change", "share_change")


def _changes(
    indicator: Indicator, dataset: Dataset, here: Counts, force: Counts
) -> pd.DataFrame:
    """Compare every later period with its earlier one."""
    periods = [str(p) for p in here.table["period"].unique()]
    events = dataset.counts == "events"
    pairs = change.pairs_of_years(periods) if events else change.pairs_of_dates(periods)
    frames = []
    for earlier, later in pairs:
        both = change.two_periods(here.table, earlier, later)
        if indicator.measure == "share_change":
            whole = change.two_periods(force.table, earlier, later)
            numbers = change.share_changes(both, whole)
        else:
            pair = (earlier, later)
            numbers = _one_change(indicator, here, both, pair, events=events)
        keys = both[["area_code", "period", "group", "complete"]].reset_index(drop=True)
        basis = np.asarray(both[["n", "n_before"]].min(axis=1), dtype=float)
        frames.append(
            pd.concat([keys, numbers], axis=1).assign(
                compared_with=earlier, basis=basis
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _one_change(
    indicator: Indicator,
    here: Counts,
    both: pd.DataFrame,
    pair: tuple[str, str],
    *,
    events: bool,
) -> pd.DataFrame:
    if indicator.measure == "change":
        return change.changes(both, events=events)
    if indicator.measure == "change_pct":
        return change.changes_pct(both, events=events)
    base = here.denominators[indicator.denominator]
    before, after = (base[here.table["period"] == period] for period in pair)
    return change.rate_changes(both, after, before, per=indicator.per)
