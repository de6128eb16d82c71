"""Recompute printed numbers, and say what does not add up.

A printed number is a `Decimal` as it stands on paper: `Decimal("24.0")` was rounded to
a tenth, `Decimal("24")` to a whole number, `Decimal("11E4")` to ten thousand. All
arithmetic is exact (fractions): no finding comes from the computer's own rounding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from geosafety.errors import MethodError

ADDS_UP = "adds up"
ROUNDING = "only within rounding"
WRONG = "does not add up"
INCOMPLETE = "list incomplete in print"
TRAP = "derived trap"
CLASSES = (WRONG, TRAP, INCOMPLETE, ROUNDING, ADDS_UP)
HUNDRED = Decimal(100)
TEXT = ("source", "label", "where")
COLUMNS = (*TEXT, "printed", "recomputed", "difference", "class", "words")


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Parts that must sum to a printed total; what is taken away is negative.

    `rounded` parts were rounded each by itself. `complete` says that the list leaves
    nothing out; if it does leave something out, `reason` says how that is known.
    """

    parts: tuple[Decimal, ...]
    total: Decimal = HUNDRED
    rounded: bool = False
    total_rounded: bool = False
    complete: bool = True
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A printed share, rate or change: `per` x (`count` - `before`) / `base`."""

    count: Decimal
    base: Decimal
    printed: Decimal
    per: int = 100
    before: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What a reader gets who subtracts one printed ratio from another."""

    earlier: Ratio
    later: Ratio


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that a paper prints and that can be recomputed."""

    label: str
    where: str
    source: str
    arithmetic: Sum | Ratio | Difference
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What recomputing gave: `printed` and `recomputed` in the unit of the paper."""

    printed: Fraction
    recomputed: Fraction
    verdict: str
    words: str


