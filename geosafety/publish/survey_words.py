"""What a survey says in sentences: who is missing, what leads, what is clear. PURE."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from geosafety.publish.cells import CELL_WORDS, Row, cell, status_of
from geosafety.publish.words import period_text

FEWER, ABOUT, MORE = (f"{w} their share" for w in ("fewer than", "about", "more than"))
_ORDER = ("clear", "likely", "cannot tell", "suppressed", "not available", "")


# --- who answered ---------------------------------------------------------------------


def heard_sentence(rows: Sequence[Row], names: Sequence[str], where: str) -> str:
    """Say whom a survey hears too little, the farthest from its share first.

    Where nobody is found to be missing, it says by what people were compared at all.

    Parameters
    ----------
    rows
        Of `representation`, one area.
    names
        What each row's group is called.
    where
        The area.
    """
    known = [(r, n) for r, n in zip(rows, names, strict=True) if status_of(r) == "ok"]
    if not known:
        return (
            f"Who is missing among the answers in {where} is not known: no group "
            "could be set against the people who live there."
        )
    few = [(r["upper"], name) for r, name in known if r["word"] == FEWER]
    if not few:
        return _nobody(rows, [row for row, _ in known], where)
    listed = [name for _, name in sorted(few)]
    whose = "its" if len(listed) == 1 else "their"
    said = ", ".join(listed[:5]) + f", and {len(listed) - 5} more"
    said = said if len(listed) > 5 else _and(listed)
    return f"Heard less than {whose} share in {where}: {said}."


def _nobody(rows: Sequence[Row], known: Sequence[Row], where: str) -> str:
    """Say that no group was found missing, and which ways of grouping are not known."""
    by, rest = _dimensions(known), _dimensions(rows)
    rest = [name for name in rest if name not in by]
    text = (
        f"In {where} no group by {_and(by)} was found to be heard less than its share"
    )
    return f"{text}; by {_and(rest)} that is not known." if rest else f"{text}."


def _dimensions(rows: Sequence[Row]) -> list[str]:
    names = (str(row["dimension"]).replace("_", " ") for row in rows)
    return list(dict.fromkeys(names))


def ages_caution(rows: Iterable[Row]) -> str:
    """Say that children are among the people compared with by age, where they are.

    Examples
    --------
    >>> people = "Force: residents aged 16 and over"
    >>> ages_caution([{"dimension": "age", "reference": people}])
    ''
    """
    ages = [row for row in rows if row.get("dimension") == "age"]
    if not any("all ages" in str(row.get("reference", "")) for row in ages):
        return ""
    return (
        "The people compared with are residents of all ages: children too young to "
        "answer are among them, and make the youngest look heard less than they are."
    )


def _and(names: Sequence[str]) -> str:
    return (
        " and ".join(", ".join(names).rsplit(", ", 1)) if len(names) > 1 else names[0]
    )


# --- what people put first ------------------------------------------------------------


def bands(rows: Iterable[Row]) -> list[list[Row]]:
    """Cut options where a break is clear: every range ends before the next begins.

    Between bands the order is firm. Inside one there is no clear break from one option
    to the next, though its two ends may differ. Options without a rank are left out.

    Examples
    --------
    >>> ranks = [(1, 1, 1), (2, 2, 3), (3, 2, 3), (4, 4, 4)]
    >>> rows = [dict(rank=r, rank_lower=a, rank_upper=b) for r, a, b in ranks]
    >>> [len(band) for band in bands(rows)]
    [1, 2, 1]
    """
    known = [row for row in rows if math.isfinite(float(row.get("rank", math.nan)))]
    made: list[list[Row]] = []
    last = -math.inf
    for row in sorted(known, key=lambda r: (r["rank_lower"], r["rank"])):
        if row["rank_lower"] > last:
            made.append([])
        made[-1].append(row)
        last = max(last, row["rank_upper"])
    return [sorted(band, key=lambda r: r["rank"]) for band in made]


def alike(band: Sequence[Row]) -> bool:
    """Say whether any two options of a band may change places."""
    return bool(
        max(row["rank_lower"] for row in band) <= min(row["rank_upper"] for row in band)
    )


def band_text(band: Sequence[Row]) -> str:
    """Name a band by the places its options may have.

    Examples
    --------
    >>> ends = [(5, 6), (5, 7)]
    >>> band_text([{"rank_lower": a, "rank_upper": b} for a, b in ends])
    '5 to 7: cannot be told apart'
    >>> ends = [(2, 4), (3, 5), (5, 5)]
    >>> band_text([{"rank_lower": a, "rank_upper": b} for a, b in ends])
    '2 to 5: no clear break'
    """
    low = int(min(row["rank_lower"] for row in band))
    high = int(max(row["rank_upper"] for row in band))
    places = f"{low}" if low == high else f"{low} to {high}"
    if len(band) == 1:
        return places
    return f"{places}: {'cannot be told apart' if alike(band) else 'no clear break'}"


def first_sentence(made: Sequence[Sequence[Row]], where: str) -> str:
    """Say what is chosen most, as one option or as several without a clear break."""
    if not made:
        return f"Too few answered in {where} to put the answers in order."
    names = [f"“{row['option']}”" for row in made[0]]
    if len(names) == 1:
        return f"Chosen most in {where}: {names[0]}."
    if len(names) > 4:
        text = f"There is no clear break among the first {len(names)} in {where}."
        return f"{text} Chosen by most of those who answered: {names[0]}."
    sure = "any of them may be first" if alike(made[0]) else "without a clear break"
    return f"Chosen most in {where}, {sure}: {_and(names)}."


# --- can I say this -------------------------------------------------------------------


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Put comparisons in the order of what may be said: clear ones first."""
    return sorted(rows, key=lambda r: _ORDER.index(_verdict(r)))


