"""An analyst takes a table away, and follows one number back to its file."""

import csv

import pytest

pytestmark = pytest.mark.browser


def test_an_analyst_exports_a_suppressed_table_and_its_dictionary(watch, tmp_path):
    watched = watch(accept_downloads=True)
    page = watched.open("/downloads")
    page.select_option("#t", "values")
    page.locator("summary", has_text="Areas").click()
    page.get_by_label("Wards", exact=True).check()
    page.get_by_label("Neighbourhood policing units (NPUs)").uncheck()
    page.locator("summary", has_text="Figures").click()
    page.get_by_label("Feel safe or very safe where they live").check()
    page.get_by_label("WMNow members per 1,000 people aged 16 and over").first.uncheck()
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**g=ward**")
    page.locator(".sentence", has_text="1 of them is hidden").wait_for()
    assert "Hidden, because fewer than 10" in page.inner_text("main")
    for label, name in (
        ("CSV", "feels_safe_home.csv"),
        ("Data dictionary (CSV)", "feels_safe_home-dictionary.csv"),
    ):
        with page.expect_download() as caught:
            page.get_by_role("link", name=label, exact=True).click()
        caught.value.save_as(tmp_path / name)
        assert caught.value.suggested_filename == name
    with (tmp_path / "feels_safe_home.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["value"] for row in rows if row["status"] == "suppressed"] == [""]
    with (tmp_path / "feels_safe_home-dictionary.csv").open(encoding="utf-8") as file:
        words = {row["column"] for row in csv.DictReader(file)}
    assert words == set(rows[0])
    assert watched.complaints == []


def test_an_analyst_exports_real_stops_of_which_some_are_hidden(
    watch, real_site, tmp_path
):
    watched = watch(site=real_site, accept_downloads=True)
    page = watched.open("/downloads?t=values&g=ward&i=stop_search_count")
    page.locator(".sentence", has_text="hidden").wait_for()
    for label, name in (("CSV", "rows"), ("Data dictionary (CSV)", "words")):
        with page.expect_download() as caught:
            page.get_by_role("link", name=label, exact=True).click()
        caught.value.save_as(tmp_path / name)
    with (tmp_path / "rows").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert hidden
    blank = ("value", "lower", "upper", "numerator", "base")
    assert {row[column] for row in hidden for column in blank} == {""}
    with (tmp_path / "words").open(encoding="utf-8") as file:
        assert {row["column"] for row in csv.DictReader(file)} == set(rows[0])
    assert watched.complaints == []


def test_a_number_on_the_map_is_followed_back_by_keyboard(watch):
    watched = watch()
    page = watched.open("/?g=npu&i=crime_rate&a=N0001")
    link = page.get_by_role("link", name="Where does this number come from?")
    link.focus()
    page.keyboard.press("Enter")
    page.locator("#traced", has_text="Recorded crimes").wait_for()
    assert "it comes out the same" in page.inner_text("main")
    assert page.locator("#i").input_value() == "crime_rate"
    assert watched.complaints == []
