"""Plain pages, which need no script: their frame, and what is said in it."""

from __future__ import annotations

from html import escape

import dash

from dash_app.auth import signs_in, signs_out, who
from geosafety.errors import GeosafetyError

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


def stopped(error: GeosafetyError) -> str:
    """Say why there is nothing to show, and what to do."""
    body = f"<h1>There is nothing to show yet</h1><p>{escape(error.problem)}</p>"
    body += f"<p>{escape(error.hint)}</p>"
    return page("Nothing to show yet", body)


def refused(text: str) -> str:
    """Say why a file cannot be had."""
    body = f"<h1>This file cannot be had</h1><p>{escape(text)}</p>"
    return page("No such file", body)


def page(title: str, body: str) -> str:
    """Put a body, as HTML, under the head of every page; the title is HTML too."""
    pages = [page for page in dash.page_registry.values() if page.get("in_menu")]
    links = "".join(
        f'<a href="{escape(page["relative_path"])}">{escape(page["name"])}</a>'
        for page in sorted(pages, key=lambda page: page["order"])
    )
    return _PAGE.format(
        title=title, home=home(), links=links, account=_account(), body=body
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


def home() -> str:
    """Return the address of the map."""
    return str(dash.get_relative_path("/"))
