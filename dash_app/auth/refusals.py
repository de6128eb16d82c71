"""What is said to somebody who may not pass: a plain page with nothing around it."""

from __future__ import annotations

from html import escape

from flask import Response

_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: geosafety</title>
<style>body {{ font: 1.125rem/1.5 Arial, sans-serif; color: #0b0c0c; margin: 3rem auto;
max-width: 34rem; padding: 0 1rem }} a {{ color: #1d4f91 }}
button {{ font: inherit; padding: .4rem .8rem }}</style>
</head>
<body><main><h1>{title}</h1><p>{text}</p>{more}</main></body>
</html>
"""
_LINK = '<p><a href="{href}">{words}</a></p>'
SIGN_IN = ("/sign-in", "Sign in")
TO_THE_MAP = ("/", "Go to the map")
NOWHERE = ("", "")
_OUT = '<form method="post" action="/sign-out"><button>Sign out</button></form>'
_TITLES = {
    400: "This address is not known",
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    429: "Too many files",
    500: "Something went wrong",
    502: "Sign-in is not working",
}


def said(
    status: int,
    title: str,
    text: str,
    *,
    link: tuple[str, str] = NOWHERE,
    way_out: bool = False,
) -> Response:
    """Make a page of one heading and one sentence."""
    href, words = link
    more = _LINK.format(href=href, words=words) if href else ""
    page = _PAGE.format(
        title=escape(title), text=escape(text), more=more + _OUT * way_out
    )
    response = Response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(
    status: int, text: str, *, link: tuple[str, str] = NOWHERE, way_out: bool = False
) -> Response:
    """Refuse, and say why in a sentence that gives nothing away."""
    return said(status, _TITLES[status], text, link=link, way_out=way_out)
