"""The standalone map, opened from disk with the network off."""

import pytest

from geosafety import results
from geosafety.pipeline.map_files import Wanted, write_map
from geosafety.publish.map_page import page_html
from geosafety.publish.maps import indicator_sheet
from geosafety.settings import indicator
from tests.fixtures_results import write_fixture_results
from tests.publish.test_cluster_map import add_surface

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(folder, tmp_path_factory):
    values = results.read_values(
        folder, geography=["ward", "force"], indicator=["feels_safe_home"]
    )
    html = page_html(
        indicator_sheet(
            values,
            results.read_geometry(folder, "ward"),
            indicator=indicator("feels_safe_home"),
            manifest=results.read_manifest(folder),
            geography="ward",
            period="consultation_2024",
            overlays={"Impact areas": results.read_geometry(folder, "impact_area")},
        )
    )
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture
def opened(watch, file):
    watched = watch(offline=True)
    watched.page.goto(file.as_uri())
    watched.page.wait_for_selector(".leaflet-container canvas")
    watched.page.wait_for_timeout(400)
    return watched


def test_it_fetches_only_itself_and_complains_of_nothing(opened, file):
    fetched = [url for url in opened.requests if not url.startswith("data:")]
    assert fetched == [file.as_uri()]
    assert opened.complaints == []


def test_a_tooltip_and_a_popup_show_and_markup_stays_text(opened):
    page = opened.page
    box = page.locator(".folium-map").bounding_box()
    x, y = box["x"] + box["width"] * 0.36, box["y"] + box["height"] * 0.9
    page.mouse.move(x, y)
    page.locator(".leaflet-tooltip").wait_for()
    assert "<img" in page.locator(".leaflet-tooltip").inner_text()
    page.mouse.click(x, y)
    page.locator(".leaflet-popup-content").wait_for()
    assert "95% interval" in page.locator(".leaflet-popup-content").inner_text()
    assert page.locator("img").count() == 0
    assert opened.complaints == []


def test_the_table_opens_by_keyboard(opened):
    page = opened.page
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("tbody tr").count() == 16
    assert page.locator("tbody tr").first.is_visible()


def test_axe_finds_no_violation(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(opened.page)
    assert [v["id"] for v in found.response["violations"]] == []


def test_it_does_not_scroll_sideways_on_a_phone(watch, file):
    page = watch(width=390, height=844, offline=True).page
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.fixture(scope="module")
def looks(tmp_path_factory):
    """The pages of clusters and of a surface, as files."""
    out = tmp_path_factory.mktemp("looks")
    made = write_fixture_results(out / "results")
    add_surface(made)
    for look in ("clusters", "surface"):
        write_map(made, Wanted(look=look, geography="ward"), out / f"{look}.html")
    return out


@pytest.mark.parametrize("look", ["clusters", "surface"])
def test_another_look_fetches_nothing_and_can_be_used_by_everyone(watch, looks, look):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    watched = watch(offline=True)
    watched.page.goto((looks / f"{look}.html").as_uri())
    watched.page.wait_for_selector(".leaflet-container canvas")
    watched.page.locator("summary").focus()
    watched.page.keyboard.press("Enter")
    assert watched.page.locator("tbody tr").count() == 16
    found = axe.Axe().run(watched.page)
    assert [v["id"] for v in found.response["violations"]] == []
    assert [u for u in watched.requests if not u.startswith(("data:", "file:"))] == []
    assert watched.complaints == []
    watched.page.set_viewport_size({"width": 390, "height": 844})
    assert watched.page.evaluate("document.documentElement.scrollWidth") == 390
