"""Apps with a login, and files that say how people are known."""

import json
from dataclasses import replace

import pytest

from dash_app.app import create_app
from dash_app.auth import limits
from dash_app.auth.audit import COUNTS
from dash_app.auth.mode_file import CLIENT_SECRET, read_mode

KEY = "a key of the tests, long enough to be one"
PROXY = """
mode = "proxy"
public_url = "https://geosafety.example"
state = "."
[proxy]
addresses = ["10.0.0.7", "10.9.0.0/30"]
"""
OIDC = """
mode = "oidc"
public_url = "{app}"
state = "."
[oidc]
issuer = "{issuer}"
client_id = "geosafety"
"""
GROUPS = """
[limits]
exports_per_hour = 3
[roles]
"inspectors" = "inspector"
"engagement" = "engagement"
"analysts" = "analyst"
"admins" = "admin"
[npus]
"coventry" = "CV"
"""
FROM_PROXY = {"REMOTE_ADDR": "10.0.0.7"}


def mode_of(folder, text, secret="s"):
    file = folder / "serve.toml"
    file.write_text(text + GROUPS, encoding="utf-8")
    return read_mode(file, {CLIENT_SECRET: secret})


def oidc_text(issuer="https://login.example", app="https://geosafety.example"):
    return OIDC.format(issuer=issuer, app=app)


def signed_in(groups, name="jo"):
    """Return the headers of a proxy that has signed somebody in."""
    return {"X-Forwarded-User": name, "X-Forwarded-Groups": groups}


def audited(app):
    file = app.server.config["GEOSAFETY_MODE"].state / "audit.jsonl"
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def afresh(app, state):
    """Give an app a state of its own: nothing logged, nothing counted."""
    kept, server = app.server.extensions, app.server
    mode = replace(server.config["GEOSAFETY_MODE"], state=state)
    limits.make(state / COUNTS)
    server.config["GEOSAFETY_MODE"] = mode
    if "geosafety_oidc" in kept:
        client, _, oidc = kept["geosafety_oidc"]
        kept["geosafety_oidc"] = client, mode, oidc
    return app


@pytest.fixture(scope="session")
def one_proxy_app(results_folder, tmp_path_factory):
    mode = mode_of(tmp_path_factory.mktemp("proxy"), PROXY)
    return create_app(results_folder, mode, key=KEY)


@pytest.fixture(scope="session")
def one_oidc_app(results_folder, tmp_path_factory):
    mode = mode_of(tmp_path_factory.mktemp("oidc"), oidc_text())
    return create_app(results_folder, mode, key=KEY)


@pytest.fixture
def proxy_app(one_proxy_app, tmp_path):
    return afresh(one_proxy_app, tmp_path)


@pytest.fixture
def oidc_app(one_oidc_app, tmp_path):
    return afresh(one_oidc_app, tmp_path)
