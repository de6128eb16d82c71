import re

import pytest

pytestmark = pytest.mark.browser


def test_an_inspector_asks_for_one_crime_and_follows_a_hot_area_to_the_map(
    watch, demo_site
):
    watched = watch(site=demo_site)
    page = watched.open("/hotspots")
    page.get_by_label("Kind of crime").select_option("category=Drugs")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**grp=category*")
    page.wait_for_selector("main h1")
    assert "Drugs" in page.locator("h1").inner_text()
    # Back to all crime, where something is hot, and on to the map.
    page.goto(watched.site + "/hotspots?g=lsoa&grp=all")
    first = page.locator("table a").first
    name, code = first.inner_text(), re.search(r"a=(E\d+)", first.get_attribute("href"))
    first.click()
    page.wait_for_selector(".leaflet-map")
    page.wait_for_selector("#card h2")
    assert page.locator("#card h2").inner_text() == name
    assert f"a={code[1]}" in page.url
    assert watched.elsewhere == []
    assert watched.complaints == []


def test_a_drawing_has_its_words_and_its_numbers(watch, demo_site):
    page = watch(site=demo_site).open("/hotspots")
    drawings = page.locator("main img.drawing")
    assert drawings.count() == 2
    for drawing in drawings.all():
        assert len(drawing.get_attribute("alt")) > 40
        assert drawing.evaluate("image => image.naturalWidth") > 300
    page.get_by_text("The curve as a table").click()
    assert page.get_by_role("table", name="The points of the curve").is_visible()
