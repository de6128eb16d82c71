# ruff: noqa: F401, F811 - fixtures are imported, and then named as arguments
"""Sign in at a real, certified OpenID provider that runs on this computer."""

import json
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from dash_app.app import create_app
from dash_app.auth.oidc import _claims, _inside, _user_from
from tests.dash_app.app_fixtures import app, client, results_folder
from tests.dash_app.login_fixtures import (
    KEY,
    audited,
    mode_of,
    oidc_app,
    oidc_text,
    one_oidc_app,
)
from tests.oidc import provider

CSV = "/view.csv?g=npu&i=wmnow_rate"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def served(results_folder, tmp_path_factory):
    """An app with its provider: the app, and its address."""
    folder = provider.install(tmp_path_factory.mktemp("provider"))
    port = provider.free_port()
    url = f"http://127.0.0.1:{port}"
    with provider.running(folder, url) as issuer:
        text = oidc_text(issuer, url)
        mode = mode_of(tmp_path_factory.mktemp("state"), text, provider.SECRET)
        made = create_app(results_folder, mode, key=KEY)
        server = make_server("127.0.0.1", port, made.server, threaded=True)
        running = threading.Thread(target=server.serve_forever, daemon=True)
        running.start()
        yield made, url
        server.shutdown()
        running.join()
        server.server_close()


@pytest.fixture
def session():
    with requests.Session() as opened:
        yield opened


def test_an_analyst_signs_in_comes_back_to_the_page_and_takes_a_file(served, session):
    app, url = served
    page = provider.sign_in(session, f"{url}/table?g=ward", "jo.analysts.coventry")
    assert page.url == f"{url}/table?g=ward"
    assert page.status_code == 200
    assert session.get(url + CSV, timeout=10).status_code == 200
    told = [(line["event"], line["user"], line["role"]) for line in audited(app)]
    name = "jo.analysts.coventry"
    assert ("sign-in", name, "analyst") in told
    assert ("export", name, "analyst") in told
    assert "code=" not in json.dumps(audited(app))


def test_an_inspector_may_look_and_not_export(served, session):
    app, url = served
    provider.sign_in(session, f"{url}/table", "sam.inspectors")
    assert session.get(f"{url}/table", timeout=10).status_code == 200
    assert session.get(url + CSV, timeout=10).status_code == 403


def test_somebody_without_a_role_is_signed_in_and_refused(served, session):
    _, url = served
    page = provider.sign_in(session, f"{url}/table", "kim.unheard")
    assert page.status_code == 403
    assert "signed in as kim.unheard, with no role" in page.text


def test_signing_out_ends_the_session_and_a_kept_cookie_with_it(served, session):
    app, url = served
    provider.sign_in(session, f"{url}/table", "jo.analysts")
    kept = {"geosafety": session.cookies["geosafety"]}
    answer = session.post(f"{url}/sign-out", allow_redirects=False, timeout=10)
    assert urlsplit(answer.headers["Location"]).path == "/session/end"
    assert "geosafety" not in session.cookies
    again = requests.get(
        f"{url}/table", cookies=kept, allow_redirects=False, headers=HTML, timeout=10
    )
    assert again.status_code == 302
    assert audited(app)[-1]["event"] == "sign-out"
    page = provider.submit(session, session.get(answer.headers["Location"], timeout=10))
    assert page.url.startswith(f"{url}/signed-out")
    assert "You are signed out" in page.text


def test_what_is_asked_of_the_provider_has_pkce_state_and_nonce(served, session):
    _, url = served
    answer = session.get(f"{url}/sign-in", allow_redirects=False, timeout=10)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    assert asked["redirect_uri"] == [f"{url}/signed-in"]


def test_an_answer_that_was_not_asked_for_is_refused(served, session):
    app, url = served
    for query in ("", "?code=x&state=y", "?error=access_denied", "?code=x"):
        answer = session.get(f"{url}/signed-in{query}", timeout=10)
        assert answer.status_code == 403
        assert "did not succeed" in answer.text
    assert audited(app)[-1]["why"] == "the sign-in failed"


