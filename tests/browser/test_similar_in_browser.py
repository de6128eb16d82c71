"""The areas most like the chosen one, in the card of the map page."""

import pytest

pytestmark = pytest.mark.browser


def test_a_similar_area_is_chosen_by_keyboard_and_the_reader_stays_in_the_card(watch):
    watched = watch(width=390, height=844)
    page = watched.open("/?g=lsoa&i=crime_rate&a=E01000009")
    button = page.locator("#card tbody button").first
    name = button.inner_text().split("\n")[0].removesuffix(", a similar area")
    button.focus()
    page.keyboard.press("Enter")
    page.locator("#card h2:focus", has_text=name).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    assert axe.Axe().run(page).response["violations"] == []
    assert watched.complaints == []
