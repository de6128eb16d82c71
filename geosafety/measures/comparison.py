"""Can I say this? Two values, their difference, and whether it may be said.

`compare` takes two values; `compare_table` the same for thousands of rows. The rule of
the verdict, and its words, are in `verdicts`; the intervals in `differences`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.measures.differences import (
    Floats,
    Pair,
    difference_limits,
    p_values,
)
from geosafety.measures.intervals import Z_95
from geosafety.measures.relations import (
    Kind,
    Relation,
    assumptions,
    read_sides,
    related,
)
from geosafety.measures.verdicts import more_needed, sentences, with_verdict


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of answers.

    Attributes
    ----------
    value
        Per cent, not rounded.
    effective_n
        Answers it stands on, after weighting (without weights: their number).
    responses
        How many people answered, where that is not `effective_n`.
    population
        How many people could be asked, where known.
    status, name
        Status of the value, and what to call it in a sentence.
    """

    value: float
    effective_n: float
    responses: float = np.nan
    population: float = np.nan
    status: str = "ok"
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A count over its base, `per` so many; the count as of chance events (Poisson)."""

    count: float
    base: float
    per: float
    status: str = "ok"
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean or an index with its standard error; the rest is as in `Share`."""

    value: float
    se: float
    responses: float = np.nan
    population: float = np.nan
    status: str = "ok"
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What `compare` returns; `compare_table` has these as columns.

    Attributes
    ----------
    difference, lower, upper
        First minus second and its 95 % interval: in points of a share, or in the unit
        of the rate or mean.
    minimum_effect
        The smallest difference that matters, in the same unit.
    p
        Two-sided; in a table with a `family`, after the adjustment for its size.
    verdict, finding
        See `verdicts`; where a value is missing, `finding` is its status.
    more_needed
        How many more responses on the first side would find a true difference of just
        `minimum_effect` in four of five surveys (80 % power, two-sided 5 %). It asks
        about the smallest difference that matters and not about the one seen, which
        would only repeat the p-value (Hoenig and Heisey, 2001). 0 where there are
        enough, infinite where no number would do (the second side is too uncertain),
        missing for rates, whose counts are not answers.
    words, assumption
        The verdict as a sentence, and what it takes for granted.
    """

    difference: float
    lower: float
    upper: float
    minimum_effect: float
    p: float
    verdict: str
    finding: str
    more_needed: float
    words: str
    assumption: str


KINDS: dict[type, Kind] = {Share: "share", Rate: "rate", Mean: "mean"}


def compare(
    first: Share | Rate | Mean,
    second: Share | Rate | Mean,
    *,
    minimum_effect: float,
    relation: Relation = "independent",
    discordant: float = np.nan,
    part: float = np.nan,
) -> Comparison:
    """Compare two values and say whether the difference may be said.

    Parameters
    ----------
    first, second
        Two values of one kind.
    minimum_effect
        The smallest difference that matters: points for shares, the unit for means, and
        for rates per cent of the second rate.
    relation
        - `independent`: different people, or two periods of a survey or of events;
        - `part of`: the first is an area of the second, say of the Force;
        - `paired`: the same people gave both answers; if one base is smaller, its
          people are among the others;
        - `same question`: two options of one question with one answer.
    discordant
        For `paired` shares: per cent of people who said yes to just one of the two. Not
        known: their answers are taken as unrelated, and `assumption` says so.
    part
        For `part of`: the share of the whole that the first is, from 0 to 1 (its sum of
        weights over that of the whole). Without it: the ratio of the bases.

    Raises
    ------
    MethodError
        The two are of different kinds, the relation does not fit them, or the minimum
        effect is not above 0.

    Examples
    --------
    >>> unsafe = Share(value=46.0, effective_n=150, name="Ladywood")
    >>> force = Share(value=28.1, effective_n=5828, name="the Force")
    >>> found = compare(unsafe, force, minimum_effect=5, relation="part of")
    >>> found.verdict
    'clear'
    >>> found.words
    'Clear: Ladywood is 17.9 points higher than the Force (95 % interval 10.2 to 25.8).'
    """
    if type(first) is not type(second):
        a, b = type(first).__name__, type(second).__name__
        problem = f"A {a} cannot be compared with a {b}."
        raise MethodError(problem, hint="Give two alike.")
    row: dict[str, object] = {
        f"first_{name}": value for name, value in asdict(first).items()
    }
    row |= {f"second_{name}": value for name, value in asdict(second).items()}
    row |= {"discordant": discordant, "part": part}
    kind = KINDS[type(first)]
    found = compare_table(
        pd.DataFrame([row]), kind, minimum_effect=minimum_effect, relation=relation
    )
    return Comparison(**{str(k): v for k, v in found.to_dict("records")[0].items()})


def compare_table(
    table: pd.DataFrame,
    kind: Kind,
    *,
    minimum_effect: float,
    relation: Relation = "independent",
    family: pd.Series | None = None,
    worded: bool = True,
) -> pd.DataFrame:
    """Compare the two values in each row; all rows have one kind and one relation.

    Parameters
    ----------
    table
        The fields of `Share`, `Rate` or `Mean` twice, as `first_value`, `second_value`
        and so on; `responses`, `population`, `status` and `name` may be absent, and so
        may `discordant` and `part` (see `compare`).
    family
        Which rows are read together, such as the areas of one map: where the reader
        will look for those that stand out, verdicts use p-values adjusted for how many
        they are (Benjamini and Hochberg, 1995, within each family). None: every row
        stands by itself. Intervals are always those of each row by itself.
    worded
        Whether to make the sentences; without, `words` and `assumption` are empty.

    Returns
    -------
    DataFrame
        The columns of `Comparison`, with the index of `table`.
    """
    if not minimum_effect > 0:
        problem = f"The smallest difference that matters is {minimum_effect}."
        raise MethodError(problem, hint="Give a number above 0, such as 5 points.")
    first, second = read_sides(table, kind)
    pair = related(table, (first, second), kind, relation)
    found = _measured(pair, kind, minimum_effect, family)
    found = with_verdict(found, first["status"], second["status"])
    more = more_needed(pair, found["minimum_effect"].to_numpy(), first["responses"])
    found["more_needed"] = more
    found["words"] = sentences(found, first, second) if worded else ""
    found["assumption"] = assumptions(table, relation) if worded else ""
    return found.set_axis(table.index)[[field.name for field in fields(Comparison)]]


def _measured(
    pair: Pair, kind: Kind, minimum_effect: float, family: pd.Series | None
) -> pd.DataFrame:
    z = np.full(len(pair.scale), Z_95)
    lower, upper = difference_limits(pair.first, pair.second, pair.correlation, z=z)
    gap = pair.scale * (pair.first.value - pair.second.value)
    p = p_values(pair.first, pair.second, pair.correlation)
    if family is not None:
        p = within_families(p, family.to_numpy())
    minimum = np.full(len(gap), float(minimum_effect))
    if kind == "rate":
        # A rate's smallest effect is relative: per cent of the second.
        minimum = minimum_effect / 100 * (pair.first.value - gap)
    return pd.DataFrame(
        {
            "difference": gap,
            "lower": pair.scale * lower,
            "upper": pair.scale * upper,
            "minimum_effect": minimum,
            "p": p,
        }
    )


def within_families(p: Floats, family: np.ndarray) -> Floats:
    """Adjust p-values for how many each family has (Benjamini and Hochberg, 1995).

    A missing p-value is no test, and stays missing.

    Examples
    --------
    >>> p, family = np.array([0.01, 0.04, 0.03]), np.array(["a", "a", "b"])
    >>> within_families(p, family).tolist()
    [0.02, 0.04, 0.03]
    """
    ranked = pd.DataFrame({"p": p, "family": family}).dropna(subset="p")
    ranked = ranked.sort_values(["family", "p"], ascending=[True, False])
    groups = ranked.groupby("family", sort=False)["p"]
    many = groups.transform("size")
    # From the largest p down: the k-th of m has the rank m - k.
    ranked["p"] = ranked["p"] * many / (many - groups.cumcount())
    least = ranked.groupby("family", sort=False)["p"].cummin()
    adjusted: Floats = least.reindex(range(len(p))).to_numpy(float)
    return adjusted
