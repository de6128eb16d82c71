"""A density surface on the real map in a real browser."""

import threading

import pytest
from playwright.sync_api import expect
from pyproj import Transformer
from werkzeug.serving import make_server

from dash_app.app import create_app
from tests.fixtures_results import write_fixture_results
from tests.fixtures_surfaces import PEAK, add_surfaces

pytestmark = pytest.mark.browser

PATHS = [
    "/?g=ward&i=crime_rate&s=crime",
    "/?g=npu&i=wmnow_rate&s=crime-risk",
    "/?g=ward&i=crime_rate&v=clusters&a=E05000001&s=crime",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser-surfaces") / "results"
    app = create_app(add_surfaces(write_fixture_results(folder)))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    running.join()
    server.server_close()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_with_a_surface_is_quiet_and_accessible(watch, path):
    watched = watch()
    watched.open(path)
    assert watched.elsewhere == []
    assert watched.complaints == []
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # Axe puts a script of its own into the page, which our headers forbid.
    page = watch(bypass_csp=True).open(path)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = axe.Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert [v["id"] for v in found.response["violations"]] == []


@pytest.mark.parametrize(("path", "width"), [(PATHS[0], 320), (PATHS[2], 390)])
def test_a_page_with_a_surface_does_not_scroll_sideways(watch, path, width):
    page = watch(width=width, height=844).open(path)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def colour_of_areas(page):
    """Read the areas' own canvas in its middle: red, green, blue, opacity."""
    code = """() => { const c = document.querySelector('.leaflet-overlay-pane canvas');
      return [...c.getContext('2d').getImageData(c.width * 0.47, c.height * 0.47, 1, 1)
        .data]; }"""
    return page.evaluate(code)


def test_a_surface_is_chosen_by_keyboard_and_the_areas_keep_their_borders_only(watch):
    watched = watch()
    page = watched.open("/?g=npu&i=crime_rate")
    assert page.locator(".map img").count() == 0
    assert colour_of_areas(page)[3] == 255
    page.locator("#pick-s").focus()
    page.keyboard.press("ArrowDown")
    page.locator(".map img").wait_for()
    page.wait_for_url("**s=crime")
    expect(page.locator("#unit")).to_have_text("Key: crimes per square kilometre")
    page.wait_for_timeout(300)
    assert colour_of_areas(page)[3] == 0
    page.select_option("#pick-i", "wmnow_rate")
    page.wait_for_url("**i=wmnow_rate**s=crime")
    page.select_option("#pick-s", label="None")
    page.wait_for_url(lambda url: "s=crime" not in url)
    expect(page.locator(".map img")).to_have_count(0)
    page.wait_for_timeout(300)
    assert colour_of_areas(page)[3] == 255
    # Chromium remarks on how often this test reads the canvas.
    assert [c for c in watched.complaints if "Canvas2D" not in c] == []


def test_an_area_under_a_surface_can_still_be_clicked(watch):
    page = watch().open("/?g=ward&i=crime_rate&s=crime")
    box = page.locator(".leaflet-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.6)
    page.locator(".card .big").wait_for()
    page.wait_for_url("**a=E0500**s=crime")


@pytest.mark.parametrize("size", [(1440, 860), (390, 844)])
def test_a_planted_point_lies_where_leaflet_draws_it(watch, size):
    """The name of the borough is put on the same place by Leaflet, not by a picture."""
    width, height = size
    page = watch(width=width, height=height).open("/?g=npu&i=crime_rate&s=crime")
    page.locator(".map img").wait_for()
    page.wait_for_timeout(500)
    label = page.locator(".place", has_text="Borough 1").bounding_box()
    at = label["x"], label["y"]
    # The darkest class of the picture, on the screen.
    code = """async () => {
      const img = document.querySelector('.map img'), r = img.getBoundingClientRect();
      await img.decode();
      const c = document.createElement('canvas');
      c.width = img.naturalWidth; c.height = img.naturalHeight;
      const g = c.getContext('2d'); g.drawImage(img, 0, 0);
      const d = g.getImageData(0, 0, c.width, c.height).data;
      let n = 0, x = 0, y = 0, least = 255 * 3;
      for (let i = 0; i < d.length; i += 4)
        if (d[i + 3] > 180) least = Math.min(least, d[i] + d[i + 1] + d[i + 2]);
      for (let i = 0; i < d.length; i += 4)
        if (d[i + 3] > 180 && d[i] + d[i + 1] + d[i + 2] === least) {
          n += 1; x += (i / 4) % c.width + 0.5;
          y += Math.floor(i / 4 / c.width) + 0.5; }
      return [r.x + x / n / c.width * r.width, r.y + y / n / c.height * r.height,
              r.width / c.width]; }"""
    x, y, pixel = page.evaluate(code)
    # Leaflet rounds a label and a picture's corners to whole pixels of the screen.
    slack = 1.0 + pixel
    assert abs(x - at[0]) < slack
    assert abs(y - at[1]) < slack


def test_the_middle_of_the_first_borough_is_where_the_point_was_planted():
    """What the test above stands on: the label's place, from the polygons."""
    from shapely import box

    from tests.fixtures_results import SIDE, SOUTH, WEST

    corners = box(WEST, SOUTH, WEST + SIDE / 2, SOUTH + SIDE / 2).exterior.coords
    to = Transformer.from_crs(27700, 4326, always_xy=True)
    from shapely.geometry import Polygon

    middle = Polygon([to.transform(*c) for c in corners]).representative_point()
    back = Transformer.from_crs(4326, 27700, always_xy=True)
    x, y = back.transform(middle.x, middle.y)
    assert abs(x - PEAK[0]) < 60
    assert abs(y - PEAK[1]) < 60
