"""Values as given, in the one table shape: Force series, and one's own by area."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geosafety.errors import InputError
from geosafety.geography.atlas import Atlas
from geosafety.pipeline.finish import finish
from geosafety.pipeline.inputs import Placed
from geosafety.settings import NUMBERS, Dataset, Indicator

KEYS = ["indicator", "period", "area_code"]
ABOUT = ["indicator", "label", "unit", "higher_is"]


def series_tables(
    dataset: Dataset, inputs: list[Placed], atlas: Atlas
) -> Iterator[pd.DataFrame]:
    """Yield the values as they are given, each of the layer it is given for.

    A series is of the Force; values by area are never added up to larger areas, since
    they may be rates. The group is `all`.

    Raises
    ------
    InputError
        Two rows give the same thing, period and area.
    """
    tables = [
        (rows, placed)
        for placed in inputs
        for _, rows in _located(placed).groupby("indicator", sort=False)
    ]
    _each_once([rows for rows, _ in tables])
    for rows, placed in tables:
        layer = atlas.layers[placed.level]
        about = indicator_of(rows, dataset)
        yield finish(_table(rows), about, dataset, layer, kind=placed.data.kind)


def _located(placed: Placed) -> pd.DataFrame:
    """Give each row its area; a row that no area is known of is in the ledger alone."""
    if not placed.level:
        return placed.data.rows.head(0)
    homes = placed.homes[placed.level][["place", "area_code"]].dropna()
    return placed.data.rows.merge(homes, on="place")


def _each_once(tables: list[pd.DataFrame]) -> None:
    seen = set()
    for rows in tables:
        for key in rows[KEYS].itertuples(index=False, name=None):
            if key in seen:
                problem = f"Two rows give {key[0]} for {key[1]} ({key[2]})."
                hint = "Leave one out; a name and a code may mean the same area."
                raise InputError(problem, hint=hint)
            seen.add(key)


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay out the rows; what a source does not print stays missing."""
    missing = [c for c in NUMBERS if c not in rows]
    return rows.assign(
        **dict.fromkeys(missing, float("nan")),
        group="all",
        compared_with="",
        complete=True,
        basis=rows["base"],
    )


def indicator_of(rows: pd.DataFrame, dataset: Dataset) -> Indicator:
    """Make the indicator that the rows say they are of."""
    said = dict(zip(ABOUT, rows[ABOUT].iloc[0], strict=True))
    return Indicator(
        name=said.pop("indicator"),
        dataset=dataset.name,
        measure="given",
        series=dataset.name == "series",
        **said,
    )


def series_entries(inputs: list[Placed], dataset: str) -> list[dict[str, Any]]:
    """List them for the manifest: what each is called, its unit, its source."""
    found = []
    for placed in inputs:
        if placed.data.dataset == dataset:
            about = {"kind": placed.data.kind, "source": placed.data.source}
            for _, rows in placed.data.rows.groupby("indicator", sort=False):
                said = dict(zip(ABOUT, rows[ABOUT].iloc[0], strict=True))
                periods = rows["period"].nunique()
                found.append({**said, **about, "periods": periods})
    return found
