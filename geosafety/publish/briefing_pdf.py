"""Lay a briefing out as one A4 page of PDF, with fpdf2: pure Python, no browser.

The same words and drawings as the HTML page, which is the one for screen readers: the
PDF names its language, its title and the words of its drawings, but has no tags for
headings and tables. Letters are smaller where a page is full, down to `SIZES[-1]`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from geosafety.errors import MethodError
from geosafety.publish.briefing import Briefing, Figure, Listing, Picture
from geosafety.publish.briefing_page import BAR_KEY, FIGURE_HEADS, about

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN, WIDTH, HEIGHT = 9.0, 210.0, 297.0
INNER = WIDTH - 2 * MARGIN
BETWEEN = 6.0
SIZES = (1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76)
# Points, times the size.
BODY, SMALL, TINY, LARGE, HEADING, TITLE = 8.6, 7.2, 6.6, 9.8, 10.0, 18.0
LEADING = 0.435  # mm of line height for each point
# The fonts that every PDF reader has know Latin-1 alone.
PLAIN = str.maketrans({"−": "-", "–": "-", "—": "-", "‘": "'", "’": "'"})
PLAIN |= str.maketrans({"“": '"', "”": '"', "…": "...", "•": "-", "ł": "l"})
# By the number of columns.
WIDTHS = {3: (60, 14, 20), 4: (40, 20, 26, 12), 5: (34, 19, 20, 23, 10)}
LINES = "HORIZONTAL_LINES"


def briefing_pdf(briefing: Briefing, *, made: datetime) -> bytes:
    """Write a briefing as a PDF of exactly one page.

    Parameters
    ----------
    made
        Stands in the file as the day it was made: the same input, the same file.

    Raises
    ------
    MethodError
        The texts fill more than a page at the smallest size.
    """
    for size in SIZES:
        column = _blank(size)
        if _draw(column, briefing) <= HEIGHT - MARGIN:
            column.pdf.set_title(plain(f"{briefing.name}: briefing"))
            column.pdf.set_lang("en-GB")
            column.pdf.set_creation_date(made)
            return bytes(column.pdf.output())
    problem = f"The briefing of {briefing.name} is longer than a page."
    hint = "Use --format html, or shorten the title, notes and sources of the project."
    raise MethodError(problem, hint=hint)


def plain(text: str) -> str:
    """Write a text with the letters that the PDF's fonts have; "?" for any other.

    Examples
    --------
    >>> plain("−3 – Ŵyre 中")
    '-3 - Wyre ?'
    """
    kept = []
    for letter in text.translate(PLAIN):
        bare = letter if ord(letter) < 256 else unicodedata.normalize("NFKD", letter)
        kept.append(bare.encode("latin-1", "ignore").decode("latin-1") or "?")
    return "".join(kept)


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A part of the page from top to bottom, and the size of its letters."""

    pdf: FPDF
    left: float
    wide: float
    size: float


def _blank(size: float) -> _Column:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margins(MARGIN, MARGIN)
    pdf.c_margin = 0
    pdf.add_page()
    return _Column(pdf=pdf, left=MARGIN, wide=INNER, size=size)


def _draw(column: _Column, briefing: Briefing) -> float:
    """Draw everything; return how far down the page it comes, in mm."""
    for banner in briefing.banners:
        _text(column, banner, BODY, bold=True, boxed=True)
    _text(column, briefing.name, TITLE, bold=True)
    _text(column, about(briefing), BODY)
    _heading(column, "In three sentences")
    for number, sentence in enumerate(briefing.sentences, 1):
        _text(column, f"{number}. {sentence}", LARGE)
    _heading(column, "Headline figures")
    _figures(column, briefing.figures)
    _text(column, briefing.hot, BODY)
    first, second = _split(column, 56.0)
    top = column.pdf.get_y()
    ends = [
        _drawing(first, "Where it is", briefing.locator, top),
        _drawing(second, "Recorded crimes by month", briefing.trend, top),
    ]
    top = max(ends)
    first, second = _split(column, (INNER - BETWEEN) / 2)
    ends = [
        _listing(first, "What people said", briefing.said, top),
        _listing(second, "Most similar areas", briefing.alike, top),
    ]
    column.pdf.set_y(max(ends))
    _heading(column, "Gaps: who is not heard, what is short")
    for gap in briefing.gaps:
        _text(column, f"- {gap}", BODY)
    _heading(column, "Sources")
    for line in briefing.sources:
        _text(column, line, TINY)
    return float(column.pdf.get_y())


