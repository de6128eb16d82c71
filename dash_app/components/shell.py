"""What every page has around it: skip link, name, navigation, what the data are."""

from __future__ import annotations

from typing import Any

import dash
from dash import html

from dash_app.auth import signs_in, signs_out, who
from dash_app.components.attributes import aria
from geosafety.errors import GeosafetyError
from geosafety.publish.notes import LICENCE


def page(path: str, *children: Any, synthetic: bool = False) -> html.Div:
    """Put a page's content into the common frame."""
    return html.Div(
        [
            html.A("Skip to the content", href="#content", className="skip"),
            html.Header(
                [
                    html.Div(
                        [_brand(), _navigation(path), _account()], className="masthead"
                    ),
                    _demonstration() if synthetic else None,
                ]
            ),
            html.Main(list(children), id="content", tabIndex="-1"),
            _footer(),
        ]
    )


def _brand() -> html.A:
    return html.A("geosafety", href=dash.get_relative_path("/"), className="brand")


def _navigation(path: str) -> html.Nav:
    pages = [p for p in dash.page_registry.values() if p.get("in_menu")]
    links = [
        html.A(
            p["name"],
            href=p["relative_path"],
            **(aria(current="page") if p["path"] == path else {}),
        )
        for p in sorted(pages, key=lambda p: p["order"])
    ]
    return html.Nav(links, **aria(label="Pages"))


def _account() -> html.Div | None:
    """Say who is signed in, with the way out; nothing where nobody signs in."""
    if not signs_in():
        return None
    user = who()
    said: list[Any] = [html.Span(f"{user.name} ({user.role})")]
    if signs_out():
        out = html.Button("Sign out", className="link")
        action = dash.get_relative_path("/sign-out")
        said.append(html.Form(out, method="post", action=action))
    return html.Div(said, className="account")


def _demonstration() -> html.P:
    return html.P(
        [
            html.Strong("Demonstration. "),
            "Some figures are synthetic: made up, about nobody. Each view says whether "
            "its figures are published or synthetic. ",
            html.A("What was loaded", href=dash.get_relative_path("/data")),
        ],
        className="demonstration",
    )


def _footer() -> html.Footer:
    return html.Footer(
        [
            html.P(
                "The default areas are postcode-derived and approximate; impact areas "
                f"are illustrative. {LICENCE}"
            ),
            html.P(
                [
                    "Nothing on this page is fetched from anywhere but this server. ",
                    html.A(
                        "Accessibility",
                        href=dash.get_relative_path("/accessibility"),
                    ),
                ]
            ),
        ]
    )


def notices(texts: tuple[str, ...]) -> html.Div:
    """Say what was not found in a link and what is shown instead."""
    if texts:
        texts = (*texts, "What is shown instead is named below.")
    return html.Div(
        [html.P(text) for text in texts],
        role="status",
        className="notice" if texts else "",
    )


def stopped(error: GeosafetyError) -> list[Any]:
    """Say why there is nothing to show, and what to do."""
    return [
        html.H1("There is nothing to show yet"),
        html.P(error.problem),
        _hint(error),
    ]


def _hint(error: GeosafetyError) -> html.P:
    parts = error.hint.split("`")
    return html.P([html.Code(p) if i % 2 else p for i, p in enumerate(parts)])
