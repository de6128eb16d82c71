"""What the clusters of a view mean, in sentences, on a page as in a file. PURE."""

from __future__ import annotations

import re
from typing import Protocol

from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import NOT_SIGNIFICANT, NOT_TESTED, TOO_FEW
from geosafety.publish.spots import FOUND, Spot, Spots
from geosafety.settings import Indicator

UNKNOWN = "not tested"
# What the key calls each way of drawing an area.
KEY_WORDS = {
    "0": "Hot, stable",
    "a": "Hot, fragile",
    "1": "Cold, stable",
    "b": "Cold, fragile",
    NOT_SIGNIFICANT: "Not significant",
    TOO_FEW: "Too few permutations to tell",
    NOT_TESTED: "Not tested",
}


class View(Protocol):
    """Of which areas and group."""

    @property
    def geography(self) -> str:
        """The layer."""

    @property
    def group(self) -> str:
        """`all`, or such as `category=Burglary`."""


_MEANING = {
    "hot": "{what} there and next door is higher than chance would give",
    "cold": "{what} there and next door is lower than chance would give",
    "not significant": (
        "{what} there and next door is not clearly outside what chance would give"
    ),
}


def title(spots: Spots, view: View, indicator: Indicator) -> str:
    """Name the view, with the period that was tested."""
    group = "" if view.group == "all" else f" ({words.group_text(view.group)})"
    layer = words.lower_first(settings.geography(view.geography).label)
    row = settings.datasets()[indicator.dataset].row
    if spots.look == "emerging":
        what, when = "Emerging hot spots", f"followed over {months_text(spots)}"
    else:
        what, when = "Hot and cold spots", f"tested on {spots.period}"
    return f"{what} of {row}{group}, by {layer}, {when}"


def about_all(spots: Spots, view: View, indicator: Indicator) -> list[str]:
    """Say what was found in plain words: the first sentence, then the others."""
    nouns = _nouns(view)
    if spots.look == "emerging":
        return _late(spots, nouns)
    hot, cold = (spots.labelled(label) for label in FOUND)
    total = len(spots.rows)
    if hot:
        meaning = _meaning("hot", view, indicator)
        found = f"{len(hot):,} of {total:,} {nouns} {_are(hot)} hot: {meaning}."
        found += _fragile(hot)
    else:
        found = f"None of the {total:,} {nouns} is hot: none stands out above what "
        found += "chance would give."
    others = f"{len(cold):,} {_are(cold)} cold{_weak(cold)}." if cold else ""
    return [
        found,
        others or "None is cold.",
        *_inside(hot, spots, nouns),
        *_untested(spots),
        _when(spots),
    ]


def about_area(spot: Spot, spots: Spots, view: View, indicator: Indicator) -> list[str]:
    """Say what one area is, how firm that is, and what was tested."""
    if spots.look == "emerging":
        run = [f"{run_text(spot, spots)}."] if spot.months else []
        return [_late_area(spot), *run, _each_month(spots)]
    if spot.label in _MEANING:
        meaning = _meaning(spot.label, view, indicator)
        what = f"is {spot.label}" if spot.label in FOUND else "does not stand out"
        first = f"{spot.name} {what}: {meaning}."
        if spot.label in FOUND and spot.stability_word:
            first += f" The finding is {spot.stability_word}."
    else:
        first = f"{spot.name}: {label_text(spot)}."
    tested = _when(spots)
    return [first, tested]


def _late(spots: Spots, nouns: str) -> list[str]:
    total = len(spots.rows)
    gone = len(spots.classed("historical"))
    quiet = ("historical", "none", UNKNOWN)
    counts = {
        name: len(spots.classed(name))
        for name in words.EMERGING_WORDS
        if name not in quiet
    }
    hot = sum(counts.values())
    if hot:
        were = "was" if hot == 1 else "were"
        each = ", ".join(f"{n:,} {name}" for name, n in counts.items() if n)
        first = (
            f"{hot:,} of {total:,} {nouns} {were} hot in {spots.last_month}: {each}."
        )
    else:
        first = f"None of the {total:,} {nouns} was hot in {spots.last_month}."
    past = f"{gone:,} {'was' if gone == 1 else 'were'} nearly always hot until then."
    return [first, *([past] if gone else []), _each_month(spots)]