def test_a_code_of_somebody_else_is_refused(served, session):
    # What an attacker would do to sign a victim in as the attacker.
    _, url = served
    caught = []

    def catch(answer, **_):
        if answer.headers.get("Location", "").startswith(f"{url}/signed-in?"):
            caught.append(answer.headers["Location"])
            answer.headers["Location"] = f"{url}/health"

    session.hooks["response"].append(catch)
    provider.sign_in(session, f"{url}/table", "eve.admins")
    with requests.Session() as victim:
        assert victim.get(caught[0], timeout=10).status_code == 403
        answer = victim.get(
            f"{url}/table", headers=HTML, allow_redirects=False, timeout=10
        )
        assert answer.status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\n/evil.example",
        "evil",
        "",
    ],
)
def test_nobody_is_sent_elsewhere_after_the_sign_in(target):
    assert _inside(target) == "/"
    assert _inside("/table?g=npu") == "/table?g=npu"


def test_without_its_provider_the_app_says_so(oidc_app, monkeypatch):
    def unreachable(*_, **__):
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "send", unreachable)
    answer = oidc_app.server.test_client().get("/sign-in")
    assert answer.status_code == 502
    assert "cannot be reached" in answer.get_data(as_text=True)


def cookie_of(app, **kept):
    """Sign a session as the app would, had it the values."""
    user = {"name": "jo", "role": "analyst", "npu": "", "id": "1"}
    user["until"] = time.time() + 60
    signer = app.server.session_interface.get_signing_serializer(app.server)
    return signer.dumps({"user": user | kept})


def status(app, cookie):
    client = app.server.test_client(use_cookies=False)
    name = app.server.config["SESSION_COOKIE_NAME"]
    headers = {"Cookie": f"{name}={cookie}"}
    return client.get("/table", headers=headers, base_url="https://x").status_code


def test_a_session_ends_by_itself(oidc_app):
    assert status(oidc_app, cookie_of(oidc_app)) == 200
    assert status(oidc_app, cookie_of(oidc_app, until=1)) == 401


def test_a_cookie_that_was_changed_is_nobody(oidc_app, app):
    good = cookie_of(oidc_app)
    assert status(oidc_app, good[:-3] + "abc") == 401
    assert status(oidc_app, cookie_of(app)) == 401  # signed with another key


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(oidc_app):
    with oidc_app.server.test_request_context("/", base_url="https://x") as made:
        made.session["user"] = {}
        response = oidc_app.server.process_response(oidc_app.server.make_response(""))
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-geosafety=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_only_the_way_out_may_leave_for_the_provider(oidc_app, client):
    def policy(answer):
        return answer.headers["Content-Security-Policy"]

    own = policy(oidc_app.server.test_client().get("/nowhere"))
    assert "form-action 'self' https://login.example;" in own
    assert own.count("login.example") == 1
    assert "form-action 'self';" in policy(client.get("/nowhere"))
    # What is no page has a policy too, and a short one.
    assert "default-src 'self'; object-src 'none'" in policy(client.get("/health"))


class Client:
    """A provider of the worse sort."""

    def __init__(self, claims, more=None, issuer="https://login.example"):
        self.claims, self.more, self.issuer = claims, more or {}, issuer

    def load_server_metadata(self):
        return {"issuer": self.issuer}

    def authorize_access_token(self):
        return {"userinfo": self.claims} if self.claims else {}

    def userinfo(self, **_):
        return self.more


JO = {"sub": "1", "preferred_username": "jo", "groups": ["analysts", "coventry"]}
WORSE = {
    "no id token": Client({}),
    "another provider": Client(JO, issuer="https://other.example"),
    "two people": Client({"sub": "1"}, JO | {"sub": "2"}),
    "no name": Client({"sub": "1", "groups": []}, {"sub": "1"}),
    "a name that is none": Client(JO | {"preferred_username": "<b>jo</b>"}),
}


@pytest.mark.parametrize("fault", WORSE)
def test_a_provider_that_contradicts_itself_is_not_believed(oidc_app, fault):
    with pytest.MonkeyPatch.context() as patch:
        _, mode, oidc = oidc_app.server.extensions["geosafety_oidc"]
        kept = (WORSE[fault], mode, oidc)
        patch.setitem(oidc_app.server.extensions, "geosafety_oidc", kept)
        answer = oidc_app.server.test_client().get("/signed-in")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "client",
    [Client(JO), Client({"sub": "1"}, JO), Client(JO | {"groups": "analysts"})],
)
def test_claims_may_be_in_the_token_or_asked_for(oidc_app, client):
    _, mode, oidc = oidc_app.server.extensions["geosafety_oidc"]
    user = _user_from(_claims(client, oidc), mode, oidc)
    assert (user.name, user.role) == ("jo", "analyst")
