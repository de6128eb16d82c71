"""What to call an area on the map of clusters, and how far to trust the name.

A name is given where the false discovery rate allows it: among the areas called hot,
cold and so on, at most `alpha` are expected to be called so by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geosafety.errors import MethodError
from geosafety.spatial.autocorrelation import eb_standardised
from geosafety.spatial.local import Statistic, local_statistics
from geosafety.spatial.neighbours import Kind, build_graph

if TYPE_CHECKING:
    from libpysal.graph import Graph

Floats = NDArray[np.float64]
Points = Callable[[int], pd.Series]

HOT, COLD = "hot", "cold"
NOT_SIGNIFICANT = "not significant"
TOO_FEW = "too few permutations"
NOT_TESTED = "not tested"
QUADRANTS = ("high-high", "low-low", "high-low", "low-high")
# Local Geary alone can find an area like, or unlike, its neighbours on both sides of
# the mean: no quadrant says that (GeoDa's "other positive" and "negative").
ALIKE, UNLIKE = "alike", "unlike"
LABELS = (HOT, COLD, *QUADRANTS, ALIKE, UNLIKE, NOT_SIGNIFICANT, TOO_FEW, NOT_TESTED)

# An area that keeps its name in four runs of five is called stable: a policy taken from
# the project's design, not a property of the method.
STABLE = 0.8
ALPHAS = (0.01, 0.05, 0.1)
GRAPHS: tuple[Kind, ...] = ("queen", "knn", "distance")
DISAGREE = (
    "its neighbours lie on one side of most arrangements and on the other of their mean"
)


def benjamini_hochberg(p_values: ArrayLike, *, family: int = 1) -> Floats:
    """Return q-values: the least false discovery rate at which each is a discovery.

    Benjamini and Hochberg (1995); holds for the positive dependence of neighbouring
    tests (Benjamini and Yekutieli, 2001). Missing stays missing and is not counted.

    Parameters
    ----------
    family
        How many such lists are looked at together; each q-value is multiplied by it.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.02, float("nan"), 0.9]).round(3).tolist()
    [0.03, 0.03, nan, 0.9]
    """
    p = np.asarray(p_values, dtype=float)
    q = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    raw = p[order] * m * family / np.arange(1, m + 1)
    q[order] = np.minimum(1.0, np.minimum.accumulate(raw[::-1])[::-1])
    return q


def clusters(  # noqa: PLR0913
    values: pd.Series,
    graph: Graph,
    *,
    statistic: Statistic = "gi_star",
    alpha: float = 0.05,
    family: int = 1,
    permutations: int = 99_999,
    seed: int = 0,
    status: pd.Series | None = None,
    base: pd.Series | None = None,
    other: pd.Series | None = None,
) -> pd.DataFrame:
    """Find clusters, and say of every area what it is or why it was not tested.

    Parameters
    ----------
    values
        By area code.
    statistic
        As in `local.local_statistics`.
    alpha
        False discovery rate, across areas.
    family
        How many indicators are looked at together. Their q-values are multiplied by it,
        which is safe but strict; `adjust_family` is exact where all are at hand.
    status
        By area code: an area whose status is not "ok" is not tested, and its status is
        the reason.
    base, other
        As in `local.local_statistics`.

    Returns
    -------
    DataFrame
        The local table with `q_value` and `label`:

        - "hot", "cold" (Gi*); "high-high", "low-low", "high-low", "low-high", the area
          and then its neighbours (the others); "alike", "unlike" (Geary, where values
          lie on both sides of the mean);
        - "not significant";
        - "too few permutations": even the smallest p-value that could have been reached
          would not have made the area a discovery;
        - "not tested": `reason` says why.

    Raises
    ------
    MethodError
        Fewer than 30 areas have a value and a neighbour with one.
    """
    if not 0 < alpha < 1 or family < 1:
        problem = (
            f"A false discovery rate of {alpha:g} in {family} maps has no meaning."
        )
        raise MethodError(problem, hint="Use alpha=0.05 and family=1.")
    shown, why = _with_status(values, status)
    table = local_statistics(
        shown,
        graph,
        statistic=statistic,
        permutations=permutations,
        seed=seed,
        base=base,
        other=other,
    )
    table["reason"] = np.where(why != "", why, table["reason"])
    table["q_value"] = benjamini_hochberg(table["p_value"], family=family)
    tests = int(table["p_value"].notna().sum()) * family
    return _named(table.assign(statistic=statistic), alpha, tests)


def adjust_family(
    tables: Mapping[str, pd.DataFrame], *, alpha: float = 0.05
) -> dict[str, pd.DataFrame]:
    """Control the false discovery rate across several maps at once.

    Parameters
    ----------
    tables
        Tables of `clusters`, by indicator.

    Returns
    -------
    dict of DataFrame
        The same tables with `q_value` and `label` made anew: the p-values of all areas
        of all maps are ranked together (Benjamini and Hochberg, 1995).
    """
    if not tables:
        return {}
    pooled = np.concatenate([table["p_value"].to_numpy() for table in tables.values()])
    q = benjamini_hochberg(pooled)
    tests = int(np.isfinite(pooled).sum())
    found = int(np.sum(q <= alpha))
    parts = np.split(q, np.cumsum([len(t) for t in tables.values()])[:-1])
    return {
        name: _named(table.assign(q_value=part), alpha, tests, found)
        for (name, table), part in zip(tables.items(), parts, strict=True)
    }


def _with_status(
    values: pd.Series, status: pd.Series | None
) -> tuple[pd.Series, NDArray[np.object_]]:
    if status is None:
        return values, np.full(len(values), "", dtype=object)
    known = status.reindex(values.index).astype(object)
    why = np.where(known.isna(), "missing", np.where(known == "ok", "", known))
    return values.astype(float).mask(why != ""), why


def _named(
    table: pd.DataFrame, alpha: float, tests: int, found: int | None = None
) -> pd.DataFrame:
    """Add `label`, and say in `reason` what stands in its way.

    Parameters
    ----------
    tests, found
        How many p-values were ranked together, and how many were discoveries.
    """
    significant = (table["q_value"] <= alpha).to_numpy()
    found = int(significant.sum()) if found is None else found
    # The bar of Benjamini and Hochberg: a lone discovery must be under alpha / tests.
    bar = alpha * max(found, 1) / max(tests, 1)
    name, clear = _names(table)
    tested = table["p_value"].notna().to_numpy()
    unreachable = (table["smallest_p"] > bar).to_numpy()
    label = np.select(
        [~tested, significant & clear, significant, unreachable],
        [NOT_TESTED, name, NOT_SIGNIFICANT, TOO_FEW],
        NOT_SIGNIFICANT,
    )
    reason = table["reason"].mask(tested, "")
    reason = reason.mask(tested & significant & ~clear, DISAGREE)
    return table.assign(label=label, reason=reason)


def _names(table: pd.DataFrame) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return what each area would be called, and whether the name is beyond doubt.

    The p-value judges the neighbours alone. Gi* includes the area's own value, and one
    outlier elsewhere moves the mean: where the score points the other way, a name such
    as "hot" would contradict one of the two.
    """
    statistic = str(table["statistic"].iloc[0]) if len(table) else "gi_star"
    upper = (table["tail"] == "upper").to_numpy()
    quadrant = table["quadrant"].to_numpy(dtype=object)
    if statistic == "gi_star":
        score = table["z_score"].to_numpy()
        clear = np.where(upper, score > 0, score < 0)
        return np.where(upper, HOT, COLD).astype(object), clear
    if statistic == "geary":
        # A small c means alike.
        same = np.isin(quadrant, ["high-high", "low-low"])
        alike = np.where(same, quadrant, ALIKE)
        return np.where(upper, UNLIKE, alike).astype(object), np.ones(len(table), bool)
    beside = np.array([str(q).endswith("-high") for q in quadrant], dtype=bool)
    return quadrant, beside == upper