def _late_area(spot: Spot) -> str:
    meaning = spot.late_reason or words.EMERGING_WORDS[spot.emerging]
    if spot.emerging == UNKNOWN:
        return f"{spot.name} was not tested by month: {meaning}."
    if spot.emerging == "none":
        return f"{spot.name} is no emerging hot spot: {meaning}."
    article = "an" if spot.emerging[0] in "io" else "a"
    return f"{spot.name} is {article} {spot.emerging} hot spot: {meaning}."


def _each_month(spots: Spots) -> str:
    return (
        f"Each month of {months_text(spots)} was tested by itself, and no other "
        "period. A month holds far less than a year, so fewer areas stand out."
    )


def months_text(spots: Spots) -> str:
    """Name the months that were followed."""
    return words.period_text(spots.months)


def _nouns(view: View) -> str:
    """Return the short name of the areas: what stands in brackets, if anything does."""
    plural = settings.geography(view.geography).plural
    short = re.search(r"\((\w+)\)", plural)
    return short[1] if short else words.lower_first(plural)


def _meaning(label: str, view: View, indicator: Indicator) -> str:
    what = settings.datasets()[indicator.dataset].row
    if view.group != "all":
        what = f"{what} ({view.group.partition('=')[2]})"
    return _MEANING[label].format(what=f"{what} per resident")


def _are(found: list[Spot]) -> str:
    return "is" if len(found) == 1 else "are"


def _when(spots: Spots) -> str:
    return f"Tested on {spots.period} only; another period does not change this."


def _weak(found: list[Spot]) -> str:
    weak = sum(row.stability_word == "fragile" for row in found)
    return f", {weak:,} of them fragile" if weak else ""


def _fragile(found: list[Spot]) -> str:
    weak = [row for row in found if row.stability_word == "fragile"]
    if len(found) == 1:
        return " It is fragile." if weak else " It is stable."
    if not weak:
        return " None of them is fragile."
    who = "All" if len(weak) == len(found) else f"{len(weak):,}"
    return f" {who} of them {_are(weak)} fragile."


ILLUSTRATIVE = ("IA-", "Illustrative")  # how the bundled codes and names begin


def _inside(hot: list[Spot], spots: Spots, nouns: str) -> list[str]:
    """Say how many of the hot areas lie in an impact area, where that is known."""
    if not hot or not any(row.impact_area for row in spots.rows):
        return []
    inside = sum(bool(row.impact_area) for row in hot)
    outside = len(hot) - inside
    lie, do = "lies" if inside == 1 else "lie", "does" if outside == 1 else "do"
    who = f"{inside:,} of the {len(hot):,} hot {nouns}"
    said = [f"{who} {lie} inside an impact area; {outside:,} {do} not."]
    if len(hot) == 1:
        said = [f"It lies {'inside an' if inside else 'in no'} impact area."]
    # The bundled areas are made up: nobody may read this of the real nineteen.
    known = [row.impact_area for row in spots.rows if row.impact_area]
    made_up = any(name.startswith(ILLUSTRATIVE) for name in known)
    return [*said, "These impact areas are illustrative."] if made_up else said


def _untested(spots: Spots) -> list[str]:
    counts = spots.counts()
    said = {TOO_FEW: "had too few permutations to tell", NOT_TESTED: "not tested"}
    found = []
    for symbol, text in said.items():
        n = counts[symbol]
        verb = "" if symbol == TOO_FEW else "was " if n == 1 else "were "
        found += [f"{n:,} {verb}{text}."] if n else []
    return found


