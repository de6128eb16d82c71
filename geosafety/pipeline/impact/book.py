"""The scorecard as a workbook: a sheet for each measure, and all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from geosafety.pipeline.export import read_accounts
from geosafety.publish.marks import shorthand
from geosafety.publish.sheets import BLANKS, ONE_TABLE, Sheet, dense, number_formats
from geosafety.publish.tables import any_table
from geosafety.publish.whole_workbook import write_whole_workbook

# What is read of a measure, and what the heading calls it.
READ = {
    "area_code": "Area code",
    "area_name": "Area",
    "period": "Period",
    "value": "Value",
    "lower": "Lower end, 95 %",
    "upper": "Upper end, 95 %",
    "numerator": "Counted",
    "base": "Out of",
    "target": "Target",
    "met": "Target met",
    "earlier": "Change since",
    "change": "Change",
    "change_lower": "Change, lower end",
    "change_upper": "Change, upper end",
    "change_verdict": "Verdict on the change",
    "comparators": "Areas alike",
    "comparator_mean": "Mean of areas alike",
    "difference": "Less that mean",
    "difference_verdict": "Verdict on the difference",
    "change_difference": "Change less that of areas alike",
    "change_difference_verdict": "Verdict on that",
    "reason": "Why there is no value",
    "change_reason": "Why there is no change",
    "comparator_reason": "Why nothing is beside it",
    "kind": "Kind",
}
NOT_WHY = "It says what is and how it changed, never why."


def write_book(
    folder: Path, table: pd.DataFrame, manifest: dict[str, Any], path: Path
) -> None:
    """Write the workbook of a scorecard.

    Parameters
    ----------
    folder
        The results, for the ledger and the coverage.
    table
        `SCORE_COLUMNS`.
    """
    plain = any_table(table, None)
    write_whole_workbook(
        plain,
        manifest,
        path,
        name="scorecard",
        accounts=read_accounts(folder),
        readable=_pages(plain),
    )


def _pages(table: pd.DataFrame) -> Iterator[Sheet]:
    for (measure, label), part in table.groupby(["measure", "label"], sort=False):
        page = part[list(READ)].rename(columns=READ).reset_index(drop=True)
        at = list(page.columns).index("Counted")
        page.insert(at, "Shorthand", shorthand(part["status"]).to_numpy())
        kept, gone = dense(page)
        first = part.iloc[0]
        unit = f"Unit: {first['unit']}; changes in {first['change_unit'] or 'it'}."
        said = [str(first["definition"]), str(first["proxy"]), unit, NOT_WHY]
        said += [f"{ONE_TABLE} {BLANKS} Notes are on the sheet Notes.", gone]
        whole = first["area_code"] == "all"
        name = "All impact areas" if whole else str(measure).replace("_", " ")
        yield Sheet(
            name=name[:1].upper() + name[1:31],
            title=str(label),
            lines=tuple(line for line in said if line),
            table=kept,
            formats=number_formats(kept),
            keys=2,
        )
