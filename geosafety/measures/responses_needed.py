"""How many more responses a group of an area needs, to be precise and to be heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geosafety.errors import MethodError
from geosafety.measures.intervals import Z_95, Floats


def responses_needed(  # noqa: PLR0913
    table: pd.DataFrame,
    *,
    within: Sequence[str] = ("area_code",),
    half_width: float = 5.0,
    at: float | pd.Series = 50.0,
    design_effect: float = 1.0,
) -> pd.DataFrame:
    """How many more responses each group of each area needs, for two purposes.

    For precision: so many that the 95 % interval (Wilson) of a share is no wider than
    `half_width` points either side. For proportion: so many that the group has its
    share, if nobody else answers any more (as `rates.needed` holds the Force fixed).

    Parameters
    ----------
    table
        The columns of `within`, `n` (responses so far) and `population` (missing where
        it is not known): one row per group of an area.
    within
        The columns that name an area.
    half_width
        Points, above 0 and below 50.
    at
        The share expected, in per cent: 50 is the most careful; a series gives each row
        its own, such as the share observed.
    design_effect
        How many responses are worth one of a simple random sample (weights, clusters).

    Returns
    -------
    DataFrame
        The rows with `half_width_now` (points; missing where nobody answered), `needed`
        in all, `more_for_precision`, `more_for_share` (missing where the population of
        a group of the area is not known, or the area has one group), `basis` and
        `words`. Where the population is known it bounds the number (finite population
        correction). `needed` less `more_for_precision` is `n`: whoever hides `n` must
        hide all of them.

    References
    ----------
    Wilson (1927); Cochran (1977), Sampling Techniques, section 4.4, for the finite
    population.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"area_code": "A", "group": ["young", "old"], "n": [10, 90],
    ...      "population": [4000, 6000]}
    ... )
    >>> found = responses_needed(table, half_width=10)
    >>> found[["needed", "more_for_precision", "more_for_share"]].to_numpy().tolist()
    [[91.0, 81.0, 50.0], [91.0, 1.0, 0.0]]
    """
    if not 0 < half_width < 50 or design_effect <= 0:
        problem = (
            f"A half width of {half_width} points, a design effect of {design_effect}."
        )
        hint = "The first is above 0 and below 50; the second is above 0."
        raise MethodError(problem, hint=hint)
    n, people = (table[c].to_numpy(float) for c in ("n", "population"))
    p = np.broadcast_to(np.asarray(at, dtype=float) / 100, n.shape)
    simple = design_effect * _wilson_size(p, half_width / 100)
    finite = simple / (1 + (simple - 1) / people)
    needed = np.ceil(np.where(people > 0, finite, simple) - 1e-9)
    more = np.maximum(0.0, needed - n)
    short = _proportional(table, list(within))
    return table.assign(
        half_width_now=100 * _wilson_half_width(p, _worth(n, people, design_effect)),
        needed=needed,
        more_for_precision=more,
        more_for_share=short,
        basis=n,
        words=[
            _still(m, s, half_width) for m, s in zip(more, short.tolist(), strict=True)
        ],
    )


def _wilson_size(p: Floats, half: float) -> Floats:
    """Solve Wilson's half width for n: a quadratic, of which the larger root."""
    z2 = Z_95**2
    a, b = half**2, 2 * half**2 * z2 - z2 * p * (1 - p)
    c = half**2 * z2**2 - z2**2 / 4
    root: Floats = (-b + np.sqrt(np.maximum(b**2 - 4 * a * c, 0))) / (2 * a)
    return np.maximum(root, 1.0)


def _worth(n: Floats, people: Floats, design_effect: float) -> Floats:
    """How many of a simple random sample without end the responses are worth."""
    left = np.where(people > 0, 1 - np.minimum(n, people) / people, 1.0)
    return np.where(left > 0, n / design_effect / np.where(left > 0, left, 1), np.inf)


def _wilson_half_width(p: Floats, n: Floats) -> Floats:
    known = np.where((n > 0) & np.isfinite(n), n, np.nan)
    z2 = Z_95**2
    half = Z_95 * np.sqrt(p * (1 - p) * known + z2 / 4) / (known + z2)
    return np.asarray(np.where(np.isinf(n), 0.0, half))


def _proportional(table: pd.DataFrame, within: list[str]) -> Floats:
    areas = table.groupby(within, sort=False, dropna=False)
    n, people = table["n"].astype(float), table["population"].astype(float)
    whole = areas["population"].transform("sum").astype(float)
    others = (areas["n"].transform("sum") - n).astype(float)
    known = areas["population"].transform("count") == areas["population"].transform(
        "size"
    )
    rest = (whole - people).where(known & (whole > people))
    short = np.ceil((people / rest * others - n).to_numpy(float) - 1e-9)
    return np.asarray(np.maximum(0.0, short))


def _still(more: float, short: float, half_width: float) -> str:
    """Put both needs into words."""
    if np.isnan(more):
        return "not available: the number of responses is not known"
    exact = f"±{half_width:g} points"
    first = f"{more:,.0f} more for {exact}" if more else f"enough for {exact}"
    if np.isnan(short):
        return f"{first}; its share of the population is not known"
    return f"{first}; " + (
        f"{short:,.0f} more for its share" if short else "has its share"
    )
