"""Hide further values of surveys and members, so that no hidden one can be worked out.

A finished row speaks of a group of people: its base, or for a count the count. Rows of
one group in one area share a *cell* and are hidden together. Two columns of numbers
that agree in every area where both stand are taken to be of the same people: the base
of a question about a visit to the police is also printed as the number who said yes to
having made one, and hiding the one without the other hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geosafety.disclosure.layout import (
    KEY,
    Parts,
    Tables,
    distinct_pieces,
    lay_out,
    with_gaps,
)
from geosafety.disclosure.primary import Policy, small_remainders, too_small
from geosafety.disclosure.secondary import Pattern, hide
from geosafety.errors import MethodError
from geosafety.settings import NUMBERS, indicators

AREA = ["geography", "area_code"]
ALL, NOT_STATED = "all", "not stated"
MEMBERS = "members"
# So many areas must show the same numbers before two columns are of the same people.
AGREE = 3
# Above so many unknowns the quick method decides, and the report says its gap.
EXACT_UNKNOWNS = 600
EXACT_ROUNDS = 15


@dataclass(frozen=True, eq=False)
class Protected:
    """Finished rows after control, and what was done.

    Attributes
    ----------
    values
        The same rows in the same order; further ones are `suppressed`.
    report
        One row a problem: `period, people, dimension, cells, before` (hidden already),
        `primary, secondary, remainders`, `short` (ranges that cannot be as wide as the
        policy asks, because what would have to be hidden is public or 0), `gap` (how
        many of the secondary cells may be too many, as a share), `proved`.
    """

    values: pd.DataFrame
    report: pd.DataFrame


def protect(
    values: pd.DataFrame,
    pieces: pd.DataFrame,
    policy: Policy,
    *,
    rounds: int = EXACT_ROUNDS,
) -> Protected:
    """Hide what gives hidden values of surveys or members away.

    Parameters
    ----------
    values
        Finished rows (`VALUE_COLUMNS`) of one dataset, of one period or several, all
        that will be published of it. Rows of the kind `published` are public already
        and stay.
    pieces
        Where the layers' areas overlap: one row a piece of ground, a column for each
        geography (`geosafety.pipeline.disclosure.pieces`).

    Returns
    -------
    Protected
        Every number of a hidden row is missing, and its status `suppressed`.

    Raises
    ------
    MethodError
        The numbers contradict one another, so that no statement about them holds.
    """
    rows = people_of(values)
    cells, role = columns_of(rows)
    done = [_protected(people, pieces, policy, rounds) for people in _peoples(cells)]
    hidden = pd.concat([table for table, _ in done]) if done else pd.DataFrame()
    report = pd.DataFrame([line for _, lines in done for line in lines])
    return Protected(_hide_rows(values, rows, role, hidden), report)


def people_of(values: pd.DataFrame) -> pd.DataFrame:
    """Say of each row which column of people its base is, and which its numerator.

    Returns
    -------
    DataFrame
        By row of `values`: `period, geography, area_code, fixed, hidden`, `base` and
        `numerator` (names of columns, empty where there is none), `n_base` and
        `n_numerator`.
    """
    text = values[["period", *AREA, "indicator", "group", "kind", "status"]].astype(
        "str"
    )
    named = [
        _named(i, g) for i, g in zip(text["indicator"], text["group"], strict=True)
    ]
    base, numerator = zip(*named, strict=True) if named else ((), ())
    rows = text[["period", *AREA]].assign(
        base=list(base),
        numerator=list(numerator),
        fixed=text["kind"].eq("published"),
        hidden=text["status"].eq("suppressed"),
        n_base=values["base"].to_numpy(float),
        n_numerator=values["numerator"].to_numpy(float),
    )
    counts = [_measure(name) == "count" for name in text["indicator"]]
    # A rate of members has residents for its base, and a change is no number of people:
    # both are hidden with the members, and say nothing more of them.
    rows.loc[rows["base"].str.startswith(MEMBERS), "n_base"] = np.nan
    rows.loc[counts, "n_base"] = values["value"].to_numpy(float)[counts]
    return rows


def _measure(name: str) -> str:
    found = indicators().get(name)
    return found.measure if found else ""


def _named(name: str, group: str) -> tuple[str, str]:
    """Name the columns of people of a row: its base, and its numerator.

    Examples
    --------
    >>> _named("survey_answer_share", "age=65-74")
    ('age|all', 'age|=65-74')
    >>> _named("feels_safe_home", "age=65-74")
    ('safe_home|age=65-74', '')
    >>> _named("wmnow_rate", "all")
    ('members|all', '')
    """
    found = indicators().get(name)
    if found is None:
        return "", ""
    if found.measure in ("answer_share", "answer_count"):
        question, _, option = group.partition("=")
        return f"{question}|{ALL}", f"{question}|={option}"
    if found.question:
        place = "" if found.place == "home" else f" ({found.place})"
        return f"{found.question}{place}|{group}", ""
    if found.dataset == "wmnow":
        return f"{MEMBERS}|{group}", ""
    return f"{name}|{group}", ""


def columns_of(
    rows: pd.DataFrame, *, seen: bool = False
) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Put the numbers of people into columns, the same people into one.

    Parameters
    ----------
    seen
        How a reader finds it: a cell that one row hides and another shows is shown.
        Else it is to be hidden in both.

    Returns
    -------
    DataFrame, dict
        `period, people, part, geography, area_code, count, hidden, fixed`, and for each
        period and column the name of the column whose people it is.
    """
    long = _long(rows)
    role: dict[tuple[str, str], str] = {}
    for period, table in long.groupby("period", sort=True):
        wide = table[~table["hidden"]].groupby([*AREA, "column"])["count"].max()
        shown = wide.unstack("column").reindex(columns=sorted(table["column"].unique()))
        role |= {(str(period), k): v for k, v in _same_people(shown).items()}
    keys = zip(long["period"], long["column"], strict=True)
    long["column"] = [role.get(key, "") for key in keys]
    long = long[long["column"] != ""]
    keys_of = ["period", "column", *AREA]
    cells = long.groupby(keys_of, sort=True).agg(
        count=("count", "max"),
        hidden=("hidden", "all" if seen else "any"),
        fixed=("fixed", "any"),
    )
    cells = cells.reset_index()
    cells["hidden"] &= ~cells["fixed"]
    cells = cells[cells["hidden"] | cells["count"].notna()]
    split = cells["column"].str.split("|", n=1, expand=True)
    return cells.assign(people=split[0], part=split[1]), role


