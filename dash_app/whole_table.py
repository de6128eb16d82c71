"""Every area of a view as a plain page: the map's alternative, also without script."""

from __future__ import annotations

import math
from html import escape
from operator import attrgetter
from urllib.parse import quote_plus, urlencode

from dash_app.components.map import clusters, sentence
from dash_app.plain import home, page
from dash_app.queries import looks, maps, patterns
from dash_app.table import Row, Table
from dash_app.view import View, period_text
from geosafety import settings
from geosafety.publish import words
from geosafety.publish.classes import number
from geosafety.publish.spots import Spot, Spots

# The columns, and what a link that sorts by one calls it; empty: not sorted by.
_COLUMNS = {
    "Rank": "rank",
    "Area": "name",
    "Value": "value",
    "95% interval": "",
    "Counted": "numerator",
    "Out of": "base",
    "In words": "",
}
_DOWN = "-"  # before a column's name: the greatest first


def table_page(view: View, notes: tuple[str, ...], order: str = "") -> str:
    """Return the page: the sentence, what the figures are, and every area.

    Parameters
    ----------
    order
        A column of `_COLUMNS` to sort by, with `-` the greatest first; any other text
        leaves the order of the ranking. Areas without a number come last either way.
    """
    asked, layer = view, settings.geography(view.geography)
    if order.removeprefix(_DOWN) not in filter(None, _COLUMNS.values()):
        order = "rank"
    spots, why = patterns.spots(view)
    view, instead = looks.drawn(view)
    table = maps.table(view)
    indicator = settings.indicator(view.indicator)
    if spots is not None:
        title = clusters.title(spots, view, indicator)
        said = " ".join(clusters.about_all(spots, view, indicator))
        heads, kinds = [_head(name) for name in clusters.HEADS], spots.kinds
        rows = [_spot_row(spot, spots, view) for spot in spots.listed()]
    else:
        period = period_text(view.period)
        title = sentence.title(indicator, layer, period, view.group)
        said = sentence.about_all(table, indicator, layer)
        heads, kinds = _sorting_heads(asked, order), table.kinds
        rows = _rows(_sorted(table, order), asked, indicator)
    told = [note for note in (*notes, why, instead) if note]
    lines = [
        *(f'<p class="notice">{escape(note)}</p>' for note in told),
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(said)}</p>",
        f"<p>{escape(words.kinds_text(list(kinds)))}. "
        f"Areas: {escape(layer.vintage)}.</p>",
        f'<p><a href="{home()}{escape(asked.search())}">Show on the map</a></p>',
        _table(heads, rows, figures=spots is None),
    ]
    return page(escape(title), "\n".join(lines))


def _sorted(table: Table, order: str) -> list[Row]:
    """Return the areas in an order; equal ones, and those without, by their names."""
    column, down = order.removeprefix(_DOWN), order.startswith(_DOWN)
    if order == "rank":
        return [*table.ranked(), *table.unranked()]
    rows = sorted(table.rows, key=attrgetter("name"))
    if column == "name":
        return rows[::-1] if down else rows
    get = attrgetter(column)
    known = [row for row in rows if _has(row, column)]
    return [
        *sorted(known, key=get, reverse=down),
        *(row for row in rows if not _has(row, column)),
    ]


def _has(row: Row, column: str) -> bool:
    """Say whether an area has a number in a column; a rank of 0 is none."""
    return bool(row.rank) if column == "rank" else math.isfinite(getattr(row, column))


def _sorting_heads(view: View, order: str) -> list[str]:
    """Return the heads, each a link that sorts by its column, or turns its order.

    Numbers begin with the greatest.
    """
    made = []
    now = order.removeprefix(_DOWN)
    for name, column in _COLUMNS.items():
        if not column:
            made.append(_head(name))
            continue
        down = order.startswith(_DOWN)
        up = down if column == now else column in ("rank", "name")
        other = column if up else f"{_DOWN}{column}"
        href = escape(f"{view.search()}&{urlencode({'sort': other})}")
        sorted_ = ""
        if column == now:
            sorted_ = f' aria-sort="{"descending" if down else "ascending"}"'
        made.append(f'<th scope="col"{sorted_}><a href="{href}">{name}</a></th>')
    return made


def _head(name: str) -> str:
    return f'<th scope="col">{name}</th>'


def _table(heads: list[str], rows: list[str], *, figures: bool) -> str:
    body, kind = "\n".join(rows), "whole figures" if figures else "whole"
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Every area">'
        f'<table class="{kind}"><caption>Every area: {len(rows):,}</caption>'
        f"<thead><tr>{''.join(heads)}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _rows(found: list[Row], view: View, indicator: settings.Indicator) -> list[str]:
    """Write each area as a row of the table."""
    link = f"{home()}{escape(view.search(a=''))}&amp;a="
    values = words.value_texts((row.value for row in found), indicator)
    ends = [row.lower for row in found], [row.upper for row in found]
    intervals = words.interval_texts(*ends, indicator)
    said = {
        pair: escape("; ".join(filter(None, _said(*pair, indicator))))
        for pair in {(row.verdict, row.status) for row in found}
    }
    return [
        f"<tr{'' if row.rank else _UNRANKED}>"
        f"<td>{f'{row.rank:,}' if row.rank else ''}</td>"
        f'<th scope="row"><a href="{link}{quote_plus(row.code)}">'
        f"{escape(row.name)}</a></th><td>{value}</td>"
        f"<td>{interval}</td>"
        f"<td>{_plain(row.numerator)}</td><td>{_plain(row.base)}</td>"
        f"<td>{said[row.verdict, row.status]}</td></tr>"
        for row, value, interval in zip(found, values, intervals, strict=True)
    ]


_UNRANKED = ' class="unranked"'  # an area whose figure is not firm enough


def _said(verdict: str, status: str, indicator: settings.Indicator) -> tuple[str, str]:
    return words.verdict_words(verdict, indicator), words.STATUS_WORDS[status]


def _spot_row(spot: Spot, spots: Spots, view: View) -> str:
    link = f"{home()}{escape(view.search(a=spot.code))}"
    name = f'<th scope="row"><a href="{link}">{escape(spot.name)}</a></th>'
    cells = clusters.cells(spot, spots)
    return f"<tr>{name}{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _plain(value: float) -> str:
    return number(value, 0) if math.isfinite(value) else ""
