"""How evenly a survey has been answered: R-indicators, whole and by group.

They speak of response rates by group, and of nothing that was answered. An even
response is no proof of a good survey; an uneven one says where to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.errors import MethodError, nearest
from geosafety.measures.intervals import Z_95, Floats


@dataclass(frozen=True, kw_only=True)
class RIndicator:
    """How evenly a survey has been answered across the groups it was given.

    Attributes
    ----------
    respondents, population, rate
        Numbers, and respondents per person (asked, where `invited` was given).
    spread
        S: the standard deviation of the response rates over people, chance removed.
    r, r_lower, r_upper
        R = 1 - 2 S: 1 is even. It says little where few of all residents answer, since
        every rate, and so every difference, is then small: read `cv` there.
    r_unadjusted
        The same with chance left in: always the lower.
    cv, cv_lower, cv_upper
        S over the mean rate. At worst a mean of the respondents is off by this many
        standard deviations of the answer, as far as these groups tell.
    max_bias
        The same for a share of yes answers near one half, in points (50 x `cv`).
    words
        One sentence.
    """

    respondents: float
    population: float
    rate: float
    spread: float
    r: float
    r_lower: float
    r_upper: float
    r_unadjusted: float
    cv: float
    cv_lower: float
    cv_upper: float
    max_bias: float
    words: str


def r_indicator(cells: pd.DataFrame, *, invited: float | None = None) -> RIndicator:
    """Compute the R-indicator from response counts and population totals by cell.

    The population-based form with cells: all that is known of those who did not answer
    is how many people each cell holds, and the response rate of a cell is its
    respondents over its people (the special case of Bianchi and others in which the
    variables are crossed in full; margins of several variables without their joint
    cells are not enough here). Chance makes the rates of small groups differ even where
    the survey is even. As Shlomo, Skinner and Schouten do, its part is taken off the
    variance; for cells of independent responses it is, without bias, the sum of
    W (1 - W) q (1 - q) / (N - 1), with W the cell's share of the people, q its rate and
    N its people. The 95 % limits are by the delta method; with two groups and some 80
    answers they cover the truth only nine times in ten.

    Parameters
    ----------
    cells
        `n` respondents and `population`, one row per cell. Cells must be those of
        people who could answer.
    invited
        How many people were asked, where they were drawn by chance; left out, every
        resident could answer and the rate is per resident.

    Raises
    ------
    MethodError
        Fewer than two cells with people; nobody answered; more answers than people; or
        a missing number.

    References
    ----------
    Schouten, Cobben and Bethlehem (2009), Survey Methodology 35, 101-113. Shlomo,
    Skinner and Schouten (2012), Journal of Statistical Planning and Inference 142,
    201-211. Bianchi, Shlomo, Schouten, Da Silva and Skinner (2019), Survey Methodology
    45, 217-247.

    Examples
    --------
    >>> cells = pd.DataFrame({"n": [60, 20], "population": [100, 100]})
    >>> found = r_indicator(cells)
    >>> round(found.r_unadjusted, 3), round(found.r, 3), round(found.cv, 3)
    (0.599, 0.604, 0.494)
    """
    n, people = _cells(cells)
    total, rate = people.sum(), n.sum() / people.sum()
    # As S is defined, over N - 1; and per person asked instead of per resident.
    scale = np.sqrt(total / (total - 1)) * (total / invited if invited else 1.0)
    raw, spread, cv = _unevenness(n, people)
    spread = scale * spread
    r = np.clip(1 - 2 * spread, 0, 1)
    rate = rate * total / invited if invited else rate
    return RIndicator(
        respondents=float(n.sum()),
        population=float(total),
        rate=float(rate),
        spread=float(spread[0]),
        r=float(r[0]),
        r_lower=float(r[2]),
        r_upper=float(r[1]),
        r_unadjusted=float(1 - 2 * scale * np.sqrt(raw)),
        cv=float(cv[0]),
        cv_lower=float(cv[1]),
        cv_upper=float(cv[2]),
        max_bias=min(100.0, 50 * float(cv[0])),
        words=_evenness(cv, float(rate)),
    )


def _unevenness(n: Floats, people: Floats) -> tuple[float, Floats, Floats]:
    """Variance of the rates as it is; S without chance; and S over the mean.

    The last two have a value and its limits. Delta method of the first order, and what
    of the second is left where all rates are equal (the variance of a quadratic form).
    """
    weight, mean = people / people.sum(), n.sum() / people.sum()
    q = n / people
    noise = q * (1 - q) / np.maximum(people - 1, 1)
    raw = float((weight * (q - mean) ** 2).sum())
    even = max(0.0, raw - float((weight * (1 - weight) * noise).sum()))
    flat = (weight**2 * noise**2 * (1 - 2 * weight)).sum()
    flat = 2 * (flat + (weight**2 * noise).sum() ** 2)
    slope = 2 * weight * (q - mean)
    error = np.sqrt((slope**2 * noise).sum() + flat)
    slope = slope / mean**2 - 2 * even * weight / mean**3
    relative = np.sqrt((slope**2 * noise).sum() + flat / mean**4)
    return raw, _with_limits(even, error), _with_limits(even / mean**2, relative)


def _with_limits(square: float, error: float) -> Floats:
    """Take the root of a variance, and limits even about the root, as they cover best.

    A variance of zero has no such limits: its upper one is then that of the variance.
    """
    root = np.sqrt(square)
    if root == 0:
        return np.array([0.0, 0.0, np.sqrt(Z_95 * error)])
    reach = Z_95 * error / (2 * root)
    return np.array([root, max(0.0, root - reach), root + reach])


def _evenness(cv: Floats, rate: float) -> str:
    """Put the finding into a sentence; R is left out where it would flatter."""
    if cv[1] == 0:
        return "The groups differ no more than chance alone would make them differ."
    said = (
        f"Response rates vary between the groups by {100 * cv[0]:.0f} % of their mean "
        f"({100 * cv[1]:.0f} to {100 * cv[2]:.0f} %): a share could be off by up to "
        f"{min(100.0, 50 * cv[0]):.0f} points, as far as these groups tell."
    )
    if rate >= LOW_RATE:
        return said
    return f"{said} R is near 1 whenever few answer: do not read it here."


LOW_RATE = 0.1  # below it R cannot fall under 0.4, however uneven the response


def partial_indicators(
    cells: pd.DataFrame, by: Sequence[str], *, invited: float | None = None
) -> pd.DataFrame:
    """Say which variable, and which of its groups, makes the response uneven.

    Unconditional: how much the variable's own groups differ; a group's value has a
    sign, below zero where it answers less than the mean. Conditional: what is left of
    that within the cells of all the other variables, so what the variable adds. They
    describe the response as it is: chance is not taken off, and small groups with a
    value near zero say nothing.

    Parameters
    ----------
    cells
        The variables' columns, `n` and `population`: one row per joint cell.
    by
        The variables. With one alone there is nothing to condition on.
    invited
        As in `r_indicator`.

    Returns
    -------
    DataFrame
        `variable, category` (`""` for the variable as a whole), `n, population, rate,
        unconditional, conditional`, and the last two over the mean rate:
        `unconditional_cv, conditional_cv`, which are those to read where few answer.
        A variable's squared value is the sum of its groups' squares.

    References
    ----------
    Schouten, Shlomo and Skinner (2011), Journal of Official Statistics 27, 231-253.

    Examples
    --------
    >>> cells = pd.DataFrame(
    ...     {"age": ["young", "old"], "n": [20, 60], "population": [100, 100]}
    ... )
    >>> table = partial_indicators(cells, ["age"])
    >>> table["unconditional"].round(3).tolist()
    [0.201, -0.142, 0.142]
    """
    for name in by:
        if name not in cells:
            problem = f"The cells have no column {name!r}."
            raise MethodError(problem, hint=nearest(name, map(str, cells.columns)))
    _cells(cells)
    mean = cells["n"].sum() / cells["population"].sum()
    scale = cells["population"].sum() / invited if invited else 1.0
    table = pd.concat(
        [_partial(cells, variable, list(by)) for variable in by], ignore_index=True
    )
    for name in ("unconditional", "conditional"):
        table[f"{name}_cv"] = table[name] / mean
        table[name] = table[name] * scale
    return table.assign(rate=table["rate"] * scale)


def _partial(cells: pd.DataFrame, variable: str, by: list[str]) -> pd.DataFrame:
    own = cells.groupby(variable, sort=False)[["n", "population"]].sum()
    total = own.sum()
    own["rate"] = own["n"] / own["population"]
    share = np.sqrt(own["population"] / (total["population"] - 1))
    own["unconditional"] = share * (own["rate"] - total["n"] / total["population"])
    own["conditional"] = np.nan
    if others := [name for name in by if name != variable]:
        within = cells.groupby([*others], sort=False)[["n", "population"]]
        beside = within.transform("sum")
        gap = cells["n"] / cells["population"] - beside["n"] / beside["population"]
        square = (cells["population"] * gap**2).groupby(cells[variable]).sum()
        own["conditional"] = np.sqrt(square / (total["population"] - 1))
    whole = pd.DataFrame({"n": [total["n"]], "population": [total["population"]]})
    whole["rate"] = whole["n"] / whole["population"]
    for name in ("unconditional", "conditional"):
        whole[name] = np.sqrt((own[name] ** 2).sum(min_count=1))
    own = own.rename_axis("category").reset_index()
    table = pd.concat([whole.assign(category=""), own], ignore_index=True)
    columns = ["category", "n", "population", "rate", "unconditional", "conditional"]
    return table[columns].assign(variable=variable)[["variable", *columns]]


def _cells(cells: pd.DataFrame) -> tuple[Floats, Floats]:
    """Take the numbers of cells that somebody is in."""
    n, people = (cells[c].to_numpy(float) for c in ("n", "population"))
    if np.isnan(n).any() or np.isnan(people).any():
        problem = "A cell has no number of respondents or of people."
        raise MethodError(problem, hint="Leave its variable out, or supply margins.")
    over = (n > people) | (n < 0)
    if over.any():
        at = cells[over].iloc[0].to_dict()
        problem = f"A cell has more respondents than people, or fewer than none: {at}."
        raise MethodError(problem, hint="Do both count the same groups and areas?")
    if (people > 0).sum() < 2 or not n.sum():
        problem = "Fewer than two groups have people in them, or nobody answered."
        raise MethodError(problem, hint="An R-indicator compares groups.")
    return n[people > 0], people[people > 0]