# --- stability -----------------------------------------------------------------------


@dataclass(frozen=True)
class Deal:
    """Choices that an honest analyst could have made otherwise."""

    neighbours: Kind
    smoothed: bool
    moved: bool
    seed: int
    number: int


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
    graphs: Mapping[str, Graph] | None = None,
) -> pd.Series:
    """Return the share of runs in which an area keeps its label.

    The runs go through every mixture of neighbours (queen, nearest six, a distance with
    six on average), false discovery rate (.01, .05, .1), plain and empirical-Bayes
    standardised rates (where `numerator` and `base` are given) and points as they are
    and put down anew (where `points` is given), with other seeds. The label to keep is
    that of queen neighbours, `alpha` and `values`.

    Parameters
    ----------
    values
        By area code, as mapped: missing where not to be tested.
    areas
        Polygons in EPSG:27700 indexed by `area_code`.
    statistic
        "gi_star", "moran" or "geary".
    numerator, base
        Events and what they are set against.
    runs
        36 is every mixture once or more. Rounded up to a multiple of three.
    points
        Counts by area code after snapped points were put down anew: a column for each
        version, or a function of the version's number. With `base` they are divided by
        it. Values missing in `values` stay missing.
    graphs
        What `all_graphs` returns, where many maps of the same areas are judged.

    Returns
    -------
    Series
        From 0 to 1 by area code; missing where the area is not tested. Runs in which
        an area cannot be tested (no neighbour in that distance) are not counted.
    """
    if statistic not in ("gi_star", "moran", "geary"):
        problem = f"The stability of {statistic!r} is not defined."
        raise MethodError(problem, hint='Use "gi_star", "moran" or "geary".')
    graphs = graphs or all_graphs(areas)

    def label(x: pd.Series, graph: Graph, run_seed: int) -> pd.DataFrame:
        return clusters(
            x,
            graph,
            statistic=statistic,
            alpha=alpha,
            permutations=permutations,
            seed=run_seed,
        )

    usual = label(values, graphs["queen"], seed)["label"].to_numpy()
    kept, tested = np.zeros(len(values)), np.zeros(len(values))
    rated = numerator is not None and base is not None
    for deal in _deals(runs, seed, rated=rated, moved=points is not None):
        drawn = _drawn(values, numerator, base, points, deal)
        table = label(drawn, graphs[deal.neighbours], deal.seed)
        known = table["p_value"].notna().to_numpy()
        for level in ALPHAS:
            named = _named(table, level, int(known.sum()))["label"].to_numpy()
            tested += known
            kept += known & (named == usual)
    counted = (tested > 0) & (usual != NOT_TESTED)
    share = np.where(counted, kept / np.maximum(tested, 1), np.nan)
    return pd.Series(share, index=values.index, name="stability")


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


