"""What is on a briefing: everything in words and pictures, before any layout.

One A4 page about one area. `briefing_html` and `briefing_pdf` lay the same content out;
`briefing_words` makes its sentences from verdicts, `briefing_drawings` its pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

# A page has room for so much; what is cut ends in an ellipsis and is whole in --out of
# the commands that the reference names.
MOST_ROWS = 5
LONGEST = 95


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An SVG drawing, and what it shows in words, for who cannot see it."""

    svg: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A headline figure, ready to read.

    Attributes
    ----------
    value, interval, beside
        Text with its unit; `value` is the reason where there is no figure. `beside` is
        what it is set against: the Force, or no change.
    verdict
        What may be said of it, in words.
    note
        Period, base, kind, and how far to trust it.
    bar
        The interval drawn; None where there is none.
    """

    label: str
    value: str
    interval: str
    beside: str
    verdict: str
    note: str
    bar: Picture | None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A small table with what has to be said of it; without rows, the reason."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Briefing:
    """One page about one area.

    Attributes
    ----------
    layer, title
        The kind of area, and the title of the project.
    banners
        What must not be overlooked: synthetic figures, an illustrative area.
    sentences
        What the verdicts allow to be said, in plain English.
    hot
        How many of its small areas are hot spots, as a sentence.
    said, alike
        What people said; the most similar areas.
    gaps, sources
        Who is not heard and what is short; where everything comes from.
    """

    name: str
    code: str
    layer: str
    title: str
    banners: tuple[str, ...]
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    hot: str
    locator: Picture
    trend: Picture
    said: Listing
    alike: Listing
    gaps: tuple[str, ...]
    sources: tuple[str, ...]


def short(text: str, longest: int = LONGEST) -> str:
    """Cut a text that would burst the page, at a word, and show that it is cut.

    Examples
    --------
    >>> short("Preventing knife crime", 15)
    'Preventing …'
    """
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return f"{head[: head.rfind(' ')] if ' ' in head[longest // 2 :] else head} …"