def _long(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one line for every base and every numerator."""
    keep = ["period", *AREA, "hidden", "fixed"]
    parts = [
        rows[keep].assign(column=rows[name], count=rows[f"n_{name}"])
        for name in ("base", "numerator")
    ]
    long = pd.concat(parts, ignore_index=True)
    return long[long["column"] != ""]


def _same_people(shown: pd.DataFrame) -> dict[str, str]:
    """Say which column each is the same people as; leave out answers that are none.

    The number who gave an answer is a number of people of its own only where it is the
    base of something else: other small answers of a large base may be shown.
    """
    names = [str(name) for name in shown.columns]
    bases = [name for name in names if "|=" not in name]
    answers = [name for name in names if "|=" in name]
    wholes = sorted(bases, key=lambda n: (not n.endswith(f"|{ALL}"), n))
    first: dict[str, str] = {}
    for name in [*wholes, *answers]:
        column = shown[name].to_numpy(float)
        for other in dict.fromkeys(first.values()):
            if _agree(column, shown[other].to_numpy(float)):
                first[name] = other
                break
        else:
            if "|=" not in name:
                first[name] = name
    # A group of the same whole under another question's name goes under the whole's.
    return {name: _under_whole(other, first) for name, other in first.items()}


def _under_whole(name: str, first: dict[str, str]) -> str:
    people, _, part = name.partition("|")
    whole = first.get(f"{people}|{ALL}", name)
    return f"{whole.partition('|')[0]}|{part}"


def _agree(one: np.ndarray, other: np.ndarray) -> bool:
    both = ~np.isnan(one) & ~np.isnan(other)
    people = both & (one > 0)
    return bool(people.sum() >= AGREE and (one[both] == other[both]).all())


def _peoples(cells: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, table in cells.groupby(["period", "people"], sort=True):
        yield table


def _protected(
    cells: pd.DataFrame,
    pieces: pd.DataFrame,
    policy: Policy,
    rounds: int,
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Protect the numbers of some people: all of them, then by each dimension.

    The whole of an area stands in each of these tables; they are gone through until
    none asks for more.
    """
    table = cells.set_index(["part", *AREA]).sort_index()
    lines: dict[str, dict[str, object]] = {}
    before = -1
    while before != int(table["hidden"].sum()):
        before = int(table["hidden"].sum())
        for dimension in dimensions_of(cells):
            found = _problem(table, dimension, pieces, policy, rounds)
            said = {
                "period": cells["period"].iloc[0],
                "people": cells["people"].iloc[0],
            }
            earlier = lines.get(dimension)
            lines[dimension] = said | {"dimension": dimension} | found
            if earlier:
                for count in ("before", "primary", "secondary"):
                    lines[dimension][count] = earlier[count]
    return table.reset_index(), list(lines.values())


def _problem(
    table: pd.DataFrame,
    dimension: str,
    pieces: pd.DataFrame,
    policy: Policy,
    rounds: int,
) -> dict[str, object]:
    """Protect one table, marking in it what is to be hidden; return what was done."""
    tables = tables_of(table.reset_index(), dimension, pieces, policy)
    quick = tables.sums.shape[1] > EXACT_UNKNOWNS
    pattern = hide(tables, policy, rounds=0 if quick else rounds)
    marked = tables.cells.assign(hidden=pattern.hidden)[[*KEY, "hidden"]]
    now = marked.set_index(["part", *AREA])["hidden"]
    table.loc[now.index, "hidden"] = now
    return _line(tables.cells, pattern, policy)


def tables_of(
    cells: pd.DataFrame, dimension: str, pieces: pd.DataFrame, policy: Policy
) -> Tables:
    """Lay out the numbers of some people: all of them, or by one dimension too.

    Parameters
    ----------
    cells
        `part, geography, area_code, count, hidden`.
    dimension
        Such as `age`, for parts such as `age=65-74`; empty: the whole alone.
    """
    wanted = cells["part"] == ALL
    if dimension:
        inside = cells["part"].str.startswith(f"{dimension}=")
        wanted = inside | (wanted & cells["geography"].isin(cells["geography"][inside]))
    cells = cells[wanted]
    layers = set(cells["geography"])
    ground = distinct_pieces(pieces, [str(c) for c in pieces.columns if c in layers])
    *first, last = _parts(cells)
    tables = lay_out(cells, ground, last)
    if _harmless(tables, policy):
        return tables
    for parts in first:
        try:
            return lay_out(cells, with_gaps(cells, ground, parts), parts)
        except MethodError:
            continue
    return lay_out(cells, with_gaps(cells, ground, last), last)


def dimensions_of(cells: pd.DataFrame) -> list[str]:
    """List what people are told apart by, after the empty one: the whole alone."""
    parts = [str(part) for part in cells["part"].unique()]
    return ["", *sorted({part.partition("=")[0] for part in parts if "=" in part})]


def _harmless(tables: Tables, policy: Policy) -> bool:
    """Tell whether there is nothing to hide, so that it need not add up either."""
    small = too_small(tables.cells["count"], policy).any()
    hidden = tables.hidden.any()
    return not (small or hidden) and small_remainders(tables, policy).table.empty


def _line(cells: pd.DataFrame, pattern: Pattern, policy: Policy) -> dict[str, object]:
    before = int(cells["hidden"].sum())
    return {
        "cells": len(cells),
        "before": before,
        "primary": int(pattern.primary.sum()) - before,
        "secondary": int(pattern.secondary.sum()),
        "remainders": len(pattern.remainders.table),
        "short": int((pattern.wanted < policy.width).sum()),
        "gap": pattern.gap,
        "proved": pattern.proved,
    }


def _parts(cells: pd.DataFrame) -> list[Parts]:
    """Say what everybody may be made of: the groups; or also those who did not say.

    The first that adds up is taken, for with fewer unknowns a reader finds more out.
    """
    named = sorted(set(cells["part"]) - {ALL})
    if not named:
        return [{}]
    return [{ALL: dict.fromkeys(g, 1.0)} for g in (named, [*named, NOT_STATED])]


def _hide_rows(
    values: pd.DataFrame,
    rows: pd.DataFrame,
    role: dict[tuple[str, str], str],
    hidden: pd.DataFrame,
) -> pd.DataFrame:
    """Blank every row whose base or numerator is a hidden cell."""
    if hidden.empty:
        return values
    keys = hidden.loc[hidden["hidden"], ["period", "column", *AREA]]
    wanted = set(keys.itertuples(index=False, name=None))
    periods = [rows["period"]]
    if "compared_with" in values:
        # A change gives the one wave away to who knows the other.
        periods.append(values["compared_with"].astype("str"))
    out = np.zeros(len(rows), dtype=bool)
    for period in periods:
        for name in ("base", "numerator"):
            pairs = zip(period, rows[name], strict=True)
            column = [role.get(pair, "") for pair in pairs]
            full = zip(
                period, column, rows["geography"], rows["area_code"], strict=True
            )
            out |= np.array([key in wanted for key in full], dtype=bool)
    out &= ~rows["fixed"].to_numpy()
    shown = values.copy()
    shown.loc[out, list(NUMBERS)] = np.nan
    status = shown["status"].astype("object")
    status[out] = "suppressed"
    return shown.assign(status=status.astype(values["status"].dtype))
