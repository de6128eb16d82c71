"""Every area of a view as a plain page: the map's alternative, also without script."""

from __future__ import annotations

import math
from html import escape
from urllib.parse import quote

import dash

from dash_app.auth import signs_in, signs_out, who
from dash_app.components.map import clusters, sentence
from dash_app.queries import looks, maps, patterns
from dash_app.table import Row
from dash_app.view import View, period_text
from geosafety import settings
from geosafety.errors import GeosafetyError
from geosafety.publish import words
from geosafety.publish.classes import number
from geosafety.publish.spots import Spot, Spots

_HEADS: tuple[str, ...] = (
    "Rank",
    "Area",
    "Value",
    "95% interval",
    "Counted",
    "Out of",
    "In words",
)
_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: geosafety</title>
<link rel="icon" href="{home}assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{home}assets/base.css">
<link rel="stylesheet" href="{home}assets/account.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><div class="masthead"><a class="brand" href="{home}">geosafety</a>
<nav aria-label="Pages">{links}</nav>{account}
</div></header>
<main id="content" tabindex="-1">{body}</main>
</body>
</html>
"""


def table_page(view: View, notes: tuple[str, ...]) -> str:
    """Return the page: the sentence, what the figures are, and every area."""
    asked, layer = view, settings.geography(view.geography)
    spots, why = patterns.spots(view)
    view, instead = looks.drawn(view)
    table = maps.table(view)
    indicator = settings.indicator(view.indicator)
    if spots is not None:
        title = clusters.title(spots, view, indicator)
        said = " ".join(clusters.about_all(spots, view, indicator))
        heads, kinds = clusters.HEADS, spots.kinds
        rows = [_spot_row(spot, spots, view) for spot in spots.listed()]
    else:
        period = period_text(view.period)
        title = sentence.title(indicator, layer, period, view.group)
        said = sentence.about_all(table, indicator, layer)
        heads, kinds = _HEADS, table.kinds
        rows = _rows([*table.ranked(), *table.unranked()], asked, indicator)
    told = [note for note in (*notes, why, instead) if note]
    lines = [
        *(f'<p class="notice">{escape(note)}</p>' for note in told),
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(said)}</p>",
        f"<p>{escape(words.kinds_text(list(kinds)))}. "
        f"Areas: {escape(layer.vintage)}.</p>",
        f'<p><a href="{_home()}{escape(asked.search())}">Show on the map</a></p>',
        _table(heads, rows),
    ]
    return _page(escape(title), "\n".join(lines))


def stopped(error: GeosafetyError) -> str:
    """Say why there is nothing to show, and what to do."""
    body = f"<h1>There is nothing to show yet</h1><p>{escape(error.problem)}</p>"
    body += f"<p>{escape(error.hint)}</p>"
    return _page("Nothing to show yet", body)


def refused(text: str) -> str:
    """Say why a file cannot be had."""
    body = f"<h1>This file cannot be had</h1><p>{escape(text)}</p>"
    return _page("No such file", body)


def _page(title: str, body: str) -> str:
    pages = [page for page in dash.page_registry.values() if page.get("in_menu")]
    links = "".join(
        f'<a href="{escape(page["relative_path"])}">{escape(page["name"])}</a>'
        for page in sorted(pages, key=lambda page: page["order"])
    )
    return _PAGE.format(
        title=title, home=_home(), links=links, account=_account(), body=body
    )


def _account() -> str:
    """Say who is signed in, with the way out, as the frame of other pages does."""
    if not signs_in():
        return ""
    user, out = who(), ""
    if signs_out():
        action = dash.get_relative_path("/sign-out")
        button = '<button class="link">Sign out</button>'
        out = f'<form method="post" action="{action}">{button}</form>'
    said = escape(f"{user.name} ({user.role})")
    return f'<div class="account"><span>{said}</span>{out}</div>'


def _home() -> str:
    return str(dash.get_relative_path("/"))


def _table(names: tuple[str, ...], rows: list[str]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in names)
    body = "\n".join(rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Every area">'
        f'<table class="whole"><caption>Every area: {len(rows):,}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _rows(found: list[Row], view: View, indicator: settings.Indicator) -> list[str]:
    """Write each area as a row of the table."""
    link = f"{_home()}{escape(view.search(a=_HERE))}"
    values = words.value_texts((row.value for row in found), indicator)
    ends = [row.lower for row in found], [row.upper for row in found]
    intervals = words.interval_texts(*ends, indicator)
    said = {
        pair: escape("; ".join(filter(None, _said(*pair, indicator))))
        for pair in {(row.verdict, row.status) for row in found}
    }
    return [
        f"<tr><td>{f'{row.rank:,}' if row.rank else ''}</td>"
        f'<th scope="row"><a href="{link.replace(_HERE, quote(row.code))}">'
        f"{escape(row.name)}</a></th><td>{value}</td>"
        f"<td>{interval}</td>"
        f"<td>{_plain(row.numerator)}</td><td>{_plain(row.base)}</td>"
        f"<td>{said[row.verdict, row.status]}</td></tr>"
        for row, value, interval in zip(found, values, intervals, strict=True)
    ]


_HERE = "AREA"  # stands in a link for an area's code


def _said(verdict: str, status: str, indicator: settings.Indicator) -> tuple[str, str]:
    return words.verdict_words(verdict, indicator), words.STATUS_WORDS[status]


def _spot_row(spot: Spot, spots: Spots, view: View) -> str:
    link = f"{_home()}{escape(view.search(a=spot.code))}"
    name = f'<th scope="row"><a href="{link}">{escape(spot.name)}</a></th>'
    cells = clusters.cells(spot, spots)
    return f"<tr>{name}{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _plain(value: float) -> str:
    return number(value, 0) if math.isfinite(value) else ""