def _drawn(
    values: pd.Series,
    numerator: pd.Series | None,
    base: pd.Series | None,
    points: Points | pd.DataFrame | None,
    deal: Deal,
) -> pd.Series:
    """Return the values of one deal, missing where the mapped ones are."""
    count = _moved(points, deal.number) if deal.moved else numerator
    if count is None or not (deal.moved or deal.smoothed):
        return values
    count = count.reindex(values.index).astype(float).where(values.notna())
    if base is None:
        return count
    below = base.reindex(values.index).astype(float)
    if deal.smoothed:
        return pd.Series(eb_standardised(count, below), index=values.index)
    return count / below


def _moved(points: Points | pd.DataFrame | None, version: int) -> pd.Series | None:
    if isinstance(points, pd.DataFrame):
        return points.iloc[:, version % points.shape[1]]
    return points(version) if points is not None else None


# --- words ---------------------------------------------------------------------------


def overlay_words(
    labels: pd.Series, lsoa_to_impact_area: pd.Series, *, label: str = HOT
) -> str:
    """Say how many of the hot areas lie inside an impact area.

    Parameters
    ----------
    labels
        By LSOA code.
    lsoa_to_impact_area
        The impact area by LSOA code; missing or absent where there is none.

    Examples
    --------
    >>> labels = pd.Series({"A": "hot", "B": "hot", "C": "cold"})
    >>> overlay_words(labels, pd.Series({"A": "IA-BE-1", "B": None}))
    '1 of the 2 hot LSOAs lies inside an impact area; 1 does not.'
    """
    found = labels.index[labels == label]
    if not len(found):
        return f"No LSOA is {label}."
    inside = int(lsoa_to_impact_area.reindex(found).notna().sum())
    outside = len(found) - inside
    lies, do = "lies" if inside == 1 else "lie", "does" if outside == 1 else "do"
    noun = "LSOA" if len(found) == 1 else "LSOAs"
    who = f"{inside:,} of the {len(found):,} {label} {noun}"
    return f"{who} {lies} inside an impact area; {outside:,} {do} not."
