import shutil
import threading
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from dash_app.app import create_app
from tests.fixtures_results import write_fixture_results

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this computer")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return write_fixture_results(tmp_path_factory.mktemp("browser") / "results")


@contextmanager
def served(results):
    server = make_server("127.0.0.1", 0, create_app(results).server, threaded=True)
    running = threading.Thread(target=server.serve_forever, daemon=True)
    running.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    running.join()
    server.server_close()


@pytest.fixture(scope="session")
def site(folder):
    with served(folder) as address:
        yield address


@pytest.fixture(scope="session")
def demo_site(demo_results):
    """The demonstration, for pages that need all of its tables."""
    with served(demo_results) as address:
        yield address


@pytest.fixture(scope="session")
def real_site(real_results):
    """A build of real published files: no answers of people, no illustrative venue."""
    with served(real_results) as address:
        yield address


class Watched:
    """A page, and everything it asked for or complained of."""

    def __init__(self, context, site):
        self.page = context.new_page()
        self.site = site
        self.complaints = []
        self.requests = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, path):
        self.page.goto(self.site + path)
        self.page.wait_for_selector("main h1")
        if self.page.locator(".leaflet-map").count():
            self.page.wait_for_selector(".map canvas")
            self.page.wait_for_timeout(700)
        return self.page

    @property
    def elsewhere(self):
        own = (self.site, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture
def watch(browser, request):
    contexts = []

    def start(*, width=1440, height=860, site="", **options):
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        return Watched(context, site or request.getfixturevalue("site"))

    yield start
    for context in contexts:
        context.close()
