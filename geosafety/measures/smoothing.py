"""Small-area values, drawn towards the area they are part of as far as they are unsure.

The area-level model of Fay and Herriot (1979, JASA 74, 269-277): the true values of the
areas of one parent scatter around that parent's mean, by a variance all parents share,
and the direct values scatter around the true ones by chance. A value on few answers
says little beside its neighbours together, and is moved towards their mean.

An area whose direct value is hidden must go in as one without answers. From a smoothed
value, its own share and the parent's mean the direct value can be worked out again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from geosafety.errors import MethodError
from geosafety.measures.intervals import Z_95

Floats = NDArray[np.float64]
# Where the variance between areas is looked for, in mean squares of the direct values.
STEPS = np.concatenate([[0.0], np.geomspace(1e-6, 10, 57)])
# Areas with a value beyond the number of parents. With three or fewer the adjusted
# likelihood (below) has no maximum, or hardly one.
SPARE = 4


def shrink_shares(
    value: pd.Series, effective_n: pd.Series, parent: pd.Series
) -> pd.DataFrame:
    """Shrink shares towards the mean of their parent area.

    Parameters
    ----------
    value
        Shares in per cent; missing, or a base of 0, where nobody answered.
    effective_n
        Answers each stands on (weighted: Kish's effective number).
    parent
        The code of the area that each is part of, such as its NPU or borough.

    Returns
    -------
    DataFrame
        As of `shrink`, in per cent; intervals end at 0 and 100.

    Notes
    -----
    The sampling variance is p(1 - p) / n with the p of the parent: with an area's own,
    0 of 5 answers would be certain. On planted truth this does better than the arcsine
    scale, which is biased where bases are small (`scripts/evidence shrinkage`).

    Examples
    --------
    >>> value = pd.Series([20.0, 26.0, 31.0, 24.0, 27.0, 29.0, 80.0, None])
    >>> n = pd.Series([100.0, 90.0, 80.0, 120.0, 60.0, 110.0, 5.0, 0.0])
    >>> table = shrink_shares(value, n, pd.Series(["North"] * 8)).iloc[[0, 6, 7]]
    >>> table["smoothed"].round(1).tolist(), table["own_share"].round(2).tolist()
    ([22.1, 33.3, 27.5], [0.71, 0.11, 0.0])
    """
    _same_index(value, effective_n, parent)
    p, n = value.to_numpy(float), effective_n.to_numpy(float)
    known = np.isfinite(p) & (n > 0)
    _within(p[known], 0, 100)
    # One answer of either kind more: a parent of noes alone is not certain either.
    yes, base = np.where(known, p / 100 * n, 0.0), np.where(known, n, 0.0)
    pooled = (_by_parent(yes, parent) + 1) / (_by_parent(base, parent) + 2)
    variance = 1e4 * pooled * (1 - pooled) / np.where(known, n, np.nan)
    table = shrink(value, pd.Series(variance, index=value.index), parent)
    return table.assign(
        lower=table["lower"].clip(0, 100), upper=table["upper"].clip(0, 100)
    )


def shrink_rates(
    count: pd.Series, base: pd.Series, parent: pd.Series, *, per: float
) -> pd.DataFrame:
    """Shrink rates of events towards the mean of their parent area.

    The sampling variance of a rate is the parent's rate over the area's own base, as of
    a Poisson count. (`spatial.autocorrelation.eb_rates` shrinks to one common rate, for
    Moran's I, and without an error.)

    Parameters
    ----------
    count, base
        Events, and what they are counted over; a base of 0, or a missing number, is no
        rate.
    parent
        The code of the area that each is part of.
    per
        1,000 for a rate per 1,000.

    Returns
    -------
    DataFrame
        As of `shrink`, in events per `per`; intervals end at 0.
    """
    _same_index(count, base, parent)
    n, below = count.to_numpy(float), base.to_numpy(float)
    known = np.isfinite(n) & (below > 0)
    _within(n[known], 0, np.inf)
    n, below = np.where(known, n, np.nan), np.where(known, below, np.nan)
    total = _by_parent(np.nan_to_num(below), parent)
    with np.errstate(divide="ignore"):
        pooled = (_by_parent(np.nan_to_num(n), parent) + 1) / total
    direct = pd.Series(per * n / below, index=count.index)
    variance = pd.Series(per**2 * pooled / below, index=count.index)
    table = shrink(direct, variance, parent)
    return table.assign(lower=table["lower"].clip(lower=0))


def shrink(direct: pd.Series, variance: pd.Series, parent: pd.Series) -> pd.DataFrame:
    """Shrink direct values of any kind towards the mean of their parent area.

    Parameters
    ----------
    direct, variance
        Values and their sampling variances; missing where there is none.
    parent
        The code of the area that each is part of; may not be missing.

    Returns
    -------
    DataFrame
        By area, with the index of `direct`:

        - `direct`, as given;
        - `smoothed`: the best guess of the true value;
        - `lower`, `upper`: its 95 % interval, from `mse`;
        - `mse`, `rmse`: mean squared error (Prasad and Rao, 1990, JASA 85, 163-171) and
          its root: g1, what would be unsure were all else known, g2 for the parent's
          mean, and twice g3 for the variance between areas;
        - `own_share`: from 0 to 1, how much comes from the area itself;
        - `parent_mean`: what it is drawn towards, the mean of the parent's areas
          weighted by how sure they are (not the parent's own direct value, in which
          large areas count for more);
        - `estimated`: whether the area has no value of its own, and shows the parent's
          mean.

        Where no area of a parent has a value, everything is missing.

    Raises
    ------
    MethodError
        A parent is missing, a variance is not above 0, or there are fewer areas with a
        value than parents and four more.
    """
    _same_index(direct, variance, parent)
    areas = _areas(direct, variance, parent)
    between = between_variance(areas)
    table = _predicted(areas, between)
    return table.set_axis(direct.index).assign(direct=direct.astype(float))[
        list(COLUMNS)
    ]


COLUMNS = (
    "direct",
    "smoothed",
    "lower",
    "upper",
    "mse",
    "rmse",
    "own_share",
    "parent_mean",
    "estimated",
)


@dataclass(frozen=True)
class Areas:
    """What the model is fitted to.

    Attributes
    ----------
    y, variance
        Direct values and their sampling variances: 0 and infinite where there is none,
        so that they weigh nothing.
    parent, parents
        The number of each area's parent, from 0, and how many there are.
    """

    y: Floats
    variance: Floats
    parent: NDArray[np.int64]
    parents: int

    def total(self, x: Floats) -> Floats:
        """Add up by parent."""
        sums: Floats = np.bincount(self.parent, x, self.parents).astype(float)
        return sums

    def means(self, between: float) -> tuple[Floats, Floats, Floats]:
        """Return each area's weight, and each parent's weight and weighted mean."""
        weight = 1 / (between + self.variance)
        whole = self.total(weight)
        mean = self.total(weight * self.y) / np.where(whole > 0, whole, np.nan)
        return weight, whole, mean


def between_variance(areas: Areas, *, adjusted: bool = True) -> float:
    """Estimate the variance of the true values around their parents' means.

    By the residual (restricted) likelihood, times the variance itself if `adjusted`
    (Li and Lahiri, 2010, Journal of Multivariate Analysis 101, 882-892). Plain REML is
    often 0 where bases are small: all areas would then show their parent's mean, with
    an interval that is too narrow. The adjusted estimate is always above 0, and its
    intervals cover; the price is a little too little shrinking where there are few
    areas, or hardly any difference between them (`scripts/evidence shrinkage`).
    """
    known = np.isfinite(areas.variance)
    y, sampling = areas.y[known], areas.variance[known]
    steps = STEPS * (np.var(y) + sampling.mean())
    likelihood = np.array([_likelihood(a, areas, adjusted) for a in steps])
    best = int(np.argmax(likelihood))
    # The likelihood may have two humps; the steps say which, and this where on it.
    ends = steps[max(best - 1, 0)], steps[min(best + 1, len(steps) - 1)]
    found = minimize_scalar(
        lambda a: -_likelihood(a, areas, adjusted),
        bounds=ends,
        method="bounded",
        options={"xatol": 1e-8 * ends[1]},
    )
    return float(found.x if -found.fun > likelihood[best] else steps[best])


def _likelihood(between: float, areas: Areas, adjusted: bool) -> float:
    weight, whole, mean = areas.means(between)
    known, full = weight > 0, whole > 0
    misfit = (weight * (areas.y - mean[areas.parent]) ** 2)[known].sum()
    sizes = np.log(weight[known]).sum() - np.log(whole[full]).sum()
    extra = np.log(max(between, 1e-300)) if adjusted else 0.0
    return float((sizes - misfit) / 2 + extra)


def _predicted(areas: Areas, between: float) -> pd.DataFrame:
    weight, whole, mean = areas.means(between)
    known = weight > 0
    towards, unsure = mean[areas.parent], 1 / np.where(whole > 0, whole, np.nan)
    own = between * weight
    noise = np.where(known, areas.variance, 0.0)
    g1 = np.where(known, own * noise, between)
    g2 = (1 - own) ** 2 * unsure[areas.parent]
    g3 = noise**2 * weight**3 * 2 / (weight**2).sum()
    mse, smoothed = g1 + g2 + 2 * g3, own * areas.y + (1 - own) * towards
    # A parent of one area has no mean but that area's value.
    alone = known & (areas.total(known.astype(float))[areas.parent] == 1)
    half = Z_95 * np.sqrt(mse)
    return pd.DataFrame(
        {
            "smoothed": smoothed,
            "lower": smoothed - half,
            "upper": smoothed + half,
            "mse": mse,
            "rmse": np.sqrt(mse),
            "own_share": np.where(alone, 1.0, np.where(np.isnan(towards), np.nan, own)),
            "parent_mean": towards,
            "estimated": ~known & np.isfinite(towards),
        }
    )


def _areas(direct: pd.Series, variance: pd.Series, parent: pd.Series) -> Areas:
    code, names = pd.factorize(parent)
    if (code < 0).any():
        where = direct.index[code < 0][0]
        problem = f"The area {where} has no parent."
        raise MethodError(problem, hint="Name the area that each is part of.")
    y, spread = direct.to_numpy(float), variance.to_numpy(float)
    known = np.isfinite(y) & ~np.isnan(spread)
    if (spread[known] <= 0).any():
        where = direct.index[known][spread[known] <= 0][0]
        problem = f"The area {where} has a sampling variance that is not above 0."
        raise MethodError(problem, hint="Take the variance from its parent's value.")
    need = len(np.unique(code[known])) + SPARE
    if known.sum() < need:
        problem = f"{known.sum()} areas with a value are too few to shrink."
        raise MethodError(problem, hint=f"With these parents it takes {need}.")
    y, spread = np.where(known, y, 0.0), np.where(known, spread, np.inf)
    return Areas(y, spread, code.astype(np.int64), len(names))


def _by_parent(x: Floats, parent: pd.Series) -> Floats:
    """Add up by parent, and give each area its parent's sum."""
    code, names = pd.factorize(parent)
    sums: Floats = np.bincount(code + 1, x, len(names) + 1).astype(float)
    return sums[code + 1]


def _same_index(first: pd.Series, *others: pd.Series) -> None:
    for other in others:
        if not first.index.equals(other.index):
            problem = "The columns to shrink do not have the same areas in one order."
            raise MethodError(problem, hint="Take them from one table.")


def _within(values: Floats, low: float, high: float) -> None:
    bad = (values < low) | (values > high)
    if bad.any():
        problem = f"A value of {values[bad][0]:g} cannot be shrunk."
        raise MethodError(problem, hint=f"It must be from {low:g} to {high:g}.")
