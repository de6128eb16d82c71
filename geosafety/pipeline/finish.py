"""Give every table the one shape, and say which figures are published ones."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from geosafety.geography.atlas import Layer
from geosafety.measures.status import with_status
from geosafety.pipeline.disclosure.numbers import HiddenNumbers
from geosafety.publish.rounding import rounded
from geosafety.settings import (
    NUMBERS,
    VALUE_COLUMNS,
    Dataset,
    Indicator,
    catalog_text,
)

KEYS = ["indicator", "geography", "area_code", "period", "compared_with", "group"]


def finish(  # noqa: PLR0913
    table: pd.DataFrame,
    indicator: Indicator,
    dataset: Dataset,
    layer: Layer,
    *,
    kind: str,
    vintage: str = "",
) -> pd.DataFrame:
    """Return a computed table as rows of the one table shape.

    Parameters
    ----------
    table
        `area_code, period, compared_with, group, complete, basis` and `NUMBERS`; and
        `hidden`, where something has been decided to be.
    """
    if table.empty:
        return pd.DataFrame(columns=list(VALUE_COLUMNS))
    table = with_status(table, dataset)
    names = layer.areas["area_name"].reindex(
        pd.Index(table["area_code"].astype("object"))
    )
    constant = {
        "geography": layer.name,
        "indicator": indicator.name,
        "unit": indicator.unit,
        "denominator": indicator.denominator,
        "vintage": vintage,
        "kind": kind,
        "verdict": "",
    }
    table = table.assign(area_name=pd.Categorical(names.to_numpy()), **constant)
    text = [c for c in VALUE_COLUMNS if c not in NUMBERS]
    shaped = table.astype(dict.fromkeys(text, "category"))[list(VALUE_COLUMNS)]
    return mark_published(shaped) if kind == "synthetic" else shaped


def without(
    table: pd.DataFrame, hidden: HiddenNumbers | None, layer: Layer
) -> pd.DataFrame:
    """Mark the rows that it has been decided to hide."""
    if hidden is None or table.empty:
        return table
    return table.assign(hidden=hidden.of(table, layer.name, layer.areas.index))


def mark_published(table: pd.DataFrame) -> pd.DataFrame:
    """Call a synthetic row published where a paper prints its figure, and it agrees.

    The demo's respondents are made up so that the printed figures come out; the figure
    is then the paper's, to its printed digit.
    """
    printed = published_figures()
    wanted = table["area_code"].isin({key[2] for key in printed})
    wanted &= table["indicator"].isin({key[0] for key in printed})
    if not wanted.any():
        return table
    rows = table.loc[wanted, [*KEYS, "value"]].astype(dict.fromkeys(KEYS, "object"))
    keys = rows[KEYS].itertuples(index=False, name=None)
    agree = [
        _agrees(value, printed.get(key))
        for key, value in zip(keys, rows["value"].tolist(), strict=True)
    ]
    kind = table["kind"].astype("object")
    kind[rows.index[agree]] = "published"
    return table.assign(kind=kind.astype("category"))


def _agrees(value: float, figure: dict[str, Any] | None) -> bool:
    if figure is None or pd.isna(value):
        return False
    return bool(rounded(value, figure["decimals"]) == figure["value"])


# What the demonstration fills in because no paper prints it: not published at all.
FILLED = "filled.toml"


@cache
def published_figures() -> dict[tuple[str, ...], dict[str, Any]]:
    """Every printed figure of `catalog/published`, by its keys."""
    found = {}
    folder = files("geosafety").joinpath("catalog", "published")
    for file in sorted(f.name for f in folder.iterdir()):
        if file == FILLED:
            continue
        block = tomllib.loads(catalog_text(f"published/{file}"))
        for figure in block.get("figures", []):
            key = tuple(str(figure.get(k, "")) for k in KEYS)
            found[key] = figure
    return found
