import pytest

pytestmark = pytest.mark.browser


def test_an_engagement_team_asks_of_one_borough_by_keyboard(watch, demo_site):
    watched = watch(site=demo_site)
    page = watched.open("/surveys")
    page.get_by_label("Answers of").focus()
    page.get_by_label("Answers of").select_option("E08000029")
    page.get_by_label("Group people by").select_option("ethnicity")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**a=E08000029*")
    page.wait_for_selector("main h1")
    assert "answers of Solihull" in page.locator("h1").inner_text()
    assert page.get_by_label("Group people by").input_value() == "ethnicity"
    assert "hidden" in page.get_by_role("table", name="Ethnicity").inner_text()
    page.get_by_role("link", name="More answers needed").click()
    assert page.url.endswith("#needed")
    assert page.get_by_role("heading", name="How many more answers").is_visible()
    assert watched.elsewhere == []
    assert watched.complaints == []
