"""What the figures of a map stand on: of one area, and of all of them. PURE."""

from __future__ import annotations

import math
from typing import Any

from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number

Area = dict[str, Any]  # a row of results, by column
_SHOWN = ("ok", "low base")
_OF_THE_FORCE = ("share_of_force", "share_change")
# Where the base is no denominator.
_BASES = {
    "index": "expected at the Force rate",
    "change": "in the earlier period",
    "change_pct": "in the earlier period",
    **dict.fromkeys(_OF_THE_FORCE, "in the Force"),
}


def based_text(area: Area, indicator: settings.Indicator) -> str:
    """Say what one value stands on."""
    if not math.isfinite(area["base"]):
        return ""
    base = f"{number(area['base'], 0)} {_nouns(area, indicator)}"
    changed = indicator.measure.endswith(("change", "change_pct"))
    if changed or not math.isfinite(area["numerator"]):
        return f"Out of {base}"
    between = ";" if indicator.measure == "index" else ", out of"
    return f"{number(area['numerator'], 0)} counted{between} {base}"


def base_text(areas: list[Area], indicator: settings.Indicator) -> str:
    """Say out of what the figures are, over all areas that have one."""
    known = [a for a in areas if a["status"] in _SHOWN]
    if not known:
        return "Base: no area has a figure."
    where = f"in {len(known):,} of {len(areas):,} areas"
    bases = [a["base"] for a in known if math.isfinite(a["base"])]
    if not bases:
        counted = [a["numerator"] for a in known if math.isfinite(a["numerator"])]
        row = settings.datasets()[indicator.dataset].row
        if not counted:
            return f"Figures {where}."
        return f"Base: {number(sum(counted), 0)} {row}s counted {where}."
    if indicator.measure in _OF_THE_FORCE:  # one base, the same for every area
        return f"Base: {number(max(bases), 0)} {_nouns(known[0], indicator)}."
    vintage = known[0]["vintage"]
    year = f" ({vintage})" if vintage else ""
    return f"Base: {number(sum(bases), 0)} {_nouns(known[0], indicator)}{year} {where}."


def _nouns(area: Area, indicator: settings.Indicator) -> str:
    """Name what a base counts, in the plural."""
    row = settings.datasets()[indicator.dataset].row
    if said := _BASES.get(indicator.measure):
        return f"{row}s {said}"
    name = area["denominator"] or indicator.denominator
    return words.denominator_text(name) or f"{row}s"
