"""What to call an area on the map of clusters, or why it was not tested.

A name is given where the false discovery rate allows it: among the areas called hot,
cold and so on, at most `alpha` are expected to be called so by chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geosafety.errors import MethodError
from geosafety.spatial.local import Statistic, local_statistics

if TYPE_CHECKING:
    from libpysal.graph import Graph

Floats = NDArray[np.float64]

HOT, COLD = "hot", "cold"
NOT_SIGNIFICANT = "not significant"
TOO_FEW = "too few permutations"
NOT_TESTED = "not tested"
QUADRANTS = ("high-high", "low-low", "high-low", "low-high")
# Local Geary alone can find an area like, or unlike, its neighbours on both sides of
# the mean: no quadrant says that (GeoDa's "other positive" and "negative").
ALIKE, UNLIKE = "alike", "unlike"
LABELS = (HOT, COLD, *QUADRANTS, ALIKE, UNLIKE, NOT_SIGNIFICANT, TOO_FEW, NOT_TESTED)

FEW_NEIGHBOURS = "it has too few neighbours for any number of them to stand out"
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
    return named(table.assign(statistic=statistic), alpha, tests)


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
        name: named(table.assign(q_value=part), alpha, tests, found)
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


def named(
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
    # Where the distribution is known exactly, more permutations are no remedy.
    exact = _statistic(table) == "join_counts"
    label = np.select(
        [~tested, significant & clear, significant, unreachable & (not exact)],
        [NOT_TESTED, name, NOT_SIGNIFICANT, TOO_FEW],
        NOT_SIGNIFICANT,
    )
    reason = table["reason"].mask(tested, "")
    reason = reason.mask(tested & significant & ~clear, DISAGREE)
    if exact:
        reason = reason.mask(tested & ~significant & unreachable, FEW_NEIGHBOURS)
    return table.assign(label=label, reason=reason)


def _statistic(table: pd.DataFrame) -> str:
    return str(table["statistic"].iloc[0]) if len(table) else "gi_star"


def _names(table: pd.DataFrame) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return what each area would be called, and whether the name is beyond doubt.

    The p-value judges the neighbours alone. Gi* includes the area's own value, and one
    outlier elsewhere moves the mean: where the score points the other way, a name such
    as "hot" would contradict one of the two.
    """
    statistic = _statistic(table)
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
