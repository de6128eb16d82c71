"""Tables: a caption, heads, rows; folded where they are long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dash import html

from dash_app.components.attributes import aria

LONG = 30  # lines from which a table is folded


def table(  # noqa: PLR0913 - what a table is made of
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    numbers: Sequence[int] = (),
    named: bool = False,
    titled: bool = False,
) -> html.Div:
    """Return a table that scrolls by itself where it is wider than the page.

    Parameters
    ----------
    caption
        What the table shows; it also names the region that scrolls.
    heads
        A head for each column.
    rows
        Cells: text, or components.
    numbers
        The positions of columns of numbers, aligned to the right.
    named
        Whether the first cell names its row, as an area does.
    titled
        Whether a heading above says the same as the caption, which then is not seen.
    """
    right = set(numbers)

    def kind(i: int) -> str:
        return "number" if i in right else ""

    head = [html.Th(h, scope="col", className=kind(i)) for i, h in enumerate(heads)]
    body = [
        html.Tr(
            [
                html.Th(cell, scope="row")
                if named and not i
                else html.Td(cell, className=kind(i))
                for i, cell in enumerate(row)
            ]
        )
        for row in rows
    ]
    title = html.Caption(caption, className="unseen" if titled else "")
    made = html.Table([title, html.Thead(html.Tr(head)), html.Tbody(body)])
    return html.Div(
        made, className="scroll", tabIndex="0", role="region", **aria(label=caption)
    )


def folded(summary: str, content: Any) -> html.Details:
    """Return something behind one click."""
    return html.Details([html.Summary(summary), content])
