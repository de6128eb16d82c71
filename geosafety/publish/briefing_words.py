"""A briefing's sentences, made from verdicts and never from a difference itself.

What a verdict does not allow, no sentence says: where one cannot tell, an area is
neither higher nor lower, whatever its number. No sentence gives a reason for anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from geosafety.engagement.typology import ALIKE, HIGH, LOW
from geosafety.measures.verdicts import CANNOT_TELL

# Why there is no figure, to follow "is not known here: ".
WHY_NOT = {
    "suppressed": "it is hidden, as too few people stand behind it",
    "incomplete": "the source does not cover the whole area or period",
    "not available": "these results hold no figure",
}
SHORT_SAYINGS = {
    (LOW, "clear"): "clearly lower",
    (LOW, "likely"): "likely lower, not certain",
    (HIGH, "clear"): "clearly higher",
    (HIGH, "likely"): "likely higher, not certain",
}
CHANGE_SAYINGS = {
    "clear: higher": "clearly more",
    "clear: lower": "clearly fewer",
    "likely: higher": "likely more, not certain",
    "likely: lower": "likely fewer, not certain",
    "cannot tell: no meaningful difference": "no meaningful change",
    "cannot tell": "cannot tell",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What may be said of a figure against the Force.

    Attributes
    ----------
    level
        `low`, `high`, `alike`, `cannot tell`; anything else: not known.
    verdict
        `clear` or `likely`, behind `low` and `high`.
    status
        Of the value; says why it is not known.
    """

    level: str
    verdict: str = ""
    status: str = "not available"

    @property
    def known(self) -> bool:
        """Whether there is anything to say but why not."""
        return self.level in (LOW, HIGH, ALIKE, CANNOT_TELL)


def short_saying(said: Said) -> str:
    """Say a verdict in a word or two, for a table.

    Examples
    --------
    >>> short_saying(Said(level="high", verdict="clear", status="ok"))
    'clearly higher'
    >>> short_saying(Said(level="not known", status="suppressed"))
    'not known'
    """
    if said.level == ALIKE:
        return "no meaningful difference"
    if not said.known:
        return "not known"
    words = SHORT_SAYINGS.get((said.level, said.verdict), CANNOT_TELL)
    return f"{words} (few answers)" if said.status == "low base" else words


def crime_sentence(said: Said, change: str) -> str:
    """Say how recorded crime stands to the Force, and to the year before.

    Parameters
    ----------
    change
        A key of `CHANGE_SAYINGS`; anything else: not known.

    Examples
    --------
    >>> crime_sentence(Said(level="high", verdict="clear", status="ok"), "cannot tell")
    'Recorded crime per resident is clearly higher here than across the Force; whether \
there was more or less of it than a year before cannot be told.'
    """
    what = "recorded crime per resident"
    if not said.known:
        first = f"{what} is not known here: {WHY_NOT.get(said.status, said.status)}"
    elif said.level == ALIKE:
        first = f"{what} does not differ here from the Force by as much as matters"
    elif said.level == CANNOT_TELL:
        first = f"whether {what} differs here from the Force cannot be told"
    else:
        how = "lower" if said.level == LOW else "higher"
        first = f"{what} is {_sure(said)} {how} here than across the Force"
    return _sentence(f"{first}; {_change(change)}")


def _change(change: str) -> str:
    """Return what may be said of the year, as half a sentence."""
    if change not in CHANGE_SAYINGS:
        return "a change on the year is not known, as no month is covered in both years"
    if change == "cannot tell":
        return "whether there was more or less of it than a year before cannot be told"
    if change.endswith("no meaningful difference"):
        return "there was no meaningful change on the year before"
    sure, _, side = change.partition(": ")
    how = "more" if side == "higher" else "less"
    surely = "clearly" if sure == "clear" else "likely, but not certainly,"
    return f"there was {surely} {how} of it than a year before"


def safety_sentence(said: Said) -> str:
    """Say how safe those who answered feel, against the Force.

    Examples
    --------
    >>> safety_sentence(Said(level="low", verdict="likely", status="ok"))
    'Of those who answered, a likely, but not certainly, smaller share feels safe \
where they live than across the Force.'
    """
    if not said.known:
        why = WHY_NOT.get(said.status, said.status)
        return _sentence(f"how safe people feel is not known here: {why}")
    few = " (few answers)" if said.status == "low base" else ""
    start = f"of those who answered{few}, "
    if said.level == ALIKE:
        end = (
            "the share that feels safe where they live does not differ from the Force "
        )
        return _sentence(f"{start}{end}by as much as matters")
    if said.level == CANNOT_TELL:
        end = "feel safer or less safe where they live than across the Force"
        return _sentence(f"too few people answered to tell whether they {end}")
    how = "smaller" if said.level == LOW else "larger"
    end = "share feels safe where they live than across the Force"
    return _sentence(f"{start}a {_sure(said)} {how} {end}")


def heard_sentence(said: Said, missed: str) -> str:
    """Say how many are WMNow members, against the Force, and whom a survey misses.

    Parameters
    ----------
    missed
        As `missed_words` makes it.

    Examples
    --------
    >>> low = Said(level="low", verdict="clear", status="ok")
    >>> heard_sentence(low, missed_words(None, ""))
    'Clearly fewer people are WMNow members here than across the Force, for how many \
live here; which groups a survey misses is not known.'
    """
    if not said.known:
        why = WHY_NOT.get(said.status, said.status)
        first = f"how many people are WMNow members is not known here: {why}"
    elif said.level == ALIKE:
        first = "WMNow membership does not differ here from the Force by as much as "
        first += "matters"
    elif said.level == CANNOT_TELL:
        first = "whether WMNow membership differs here from the Force cannot be told"
    else:
        how = "fewer" if said.level == LOW else "more"
        first = f"{_sure(said)} {how} people are WMNow members here than across the "
        first += "Force, for how many live here"
    return _sentence(f"{first}; {missed}")


def missed_words(groups: int | None, where: str) -> str:
    """Say how many groups answered less than their share, as half a sentence.

    Examples
    --------
    >>> missed_words(3, "in Birmingham")
    'in Birmingham, 3 groups are fewer than their share of the answers (see Gaps)'
    """
    if groups is None:
        return "which groups a survey misses is not known"
    if groups == 0:
        return f"{where}, no group was found to be fewer than its share of the answers"
    if groups == 1:
        return f"{where}, 1 group is fewer than its share of the answers (see Gaps)"
    return (
        f"{where}, {groups} groups are fewer than their share of the answers (see Gaps)"
    )


def _sure(said: Said) -> str:
    return "clearly" if said.verdict == "clear" else "likely, but not certainly,"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def hot_sentence(  # noqa: PLR0913
    *, areas: int, hot: int, stable: int, cold: int, untested: int, period: str
) -> str:
    """Say how many small areas are hot spots, and how many of those hold.

    Examples
    --------
    >>> hot_sentence(areas=9, hot=3, stable=2, cold=0, untested=0, period="2024")
    '3 of its 9 small areas (LSOAs) are hot spots of recorded crime, 2 of them stable; \
0 are cold spots (2024).'
    """
    if not areas:
        return "No hot spots are known: no small area (LSOA) of it was tested."
    few = f"; {untested:,} could not be tested" if untested else ""
    held = f", {stable:,} of them stable" if hot else ""
    verb = "is a hot spot" if hot == 1 else "are hot spots"
    ice = "is a cold spot" if cold == 1 else "are cold spots"
    return (
        f"{hot:,} of its {areas:,} small areas (LSOAs) {verb} of recorded crime{held}; "
        f"{cold:,} {ice}{few} ({period})."
    )