def _split(column: _Column, first: float) -> tuple[_Column, _Column]:
    rest = column.wide - first - BETWEEN
    parts = ((column.left, first), (column.left + first + BETWEEN, rest))
    one, other = (
        _Column(pdf=column.pdf, left=left, wide=wide, size=column.size)
        for left, wide in parts
    )
    return one, other


def _font(column: _Column, points: float, *, bold: bool = False) -> float:
    """Choose the letters; return the height of a line in mm."""
    column.pdf.set_font(
        "Helvetica", style="B" if bold else "", size=points * column.size
    )
    return LEADING * points * column.size


def _text(
    column: _Column,
    text: str,
    points: float,
    *,
    bold: bool = False,
    boxed: bool = False,
) -> None:
    high = _font(column, points, bold=bold)
    column.pdf.set_x(column.left)
    column.pdf.multi_cell(
        column.wide,
        high,
        plain(text),
        border=1 if boxed else 0,
        align="L",
        new_x="LMARGIN",
        new_y="NEXT",
        padding=1 if boxed else 0,
    )
    column.pdf.ln(1.2 if boxed else 0.4 * column.size)


def _heading(column: _Column, text: str) -> None:
    column.pdf.ln(1.6 * column.size)
    _text(column, text, HEADING, bold=True)
    y = column.pdf.get_y()
    column.pdf.set_line_width(0.4)
    column.pdf.line(column.left, y, column.left + column.wide, y)
    column.pdf.set_line_width(0.2)
    column.pdf.ln(0.8 * column.size)


def _drawing(column: _Column, heading: str, picture: Picture, top: float) -> float:
    """Draw a picture under its heading; return where it ends."""
    column.pdf.set_y(top)
    _heading(column, heading)
    put = _picture(column, picture, column.left, column.pdf.get_y(), column.wide)
    return column.pdf.get_y() + put + 1


def _picture(
    column: _Column, picture: Picture, x: float, y: float, wide: float
) -> float:
    """Draw a picture at a place; return its height in mm."""
    svg = BytesIO(plain(picture.svg).encode("utf-8"))
    info = column.pdf.image(svg, x=x, y=y, w=wide, alt_text=plain(picture.alt))
    return float(info.rendered_height)


def _figures(column: _Column, figures: Sequence[Figure]) -> None:
    """Draw the headline figures: a line each, and under it what it stands on."""
    from fpdf.enums import CellBordersLayout, TableBordersLayout
    from fpdf.fonts import FontFace

    _text(column, BAR_KEY, SMALL)
    high = _font(column, BODY)
    bold, small = FontFace(emphasis="BOLD"), FontFace(size_pt=SMALL * column.size)
    with column.pdf.table(
        col_widths=(58, 27, 28, 22, 30, 27),
        width=column.wide,
        align="LEFT",
        text_align="LEFT",
        v_align="TOP",
        line_height=high,
        borders_layout=TableBordersLayout.NONE,
        padding=(0.4, 1.5, 0.4, 0),
    ) as table:
        table.row([*FIGURE_HEADS])
        for one in figures:
            row = table.row()
            row.cell(plain(one.label))
            row.cell(plain(one.value), style=bold)
            row.cell(plain(one.interval))
            row.cell(plain(one.beside))
            row.cell(plain(one.verdict), style=bold)
            if one.bar is None:
                row.cell("not drawn")
            else:
                svg = BytesIO(plain(one.bar.svg).encode("utf-8"))
                row.cell(img=svg, img_fill_width=True)
            note = table.row()
            under = CellBordersLayout.BOTTOM
            note.cell(plain(one.note), colspan=6, style=small, border=under)
    column.pdf.ln(1)


def _listing(column: _Column, heading: str, listing: Listing, top: float) -> float:
    """Draw a table under its heading; return where it ends."""
    column.pdf.set_y(top)
    _heading(column, heading)
    if listing.rows:
        _text(column, listing.caption, BODY, bold=True)
        _table(column, [listing.heads, *listing.rows])
    for line in listing.words:
        _text(column, line, SMALL)
    return float(column.pdf.get_y())


def _table(column: _Column, rows: Iterable[Sequence[str]]) -> None:
    """Draw rows of text, the first column the widest."""
    lines = [[plain(cell) for cell in row] for row in rows]
    high = _font(column, BODY - 0.6)
    column.pdf.set_left_margin(column.left)
    with column.pdf.table(
        lines,
        col_widths=WIDTHS[len(lines[0])],
        width=column.wide,
        align="LEFT",
        text_align="LEFT",
        line_height=high,
        v_align="TOP",
        borders_layout=LINES,
        padding=(0.4, 1, 0.4, 0),
    ):
        pass
    column.pdf.set_left_margin(MARGIN)
    column.pdf.ln(1)
