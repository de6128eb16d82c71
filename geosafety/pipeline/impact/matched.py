"""Find areas alike for every impact area: groups of small areas, and wards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.comparators import (
    PROFILE,
    matched_groups,
    nearest_areas,
    scales,
)
from geosafety.pipeline.impact.ground import (
    PRESENT,
    SmallAreas,
    months_held,
    months_to_compare,
    months_to_match,
    period_of,
    sums,
)
from geosafety.pipeline.plan.need import SMALL, parents
from geosafety.spatial.neighbours import build_graph, links_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Matched:
    """Comparators of every impact area.

    Attributes
    ----------
    targets
        The impact areas' own profiles: `people, rank, rate`, by code.
    groups, wards
        As `comparators.matched_groups` and `nearest_areas` return them.
    months
        Those whose crime level they were matched on; none without comparators.
    apart
        Whether these come before the months that changes are counted from.
    wards_outside
        Wards with no small area inside an impact area.
    """

    targets: pd.DataFrame
    groups: pd.DataFrame
    wards: pd.DataFrame
    months: tuple[str, ...]
    apart: bool
    wards_outside: tuple[str, ...]

    @property
    def base(self) -> str:
        """Name the months that they were matched on."""
        return period_of(self.months)


def match_areas(folder: Path, small: SmallAreas, codes: list[str], k: int) -> Matched:
    """Find comparators, matched on crime before the months changes are counted from.

    Matched on those months themselves, groups that were high in them by chance would be
    chosen, and fall more than the impact areas do (Daw and Hatfield, 2018, Health
    Services Research 53, 4138-4156).
    """
    held = months_held(folder, "crime_count")
    _, before = months_to_compare(held)
    months = months_to_match(held, before)
    outside, free = _outside(small)
    outer = wards_outside(folder, small)
    if not months:
        none = pd.DataFrame(columns=["area_code", "codes", *PROFILE, "distance"])
        return Matched(
            targets=none[list(PROFILE)],
            groups=none,
            wards=none,
            months=(),
            apart=False,
            wards_outside=outer,
        )
    events = sums(folder, SMALL, "crime_count", ["all"], months)["value"]
    outside = outside.assign(events=events.reindex(outside.index))
    links = links_of(build_graph(small.shapes.loc[free, ["geometry"]]), outside.index)
    targets = _profiles(folder, PRESENT, codes, months)
    usable = targets[targets[["people", "rate"]].notna().all(axis=1)]
    known = outside[outside["people"] > 0]
    rate = (known["events"] + 0.5) / known["people"]
    pool = _profiles(folder, "ward", list(outer), months)
    return Matched(
        targets=targets,
        groups=matched_groups(outside, links, usable, k=k),
        wards=nearest_areas(pool, usable, scales(known.assign(rate=rate)), k=k),
        months=tuple(months),
        apart=months[0] < before[0],
        wards_outside=outer,
    )


def _outside(small: SmallAreas) -> tuple[pd.DataFrame, pd.Index]:
    """Return the small areas in no impact area and touching none.

    What is done in an area may reach over its border: its neighbours are not left out
    of the Force, but they are no comparators.
    """
    inside = small.table["present"].notna().to_numpy()
    focal, other = links_of(build_graph(small.shapes[["geometry"]]), small.shapes.index)
    near = np.zeros(len(inside), dtype=bool)
    near[other[inside[focal]]] = True
    free = small.table.index[~(inside | near)]
    return small.table.loc[free, ["people", "rank"]], free


def wards_outside(folder: Path, small: SmallAreas) -> tuple[str, ...]:
    """List the wards that hold no small area of an impact area."""
    codes = pd.Series(small.table.index, index=small.table.index)
    ward = parents(folder, codes, "ward")
    taken = set(ward[small.table["present"].notna()].dropna())
    return tuple(sorted(set(ward.dropna().astype("str")) - taken))


def _profiles(
    folder: Path, geography: str, codes: list[str], months: list[str]
) -> pd.DataFrame:
    """Return residents, mean rank of deprivation and crimes per resident of areas."""
    people, rank = (
        _latest(folder, geography, name) for name in ("population", "deprivation_rank")
    )
    crimes = sums(folder, geography, "crime_count", ["all"], months)["value"]
    table = pd.DataFrame({"people": people.reindex(codes), "rank": rank.reindex(codes)})
    table["rate"] = crimes.reindex(codes) / table["people"].where(table["people"] > 0)
    return table


def _latest(folder: Path, geography: str, name: str) -> pd.Series:
    values = results.read_values(
        folder, geography=[geography], indicator=[name], group=["all"]
    )
    values = values[values["period"] == values["period"].astype("str").max()]
    return pd.Series(values["value"].to_numpy(float), values["area_code"].astype("str"))


def listed(matched: Matched, names: dict[str, str]) -> pd.DataFrame:
    """List the impact areas' profiles, each followed by its comparators'."""
    own = matched.targets.rename_axis("area_code").reset_index()
    own = own.assign(number=0, used_for="", distance=0.0, codes=own["area_code"])
    parts = [own]
    for used, chosen in (("groups", matched.groups), ("wards", matched.wards)):
        if len(chosen):
            codes = [" ".join(c) for c in chosen["codes"]]
            parts.append(chosen.assign(codes=codes, used_for=used))
    table = pd.concat(parts, ignore_index=True)
    table["area_name"] = table["area_code"].map(names)
    table["crimes_per_1000"] = 1000 * table["rate"].astype(float)
    table["matched_on"] = matched.base
    columns = ["area_code", "area_name", "used_for", "number", "people", "rank"]
    columns += ["crimes_per_1000", "matched_on", "distance", "codes"]
    order = ["area_code", "used_for", "number"]
    return table.sort_values(order, kind="stable")[columns].reset_index(drop=True)
