"""Maps full of hostile names, opened in a browser, with every area asked what it is."""

import pytest

from tests.publish.hostile_names import MARKUP, NAMES
from tests.publish.test_injection import PAGES

pytestmark = pytest.mark.browser
ASK_ALL = """() => {
  const said = [];
  for (const name of Object.keys(window).filter((key) => key.startsWith("map_"))) {
    window[name].eachLayer((layer) => {
      for (const part of [layer.getTooltip && layer.getTooltip(),
                          layer.getPopup && layer.getPopup()]) {
        if (!part) continue;
        const held = document.createElement("div");
        document.body.append(held);
        held.innerHTML = part.getContent();
        said.push(held.textContent);
      }
      if (layer.openPopup && layer.getPopup()) layer.openPopup();
    });
  }
  return said;
}"""


@pytest.mark.parametrize("page", PAGES)
def test_no_name_runs_and_none_fetches(watch, tmp_path, page):
    path = tmp_path / "page.html"
    path.write_text(PAGES[page](NAMES), encoding="utf-8")
    watched = watch(offline=True)
    watched.page.add_init_script("window.hurt = () => { window.ran = true; };")
    watched.page.goto(path.as_uri())
    watched.page.wait_for_timeout(500)
    said = watched.page.evaluate(ASK_ALL)
    watched.page.wait_for_timeout(300)
    assert watched.page.evaluate("window.ran === undefined")
    own = ":not(.leaflet-image-layer)"  # the picture of a surface
    found = watched.page.locator(f"main img{own}, main iframe, main script")
    assert found.count() == 0
    assert [u for u in watched.requests if not u.startswith("data:")] == [path.as_uri()]
    assert watched.complaints == []
    if page in ("indicator", "clusters", "surface"):
        shown = " ".join(said)
        assert all(name in shown for name in MARKUP if name.isprintable())
