"""An inspector finds their area, reads the verdict and prints the briefing."""

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("where", ["demo_site", "real_site"])
def test_an_inspector_finds_their_area_and_prints_its_briefing(watch, request, where):
    site = request.getfixturevalue(where)
    watched = watch(site=site)
    page = watched.open("/areas")
    page.get_by_label("Find an area").focus()
    page.keyboard.type("coventry")
    page.keyboard.press("Enter")
    page.wait_for_url("**/areas?q=coventry")
    found = page.locator("ul.found li", has_text="Neighbourhood policing unit")
    found.get_by_role("link", name="Coventry").click()
    page.wait_for_url("**/area?g=npu&a=CV")
    page.locator("#profile .sentence").wait_for(timeout=60_000)
    first = page.locator("#profile .sentence").inner_text()
    assert first.startswith("Recorded crime per resident ")
    assert page.locator(".tile").count() == 4
    page.locator("summary", has_text="The months as a table").click()
    assert page.get_by_role("cell", name=re.compile(r"^\d\.\d+ to ")).first.is_visible()
    link = page.get_by_role("link", name=re.compile("^Print the briefing"))
    printed = page.request.get(site + link.get_attribute("href"))
    assert printed.body().startswith(b"%PDF")
    page.get_by_role("link", name="The briefing as a web page").click()
    page.wait_for_url("**/briefing/npu/CV.html")
    assert first in page.locator("main").inner_text()
    assert watched.complaints == []
    assert watched.elsewhere == []


def test_areas_are_chosen_and_compared_by_a_plain_form(watch, demo_site):
    watched = watch(site=demo_site)
    page = watched.open("/compare?g=npu&a=CV")
    assert page.locator("h1").inner_text() == "Coventry through the years"
    page.get_by_label("Second area").select_option(label="Dudley")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile(r"a=CV&a=DY"))
    page.locator("h1", has_text="Coventry and Dudley").wait_for()
    heads = page.locator(".beside thead th").all_inner_texts()
    assert heads == ["Measure", "Coventry", "Dudley", "Force"]
    assert page.locator(".multiples.wide img").count() == 2
    assert watched.complaints == []
    assert watched.elsewhere == []
