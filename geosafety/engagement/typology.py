"""What an area is like, in words that its verdicts allow.

Words come from verdicts and never from a difference itself: where a verdict is "cannot
tell", an area is neither "few" nor "many", whatever its number.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geosafety.engagement.gap_rules import Part, Rules
from geosafety.measures.verdicts import (
    CANNOT_TELL,
    CLEAR,
    DIFFERENT,
    FINDINGS,
    LIKELY,
    NOT_MEANINGFUL,
)

LOW, HIGH, ALIKE, NOT_KNOWN = "low", "high", "alike", "not known"
NO_GAP = "no gap found"
NO_GAP_KNOWN = "no gap found in what is known"
LIKE_FORCE = "like the Force"
NOTHING = "too little is known"


def levels(found: pd.DataFrame) -> pd.Series:
    """Say on which side of the Force a value is, as far as it may be said.

    Parameters
    ----------
    found
        `difference, verdict, finding`, as of `measures.comparison.compare_table`.

    Returns
    -------
    Series
        `low` or `high` (the verdict is clear or likely), `alike` (no meaningful
        difference), `cannot tell`, or `not known` (hidden, incomplete, not available).

    Examples
    --------
    >>> found = pd.DataFrame({"difference": [-9.0, -9.0, 0.1],
    ...     "verdict": ["clear", "cannot tell", "cannot tell"],
    ...     "finding": ["difference", "too few answers", "no meaningful difference"]})
    >>> levels(found).tolist()
    ['low', 'cannot tell', 'alike']
    """
    said = (found["finding"] == DIFFERENT) & found["verdict"].isin([CLEAR, LIKELY])
    below = found["difference"] < 0
    rules = [
        said & below,
        said,
        found["finding"] == NOT_MEANINGFUL,
        found["finding"].isin(FINDINGS),
    ]
    words = np.select(rules, [LOW, HIGH, ALIKE, CANNOT_TELL], NOT_KNOWN)
    return pd.Series(words, index=found.index)


def typology(level: pd.DataFrame, verdict: pd.DataFrame, rules: Rules) -> pd.Series:
    """Give each area the first type of which everything holds.

    Parameters
    ----------
    level, verdict
        By area, one column per part: what `levels` says, and the verdict behind it.
        A part that is not there holds for no type.
    rules
        Whose types are tried in order.

    Returns
    -------
    Series
        The type's words, with `likely: ` before them where one of its parts is likely
        and not clear. Where no type holds, the gaps one by one; without any, `like the
        Force` (every part is alike), `no gap found`, `no gap found in what is known`
        (of some part one cannot tell) or `too little is known` (of all).

    Examples
    --------
    >>> from geosafety.engagement.gap_rules import gap_rules
    >>> level = pd.DataFrame({"members": ["low", "low"], "crime": ["high", "alike"]})
    >>> verdict = pd.DataFrame({"members": "likely", "crime": ["clear", "cannot tell"]})
    >>> typology(level, verdict, gap_rules()).tolist()
    ['likely: high crime, few members', 'likely: few members']
    """
    rows = zip(_rows(level), _rows(verdict), strict=True)
    words = [_type(one, how, rules) for one, how in rows]
    return pd.Series(words, index=level.index)


def _type(level: Mapping[str, str], verdict: Mapping[str, str], rules: Rules) -> str:
    for one in rules.types:
        if all(level.get(part) in allowed for part, allowed in one.when.items()):
            return _sure(one.words, [verdict[part] for part in one.when])
    gaps = [part for part, word in level.items() if word == rules.parts[part].widest]
    if gaps:
        words = ", ".join(_side(rules.parts[part], level[part]) for part in gaps)
        return _sure(words, [verdict[part] for part in gaps])
    said = set(level.values())
    known = said & {LOW, HIGH, ALIKE}
    if said == known:
        return LIKE_FORCE if said == {ALIKE} else NO_GAP
    return NO_GAP_KNOWN if known else NOTHING


def _sure(words: str, verdicts: list[str]) -> str:
    return f"likely: {words}" if LIKELY in verdicts else words


def _side(part: Part, level: str) -> str:
    return part.low if level == LOW else part.high


def reading(
    level: pd.DataFrame, verdict: pd.DataFrame, parts: Mapping[str, Part]
) -> pd.Series:
    """Say every part of each area: what differs, what is like the Force, what is open.

    Examples
    --------
    >>> from geosafety.engagement.gap_rules import gap_rules
    >>> level = pd.DataFrame({"members": ["low"], "crime": ["cannot tell"]})
    >>> verdict = pd.DataFrame({"members": ["likely"], "crime": ["cannot tell"]})
    >>> reading(level, verdict, gap_rules().parts).tolist()
    ['few members (likely); cannot tell: crime']
    """
    rows = zip(_rows(level), _rows(verdict), strict=True)
    words = [_reading(one, how, parts) for one, how in rows]
    return pd.Series(words, index=level.index)


def _rows(table: pd.DataFrame) -> list[dict[str, str]]:
    """Return by area what stands under each part."""
    rows = table.to_dict("records")
    return [{str(part): str(word) for part, word in row.items()} for row in rows]


def _reading(
    level: Mapping[str, str], verdict: Mapping[str, str], parts: Mapping[str, Part]
) -> str:
    said = []
    for part, word in level.items():
        if word in (LOW, HIGH):
            unsure = " (likely)" if verdict[part] == LIKELY else ""
            said.append(_side(parts[part], word) + unsure)
    heads = {ALIKE: LIKE_FORCE, CANNOT_TELL: "cannot tell", NOT_KNOWN: "not known"}
    for word, head in heads.items():
        names = [part for part, one in level.items() if one == word]
        said += [f"{head}: {', '.join(names)}"] if names else []
    return "; ".join(said)
