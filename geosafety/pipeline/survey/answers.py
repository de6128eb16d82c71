"""Answer a question about a survey from finished results, in words and as a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from geosafety import results
from geosafety.errors import InputError, nearest
from geosafety.measures.comparison import Mean, Rate, Share, compare
from geosafety.settings import FORCE_CODE, datasets, indicator, indicators

REPRESENTATION = ["category", "n", "share", "population_share", "ratio", "lower"]
REPRESENTATION += ["upper", "word"]
SHOWN = ("ok", "low base")
# Per cent of the second rate: below it a difference of two rates matters to nobody.
RATE_EFFECT = 10.0


def estimates(
    folder: Path, *, survey: str, name: str, geography: str, by: str = ""
) -> tuple[list[str], pd.DataFrame]:
    """List one indicator, or the options of one question, by area.

    Parameters
    ----------
    name
        An indicator such as `feels_unsafe_home`, or a question such as `priorities`.
    by
        A demographic question to split by.
    """
    results.read_manifest(folder)
    known = indicators().get(name)
    column = "indicator" if known is not None else "question"
    filters = [("survey", "=", survey), (column, "=", name), ("by", "=", by)]
    filters += [("geography", "=", geography)]
    if known is None:
        filters.append(("indicator", "=", "survey_answer_share"))
    table = pq.read_table(folder / "estimates.parquet", filters=filters).to_pandas()
    if table.empty:
        _say_what_there_is(folder, survey=survey, name=name, geography=geography)
    words = _how(folder, survey)
    words.append(f"{known.label if known else name}, by {geography}.")
    return words, table.reset_index(drop=True)


def _say_what_there_is(folder: Path, *, survey: str, name: str, geography: str) -> None:
    """Raise, naming what the results hold.

    Raises
    ------
    InputError
        Always.
    """
    columns = ["survey", "indicator", "question", "geography"]
    whole = pq.read_table(folder / "estimates.parquet", columns=columns).to_pandas()
    for said, column in ((survey, "survey"), (geography, "geography")):
        there = sorted(whole[column].astype(str).unique())
        if said not in there:
            problem = f"These results hold no {column} {said!r}."
            raise InputError(problem, hint=nearest(said, there))
    mine = whole[whole["survey"] == survey]
    there = sorted({*mine["indicator"].astype(str), *mine["question"].astype(str)})
    problem = f"{survey} has no estimates of {name!r} in these groups."
    raise InputError(problem, hint=nearest(name, there))


def _how(folder: Path, survey: str) -> list[str]:
    """Say how a survey was weighted."""
    table = results.read_table(folder, "weighting")
    mine = table[(table["survey"] == survey) & (table["dimension"] == "")]
    return [f"{survey}. {text}" for text in mine["words"]]


def table_of(folder: Path, name: str, **wanted: str) -> tuple[list[str], pd.DataFrame]:
    """Read the rows of one of the survey tables that match, or say what there is."""
    table = results.read_table(folder, name)
    if table.empty:
        problem = f"These results hold no {name}: the project names no survey."
        raise InputError(problem, hint="Add [[survey]] and build again.")
    for column, value in wanted.items():
        if not value:
            continue
        there = sorted(table[column].astype(str).unique())
        if value not in there:
            problem = f"The {name} of these results hold no {column} {value!r}."
            raise InputError(problem, hint=nearest(value, there))
        table = table[table[column] == value]
    words = _how(folder, wanted["survey"]) if wanted.get("survey") else []
    return words, table.reset_index(drop=True)


def compare_values(  # noqa: PLR0913
    folder: Path,
    name: str,
    *,
    geography: str,
    first: str,
    second: str = "",
    periods: tuple[str, str] = ("", ""),
    groups: tuple[str, str] = ("all", "all"),
) -> str:
    """Say whether any two values of one indicator differ: areas, dates or groups.

    Parameters
    ----------
    first, second
        Codes or names of areas; without the second, the Force.
    periods, groups
        Of the first and of the second; the latest period where nothing is said.

    Returns
    -------
    str
        The verdict as a sentence, and what it takes for granted.
    """
    there = indicator(name)
    one = _value(folder, name, geography, first, periods[0], groups[0])
    level = geography if second else "force"
    other = _value(folder, name, level, second or FORCE_CODE, periods[1], groups[1])
    part = level == "force" and geography != "force"
    same = str(one["period"]) == str(other["period"]) and groups[0] == groups[1]
    found = compare(
        _side(folder, one),
        _side(folder, other),
        minimum_effect=_minimum(there.dataset, there.unit),
        relation="part of" if part and same else "independent",
    )
    return f"{there.label}. {found.words} {found.assumption}"


def _minimum(dataset: str, unit: str) -> float:
    return datasets()[dataset].minimum_effect if unit == "per cent" else RATE_EFFECT


def _value(  # noqa: PLR0913
    folder: Path, name: str, geography: str, area: str, period: str, group: str
) -> pd.Series:
    """Find one value, by the area's code or name."""
    values = results.read_values(
        folder, indicator=[name], geography=[geography], group=[group]
    )
    for column in ("area_code", "area_name"):
        mine = values[values[column].astype(str).str.casefold() == area.casefold()]
        if len(mine):
            break
    else:
        names = sorted(values["area_name"].astype(str).unique())
        problem = f"There is no {name} of {area!r} by {geography}, {group}."
        raise InputError(problem, hint=nearest(area, names))
    periods = sorted(mine["period"].astype(str).unique())
    wanted = period or periods[-1]
    if wanted not in periods:
        problem = f"There is no {name} of {area!r} for {wanted!r}."
        raise InputError(problem, hint=nearest(wanted, periods))
    row: pd.Series = mine[mine["period"] == wanted].iloc[0]
    return row


def _side(folder: Path, row: pd.Series) -> Share | Rate | Mean:
    """Turn a finished value into a side of a comparison.

    Raises
    ------
    InputError
        The indicator is a number of people or of events: numbers are not compared,
        rates are.
    """
    name = f"{row['area_name']} ({row['period']}"
    name += ")" if row["group"] == "all" else f", {row['group']})"
    status = str(row["status"])
    if row["unit"] == "per cent":
        return _weighted(folder, row, name) or Share(
            value=row["value"], effective_n=row["base"], status=status, name=name
        )
    if str(row["unit"]).startswith("per "):
        per = (
            row["value"] * row["base"] / row["numerator"] if row["numerator"] else 1000
        )
        return Rate(
            count=row["numerator"], base=row["base"], per=per, status=status, name=name
        )
    problem = f"{row['indicator']} is a number of {row['unit']}, and numbers are not"
    problem += " compared between areas."
    raise InputError(problem, hint="Compare its rate, or its share.")


def _weighted(folder: Path, row: pd.Series, name: str) -> Share | None:
    """Take the weighted share, where the survey was weighted."""
    by, _, category = str(row["group"]).partition("=")
    filters = [
        ("indicator", "=", str(row["indicator"])),
        ("survey", "=", str(row["period"])),
        ("geography", "=", str(row["geography"])),
        ("area_code", "=", str(row["area_code"])),
        ("by", "=", by if category else ""),
        ("category", "=", category or "all"),
    ]
    path = folder / "estimates.parquet"
    found = pq.read_table(path, filters=filters).to_pandas() if path.exists() else None
    if found is None or len(found) != 1 or pd.isna(found["weighted"].iloc[0]):
        return None
    line = found.iloc[0]
    return Share(
        value=float(line["weighted"]),
        effective_n=float(line["effective_n"]),
        responses=float(line["base"]),
        status=str(line["status"]),
        name=name,
    )
