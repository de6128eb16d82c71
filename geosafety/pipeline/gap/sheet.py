"""The engagement-gap sheet: every part of every area side by side, from results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geosafety import results
from geosafety.engagement.gap import SHOWN, short_of
from geosafety.engagement.gap_rules import gap_rules
from geosafety.engagement.gap_score import gap_score
from geosafety.engagement.typology import reading, typology
from geosafety.engagement.worst import among_worst
from geosafety.errors import InputError
from geosafety.measures.responses_needed import responses_needed
from geosafety.pipeline.gap.parts import Found, find_parts
from geosafety.pipeline.gap.periods import FORCE
from geosafety.pipeline.gap.whom import whom
from geosafety.settings import datasets, weakest

PART_COLUMNS = ["value", "lower", "upper", "smoothed", "smoothed_lower"]
PART_COLUMNS += ["smoothed_upper", "count", "base", "difference", "difference_lower"]
PART_COLUMNS += ["difference_upper", "verdict", "finding", "level", "among_widest"]
PART_COLUMNS += ["status", "kind"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked of a sheet.

    Attributes
    ----------
    periods
        By part, and under "" for all others.
    widest
        How many areas "the widest gaps" are.
    target
        WMNow members wanted per 1,000 people aged 16 and over, if there is a target.
    precision
        How precise a share of an area's answers should be: points either side.
    weights
        Of the score, by part; the others keep those of the catalogue.
    """

    geography: str
    periods: Mapping[str, str] = field(default_factory=dict)
    widest: int = field(default_factory=lambda: gap_rules().limits.widest)
    target: float | None = None
    precision: float = field(default_factory=lambda: datasets()["survey"].precision)
    weights: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """The sheet.

    Attributes
    ----------
    table
        One row an area: `geography, area_code, area_name`; for each part its name
        before `PART_COLUMNS`; what is short; `type` and `reading`; residents under 25,
        groups missed; the score; `kind`.
    parts, lacking
        The parts, and why others are not there.
    weights
        What the score counts each part for.
    notes
        What to know before it is used.
    """

    wish: Wish
    table: pd.DataFrame
    parts: list[Found]
    lacking: dict[str, str]
    weights: dict[str, float]
    notes: list[str]


def make_sheet(folder: Path, wish: Wish) -> Sheet:
    """Make the sheet of one geography.

    Raises
    ------
    InputError
        The geography is the Force itself, a weight or period names no part, or the
        results hold none of the parts.
    """
    if wish.geography == FORCE:
        problem = "The Force is what areas are set against: it has no gap to itself."
        raise InputError(problem, hint="Choose npu, local_authority, ward, ...")
    parts, lacking = find_parts(folder, wish.geography, wish.periods)
    if not parts:
        problem = f"These results hold no part of the sheet by {wish.geography}."
        raise InputError(problem, hint=next(iter(lacking.values())) + ".")
    names = _names(folder, wish.geography, parts[0].table.index)
    columns = [_columns(found, wish) for found in parts]
    columns += [_short(found, wish) for found in parts]
    survey = next((f.period for f in parts if f.part.name == "answers"), "")
    about, said = whom(folder, wish.geography, names.index, survey)
    score = gap_score(
        _by_part(parts, "smoothed").fillna(_by_part(parts, "value")),
        _by_part(parts, "status"),
        widest={f.part.name: f.part.widest for f in parts},
        weights=_weights(parts, wish),
        seed=wish.seed,
    )
    table = pd.concat([names, *columns, _words(parts), about, score.table], axis=1)
    kinds = _by_part(parts, "kind").to_numpy()
    table["kind"] = [weakest([str(kind) for kind in row]) for row in kinds]
    return Sheet(
        wish=wish,
        table=table.rename_axis("area_code").reset_index(),
        parts=parts,
        lacking=lacking,
        weights=score.weights,
        notes=[*_notes(parts, lacking, score.weights, wish), *said],
    )


def _names(folder: Path, name: str, codes: pd.Index) -> pd.DataFrame:
    areas = results.read_areas(folder)
    own = areas[areas["geography"] == name].set_index("area_code")["area_name"]
    return pd.DataFrame({"geography": name, "area_name": own.reindex(codes)}, codes)


def _by_part(parts: list[Found], column: str) -> pd.DataFrame:
    return pd.DataFrame({found.part.name: found.table[column] for found in parts})