def label_text(spot: Spot) -> str:
    """Write an area's label, with the reason where there is one."""
    if spot.label in FOUND:
        sure = spot.stability_word or "stability not known"
        return f"{words.CLUSTER_WORDS[spot.label]}, {sure}"
    why = f" ({spot.reason})" if spot.reason else ""
    return f"{words.CLUSTER_WORDS[spot.label]}{why}"


def class_text(spot: Spot) -> str:
    """Write an area's class through time with what it means."""
    meaning = spot.late_reason or words.EMERGING_WORDS[spot.emerging]
    if spot.emerging == "none":
        return f"{meaning[:1].upper()}{meaning[1:]}"
    return f"{spot.emerging[:1].upper()}{spot.emerging[1:]}: {meaning}"


def run_text(spot: Spot, spots: Spots) -> str:
    """Say in how many months an area was hot."""
    months = "month" if spot.months == 1 else "months"
    hot = f"Hot in {spot.hot_months:,} of {spot.months:,} {months}"
    return f"{hot} up to {spots.last_month}"


def _points(spots: Spots) -> str:
    """Say whether the runs put snapped crimes down anew; nothing if it is not known."""
    if not spots.points:
        return ""
    if not spots.points.startswith("points moved"):
        return (
            " These counts came by area, without points: that a crime may lie just "
            "across a border is not allowed for."
        )
    part = "" if spots.points == "points moved" else "Where there are points, "
    start = "crimes were" if part else "Crimes were"
    return (
        f" {part}{start} also put down anew within 100 metres, because they are "
        "published at a nearby point and may lie just across a border."
    )


def short_class(name: str) -> str:
    """Write a class through time for a key."""
    if name == "none":
        return "Not hot in the last month"
    if name == UNKNOWN:
        return "Not tested"
    meaning = words.EMERGING_WORDS[name]
    return f"{name[:1].upper()}{name[1:]}: {meaning}"


def tip_text(spot: Spot, *, late: bool) -> str:
    """Say what an area is, in a few words."""
    if not late:
        return label_text(spot)
    if spot.emerging in ("none", UNKNOWN):
        return class_text(spot)
    return f"{class_text(spot)} ({spot.hot_months} of {spot.months} months)"


def definition_texts(spots: Spots, indicator: Indicator) -> list[str]:
    """Say what the words mean, and what they do not say."""
    row = settings.datasets()[indicator.dataset].row
    n = f"{len(spots.rows):,}"
    # Single months are tested with other numbers of draws than the year.
    late = spots.look == "emerging"
    draws = "many" if late else f"{spots.permutations:,}"
    texts = [
        f"An area is hot when {row} per resident in it and around it is higher than "
        f"nearly all of {draws} random rearrangements of the same "
        "figures over the map would make it, and cold when it is lower (Gi*). It "
        "names a neighbourhood that stands out, not one high figure.",
        f"Among {n} areas, chance alone makes some stand out. The false discovery "
        "rate is held at 5%: of all that is called hot or cold, about one in twenty "
        "or fewer is expected to be a false alarm.",
        "Stable means that an area kept its label in at least four of five runs with "
        "other fair choices: who counts as a neighbour, how far small numbers are "
        f"smoothed, how strict the rate is.{_points(spots)} Fragile means that it did "
        "not: go and look before relying on it.",
        "Neither says why, and neither is a forecast. City centres have few residents "
        "and many visitors, and look hot for that reason too.",
    ]
    if late:
        texts.insert(
            2,
            "Through time, every month is tested by itself. “Nearly always” is at "
            "least 90% of months; rising or falling is a trend of the statistic.",
        )
        texts[3:3] = [
            f"{name[:1].upper()}{name[1:]}: {meaning}."
            for name, meaning in words.EMERGING_WORDS.items()
            if name not in ("none", UNKNOWN)
        ]
    if spots.whole:
        texts.append(f"The map as a whole: {spots.whole}")
    return texts
