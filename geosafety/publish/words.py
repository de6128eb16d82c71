"""Numbers, periods and comparisons in plain words, the same in every output. PURE."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from geosafety.publish.classes import number
from geosafety.settings import Indicator

KIND_WORDS = {
    "observed": "Counted from the input files",
    "published": "Published figures",
    "estimated": "Estimated figures",
    "synthetic": "Synthetic figures: made up for demonstration, about nobody",
}
STATUS_WORDS = {
    "ok": "",
    "low base": "few cases: read with care",
    "suppressed": "hidden: too few to show",
    "incomplete": "incomplete: the source does not cover it",
    "not available": "no figure available",
}
SHORT_STATUS = {
    "ok": "without a figure",
    "low base": "on few cases",
    "suppressed": "hidden",
    "incomplete": "incomplete",
    "not available": "without a figure",
}
DENOMINATOR_WORDS = {
    "population": "residents",
    "population_16plus": "people aged 16 and over",
    "population_under25": "residents under 25",
    "residents": "residents",
}
CLUSTER_WORDS = {
    "hot": "Hot",
    "cold": "Cold",
    "not significant": "Not significant",
    "too few permutations": "Too few permutations to tell",
    "not tested": "Not tested",
}
# What the classes of a hot spot through time mean, in the order of a key.
EMERGING_WORDS = {
    "new": "hot in the last month, never before",
    "consecutive": "hot in the last months in a row, never before those",
    "intensifying": "hot nearly always, and rising",
    "persistent": "hot nearly always, without a trend",
    "diminishing": "hot nearly always, and falling",
    "sporadic": "hot in the last month, on and off before",
    "oscillating": "hot in the last month, cold in some month before",
    "historical": "hot nearly always, but not in the last month",
    "none": "not hot in the last month, nor nearly always before",
    "not tested": "no finding by month",
}
# Only these can be set beside the Force: a Force total says nothing about an area.
COMPARABLE = ("rate", "rate_change", "share", "answer_share", "change_pct", "index")
# Of these the stored verdict is about the Force; of a change, about the time before.
AGAINST_FORCE = ("rate", "share", "answer_share")
_COUNTS = ("count", "change", "needed", "answer_count")
_SIGNED = ("change", "change_pct", "rate_change", "share_change")


def value_text(value: float, indicator: Indicator) -> str:
    """Write a value in its indicator's unit, rounded for reading.

    Examples
    --------
    >>> from geosafety.settings import indicators
    >>> value_text(50.487, indicators()["wmnow_rate"])
    '50.5'
    >>> value_text(-12.0, indicators()["wmnow_change"])
    '−12'
    """
    return value_texts([value], indicator)[0]


def value_texts(values: Iterable[float], indicator: Indicator) -> list[str]:
    """Write the values of a whole map as `value_text` writes one."""
    whole, signed = indicator.measure in _COUNTS, indicator.measure in _SIGNED
    plus, ending = "+" if signed else "", "%" if indicator.unit == "per cent" else ""
    return [
        (plus if value > 0 else "")
        + number(value, 0 if whole else 2 if -1 < value < 1 and value else 1)
        + ending
        if math.isfinite(value)
        else ""
        for value in values
    ]


def interval_text(lower: float, upper: float, indicator: Indicator) -> str:
    """Write an interval; empty where there is none."""
    return interval_texts([lower], [upper], indicator)[0]


def interval_texts(
    lowers: Iterable[float], uppers: Iterable[float], indicator: Indicator
) -> list[str]:
    """Write the intervals of a whole map as `interval_text` writes one."""
    ends = (value_texts(lowers, indicator), value_texts(uppers, indicator))
    return [
        f"{low} to {high}" if low and high else ""
        for low, high in zip(*ends, strict=True)
    ]


# What a stored verdict becomes on a page: its first letter is all that a map is sent.
VERDICT_CODES = {
    "clear: higher": "higher",
    "clear: lower": "lower",
    "likely: higher": "Higher, likely",
    "likely: lower": "Lower, likely",
    "cannot tell: no meaningful difference": "same",
    "cannot tell": "unsure",
}
SHORT_VERDICTS = {
    "higher": "clearly higher",
    "lower": "clearly lower",
    "Higher, likely": "likely higher",
    "Lower, likely": "likely lower",
    "same": "no meaningful difference",
    "unsure": "cannot tell",
}
VERDICT_WORDS = {
    "higher": "clearly higher than the Force",
    "lower": "clearly lower than the Force",
    "Higher, likely": "likely higher than the Force, not certain",
    "Lower, likely": "likely lower than the Force, not certain",
    "same": "no meaningful difference from the Force",
    "unsure": "cannot be told from the Force",
}
# A change is judged against the earlier period.
CHANGE_WORDS = {
    "higher": "clearly more than before",
    "lower": "clearly fewer than before",
    "Higher, likely": "likely more than before, not certain",
    "Lower, likely": "likely fewer than before, not certain",
    "same": "no meaningful change",
    "unsure": "cannot be told from no change",
}


def verdict_words(code: str, indicator: Indicator) -> str:
    """Say a verdict against what it was judged by.

    Examples
    --------
    >>> from geosafety.settings import indicators
    >>> verdict_words("higher", indicators()["crime_change_pct"])
    'clearly more than before'
    """
    changes = indicator.measure in ("change", "change_pct")
    return (CHANGE_WORDS if changes else VERDICT_WORDS).get(code, "")


def period_text(period: str, compared_with: str = "") -> str:
    """Write a period as people say it.

    Examples
    --------
    >>> period_text("2022-03", "2021-09")
    'March 2022, compared with September 2021'
    >>> period_text("2023-04/2024-03")
    'April 2023 to March 2024'
    >>> period_text("consultation_2024")
    'Consultation 2024'
    """
    if not period:
        return "no date"
    text = " to ".join(_month(part) for part in period.split("/"))
    return (
        f"{text}, compared with {period_text(compared_with)}" if compared_with else text
    )


def _month(part: str) -> str:
    try:
        return date.fromisoformat(f"{part}-01").strftime("%B %Y")
    except ValueError:
        words = part.replace("_", " ")
        return words[:1].upper() + words[1:]


def group_text(group: str) -> str:
    """Write a group as people say it.

    Examples
    --------
    >>> group_text("category=Violence and sexual offences")
    'Category: Violence and sexual offences'
    >>> group_text("all")
    'All'
    """
    if group == "all":
        return "All"
    dimension, _, category = group.partition("=")
    dimension = dimension.replace("_", " ").replace(".", ", ")
    return f"{dimension[:1].upper()}{dimension[1:]}: {category}"


def share_text(share: float) -> str:
    """Write a share of 1 as whole per cent.

    Examples
    --------
    >>> share_text(2 / 3)
    '67%'
    """
    return f"{number(100 * share, 0)}%" if math.isfinite(share) else ""


def kinds_text(kinds: list[str]) -> str:
    """Say which kinds of figures a view holds."""
    return "; ".join(KIND_WORDS[k] for k in KIND_WORDS if k in kinds)


def unit_text(indicator: Indicator) -> str:
    """Write the unit out, to follow a value; empty where the value carries it.

    Examples
    --------
    >>> from geosafety.settings import indicators
    >>> unit_text(indicators()["wmnow_rate"])
    'per 1,000 people aged 16 and over'
    """
    if indicator.unit == "per cent":
        return ""
    if indicator.measure == "index":
        return "(Force = 100)"
    if indicator.per > 1:
        return f"per {indicator.per:,} {denominator_text(indicator.denominator)}"
    return indicator.unit


def lower_first(text: str) -> str:
    """Write a label so that it can stand inside a sentence.

    Examples
    --------
    >>> lower_first("Local authority"), lower_first("NPU")
    ('local authority', 'NPU')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def denominator_text(name: str) -> str:
    """Write what a number is out of."""
    return DENOMINATOR_WORDS.get(name, name.replace("_", " "))


def ordinal(place: int) -> str:
    """Write a place in an order.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 11, 22, 1003)]
    ['1st', '2nd', '3rd', '11th', '22nd', '1,003rd']
    """
    teen = place % 100 in (11, 12, 13)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{'th' if teen else ending}"
