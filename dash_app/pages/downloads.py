"""Take tables away: choose, look, then one of several kinds of file."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.auth import EXPORT, who
from dash_app.components import shell
from dash_app.components.downloads import choosing, shown
from dash_app.jobs import exports
from dash_app.queries import choices, downloads, source

dash.register_page(
    __name__,
    path="/downloads",
    name="Downloads",
    title="Downloads: geosafety",
    order=70,
    in_menu=True,
)


def layout(**asked: Any) -> html.Div:
    """Build the page for what the URL asks for (`?t=&g=&i=&p=&grp=&w=`)."""
    if error := choices.problem():
        return shell.page("/downloads", *shell.stopped(error))
    wanted, notes = downloads.resolve(asked)
    tables = downloads.tables()
    found = downloads.preview(wanted)
    labels = {name: form.label for name, form in exports.FORMS.items()}
    why_not = exports.forms_of(wanted, found.count)
    return shell.page(
        "/downloads",
        html.H1("Take tables away"),
        html.P(shown.sentence(found, tables[wanted.table]), className="sentence"),
        shell.notices(notes),
        choosing.form(wanted, tables),
        *shown.files(wanted, labels, why_not, may=who().may(EXPORT)),
        *shown.preview(wanted, found),
        *shown.withheld(found),
        *shown.account(*downloads.hidden()),
        *shown.dictionary(downloads.dictionary(wanted)),
        synthetic=bool(source.manifest().get("synthetic")),
    )
