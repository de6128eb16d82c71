"""Classes, colours and the words of a key, shared by the page and the folium map.

A value's class is one character, so that a whole map fits in one short string:
`0` to `4` a class, `a` to `e` the same class on a low base, `z` exactly nothing,
`y` the same on a low base, `s` suppressed, `i` incomplete, `n` not available. On a map
of clusters `0` and `1` are what is stable and `a` and `b` what is fragile; `g` is not
significant, `t` too few permutations to tell, `u` not tested.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Light to dark, so that the order survives greyscale; safe for colour-blind eyes.
SEQUENTIAL = ("#fdf0b5", "#b9dfb0", "#5fb8b5", "#2a7ea6", "#173f6b")
# Blue below, orange above: the pair that every common kind of sight can tell apart. No
# two are equally light, so that below and above stay apart in greyscale too; what is
# high is the darker, as hot is on a map of clusters.
DIVERGING = ("#2b74b3", "#a3c9e8", "#f6f3ec", "#e0903f", "#7a3504")
# Which of the five are used where there are fewer classes.
_FEWER = {1: (2,), 2: (1, 3), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}

ZERO, LOW_ZERO, SUPPRESSED, INCOMPLETE, MISSING = "z", "y", "s", "i", "n"
LOW_BASE = "abcde"
_CLASSES, _LOW_CLASSES = np.array(list("01234")), np.array(list(LOW_BASE))
_STATUS_SYMBOLS = {
    "suppressed": SUPPRESSED,
    "incomplete": INCOMPLETE,
    "not available": MISSING,
}
# What a symbol that is not a class means, in the order of a key.
SYMBOL_WORDS = {
    ZERO: "0: none at all",
    "low": "Few cases: shown, not ranked",
    SUPPRESSED: "Hidden: too few to show safely",
    INCOMPLETE: "Incomplete: not fully covered",
    MISSING: "No figure available",
}
NOT_SIGNIFICANT, TOO_FEW, NOT_TESTED = "g", "t", "u"
PLAIN_GREY = "#dcdee1"  # as in patterns.js
# Hot is dark and cold is light, so that the two stay apart in greyscale.
CLUSTER_COLOURS = ("#963806", "#6ea8d8")
_CLUSTER_SYMBOLS = {
    "hot": "0a",
    "cold": "1b",
    "not significant": NOT_SIGNIFICANT * 2,
    "too few permutations": TOO_FEW * 2,
    "not tested": NOT_TESTED * 2,
}
# From here to stay (dark) to gone (pale); blue-green for what is recent.
EMERGING_COLOURS = ("#4a1203", "#8f3408", "#38a8a5", "#f0a860", "#fbe3c0")
EMERGING_SYMBOLS = {
    "intensifying": "0",
    "persistent": "1",
    "diminishing": "b",
    "new": "2",
    "consecutive": "c",
    "sporadic": "3",
    "oscillating": "d",
    "historical": "e",
    "none": NOT_SIGNIFICANT,
    "not tested": NOT_TESTED,
}
# Diverging scales: the measure, and what its middle stands for.
_CENTRES = {
    "index": 100.0,
    "change": 0.0,
    "change_pct": 0.0,
    "rate_change": 0.0,
    "share_change": 0.0,
}


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Breaks between classes, lowest first; a value on a break is in the upper class.

    `whole` says that every value is a whole number; `zero` that 0 has its own look.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    zero: bool = False
    centre: float | None = None

    def symbol(self, value: float, status: str) -> str:
        """Return the one character that says how an area is drawn.

        Examples
        --------
        >>> scale = scale_for([1.0, 2.0, 3.0, 4.0], measure="rate")
        >>> scale.symbol(4.0, "ok"), scale.symbol(4.0, "low base")
        ('1', 'b')
        >>> scale.symbol(math.nan, "suppressed")
        's'
        """
        return self.symbols([value], [status])[0]

    def symbols(self, values: Sequence[float], statuses: Sequence[str]) -> list[str]:
        """Return the same of every area of a map at once."""
        known, said = np.asarray(values, dtype=float), np.asarray(statuses, dtype=str)
        low = said == "low base"
        number = np.searchsorted(self.breaks, known, side="right")
        drawn = np.where(low, _LOW_CLASSES[number], _CLASSES[number])
        if self.zero:
            drawn = np.where(known == 0, np.where(low, LOW_ZERO, ZERO), drawn)
        drawn[~np.isfinite(known)] = MISSING
        for status, symbol in _STATUS_SYMBOLS.items():
            drawn[said == status] = symbol
        found: list[str] = drawn.tolist()
        return found


def cluster_symbol(label: str, stability: str) -> str:
    """Return how a cluster is drawn: solid where it is stable, hatched where not.

    Examples
    --------
    >>> cluster_symbol("hot", "stable"), cluster_symbol("hot", "fragile")
    ('0', 'a')
    >>> cluster_symbol("not significant", "fragile")
    'g'
    """
    return _CLUSTER_SYMBOLS[label][0 if stability == "stable" else 1]


def hatch_line(colour: str) -> str:
    """Return the colour of the lines over a colour, as patterns.js draws them.

    Examples
    --------
    >>> hatch_line("#963806"), hatch_line("#6ea8d8")
    ('#ffffff', '#333333')
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    dark = 0.3 * red + 0.6 * green + 0.1 * blue < 130
    return "#ffffff" if dark else "#333333"


