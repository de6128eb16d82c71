"""How far every place is from every venue, for plans that go by distance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geosafety.engagement.location import Distances, check_size
from geosafety.engagement.reach import by_travel_time
from geosafety.errors import InputError, MethodError
from geosafety.pipeline.plan.need import SMALL, parents, read_csv
from geosafety.pipeline.plan.words import Wish
from geosafety.tidy import folded


def read_times(path: Path, venues: pd.DataFrame) -> pd.DataFrame:
    """Read a table of travel times; venues may be called by name there."""
    table = read_csv(path, {"venue", "area_code", "distance"})
    keys = dict(zip(venues["name"].map(folded), venues["venue"], strict=True))
    key = table["venue"].map(lambda name: keys.get(folded(name), name))
    return table.assign(venue=key)


def distances_of(
    folder: Path,
    wish: Wish,
    need: pd.DataFrame,
    areas: pd.DataFrame,
    venues: pd.DataFrame,
) -> Distances:
    """Measure from every place where somebody is short to every venue.

    Parameters
    ----------
    need
        By small area: `area_code, deficit, population` and, if known, `weight`.
    areas
        `area_code, x, y`: the middles of the small areas.
    venues
        `venue, name, x, y`: those that may be chosen, and the booked ones.

    Returns
    -------
    Distances
        By small area, or by the areas of `wish.geography`: their middle is then the
        mean, by residents, of those of their small areas where somebody is short.

    Raises
    ------
    InputError
        Travel times lack a pair.
    MethodError
        There are too many places and venues, or travel times to larger areas.
    """
    value = need["deficit"] * need.get("weight", pd.Series(1.0, index=need.index))
    short = need.assign(value=value)[value > 0].merge(areas, on="area_code")
    short["place"] = short["area_code"]
    if wish.geography != SMALL:
        inside = parents(folder, short["area_code"], wish.geography)
        short["place"] = inside.fillna("elsewhere").astype("str").to_numpy()
    check_size(short["place"].nunique(), len(venues))
    by_place = short.groupby("place")["value"].sum()
    if wish.times is not None:
        table = _by_times(wish, areas, venues)
    else:
        table = _by_metres(short, venues) * wish.detour
    return Distances(table=table.reindex(by_place.index), need=by_place)


def _by_metres(short: pd.DataFrame, venues: pd.DataFrame) -> pd.DataFrame:
    """Return straight lines from the middle of each place, by residents."""
    people = short["population"].clip(lower=1.0)
    parts = short[["x", "y"]].mul(people, axis=0).assign(people=people)
    sums = parts.groupby(short["place"]).sum()
    x, y = ((sums[c] / sums["people"]).to_numpy() for c in ("x", "y"))
    across = x[:, None] - venues["x"].to_numpy(float)
    up = y[:, None] - venues["y"].to_numpy(float)
    return pd.DataFrame(np.hypot(across, up), sums.index, venues["venue"])


def _by_times(wish: Wish, areas: pd.DataFrame, venues: pd.DataFrame) -> pd.DataFrame:
    """Return the travel times given; here each pair is needed."""
    if wish.geography != SMALL or wish.times is None:
        problem = f"Travel times go to small areas, not to a {wish.geography}."
        raise MethodError(problem, hint="Leave out --times, or --geography.")
    table = read_times(wish.times, venues)
    table = table[table["venue"].isin(venues["venue"])]
    given = by_travel_time(table, areas, venues, limit=np.inf)
    wide = given.pivot(index="area_code", columns="venue", values="distance")
    wide = wide.reindex(columns=venues["venue"])
    lost = wide.isna()
    if lost.to_numpy().any():
        venue = str(lost.columns[lost.any()][0])
        area = lost.index[lost[venue]][0] if len(lost) else "any area"
        problem = f"The travel times lack {venue} to {area}."
        hint = "By distance each pair is needed, however far; or use most or fairest."
        raise InputError(problem, hint=hint)
    return wide
