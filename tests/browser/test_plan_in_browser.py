"""A plan's map, opened from disk with the network off."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geosafety.publish.plan_brief import About, brief_html
from geosafety.publish.plan_map import plan_html

pytestmark = pytest.mark.browser
HOSTILE = '</script><img src=x onerror=boom()>`${boom()}` "Hall"'
ABOUT = About(
    title=f"Plan {HOSTILE}",
    unit="members short of the Force rate",
    walk="1,500 m in a straight line",
    objective="Made to cover most.",
    proof="Proved.",
    runs=30,
    notes=["Synthetic: made up."],
)
PICK = {
    "rank": 1, "name": HOSTILE, "also": "", "venue_kind": "hall", "postcode": "B1 1AA",
    "zone_name": "East", "day": "2026-01-05", "people": 900.0, "people_new": 800.0,
    "reached": 70.0, "adds": 60.0, "lost": 50.0, "lost_replaced": 12.0,
    "replaced_by": HOSTILE, "responses": float("nan"), "kept": 0.9, "word": "robust",
    "capacity": float("nan"), "accessible": None,
}  # fmt: skip


@pytest.fixture
def opened(watch, tmp_path):
    west, south = 400_000, 280_000
    shapes = [
        box(west + 4000 * x, south, west + 4000 * x + 4000, south + 9000)
        for x in range(4)
    ]
    areas = gpd.GeoDataFrame(
        {"state": ["new", "booked", "left", "none"]}, geometry=shapes,
        index=pd.Index(list("ABCD"), name="area_code"), crs=27700,
    )  # fmt: skip
    # The northernmost point lies above the middle of the map, as real ones do.
    points = pd.DataFrame(
        {"name": [HOSTILE, "Booked", "Other"], "state": ["pick", "booked", "other"]}
    )
    points = points.assign(x=[402_000, 406_000, 410_000], y=[288_500, 284_000, 281_000])
    points["rank"] = [1, 0, 0]
    page = tmp_path / "plan.html"
    page.write_text(plan_html(areas, points, [PICK], about=ABOUT, reach=1500.0))
    watched = watch(offline=True)
    watched.page.goto(page.as_uri())
    watched.page.wait_for_selector(".leaflet-container path", state="attached")
    watched.page.wait_for_timeout(300)
    return watched


def test_it_fetches_only_itself_and_complains_of_nothing(opened):
    fetched = [url for url in opened.requests if not url.startswith("data:")]
    assert len(fetched) == 1
    assert opened.complaints == []


def test_the_number_of_a_visit_is_seen_on_its_mark(opened):
    mark = opened.page.locator(".plan-number")
    assert mark.inner_text() == "1"
    # Leaflet stacks marks by latitude; below 0 one lies under the circles.
    assert int(mark.evaluate("e => getComputedStyle(e).zIndex")) > 1000


def test_a_name_with_markup_stays_text(opened):
    page = opened.page
    box_ = page.locator(".plan-number").bounding_box()
    page.mouse.move(box_["x"] + box_["width"] / 2, box_["y"] + box_["height"] / 2)
    page.locator(".leaflet-tooltip").wait_for()
    assert "<img" in page.locator(".leaflet-tooltip").inner_text()
    assert page.locator("img").count() == 0
    assert opened.complaints == []


def test_axe_finds_no_violation_on_the_map_or_the_brief(opened, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(opened.page)
    assert [v["id"] for v in found.response["violations"]] == []
    brief = tmp_path / "brief.html"
    groups = [{"group": f"age={n}", "reached": 5.0, "closed": 4.0} for n in (1, 2)]
    brief.write_text(brief_html(PICK, groups, ABOUT))
    opened.page.goto(brief.as_uri())
    assert opened.page.locator("img").count() == 0
    found = axe.Axe().run(opened.page)
    assert [v["id"] for v in found.response["violations"]] == []
