"""What holds on every page and in every state of it, in a real browser."""

import pytest

pytestmark = pytest.mark.browser

# A page on a small made-up folder of results, or on the demonstration.
SMALL = [
    "/",
    "/?g=ward&i=feels_safe_home&a=E05000006",
    "/?g=lsoa&i=crime_rate",
    "/?g=lsoa&i=crime_rate&v=clusters&a=E01000006",
    "/?g=ward&i=crime_rate&v=emerging&a=E05000001",
    "/?g=npu&i=crime_rate&v=clusters",
    "/?g=npu&i=wmnow_change",
    "/?g=nothing&i=nothing&a=nothing",
    "/table?g=ward&i=feels_safe_home",
    "/table?g=ward&i=crime_rate&v=clusters",
    "/?g=ward&i=crime_rate&v=force&a=E05000001&o=npu",
    "/data?i=crime_rate&g=npu&a=N0001&p=2023-04/2024-03",
    "/downloads?g=ward&i=feels_safe_home",
    "/accessibility",
    "/hotspots?g=npu",
    "/areas?q=ward",
    "/area?g=ward&a=E05000000",
    "/nothing-here",
]
DEMO = [
    "/?g=ward&i=wmnow_rate&v=change&a=E05011151&o=impact_area,venues",
    "/hotspots",
    "/surveys?a=E08000029&by=ethnicity",
    "/area?g=npu&a=CV",
    "/compare?g=npu&a=CV&a=DY",
    "/engagement?g=ward",
    "/outreach?patch=npu:CV",
]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# WCAG 2.2, 2.5.8: a target is 24 by 24 px, or stands in a line of text, or is hidden.
SMALL_TARGETS = """() => [...document.querySelectorAll(
    'main button, main select, main input, main summary, main .button, nav a')]
  .filter(e => !e.closest('.leaflet-container') && e.offsetParent)
  .map(e => [e, (e.closest('.form-check') || e).getBoundingClientRect()])
  .filter(([e, r]) => r.width && (r.width < 24 || r.height < 23.5))
  .map(([e, r]) => `${e.tagName} ${e.textContent.slice(0, 30)} ${r.width}x${r.height}`)
"""
# A window of 1280 by 1024 px at 400 % zoom. The wheel has to get past a map in it.
MADE_LARGE = (320, 256)
# WCAG 2.2, 1.4.12: text that a reader sets wider is not cut off.
WIDELY_SET = """
* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  return e.offsetParent && !e.children.length && e.textContent.trim()
    && !e.closest('.unseen, .leaflet-container, svg')
    && (style.overflowX == 'hidden' || style.overflowY == 'hidden')
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => `${e.tagName} ${e.className} ${e.textContent.slice(0, 30)}`)
"""


def paths():
    return [("site", path) for path in SMALL] + [("demo_site", path) for path in DEMO]


@pytest.mark.parametrize(("where", "path"), paths())
def test_a_page_is_quiet_reflows_and_can_be_hit(watch, request, where, path):
    watched = watch(site=request.getfixturevalue(where))
    page = watched.open(path)
    assert watched.elsewhere == []
    assert page.locator("main h1").count() == 1
    assert page.title() == f"{page.locator('main h1').text_content()}: geosafety"
    for width, height in ((390, 844), (320, 844), MADE_LARGE):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(60)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(SMALL_TARGETS) == []
    for box in page.locator(".map").all():
        assert 120 <= box.bounding_box()["height"] <= 0.75 * MADE_LARGE[1]
    page.add_style_tag(content=WIDELY_SET)
    for size in (MADE_LARGE, (1280, 900)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(60)
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]
        assert page.evaluate(CUT_OFF) == []
    assert watched.complaints == []


@pytest.mark.parametrize(("where", "path"), paths())
def test_axe_finds_no_violation(watch, request, where, path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # Axe puts a script of its own into the page, which our headers forbid.
    page = watch(site=request.getfixturevalue(where), bypass_csp=True).open(path)
    only = {"runOnly": {"type": "tag", "values": STANDARDS}}
    found = axe.Axe().run(page, options=only)
    assert [v["id"] for v in found.response["violations"]] == []