def reconcile(checks: Iterable[Check]) -> pd.DataFrame:
    """Recompute every check and put it into one of `CLASSES`.

    - *adds up*: the exact result, rounded half up as printed, is the printed number.
    - *only within rounding*: it is not, but numbers that were rounded each by itself
      can give this. k numbers printed to d decimals, each off by at most half a unit,
      are off by at most k x 0.5 x 10^-d together; a sum may be too high by just that
      much, and too low by less than that (a half is rounded up).
    - *list incomplete in print*: short, by more than rounding explains, and the list is
      said to leave something out.
    - *derived trap*: each printed number is right, and their difference is not.
    - *does not add up*: everything else.

    Returns
    -------
    DataFrame
        One row a check, in their order: `source`, `label`, `where`, `printed`,
        `recomputed` (never rounded), `difference` (recomputed less printed), `class`,
        `words` (the arithmetic).

    Raises
    ------
    MethodError
        A base is zero or less.

    Examples
    --------
    >>> parts = tuple(map(Decimal, ("56", "28", "17")))
    >>> made = Check(label="Ratings", where="33", source="a report",
    ...              arithmetic=Sum(parts=parts, rounded=True))
    >>> reconcile([made])["class"].item()
    'only within rounding'
    """
    rows = [
        {
            "source": check.source,
            "label": check.label,
            "where": check.where,
            "printed": float(found.printed),
            "recomputed": float(found.recomputed),
            "difference": float(found.recomputed - found.printed),
            "class": found.verdict,
            "words": f"{found.words} {check.note}".strip(),
        }
        for check in checks
        for found in [judge(check)]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def judge(check: Check) -> Finding:
    """Recompute one check."""
    arithmetic = check.arithmetic
    if isinstance(arithmetic, Sum):
        return _judge_sum(arithmetic)
    ratios = (
        [arithmetic]
        if isinstance(arithmetic, Ratio)
        else [arithmetic.earlier, arithmetic.later]
    )
    if any(ratio.base <= 0 for ratio in ratios):
        problem = (
            f"{check.source}, {check.where}, {check.label}: a base is not above 0."
        )
        raise MethodError(problem, hint="A share or rate needs a base above 0.")
    if isinstance(arithmetic, Ratio):
        return _judge_ratio(arithmetic)
    return _judge_difference(arithmetic)


def half_up(number: Fraction, like: Decimal) -> Fraction:
    """Round half up, away from zero, to as many places as `like` is printed with.

    Examples
    --------
    >>> float(half_up(Fraction("10.25"), Decimal("0.0")))
    10.3
    >>> float(half_up(Fraction(-110752), Decimal("1E3")))
    -111000.0
    """
    step = _step(like)
    whole = int(abs(number) / step + Fraction(1, 2))
    return whole * step if number >= 0 else -whole * step


def _step(printed: Decimal) -> Fraction:
    """One unit in the last printed place."""
    return Fraction(Decimal(1).scaleb(int(printed.as_tuple().exponent)))


def _judge_sum(it: Sum) -> Finding:
    total = Fraction(it.total)
    whole = sum((Fraction(part) for part in it.parts), Fraction(0))
    as_printed = half_up(whole, it.total) if it.total_rounded else whole
    over = whole - total
    slack = sum((_step(part) / 2 for part in it.parts), Fraction(0)) * it.rounded
    slack += _step(it.total) / 2 * it.total_rounded
    if as_printed == total:
        verdict, why = ADDS_UP, "as printed."
    elif it.rounded and -slack < over <= slack:
        verdict, why = ROUNDING, f"rounding explains up to {_text(slack)}."
    elif over < 0 and not it.complete:
        verdict, why = INCOMPLETE, f"{_text(-over)} is left. {it.reason}"
    else:
        verdict = WRONG
        why = f"{_text(abs(over))} {'short' if over < 0 else 'too many'}"
        why += f", and rounding explains {_text(slack)} at most." if it.rounded else "."
    said = _added(it.parts)
    if len(it.parts) > 1:
        said += f" = {_text(whole)}"
    if verdict != ADDS_UP or as_printed != whole:
        said += f", printed {_print(it.total)}" if it.total != HUNDRED else ", not 100"
    return Finding(
        printed=total, recomputed=whole, verdict=verdict, words=f"{said}: {why}".strip()
    )


def _judge_ratio(it: Ratio) -> Finding:
    exact, printed = _exact(it), Fraction(it.printed)
    rounds_to = half_up(exact, it.printed)
    verdict, said = ADDS_UP, f"{_formula(it)} = {_near(exact, it.printed)}"
    if rounds_to == printed:
        said += f": as printed ({_print(it.printed)})."
    else:
        # An exact half that was rounded down, to the even digit say.
        half = abs(exact - printed) <= _step(it.printed) / 2
        verdict = ROUNDING if half else WRONG
        said += f", which rounds to {_like(rounds_to, it.printed)};"
        said += f" printed {_print(it.printed)}."
    return Finding(printed=printed, recomputed=exact, verdict=verdict, words=said)


def _judge_difference(it: Difference) -> Finding:
    like = it.later.printed
    exact = _exact(it.later) - _exact(it.earlier)
    printed = Fraction(it.later.printed) - Fraction(it.earlier.printed)
    rounds_to = half_up(exact, like)
    verdict, too = (ADDS_UP, "too") if rounds_to == printed else (TRAP, "instead")
    said = f"{_formula(it.later)} - {_formula(it.earlier)} = {_near(exact, like)},"
    said += f" which rounds to {_like(rounds_to, like)}; the printed {_print(like)}"
    said += f" - {_print(it.earlier.printed)} give {_like(printed, like)} {too}."
    return Finding(printed=printed, recomputed=exact, verdict=verdict, words=said)


def _exact(it: Ratio) -> Fraction:
    return it.per * Fraction(it.count - it.before) / Fraction(it.base)


def _formula(it: Ratio) -> str:
    above = f"({_print(it.count)} - {_print(it.before)})" if it.before else ""
    return f"{above or _print(it.count)} / {_print(it.base)} x {it.per:,}"


def _added(parts: tuple[Decimal, ...]) -> str:
    first, *rest = parts
    signs = ["-" if part < 0 else "+" for part in rest]
    terms = [f" {s} {_print(abs(p))}" for s, p in zip(signs, rest, strict=True)]
    return _print(first) + "".join(terms)


def _print(number: Decimal) -> str:
    """Write a number as it is printed: its own digits, thousands apart."""
    return f"{number:,f}"


def _like(number: Fraction, like: Decimal) -> str:
    """Write a number with as many places as another is printed with."""
    places = max(-int(like.as_tuple().exponent), 0)
    return f"{Decimal(number.numerator) / number.denominator:,.{places}f}"


def _near(number: Fraction, like: Decimal) -> str:
    """Write two places more than are printed."""
    step = Decimal(1).scaleb(min(int(like.as_tuple().exponent), 0) - 2)
    return f"{float(half_up(number, step)):,.{-int(step.as_tuple().exponent)}f}"


def _text(number: Fraction) -> str:
    """Write a fraction of tenths or hundredths exactly."""
    exact = (Decimal(number.numerator) / Decimal(number.denominator)).normalize()
    return f"{exact:,f}"
