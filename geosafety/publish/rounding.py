"""Round as people do, on the way out and never before."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd


def round_half_up(numbers: pd.Series, decimals: int) -> pd.Series:
    """Round half up, away from zero, by the number as it is written in decimal.

    Examples
    --------
    >>> round_half_up(pd.Series([10.25, -0.5, 4.447]), 1).tolist()
    [10.3, -0.5, 4.4]
    """
    known = {x: rounded(x, decimals) for x in numbers.dropna().unique()}
    return numbers.map(known).astype(float)


def rounded(x: float, decimals: int) -> float:
    """Round one number half up, away from zero.

    Examples
    --------
    >>> rounded(10.25, 1), rounded(-0.5, 0)
    (10.3, -1.0)
    """
    return float(_quantized(x, decimals))


def as_text(numbers: pd.Series, decimals: int | None) -> list[str]:
    """Write numbers out: nothing where there is none, whole numbers without a point.

    Examples
    --------
    >>> as_text(pd.Series([25393.0, 60.197, float("nan")]), None)
    ['25393', '60.197', '']
    >>> as_text(pd.Series([21.0, 60.197]), 1)
    ['21.0', '60.2']
    """
    return [_text(x, decimals) for x in numbers.tolist()]


def _text(x: float, decimals: int | None) -> str:
    if x is None or math.isnan(x):
        return ""
    if decimals is not None:
        return str(_quantized(x, decimals))
    return str(int(x)) if float(x).is_integer() else repr(float(x))


def _quantized(x: float, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(x))).quantize(step, rounding=ROUND_HALF_UP)
