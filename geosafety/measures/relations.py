"""Two columns of values, and what relates them, made ready to be compared.

The one place that knows shares, rates and means apart, and independent sides from
parts, pairs and options. What comes out, a `Pair`, is the same for all.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from geosafety.errors import MethodError, nearest
from geosafety.measures.differences import (
    Floats,
    Pair,
    Side,
    mean_side,
    paired,
    rate_side,
    rest_of_means,
    rest_of_rates,
    rest_of_shares,
    same_question,
    share_side,
)
from geosafety.measures.verdicts import SHOWN

Relation = Literal["independent", "part of", "paired", "same question"]
Kind = Literal["share", "rate", "mean"]
Frames = tuple[pd.DataFrame, pd.DataFrame]
NUMBERS = {
    "share": ("value", "effective_n"),
    "rate": ("count", "base", "per"),
    "mean": ("value", "se"),
}
MAY_BE_ABSENT = {"responses": np.nan, "population": np.nan, "status": "ok", "name": ""}
ASSUMPTIONS = {
    "independent": "The two sides are different people or events, which have nothing "
    "to do with each other.",
    "part of": "The first side is part of the second: it is compared with the rest of "
    "it, and the difference to the whole is the rest's, made smaller in proportion.",
    "same question": "Both are options of one question that takes one answer, with the "
    "same people: who chose one did not choose the other.",
    "known pairs": "The same people answered both (the fewer are among the more), and "
    "it is known how many answered differently.",
    "unknown pairs": "The same people answered both, and how they answered in pairs is "
    "not known: their answers are taken as unrelated, which mostly makes the interval "
    "too wide.",
}


def assumptions(table: pd.DataFrame, relation: Relation) -> list[str]:
    """Say, row by row, what a comparison takes for granted."""
    if relation != "paired":
        return [ASSUMPTIONS[relation]] * len(table)
    known = np.isfinite(_column(table, "discordant"))
    return [ASSUMPTIONS["known pairs" if k else "unknown pairs"] for k in known]


def read_sides(table: pd.DataFrame, kind: Kind) -> Frames:
    """Take the two sides out of a table, `first_...` and `second_...`.

    Where a status is neither ok nor low base, both sides lose all numbers here.

    Returns
    -------
    tuple of DataFrame
        The numbers of the kind, `responses`, `population`, `status`, `name`, `unit`.
    """
    if kind not in NUMBERS:
        problem = f'There is no kind of value "{kind}".'
        raise MethodError(problem, hint=nearest(kind, NUMBERS))
    sides = [_read(table, kind, which) for which in ("first", "second")]
    shown = [side["status"].isin(SHOWN).to_numpy() for side in sides]
    for side in sides:
        numbers = [*NUMBERS[kind], "responses", "population"]
        # How many answered a hidden value is as hidden as the value.
        side.loc[~(shown[0] & shown[1]), numbers] = np.nan
        _check(side, kind)
    return sides[0], sides[1]


def _read(table: pd.DataFrame, kind: Kind, which: str) -> pd.DataFrame:
    columns: dict[str, object] = {}
    for name in (*NUMBERS[kind], *MAY_BE_ABSENT):
        column = f"{which}_{name}"
        if column in table:
            columns[name] = table[column].to_numpy()
        elif name in MAY_BE_ABSENT:
            columns[name] = MAY_BE_ABSENT[name]
        else:
            problem = f'A table of {kind}s to compare lacks the column "{column}".'
            raise MethodError(problem, hint=nearest(column, map(str, table.columns)))
    side = pd.DataFrame(columns, index=range(len(table)))
    numbers = [*NUMBERS[kind], "responses", "population"]
    side[numbers] = side[numbers].astype(float)
    if kind == "share":
        side["responses"] = side["responses"].fillna(side["effective_n"])
    unit = {"share": "points", "rate": "per {:,.0f}", "mean": ""}[kind]
    per = side["per"] if kind == "rate" else side["responses"]
    return side.assign(unit=[unit.format(number) for number in per])


def _check(side: pd.DataFrame, kind: Kind) -> None:
    for name in NUMBERS[kind]:
        low = -np.inf if (kind, name) == ("mean", "value") else 0.0
        high = 100.0 if (kind, name) == ("share", "value") else np.inf
        values = side[name].to_numpy()
        bad = (values < low) | (values > high)
        if bad.any():
            row = int(np.argmax(bad))
            problem = f"A {name} of {values[row]:g} cannot be compared (row {row + 1})."
            raise MethodError(problem, hint=f"It must be from {low:g} to {high:g}.")


def related(
    table: pd.DataFrame, frames: Frames, kind: Kind, relation: Relation
) -> Pair:
    """Make the pair of sides to compare, with their correlation.

    Parameters
    ----------
    table
        May have `part` (for parts of a whole) and `discordant` (for pairs).
    frames
        From `read_sides`.
    """
    if relation not in get_args(Relation):
        problem = f'There is no relation "{relation}".'
        raise MethodError(problem, hint=nearest(relation, get_args(Relation)))
    first, second = _side(frames[0], kind), _side(frames[1], kind)
    none, whole = np.zeros(len(table)), np.ones(len(table))
    if relation == "independent":
        return Pair(first, second, none, whole, together=False)
    if relation == "part of":
        part = _part(table, frames, kind)
        return Pair(first, _rest(part, frames, kind), none, 1 - part, together=False)
    _shares_only(kind, relation)
    if relation == "paired":
        n = [frame["effective_n"].to_numpy() for frame in frames]
        correlation = paired(first, second, _column(table, "discordant"), n)
    else:
        correlation = same_question(first.value, second.value)
    return Pair(first, second, correlation, whole, together=True)


def _side(frame: pd.DataFrame, kind: Kind) -> Side:
    if kind == "share":
        return share_side(*_numbers(frame, "value", "effective_n"))
    if kind == "rate":
        count, base = _numbers(frame, "count", "base")
        return rate_side(count, base, frame["per"].to_numpy())
    return mean_side(*_numbers(frame, "value", "se"))


def _rest(part: Floats, frames: Frames, kind: Kind) -> Side:
    one, whole = frames
    if kind == "share":
        names = "value", "effective_n"
        return rest_of_shares(part, _numbers(one, *names), _numbers(whole, *names))
    if kind == "rate":
        names = "count", "base"
        per = one["per"].to_numpy()
        return rest_of_rates(_numbers(one, *names), _numbers(whole, *names), per)
    return rest_of_means(
        part, _numbers(one, "value", "se"), _numbers(whole, "value", "se")
    )


def _numbers(frame: pd.DataFrame, one: str, other: str) -> tuple[Floats, Floats]:
    return frame[one].to_numpy(), frame[other].to_numpy()


def _part(table: pd.DataFrame, frames: Frames, kind: Kind) -> Floats:
    """How much of the whole the part is: given, or the ratio of the bases."""
    given = _column(table, "part")
    if kind == "mean":
        shown = frames[0]["value"].notna().to_numpy()
        if (np.isnan(given) & shown).any():
            problem = "A mean of a part needs to be told how large the part is."
            raise MethodError(problem, hint='Give "part", from 0 to 1.')
        return given
    base = NUMBERS[kind][1]
    ratio = (frames[0][base] / frames[1][base]).to_numpy()
    return ratio if kind == "rate" else np.where(np.isnan(given), ratio, given)


def _shares_only(kind: Kind, relation: str) -> None:
    if kind != "share":
        problem = f'The relation "{relation}" is for shares, not for a {kind}.'
        hint = "Compare the mean of each person's own difference with a mean of 0."
        raise MethodError(problem, hint=hint)


def _column(table: pd.DataFrame, name: str) -> Floats:
    if name not in table:
        return np.full(len(table), np.nan)
    return table[name].to_numpy(float)
