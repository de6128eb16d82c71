"""What larger areas an area belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from dash_app.queries.source import frame, where

# The way down that people know, without the Force and the area itself.
_WAYS = {
    "impact_area": ("npu",),
    "ward": ("npu",),
    "msoa": ("npu",),
    "lsoa": ("npu", "ward"),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the way from the Force down to an area.

    Attributes
    ----------
    mostly
        The area below reaches over this one's border.
    """

    geography: str
    code: str
    name: str
    mostly: bool = False


def way_to(geography: str, code: str) -> list[Step]:
    """Return the areas that hold an area, the largest first, without the Force."""
    found = where(frame("parents"), geography=geography, area_code=code)
    rows = {row["parent_geography"]: row for row in found.to_dict("records")}
    made = []
    for name in _WAYS.get(geography, ()):
        row = rows.get(name)
        if row is not None:
            nested = str(row["nested"]) == "True"
            made.append(
                Step(
                    geography=name,
                    code=str(row["parent_code"]),
                    name=str(row["parent_name"]),
                    mostly=not nested,
                )
            )
    return made
