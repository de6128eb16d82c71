"""What is being looked at, and how it is written in a URL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from geosafety.errors import nearest
from geosafety.publish import words

BETWEEN = "_vs_"  # joins a period and the one it is compared with
Notes = tuple[str, ...]
# What a map can be coloured by. The figure itself is left out of the URL; it has a name
# because a list cannot choose an entry without one.
VALUE, AGAINST, CHANGE, GAP = "value", "force", "change", "gap"
LOOKS = {
    VALUE: "Value",
    AGAINST: "Against the Force",
    CHANGE: "Change from before",
    GAP: "Gap to the Force rate",
    "clusters": "Clusters (hot and cold)",
    "emerging": "Change through time (emerging hot spots)",
}
TESTED = ("clusters", "emerging")


@dataclass(frozen=True, kw_only=True)
class View:
    """One map: every name in it was looked up in the results."""

    geography: str
    indicator: str
    period: str
    group: str
    area: str = ""
    look: str = ""
    surface: str = ""
    overlays: tuple[str, ...] = ()

    def search(self, **changed: str) -> str:
        """Write the view as the end of a URL.

        Examples
        --------
        >>> view = View(geography="npu", indicator="x", period="2022-03", group="all")
        >>> view.search(a="CV")
        '?g=npu&i=x&p=2022-03&grp=all&a=CV'
        """
        parts = {
            "g": self.geography,
            "i": self.indicator,
            "p": self.period,
            "grp": self.group,
            "a": self.area,
            "v": self.look,
            "s": self.surface,
            "o": ",".join(self.overlays),
        } | changed
        return "?" + urlencode({key: part for key, part in parts.items() if part})


def pick(
    asked: str,
    known: Iterable[str],
    preferred: Sequence[str],
    what: str,
    notes: list[str],
) -> str:
    """Return what was asked for if it is known, else a default with a note."""
    names = list(known)
    if asked in names:
        return asked
    default = next((name for name in preferred if name in names), names[0])
    if asked:
        hint = nearest(asked, names) if len(names) < 10 or _close(asked, names) else ""
        notes.append(f"There is no {what} called {asked!r}. {hint}".strip())
    return default


def pick_look(asked: str, *, offered: Sequence[str], notes: list[str]) -> str:
    """Return what to colour the map by: the figure where nothing else fits."""
    if asked in ("", VALUE):
        return ""
    if asked not in LOOKS:
        known = " or ".join(name for name in LOOKS if name != VALUE)
        notes.append(f"A map cannot be coloured by {asked!r}; it can by {known}.")
        return ""
    if asked not in offered:
        notes.append(_REFUSED[asked])
        return ""
    return asked


_REFUSED = {
    AGAINST: "This figure cannot be set beside the Force.",
    CHANGE: "These results hold no change of this figure for these areas.",
    GAP: "These results hold no gap of this figure for these areas.",
    "clusters": "This figure is not tested for clusters.",
    "emerging": "This figure is not tested for clusters.",
}


def pick_overlays(
    asked: str, known: Iterable[str], notes: list[str]
) -> tuple[str, ...]:
    """Return what to lay over the map, in the order in which it is offered."""
    wanted = [name for name in asked.split(",") if name]
    offered = list(known)
    lost = [name for name in wanted if name not in offered]
    if lost:
        notes.append(f"There is nothing called {lost[0]!r} to lay over the map.")
    return tuple(name for name in offered if name in wanted)


def steps(period: str, known: Iterable[str]) -> list[str]:
    """Return the periods to step through: as long as this one, the earliest first.

    Examples
    --------
    >>> steps("2024-02", ["2024-03", "2023-04/2024-03", "2024-02"])
    ['2024-02', '2024-03']
    """
    length = months_in(period)
    changes = BETWEEN in period
    alike = [
        key for key in known if months_in(key) == length and (BETWEEN in key) == changes
    ]
    return sorted(alike, key=period_order, reverse=True)


def _close(asked: str, names: list[str]) -> bool:
    return nearest(asked, names).startswith("Did")


def pick_period(
    asked: str, known: Iterable[str], filled: Callable[[], set[str]], notes: list[str]
) -> str:
    """Return the period asked for, else the latest year, else the latest period.

    Of those, one that is `filled`: a year that no source covers is no first map.
    """
    names = sorted(known, key=period_order)
    if asked in names:
        return asked
    if asked:
        notes.append(f"There are no figures here for the period {asked!r}.")
    with_figures = filled()
    return next((name for name in names if name in with_figures), names[0])


def period_order(key: str) -> tuple[int, int, int]:
    """Sort years before longer and shorter periods, and the latest first.

    Of two changes up to the same date, the one over the shorter time comes first.

    Examples
    --------
    >>> sorted(["2024-03", "2022-04/2023-03", "2023-04/2024-03"], key=period_order)
    ['2023-04/2024-03', '2022-04/2023-03', '2024-03']
    """
    period, _, earlier = key.partition(BETWEEN)
    first, _, last = period.partition("/")
    length = months_in(key)
    kind = 0 if length == 12 else 1 if length > 12 else 2
    return kind, -_months(last or first), -_months(earlier)


def months_in(key: str) -> int:
    """Return how many months a period lasts; a date and a survey wave count as one.

    Examples
    --------
    >>> months_in("2023-04/2024-03"), months_in("consultation_2024")
    (12, 1)
    """
    first, _, last = key.split(BETWEEN)[0].partition("/")
    return _months(last) - _months(first) + 1 if last else 1


def _months(text: str) -> int:
    digits = "".join(c for c in text if c.isdigit()) or "0"
    year, month = int(digits[:4]), int(digits[4:6] or 0)
    return year * 12 + month


def period_key(period: str, compared_with: str) -> str:
    """Name a period, with the one it is compared with where there is one."""
    return f"{period}{BETWEEN}{compared_with}" if compared_with else period


def period_text(key: str) -> str:
    """Write a period's key as people say it."""
    return words.period_text(*key.split(BETWEEN))
