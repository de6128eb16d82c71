"""Results full of script, on every page of the app, in a real browser."""

import threading
from urllib.parse import quote

import dash
import pytest
from werkzeug.serving import make_server

from dash_app.app import create_app
from tests.browser.conftest import Watched
from tests.dash_app.hostile_results import SCRIPT, write_hostile_results

pytestmark = pytest.mark.browser

AREA = quote("E05000003" + SCRIPT)
GROUP = quote("category=Burglary" + SCRIPT)
EVERYWHERE = [
    f"?g=ward&i=crime_rate&grp={GROUP}&a={AREA}",
    f"?g={quote(SCRIPT)}&i={quote(SCRIPT)}&q={quote(SCRIPT)}&a={quote(SCRIPT)}",
]
ON_MAPS = [
    f"?g=ward&i=feels_safe_home&a={AREA}",
    f"?g=ward&i=crime_rate&v=clusters&a={AREA}",
    f"?g=ward&i=crime_rate&v=emerging&a={AREA}",
]
MAPS = ["/", "/table"]
PLAIN = ["/table", f"/briefing/ward/{AREA}.html"]


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    folder = write_hostile_results(tmp_path_factory.mktemp("hostile") / "results")
    server = make_server("127.0.0.1", 0, create_app(folder).server, threaded=True)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    running.join()
    server.server_close()


@pytest.fixture
def watched(browser, hostile_site):
    context = browser.new_context(viewport={"width": 1440, "height": 860})
    made = Watched(context, hostile_site)
    made.page.add_init_script("window.hurt = () => { window.ran = true; };")
    yield made
    context.close()


def addresses():
    """Every page that Dash knows, each with views of its own; and the plain ones."""
    pages = [page["relative_path"] for page in dash.page_registry.values()]
    known = {path for path in pages if path and "404" not in path}
    return sorted(known) + PLAIN


def check(watched):
    page = watched.page
    assert page.evaluate("window.ran === undefined")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("body script:not([src]):text('hurt')").count() == 0
    assert watched.complaints == []
    assert watched.elsewhere == []


def open_all(watched, paths, view):
    """Open pages at a view; return all that they say."""
    page, said = watched.page, ""
    for path in paths:
        page.goto(watched.site + path + view)
        page.wait_for_selector("h1")
        page.wait_for_timeout(100)
        said += page.inner_text("body")
        check(watched)
    return said


@pytest.mark.parametrize("view", EVERYWHERE)
def test_no_text_of_the_data_runs_on_any_page(watched, view):
    assert "<img src=x" in open_all(watched, addresses(), view)


@pytest.mark.parametrize("view", ON_MAPS)
def test_no_text_of_the_data_runs_on_any_map(watched, view):
    assert "<img src=x" in open_all(watched, MAPS, view)


def test_what_the_map_says_of_an_area_is_text(watched):
    page = watched.open(f"/{ON_MAPS[0]}")
    box = page.locator(".leaflet-map").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.6)
    page.mouse.move(box["x"] + box["width"] * 0.46, box["y"] + box["height"] * 0.61)
    page.locator(".leaflet-tooltip").first.wait_for()
    assert "<img src=x" in page.locator(".leaflet-tooltip").first.inner_text()
    assert "<img src=x" in page.locator(".place").first.inner_text()
    page.wait_for_timeout(300)
    check(watched)
