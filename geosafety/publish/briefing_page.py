"""Lay a briefing out as one HTML page: A4 when printed, nothing fetched, no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from geosafety.publish.briefing import Briefing, Figure, Listing, Picture

FIGURE_HEADS = ("Measure", "Here", "95 % interval", "Set against", "Verdict", "Drawn")
BAR_KEY = (
    "Drawn: dot, the figure here; dark bar, its 95 % interval; upright line, the Force "
    "or no change; pale band, differences too small to matter."
)


def briefing_html(briefing: Briefing) -> str:
    """Write a briefing as a page of HTML that stands by itself.

    Headings come in order, tables have captions and scoped headings, drawings have
    their words; every text is escaped.
    """
    style = files("geosafety").joinpath("publish", "briefing.css").read_text("utf-8")
    title = escape(f"{briefing.name}: briefing")
    body = [
        *(f'<p class="banner">{escape(text)}</p>' for text in briefing.banners),
        f"<h1>{escape(briefing.name)}</h1>",
        f'<p class="about">{escape(about(briefing))}</p>',
        "<h2>In three sentences</h2>",
        _list("ol", briefing.sentences, "sentences"),
        "<h2>Headline figures</h2>",
        _figures(briefing.figures),
        f"<p>{escape(briefing.hot)}</p>",
        '<div class="pair"><section>',
        f"<h2>Where it is</h2>{_drawn(briefing.locator)}</section><section>",
        f"<h2>Recorded crimes by month</h2>{_drawn(briefing.trend)}</section></div>",
        '<div class="halves"><section><h2>What people said</h2>',
        _listing(briefing.said),
        "</section><section><h2>Most similar areas</h2>",
        _listing(briefing.alike),
        "</section></div><h2>Gaps: who is not heard, what is short</h2>",
        _list("ul", briefing.gaps),
        f"<footer><h2>Sources</h2>{_paragraphs(briefing.sources)}</footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def about(briefing: Briefing) -> str:
    """Say what kind of area it is, its code and the project, in one line."""
    return f"{briefing.layer}, {briefing.code}. {briefing.title}."


def _figures(figures: Iterable[Figure]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in FIGURE_HEADS)
    rows = "".join(
        f'<tr><th scope="row">{escape(f.label)}</th>'
        f"<td><strong>{escape(f.value)}</strong></td><td>{escape(f.interval)}</td>"
        f'<td>{escape(f.beside)}</td><td class="verdict">{escape(f.verdict)}</td>'
        f'<td class="bar">{_drawn(f.bar) if f.bar else "not drawn"}</td></tr>'
        f'<tr class="note"><td colspan="{len(FIGURE_HEADS)}">{escape(f.note)}</td></tr>'
        for f in figures
    )
    return (
        f'<table class="figures"><caption>{escape(BAR_KEY)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _listing(listing: Listing) -> str:
    words = _paragraphs(listing.words)
    if not listing.rows:
        return words
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in listing.heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in listing.rows
    )
    return (
        f"<table><caption>{escape(listing.caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{words}"
    )


def _drawn(picture: Picture) -> str:
    """Put a drawing into the page, with its words for who cannot see it."""
    words = escape(picture.alt)
    return picture.svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _list(kind: str, lines: Iterable[str], look: str = "") -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<{kind}{f' class={look!r}' if look else ''}>{items}</{kind}>"
