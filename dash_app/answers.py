"""The map's answers are kept: who asks what was asked before gets the same bytes.

What a switch of the map shows depends on the question, on what the asker's role may do
and on the build, and on nothing else, so these three are what an answer is kept under.
The guard comes first: a stranger is never given what is kept.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict

from flask import Flask, Response, g, request

from dash_app.auth import who
from dash_app.queries.source import Source, source

MOST = 400  # answers of some 10 kB, in each process
_LARGEST = 20_000  # bytes of a question
_ROUTE = "/_dash-update-component"
_MAP = b"areas.hideout"  # among what the answer is to change

_Key = tuple[Source, str, bytes]


def keep_answers(server: Flask) -> None:
    """Answer a question about the map from memory where it was answered before."""
    kept: OrderedDict[_Key, bytes] = OrderedDict()
    lock = threading.Lock()

    @server.before_request
    def answer() -> Response | None:
        key = _key()
        if key is None:
            return None
        with lock:
            found = kept.get(key)
            if found is not None:
                kept.move_to_end(key)
        if found is None:
            g.question = key
            return None
        response = Response(found, mimetype="application/json")
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response

    @server.after_request
    def keep(response: Response) -> Response:
        key = g.pop("question", None)
        if key is None or response.status_code != 200 or key[0] != source():
            return response
        if response.headers.get("Content-Encoding") == "gzip":
            with lock:
                kept[key] = response.get_data()
                while len(kept) > MOST:
                    kept.popitem(last=False)
        return response


def forget() -> None:
    """Keep no answer to this request: it tells of an error, which may pass."""
    g.pop("question", None)


def _key() -> _Key | None:
    """Return what an answer would be kept under; None for any other request."""
    if request.method != "POST" or request.path != _ROUTE:
        return None
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    if not packed or (request.content_length or _LARGEST) >= _LARGEST:
        return None
    asked = request.get_data()
    if _MAP not in asked:
        return None
    return source(), who().role, hashlib.sha256(asked).digest()
