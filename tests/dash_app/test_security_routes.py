# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""Every route there is, by the app's own table, asked by people who may not."""

import re

import pytest

from dash_app.app import create_app
from dash_app.auth import needs
from dash_app.auth.guard import needed
from dash_app.auth.roles import PERMISSIONS, ROLES
from tests.dash_app.app_fixtures import app, client, results_folder
from tests.dash_app.login_fixtures import (
    FROM_PROXY,
    audited,
    oidc_app,
    one_oidc_app,
    one_proxy_app,
    proxy_app,
    signed_in,
)

OPEN = {"health", "ready"}
OPEN_TO_SIGN_IN = OPEN | {"sign_in", "signed_in", "sign_out", "signed_out"}


def asked(app):
    """Every route and method: endpoint, method, and an address it answers."""
    app.server.test_client().get("/health")
    return [
        (rule.endpoint, method, re.sub(r"<[^>]+>", "x", rule.rule))
        for rule in app.server.url_map.iter_rules()
        for method in sorted(rule.methods)
    ]


def test_by_a_proxy_every_route_refuses_who_is_not_signed_in(proxy_app):
    client = proxy_app.server.test_client()
    passed = set()
    for endpoint, method, path in asked(proxy_app):
        for peer in (FROM_PROXY, {"REMOTE_ADDR": "10.0.0.8"}, {"REMOTE_ADDR": ""}):
            answer = client.open(path, method=method, environ_base=peer)
            if answer.status_code != 401:
                passed.add(endpoint)
    assert passed == OPEN


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_by_a_provider_every_route_refuses_who_is_not_signed_in(oidc_app, accept):
    client = oidc_app.server.test_client()
    passed = set()
    for endpoint, method, path in asked(oidc_app):
        if endpoint in OPEN_TO_SIGN_IN:
            continue
        answer = client.open(path, method=method, headers={"Accept": accept})
        sent = answer.location or ""
        if answer.status_code != 401 and not sent.startswith("/sign-in?next="):
            passed.add(endpoint)
    assert passed == set()


def test_only_health_and_the_way_in_and_out_are_open(proxy_app, oidc_app):
    for made, expected in ((proxy_app, OPEN), (oidc_app, OPEN_TO_SIGN_IN)):
        with made.server.app_context():
            found = {name for name, _, _ in asked(made) if needed(name) == ""}
        assert found == expected


def test_an_address_that_leads_nowhere_is_refused_like_any_other(proxy_app):
    client = proxy_app.server.test_client()
    for path in ("/nothing", "/geo/ward/x.png", "/assets/../app.py", "/_mcp"):
        assert client.get(path, environ_base=FROM_PROXY).status_code == 401


def test_the_server_says_how_it_is_and_no_more(proxy_app, tmp_path):
    client = proxy_app.server.test_client()
    assert client.get("/health").data == b"ok"
    assert client.get("/ready").data == b"ready"
    without = create_app(tmp_path / "none").server.test_client()
    assert without.get("/health").status_code == 200
    answer = without.get("/ready")
    assert (answer.status_code, answer.data) == (503, b"not ready")


def test_a_route_that_declares_nothing_is_refused_to_everybody(results_folder):
    app = create_app(results_folder)
    app.server.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.server.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert b"secret" not in answer.data


def test_every_route_declares_what_it_needs(app):
    with app.server.app_context():
        undeclared = {name for name, _, _ in asked(app) if needed(name) is None}
    # What Dash uses to reload pages under development is refused on purpose.
    assert undeclared == {"/_reload-hash"}


def test_a_misspelt_permission_is_found_when_the_route_is_written():
    with pytest.raises(ValueError, match="exprot"):
        needs("exprot")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_what_its_table_says_and_nothing_else(proxy_app, role):
    groups = {"inspector": "inspectors", "analyst": "analysts", "admin": "admins"}
    headers = signed_in(groups.get(role, role))
    client = proxy_app.server.test_client()

    def status(path):
        return client.get(path, headers=headers, environ_base=FROM_PROXY).status_code

    assert status("/") == status("/table") == status("/patterns.js") == 200
    assert status("/view.csv") == (200 if "export" in ROLES[role] else 403)


def test_the_table_of_roles():
    assert [role for role in ROLES if "export" in ROLES[role]] == ["analyst", "admin"]
    assert [role for role in ROLES if "plan" not in ROLES[role]] == ["inspector"]
    assert all("view" in may for may in ROLES.values())
    assert ROLES["admin"] == PERMISSIONS


def test_what_another_site_starts_is_refused(app, proxy_app):
    for made, own in (
        (app, "http://localhost"),
        (proxy_app, "https://geosafety.example"),
    ):
        client = made.server.test_client()

        def post(client=client, **headers):
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            return client.post(
                "/_dash-update-component",
                data="{",
                headers=named | signed_in("inspectors"),
                environ_base={"REMOTE_ADDR": "10.0.0.7"},
            ).status_code

        assert post(Origin="https://elsewhere.example") == 403
        assert post(Origin="null") == 403
        assert post(Sec_Fetch_Site="cross-site") == 403
        assert post(Sec_Fetch_Site="same-site", Origin=own) == 403
        assert post(Sec_Fetch_Site="same-origin", Origin=own) not in (401, 403)
        assert post(Sec_Fetch_Site="same-origin", Origin=own + ":99") == 403


def test_a_link_from_elsewhere_opens_a_page_and_nothing_else(client):
    def get(path, dest, mode="navigate"):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
        return client.get(path, headers=headers | {"Sec-Fetch-Dest": dest}).status_code

    assert get("/", "document") == 200
    assert get("/", "iframe") == 403
    assert get("/view.csv", "image", "no-cors") == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8050", 200),
        ("127.0.0.1:8050", 200),
        ("[::1]:8050", 200),
        ("rebound.example:8050", 400),
        ("127.0.0.1.rebound.example", 400),
        ("10.0.0.7", 400),
    ],
)
def test_without_a_login_this_computer_is_called_by_its_own_name(client, host, status):
    assert client.get("/table", headers={"Host": host}).status_code == status


def test_nothing_of_a_fault_is_told(results_folder, caplog):
    app = create_app(results_folder)

    def broken():
        text = "a secret detail"
        raise RuntimeError(text)

    app.server.add_url_rule("/broken", "broken", needs("view")(broken))
    answer = app.server.test_client().get("/broken")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "It has been logged" in body
    assert "secret detail" not in body
    assert "Traceback" not in body
    assert "a secret detail" in caplog.text


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"output": "no.such"}', '"x"'])
def test_a_callback_that_makes_no_sense_gets_no_story(client, body):
    answer = client.post(
        "/_dash-update-component", data=body, content_type="application/json"
    )
    assert answer.status_code >= 400
    assert b"Traceback" not in answer.data
    assert b"site-packages" not in answer.data


def test_no_door_for_models_and_no_debugging(monkeypatch, results_folder):
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    monkeypatch.setenv("DASH_DEBUG", "true")
    app = create_app(results_folder)
    rules = {rule.rule for rule in app.server.url_map.iter_rules()}
    client = app.server.test_client()
    assert not [rule for rule in rules if "mcp" in rule or "console" in rule]
    assert not app.server.debug
    assert client.post("/_mcp", json={}).status_code in (403, 404, 405)
    assert client.get("/_reload-hash").status_code == 403


def test_a_body_without_end_is_refused(client):
    answer = client.post("/_dash-update-component", data=b" " * 9_000_000)
    assert answer.status_code in (400, 413, 415)
