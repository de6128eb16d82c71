"""What these pages can be used with, what was tested, and what is not right yet."""

from __future__ import annotations

import dash
from dash import html

from dash_app.components import shell
from dash_app.queries import choices, source

dash.register_page(
    __name__,
    path="/accessibility",
    name="Accessibility",
    title="Accessibility: geosafety",
    in_menu=False,
)

_CAN = (
    "Use every page with the keyboard alone. Tab moves on, Enter chooses, and the up "
    "and down arrows walk the list beside the map.",
    "Read every figure without the map: each map has a list beside it and a table.",
    "Zoom in, or use a phone: text and controls wrap down to a width of 320 pixels.",
    "Tell classes apart without colour: few cases are hatched, hidden areas are only "
    "outlined, incomplete ones dotted, and the key says each in words.",
    "Use your own colours: the pages follow the forced colours of Windows.",
    "Use them with no network but this server, and with animations switched off.",
)
_TESTED = (
    "Each page and many of its states are checked by axe-core against WCAG 2.2, levels "
    "A and AA, every time the program changes; none may fail.",
    "So are: no sideways scrolling at 390 and 320 pixels and at 400 % zoom, no text "
    "cut off when letters, words and lines are set wider, buttons of at least 24 by 24 "
    "pixels, a visible focus on every control, one main heading on each page.",
    "Whole tasks are walked by keyboard in a real browser: choose an area in the list, "
    "change what the map shows, follow a link back.",
)
_NOT_YET = (
    "Nobody has yet tried these pages with NVDA, JAWS or VoiceOver. They are built for "
    "them; that is not the same.",
    "All tests are run in Chromium. Four pages were tried by hand in Firefox; none "
    "was in Safari.",
    "The areas on the map itself cannot be reached by the keyboard. The list, the "
    "search box and the table hold the same areas.",
    "Pictures of maps (PNG) have no text inside. The table of the view says the same.",
)


def layout(**_asked: str) -> html.Div:
    """Build the page."""
    path = "/accessibility"
    if error := choices.problem():
        return shell.page(path, *shell.stopped(error))
    said = "These pages are made to be used by everybody, and tested for it."
    report = (
        "Tell whoever looks after geosafety in your force: which page, what you tried "
        "to do, and what you use to read it. Figures can be had in another form "
        "meanwhile: as a table, a workbook or a page to print."
    )
    return shell.page(
        path,
        html.H1("Accessibility"),
        html.P(said, className="sentence"),
        *_list("What you can do", _CAN),
        *_list("What was tested", _TESTED),
        *_list("What is not right yet", _NOT_YET),
        html.H2("If something does not work for you"),
        html.P(report),
        synthetic=bool(source.manifest().get("synthetic")),
    )


def _list(title: str, lines: tuple[str, ...]) -> list[html.H2 | html.Ul]:
    points = html.Ul([html.Li(line) for line in lines], className="prose")
    return [html.H2(title), points]
