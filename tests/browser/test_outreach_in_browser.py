"""An engagement team plans five visits; another gives a plan up."""

import tempfile

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import STANDARDS

pytestmark = pytest.mark.browser
LONG = 120_000  # ms: a plan is worked out by a process of its own


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("where", ["demo_site", "real_site"])
def test_an_engagement_team_plans_five_visits_and_downloads_the_calendar(
    watch, request, where
):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # Axe puts a script of its own into the page, which our headers forbid.
    site = request.getfixturevalue(where)
    watched = watch(site=site, bypass_csp=True, accept_downloads=True)
    page = watched.open("/engagement?g=npu")
    page.locator(".gaps table").first.wait_for(timeout=LONG)
    page.get_by_role("link", name="Plan visits in Coventry").click()
    page.select_option("#audience", "residents")
    page.fill("#visits", "5")
    page.locator("summary", has_text="Venues booked").click()
    page.locator("input[name=out]").first.check()
    page.get_by_role("button", name="Make the plan").click()
    page.locator("#plan-steps").wait_for()
    page.wait_for_url("**job=*", timeout=LONG)
    page.locator(".visits").wait_for()
    assert page.locator(".sentence").inner_text().startswith("5 visits bring")
    assert page.locator(".visits > li").count() == 5
    assert page.locator(".plan-mark.pick").count() == 5
    with page.expect_download() as taken:
        page.get_by_role("link", name="Calendar (ICS)").click()
    text = taken.value.path().read_text("utf-8")
    assert taken.value.suggested_filename == "plan.ics"
    assert text.count("BEGIN:VEVENT") == 5
    page.get_by_role("button", name="Show what changes").click()
    assert "the plan would reach" in page.locator(".swap").inner_text()
    only = {"runOnly": {"type": "tag", "values": STANDARDS}}
    found = axe.Axe().run(page, options=only)
    assert [v["id"] for v in found.response["violations"]] == []
    page.set_viewport_size({"width": 320, "height": 844})
    page.wait_for_timeout(60)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("link", name="Brief for visit 1").click()
    page.locator("h1", has_text="1. ").wait_for()
    assert watched.elsewhere == []
    assert watched.complaints == []


@pytest.mark.usefixtures("room")
def test_a_plan_that_is_given_up_ends_and_can_be_changed(watch, demo_site):
    watched = watch(site=demo_site)
    page = watched.open("/outreach?visits=7&audience=residents&go=1")
    page.get_by_role("button", name="Give it up").click()
    page.wait_for_url("**job=*", timeout=LONG)
    expect(page.locator(".notice")).to_contain_text("You gave this plan up")
    assert page.locator("#visits").input_value() == "7"
    # Nothing asks the server again once the plan has ended.
    watched.requests.clear()
    page.wait_for_timeout(1500)
    assert watched.requests == []
    assert watched.complaints == []
