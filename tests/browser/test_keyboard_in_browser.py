"""Every page can be walked by keyboard: in order, seen, and past the menu."""

import pytest

pytestmark = pytest.mark.browser

PAGES = [
    ("site", "/?g=ward&i=feels_safe_home&a=E05000006"),
    ("demo_site", "/areas"),
    ("demo_site", "/area?g=npu&a=CV"),
    ("demo_site", "/compare?g=npu&a=CV&a=DY"),
    ("demo_site", "/engagement?g=npu"),
    ("demo_site", "/outreach?patch=npu:CV"),
    ("demo_site", "/hotspots?g=ward"),
    ("demo_site", "/surveys"),
    ("site", "/downloads"),
    ("site", "/data"),
]
STOPS = 30
# What has the focus: after the last one in the page, on the screen, with a ring.
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const s = getComputedStyle(e), r = e.getBoundingClientRect(), last = window.lastStop;
  window.lastStop = e;
  const after = !last || last === e
    || !!(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING);
  const ring = (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)
    || s.boxShadow !== 'none';
  const seen = r.width > 0 && r.bottom > 0 && r.top < innerHeight
    && r.right > 0 && r.left < innerWidth;
  return {what: `${e.tagName} ${(e.textContent || e.id || '').slice(0, 40)}`,
          after, ring, seen}; }"""


@pytest.mark.parametrize(("where", "path"), PAGES)
def test_the_focus_goes_in_order_and_is_seen(watch, request, where, path):
    page = watch(site=request.getfixturevalue(where)).open(path)
    stops = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found is None:
            break
        stops.append(found)
    assert len(stops) >= 12
    assert "Skip to the content" in stops[0]["what"]
    for quality in ("after", "ring", "seen"):
        assert [s["what"] for s in stops if not s[quality]] == []


def test_the_first_link_leads_past_the_menu(watch):
    page = watch().open("/data")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.getElementById('content').contains(document.activeElement)"
    assert page.evaluate(inside)


def test_in_forced_colours_the_keys_swatches_keep_theirs(watch):
    page = watch(forced_colors="active").open("/?g=ward&i=feels_safe_home")
    colours = page.evaluate(
        """() => [...document.querySelectorAll('.key .bars .swatch')]
        .map(e => getComputedStyle(e).backgroundColor)"""
    )
    assert len(colours) > 2
    assert len(set(colours)) == len(colours)
    text = page.evaluate("getComputedStyle(document.body).color")
    assert text != page.evaluate("getComputedStyle(document.body).backgroundColor")
