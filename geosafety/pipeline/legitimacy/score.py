"""The legitimacy score of each area, with its parts, against one fixed year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.errors import InputError, MethodError, nearest
from geosafety.measures.legitimacy import legitimacy, reference_year
from geosafety.project import LegitimacySource
from geosafety.settings import indicators, legitimacy_parts, weakest

LAYERS = ("npu", "local_authority", "impact_area")
# A mean and a spread of fewer areas than this say little about what is usual.
FEWEST = 5
CAVEAT = (
    "The range of scores and ranks is over the weights of the parts alone: it holds no "
    "sampling error. The score sets outcomes side by side and says nothing of causes."
)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the score is made of: the indicator of each part, and which way is better.

    Attributes
    ----------
    indicator, higher_is
        By part; empty where the project and the catalogue name no indicator.
    """

    source: LegitimacySource
    indicator: dict[str, str]
    higher_is: dict[str, str]


def find_parts(
    source: LegitimacySource | None, own: list[dict[str, str]]
) -> Parts | None:
    """Find what each part is measured by; None where the project wants no score.

    Parameters
    ----------
    source
        The project's `[legitimacy]` block.
    own
        The project's `[[area_values]]`: `indicator` and `higher_is` of each.

    Raises
    ------
    InputError
        A part names an indicator that neither the catalogue nor the project has.
    MethodError
        An indicator of which more is neither better nor worse.
    """
    if source is None:
        return None
    known: dict[str, str] = {
        i.name: i.higher_is for i in indicators().values() if not i.series
    }
    known |= {one["indicator"]: one["higher_is"] for one in own}
    found, direction = {}, {}
    for name, part in legitimacy_parts().items():
        chosen = found[name] = source.parts.get(name, part.indicator)
        if chosen and chosen not in known:
            problem = f"[legitimacy] {name}: no values by area are called {chosen!r}."
            raise InputError(problem, hint=nearest(chosen, known))
        direction[name] = known.get(chosen, "better")
        if direction[name] == "neither":
            problem = f"[legitimacy] {name}: is more of {chosen} better or worse?"
            raise MethodError(problem, hint="Its higher_is says neither: take another.")
    return Parts(source=source, indicator=found, higher_is=direction)


def legitimacy_notes(parts: Parts | None) -> list[str]:
    """Say what the parts are, which are lacking, and what the score does not say."""
    if parts is None:
        return []
    reference = f"the mean area of the year to {parts.source.reference} scores 100"
    return [f"Legitimacy score: {_measured_by(parts)}; {reference}. {CAVEAT}"]


def _measured_by(parts: Parts) -> str:
    pairs = parts.indicator.items()
    return ", ".join(f"{name} is {chosen or 'lacking'}" for name, chosen in pairs)


def legitimacy_tables(
    folder: Path, parts: Parts | None, *, seed: int = 0
) -> Iterator[pd.DataFrame]:
    """Yield the score of each layer that any part has values of.

    Years are those that end in the reference's month: ranges of twelve months where an
    indicator has them, else the value of that month or date; the period is the month.
    Only values of status `ok` count: what is hidden, incomplete or of a low base is
    missing, and an area without one of the parts has no score and no rank.

    Yields
    ------
    DataFrame
        `area_code, geography, area_name, period`, each part's value and `z PART`,
        `score, score_lower, score_upper, rank, rank_lower, rank_upper, of, missing,
        status, words, measured_by, reference, kind`.
    """
    wanted = [name for name in parts.indicator.values() if name] if parts else []
    if parts is None or not wanted:
        return
    for layer in LAYERS:
        values = results.read_unfinished(
            folder, indicator=wanted, geography=[layer], group=["all"]
        )
        values = _yearly(values, parts.source.reference)
        if (values["status"] == "ok").any():
            yield _scored(values, parts, seed)


def _yearly(values: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Keep one value a year of each indicator, under the month that the year ends with.

    A month is never taken for a year: an indicator that has ranges of twelve months
    (crimes in a financial year) is used by those alone.
    """
    keys = ["geography", "area_code", "area_name", "indicator", "kind", "status"]
    table = values.astype(dict.fromkeys([*keys, "period", "compared_with"], "object"))
    span = table["period"].str.extract("^(?P<first>[^/]*)/?(?P<last>.*)$")
    first, ends = span["first"], span["last"].where(span["last"] != "", span["first"])
    year = ends.str[:4] + "-" + reference[-2:]
    begins = pd.to_datetime(first, format="%Y-%m", errors="coerce")
    months = pd.to_datetime(ends, format="%Y-%m", errors="coerce")
    length = 12 * (months.dt.year - begins.dt.year) + months.dt.month - begins.dt.month
    full = length == 11
    alone = (length == 0) & ~full.groupby(table["indicator"]).transform("any")
    keep = (full | alone) & (ends == year) & (table["compared_with"] == "")
    return table.assign(period=ends)[keep]


def _scored(values: pd.DataFrame, parts: Parts, seed: int) -> pd.DataFrame:
    """Score the areas of one layer in every year that any part has."""
    wide = _wide(values, parts)
    reference, lacking = _reference(wide, parts)
    usable = wide.assign(**dict.fromkeys(lacking, np.nan))
    table = legitimacy(
        usable,
        reference,
        higher_is=parts.higher_is,
        weights=_weights(parts),
        seed=seed,
    )
    said = [_why(words, lacking) for words in table["words"]]
    about = values.drop_duplicates("area_code").set_index("area_code")
    table = table.assign(**wide, words=said).reset_index()
    names = about.loc[table["area_code"], ["geography", "area_name"]].reset_index()
    return pd.concat([names, table.drop(columns="area_code")], axis="columns").assign(
        measured_by=_measured_by(parts),
        reference=parts.source.reference,
        kind=weakest(list(values["kind"].unique())),
    )


def _wide(values: pd.DataFrame, parts: Parts) -> pd.DataFrame:
    """Lay the parts out: a column each, by area and year; every area in every year."""
    keys = ["area_code", "period"]
    every = pd.MultiIndex.from_product([sorted(values[k].unique()) for k in keys])
    known = values[values["status"] == "ok"]
    found = {
        name: known[known["indicator"] == indicator].set_index(keys)["value"]
        for name, indicator in parts.indicator.items()
    }
    return pd.DataFrame(found, index=every.set_names(keys)).astype(float)


def _reference(wide: pd.DataFrame, parts: Parts) -> tuple[pd.DataFrame, dict[str, str]]:
    """Take mean and spread of the fixed year, and say of which parts there are none."""
    year = parts.source.reference
    table = reference_year(wide[wide.index.get_level_values("period") == year])
    lacking = {}
    for name, (_, spread, areas) in table.iterrows():
        part = str(name)
        if not parts.indicator[part]:
            lacking[part] = f"nothing measures {part}"
        elif areas < FEWEST:
            lacking[part] = f"{part} is known of {areas:.0f} areas in {year}"
        elif not spread > 0:
            lacking[part] = f"{part} is the same everywhere in {year}"
    # Any numbers do where there is no reference: the part's values are left out.
    table.loc[list(lacking), ["mean", "sd"]] = [0.0, 1.0]
    return table, lacking


def _why(words: str, lacking: dict[str, str]) -> str:
    if not lacking or not words.startswith("not available"):
        return words
    return f"{words} ({'; '.join(lacking.values())})"


def _weights(parts: Parts) -> dict[str, float] | None:
    """Give a part that has no weight of its own the weight 1."""
    given = parts.source.weights
    return {name: given.get(name, 1.0) for name in parts.indicator} if given else None
