"""What the tests for clusters and for change found."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from dash_app.queries.layers import has_layer, layer_at
from dash_app.queries.source import source, where
from dash_app.view import TESTED, View
from geosafety import results, settings
from geosafety.publish import words
from geosafety.publish.spots import Spots, make_spots

_EMERGING = "emerging hot spots"


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
    wanted = {"geography": view.geography, "indicator": tested, "group": view.group}
    found = where(tests_at(*source(), "clusters"), **wanted)
    trends = where(tests_at(*source(), "trends"), **wanted, trend=_EMERGING)
    rows = _by_area(trends)
    return [
        row
        | {f"emerging_{k}": rows.get(code, {}).get(k, "") for k in _EMERGING_COLUMNS}
        for code, row in _by_area(found).items()
    ]


@lru_cache(maxsize=4)
def tests_at(path: Path, _stamp: int, name: str) -> pd.DataFrame:
    """Read a table of tests; with nothing in it where there is none."""
    if not (path / f"{name}.parquet").exists():
        return pd.DataFrame()
    frame = results.read_table(path, name)
    if "statistic" in frame and name == "clusters":
        frame = frame[frame["statistic"] == "gi_star"].reset_index(drop=True)
    texts = ("geography", "period", "indicator", "group", "label", "kind", "trend")
    return frame.astype({c: "category" for c in texts if c in frame})


def _by_area(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    rows = ({str(k): v for k, v in r.items()} for r in frame.to_dict("records"))
    return {row["area_code"]: row for row in rows}


@lru_cache(maxsize=32)
def _spots(
    source: tuple[Path, int], geography: str, indicator: str, group: str, look: str
) -> tuple[Spots | None, str]:
    wanted = {"geography": geography, "indicator": indicator}
    whole = where(tests_at(*source, "autocorrelation"), **wanted)
    refused = where(whole, statistic="refused")
    if len(refused):
        return None, f"{refused['words'].iloc[0]} {INSTEAD}"
    found = where(tests_at(*source, "clusters"), **wanted)
    if found.empty:
        text = "These results hold no test for clusters of these areas. "
        return None, f"{text}Build them again to have one. {INSTEAD}"
    others = found["group"].unique()
    found = where(found, group=group)
    trends = where(tests_at(*source, "trends"), **wanted, group=group)
    emerging = where(trends, trend=_EMERGING)
    # Emerging cold spots are rows of the same table that this page does not show.
    kept = [str(trend).startswith("change") for trend in trends.get("trend", [])]
    changes = trends[kept]
    if found.empty or (look == "emerging" and emerging.empty):
        what = words.lower_first(words.group_text(group))
        text = f"No such test was made of this group ({what}) on these areas. "
        if group not in others:
            text += f"Tested here: {', '.join(words.group_text(g) for g in others)}. "
        return None, f"{text}{INSTEAD}"
    rows = make_spots(
        _by_area(found),
        _by_area(emerging),
        _by_area(changes),
        order=layer_at(*source, geography).names,
        look=look,
    )
    return Spots(
        rows=rows,
        look=look,
        period=words.period_text(str(found["period"].iloc[0])),
        months=str(emerging["period"].iloc[0]) if len(emerging) else "",
        permutations=int(found["permutations"].max()),
        kinds=tuple(sorted(found["kind"].astype(str).unique())),
        whole=_whole_words(where(whole, group=group)),
        impact_areas=_impact_names(source),
        points=str(found["points"].iloc[0]) if "points" in found else "",
    ), ""


def _whole_words(tests: pd.DataFrame) -> str:
    found = where(tests, statistic="Moran's I")
    return str(found["words"].iloc[0]) if len(found) else ""


def _impact_names(source: tuple[Path, int]) -> dict[str, str]:
    if not has_layer("impact_area"):
        return {}
    return layer_at(*source, "impact_area").names