def _verdict(row: Row) -> str:
    status = status_of(row)
    if status in ("suppressed", "not available"):
        return status
    verdict = str(row["verdict"])
    return verdict if verdict in _ORDER else ""


def verdict_text(row: Row) -> str:
    """Say what may be said of a comparison, with few answers marked.

    The words are those of the comparison itself; a survey's code becomes its name.
    """
    status = status_of(row)
    if status in CELL_WORDS:
        return cell("", status).capitalize()
    text = str(row["words"]).replace("95 %", "95%")
    text = re.sub(r"(?<!\w)-(0\.0(?!\d))", r"\1", text)
    text = re.sub(r"(?<!\w)-(?=\d)", "−", text)
    for code in (str(row["first"]), str(row["second"])):
        if "_" in code:
            text = text.replace(code, period_text(code))
    few = " Few answers: read with care." if status == "low base" else ""
    return f"{text}{few}"


def tally_sentence(rows: Sequence[Row]) -> str:
    """Count comparisons by what may be said of them.

    Examples
    --------
    >>> clear = {"verdict": "clear", "status": "ok"}
    >>> hidden = {"verdict": "suppressed", "status": "suppressed"}
    >>> tally_sentence([clear, clear, hidden])
    'Of 3 comparisons 2 are clear; 1 is hidden.'
    >>> tally_sentence([hidden])
    'Of 1 comparison 1 is hidden.'
    """
    if not rows:
        return "These results hold no such comparison."
    found = [_verdict(row) for row in rows]
    told = [
        f"{found.count(kind):,} {'is' if found.count(kind) == 1 else 'are'} {text}"
        for kind, text in (("clear", "clear"), ("likely", "likely, not certain"))
        if kind in found
    ]
    first = [_and(told)] if told else []
    words = {
        "cannot tell": "cannot be told",
        "suppressed": "{be} hidden",
        "not available": "{be} not available",
    }
    rest = [
        f"{found.count(k):,} " + w.format(be="is" if found.count(k) == 1 else "are")
        for k, w in words.items()
        if k in found
    ]
    start = f"Of {len(rows):,} comparisons " if len(rows) > 1 else "Of 1 comparison "
    return f"{start}{'; '.join([*first, *rest])}."


def against_force(row: Row) -> str:
    """Say how an estimate stands to the Force.

    Examples
    --------
    >>> against_force({"verdict": "clear", "difference": -13.5})
    'clearly lower'
    """
    verdict = str(row.get("verdict", ""))
    if not verdict or status_of(row) in CELL_WORDS:
        return ""
    side = "higher" if float(row.get("difference", 0)) > 0 else "lower"
    if verdict == "cannot tell":
        same = row.get("finding") == "no meaningful difference"
        return "no meaningful difference" if same else "cannot tell"
    return f"clearly {side}" if verdict == "clear" else f"likely {side}, not certain"
