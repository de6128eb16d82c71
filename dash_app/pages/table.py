"""Every area of a view as a table: the map's alternative."""

from __future__ import annotations

import dash
from dash import html

from dash_app import queries
from dash_app.components import shell
from dash_app.components.parts import heading
from dash_app.components.whole import whole_table

dash.register_page(
    __name__, path="/table", name="Table", title="Table: geosafety", in_menu=False
)


def layout(**asked: str) -> html.Div:
    """Build the table of the view in the URL."""
    if error := queries.problem():
        return shell.page("/table", *shell.stopped(error))
    view, notes = queries.resolve(**asked)
    table = queries.table(view)
    back = html.A("Show on the map", href=dash.get_relative_path("/") + view.search())
    return shell.page(
        "/table",
        shell.notices(notes),
        html.Div(heading(view, table)),
        html.P(back),
        whole_table(view, table),
        synthetic=bool(queries.manifest().get("synthetic")),
    )
