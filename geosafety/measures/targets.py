"""One dimension of a sample beside the population's margin: what to ask of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geosafety.errors import InputError, nearest
from geosafety.measures.raking import within_reach

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Dimension:
    """One margin beside the sample.

    Attributes
    ----------
    codes
        The category of each respondent; one past the last where it is not stated.
    asked
        Population shares by category.
    wanted
        Shares asked of those in the sample, that of `not stated` last: categories
        without respondents are spread over the others.
    reach
        The same as far as the cap allows.
    """

    name: str
    categories: pd.Index
    codes: Codes
    asked: Floats
    wanted: Floats
    reach: Floats


def make_dimension(
    column: pd.Series, margin: pd.Series, shares: Floats, cap: float
) -> Dimension:
    """Set one column beside its margin, and find what can be asked of the sample.

    Parameters
    ----------
    column
        The category of each respondent, or missing for some.
    margin
        The population by category.
    shares
        Design weights that add to 1.
    cap
        The largest multiplier of a design weight; infinity for none.

    Raises
    ------
    InputError
        A category that the margin lacks or gives no population, or an unusable margin.
    """
    name, asked = str(column.name), _population_shares(str(column.name), margin)
    codes = _codes(column, margin.index)
    held = np.bincount(codes, shares, len(asked) + 1).astype(float)
    known, stated = held[:-1], 1 - held[-1]
    if (nobody := (asked == 0) & (known > 0)).any():
        first = margin.index[nobody][0]
        problem = (
            f'Respondents are "{first}" in {name}, but the margin has nobody there.'
        )
        raise InputError(problem, hint="Merge it into a category that has population.")
    here = np.where(known > 0, asked, 0.0)
    wanted = here / here.sum()
    reach = within_reach(wanted, known / stated, cap)
    whole = [np.append(stated * part, held[-1]) for part in (wanted, reach)]
    return Dimension(name, margin.index, codes, asked, whole[0], whole[1])


def _population_shares(name: str, margin: pd.Series) -> Floats:
    """Turn a margin into shares, or say what is wrong with it."""
    values = margin.to_numpy(float, na_value=np.nan)
    hint = "Give the population of every category, once each."
    if margin.index.has_duplicates:
        twice = margin.index[margin.index.duplicated()][0]
        problem = f'The margin of {name} has "{twice}" twice.'
        raise InputError(problem, hint=hint)
    if (bad := ~(np.isfinite(values) & (values >= 0))).any():
        first = margin.index[bad][0]
        problem = f'The margin of {name} is {values[bad][0]:g} for "{first}".'
        raise InputError(problem, hint=hint)
    if not values.sum() > 0:
        problem = f"The margin of {name} has nobody in it."
        raise InputError(problem, hint=hint)
    shares: Floats = values / values.sum()
    return shares


def _codes(column: pd.Series, categories: pd.Index) -> Codes:
    """Turn each category into its number, one past the last where missing."""
    number, found = pd.factorize(column)
    found = pd.Index(found)
    place = categories.get_indexer(found)
    if (unknown := place < 0).any():
        first = found[unknown][0]
        problem = (
            f'The margin of {column.name} lacks "{first}", which respondents gave.'
        )
        raise InputError(problem, hint=nearest(str(first), categories))
    # Factorize numbers the missing -1, which takes the last entry.
    return np.append(place, len(categories)).astype(np.int64)[number]


def margin_table(dimension: Dimension, after: Floats) -> pd.DataFrame:
    """Lay sample, target and weighted shares side by side.

    Parameters
    ----------
    after
        Weighted shares by category, that of `not stated` last.

    Returns
    -------
    DataFrame
        `dimension, category, n, sample_share, target_share, weighted_share, note`;
        shares in per cent of those who gave a category.
    """
    n = np.bincount(dimension.codes, minlength=len(after))
    short = dimension.reach[:-1] < dimension.wanted[:-1] * (1 - 1e-12)
    nobody = (n[:-1] == 0) & (dimension.asked > 0)
    note = np.select(
        [nobody, short],
        ["nobody in the sample: spread over the others", "held down by the cap"],
        "",
    )
    table = pd.DataFrame(
        {
            "dimension": dimension.name,
            "category": dimension.categories.astype("object"),
            "n": n[:-1],
            "sample_share": 100 * n[:-1] / n[:-1].sum(),
            "target_share": 100 * dimension.asked,
            "weighted_share": 100 * after[:-1] / after[:-1].sum(),
            "note": note,
        }
    )
    if n[-1]:
        row = [dimension.name, NOT_STATED, n[-1], np.nan, np.nan, np.nan]
        table.loc[len(table)] = [*row, "keep their part of the design weight"]
    return table
