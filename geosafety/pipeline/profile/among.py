"""Set a few areas beside each other: every measure they share, and every pair of them.

Nothing here ranks. A pair is compared where chance has a model: two rates of events or
members, two shares of answers. Changes and harm stand beside each other without.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.measures.comparison import compare_table, within_families
from geosafety.measures.verdicts import sentences, with_verdict
from geosafety.pipeline.export import latest_period
from geosafety.settings import FORCE_CODE, Indicator, datasets, indicators

FORCE = "force"
BESIDE = ("rate", "share", "change_pct")
PAIRED = ("rate", "share")
SHOWN = ("ok", "low base")
TEXT = ["geography", "area_code", "area_name", "period", "compared_with"]
TEXT += ["indicator", "kind", "status", "verdict"]
SIDE = ["first", "second"]


def read_beside(folder: Path, geography: str, codes: Sequence[str]) -> pd.DataFrame:
    """Read every measure of some areas and of the Force, in one period each.

    The period is the last, years before months, in which one of these areas has a
    figure. A share is the weighted one where the survey was weighted.

    Parameters
    ----------
    geography, codes
        Areas of one layer.

    Returns
    -------
    DataFrame
        `VALUE_COLUMNS`, `effective_n` (answers after weighting, of shares alone),
        `weighted` (whether the share is), a row for each measure and area; `verdict`
        is against the Force, or no change.
    """
    names = [name for name, i in indicators().items() if _stands_beside(i)]
    values = results.read_values(
        folder,
        geography=[geography, FORCE],
        indicator=names,
        group=["all"],
        area_code=[*codes, FORCE_CODE],
    )
    values = results.as_text(values, TEXT)
    own = values[values["geography"] == geography]
    kept = [_latest(values, rows) for _, rows in own.groupby("indicator", sort=False)]
    if not kept:
        return values.assign(effective_n=np.nan, weighted=False)
    return _weighted(folder, pd.concat(kept, ignore_index=True))


def _stands_beside(known: Indicator) -> bool:
    return known.measure in BESIDE and not known.series


def _latest(values: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Keep one period of a measure, and where it is a change the shortest one."""
    period = latest_period(own)
    rows = values[values["indicator"] == own["indicator"].iloc[0]]
    rows = rows[rows["period"] == period]
    kept: pd.DataFrame = rows[rows["compared_with"] == rows["compared_with"].max()]
    return kept


def _weighted(folder: Path, values: pd.DataFrame) -> pd.DataFrame:
    """Put the weighted shares and their verdicts in the place of the counted ones."""
    values = values.assign(effective_n=values["base"], weighted=False)
    if not (folder / "estimates.parquet").exists():
        return values
    found = results.read_table(folder, "estimates", by="")
    found = found[found["weighted"].notna() & (found["place"] == "home")]
    keys = ["indicator", "survey", "geography", "area_code"]
    found = found.astype(dict.fromkeys(keys, "str")).drop_duplicates(keys)
    rows = values.rename(columns={"period": "survey"})[keys]
    rows = rows.merge(found.drop(columns=["base", "status"]), on=keys, how="left")
    use = rows["weighted"].notna().to_numpy() & values["status"].isin(SHOWN).to_numpy()
    new = rows[["weighted", "weighted_lower", "weighted_upper", "effective_n"]]
    values.loc[use, ["value", "lower", "upper", "effective_n"]] = new.to_numpy()[use]
    judged = use & (values["geography"] != FORCE).to_numpy()
    values.loc[judged, "verdict"] = _said(rows).to_numpy()[judged]
    return values.assign(weighted=use)


def _said(rows: pd.DataFrame) -> pd.Series:
    """Write an estimate's verdict as `settings.VALUE_COLUMNS` has it."""
    side = np.where(rows["difference"] > 0, ": higher", ": lower")
    firm = rows["verdict"].isin(["clear", "likely"])
    same = rows["finding"] == "no meaningful difference"
    end = np.select([firm, same], [side, ": no meaningful difference"], "")
    start = rows["verdict"].astype("object").fillna("")
    return start + pd.Series(end, index=rows.index)


def pairs_among(values: pd.DataFrame) -> pd.DataFrame:
    """Compare every two areas on every measure that allows it, all of them together.

    All verdicts rest on p-values adjusted for how many there are (Benjamini and
    Hochberg, 1995), for who reads the whole looks for those that stand out; intervals
    are those of each pair by itself.

    Parameters
    ----------
    values
        From `read_beside`.

    Returns
    -------
    DataFrame
        `indicator`, `first`, `second` (codes), `difference`, `lower`, `upper`, `p`
        (adjusted), `verdict`, `finding`, `words`, `overlap` (of the two intervals).
    """
    own = values[values["geography"] != FORCE]
    found = [
        _pairs(rows, indicators()[str(name)])
        for name, rows in own.groupby("indicator", sort=False)
    ]
    found = [table for table in found if len(table)]
    if not found:
        columns = ["indicator", *SIDE, "difference", "lower", "upper", "p", "verdict"]
        return pd.DataFrame(columns=[*columns, "finding", "words", "overlap"])
    table = pd.concat(found, ignore_index=True)
    table["p"] = within_families(table["p"].to_numpy(float), np.zeros(len(table)))
    one, other = (_named(table, side) for side in SIDE)
    table = with_verdict(table, one["status"], other["status"])
    return table.assign(words=sentences(table, one, other))


def _pairs(rows: pd.DataFrame, known: Indicator) -> pd.DataFrame:
    """Compare the areas of one measure two by two; no row where it allows none."""
    if known.measure not in PAIRED or known.weighted or len(rows) < 2:
        return pd.DataFrame()
    two = np.array(list(combinations(range(len(rows)), 2)))
    sides = [rows.iloc[two[:, i]].reset_index(drop=True) for i in (0, 1)]
    table = pd.concat(
        [
            _side(side, known).add_prefix(f"{n}_")
            for n, side in zip(SIDE, sides, strict=True)
        ],
        axis=1,
    )
    dataset = datasets()[known.dataset]
    share = known.measure == "share"
    found = compare_table(
        table,
        "share" if share else "rate",
        minimum_effect=dataset.minimum_effect if share else dataset.minimum_effect_pct,
        worded=False,
    )
    lower, upper = (
        pd.concat([s[e] for s in sides], axis=1) for e in ("lower", "upper")
    )
    return pd.concat([found, table], axis=1).assign(
        indicator=known.name,
        unit="points" if share else f"per {known.per:,}",
        first=sides[0]["area_code"],
        second=sides[1]["area_code"],
        overlap=lower.max(axis=1, skipna=False) <= upper.min(axis=1, skipna=False),
    )


def _side(rows: pd.DataFrame, known: Indicator) -> pd.DataFrame:
    shared = {"status": rows["status"], "name": rows["area_name"]}
    if known.measure == "share":
        numbers = {"value": rows["value"], "effective_n": rows["effective_n"]}
        return pd.DataFrame({**numbers, "responses": rows["base"], **shared})
    numbers = {"count": rows["numerator"], "base": rows["base"]}
    return pd.DataFrame({**numbers, "per": float(known.per), **shared})


def _named(table: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return what a sentence needs to know of one side."""
    empty = pd.Series(np.nan, index=table.index)
    responses = table.get(f"{side}_responses", empty)
    return pd.DataFrame(
        {
            "name": table[f"{side}_name"],
            "status": table[f"{side}_status"],
            "unit": table["unit"],
            "responses": responses,
            "population": empty,
        }
    )
