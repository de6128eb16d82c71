"""Shrink the shares of many maps of the same areas at once.

What `smoothing.shrink_shares` does to one map, with the same answers; a survey has a
thousand maps, and one at a time most of the work would be making small tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geosafety.measures.intervals import Z_95
from geosafety.measures.smoothing import SPARE, STEPS

Floats = NDArray[np.float64]
GOLDEN = (np.sqrt(5) - 1) / 2
# The bracket shrinks by 3e-9: as near as `smoothing.between_variance` comes.
NARROWINGS = 40


@dataclass(frozen=True)
class _Maps:
    """Values and sampling variances, maps by areas, and which parent each area has.

    Where there is no value: 0 and infinite, so that it weighs nothing.
    """

    y: Floats
    variance: Floats
    member: Floats  # areas by parents: 1 where the area is the parent's

    def means(self, between: Floats) -> tuple[Floats, Floats, Floats]:
        """Return each area's weight, each parent's weight, and its mean by area."""
        weight = 1 / (between[:, None] + self.variance)
        whole = weight @ self.member
        mean = (weight * self.y) @ self.member / np.where(whole > 0, whole, np.nan)
        return weight, whole, _spread(mean, self)

    def likelihood(self, between: Floats) -> Floats:
        """Return each map's adjusted residual likelihood (Li and Lahiri, 2010)."""
        weight, whole, mean = self.means(between)
        misfit = (weight * (self.y - np.nan_to_num(mean)) ** 2).sum(axis=1)
        sizes = np.log(np.where(weight > 0, weight, 1.0)).sum(axis=1)
        sizes -= np.log(np.where(whole > 0, whole, 1.0)).sum(axis=1)
        found: Floats = (sizes - misfit) / 2 + np.log(np.maximum(between, 1e-300))
        return found


def _spread(by_parent: Floats, maps: _Maps) -> Floats:
    """Give each area its parent's number."""
    found: Floats = by_parent[:, maps.member.argmax(axis=1)]
    return found


def shrink_share_maps(value: Floats, effective_n: Floats, parent: pd.Series) -> Columns:
    """Shrink each map towards the means of its parents.

    Parameters
    ----------
    value
        Shares in per cent, maps by areas; missing where nobody answered.
    effective_n
        Answers each stands on, of the same shape.
    parent
        The code of each area's parent, in the order of the areas.

    Returns
    -------
    dict of ndarray
        `smoothed, lower, upper, rmse, own_share`, maps by areas, as `shrink_shares` has
        them; missing in a map with too few values.

    Examples
    --------
    >>> value = np.array([[20.0, 26.0, 31.0, 25.0, 80.0, np.nan]])
    >>> n = np.array([[400.0, 500.0, 300.0, 200.0, 5.0, 0.0]])
    >>> found = shrink_share_maps(value, n, pd.Series(["North"] * 6))
    >>> found["own_share"][0].round(2).tolist()
    [0.99, 0.99, 0.99, 0.99, 0.66, 0.0]
    """
    code, names = pd.factorize(parent)
    member = (code[:, None] == np.arange(len(names))).astype(float)
    known = np.isfinite(value) & (effective_n > 0)
    enough = known.sum(axis=1) >= ((known @ member) > 0).sum(axis=1) + SPARE
    yes = np.where(known, np.nan_to_num(value) / 100 * effective_n, 0.0)
    base = np.where(known, effective_n, 0.0)
    pooled = ((yes @ member + 1) / (base @ member + 2))[:, code]
    noise = 1e4 * pooled * (1 - pooled) / np.where(known, effective_n, np.nan)
    maps = _Maps(
        y=np.where(known, value, 0.0)[enough],
        variance=np.where(known, noise, np.inf)[enough],
        member=member,
    )
    found = _predicted(maps, _between(maps)) if enough.any() else {}
    whole = {name: np.full(value.shape, np.nan) for name in NAMES}
    for name, table in found.items():
        whole[name][enough] = table
    return whole


Columns = dict[str, Floats]
NAMES = ("smoothed", "lower", "upper", "rmse", "own_share")


def _between(maps: _Maps) -> Floats:
    """Find the variance between areas where each map's likelihood is highest."""
    known = np.isfinite(maps.variance)
    many = known.sum(axis=1)
    middle = (maps.y.sum(axis=1) / many)[:, None]
    spread = (np.where(known, maps.y - middle, 0.0) ** 2).sum(axis=1) / many
    scale = spread + np.where(known, maps.variance, 0.0).sum(axis=1) / many
    heights = np.stack([maps.likelihood(step * scale) for step in STEPS])
    best = heights.argmax(axis=0)
    low = STEPS[np.maximum(best - 1, 0)] * scale
    high = STEPS[np.minimum(best + 1, len(STEPS) - 1)] * scale
    for _ in range(NARROWINGS):
        one, other = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        left = maps.likelihood(one) >= maps.likelihood(other)
        low, high = np.where(left, low, one), np.where(left, other, high)
    found = (low + high) / 2
    better = maps.likelihood(found) > heights.max(axis=0)
    chosen: Floats = np.where(better, found, STEPS[best] * scale)
    return chosen


def _predicted(maps: _Maps, between: Floats) -> Columns:
    """Predict, with the mean squared error of Prasad and Rao (1990)."""
    weight, whole, towards = maps.means(between)
    known = weight > 0
    unsure = _spread(1 / np.where(whole > 0, whole, np.nan), maps)
    own = between[:, None] * weight
    noise = np.where(known, maps.variance, 0.0)
    g1 = np.where(known, own * noise, between[:, None])
    g2 = (1 - own) ** 2 * unsure
    g3 = noise**2 * weight**3 * 2 / (weight**2).sum(axis=1)[:, None]
    mse, smoothed = g1 + g2 + 2 * g3, own * maps.y + (1 - own) * towards
    alone = known & (_spread(known @ maps.member, maps) == 1)
    half = Z_95 * np.sqrt(mse)
    return {
        "smoothed": smoothed,
        "lower": np.clip(smoothed - half, 0, 100),
        "upper": np.clip(smoothed + half, 0, 100),
        "rmse": np.sqrt(mse),
        "own_share": np.where(alone, 1.0, np.where(np.isnan(towards), np.nan, own)),
    }
