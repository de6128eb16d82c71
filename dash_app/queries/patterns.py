"""What the tests for clusters and for change found."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dash_app.queries.layers import has_layer, layer_at
from dash_app.queries.source import frame_at, source, where
from dash_app.view import TESTED, View
from geosafety import results, settings
from geosafety.publish import words
from geosafety.publish.spots import EMERGING, Spots, spots_of

_EMERGING_COLUMNS = ("class", "period", "months", "hot_months", "reason")


INSTEAD = "The map shows the value instead."


def has_spots(indicator: str) -> bool:
    """Say whether an indicator is of a kind that is tested for clusters."""
    known = settings.indicator(indicator)
    dataset = settings.datasets()[known.dataset]
    return bool(dataset.small_area) and known.measure in ("rate", "count")


def spots(view: View) -> tuple[Spots | None, str]:
    """Return what the tests found in a view; else nothing, and a sentence of why."""
    if view.look not in TESTED:
        return None, ""
    tested = f"{settings.indicator(view.indicator).dataset}_rate"
    return _spots(source(), view.geography, tested, view.group, view.look)


def spot_rows(view: View) -> list[dict[str, Any]]:
    """Return everything the tests found in a view, unrounded, for a file."""
    tested = f"{settings.indicator(view.indicator).dataset}_rate"
    found, trends = tests_of(view.geography, tested, view.group)
    rows = _by_area(where(trends, trend=EMERGING))
    return [
        row
        | {f"emerging_{k}": rows.get(code, {}).get(k, "") for k in _EMERGING_COLUMNS}
        for code, row in _by_area(found).items()
    ]


def tests_of(
    geography: str, indicator: str, group: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the clusters (Gi*) and the trends of an indicator's group."""
    wanted = {"geography": geography, "indicator": indicator, "group": group}
    clusters = _tests_at(*source(), "clusters", **wanted, statistic="gi_star")
    return clusters, _tests_at(*source(), "trends", **wanted)


@lru_cache(maxsize=4)
def _tests_at(path: Path, _stamp: int, name: str, **wanted: str) -> pd.DataFrame:
    if not (path / f"{name}.parquet").exists():
        return pd.DataFrame()
    return results.read_table(path, name, **wanted)


def _by_area(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    rows = ({str(k): v for k, v in r.items()} for r in frame.to_dict("records"))
    return {row["area_code"]: row for row in rows}


@lru_cache(maxsize=32)
def _spots(
    source: tuple[Path, int], geography: str, indicator: str, group: str, look: str
) -> tuple[Spots | None, str]:
    wanted = {"geography": geography, "indicator": indicator}
    whole = where(frame_at(*source, "autocorrelation"), **wanted)
    refused = where(whole, statistic="refused")
    if len(refused):
        return None, f"{refused['words'].iloc[0]} {INSTEAD}"
    if whole.empty:
        text = "These results hold no test for clusters of these areas. "
        return None, f"{text}Build them again to have one. {INSTEAD}"
    found, trends = tests_of(geography, indicator, group)
    others = whole["group"].unique()
    late = where(trends, trend=EMERGING)
    if found.empty or (look == "emerging" and late.empty):
        what = words.lower_first(words.group_text(group))
        text = f"No such test was made of this group ({what}) on these areas. "
        if group not in others:
            text += f"Tested here: {', '.join(words.group_text(g) for g in others)}. "
        return None, f"{text}{INSTEAD}"
    return spots_of(
        found,
        trends,
        where(whole, group=group),
        names=layer_at(*source, geography).names,
        look=look,
        impact_areas=_impact_names(source),
    ), ""


def _impact_names(source: tuple[Path, int]) -> dict[str, str]:
    if not has_layer("impact_area"):
        return {}
    return layer_at(*source, "impact_area").names
