"""How far to trust the name that an area has on the map of clusters.

An honest analyst could have chosen other neighbours, another false discovery rate,
smoothed rates or another seed; and where crimes were snapped to anchor points, the
points could have been others. An area that keeps its name through these is stable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geosafety.errors import MethodError
from geosafety.spatial.autocorrelation import eb_standardised
from geosafety.spatial.hotspots import NOT_TESTED, benjamini_hochberg, named
from geosafety.spatial.local import Statistic, local_statistics
from geosafety.spatial.neighbours import Kind, build_graph

if TYPE_CHECKING:
    from libpysal.graph import Graph

Points = Callable[[int], pd.Series]
Each = Callable[[Callable[[str], Any], list[str]], Iterable[Any]]
Labels = NDArray[np.object_]

# An area that keeps its name in four runs of five is called stable: a policy taken from
# the project's design, not a property of the method.
STABLE = 0.8
ALPHAS = (0.01, 0.05, 0.1)
GRAPHS: tuple[Kind, ...] = ("queen", "knn", "distance")


@dataclass(frozen=True)
class Deal:
    """Choices that an honest analyst could have made otherwise."""

    neighbours: Kind
    smoothed: bool
    moved: bool
    seed: int
    number: int


@dataclass(frozen=True, kw_only=True)
class Rates:
    """One map whose stability is judged.

    Attributes
    ----------
    values
        By area code, as mapped: missing where not to be tested.
    numerator, base
        Events and what they are set against; where given, rates are smoothed too.
    points
        Counts by area code after snapped points were put down anew: a column for each
        version, or a function of the version's number. With `base` they are divided by
        it. Values missing in `values` stay missing.
    """

    values: pd.Series
    numerator: pd.Series | None = None
    base: pd.Series | None = None
    points: Points | pd.DataFrame | None = None

    @property
    def rated(self) -> bool:
        """Whether there are rates to smooth."""
        return self.numerator is not None and self.base is not None


def stability(  # noqa: PLR0913
    values: pd.Series,
    areas: gpd.GeoDataFrame,
    *,
    statistic: Statistic = "gi_star",
    numerator: pd.Series | None = None,
    base: pd.Series | None = None,
    alpha: float = 0.05,
    permutations: int = 99_999,
    runs: int = 36,
    seed: int = 0,
    points: Points | pd.DataFrame | None = None,
) -> pd.Series:
    """Return the share of runs in which an area keeps its label.

    The runs go through every mixture of neighbours (queen, nearest six, a distance with
    six on average), false discovery rate (.01, .05, .1), plain and empirical-Bayes
    standardised rates (where `numerator` and `base` are given) and points as they are
    and put down anew (where `points` is given), with other seeds. The label to keep is
    that of queen neighbours, `alpha` and `values`.

    Parameters
    ----------
    values, numerator, base, points
        As in `Rates`.
    areas
        Polygons in EPSG:27700 indexed by `area_code`.
    statistic
        "gi_star", "moran" or "geary".
    runs
        36 is every mixture once or more. Rounded up to a multiple of three.

    Returns
    -------
    Series
        From 0 to 1 by area code; missing where the area is not tested. Runs in which
        an area cannot be tested (no neighbour in that distance) are not counted.
    """
    one = Rates(values=values, numerator=numerator, base=base, points=points)
    return stability_of_maps(
        {"": one},
        all_graphs(areas),
        statistic=statistic,
        alpha=alpha,
        permutations=permutations,
        runs=runs,
        seed=seed,
    )[""]


def stability_of_maps(  # noqa: PLR0913
    maps: Mapping[str, Rates],
    graphs: Mapping[str, Graph],
    *,
    statistic: Statistic = "gi_star",
    alpha: float = 0.05,
    permutations: int = 99_999,
    runs: int = 36,
    seed: int = 0,
    each: Each = map,
) -> dict[str, pd.Series]:
    """Judge many maps of the same areas, all of them in one run after another.

    The maps share the random arrangements of a run, which are drawn once: the answer is
    that of `stability`, and the time is not.

    Parameters
    ----------
    maps
        By name. Either all of them have points, or none.
    graphs
        What `all_graphs` returns.
    each
        How to do the same for each map: `map`, or the `map` of a pool of threads.
    """
    if statistic not in ("gi_star", "moran", "geary"):
        problem = f"The stability of {statistic!r} is not defined."
        raise MethodError(problem, hint='Use "gi_star", "moran" or "geary".')
    names = list(maps)

    def labels(deal: Deal, levels: tuple[float, ...], name: str) -> list[Labels]:
        drawn = _drawn(maps[name], deal)
        table = local_statistics(
            drawn,
            graphs[deal.neighbours],
            statistic=statistic,
            permutations=permutations,
            seed=deal.seed,
        )
        q = benjamini_hochberg(table["p_value"])
        table = table.assign(statistic=statistic, q_value=q)
        tests = int(table["p_value"].notna().sum())
        return [named(table, a, tests)["label"].to_numpy(object) for a in levels]

    first = Deal("queen", smoothed=False, moved=False, seed=seed, number=-1)
    usual = dict(zip(names, each(partial(labels, first, (alpha,)), names), strict=True))
    kept = {name: np.zeros(len(maps[name].values)) for name in names}
    tested = {name: np.zeros(len(maps[name].values)) for name in names}
    rated = all(one.rated for one in maps.values())
    moved = all(one.points is not None for one in maps.values())
    for deal in _deals(runs, seed, rated=rated, moved=moved):
        found = each(partial(labels, deal, ALPHAS), names)
        for name, levels in zip(names, found, strict=True):
            for label in levels:
                tested[name] += label != NOT_TESTED
                kept[name] += (label != NOT_TESTED) & (label == usual[name][0])
    return {
        name: _share(maps[name].values.index, usual[name][0], kept[name], tested[name])
        for name in names
    }


def _share(
    index: pd.Index, usual: Labels, kept: NDArray[Any], tested: NDArray[Any]
) -> pd.Series:
    counted = (tested > 0) & (usual != NOT_TESTED)
    share = np.where(counted, kept / np.maximum(tested, 1), np.nan)
    return pd.Series(share, index=index, name="stability")


def all_graphs(areas: gpd.GeoDataFrame) -> dict[str, Graph]:
    """Build the neighbours of every kind that `stability` goes through."""
    return {kind: build_graph(areas, kind=kind) for kind in GRAPHS}


def stability_word(share: float) -> str:
    """Say it in a word: "stable" from `STABLE` on, else "fragile"; "" for none.

    Examples
    --------
    >>> stability_word(0.8), stability_word(0.79), stability_word(float("nan"))
    ('stable', 'fragile', '')
    """
    if np.isnan(share):
        return ""
    return "stable" if share >= STABLE else "fragile"


def _deals(runs: int, seed: int, *, rated: bool, moved: bool) -> Iterator[Deal]:
    if runs < 1:
        problem = f"{runs} runs say nothing of stability."
        raise MethodError(problem, hint="Use 36.")
    anew = (False, True) if moved else (False,)
    smooth = (False, True) if rated else (False,)
    mixtures = list(product(anew, smooth, GRAPHS))
    for number in range(-(-runs // len(ALPHAS))):
        put_anew, smoothed, neighbours = mixtures[number % len(mixtures)]
        yield Deal(neighbours, smoothed, put_anew, seed + number + 1, number)


def _drawn(one: Rates, deal: Deal) -> pd.Series:
    """Return the values of one deal, missing where the mapped ones are."""
    values = one.values
    count = _moved(one.points, deal.number) if deal.moved else one.numerator
    if count is None or not (deal.moved or deal.smoothed):
        return values
    count = count.reindex(values.index).astype(float).where(values.notna())
    if one.base is None:
        return count
    below = one.base.reindex(values.index).astype(float)
    if deal.smoothed:
        return pd.Series(eb_standardised(count, below), index=values.index)
    return count / below


def _moved(points: Points | pd.DataFrame | None, version: int) -> pd.Series | None:
    if isinstance(points, pd.DataFrame):
        return points.iloc[:, version % points.shape[1]]
    return points(version) if points is not None else None
