"""Who is still to be heard: deficits by area and group, and what half-time leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geosafety.errors import InputError, MethodError
from geosafety.measures.responses_needed import responses_needed

NEED_COLUMNS = ["area_code", "group", "deficit", "population"]


def shared_down(
    need: pd.DataFrame, parts: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """Share the deficits of large areas out over their small ones, by residents.

    That is an estimate: it says that a borough's people are short everywhere alike.

    Parameters
    ----------
    need
        `area_code, group, deficit` of the large areas.
    parts
        `area_code, parent, population` of the small ones, the last 0 or more.

    Returns
    -------
    DataFrame, list of str
        `area_code, group, deficit, population` of the small areas, the sum of each
        large one kept; and the large areas without residents, which are left out.

    Examples
    --------
    >>> need = pd.DataFrame({"area_code": ["BE"], "group": "all", "deficit": [30.0]})
    >>> parts = pd.DataFrame(
    ...     {"area_code": ["a", "b"], "parent": "BE", "population": [100.0, 200.0]}
    ... )
    >>> shared_down(need, parts)[0]["deficit"].tolist()
    [10.0, 20.0]
    """
    whole = parts.groupby("parent")["population"].transform("sum")
    share = parts["population"] / whole.where(whole > 0)
    small = parts.assign(share=share).dropna(subset=["share"])
    joined = small.merge(
        need.rename(columns={"area_code": "parent"}), on="parent", how="inner"
    )
    lost = need.loc[~need["area_code"].isin(small["parent"]), "area_code"]
    table = joined.assign(deficit=joined["deficit"] * joined["share"])
    return table[NEED_COLUMNS], sorted(lost.astype(str).unique())


def short_of_share(answers: pd.DataFrame) -> pd.DataFrame:
    """Return how many responses each area lacks of its share of the residents.

    Parameters
    ----------
    answers
        `area_code, n` (responses, missing where hidden), `population`.

    Returns
    -------
    DataFrame
        With `expected` (the area's share of all responses) and `deficit` (expected
        less `n`, at least 0; missing where either is not known). As the sum of all
        responses is held, one area's answers make the others lack more.

    Examples
    --------
    >>> answers = pd.DataFrame({"area_code": ["A", "B"], "n": [80, 20],
    ...                         "population": [500, 500]})
    >>> short_of_share(answers)["deficit"].tolist()
    [0.0, 30.0]
    """
    both = answers["n"].notna() & answers["population"].notna()
    total, people = answers["n"][both].sum(), answers["population"][both].sum()
    if not people > 0:
        problem = "No area has both responses and residents."
        raise InputError(problem, hint="Both are needed to tell who is short.")
    expected = (total * answers["population"] / people).where(both)
    short = (expected - answers["n"]).clip(lower=0)
    return answers.assign(expected=expected, deficit=short)


def second_half(
    answers: pd.DataFrame, *, target: float, half_width: float = 5.0
) -> pd.DataFrame:
    """Say what is still needed by the end, from the responses at half-time.

    Two goals stand side by side: the area's and group's share of the target by
    residents (`deficit`, which a plan closes), and enough responses for a share of
    them to be known to within `half_width` points (`more_for_precision`).

    Parameters
    ----------
    answers
        `area_code, group, n` (responses so far, missing where hidden), `population`.
    target
        Responses wanted by the end, in all.
    half_width
        Points either side of a share, 95 %.

    Returns
    -------
    DataFrame
        With `by_end` (the share of the target), `deficit`, `needed`,
        `more_for_precision` and `words`. Where `n` is hidden, only `by_end` and
        `needed` are known.

    Raises
    ------
    MethodError
        The target is not above what has been answered already.

    Examples
    --------
    >>> answers = pd.DataFrame({"area_code": "A", "group": ["young", "old"],
    ...                         "n": [10, 90], "population": [4000, 6000]})
    >>> second_half(answers, target=200)["deficit"].tolist()
    [70.0, 30.0]
    """
    so_far = float(answers["n"].sum())
    if not target > so_far:
        problem = f"The target is {target:,.0f}, and {so_far:,.0f} have answered."
        raise MethodError(problem, hint="Give the total wanted by the end.")
    people = answers["population"].astype(float)
    if people.isna().any() or not (people >= 0).all() or not people.sum() > 0:
        first = answers[~(people >= 0)].iloc[:1]
        where = f"{first['area_code'].iloc[0]!r}" if len(first) else "any area"
        problem = f"There is no population for {where}."
        raise InputError(problem, hint="Shares of a target go by residents.")
    by_end = target * people / people.sum()
    n = answers["n"].astype(float)
    more = responses_needed(answers.assign(n=n.fillna(0.0)), half_width=half_width)
    hidden = n.isna()
    return answers.assign(
        by_end=by_end,
        deficit=(by_end - n).clip(lower=0),
        needed=more["needed"],
        more_for_precision=more["more_for_precision"].mask(hidden),
        words=np.where(hidden, "hidden: fewer than can be shown", more["words"]),
    )
