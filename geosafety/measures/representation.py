"""Who answered, against who lives there: shares, ratios and one word.

Everything here is said of those who answered a survey and of a reference population
that is named. The population is taken as known; nobody drew the respondents by chance
unless the survey says so, so an interval tells how far luck alone could have moved a
figure, and not why a group is heard less.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from geosafety.errors import InputError
from geosafety.measures.intervals import wilson_interval

FEWER, ABOUT = "fewer than their share", "about their share"
MORE, CANNOT_TELL = "more than their share", "cannot tell"
NOT_ASKED = "the survey has no such group"
NO_POPULATION = "no population figure for this group"
NOBODY = "nobody of this group by the reference"
# A ratio nearer to 1 than this is no difference that anyone would act on.
MINIMUM_EFFECT = 0.1


def representation(
    counts: pd.Series,
    population: pd.Series,
    *,
    reference: str,
    base: str,
    not_stated: Collection[str] = (),
    minimum_effect: float = MINIMUM_EFFECT,
) -> pd.DataFrame:
    """Compare each group's share of the respondents with its share of the population.

    Like is compared with like: both shares are taken over the groups that the survey
    and the population both know. A group that only one of the two knows is `not
    available`; its respondents, and those who did not state theirs, are in neither
    share, and how many they are stands in every row.

    Parameters
    ----------
    counts
        Respondents by group. Missing is not known (never zero); zero is nobody.
    population
        People by group, in the reference area; missing where there is no figure.
    reference
        The reference area and its population by name, such as
        `West Midlands police force area, Census 2021, all ages`.
    base
        Who the respondents are, such as `all who answered and stated it`.
    not_stated
        Groups of `counts` that are no group: `Prefer not to say`.
    minimum_effect
        How far a ratio must be from 1 before it is called fewer or more.

    Returns
    -------
    DataFrame
        By group, in the order of `counts` and then of `population`: `n, share,
        population, population_share` (per cent), `ratio` (1 = its share), `lower,
        upper` (95 %: Wilson's limits of the share, over the population's share),
        `word`, `status` (`ok` or `not available`), `reason`, `basis` (how many people
        the row stands on, for disclosure), `base_n, not_stated, not_compared` (numbers
        of respondents), `reference, base`. Because shares add up to 100, one hidden
        group can be found from the others: whoever hides one must hide a second.

    Raises
    ------
    InputError
        A group stands twice, a number is negative, or no group is in both.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> table = representation(
    ...     pd.Series({"White": 700, "Asian": 160, "No answer": 40}),
    ...     pd.Series({"White": 600, "Asian": 300}),
    ...     reference="made up", base="all", not_stated=["No answer"],
    ... )
    >>> table["ratio"].round(2).to_dict()
    {'White': 1.22, 'Asian': 0.56}
    >>> table["word"].tolist()
    ['more than their share', 'fewer than their share']
    """
    _checked(counts, "Respondents")
    _checked(population, "Population")
    kept = counts[~counts.index.isin(list(not_stated))]
    groups = kept.index.union(population.index, sort=False)
    n, people = (s.reindex(groups).astype(float) for s in (kept, population))
    both = n.notna() & (people > 0)
    if not both.any():
        problem = f"No group has both respondents and people in {reference}."
        raise InputError(problem, hint=f"Groups of the survey: {list(kept.index)}.")
    table = _shares(n, people, both)
    table["word"] = _words(table, minimum_effect)
    why = np.select([n.isna(), people.isna(), people <= 0], REASONS, "")
    return table.assign(
        status=np.where(both, "ok", "not available"),
        reason=why,
        basis=n,
        base_n=n[both].sum(),
        not_stated=counts.reindex(list(not_stated)).sum(),
        not_compared=n[~both].sum(),
        reference=reference,
        base=base,
    )


REASONS = [NOT_ASKED, NO_POPULATION, NOBODY]


def _shares(n: pd.Series, people: pd.Series, both: pd.Series) -> pd.DataFrame:
    answered, total = float(n[both].sum()), float(people[both].sum())
    base = np.where(both & (answered > 0), answered, np.nan)
    share = n.to_numpy(float) / base
    expected = np.where(both, people.to_numpy(float) / total, np.nan)
    lower, upper = wilson_interval(n.where(both), base)
    columns = {
        "n": n.to_numpy(float),
        "share": 100 * share,
        "population": people.to_numpy(float),
        "population_share": 100 * expected,
        "ratio": share / expected,
        "lower": lower / expected,
        "upper": upper / expected,
    }
    return pd.DataFrame(columns, index=n.index)


def _words(table: pd.DataFrame, effect: float) -> np.ndarray:
    """Say fewer or more only where the interval leaves no other side open."""
    ratio, lower, upper = (table[c] for c in ("ratio", "lower", "upper"))
    clear = (upper < 1) | (lower > 1)
    near = (ratio - 1).abs() < effect
    inside = (lower >= 1 - effect) & (upper <= 1 + effect)
    rules = [ratio.isna(), (clear & near) | inside, clear & (ratio < 1), clear]
    return np.select(rules, ["not available", ABOUT, FEWER, MORE], CANNOT_TELL)


def _checked(numbers: pd.Series, what: str) -> None:
    if numbers.index.has_duplicates:
        first = numbers.index[numbers.index.duplicated()][0]
        problem = f"{what}: the group {first!r} stands twice."
        raise InputError(problem, hint="Add its parts up first.")
    if (numbers < 0).any():
        first = numbers[numbers < 0].index[0]
        problem = f"{what}: the group {first!r} has {numbers[first]}."
        raise InputError(problem, hint="A number of people is never below zero.")


def add_up_margins(
    margins: pd.DataFrame, belongs_to: pd.Series, *, geography: str
) -> pd.DataFrame:
    """Add the margins of small areas up to larger ones, such as boroughs to the force.

    Parameters
    ----------
    margins
        `dimension, category, area_code, population` and what else describes them, as
        `readers.margins` gives them; of one geography.
    belongs_to
        The larger area of each small area, indexed by the small one's code. All of them
        must be there: an area without margins leaves its larger area without a figure.

    Returns
    -------
    DataFrame
        The same columns, one row per dimension, category and larger area. A category
        that is missing in one part is missing in the whole, and never a part of it.
    """
    columns = list(margins.columns)
    about = [c for c in columns if c not in ("area_code", "geography", "population")]
    wide = margins.pivot(index=about, columns="area_code", values="population")
    wide = wide.reindex(columns=belongs_to.index)
    whole = wide.T.groupby(belongs_to.to_numpy()).sum(min_count=1).T
    lacks = wide.isna().T.groupby(belongs_to.to_numpy()).any().T
    wide = whole.mask(lacks).rename_axis(columns="area_code").reset_index()
    table = wide.melt(id_vars=about, var_name="area_code", value_name="population")
    return table.assign(geography=geography)[columns]