def scale_for(
    values: Sequence[float], *, measure: str, centre: float | None = None
) -> Scale:
    """Choose classes for the values of one map.

    Parameters
    ----------
    values
        Every value that is shown; missing ones are left out.
    measure
        The indicator's measure. An index is centred on 100 and a change on 0, with
        classes at the same distance on both sides; anything else gets up to five
        classes with about as many areas in each, at rounded breaks.
    centre
        The value to set the others beside, such as the Force's: classes are then at
        the same distance on both sides of it.

    Examples
    --------
    >>> scale_for([30.0, 40.0, 50.0, 60.0, 90.0], measure="rate", centre=50.0).breaks
    (34.0, 44.0, 56.0, 66.0)
    """
    known = np.asarray([v for v in values if math.isfinite(v)], dtype=float)
    centre = _centre(known, measure) if centre is None else centre
    if centre is not None and known.size and np.ptp(known) > 0:
        return _diverging(known, centre)
    zero = bool(known.size and known.min() >= 0 and (known == 0).any())
    return _sequential(known[known != 0] if zero else known, zero=zero)


def _centre(known: np.ndarray, measure: str) -> float | None:
    if measure == "needed" and known.size and known.min() < 0:
        return 0.0
    return _CENTRES.get(measure)


def _sequential(known: np.ndarray, *, zero: bool) -> Scale:
    distinct = np.unique(known)
    count = min(5, max(1, distinct.size // 2))
    cuts = (
        np.quantile(known, np.arange(1, count) / count) if count > 1 else np.array([])
    )
    whole = bool((known == np.round(known)).all())
    breaks, step = _rounded(cuts, known, whole=whole)
    picked = _FEWER[len(breaks) + 1]
    return Scale(
        breaks=breaks,
        colours=tuple(SEQUENTIAL[i] for i in picked),
        labels=_labels(breaks, step, known, whole=whole),
        zero=zero,
    )


def _diverging(known: np.ndarray, centre: float) -> Scale:
    away = np.abs(known - centre)
    # A narrow middle: growth must not look like "no change" because others grew more.
    near, far = np.quantile(away, [0.15, 0.65])
    step = _step(min(near, far - near) or float(away.max()) / 3, whole=False)
    near = max(step, _to(near, step))
    far = max(near + step, _to(far, step))
    # A centre such as 50.49 would put more digits into the breaks than labels show.
    grain = step / 10 if float(centre).is_integer() else step
    breaks = tuple(_to(centre + d, grain) for d in (-far, -near, near, far))
    return Scale(
        breaks=breaks,
        colours=DIVERGING,
        labels=_labels(breaks, step, known, whole=False),
        centre=centre,
    )


def _rounded(
    cuts: np.ndarray, known: np.ndarray, *, whole: bool
) -> tuple[tuple[float, ...], float]:
    """Move breaks to round numbers, as far as no class is lost by it."""
    inside = [float(c) for c in np.unique(cuts) if known.min() < c <= known.max()]
    if not inside:
        return (), 1.0 if whole else 0.1
    edges = [float(known.min()), *inside]
    gaps = [b - a for a, b in zip(edges, edges[1:], strict=False) if b > a]
    step = _step(min(gaps), whole=whole)
    up = math.ceil if whole else round
    moved = {_tidy(up(cut / step - 1e-9) * step) for cut in inside}
    return tuple(sorted(b for b in moved if known.min() < b <= known.max())), step


def _step(gap: float, *, whole: bool) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is half a gap or less."""
    half = max(gap, 1e-9) / 2
    power = 10.0 ** math.floor(math.log10(half))
    step = max(m * power for m in (1, 2, 5) if m * power <= half * (1 + 1e-9))
    return max(1.0, step) if whole else step


def _to(value: float, step: float) -> float:
    return _tidy(round(value / step) * step)


def _tidy(value: float) -> float:
    """Take the dust of binary fractions off."""
    return float(f"{value:.10g}")


def _labels(
    breaks: tuple[float, ...], step: float, known: np.ndarray, *, whole: bool
) -> tuple[str, ...]:
    """Say each class in words; whole numbers get classes that do not share an end."""
    places = 0 if step >= 1 else -math.floor(math.log10(step))
    if not breaks:
        if not known.size:
            return ("No figures",)
        ends = number(known.min(), places), number(known.max(), places)
        return (ends[0] if ends[0] == ends[1] else " to ".join(ends),)
    middle = []
    for low, high in zip(breaks, breaks[1:], strict=False):
        top = high - 1 if whole else high
        a, b = number(low, places), number(top, places)
        middle.append(a if a == b else f"{a} to {b}" if whole else f"{a} to under {b}")
    first, last = number(breaks[0], places), number(breaks[-1], places)
    return (f"Under {first}", *middle, f"{last} or more")


def number(value: float, places: int) -> str:
    """Write a number with thousands separated and a true minus sign.

    Examples
    --------
    >>> number(-1234.56, 1)
    '−1,234.6'
    """
    text = f"{abs(value):,.{places}f}"
    return f"−{text}" if value < 0 and float(text.replace(",", "")) else text
