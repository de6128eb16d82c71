"""Harm: crimes counted by what each weighs, with weights that the user supplies.

The weights are the user's choice and no property of the crimes, so every number here is
an estimate. A category without a weight has no harm that anyone can know: its own is
not available and every total is incomplete, never as if it weighed 0.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geosafety.measures.counted import Counts
from geosafety.measures.intervals import poisson_interval
from geosafety.measures.tallies import ALL
from geosafety.settings import Indicator

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Weights:
    """What one crime of each category weighs.

    Attributes
    ----------
    by_category
        0 or more, by category such as "Burglary"; a category may be absent.
    name, source
        What the weights are called, and where they come from.
    file, sha256
        The file that they were read from.
    """

    by_category: pd.Series
    name: str
    source: str
    file: str = ""
    sha256: str = ""

    def of(self, groups: Iterable[Hashable]) -> pd.Series:
        """Return the weight of each group ("category=Burglary"); missing for none.

        Examples
        --------
        >>> weights = Weights(
        ...     by_category=pd.Series({"Burglary": 9.0}), name="w", source="made up"
        ... )
        >>> weights.of(["category=Burglary", "category=Robbery"]).tolist()
        [9.0, nan]
        """
        names = [str(group) for group in groups]
        categories = [name.split("=", 1)[-1] for name in names]
        found = self.by_category.reindex(categories).astype(float)
        return found.set_axis(pd.Index(names, dtype="object"))

    def lacking(self, groups: Iterable[Hashable]) -> list[str]:
        """Name the categories among these groups that have no weight."""
        known = self.of(groups)
        return [str(name).split("=", 1)[-1] for name in known.index[known.isna()]]


def weights_notes(weights: Weights | None, categories: Iterable[str]) -> list[str]:
    """Say whose weights make the harm figures, and which categories have none.

    Examples
    --------
    >>> weights = Weights(
    ...     by_category=pd.Series({"Burglary": 9.0}), name="Ours", source="made up"
    ... )
    >>> weights_notes(weights, ["Burglary", "Drugs"])[1]
    'No harm weight for Drugs: its harm is not available, every total incomplete.'
    """
    if weights is None:
        return []
    said = [
        f"Harm figures are estimates by the weights {weights.name!r} "
        f"({weights.source}), from {weights.file}."
    ]
    if lacking := weights.lacking(categories):
        named = ", ".join(lacking)
        said.append(
            f"No harm weight for {named}: its harm is not available, every total "
            "incomplete."
        )
    return said


def harm(indicator: Indicator, here: Counts, weights: Weights) -> pd.DataFrame:
    """Compute one harm indicator for one layer: a total, or a rate.

    Parameters
    ----------
    indicator
        Its `measure` is `count` (a total) or `rate` (per `per` of `denominator`).
    here
        Counts of every area, period and group, `all` among the groups.
    weights
        What a crime of each category weighs.

    Returns
    -------
    DataFrame
        The columns of `counted.counted`, in the row order of `here`. `numerator` is the
        harm, `basis` the number of crimes. A group without a weight has no numbers; the
        group `all` is then not complete, and its numerator is the harm of the others.
        Empty where the denominator is lacking.
    """
    if indicator.denominator not in ("", *here.denominators):
        return pd.DataFrame()
    total, squares, heaviest = _sums(here.table, weights)
    n = here.table["n"].to_numpy(float)
    lower, upper = weighted_interval(n, total, squares, heaviest)
    base = np.full(len(n), np.nan)
    if indicator.denominator:
        base = here.denominators[indicator.denominator].to_numpy(float)
        base = np.where(base > 0, base, np.nan)
    over = indicator.per / base if indicator.measure == "rate" else 1.0
    keys = here.table[["area_code", "period", "group"]]
    return keys.assign(
        complete=here.table["complete"] & _known(here.table, weights),
        value=total * over,
        lower=lower * over,
        upper=upper * over,
        numerator=total,
        base=base,
        compared_with="",
        basis=n,
    )


def _known(table: pd.DataFrame, weights: Weights) -> np.ndarray:
    """Tell which rows are no total, or a total of which no part lacks its weight."""
    groups = [g for g in table["group"].unique() if g != ALL]
    lacks = bool(weights.lacking(groups))
    return np.asarray((table["group"] != ALL) | (not lacks))


def _sums(table: pd.DataFrame, weights: Weights) -> tuple[Floats, Floats, Floats]:
    """Add up n w and n w squared by row, and find the greatest weight in each.

    A total takes what is known of its categories; who asks whether that is all of them
    is `_known`.
    """
    group = table["group"].astype("object")
    whole = (group == ALL).to_numpy()
    by_group = weights.of([g for g in group.unique() if g != ALL])
    weight = group.map(by_group).to_numpy(float)
    n = table["n"].to_numpy(float)
    place = table.groupby(["area_code", "period"], observed=True, sort=False).ngroup()
    cell = place.to_numpy()
    sums = []
    for part in (n * weight, n * weight**2):
        known = np.where(whole, 0.0, np.nan_to_num(part))
        sums.append(np.where(whole, np.bincount(cell, weights=known)[cell], part))
    greatest = float(by_group.max()) if by_group.notna().any() else np.nan
    return sums[0], sums[1], np.where(whole, greatest, weight)


def weighted_interval(
    count: ArrayLike, total: ArrayLike, squares: ArrayLike, heaviest: ArrayLike
) -> tuple[Floats, Floats]:
    """95 % interval of the mean of a weighted sum of Poisson counts.

    The limits of the plain number of events, stretched by what an event weighs
    (Dobson, Kuulasmaa, Eberle and Scherer, 1991). Without events that is not known, and
    the greatest weight is taken: an upper limit that holds whatever may happen there.
    The lower limit is never below 0.

    With few events of very unequal weights the limits hold the truth less often than
    they say: some 90 times in 100 for six events, where a grave one may be due that has
    not happened.

    Parameters
    ----------
    count
        The events, all weights together.
    total
        The sum of their weights.
    squares
        The sum of the squares of their weights: the variance.
    heaviest
        The greatest weight that an event may have.

    Examples
    --------
    >>> lower, upper = weighted_interval([100, 0], [300, 0], [900, 0], [3, 3])
    >>> lower.round(1).tolist(), upper.round(1).tolist()
    ([244.1, 0.0], [364.9, 11.1])

    References
    ----------
    Dobson, Kuulasmaa, Eberle and Scherer (1991), Confidence intervals for weighted sums
    of Poisson parameters, Statistics in Medicine 10, 457-462.
    """
    n, y = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    v, most = np.asarray(squares, dtype=float), np.asarray(heaviest, dtype=float)
    low, high = poisson_interval(n)
    some = n > 0
    scale = np.where(some, np.sqrt(v / np.where(some, n, 1.0)), most)
    return np.maximum(y + scale * (low - n), 0.0), y + scale * (high - n)