def _columns(found: Found, wish: Wish) -> pd.DataFrame:
    """Return a part's columns, with its chance of being among the widest gaps."""
    table = found.table
    chance = among_worst(
        table["race_value"],
        table["race_error"],
        k=wish.widest,
        widest=found.part.widest,
        seed=wish.seed,
    )
    columns = table.assign(among_widest=chance)[PART_COLUMNS]
    named = columns.add_prefix(f"{found.part.name}_")
    named.insert(0, f"{found.part.name}_period", found.period)
    return named


def _short(found: Found, wish: Wish) -> pd.DataFrame:
    """Count how many members or answers are short, in whole people."""
    count, base = found.table["count"], found.table["base"]
    rate = found.force / 1000
    if found.part.name == "members":
        columns = {"members_short_of_force": short_of(count, base, rate)}
        if wish.target is not None:
            short = short_of(count, base, wish.target / 1000)
            columns["members_short_of_target"] = short
        return pd.DataFrame(columns)
    if found.part.name != "answers":
        return pd.DataFrame(index=found.table.index)
    asked = pd.DataFrame({"area_code": base.index, "n": count.to_numpy()})
    asked["population"] = base.to_numpy()
    more = responses_needed(asked.fillna({"n": 0.0}), half_width=wish.precision)
    needed = pd.Series(more["needed"].to_numpy(), base.index).where(base.notna())
    return pd.DataFrame(
        {
            "answers_short_of_share": short_of(count, base, rate),
            "answers_needed": needed,
            # Beside `needed` it would give away a hidden number of answers.
            "answers_short_for_precision": (needed - count).clip(lower=0),
        }
    )


def _words(parts: list[Found]) -> pd.DataFrame:
    rules = gap_rules()
    level, verdict = _by_part(parts, "level"), _by_part(parts, "verdict")
    return pd.DataFrame(
        {
            "type": typology(level, verdict, rules),
            "reading": reading(level, verdict, rules.parts),
        }
    )


def _weights(parts: list[Found], wish: Wish) -> dict[str, float]:
    own = {found.part.name: found.part.weight for found in parts}
    return {**own, **wish.weights}


def _notes(
    parts: list[Found], lacking: dict[str, str], weights: dict[str, float], wish: Wish
) -> list[str]:
    limits = gap_rules().limits
    notes = [_about(found, wish) for found in parts]
    notes += [f"{name}: not available: {why}." for name, why in lacking.items()]
    points = datasets()["survey"].minimum_effect
    notes += [
        f"What matters: a rate {limits.minimum_effect:g} % from the Force's, a share "
        f"{points:g} points. All areas of a part are read together.",
        "Smoothed: drawn towards the area above as far as an area is unsure. Hidden, "
        "incomplete and low-base values are in no chance and no score.",
        f"Among the {wish.widest} widest: how likely, per cent, in draws from smoothed "
        f"values and their errors (seed {wish.seed}).",
        "Short numbers hold the Force's rate fixed. They are a size, not a verdict: an "
        "area may be short of some and still not be different enough to matter.",
        "Fewest members is not least served: see residents under 25 and who is missed.",
    ]
    if not weights:
        notes.append("Score: not available; --weight PART=0 leaves a part out of it.")
    else:
        said = ", ".join(f"{part} {100 * w:.0f} %" for part, w in weights.items())
        notes.append(
            f"Score: 100 is the mean of these areas, more a wider gap; weights {said}. "
            "Its range is over other weights only."
        )
    return notes


def _about(found: Found, wish: Wish) -> str:
    asked = wish.periods.get(found.part.name, wish.periods.get("", ""))
    first, last = found.period.split("/")[0], found.period.split("/")[-1]
    fits = not asked or asked == found.period or first <= asked <= last
    other = "" if fits else f"; there is nothing of {asked}"
    base = f" Residents: {found.denominator}." if found.denominator else ""
    status = found.table["status"]
    kinds = sorted(found.table.loc[status.isin(SHOWN), "kind"].unique())
    running = int(found.table["race_value"].notna().sum())
    force = f"Force {found.force:,.1f}"
    if pd.isna(found.force):
        force = "there is no figure of the Force to set areas against"
    few = f" Only {running:,} of {len(status):,} areas can be ranked."
    left = few if running < len(status) else ""
    said = " and ".join(kinds) or "nothing that may be shown"
    return (
        f"{found.part.name}: {found.part.label}, {found.period} "
        f"({said}{other}); {force}.{base}{left} "
        f"{found.part.note}"
    ).strip()
