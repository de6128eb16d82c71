"""Read finished tables as their readers do: which numbers of people they tell.

A finished row speaks of a group of people: its base, or for a count the count. Two
columns of numbers that agree in every area where both stand are taken to be of the same
people: the base of a question about a visit to the police is also printed as the number
who said yes to having made one, and whoever hides the one without the other hides
nothing.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from geosafety.disclosure.layout import (
    Parts,
    Tables,
    distinct_pieces,
    lay_out,
    with_gaps,
)
from geosafety.disclosure.primary import Policy, small_remainders, too_small
from geosafety.errors import MethodError
from geosafety.questionnaires import survey, survey_names
from geosafety.settings import indicators

AREA = ["geography", "area_code"]
ALL, NOT_STATED = "all", "not stated"
MEMBERS = "members"
# So many areas must show the same numbers before two columns are of the same people.
AGREE = 3


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
        _named(*key)
        for key in zip(text["indicator"], text["group"], text["period"], strict=True)
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


def _named(name: str, group: str, period: str = "") -> tuple[str, str]:
    """Name the columns of people of a row: its base, and its numerator.

    Examples
    --------
    >>> _named("survey_answer_share", "contact_police=Yes")
    ('contact_police|all', 'contact_police|=Yes')
    >>> _named("survey_answer_share", "age=65-74", "consultation_2024")
    ('age|all', 'age|age=65-74')
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
        # Who said what they are is a group of people.
        part = f"{question if question in _about_people(period) else ''}={option}"
        return f"{question}|{ALL}", f"{question}|{part}"
    if found.question:
        place = "" if found.place == "home" else f" ({found.place})"
        return f"{found.question}{place}|{group}", ""
    if found.dataset == "wmnow":
        return f"{MEMBERS}|{group}", ""
    return f"{name}|{group}", ""


@cache
def _about_people(period: str) -> frozenset[str]:
    """List the questions about the respondent that a survey asked, if this is one."""
    if period not in survey_names():
        return frozenset()
    return frozenset(q.measure for q in survey(period).questions if q.demographic)


def columns_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the numbers of people into columns, the same people into one.

    A cell that one row hides and another shows is shown.

    Returns
    -------
    DataFrame
        `period, people, part, geography, area_code, count, hidden, fixed`.
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
        hidden=("hidden", "all"),
        fixed=("fixed", "any"),
    )
    cells = cells.reset_index()
    cells["hidden"] &= ~cells["fixed"]
    cells = cells[cells["hidden"] | cells["count"].notna()]
    split = cells["column"].str.split("|", n=1, expand=True)
    return cells.assign(people=split[0], part=split[1])


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
    # Where nothing of a layer is shown, not even zeros, a hidden number may be 0.
    keys = [cells["geography"], cells["part"] == ALL]
    layer = cells.groupby(keys)["hidden"]
    nothing = layer.transform("all") & (layer.transform("size") > 1)
    cells = cells.assign(least=np.where(nothing, 0.0, 1.0))
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


def _parts(cells: pd.DataFrame) -> list[Parts]:
    """Say what everybody may be made of: the groups; or also those who did not say.

    The first that adds up is taken, for with fewer unknowns a reader finds more out.
    """
    named = sorted(set(cells["part"]) - {ALL})
    if not named:
        return [{}]
    return [{ALL: dict.fromkeys(g, 1.0)} for g in (named, [*named, NOT_STATED])]
