"""A briefing's lists: what people said, areas alike, gaps, sources."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from geosafety.engagement.gap_rules import gap_rules
from geosafety.measures.representation import FEWER
from geosafety.pipeline.profile.numbers import SHOWN
from geosafety.pipeline.profile.parts import Ground, own_or_above
from geosafety.publish.briefing import Listing, short
from geosafety.publish.classes import number
from geosafety.publish.notes import LICENCE
from geosafety.publish.words import STATUS_WORDS, period_text
from geosafety.settings import FORCE_CODE, datasets

# Questions on what matters to people, by what they measure, and what they are called.
TOPICS = {
    "priorities": "what the police should put first",
    "local_priorities": "local priorities",
    "top_priority": "the first priority",
    "concern_themes": "concerns people wrote of",
}
SAID_ROWS, THEMES, LIKE = 4, 3, 3
USED = ("crime", "wmnow", "population", "survey", "deprivation")
HOW_TO_READ = (
    "Intervals are 95 %. Clear: more than chance, and large enough to matter (a rate "
    "{rate:g} %, a share {share:g} points); likely: the same at 80 %; all areas of a "
    "kind are read together. Survey figures speak of those who answered. Recorded "
    "crime is what was reported and recorded; places with many visitors have high "
    "rates per resident. Nothing here says why."
)
ELSEWHERE = "Not of this area alone, where too few answered to rank."
Row = dict[str, Any]


def said_listing(ground: Ground, code: str) -> Listing:
    """List what people put first, with ranks as sure as they are, and their themes."""
    table = ground.tables["priorities"]
    if table.empty:
        return _unsaid("No survey in these results asks what matters to people.")
    table = table[(table["week"] == "") & table["question"].isin(TOPICS)]
    rows, whose = own_or_above(ground, table[table["status"].isin(SHOWN)], code)
    if rows.empty:
        return _unsaid("Too few answers to rank anything.")
    asked = sorted(rows["question"].unique(), key=list(TOPICS).index)
    first = rows[rows["question"] == asked[0]].sort_values("rank")
    words = [] if whose == code else [ELSEWHERE]
    where = "" if whose == code else f" {place_words(ground, whose)}"
    base, wave = first["base"].iloc[0], period_text(str(first["survey"].iloc[0]))
    words.append(
        f"{number(base, 0)} answered ({wave}){_table_kind(first)}. Ranks are of "
        f"{len(first)}; the range is what chance in who answered allows."
    )
    words += [_themes(rows[rows["question"] == name], name) for name in asked[1:]]
    lines = [
        (short(str(row["option"])), f"{row['share']:.0f}%", _rank(row))
        for row in first.head(SAID_ROWS).to_dict("records")
    ]
    return Listing(
        caption=f"Named most{where}: {TOPICS[asked[0]]}",
        heads=("Answer", "Share", "Rank (range)"),
        rows=tuple(lines),
        words=tuple(words),
    )


def _unsaid(words: str) -> Listing:
    return Listing(caption="", heads=(), rows=(), words=(words,))


def _rank(row: Any) -> str:
    low, high = int(row["rank_lower"]), int(row["rank_upper"])
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"{int(row['rank'])} ({span})"


def _themes(rows: pd.DataFrame, name: str) -> str:
    """Say the first of another question in a line."""
    first = rows.sort_values("rank").head(THEMES).to_dict("records")
    said = ", ".join(f"{short(str(r['option']), 50)} (rank {_rank(r)})" for r in first)
    wave = period_text(str(rows["survey"].iloc[0]))
    what = TOPICS[name]
    base = number(rows["base"].iloc[0], 0)
    about = f"{wave}, {base} answered{_table_kind(rows)}"
    return f"{what[0].upper()}{what[1:]} ({about}): {said}."


def _table_kind(rows: pd.DataFrame) -> str:
    kind = str(rows["kind"].iloc[0])
    return "" if kind == "observed" else f", {kind}"


def alike_listing(ground: Ground, code: str) -> Listing:
    """List the areas most like this one, and say by what."""
    table = ground.tables["alike"]
    if table.empty:
        return _unsaid("Not in these results: build them again to have them.")
    rows = table[table["area_code"] == code].head(LIKE)
    first = rows.iloc[0]
    if first["reason"]:
        return _unsaid(f"None can be named: {first['reason']}.")
    ranked = rows["other_deprivation_rank"].notna().all()
    lines = [
        (
            short(str(r["other_name"]), 60),
            number(r["other_people"], 0),
            number(r["other_crime_rate"], 1),
            *([number(r["other_deprivation_rank"], 0)] if ranked else []),
            str(r["like"]),
        )
        for r in rows.to_dict("records")
    ]
    unknown = "" if ranked else " Deprivation is not in these results."
    return Listing(
        caption=f"Nearest {LIKE} of its kind by {first['compared_by']}",
        heads=(
            "Area",
            "Residents",
            "Crimes per 1,000",
            *(["Deprivation"] if ranked else []),
            "Alike",
        ),
        rows=tuple(lines),
        words=(
            "Alike: within one standard deviation, over areas of this kind and all "
            f"inputs together; others are only the nearest there are.{unknown}"
            + (
                " Deprivation: mean rank of its small areas, 1 is most deprived."
                if ranked
                else ""
            ),
        ),
    )


def missed_groups(ground: Ground, code: str) -> tuple[pd.DataFrame | None, str]:
    """Return the groups that are fewer than their share, and whose survey says so.

    Returns
    -------
    DataFrame or None, str
        The rows; None where nothing is known. The code of the area they speak of.
    """
    table = ground.tables["representation"]
    if table.empty:
        return None, ""
    known = ~table["word"].isin(["not available", "suppressed"])
    known &= ~table["dimension"].isin(["npu", "local_authority"])
    rows, whose = own_or_above(ground, table[known], code)
    if rows.empty:
        return None, ""
    waves = ground.sheet.parts
    wave = next((f.period for f in waves if f.part.name == "answers"), "")
    chosen = rows[rows["survey"] == wave]
    rows = chosen if len(chosen) else rows[rows["survey"] == rows["survey"].iloc[0]]
    return rows[rows["word"] == FEWER], whose


def place_words(ground: Ground, code: str) -> str:
    """Say where a finding holds that is not of the area itself.

    Examples
    --------
    >>> place_words(None, "E23000014")
    'across the Force'
    """
    if code == FORCE_CODE:
        return "across the Force"
    return f"in {ground.names.get(code, code)}"


def gap_lines(ground: Ground, row: Row) -> tuple[str, ...]:
    """Say what is short and who is not heard, a line each."""
    lines = [_members_line(row), _answers_line(row)]
    rows, whose = missed_groups(ground, str(row["area_code"]))
    where = place_words(ground, whose)
    if rows is None:
        lines.append("Groups: no survey here can be set against who lives in the area.")
    elif rows.empty:
        lines.append(f"Groups: {where}, none was found below its share of answers.")
    else:
        by = rows.groupby("dimension", sort=False)["category"].agg(", ".join)
        named = "; ".join(f"{str(d).replace('_', ' ')}: {g}" for d, g in by.items())
        wave = period_text(str(rows["survey"].iloc[0]))
        text = f"Fewer than their share of the answers {where} ({wave}): {named}."
        lines.append(short(text, 420))
    return tuple(lines)


def _members_line(row: Row) -> str:
    size = row.get("members_short_of_force", math.nan)
    if not math.isfinite(size):
        return "WMNow: how many members are short of the Force rate is not known."
    if size == 0:
        return "WMNow: none short of the Force rate."
    return (
        f"WMNow: {number(size, 0)} more members would bring it to the Force rate. That "
        "is a size, not a verdict."
    )


def _answers_line(row: Row) -> str:
    status = row.get("answers_status", "not available")
    if status not in SHOWN:
        return f"Survey answers: {STATUS_WORDS[str(status)]}."
    count, more = row["answers_count"], row["answers_short_for_precision"]
    points = datasets()["survey"].precision
    text = f"Survey answers: {number(count, 0)} ({period_text(row['answers_period'])})"
    if not math.isfinite(more):
        return f"{text}."
    enough = f"enough for a share within {points:g} points either side"
    if more == 0:
        return f"{text}, {enough}."
    return f"{text}; {number(more, 0)} more would be {enough}."


def source_lines(ground: Ground) -> tuple[str, ...]:
    """Say where figures and boundaries come from, and how to read them."""
    manifest = ground.manifest
    used = [i for i in manifest["inputs"] if i["dataset"] in USED and i["source"]]
    named = dict.fromkeys(f"{i['source']} ({i['kind']})" for i in used)
    layer = manifest["layers"][ground.geography]
    limits, points = gap_rules().limits, datasets()["survey"].minimum_effect
    said = "approximate" in layer["vintage"] or not layer["approximate"]
    mark = "" if said else ", approximate"
    return (
        short(f"Figures: {'; '.join(named) or 'not named in the project'}.", 700),
        short(f"Boundaries: {layer['vintage']}{mark}. {layer['note']}", 420),
        HOW_TO_READ.format(rate=limits.minimum_effect, share=points),
        f"Built {manifest['built'][:10]}, geosafety {manifest['version']}. {LICENCE}",
    )
