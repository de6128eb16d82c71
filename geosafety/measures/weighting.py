"""Weights that make the respondents look like the population, and what they cost."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geosafety.errors import InputError, MethodError, nearest
from geosafety.measures.raking import fit
from geosafety.measures.targets import Dimension, make_dimension, margin_table

Floats = NDArray[np.float64]
Cell = tuple[Hashable, ...]
CAP, TOLERANCE, ITERATIONS = 5.0, 1e-10, 1000


@dataclass(frozen=True)
class Report:
    """What weighting did, and what it could not do.

    Attributes
    ----------
    converged
        Whether every margin is met within the tolerance. Targets of categories that
        nobody belongs to count as spread over the others; a category that the cap holds
        down counts as not met.
    iterations
        How many times round the dimensions.
    gap
        The largest distance of a weighted share from its target, from 0 to 1.
    capped
        How many respondents stand at the cap.
    effective_n, design_effect
        Kish's, over all respondents.
    margins
        `dimension, category, n, sample_share, target_share, weighted_share, note`.
        Shares are per cent of those who gave a category, the sample's unweighted; the
        row `not stated` has a number only.
    left_out
        By dimension, why it was not used.
    """

    converged: bool
    iterations: int
    gap: float
    capped: int
    effective_n: float
    design_effect: float
    margins: pd.DataFrame
    left_out: dict[str, str]

    def sentence(self) -> str:
        """Say in plain words how the weighting went."""
        used = ", ".join(dict.fromkeys(self.margins["dimension"]))
        met = "every margin is met" if self.converged else "not every margin is met"
        return (
            f"Weighted by {used}: {met} (largest gap {100 * self.gap:.1f} points), "
            f"{self.capped:,} respondents at the cap. The weighted answers say as much "
            f"as {self.effective_n:,.0f} unweighted ones would (design effect "
            f"{self.design_effect:.2f})."
        )


@dataclass(frozen=True)
class Weights:
    """A weight for each respondent, in their order and with mean 1; and the report."""

    weights: pd.Series
    report: Report


def rake(
    groups: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    *,
    design: pd.Series | None = None,
    cap: float | None = CAP,
    tolerance: float = TOLERANCE,
    iterations: int = ITERATIONS,
) -> Weights:
    """Weight respondents so that each dimension has the population's shares.

    Raking (Deming and Stephan, 1940), with an upper bound inside the iteration (Deville
    and Sarndal, 1992): of all weights that meet the margins under the cap, the nearest
    to the design weights. Only shares within a margin matter, so that margins may come
    from different years with different totals. Weighting repairs who answered by these
    dimensions, and nothing else.

    Parameters
    ----------
    groups
        One row per respondent, one column per dimension. Who has a missing category
        (prefer not to say, not answered) is not moved by that dimension: together they
        keep their part of the design weight, and the others are raked to the rest.
    margins
        By dimension, the population by category. A dimension that only one side has is
        left out and reported. A category that nobody in the sample belongs to cannot be
        weighted up: its target is spread over the others of its dimension, and said.
    design
        Weights of the sampling design, above zero; their mean does not matter.
    cap
        The most that a design weight may be multiplied by, once both have mean 1; so,
        without design weights, the largest weight. A category that needs more than the
        cap allows gets what it allows, and the others share the rest. `None`: no cap.
    tolerance
        How close to its target, as a share from 0 to 1, each weighted share must come.
    iterations
        How many times round the dimensions at most; running out is reported.

    Raises
    ------
    InputError
        A category that the margin lacks, respondents in a category without population,
        a margin or design weights that cannot be used.
    MethodError
        No respondents, no dimension to weight by, or a cap of 1 or less.

    Examples
    --------
    >>> groups = pd.DataFrame({"sex": ["Female"] * 6 + ["Male"] * 2})
    >>> made = rake(groups, {"sex": pd.Series({"Female": 510, "Male": 490})})
    >>> made.weights.round(2).unique().tolist()
    [0.68, 1.96]
    >>> made.report.converged, round(made.report.effective_n, 2)
    (True, 6.12)
    """
    shares, limit = _design_shares(groups, design), _limit(cap)
    columns = [str(name) for name in groups.columns]
    left_out = {c: "there is no margin" for c in columns if c not in margins}
    left_out |= {c: "the survey did not ask" for c in margins if c not in columns}
    used = []
    for name in (c for c in columns if c in margins):
        if groups[name].isna().all():
            left_out[name] = "nobody gave a category"
        else:
            used.append(make_dimension(groups[name], margins[name], shares, limit))
    if not used:
        problem = "There is no dimension to weight by."
        hint = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise MethodError(problem, hint=hint)
    ratio, rounds = fit(
        [d.codes for d in used],
        [d.reach for d in used],
        shares,
        cap=limit,
        tolerance=tolerance,
        iterations=iterations,
    )
    weight = shares * ratio
    weight *= len(weight) / weight.sum()
    at_cap = int((ratio >= limit * (1 - 1e-9)).sum())
    report = _report(used, weight, tolerance, (rounds, at_cap), left_out)
    return Weights(pd.Series(weight, groups.index, name="weight"), report)


def post_stratify(
    groups: pd.DataFrame,
    totals: pd.Series,
    *,
    design: pd.Series | None = None,
    cap: float | None = None,
    collapse: Mapping[Cell, Cell] | None = None,
) -> Weights:
    """Weight respondents to the population of every joint cell (Holt and Smith, 1979).

    Parameters
    ----------
    groups
        One row per respondent, one column per dimension; who lacks a category in any of
        them keeps the design weight, as a group.
    totals
        The population by cell, indexed by the dimensions in `groups`.
    design, cap
        As for `rake`.
    collapse
        By cell, the cell it is merged into, on both sides. A cell with population and
        nobody in the sample must be merged, and only the caller knows which is alike.

    Raises
    ------
    InputError
        As for `rake`; and a cell without respondents that is merged into no other.

    Examples
    --------
    >>> groups = pd.DataFrame({"age": ["16-34", "35+", "35+"], "sex": ["F", "F", "M"]})
    >>> cells = pd.MultiIndex.from_product([["16-34", "35+"], ["F", "M"]])
    >>> totals = pd.Series([20, 20, 30, 30], cells.set_names(["age", "sex"]))
    >>> merge = {("16-34", "M"): ("16-34", "F")}
    >>> post_stratify(groups, totals, collapse=merge).weights.round(2).tolist()
    [1.2, 0.9, 0.9]
    """
    names = list(totals.index.names)
    if lacking := [n for n in names if n not in groups]:
        problem = f'The totals are by "{lacking[0]}", which the survey does not have.'
        raise InputError(problem, hint=nearest(str(lacking[0]), groups.columns))
    cells = list(totals.index.to_frame().itertuples(index=False, name=None))
    into = _checked_collapse(collapse or {}, cells)
    margin = totals.groupby([_label(into.get(cell, cell)) for cell in cells]).sum()
    number = groups.groupby(names, dropna=False, sort=False, observed=True).ngroup()
    first = groups.loc[~number.duplicated().to_numpy(), names]
    found = list(first.itertuples(index=False, name=None))
    labels = pd.Series([_label(into.get(c, c)) for c in found], dtype="object")
    if empty := margin.index[margin > 0].difference(pd.Index(labels.dropna())).tolist():
        more = f" (the first of {len(empty)} such cells)" if len(empty) > 1 else ""
        problem = f'Nobody in the sample is "{empty[0]}"{more}.'
        hint = "Merge each into a like one with `collapse`, or rake the margins."
        raise InputError(problem, hint=hint)
    name = " x ".join(map(str, names))
    column = labels.take(number.to_numpy()).set_axis(groups.index)
    return rake(column.to_frame(name), {name: margin}, design=design, cap=cap)


def kish(weight: ArrayLike, squares: ArrayLike) -> Floats:
    """Effective number of answers: the square of the sum over the sum of squares.

    Kish (1965): as many equal weights would give a share the same variance, if weights
    and answers had nothing to do with one another. No weight gives a missing value.

    Parameters
    ----------
    weight, squares
        Sums of weights and of their squares. Where a respondent is shared out over
        areas, sums of part times weight and of part times squared weight.

    Examples
    --------
    >>> kish([4, 0], [6, 0]).round(2).tolist()
    [2.67, nan]
    """
    total, square = np.asarray(weight, dtype=float), np.asarray(squares, dtype=float)
    return total**2 / np.where(square > 0, square, np.nan)


def design_effect(n: ArrayLike, weight: ArrayLike, squares: ArrayLike) -> Floats:
    """How many times as many answers weighting calls for: n over Kish's effective n.

    Examples
    --------
    >>> design_effect([3], [4], [6]).tolist()
    [1.125]
    """
    return np.asarray(n, dtype=float) / kish(weight, squares)


def _limit(cap: float | None) -> float:
    if cap is not None and not cap > 1:
        problem = f"A cap of {cap:g} lets no weight rise above the mean."
        raise MethodError(problem, hint="Give a cap above 1 (5 is usual), or None.")
    return np.inf if cap is None else float(cap)


def _design_shares(groups: pd.DataFrame, design: pd.Series | None) -> Floats:
    if groups.empty:
        problem = "There are no respondents to weight."
        raise MethodError(problem, hint="Check the file and the place question.")
    if design is None:
        return np.full(len(groups), 1 / len(groups))
    if not design.index.equals(groups.index):
        problem = "Design weights and respondents are not the same rows."
        raise InputError(problem, hint="Give one design weight per row of the groups.")
    values = design.to_numpy(float, na_value=np.nan)
    if (bad := ~(np.isfinite(values) & (values > 0))).any():
        wrong = f"{int(bad.sum())} of {len(bad)} design weights are not above zero"
        where = f"the first, {values[bad][0]:g}, in row {int(np.argmax(bad)) + 1}"
        hint = "Leave those respondents out, or give them the weight of their design."
        problem = f"{wrong}: {where}."
        raise InputError(problem, hint=hint)
    shares: Floats = values / values.sum()
    return shares


def _checked_collapse(
    collapse: Mapping[Cell, Cell], cells: list[Cell]
) -> Mapping[Cell, Cell]:
    known = {_label(cell) for cell in cells}
    for label in (_label(c) for pair in collapse.items() for c in pair):
        if label not in known:
            problem = f'There is no cell "{label}" to merge.'
            raise InputError(problem, hint=nearest(str(label), sorted(map(str, known))))
    return collapse


def _label(cell: Cell) -> str | None:
    missing = pd.isna(np.array(cell, dtype="object")).any()
    return None if missing else ", ".join(map(str, cell))


def _report(
    used: list[Dimension],
    weight: Floats,
    tolerance: float,
    rounds_and_capped: tuple[int, int],
    left_out: dict[str, str],
) -> Report:
    total, squares = weight.sum(), (weight**2).sum()
    after = [np.bincount(d.codes, weight, len(d.wanted)) / total for d in used]
    gaps = [np.abs(a - d.wanted).max() for a, d in zip(after, used, strict=True)]
    return Report(
        # Weights are rescaled after the last round: forgive what rounding that leaves.
        converged=bool(max(gaps) <= tolerance + 1e-12),
        iterations=rounds_and_capped[0],
        gap=float(max(gaps)),
        capped=rounds_and_capped[1],
        effective_n=float(kish(total, squares)),
        design_effect=float(design_effect(len(weight), total, squares)),
        margins=pd.concat(map(margin_table, used, after), ignore_index=True),
        left_out=left_out,
    )
