"""Somebody signs in with a browser, at a real provider; and what then is theirs."""

import json
import threading

import pytest
from werkzeug.serving import make_server

from dash_app.app import create_app
from tests.browser.conftest import Watched
from tests.dash_app.login_fixtures import KEY, mode_of, oidc_text
from tests.oidc import provider

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded(folder, tmp_path_factory):
    """An app with its provider; gives its address and the folder of its log."""
    programs = provider.install(tmp_path_factory.mktemp("provider"))
    port = provider.free_port()
    url = f"http://127.0.0.1:{port}"
    state = tmp_path_factory.mktemp("state")
    with provider.running(programs, url) as issuer:
        mode = mode_of(state, oidc_text(issuer, url), provider.SECRET)
        made = create_app(folder, mode, key=KEY).server
        server = make_server("127.0.0.1", port, made, threaded=True)
        running = threading.Thread(target=server.serve_forever, daemon=True)
        running.start()
        yield url, state
        server.shutdown()
        running.join()
        server.server_close()


@pytest.fixture
def person(browser, guarded):
    context = browser.new_context(viewport={"width": 1440, "height": 860})
    yield Watched(context, guarded[0])
    context.close()


def sign_in(page, url, name):
    page.goto(url)
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.click("button[type=submit]")
    page.wait_for_selector("main h1")


def test_sign_in_leads_to_the_view_that_was_asked_for(person, guarded):
    url, state = guarded
    page = person.page
    sign_in(page, f"{url}/?g=ward&i=crime_rate", "jo.analysts")
    assert page.url == f"{url}/?g=ward&i=crime_rate"
    page.wait_for_selector(".map canvas")
    assert page.inner_text(".account").startswith("jo.analysts (analyst)")
    # The view changes by callbacks, and all of it is let through.
    page.select_option("#pick-g", "npu")
    page.wait_for_url("**g=npu**")
    assert [c for c in person.complaints if url in c or "policy" in c.lower()] == []
    cookie = next(c for c in page.context.cookies() if c["name"] == "geosafety")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    with page.expect_download() as taken:
        page.click("text=Download this view (CSV)")
    assert "area_code" in taken.value.path().read_text("utf-8-sig")
    lines = map(json.loads, (state / "audit.jsonl").read_text("utf-8").splitlines())
    told = [line["event"] for line in lines if line["user"] == "jo.analysts"]
    assert told == ["sign-in", "export"]


def test_a_session_that_ended_says_so_and_leads_back(person, guarded):
    url, _ = guarded
    page = person.page
    sign_in(page, f"{url}/?g=ward&i=crime_rate", "sam.inspectors")
    page.wait_for_selector(".map canvas")
    page.context.clear_cookies(name="geosafety")
    page.select_option("#pick-g", "npu")
    page.locator("#notice", has_text="signed out").wait_for()


@pytest.mark.parametrize("name", ["kim.inspectors", "kim.unheard"])
def test_the_way_out_ends_at_the_provider(person, guarded, name):
    url, _ = guarded
    page = person.page
    sign_in(page, f"{url}/data", name)
    assert ("no role" in page.inner_text("main")) == (name == "kim.unheard")
    page.click("text=Sign out")
    page.wait_for_url("**/session/end**")
    page.click("button[name=logout]")
    page.wait_for_url(f"{url}/signed-out**")
    assert "You are signed out" in page.inner_text("main")
    assert [c for c in person.complaints if "policy" in c.lower()] == []
