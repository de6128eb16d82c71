"""Whether membership grew faster inside the impact areas than outside, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from geosafety.publish.rounding import rounded


def growth_words(row: Mapping[str, Any]) -> str:
    """Say the growth inside and outside, and whether they differ.

    Parameters
    ----------
    row
        As `pipeline.impact.score.growth_inside` makes it.

    Examples
    --------
    >>> growth_words({"status": "ok", "value": 9.2, "comparator_mean": 9.3,
    ...     "difference": -0.1, "difference_lower": -1.5, "difference_upper": 1.2})
    ... # doctest: +NORMALIZE_WHITESPACE
    'One cannot tell whether membership grew faster inside the impact areas than
    outside: 9.2 % inside, 9.3 % outside.'
    """
    if row["status"] != "ok":
        return f"Growth inside the impact areas is not available: {row['reason']}."
    inside, outside = (_number(row[c]) for c in ("value", "comparator_mean"))
    numbers = f"{inside} % inside, {outside} % outside"
    low, high = row["difference_lower"], row["difference_upper"]
    if not math.isfinite(low + high) or low <= 0 <= high:
        return (
            "One cannot tell whether membership grew faster inside the impact areas "
            f"than outside: {numbers}."
        )
    word = "faster" if low > 0 else "more slowly"
    return f"Membership grew {word} inside the impact areas than outside: {numbers}."


def _number(value: float) -> str:
    return f"{rounded(value, 1):.1f}"
