"""What was loaded, what became of it, and how the figures are made."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.components import shell
from dash_app.components.data import loaded, methods, traced
from dash_app.jobs import traces
from dash_app.queries import choices, data, source
from dash_app.queries.downloads import offered
from geosafety import settings
from geosafety.errors import GeosafetyError

dash.register_page(
    __name__, path="/data", name="Data", title="Data: geosafety", order=80, in_menu=True
)


def layout(**asked: str) -> html.Div:
    """Build the page; with `?i=&g=&a=&p=&grp=`, where one number comes from."""
    if error := choices.problem():
        return shell.page("/data", *shell.stopped(error))
    manifest = source.manifest()
    return shell.page(
        "/data",
        html.H1("Data and methods"),
        html.P(loaded.sentence(data.counted()), className="sentence"),
        *loaded.build(manifest),
        *_number(asked),
        *loaded.inputs(manifest),
        *loaded.rejects(data.rejects()),
        *loaded.ledger(source.ledger()),
        *loaded.coverage(data.coverage()),
        *loaded.layers(manifest),
        *methods.methods(data.methods()),
        html.P(
            html.A(
                "Accessibility of these pages",
                href=dash.get_relative_path("/accessibility"),
            )
        ),
        synthetic=bool(manifest.get("synthetic")),
    )


def _number(asked: dict[str, str]) -> list[Any]:
    """Return the form for one number, and where it comes from."""
    keys = {"i": "indicator", "g": "geography", "a": "area", "p": "period"}
    keys |= {"grp": "group", "c": "compared_with"}
    given = {keys[k]: str(v) for k, v in asked.items() if k in keys and v}
    number = traces.Number(**{"indicator": "", "area": "", "period": "", **given})
    names, layers = settings.indicators(), settings.geographies()
    offer = offered("values", {})
    parts = [
        html.H2("Where does a number come from?", id="number"),
        traced.asking(
            number,
            {i: names[i].label if i in names else i for i in offer.get("i", {})},
            {g: layers[g].plural for g in offer.get("g", {})},
        ),
    ]
    if not (number.indicator and number.area and number.period):
        return parts
    try:
        return [*parts, *traced.answer(traces.trace(number))]
    except GeosafetyError as error:
        return [*parts, *traced.refused(error)]
