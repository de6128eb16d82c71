"""Write a plan: table, map, calendar, briefs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geosafety.engagement.planner import Plan
from geosafety.publish.calendar import Entry, calendar_text
from geosafety.publish.plan_brief import About, brief_html, reason
from geosafety.publish.plan_map import plan_html, plan_sheet
from geosafety.publish.static_map import draw
from geosafety.publish.tables import any_table, write_csv, write_workbook

COLUMNS = ["rank", "name", "also", "venue_kind", "postcode", "zone_name", "day"]
COLUMNS += ["visits", "people", "people_new", "reached", "adds", "lost"]
COLUMNS += [
    "lost_replaced",
    "replaced_by",
    "responses",
    "kept",
    "word",
    "kind",
    "reason",
]


def write_files(  # noqa: PLR0913 - what a plan is made of
    out: Path,
    picks: pd.DataFrame,
    made: Plan,
    *,
    areas: gpd.GeoDataFrame,
    about: About,
    half_time: pd.DataFrame | None,
    as_of: datetime,
    radius: float,
) -> pd.DataFrame:
    """Write the files of a plan into a folder; older briefs there are taken away.

    Parameters
    ----------
    picks
        One row per visit, with what `plan_brief.brief_html` tells.
    areas
        As `plan_map.plan_html` takes them.
    radius
        Of the circles on the map, in metres.

    Returns
    -------
    DataFrame
        The plan as a table, as it stands in the CSV.
    """
    (out / "briefs").mkdir(parents=True, exist_ok=True)
    for old in (out / "briefs").glob("[0-9][0-9]-*.html"):
        old.unlink()
    rows = [{str(k): v for k, v in row.items()} for row in picks.to_dict("records")]
    told = picks.assign(reason=[_why(row, about) for row in rows])
    with (out / "plan.csv").open("w", encoding="utf-8", newline="") as file:
        write_csv(told[COLUMNS], None, file)
    if half_time is not None:
        with (out / "half_time.csv").open("w", encoding="utf-8", newline="") as file:
            write_csv(half_time, None, file)
    proofs = [f"{row['rank']}. {row['proof']}" for row in rows if row["proof"]]
    whole = replace(about, notes=[*proofs, *about.notes])
    text = plan_html(areas, _points(made, picks), rows, about=whole, reach=radius)
    (out / "plan.html").write_text(text, encoding="utf-8")
    drawn = plan_sheet(areas, _points(made, picks), about=about, reach=radius)
    (out / "plan.png").write_bytes(draw(drawn, "png"))
    entries = [_entry(row, about) for row in rows if row["day"]]
    calendar = calendar_text(entries, stamp=as_of, name=about.title)
    (out / "plan.ics").write_bytes(calendar.encode("utf-8"))
    for row in rows:
        mine = made.by_group[made.by_group["venue"] == row["venue"]]
        here = replace(about, objective=f"{about.objective} {row['proof']}".strip())
        page = brief_html(row, mine.to_dict("records"), here)
        name = f"{row['rank']:02}-{_slug(str(row['name']))}.html"
        (out / "briefs" / name).write_text(page, encoding="utf-8")
    return told[COLUMNS]


def write_sheet(
    out: Path, table: pd.DataFrame, manifest: dict[str, Any], notes: list[str]
) -> None:
    """Write `plan.xlsx`: the table of the CSV, with what is to be known of it."""
    about = {**manifest, "notes": [*notes, *manifest.get("notes", [])]}
    write_workbook(any_table(table, None), about, out / "plan.xlsx")


def _why(row: dict[str, object], about: About) -> str:
    """Say why a venue was chosen: for the distance first, where that was asked."""
    return f"{row['proof']} {reason(row, about)}".strip()


def _points(made: Plan, picks: pd.DataFrame) -> pd.DataFrame:
    """Return all candidates with their part in the plan."""
    venues = made.problem.venues
    rank = picks.set_index("venue")["rank"].reindex(venues.index).fillna(0).astype(int)
    state = venues["booked"].map({True: "booked", False: "other"})
    state = state.mask(rank > 0, "pick")
    return venues[["name", "x", "y"]].assign(rank=rank, state=state)


def _entry(row: dict[str, object], about: About) -> Entry:
    return Entry(
        uid=f"{row['venue']}@geosafety.invalid",
        day=date.fromisoformat(str(row["day"])),
        title=f"Visit (proposed): {row['name']}",
        place=", ".join(str(row[c]) for c in ("name", "postcode") if row[c]),
        about=_why(row, about),
    )


def _slug(name: str) -> str:
    """Return a name that is safe as the name of a file.

    Examples
    --------
    >>> _slug("St John's / Hall <1>")
    'st-john-s-hall-1'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "venue"
