"""A plan as data: one file that a page can show without planning anything anew."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geosafety.engagement.planner import Plan
from geosafety.engagement.swaps import swaps
from geosafety.publish.plan_brief import About, reason

FILE = "plan.json"
PICK = ["venue", "rank", "name", "also", "venue_kind", "postcode", "zone_name", "day"]
PICK += ["visits", "people", "people_new", "reached", "adds", "lost", "lost_replaced"]
PICK += ["replaced_by", "capacity", "accessible", "kept", "word", "kind", "proof"]


def write_data(  # noqa: PLR0913 - what a plan is made of
    out: Path,
    picks: pd.DataFrame,
    made: Plan,
    *,
    areas: gpd.GeoDataFrame,
    about: About,
    headline: str,
    radius: float,
) -> None:
    """Write `plan.json`.

    It holds `headline, title, unit, walk, objective, proof, runs, notes`; `closed` and
    `whole` (what the visits close, of all that is lacking); `asked` (visits allowed);
    `picks` (each with its `reason`), `venues` (`venue, name, longitude, latitude,
    state, rank`), `areas` (the state of each small area, `plan_map.STATES`),
    `swaps` (of `engagement.swaps`, those that keep what was asked) and `radius` in
    metres. What is not known is null.
    """
    rows = [{str(k): v for k, v in r.items()} for r in picks.to_dict("records")]
    once = replace(about, runs=0)  # how sure a pick is stands in its `kept`
    text = json.dumps(
        {
            "headline": headline,
            "title": about.title,
            "unit": about.unit,
            "walk": about.walk,
            "objective": about.objective,
            "proof": about.proof,
            "runs": about.runs,
            "notes": list(about.notes),
            "closed": made.closed,
            "whole": float(made.problem.value.sum()),
            "asked": made.problem.request.visits,
            "radius": radius,
            "picks": [
                {**row, "reason": reason(whole, once)}
                for row, whole in zip(_plain(picks[PICK]), rows, strict=True)
            ],
            "venues": _plain(_venues(made, picks)),
            "areas": dict(zip(areas.index.astype("str"), areas["state"], strict=True)),
            "swaps": _plain(_swaps(made)),
        },
        ensure_ascii=False,
        allow_nan=False,
    )
    (out / FILE).write_text(text, encoding="utf-8")


def _swaps(made: Plan) -> pd.DataFrame:
    if made.problem.in_responses or made.by_distance is not None:
        return pd.DataFrame()
    table = swaps(made)
    return table.loc[table["keeps"], ["gone", "instead", "closed", "change"]]


def _venues(made: Plan, picks: pd.DataFrame) -> pd.DataFrame:
    """Return all candidates: where they are, and their part in the plan."""
    venues = made.problem.venues
    rank = picks.set_index("venue")["rank"].reindex(venues.index).fillna(0).astype(int)
    state = venues["booked"].map({True: "booked", False: "other"})
    points = gpd.points_from_xy(venues["x"], venues["y"], crs="EPSG:27700")
    where = gpd.GeoSeries(points).to_crs(4326)
    known = venues[["name"]].assign(
        longitude=where.x.to_numpy(),
        latitude=where.y.to_numpy(),
        state=state.mask(rank > 0, "pick"),
        rank=rank,
    )
    return known.reset_index()


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON takes them: no number that is none."""
    rows = table.astype("object").to_dict("records")
    return [{str(k): _cell(v) for k, v in row.items()} for row in rows]


def _cell(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
