"""What to know of a scorecard, in sentences. They say what is, and never why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geosafety import results
from geosafety.engagement.comparators import FAR
from geosafety.pipeline.impact.catalog import scorecard
from geosafety.pipeline.impact.ground import (
    PRESENT,
    SmallAreas,
    months_held,
    months_to_compare,
    period_of,
    sums,
)
from geosafety.pipeline.impact.matched import Matched
from geosafety.pipeline.impact.values import Units
from geosafety.pipeline.plan.need import SMALL
from geosafety.settings import FORCE_CODE


def scorecard_notes(
    folder: Path, table: pd.DataFrame, matched: Matched, small: SmallAreas
) -> list[str]:
    """Say what the scorecard is, and what it cannot say."""
    said = [
        f"Measures follow the {scorecard()[1]}.",
        "The scorecard says what is and how it changed. It does not say why.",
        *_match_notes(folder, table, matched, small),
        "Verdicts of one measure are adjusted for how many areas are read together.",
    ]
    lacking = table[table["status"] == "not available"]
    whole = lacking.groupby("label", sort=False)["reason"].agg(["size", "first"])
    areas = len(matched.targets) or table["area_code"].nunique()
    said += [
        f"Not available: {label} ({row['first']})."
        for label, row in whole.iterrows()
        if row["size"] >= areas or str(label).endswith("outside")
    ]
    manifest = results.read_manifest(folder)
    layer = manifest["layers"].get(PRESENT, {})
    if layer.get("note"):
        said.append(f"Impact areas: {layer['note']}")
    if manifest.get("synthetic"):
        said.append("Synthetic: made up for demonstration, about nobody.")
    return said


def _match_notes(
    folder: Path, table: pd.DataFrame, matched: Matched, small: SmallAreas
) -> list[str]:
    if not matched.months:
        return ["No comparators: no month of crime is complete both now and before."]
    ranked = "deprivation, " if small.has_deprivation else ""
    said = [
        "Impact areas were chosen for being high. Areas chosen so tend to be lower "
        "later by chance alone (regression to the mean): a fall is to be read beside "
        "that of areas alike, never by itself.",
        f"Comparators are alike in residents, {ranked}and crime in {matched.base}; "
        "impact areas and the small areas that touch them are left out. Profiles and "
        "distances are in comparators.csv.",
        _chance_note(folder, matched),
    ]
    if not ranked:
        said.append("Deprivation was not compared: the results hold no ranks.")
    for name, chosen in (("group", matched.groups), ("ward", matched.wards)):
        worst = chosen.groupby("area_code")["distance"].max()
        if far := int((worst > FAR).sum()):
            said.append(
                f"{far} of {len(worst)} impact areas have a {name} beside them that "
                f"is farther off than {FAR:g} standard deviation of small areas: alike "
                "in part only."
            )
    crime = table[table["measure"] == "all_crime"]
    change = crime["comparator_change"].mean()
    own = crime["change"].mean()
    if np.isfinite(change) and np.isfinite(own):
        said.append(
            f"From {crime['earlier'].iloc[0]} to {crime['period'].iloc[0]} all "
            f"recorded crime changed by {own:+.1f} % on average in the impact areas "
            f"and by {change:+.1f} % in areas alike."
        )
    return said


def _chance_note(folder: Path, matched: Matched) -> str:
    """Measure regression to the mean where the months allow, or warn of it."""
    if not matched.apart:
        return (
            "No earlier month is complete, so comparators were matched on the very "
            "months that changes are counted from. Areas chosen so tend to move back "
            "towards the average by chance: read their changes with care."
        )
    _, before = months_to_compare(months_held(folder, "crime_count"))
    units = Units(
        geography=SMALL,
        codes={" ".join(codes): codes for codes in matched.groups["codes"]},
    )
    force = Units(geography="force", codes={FORCE_CODE: [FORCE_CODE]})
    moved = []
    for one in (units, force):
        early, late = (
            one.total(sums(folder, one.geography, "crime_count", ["all"], m)["value"])
            / len(m)
            for m in (matched.months, before)
        )
        moved.append(float(late.sum() / early.sum()))
    drift = 100 * (moved[0] / moved[1] - 1)
    return (
        f"How much chance alone may do: chosen for their level in {matched.base}, the "
        f"comparators stood {drift:+.1f} % from it in {period_of(before)}, beyond what "
        "the Force did. Areas chosen on so many months are to be expected to move so."
    )
