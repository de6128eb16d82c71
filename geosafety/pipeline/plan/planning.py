"""Plan visits: from results and venues to a table, a map, a calendar and briefs."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.planner import Plan, plan
from geosafety.engagement.problem import BY_DISTANCE, Request
from geosafety.engagement.reach import by_travel_time, within_walk
from geosafety.engagement.schedule import open_in, provisional_days
from geosafety.engagement.sensitivity import SCALES, Sensitivity, sensitivity
from geosafety.errors import InputError, nearest
from geosafety.pipeline.inputs import Progress
from geosafety.pipeline.plan.data import write_data
from geosafety.pipeline.plan.distances import distances_of, read_times
from geosafety.pipeline.plan.files import write_files, write_sheet
from geosafety.pipeline.plan.need import (
    SMALL,
    centres,
    inside,
    parents,
    read_need,
    read_residents,
)
from geosafety.pipeline.plan.patch import in_patch
from geosafety.pipeline.plan.words import (
    Wish,
    about_plan,
    distance_words,
    headline,
    summary,
)
from geosafety.tidy import folded


def write_plan(  # noqa: PLR0913 - whence, whither, what, and the two sources of chance
    folder: Path,
    out: Path,
    wish: Wish,
    *,
    seed: int,
    as_of: datetime,
    progress: Progress,
) -> list[str]:
    """Make a plan, and write it.

    Its files: `plan.csv`, `plan.xlsx`, `plan.html`, `plan.ics`, `plan.json` and a page
    of each venue in `briefs`.

    Parameters
    ----------
    folder
        The results; their venues are the candidates.
    out
        Where the files go; made if it is not there.
    seed
        For the draws of the sensitivity runs.
    as_of
        Now, in UTC: unless told, the plan's first day is the Monday after next.

    Returns
    -------
    list of str
        What the plan is, in sentences.
    """
    progress("reading venues and who is still to be heard")
    residents = read_residents(folder)
    need = read_need(folder, wish.need, residents, target=wish.target)
    need = in_patch(folder, need, wish.patch)
    first = wish.first or (as_of + timedelta(14 - as_of.weekday())).date()
    last = first + timedelta(7 * wish.weeks - 3)
    known = _read_venues(folder)
    venues, left_out = _candidates(folder, wish, known, open_in(known, first, last))
    table = _with_zones(folder, need.table, wish.zones)
    areas = centres(folder)
    reach = _reach(wish, areas, venues)
    request = _request(wish, known, venues)
    progress(f"choosing among {len(venues):,} venues")
    by_distance = wish.objective in BY_DISTANCE
    far = None
    if by_distance:
        rest = venues[~venues["venue"].isin(request.excluded)]
        far = distances_of(folder, wish, table, areas, rest)
    made = plan(table, venues, reach, request, distances=far)
    draws = None
    if wish.runs and len(made.picks) and not by_distance:
        progress(f"planning {wish.runs} times more with other assumptions")
        draws = sensitivity(table, venues, reach, request, runs=wish.runs, seed=seed)
    picks = _told(folder, made, venues, reach, residents, draws, wish)
    picks["day"] = [
        day.isoformat() if day else "" for day in provisional_days(picks, first, last)
    ]
    picks["proof"] = distance_words(made, wish)
    about = about_plan(folder, wish, need, made, draws, left_out)
    progress("writing the plan")
    shown = _states(folder, table, made, reach, request)
    radius = 0.0 if wish.times else wish.walk / wish.detour
    listed = write_files(
        out,
        picks,
        made,
        areas=shown,
        about=about,
        half_time=need.half_time,
        as_of=as_of,
        radius=radius,
    )
    said = summary(made, picks, need, about)
    write_data(
        out,
        picks,
        made,
        areas=shown,
        about=about,
        headline=headline(made, picks, need, about),
        radius=radius,
    )
    write_sheet(out, listed, results.read_manifest(folder), said)
    return said


def _read_venues(folder: Path) -> pd.DataFrame:
    if not (folder / "venues.parquet").exists():
        problem = f"{folder} holds no venues."
        hint = "Add a [[venues]] block to the project and build it again."
        raise InputError(problem, hint=hint)
    venues = results.read_table(folder, "venues")
    if venues.empty:
        problem = f"{folder} holds no venue inside the force area."
        raise InputError(problem, hint="Add a [[venues]] block to the project.")
    if "accessible" in venues:
        known = {"True": True, "False": False}
        said = [known.get(str(word)) for word in venues["accessible"]]
        venues["accessible"] = pd.Series(said, index=venues.index, dtype="object")
    return venues


def _candidates(
    folder: Path, wish: Wish, venues: pd.DataFrame, is_open: pd.Series
) -> tuple[pd.DataFrame, list[str]]:
    """Return the venues that are open in the time of the plan; booked ones stay."""
    booked = venues["venue"].isin(_keys(venues, wish.fixed))
    closed = venues[~(is_open | booked)]
    notes = []
    if len(closed):
        names = ", ".join(closed["name"].head(3))
        notes.append(f"{len(closed)} venues are closed throughout, such as {names}.")
    kept = venues[is_open | booked].reset_index(drop=True)
    if (merged := int(kept["also"].ne("").sum())) > 0:
        notes.append(f"{merged} venues stand for several names at one place.")
    where = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(kept["x"], kept["y"], crs="EPSG:27700"),
        index=kept.index,
    )
    zone = inside(where, results.read_geometry(folder, wish.zones))
    return kept.assign(zone=zone.fillna("elsewhere").astype("str")), notes


def _keys(venues: pd.DataFrame, names: tuple[str, ...]) -> tuple[str, ...]:
    """Find venues by name or key; capitals and blanks do not matter."""
    said = venues["name"].map(folded)
    found = []
    for name in names:
        rows = venues[(said == folded(name)) | (venues["venue"] == name)]
        if rows.empty:
            problem = f"There is no venue called {name!r}."
            raise InputError(problem, hint=nearest(name, venues["name"]))
        if len(rows) > 1:
            problem = f"{len(rows)} venues are called {name!r}."
            keys = ", ".join(f"{r.venue} ({r.postcode})" for r in rows.itertuples())
            raise InputError(problem, hint=f"Give one of these instead: {keys}.")
        found.append(str(rows["venue"].iloc[0]))
    return tuple(found)


def _request(wish: Wish, known: pd.DataFrame, venues: pd.DataFrame) -> Request:
    """Make the request; a venue that is closed anyway may be ruled out too."""
    gone = [key for key in _keys(known, wish.excluded) if key in set(venues["venue"])]
    return Request(
        walk=wish.walk,
        visits=wish.visits,
        budget=wish.budget,
        objective=wish.objective,  # type: ignore[arg-type]
        fixed=_keys(venues, wish.fixed),
        excluded=tuple(gone),
        accessible=wish.accessible,
        per_zone=wish.per_zone,
        minimums=wish.minimums,
        response_share=wish.response_share,
        time_limit=wish.time_limit,
    )


def _with_zones(folder: Path, need: pd.DataFrame, zones: str) -> pd.DataFrame:
    codes = need["area_code"].drop_duplicates()
    zone = parents(folder, codes, zones).fillna("elsewhere").astype("str")
    return need.assign(zone=zone.reindex(need["area_code"]).to_numpy())


def _reach(wish: Wish, areas: pd.DataFrame, venues: pd.DataFrame) -> pd.DataFrame:
    """Return what is within reach, as far as the sensitivity runs will look."""
    farthest = wish.walk * SCALES[1]
    if wish.times is None:
        return within_walk(areas, venues, metres=farthest, detour=wish.detour)
    table = read_times(wish.times, venues)
    return by_travel_time(table, areas, venues, limit=farthest)


def _told(  # noqa: PLR0913
    folder: Path,
    made: Plan,
    venues: pd.DataFrame,
    reach: pd.DataFrame,
    residents: pd.DataFrame,
    draws: Sensitivity | None,
    wish: Wish,
) -> pd.DataFrame:
    """Add to the picks what people want to read beside them."""
    about = venues.set_index("venue")
    picks = made.picks.reset_index(drop=True)
    for name in ("also", "venue_kind", "postcode", "open_from", "open_to", "kind"):
        picks[name] = (
            about.get(name, pd.Series("", about.index))
            .reindex(picks["venue"])
            .to_numpy()
        )
    picks["capacity"] = (
        about.get("capacity", pd.Series(np.nan, about.index))
        .reindex(picks["venue"])
        .to_numpy(float)
    )
    easy = about.get("accessible", pd.Series(None, about.index, dtype="object"))
    picks["accessible"] = easy.reindex(picks["venue"]).to_numpy(dtype="object")
    where = about[["x", "y"]].reindex(picks["venue"])
    picks[["x", "y"]] = where.to_numpy(float)
    names = results.read_geometry(folder, wish.zones)["area_name"].astype("str")
    picks["zone_name"] = [str(names.get(zone, zone)) for zone in picks["zone"]]
    picks.insert(0, "rank", range(1, len(picks) + 1))
    picks[["people", "people_new"]] = _people(picks["venue"], made, reach, residents)
    kept = (
        pd.Series(dtype=float)
        if draws is None
        else draws.venues.set_index("venue")["kept"]
    )
    picks["kept"] = kept.reindex(picks["venue"]).fillna(0.0).to_numpy(float)
    word = (
        pd.Series(dtype=object)
        if draws is None
        else draws.venues.set_index("venue")["word"]
    )
    picks["word"] = word.reindex(picks["venue"]).fillna("depends").to_numpy()
    return picks


def _people(
    picks: pd.Series, made: Plan, reach: pd.DataFrame, residents: pd.DataFrame
) -> np.ndarray:
    """Count the residents within reach of each pick, and those newly so."""
    near = reach[reach["distance"] <= made.problem.request.walk]
    people = residents.set_index("area_code")["population"]
    by_venue = near.groupby("venue")["area_code"].agg(set).to_dict()
    seen: set[str] = set().union(
        *(by_venue.get(v, set()) for v in made.problem.request.fixed)
    )
    rows = []
    for venue in picks:
        mine = by_venue.get(venue, set())
        counts = [
            float(people.reindex(list(part)).sum()) for part in (mine, mine - seen)
        ]
        rows.append(counts)
        seen |= mine
    return np.array(rows, dtype=float).reshape(len(rows), 2)


def _states(
    folder: Path,
    need: pd.DataFrame,
    made: Plan,
    reach: pd.DataFrame,
    request: Request,
) -> gpd.GeoDataFrame:
    """Say of every small area whether somebody is short there, and who reaches it."""
    near = reach[reach["distance"] <= request.walk]
    booked = set(near.loc[near["venue"].isin(request.fixed), "area_code"])
    new = set(near.loc[near["venue"].isin(made.picks["venue"]), "area_code"])
    short = set(need.loc[need["deficit"] > 0, "area_code"])
    shapes = results.read_geometry(folder, SMALL)
    state = [
        "none"
        if c not in short
        else "booked"
        if c in booked
        else "new"
        if c in new
        else "left"
        for c in shapes.index.astype("str")
    ]
    return shapes.assign(state=state)
