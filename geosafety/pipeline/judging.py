"""Give every comparable value its verdict: against the Force, or an earlier period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from geosafety.measures.comparison import compare_table
from geosafety.measures.quick_verdicts import change_verdicts, rate_verdicts
from geosafety.measures.relations import Relation
from geosafety.settings import Dataset, datasets, indicators

KEYS = ["indicator", "period", "compared_with", "group"]
LINE = ["period", "compared_with", "group"]
SHOWN = ("ok", "low base")
# Against the Force: these. Against the earlier period: those.
RATES, SHARES = ("rate", "index"), ("share", "answer_share")
CHANGES = ("change", "change_pct")
PART: Relation = "part of"
APART: Relation = "independent"


def judged(tables: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Add `verdict` to finished tables, which come with the Force's layer first.

    A rate or share of an area is judged against that of the Force in the same period
    and group, a change in events against no change. A stock of people (members at two
    dates) is a full count: its change has no verdict. Areas of one map are judged
    together (`within_families`).
    """
    force: dict[str, pd.DataFrame] = {}
    for table in tables:
        if table.empty:
            yield table
            continue
        name = str(table["indicator"].iloc[0])
        if str(table["geography"].iloc[0]) == "force":
            parts = [force[name], table] if name in force else [table]
            force[name] = pd.concat(parts, ignore_index=True)
        yield table.assign(verdict=_verdicts(table, force.get(name)))


def _verdicts(table: pd.DataFrame, force: pd.DataFrame | None) -> pd.Categorical:
    indicator = indicators().get(str(table["indicator"].iloc[0]))
    said = np.full(len(table), "", dtype=object)
    status = table["status"].astype("object").to_numpy()
    shown = np.isin(status, SHOWN)
    if indicator is not None and indicator.denominator != "harm":
        dataset = datasets()[indicator.dataset]
        rows = table[shown]
        if indicator.measure in CHANGES and dataset.counts == "events":
            said[shown] = _changes(rows, dataset)
        elif force is not None and table["geography"].iloc[0] != "force":
            beside = _beside(rows, force)
            if indicator.measure in RATES and not indicator.weighted:
                said[shown] = _rates(rows, beside, dataset)
            elif indicator.measure in SHARES:
                said[shown] = _shares(rows, beside, dataset)
    said[status == "suppressed"] = "suppressed"
    return pd.Categorical(said)


def _beside(rows: pd.DataFrame, force: pd.DataFrame) -> pd.DataFrame:
    """Lay the Force's row beside each row, in order."""
    known = force[force["status"].isin(SHOWN)].set_index(
        pd.MultiIndex.from_frame(
            force.loc[force["status"].isin(SHOWN), LINE].astype(str)
        )
    )
    found = known[["value", "numerator", "base"]].reindex(
        pd.MultiIndex.from_frame(rows[LINE].astype(str))
    )
    return found.set_axis(rows.index)


def _family(rows: pd.DataFrame) -> pd.Series:
    family: pd.Series = rows.groupby(LINE, observed=True, sort=False).ngroup()
    return family


def _low(rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(rows["status"] == "low base")


def _rates(rows: pd.DataFrame, beside: pd.DataFrame, dataset: Dataset) -> np.ndarray:
    return rate_verdicts(
        rows["numerator"].to_numpy(float),
        rows["base"].to_numpy(float),
        beside["numerator"].to_numpy(float),
        beside["base"].to_numpy(float),
        family=_family(rows),
        low=_low(rows),
        minimum_pct=dataset.minimum_effect_pct,
    )


def _changes(rows: pd.DataFrame, dataset: Dataset) -> np.ndarray:
    before = rows["base"].to_numpy(float)
    return change_verdicts(
        before,
        before + rows["numerator"].to_numpy(float),
        family=_family(rows),
        low=_low(rows),
        minimum_pct=dataset.minimum_effect_pct,
    )


def _shares(rows: pd.DataFrame, beside: pd.DataFrame, dataset: Dataset) -> np.ndarray:
    if rows.empty:
        return np.array([], dtype=object)
    sides = pd.DataFrame(
        {
            "first_value": rows["value"],
            "first_effective_n": rows["base"],
            "first_status": rows["status"].astype("object"),
            "second_value": beside["value"],
            "second_effective_n": beside["base"],
        }
    )
    yes, whole = rows["numerator"], beside["numerator"]
    no, rest = rows["base"] - yes, beside["base"] - whole
    # Where people may be in several areas, an area may hold more than the Force.
    inside = (
        (yes <= whole) & (no <= rest) & (rows["base"] < beside["base"])
    ).to_numpy()
    sides["part"] = rows["base"] / beside["base"]
    family = _family(rows)
    found = pd.concat(
        [
            compare_table(
                sides[which],
                "share",
                minimum_effect=dataset.minimum_effect,
                relation=relation,
                family=family[which],
                worded=False,
            )
            for which, relation in ((inside, PART), (~inside, APART))
        ]
    ).reindex(sides.index)
    side = np.where(found["difference"] > 0, ": higher", ": lower").astype(object)
    firm = found["verdict"].isin(["clear", "likely"]).to_numpy()
    same = (found["finding"] == "no meaningful difference").to_numpy()
    verdict = found["verdict"].astype("object").to_numpy()
    tail = np.select([firm, same], [side, ": no meaningful difference"], "")
    judged: np.ndarray = np.where(
        found["difference"].isna(), "", verdict + tail.astype(object)
    )
    return judged
